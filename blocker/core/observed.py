"""What the household may say about a call: the projection from ledger entries to one plain value for each call.

Facts (what the machine saw) and statements (what a person said afterwards) stay apart in `SeenCall`; `Standing` is the
one inference drawn from them, and this module is where its words are defined. A call counts as refused only if the
phone system acknowledged it. Where no number was presented, none is given here, whatever the entry holds.

This module doesn't read the ledger (`reporting.py`) nor count (`report.py`).
"""

import functools
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.ended import Ended
from blocker.core.entry import parse_time
from blocker.core.plain_text import as_unicode, one_line
from blocker.core.verdict import Decision, Reason

MARKETING_REASONS = frozenset(
    str(reason) for reason in (Reason.BLOCK_LIST, Reason.COMPANY, Reason.CANVASSING_RANGE, Reason.COMMUNITY)
)
"""Reasons that say “marketing”; the others that can block (withheld, premium …) are only the household's policy."""

_HOUSEHOLD_SAID_YES = frozenset({str(Reason.PROTECTED), str(Reason.ALLOW_LIST)})
NOT_PRESENTED = frozenset({"withheld", "unavailable"})
"""Kinds of `presented` of which neither number nor name is ever given."""


class Happened(StrEnum):
    """What is known of a call's fate."""

    REFUSED = "refused"
    """The phone system acknowledged in time that it was turned away."""
    UNKNOWN = "rang-or-unknown"
    """It was to be turned away, and nothing confirms that it was."""
    LET_THROUGH = "let-through"
    ELSEWHERE = "elsewhere"
    """Another device recorded it, or a person told of it (`imported.py`); this blocker did nothing about it."""


class Standing(StrEnum):
    """Where a call stands after verdict, outcome and statement."""

    UNWANTED = "unwanted"
    """Refused as marketing, or marked as marketing by a person."""
    SUSPECTED = "suspected"
    """A list or a range says marketing; it wasn't refused, and nobody marked it."""
    FALSE_POSITIVE = "false-positive"
    """The verdict was to block it, and a person marked it as wanted."""
    WANTED = "wanted"
    """Marked as wanted, and never in danger."""
    REFUSED = "refused"
    """Refused under the household's own policy (a withheld number, say), which says nothing of marketing."""
    UNMARKED = "unmarked"
    """Everything else: the ordinary life of a telephone."""


class Statement(NamedTuple):
    """What a person said about a call afterwards; `core/statement.py` has the rest of it.

    The latest one about a call that nobody withdrew (`core/corrected.py`) holds, as a whole.
    """

    n: int
    """Its entry's number in the ledger; 0 where nobody said anything."""
    mark: str
    """`marketing` or `wanted`; empty where it isn't said."""
    said_company: str
    """Whom the caller said they called for, as stated; empty where the statement names nobody."""
    company: str
    """The company's slug in the rules, empty where no rule knows the name."""
    by: str
    said_call_centre: str = ""
    """Who the caller said to be or to work for, as stated."""
    call_centre: str = ""
    """Its slug in the rules, likewise."""


NO_STATEMENT = Statement(0, "", "", "", "")


class SeenCall(NamedTuple):
    """One call as the household may tell of it. All texts are one line, without control characters."""

    n: int
    """The number of its entry in the ledger."""
    call: str
    utc: str
    """When it came, as the ledger has it: UTC with milliseconds."""
    local: str
    """The same instant at the called line, ISO 8601 with its UTC offset."""
    zone: str
    line: str
    called: str
    presented: str
    """`e164`, `withheld`, `unavailable` or `unusable`."""
    number: str
    """The presented number, E.164; what stood in its place where that is no number; empty where none was presented."""
    name: str
    """The caller name presented; empty where no number was."""
    decision: str
    reason: str
    match: str
    """What matched and where that is written; empty where nothing did."""
    action: str
    happened: Happened
    after_ms: int | None
    """Milliseconds from the hook's question to the phone system's acknowledgement; None where none came in time."""
    observe_only: bool
    flagged: bool
    statement: Statement
    standing: Standing
    seen_by: str = ""
    """The device that recorded it; `hand` where no device did, but a person told of it; empty for this blocker."""
    ended: Ended | None = None
    """How it ended, where the phone system told."""

    @property
    def remembered(self) -> bool:
        """Whether all that is known of it is what a person told: never to be shown as the record of a device."""
        return self.seen_by == "hand"


class ListChange(NamedTuple):
    """The household put a number on a list of its own or took it off."""

    n: int
    """Its entry's number in the ledger."""
    local: str
    """Local time of the household with its UTC offset."""
    list: str
    """`allow` or `block`."""
    change: str
    """`add` or `remove`."""
    number: str
    """E.164; a prefix ends in `*`."""
    until: str
    """UTC; empty for no end."""


@of_a_whole_entry
def statement_of(n: int, content: Content) -> tuple[str, Statement]:
    """The id of the call that a `statement` entry is about, and the statement.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    said, centre = (one_line(content.get(key) or "").strip() for key in ("said_company", "said_call_centre"))
    slugs = content.get("company") or "", content.get("call_centre") or ""
    by = one_line(content["by"] or "")
    return content["call"], Statement(n, content["mark"] or "", said, slugs[0], by, centre, slugs[1])


@of_a_whole_entry
def seen_call(n: int, content: Content, outcome: Content | None, statement: Statement = NO_STATEMENT) -> SeenCall:
    """The call in a `call-screened` entry, with what is known of its fate and what was said of it.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    presented, verdict, action = content["presented"], content["verdict"], content["action"]
    answer = content.get("answer") if action == "ring" else outcome
    happened = happened_of(action, outcome)
    number, name = shown_caller(presented)
    return SeenCall(
        n=n,
        call=content["call"],
        utc=content["at"],
        local=local_time(content["at"], content["offset"]),
        zone=content["zone"],
        line=one_line(content["line"]),
        called=one_line(content["called"]),
        presented=presented["kind"],
        number=number,
        name=name,
        decision=verdict["decision"],
        reason=verdict["reason"],
        match=match_text(verdict["matches"]),
        action=action,
        happened=happened,
        after_ms=answer["after_ms"] if answer and answer["acknowledged"] else None,
        observe_only=content["observe_only"],
        flagged=verdict["flagged"],
        statement=statement,
        standing=standing_of(verdict, happened, statement.mark),
    )


def shown_caller(presented: Content) -> tuple[str, str]:
    """Number and name as `SeenCall` has them, from an entry's `presented`."""
    if presented["kind"] in NOT_PRESENTED:
        return "", ""
    return presented["number"] or one_line(as_unicode(presented["raw"])), one_line(as_unicode(presented["name"]))


def happened_of(action: str, outcome: Content | None) -> Happened:
    """What became of a call, by what was to be done with it and its `outcome` entry."""
    if action == "ring":
        return Happened.LET_THROUGH
    refused = outcome is not None and outcome["result"] == "refused" and outcome["acknowledged"]
    return Happened.REFUSED if refused else Happened.UNKNOWN


def standing_of(verdict: Content, happened: Happened, mark: str) -> Standing:
    """Where a call stands, `mark` being the one in force."""
    if mark == "marketing":
        return Standing.UNWANTED
    if mark == "wanted":
        return Standing.FALSE_POSITIVE if verdict["decision"] == Decision.BLOCK else Standing.WANTED
    reason = verdict["reason"]
    if reason == Reason.COMPANY and verdict["decision"] == Decision.RING:
        return Standing.UNMARKED  # the household lets that company's calls ring
    if happened is Happened.REFUSED:
        return Standing.UNWANTED if reason in MARKETING_REASONS else Standing.REFUSED
    listed = any(match["kind"] == "community" for match in verdict["matches"]) and reason not in _HOUSEHOLD_SAID_YES
    return Standing.SUSPECTED if listed or reason in MARKETING_REASONS else Standing.UNMARKED


def match_text(matches: list[Content]) -> str:
    """What matched and where that is written, as one line; empty for nothing."""
    return one_line("; ".join(f"{match['kind']} {match['what']} ({match['where']})" for match in matches))


@of_a_whole_entry
def list_change_of(n: int, content: Content, zone: tzinfo) -> ListChange:
    """The change in a `list-changed` entry, `zone` being the household's.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    local = parse_time(content["at"]).astimezone(zone).isoformat(timespec="milliseconds")
    return ListChange(n, local, content["list"], content["change"], one_line(content["number"]), content["until"] or "")


def local_time(utc: str, offset: str) -> str:
    """An entry's UTC time at a UTC offset such as `+01:00`: ISO 8601 with milliseconds and that offset."""
    return (datetime.fromisoformat(utc[:-1]) + _delta(offset)).isoformat(timespec="milliseconds") + offset


@functools.lru_cache(maxsize=64)
def _delta(offset: str) -> timedelta:
    hours, _, minutes = offset[1:].partition(":")
    return timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if offset[0] == "-" else 1)
