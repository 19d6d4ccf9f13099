"""The calls of which a person says that they were for a company, drawn together from all entries about each.

Decides which calls those are: the latest statement about a call that nobody took back names the company, as the one it
was for or as the call centre. What the machine made of a call never does. Also decides what is known of whether a call
was answered. Counting is `core/company_calls.py`'s, judging `judging.py`'s.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from blocker.core.company_calls import CompanyCall
from blocker.core.entry import EntryKind, parse_time
from blocker.core.imported import imported_call, still_counts
from blocker.core.ledger_ports import Entries, Entry
from blocker.core.observed import Happened, SeenCall, seen_call
from blocker.core.spoken import Spoken
from blocker.core.statement import Said, said_in
from blocker.errors import LedgerCorruptError

_SAID = (EntryKind.STATEMENT, EntryKind.CORRECTION)
_ABOUT_CALLS = (EntryKind.CALL_SCREENED, EntryKind.CALL_IMPORTED, EntryKind.OUTCOME, EntryKind.CALL_ENDED)
_NOBODY_TALKED = frozenset({"NO ANSWER", "BUSY", "FAILED", "CONGESTION"})


async def calls_naming(
    ledger: Entries, slugs: Collection[str], countries: Mapping[str, str], country: str
) -> list[CompanyCall]:
    """The calls that statements say were for one of these companies, in the order of time.

    Args:
        ledger: where entries are read.
        slugs: the company and those that have gone into it.
        countries: the household's lines, with the country (ISO 3166-1) where each is.
        country: of a line that the configuration doesn't name any more.

    Raises:
        LedgerError: the ledger can't be read.
    """
    wanted = set(slugs)
    return await _calls_of(ledger, lambda said: bool({said.company, said.call_centre} & wanted), countries, country)


async def calls_spoken_of(ledger: Entries, countries: Mapping[str, str], country: str) -> list[CompanyCall]:
    """The calls that anything was said about, in the order of time; arguments and errors as of `calls_naming`."""
    return await _calls_of(ledger, bool, countries, country)


async def _calls_of(
    ledger: Entries, which: Callable[[Said], bool], countries: Mapping[str, str], country: str
) -> list[CompanyCall]:
    words = {entry.n: entry.content async for entry in ledger.entries(_SAID)}
    spoken = Spoken.among(words.items())
    said_of = {call: said_in(said.n, words[said.n]) for call, said in spoken.statements.items()}
    naming = {call: said for call, said in said_of.items() if which(said)}
    if not naming:
        return []
    entries = [entry async for entry in ledger.entries(_ABOUT_CALLS, calls=list(naming))]
    outcomes = _by_call(entries, EntryKind.OUTCOME)
    ended = _by_call(entries, EntryKind.CALL_ENDED)
    found: dict[str, CompanyCall] = {}
    for entry in entries:
        content, call = entry.content, entry.content["call"]
        if call in found:
            continue  # the same call told twice is one, and what this machine saw of it comes first
        match content["kind"]:
            case EntryKind.CALL_SCREENED:
                seen = seen_call(entry.n, content, outcomes.get(call), spoken.of(call))
                end: Mapping[str, Any] = ended.get(call, {})
            case EntryKind.CALL_IMPORTED if still_counts(entry.n, content, spoken.withdrawn):
                seen, end = imported_call(entry.n, content, spoken.of(call)), content
            case _:
                continue
        said = naming[call]
        found[call] = CompanyCall(seen, said, _at(seen), countries.get(seen.line, country), _answered(seen, said, end))
    return sorted(found.values(), key=lambda each: each.seen.utc)


async def unnamed_from(ledger: Entries, calls: Collection[CompanyCall]) -> list[CompanyCall]:
    """Other calls from the numbers that these presented, of which nobody said for whom or that they were wanted."""
    numbers = {call.seen.number for call in calls if call.seen.presented == "e164"}
    if not numbers:
        return []
    mine = {call.seen.call for call in calls}
    words = {entry.n: entry.content async for entry in ledger.entries(_SAID)}
    spoken, found = Spoken.among(words.items()), dict[str, CompanyCall]()
    async for entry in ledger.entries((EntryKind.CALL_SCREENED, EntryKind.CALL_IMPORTED)):
        content, call = entry.content, entry.content["call"]
        if call in mine or call in found or (content.get("presented") or {}).get("number") not in numbers:
            continue
        here = content["kind"] == EntryKind.CALL_SCREENED
        if not here and not still_counts(entry.n, content, spoken.withdrawn):
            continue
        told = spoken.of(call)
        seen = seen_call(entry.n, content, None, told) if here else imported_call(entry.n, content, told)
        if not (told.said_company or told.company or told.mark == "wanted"):
            found[call] = CompanyCall(seen, said_in(told.n, words[told.n]) if told.n else Said(), _at(seen), "", None)
    return sorted(found.values(), key=lambda each: each.seen.utc)


def _by_call(entries: list[Entry], kind: EntryKind) -> dict[str, Mapping[str, Any]]:
    return {entry.content["call"]: entry.content for entry in entries if entry.content["kind"] == kind}


def _at(seen: SeenCall) -> datetime:
    try:
        return parse_time(seen.utc).astimezone(ZoneInfo(seen.zone))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise LedgerCorruptError(
            f"entry {seen.n} names a time zone “{seen.zone}” that there isn't (see what `blocker verify` says)"
        ) from error


_HEARD = (
    "answered_by",
    "said_company",
    "said_call_centre",
    "voice",
    "product",
    "call_back",
    "identity_at_start",
    "purpose_at_start",
    "right_to_object",
    "asked_source",
    "pressure",
)
"""What somebody can only tell who took the call: of a telephone that rang on, nobody knows what a caller said."""


def _answered(seen: SeenCall, said: Said, end: Mapping[str, Any]) -> bool | None:
    """Whether somebody took the call: what a machine saw of it, else what a person says who was at the telephone."""
    if seen.happened is Happened.REFUSED:
        return False
    if (end.get("seconds_talked") or 0) > 0 or end.get("disposition") == "ANSWERED":
        return True
    if end.get("disposition") in _NOBODY_TALKED:
        return False
    return True if any(getattr(said, field) for field in _HEARD) or said.said_stop == "yes" else None
