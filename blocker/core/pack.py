"""Which entries belong in an evidence pack, and what each of them has to do with what was asked for.

Implements the section “What a pack holds” of `docs/spec/evidence-pack.md` as functions of contents. Decides that
nothing of anybody else goes in: a company's pack has only calls whose valid statement names it, and no pack has what
the household keeps to itself. Reads nothing (`filing/packing.py`) and writes no file (`evidence/pack_files.py`).
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from blocker.core.contents import Content
from blocker.core.entry import EntryKind, format_time
from blocker.core.household_facts import Asks
from blocker.core.household_file import EVERYBODY
from blocker.core.imported import CALLS
from blocker.core.observed import SeenCall, Standing, Statement
from blocker.core.seal import seal_of, stamp_of

ABOUT_A_CALL = CALLS | {EntryKind.OUTCOME, EntryKind.CALL_ENDED, EntryKind.STATEMENT}
"""Of what is known of a call. Not among them is `private-note`, which stays in the house."""

ABOUT_A_COMPANY = frozenset(
    {
        EntryKind.CONTRACT,
        EntryKind.OBJECTION,
        EntryKind.REQUEST,
        EntryKind.CONSENT,
        EntryKind.AGREED_TIME,
        EntryKind.CASE,
    }
)
ABOUT_A_LINE = frozenset({EntryKind.LINE_HOLDER, EntryKind.REGISTRATION})

WATCHING = frozenset(
    {
        EntryKind.SERVICE_STARTED,
        EntryKind.SERVICE_STOPPED,
        EntryKind.GAP,
        EntryKind.CLOCK_CHANGED,
        EntryKind.RULES_LOADED,
        EntryKind.LEDGER_BEGUN,
    }
)
"""What says when somebody watched, by which clock and rules."""

WANTED = "wanted"
"""The mark of a call that no pack is about."""

UNWANTED = frozenset({Standing.UNWANTED, Standing.SUSPECTED})


def names(said: Statement, companies: Collection[str]) -> bool:
    """Whether, according to a statement, the caller called for one of these companies or worked for it."""
    return said.company in companies or said.call_centre in companies


def belongs_in_week(call: SeenCall) -> bool:
    """Whether a call of the week goes into the week's pack: unwanted, suspected, or told of, and not wanted."""
    return call.standing in UNWANTED or (call.statement.n > 0 and call.statement.mark != WANTED)


def concerns(content: Content, companies: Collection[str], lines: Collection[str]) -> bool:
    """Whether an entry of the household's own file goes with the calls of a company.

    Args:
        content: of one of ABOUT_A_COMPANY or ABOUT_A_LINE.
        companies: the slugs under which the company was known.
        lines: the household's lines that were called.
    """
    kind = content["kind"]
    if kind in ABOUT_A_COMPANY:
        if kind == EntryKind.REQUEST and content.get("asks") == Asks.IDENTITY:
            return False  # what the provider was asked is about others, whichever company the provider is
        to_all = kind == EntryKind.CONSENT and content.get("company") == EVERYBODY
        return to_all or content.get("company") in companies
    for_all = kind == EntryKind.REGISTRATION and content.get("line") == ""
    return for_all or content.get("line") in lines


def proofs_of(content: Content) -> tuple[str, ...]:
    """The sums of the files that an entry names as its proofs."""
    return tuple(content.get("proofs") or ())


class SealAt(NamedTuple):
    """A seal of the ledger, as far as it matters which of them are taken."""

    n: int
    """Its entry."""
    head: int
    """The entry that was the last one when it was made."""
    stamps: tuple[int, ...]
    """Entries with the time-stamps on it."""


def seals_of(entries: Iterable[tuple[int, Content]]) -> list[SealAt]:
    """The seals among some entries, with their time-stamps.

    Raises:
        LedgerFormatError: a newer program wrote an entry.
        LedgerCorruptError: an entry lacks what such entries hold.
    """
    seals: dict[int, SealAt] = {}
    for n, content in entries:
        if content["kind"] == EntryKind.SEAL:
            seals[n] = SealAt(n, seal_of(n, content).head.n, ())
        elif content["kind"] == EntryKind.TIME_STAMP and (seal := seals.get(stamp_of(n, content).seal)):
            seals[seal.n] = seal._replace(stamps=(*seal.stamps, n))
    return list(seals.values())


def around(evidence: Iterable[int], seals: Sequence[SealAt]) -> list[SealAt]:
    """The seals that bound the time of some entries.

    Before each entry the last one that has an outside time, after it the first one, and the first with an outside time;
    and the last one of all, which covers most of the span.

    Args:
        evidence: numbers of entries.
        seals: all of the ledger, in its order.
    """
    stamped = [seal for seal in seals if seal.stamps]
    heads, stamped_heads = [seal.head for seal in seals], [seal.head for seal in stamped]
    first_stamps = [seal.stamps[0] for seal in stamped]
    found = set(seals[-1:])
    for n in evidence:
        if earlier := bisect_left(first_stamps, n):
            found.add(stamped[earlier - 1])
        found.update(seals[(at := bisect_left(heads, n)) : at + 1])
        found.update(stamped[(at := bisect_left(stamped_heads, n)) : at + 1])
    return sorted(found)


class Period(NamedTuple):
    """A span of time, as entries write it: from `start` to just before `end`."""

    start: str
    end: str

    @classmethod
    def of(cls, start: datetime, end: datetime) -> "Period":
        """From two aware instants."""
        return cls(format_time(start), format_time(end))

    def holds(self, content: Content) -> bool:
        """Whether an entry about watching tells of this time."""
        if content["kind"] == EntryKind.GAP:
            return str(content.get("from")) < self.end and str(content.get("to")) > self.start
        return self.start <= str(content["at"]) < self.end


def watching(entries: Iterable[tuple[int, Content]], evidence: Collection[int], period: Period | None) -> set[int]:
    """The numbers of the entries which say whether somebody watched when the evidence was gathered.

    Args:
        entries: number and content of those of WATCHING, in the ledger's order.
        evidence: numbers of what the pack is about; not empty.
        period: the time that was asked for, if one was.
    """
    first, last = min(evidence), max(evidence)
    found, started = set(), 0
    for n, content in entries:
        if first < n < last or (period is not None and period.holds(content)):
            found.add(n)
        if content["kind"] == EntryKind.SERVICE_STARTED and n < min(found | {first}):
            started = n
    return found | {started} - {0}


class Span(NamedTuple):
    """The stretch of the ledger whose links a pack has."""

    first: int
    last: int
    before: str
    """`prev` of the first link."""
    head: str
    """Sum of the last link."""

    def text(self) -> bytes:
        """The file `span`."""
        return (
            f"evidence-pack-1\nfirst {self.first}\nlast {self.last}\nbefore {self.before}\nhead {self.head}\n".encode()
        )


def first_of(entries: Iterable[int], seals: Iterable[SealAt]) -> int:
    """The number with which the span begins."""
    return max(min([*entries, *(seal.head for seal in seals)]), 1)


def pack_made(
    at: datetime,
    *,
    name: str,
    of: str,
    span: tuple[int, int],
    contents: int,
    manifest: str,
    seal: int | None,
    by: str,
) -> dict[str, Any]:
    """The content of the entry that says that a pack was handed out; `manifest` is the sum of its MANIFEST."""
    made: Mapping[str, Any] = {"name": name, "of": of, "first": span[0], "last": span[1], "contents": contents}
    rest = {"manifest": manifest, "seal": seal, "by": by}
    return {"v": 1, "kind": str(EntryKind.PACK_MADE), "at": format_time(at), **made, **rest}
