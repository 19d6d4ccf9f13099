"""Counts the calls of many weeks without reading all of them each time.

Decides what is read anew: a week whose entries aren't the ones that it was counted from, and always what people said,
which may change the standing of an old call. So what is kept is what the machine alone saw, and for how many calls; it
is never trusted over the ledger, and may be lost. What a cell is, `core/counts.py` decides.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.collecting import OUTCOME_MARGIN
from blocker.core.counts import Cell, Cells, Span, WeekCounts, cell_of
from blocker.core.entry import EntryKind, parse_time
from blocker.core.imported import imported_call, still_counts
from blocker.core.ledger_ports import Dated, Entry
from blocker.core.observed import seen_call
from blocker.core.spoken import Spoken
from blocker.core.week import Week
from blocker.earlier import spoken_of
from blocker.filing.calls_around import GistReader, Progress, cells_of, nobody, settled_calls

CALLS_AT_ONCE = 500
"""How many calls that somebody spoke of are looked up together."""

_OF_CALLS = frozenset({EntryKind.CALL_SCREENED, EntryKind.OUTCOME})


class Ledger(GistReader, Dated, Protocol):
    """The ledger, to be read."""

    async def fingerprint(self, since: datetime, until: datetime) -> str:
        """What changes whenever other entries of that span have contents; empty where none has."""
        ...


class Kept(Protocol):
    """Weeks that were counted before."""

    def get(self, week: Week, fingerprint: str) -> Cells | None:
        """What the machine saw in a week, where that was counted from the same entries."""
        ...

    def put(self, week: Week, fingerprint: str, cells: Cells) -> None:
        """Keep it for the next time; where that can't be, nothing happens."""
        ...


class Counted:
    """Weeks that were counted before, and one that was counted just now, of the same ledger: that is kept as well."""

    def __init__(self, kept: Kept, week: Week, cells: Cells) -> None:
        """`cells` are what the machine alone saw in the week, whose calls are not none."""
        self._kept, self._week, self._cells = kept, week, cells

    def get(self, week: Week, fingerprint: str) -> Cells | None:
        """What the machine saw in a week."""
        if week != self._week:
            return self._kept.get(week, fingerprint)
        self._kept.put(week, fingerprint, self._cells)
        return self._cells

    def put(self, week: Week, fingerprint: str, cells: Cells) -> None:
        """Keep it for the next time."""
        self._kept.put(week, fingerprint, cells)


async def count_weeks(
    ledger: Ledger, last: Week, zone: ZoneInfo, kept: Kept, weeks: int = 52, *, on_progress: Progress = nobody
) -> Span:
    """The calls of some weeks up to `last`, by the calendar of `zone`; the latest statement about each call counts.

    Each week is kept as soon as it is counted, so that little is lost where this is ended early.

    Raises:
        LedgerError: the ledger can't be read.
    """
    wanted = [last]
    while len(wanted) < weeks:
        wanted.insert(0, wanted[0].previous)
    counts = dict[Week, Counter[Cell]]()
    for week in wanted:
        counts[week] = Counter(await _seen_by_machine(ledger, week, zone, kept))
        on_progress(len(counts) / len(wanted))
    spoken = await spoken_of(ledger)
    await _move_spoken_of(ledger, spoken, zone, counts)
    for week, cells in counts.items():
        async for entry in ledger.begun(*week.bounds(zone)):
            if still_counts(entry.n, entry.content, spoken.withdrawn):
                statement = spoken.of(entry.content["call"])
                cells[cell_of(imported_call(entry.n, entry.content, statement))] += 1
    return Span([WeekCounts(week, +cells) for week, cells in counts.items()])


async def _seen_by_machine(ledger: Ledger, week: Week, zone: ZoneInfo, kept: Kept) -> Cells:
    """The calls of a week, as if nobody had said anything about them."""
    start, end = week.bounds(zone)
    since, until = start - OUTCOME_MARGIN, end + OUTCOME_MARGIN
    read = await ledger.fingerprint(since, until)
    if not read:
        kept.put(week, "", {})
        return {}
    fingerprint = f"{zone.key} {read}"
    cells = kept.get(week, fingerprint)
    if cells is None:
        cells = await _read(ledger, (start, end))
        kept.put(week, fingerprint, cells)
    return cells


async def _read(ledger: Ledger, bounds: tuple[datetime, datetime]) -> Counter[Cell]:
    cells: Counter[Cell] = Counter()
    async for page in settled_calls(ledger, *bounds, margin=OUTCOME_MARGIN):
        cells.update(cells_of(page))
    return cells


async def _move_spoken_of(ledger: Ledger, spoken: Spoken, zone: ZoneInfo, counts: Mapping[Week, Counter[Cell]]) -> None:
    """Count each call that somebody spoke of where it belongs since."""
    calls = list(spoken.statements)
    for first in range(0, len(calls), CALLS_AT_ONCE):
        screened, outcomes = dict[str, Entry](), dict[str, Mapping[str, Any]]()
        async for entry in ledger.entries(_OF_CALLS, calls=calls[first : first + CALLS_AT_ONCE]):
            call = entry.content["call"]
            if entry.content["kind"] != EntryKind.OUTCOME:
                screened[call] = entry
            elif call in screened and call not in outcomes:
                outcomes[call] = entry.content
        for call, entry in screened.items():
            week = Week.containing(parse_time(entry.content["at"]), zone)
            if week not in counts:
                continue
            outcome = outcomes.get(call)
            if outcome and not _is_near(week, zone, parse_time(outcome["at"])):
                outcome = None
            counts[week][cell_of(seen_call(entry.n, entry.content, outcome))] -= 1
            counts[week][cell_of(seen_call(entry.n, entry.content, outcome, spoken.of(call)))] += 1


def _is_near(week: Week, zone: ZoneInfo, at: datetime) -> bool:
    start, end = week.bounds(zone)
    return start - OUTCOME_MARGIN <= at < end + OUTCOME_MARGIN
