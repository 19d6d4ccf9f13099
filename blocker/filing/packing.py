"""What goes into an evidence pack: the calls that were asked for, and everything in the ledger that belongs to them.

Reads only. Which entry belongs is judged in `core/pack.py`; filling a pack and handing it out is `pack_making.py`'s.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from blocker.core import pack
from blocker.core.attached import attached_of
from blocker.core.contents import Content
from blocker.core.corrected import withdrawn_of
from blocker.core.entry import EntryKind, Head
from blocker.core.household_entries import project
from blocker.core.household_facts import CaseState, Says
from blocker.core.imported import CALLS, call_instant, imported_call, still_counts
from blocker.core.ledger_before import BEFORE
from blocker.core.ledger_ports import Dated
from blocker.core.observed import SeenCall, seen_call
from blocker.core.pack import Period, SealAt
from blocker.core.spoken import Spoken
from blocker.core.taken_over import is_taken_over
from blocker.errors import UsageError


class Records(Dated, Protocol):
    """The ledger as it was at one moment."""

    async def head(self) -> Head:
        """Where the chain ended."""
        ...

    def links(self, first: int, last: int) -> AsyncIterator[bytes]:
        """The link lines of a stretch of entries."""
        ...

    def lines(self, numbers: Collection[int]) -> AsyncIterator[tuple[int, bytes]]:
        """Number and content, byte for byte, of those entries that have one."""
        ...

    async def erased_between(self, first: int, last: int) -> int:
        """How many entries of a stretch have no content any more."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pack is to be about: a week, a company or some calls; a company's may be within a time."""

    kind: str
    """`week`, `company` or `calls`."""
    what: str
    """For people: the week, the company's name, or the calls' ids."""
    companies: frozenset[str] = frozenset()
    """The slugs that mean the company."""
    calls: frozenset[str] = frozenset()
    since: datetime | None = None
    """First instant of the time, aware."""
    until: datetime | None = None
    """First instant after it."""

    @property
    def period(self) -> Period | None:
        """The time, where it has two ends."""
        return Period.of(self.since, self.until) if self.since and self.until else None

    def in_time(self, content: Content) -> bool:
        """Whether a call came within the time."""
        at = call_instant(content)
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)


class Chosen(NamedTuple):
    """What goes in."""

    calls: tuple[SeenCall, ...]
    """By time."""
    file: tuple[tuple[int, Content], ...]
    """Of the household's own file what holds now: number and content. What was said before is in `numbers` alone."""
    proofs: Mapping[str, str]
    """Sums of the files that those name, each with the file's name."""
    seals: tuple[SealAt, ...]
    numbers: frozenset[int]
    """Every entry whose content goes in."""
    left_out: int
    """Calls of the company that the household said were wanted."""


async def choose(reader: Records, asked: Asked) -> Chosen:
    """Find what belongs in a pack.

    Raises:
        UsageError: no call does.
        LedgerError: the ledger can't be read.
    """
    words = [(one.n, one.content) async for one in reader.entries([EntryKind.STATEMENT, EntryKind.CORRECTION])]
    spoken = Spoken.among(words)
    candidates = await _candidates(reader, asked, spoken)
    about = [(one.n, one.content) async for one in reader.entries(pack.ABOUT_A_CALL, calls=list(candidates))]
    seen = [call for call in _seen(about, spoken) if asked.in_time(call.entry) and _belongs(call.call, asked)]
    wanted = {one.call.call for one in seen if asked.kind == "company" and one.call.statement.mark == pack.WANTED}
    calls = sorted((one.call for one in seen if one.call.call not in wanted), key=lambda call: (call.utc, call.n))
    if not calls:
        raise UsageError(_nothing(asked, len(wanted)))
    ids = {call.call for call in calls}
    file = await _file(reader, asked, {call.line for call in calls})
    attached = await _attachments(reader, {sha256 for _, content in file for sha256 in pack.proofs_of(content)})
    evidence = {n for n, content in about if content["call"] in ids} | {n for n, _ in file} | {n for n, _ in attached}
    evidence |= {n for n, content in words if content["kind"] == EntryKind.CORRECTION and content["entry"] in evidence}
    if any(is_taken_over(content) for n, content in (*about, *file) if n in evidence):
        evidence |= {one.n async for one in reader.entries(BEFORE)}  # they say how that came about
    sealing = [one async for one in reader.entries([EntryKind.SEAL, EntryKind.TIME_STAMP])]
    seals = pack.around(evidence, pack.seals_of((one.n, one.content) for one in sealing))
    watch = [(one.n, one.content) async for one in reader.entries(pack.WATCHING)]
    of_seals = {n for seal in seals for n in (seal.n, *seal.stamps)}
    return Chosen(
        calls=tuple(calls),
        file=tuple(_holding(file, words)),
        proofs={content["sha256"]: content["name"] for _, content in reversed(attached)},
        seals=tuple(seals),
        numbers=frozenset(evidence | of_seals | pack.watching(watch, evidence, asked.period)),
        left_out=len(wanted),
    )


class _Seen(NamedTuple):
    call: SeenCall
    entry: Content


async def _candidates(reader: Records, asked: Asked, spoken: Spoken) -> set[str]:
    """The ids of calls that may belong."""
    match asked.kind:
        case "company":
            return {call for call, statement in spoken.statements.items() if pack.names(statement, asked.companies)}
        case "calls":
            return set(asked.calls)
        case _:
            screened = reader.entries([EntryKind.CALL_SCREENED], since=asked.since, until=asked.until)
            found = {one.content["call"] async for one in screened}
            if asked.since and asked.until:
                found |= {one.content["call"] async for one in reader.begun(asked.since, asked.until)}
            return found


def _seen(about: Iterable[tuple[int, Content]], spoken: Spoken) -> Iterable[_Seen]:
    """The calls among entries about them, each with its outcome and what was said of it."""
    entries = list(about)
    outcomes = {content["call"]: content for _, content in entries if content["kind"] == EntryKind.OUTCOME}
    for n, content in entries:
        if content["kind"] not in CALLS or not still_counts(n, content, spoken.withdrawn):
            continue
        statement = spoken.of(content["call"])
        if content["kind"] == EntryKind.CALL_IMPORTED:
            yield _Seen(imported_call(n, content, statement), content)
        else:
            yield _Seen(seen_call(n, content, outcomes.get(content["call"]), statement), content)


def _belongs(call: SeenCall, asked: Asked) -> bool:
    return asked.kind != "week" or pack.belongs_in_week(call)


def _nothing(asked: Asked, wanted: int) -> str:
    match asked.kind:
        case "company":
            time = " of that time" if asked.since or asked.until else ""
            but = f", but for {wanted} that were marked as wanted" if wanted else ""
            return (
                f"no statement about a call{time} says that the caller called for {asked.what}{but} "
                "(say so with: blocker statement CALL, or blocker mark CALL marketing --for …)"
            )
        case "calls":
            return "the contents of these calls are erased, so that there is nothing to hand out"
        case _:
            return f"no call of {asked.what} is unwanted, suspected or marked, so that there is nothing to hand out"


async def _file(reader: Records, asked: Asked, lines: Collection[str]) -> list[tuple[int, Content]]:
    """What the household's own file has about a company, and about the lines that were called."""
    if asked.kind != "company":
        return []
    kinds = pack.ABOUT_A_COMPANY | pack.ABOUT_A_LINE
    found = [(one.n, one.content) async for one in reader.entries(kinds)]
    return [(n, content) for n, content in found if pack.concerns(content, asked.companies, lines)]


def _holding(file: list[tuple[int, Content]], words: list[tuple[int, Content]]) -> list[tuple[int, Content]]:
    """What of the household's file holds now: two entries about it may be one objection, and one may be taken back."""
    corrections = [(n, content) for n, content in words if content["kind"] == EntryKind.CORRECTION]
    now = project([*file, *corrections], heir=str)
    items = (now.holders, now.registrations, now.contracts, now.objections, now.requests, now.consents)
    holding = {item.n for kind in (*items, now.agreed_times, now.open_cases) for item in kind}
    never: Mapping[str, Collection[str]] = {
        EntryKind.CONTRACT: now.never_customer_of,
        EntryKind.CONSENT: now.never_consented_to,
    }
    holding |= {
        n
        for n, content in file
        if content.get("says") == Says.NEVER and content["company"] in never.get(content["kind"], ())
    }
    withdrawn = withdrawn_of(corrections)
    holding |= {n for n, content in file if content.get("state") == CaseState.CLOSED and n not in withdrawn}
    return [(n, content) for n, content in file if n in holding]


async def _attachments(reader: Records, sums: Collection[str]) -> list[tuple[int, Content]]:
    """The entries about some files."""
    if not sums:
        return []
    found = [(one.n, one.content) async for one in reader.entries([EntryKind.ATTACHMENT])]
    return [(n, content) for n, content in found if attached_of(n, content).file.sha256 in sums]
