"""When a list is asked for again, and what is remembered of a try.

Decides the times, with chance handed in as a number, so that not all households ask at once and nobody asks by the
clock; who wakes up then is `jobs.py`'s business.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.core.plain_text import one_line
from blocker.errors import BlockerError, StatusError, UnfitError

SPREAD = 24
"""A list is asked for up to a 24th of its refresh earlier or later: a daily one after 23 to 25 hours."""

FIRST_RETRY = timedelta(hours=1)

MONTH = timedelta(days=28)
"""PhoneBlock's whole list isn't asked for again before, as its publisher asks of everybody."""

MAX_ERROR = 500
"""Characters of a message that are kept."""

_LONGEST_REST = timedelta(weeks=1)
_CATCHING_UP = (timedelta(minutes=2), timedelta(minutes=58))
_FIRST = (timedelta(seconds=1), timedelta(seconds=4))


def after_good(refresh: timedelta, now: datetime, chance: float) -> datetime:
    """When a list that was had is asked for again; `chance` is from 0 up to 1."""
    return now + refresh + refresh / SPREAD * (2 * chance - 1)


def after_failure(
    refresh: timedelta, since: datetime, now: datetime, chance: float, *,
    wanted: timedelta = timedelta(), least: timedelta = timedelta(),
) -> datetime:  # fmt: skip
    """When a list that couldn't be had is tried again: after as long as it has failed already, at most its refresh.

    Args:
        refresh: the list's.
        since: when it failed first (aware).
        now: aware.
        chance: from 0 up to 1.
        wanted: how long the server wants to be left alone, which is believed for up to a week.
        least: how long it is left alone in any case.
    """
    wait = max(min(max(now - since, FIRST_RETRY), refresh), min(wanted, _LONGEST_REST), least)
    return now + wait + wait / SPREAD * chance


def planned(source: ListSource, state: SourceState, now: datetime) -> datetime | None:
    """When a list is to be asked for, as was remembered; None where that is over, or can't be meant.

    A time further away than any try puts it was set by a clock that was wrong, or before the list's refresh was made
    shorter. Nobody would ask until then.
    """
    rest = MONTH if source.kind is Kind.PHONEBLOCK else _LONGEST_REST
    latest = now + max(source.refresh, rest) * (SPREAD + 1) / SPREAD
    return state.next_at if state.next_at is not None and now < state.next_at <= latest else None


def at_start(source: ListSource, state: SourceState, now: datetime, chance: float) -> datetime:
    """When a list is due for a service that just started.

    What downtime missed is spread over an hour, and a list that was never asked for comes at once.
    """
    if (when := planned(source, state, now)) is not None:
        return when
    least, more = _FIRST if state.tried_at is None else _CATCHING_UP
    return now + least + more * chance


def good(source: ListSource, state: SourceState, now: datetime, chance: float) -> SourceState:
    """What is remembered of a list that was had, or asked for and found unchanged."""
    return replace(
        state,
        tried_at=now,
        good_at=now,
        next_at=after_good(source.refresh, now, chance),
        error="",
        failing_since=None,
    )


def failed(source: ListSource, state: SourceState, now: datetime, chance: float, error: BlockerError) -> SourceState:
    """What is remembered of a list that couldn't be had or used, and why."""
    since = min(state.failing_since or now, now)
    wanted = timedelta(seconds=error.retry_after if isinstance(error, StatusError) else 0)
    least, earliest = timedelta(), now
    if source.kind is Kind.PHONEBLOCK:  # its publisher asks for one question a day, whatever came of it
        least = MONTH if isinstance(error, UnfitError) else source.refresh
        earliest = planned(source, state, now) or now  # a try by hand brings the next one no nearer
    return replace(
        state,
        tried_at=now,
        next_at=max(earliest, after_failure(source.refresh, since, now, chance, wanted=wanted, least=least)),
        error=one_line(str(error))[:MAX_ERROR],
        failing_since=since,
    )


def forgotten(state: SourceState) -> SourceState:
    """The same without what would make a publisher send changes, or nothing: the list of before isn't here.

    Which version was had stays, so that nobody shows an older one in its place.
    """
    return replace(state, etag="", last_modified="", full_at=None, entries=0, sha256="")
