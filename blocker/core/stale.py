"""Community lists that couldn't be brought up to date: the entry about it, and what the ledger tells of a week.

Decides how much of a reason the ledger keeps: whose server it was and what it said, but no path, no query and nothing
that may be a key, since packs are given away. When a list is stale, `list_source.py` decides; when that is told,
`filing/going_stale.py`.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.plain_text import one_line, shortened

LONGEST_WHY = 200
"""Characters of a reason."""

_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*://)(?:[^\s/?#@]*@)?([^\s/?#@]*)[^\s,;]*?(?=:?(?:[\s,;]|$))", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w/.:])/\S*/([^\s/:;,]*)")
_KEY = re.compile(r"[\w+/=-]{24,}", re.ASCII)


class Ended(StrEnum):
    """How it came that a list is stale no more."""

    HAD_AGAIN = "had-again"
    LET_GO = "let-go"
    """The household removed it or switched it off."""


class StaleList(NamedTuple):
    """A list and the time for which it couldn't be brought up to date. Times are local with their offset."""

    source: str
    since: str
    """When that failed first."""
    until: str
    """When that was over, which may be after the week; empty where the ledger knows of no end."""
    ended: str
    """As `Ended` has it; empty likewise."""
    why: str
    """In a few words, in whatever language its publisher or this program has for it."""


def reason(error: str) -> str:
    """What an error says, as one short line without what may be secret: of an address only the server is left."""
    text = _ADDRESS.sub(r"\1\2", one_line(error))
    return shortened(_KEY.sub("…", _PATH.sub(r"\1", text)), LONGEST_WHY)


def went_stale(at: datetime, source: str, *, since: datetime, error: str) -> dict[str, Any]:
    """A list couldn't be brought up to date; `error` may be any text. Instants are aware."""
    return _entry(at, source, format_time(since), None, reason(error))


def stale_no_more(at: datetime, source: str, *, since: str, ended: Ended) -> dict[str, Any]:
    """That is over; `since` as the entry before has it."""
    return _entry(at, source, since, str(ended), "")


def _entry(at: datetime, source: str, since: str, ended: str | None, why: str) -> dict[str, Any]:
    common = {"v": 1, "kind": str(EntryKind.LIST_STALE), "at": format_time(at)}
    return {**common, "source": source, "since": since, "ended": ended, "why": why}


def still_stale(entries: Iterable[tuple[int, Content]]) -> dict[str, str]:
    """The lists that are stale after these `list-stale` entries, in the ledger's order, and since when (UTC).

    Raises:
        LedgerFormatError: a newer program wrote one of them.
        LedgerCorruptError: one lacks what such an entry holds.
    """
    return {stretch.source: stretch.since for stretch in _stretches(entries) if not stretch.until}


def stale_between(
    entries: Iterable[tuple[int, Content]], start: datetime, end: datetime, zone: tzinfo
) -> tuple[StaleList, ...]:
    """The lists that were stale at any time between two instants, by when that began; raises as `still_stale` does.

    Args:
        entries: all `list-stale` entries, in the ledger's order.
        start: aware.
        end: aware; the first instant after.
        zone: in which times are told.
    """
    first, last = format_time(start), format_time(end)
    found = [one for one in _stretches(entries) if one.since < last and (not one.until or one.until > first)]
    return tuple(
        one._replace(since=_local(one.since, zone), until=_local(one.until, zone) if one.until else "")
        for one in sorted(found, key=lambda one: (one.since, one.source))
    )


def stale_at_end(stale: Iterable[StaleList], end: datetime) -> list[StaleList]:
    """Those of them that were stale at an instant, and of which the ledger doesn't know either that it ended later."""
    return [one for one in stale if not one.until and datetime.fromisoformat(one.since) < end]


def _stretches(entries: Iterable[tuple[int, Content]]) -> list[StaleList]:
    """All of them, with times as the ledger has them."""
    found: list[StaleList] = []
    going_on: dict[str, int] = {}
    for n, content in entries:
        told = _read(n, content)
        place = going_on.pop(told.source, None)
        if not told.ended:
            going_on[told.source] = len(found)
            found.append(told)
        elif place is not None:
            found[place] = found[place]._replace(until=told.until, ended=told.ended)
    return found


@of_a_whole_entry
def _read(_: int, content: Mapping[str, Any]) -> StaleList:
    ended = content["ended"]
    parse_time(content["since"])
    return StaleList(
        *(one_line(content["source"]), content["since"], content["at"] if ended else ""),
        *(one_line(ended or ""), shortened(one_line(content["why"]), LONGEST_WHY)),
    )


def _local(utc: str, zone: tzinfo) -> str:
    return parse_time(utc).astimezone(zone).isoformat(timespec="milliseconds")
