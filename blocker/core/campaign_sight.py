"""What is looked at of a call when campaigns are sought.

Decides what counts as given up, as a talk, as wanted, and by which keys a call is looked for among others. What all
this says of a run of calls, `campaign_signs.py` decides.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from blocker.core.counts import company_key
from blocker.core.observed import Happened, SeenCall, Standing
from blocker.core.verdict import Reason

FEW_SECONDS = 12
"""Who rings for less than that has hardly meant to be answered."""

LONG_TALK = 120
"""Seconds on the line from which on somebody seems to have had something to say."""

_OWN_WORD = frozenset(
    str(reason)
    for reason in (
        Reason.PROTECTED,
        Reason.EMERGENCY_CALL_BACK,
        Reason.ALLOW_LIST,
        Reason.CONTACT,
        Reason.DIALLED,
        Reason.EXPECTED,
    )
)
_SAID_WANTED = frozenset({Standing.WANTED, Standing.FALSE_POSITIVE})
_SUSPICIOUS = frozenset({Standing.UNWANTED, Standing.SUSPECTED})
_SHORTEST = 9
"""Characters of a number in E.164 whose last three digits still say nothing of a whole region."""


class Sight(NamedTuple):
    """One call, as a campaign sees it."""

    at: datetime
    number: str
    presented: str
    company: str
    """Slug, or folded as said; empty where nobody said."""
    said: str
    silent: bool
    rang: int | None
    """Seconds until it was answered or given up; None where nobody knows, or it was turned away."""
    given_up: bool
    talked: bool
    wanted: bool
    unwanted: bool


def sight_of(call: SeenCall) -> Sight:
    """What is looked at of a call."""
    end, marked = call.ended, call.standing in _SUSPICIOUS
    number = call.number if call.presented == "e164" and len(call.number) >= _SHORTEST else ""
    rang: int | None = None
    if end and call.happened is not Happened.REFUSED and end.seconds_in_all is not None:
        rang = max(0, end.seconds_in_all - (end.seconds_talked or 0))
    answered = bool(end and (end.seconds_talked or end.disposition == "ANSWERED"))
    said = " ".join(call.statement.said_company.split())
    return Sight(
        at=datetime.fromisoformat(call.local),
        number=number,
        presented=call.presented,
        company=company_key(call.statement),
        said=said or call.statement.company,
        silent=bool(end and end.silent),
        rang=rang,
        given_up=rang is not None and not answered and rang <= FEW_SECONDS,
        talked=bool(end and (end.seconds_talked or 0) >= LONG_TALK) and not marked,
        wanted=call.standing in _SAID_WANTED or call.reason in _OWN_WORD,
        unwanted=marked,
    )


def keys_of(sight: Sight) -> Iterator[str]:
    """What a call is looked for by among the runs."""
    if sight.number:
        yield from (f"{digits}{sight.number[:-digits]}" for digits in (1, 2, 3))
    if sight.company:
        yield f"for {sight.company}"
    if sight.silent:
        yield f"silent {sight.presented}"
