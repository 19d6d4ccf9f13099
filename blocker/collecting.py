"""Reads one week out of the ledger: the calls one by one, and at the end the report as a value.

Decides which entries a week's report rests on: calls that came in the week, what people said of them until now, and the
gaps of that week, all up to the ledger's head at the time of reading. What a call counts as is decided in
`core/observed.py`. Memory stays flat however many calls there are.
"""

import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from blocker.core import watching
from blocker.core.corrected import withdrawn_of
from blocker.core.counts import Cell, Cells
from blocker.core.ended import Ended
from blocker.core.entry import MAX_INTEGER, EntryKind, Head, format_time, parse_time
from blocker.core.erasure import ErasedOfWeek
from blocker.core.gist_call import Fate, Plain
from blocker.core.imported import imported_call, still_counts
from blocker.core.ledger_before import BEFORE, before_of
from blocker.core.ledger_ports import Dated, Entry
from blocker.core.observed import (
    NO_STATEMENT,
    ListChange,
    SeenCall,
    Standing,
    list_change_of,
)
from blocker.core.report import Listed, Report
from blocker.core.settling import Settled
from blocker.core.spoken import Spoken
from blocker.core.tally import Sample, Tally
from blocker.core.timekeeping import ClockSet, clock_set_of
from blocker.core.watching import Gap, Watch
from blocker.core.week import Week
from blocker.filing.call_ends import Ends
from blocker.filing.calls_around import (
    GistReader,
    Progress,
    SettledPage,
    cells_of,
    id_of,
    nobody,
    seen_of,
    settled_calls,
)
from blocker.number_rows import NumberRows

A_YEAR = timedelta(weeks=53)
"""So far back the figures of a report go: for so long it says what it lacks of an earlier ledger."""

OUTCOME_MARGIN = timedelta(hours=1)
"""How far outside the week outcomes of its calls are looked for: they come within seconds, but a clock may be set."""


class EachCall(Protocol):
    """Is given each call of a week."""

    def __call__(self, call: SeenCall, /) -> object:
        """Take a call."""
        ...


@runtime_checkable
class TakesBrief(EachCall, Protocol):
    """An `EachCall` that may also be given calls of which nothing was said, without a `SeenCall` being made of each."""

    def brief(self, call: Plain, ended: Ended | None) -> None:
        """Take such a call, and how it ended, where that is known."""
        ...


class EntryReader(GistReader, Dated, Protocol):
    """The ledger, to be read."""

    async def head(self) -> Head:
        """Where the chain ends now."""
        ...


async def first(entries: AsyncIterator[Entry]) -> Entry | None:
    """The first of some entries, None if there is none; the rest isn't read."""
    try:
        return await anext(entries, None)
    finally:
        if close := getattr(entries, "aclose", None):
            await close()


async def nothing() -> str:
    """For a ledger in which nothing is wrong."""
    return ""


async def nothing_more(_: Cells) -> None:
    """For a report that shows nothing beside the week's own figures."""


@dataclass(frozen=True, slots=True)
class Making:
    """What a report says of its own making; nothing, where the week is over and the ledger holds."""

    now: datetime | None = None
    """The present, where the week may not be over yet. Nothing of it shows in the report of a week that is."""
    fault: Callable[[], Awaitable[str]] = nothing
    """Waits until the ledger is checked, which may go on beside the reading; what doesn't hold in it, as a sentence."""
    on_progress: Progress = nobody
    """Of reading the week."""
    once_read: Callable[[Cells], Awaitable[None]] = nothing_more
    """Awaited when all is read, before the check is; given what the machine alone saw, as `filing/counting.py` keeps
    it."""


PLAIN = Making()


async def collect(
    reader: EntryReader, week: Week, zone: ZoneInfo, each: EachCall, temporary: Path, *, making: Making = PLAIN
) -> Report:
    """The report of a week, as a value.

    Args:
        reader: the ledger.
        week: which week, by the calendar of `zone`.
        zone: the household's.
        each: is given each call of the week, in the ledger's order.
        temporary: a folder for temporary files, removed by the caller.
        making: what there is to say of the making.

    Raises:
        LedgerError: the ledger can't be read, or not be checked.
        OSError: a temporary file can't be written.
    """
    head = await reader.head()
    start, end = week.bounds(zone)
    now = making.now if making.now is not None and making.now < end else None
    corrections = [(e.n, e.content) async for e in reader.entries(kinds=[EntryKind.CORRECTION]) if e.n <= head.n]
    spoken = Spoken(withdrawn_of(corrections))
    collected = _Collected(Watch(start, end, zone, now), (start, end), zone, each, temporary, spoken=spoken)
    erased = ErasedOfWeek(str(week), zone)
    async for entry in reader.entries(kinds=[*watching.KINDS, EntryKind.STATEMENT, EntryKind.ERASURE]):
        kind = entry.content["kind"]
        if entry.n > head.n:
            break
        if kind == EntryKind.ERASURE:
            erased.take(entry.n, entry.content)
        else:
            collected.take_from_whole_ledger(entry.n, entry.content)
    ends = Ends(reader, head.n, start - OUTCOME_MARGIN, end + OUTCOME_MARGIN)
    told = await first(reader.entries(kinds=[EntryKind.CALL_ENDED], since=start - OUTCOME_MARGIN)) is not None
    async with contextlib.aclosing(ends):
        async for page in settled_calls(
            reader, start, end, head.n, margin=OUTCOME_MARGIN, on_progress=making.on_progress
        ):
            collected.take(page, await ends.of({id_of(call) for call in page.calls}, page.last) if told else {})
    changes = [e async for e in reader.entries(kinds=[EntryKind.LIST_CHANGED], since=start, until=end)]
    collected.take_changes(entry for entry in changes if entry.n <= head.n)
    async for entry in reader.begun(start, end):
        if entry.n <= head.n and still_counts(entry.n, entry.content, spoken.withdrawn):
            collected.take_from_elsewhere(entry.n, entry.content)
    later = await first(reader.entries(since=end))
    await making.once_read(collected.cells)
    made_on = now.astimezone(zone).isoformat(timespec="milliseconds") if now else ""
    report = collected.report(week, head, goes_on=later is not None and later.n <= head.n)
    clock_set = await _clock_set(reader, head, (format_time(start), format_time(end)), zone)
    before = before_of([(e.n, e.content) async for e in reader.entries(kinds=BEFORE) if e.n <= head.n], zone)
    if before and start > before.at + (timedelta() if before.taken_over else A_YEAR):
        before = None
    report = replace(report, before=before, made_on=made_on, erased=erased.told(), clock_set=clock_set)
    return replace(report, fault=await making.fault())


async def _clock_set(reader: EntryReader, head: Head, week: tuple[str, str], zone: ZoneInfo) -> Listed[ClockSet]:
    """When the clock was set in a week, or into it, or out of it."""
    found: Sample[ClockSet] = Sample()
    async for entry in reader.entries(kinds=[EntryKind.CLOCK_CHANGED]):
        times = sorted(str(entry.content.get(name)) for name in ("before", "after"))
        if entry.n <= head.n and times[0] < week[1] and times[1] >= week[0]:
            found.add(clock_set_of(entry.n, entry.content, zone))
    return found.listed()


class _Collected:
    """What has been read of the ledger for one week."""

    def __init__(
        self,
        watch: Watch,
        bounds: tuple[datetime, datetime],
        zone: ZoneInfo,
        each: EachCall,
        temporary: Path,
        *,
        spoken: Spoken,
    ) -> None:
        self._watch, self._zone, self._each, self._spoken = watch, zone, each, spoken
        self._brief = each.brief if isinstance(each, TakesBrief) else None
        self.cells: Counter[Cell] = Counter()
        """What the machine alone saw of the week."""
        self._start, self._end = map(format_time, bounds)
        self._tally, self._numbers = Tally(), NumberRows(temporary)
        self._changes: Sample[ListChange] = Sample()
        self._first, self._last = MAX_INTEGER, 0
        self._latest = self._start

    def take_from_whole_ledger(self, n: int, content: Mapping[str, Any]) -> None:
        """Take what bears on the week whenever it was written: statements, gaps, starts and stops."""
        if content["kind"] == EntryKind.STATEMENT:
            self._spoken.take(n, content)
        else:
            self._watch.take(n, content)

    def take(self, page: SettledPage, ends: Mapping[str, Ended]) -> None:
        """Count calls of the week in the order in which they are given; statements must have been taken before.

        `ends` says how they ended, by their ids.
        """
        said, brief, numbers = self._spoken.statements, self._brief, self._numbers.add
        alike: dict[Fate, int] = {}  # calls that are only counted; below 0 where lists have room for them yet
        for call in page.calls:
            if brief and not isinstance(call, Settled) and call[1] not in said:
                fate = call[6]
                counted = alike.get(fate)
                if counted is None:
                    counted = alike[fate] = int(self._tally.takes_alike(fate.like)) - 1
                if counted >= 0:
                    alike[fate] = counted + 1
                    brief(call, ends.get(call[1]))
                    if call[4]:
                        numbers(call[4], call[3], fate.like)
                    continue
            told = id_of(call)
            self._take_one(seen_of(call, said.get(told, NO_STATEMENT), ends.get(told)))
        for fate, calls in alike.items():
            self._tally.add_alike(fate.like, max(0, calls))
        self.cells.update(cells_of(page))
        self._first = min([self._first, *(int(call[0]) for call in page.calls)])
        self._last = max(page.last, self._last)
        self._latest = max(self._latest, page.latest)

    def _take_one(self, call: SeenCall) -> None:
        self._each(call)
        self._tally.add(call)
        if call.presented == "e164":
            self._numbers.add(call.number, call.local, call)

    def take_changes(self, entries: Iterable[Entry]) -> None:
        """Take the changes of the household's lists in the week."""
        for entry in entries:
            self._changes.add(list_change_of(entry.n, entry.content, self._zone))

    def take_from_elsewhere(self, n: int, content: Mapping[str, Any]) -> None:
        """Take a call of the week that another device recorded, whenever it was imported; after all others."""
        call = imported_call(n, content, self._spoken.of(content["call"]))
        self._each(call)
        self._tally.add(call)

    def report(self, week: Week, head: Head, *, goes_on: bool) -> Report:
        """The report, when everything is read; `goes_on` says whether the ledger has entries after the week."""
        gaps: Sample[Gap] = Sample()
        for gap in self._watch.gaps():
            gaps.add(gap)
        silent = self._watch.watching_at_end and not goes_on
        latest = parse_time(self._latest).astimezone(self._zone).isoformat(timespec="milliseconds")
        return Report(
            week=week,
            time_zone=self._zone.key,
            start=self._start,
            end=self._end,
            head=head,
            fault="",
            made_on="",
            simulated_clock=self._watch.by_simulated_clock(self._first, self._last),
            totals=self._tally.totals(),
            companies=self._tally.companies(),
            numbers=self._numbers.listed(),
            unwanted=self._tally.shown[Standing.UNWANTED].listed(),
            suspected=self._tally.shown[Standing.SUSPECTED].listed(),
            odd=self._tally.odd.listed(),
            false_positives=self._tally.shown[Standing.FALSE_POSITIVE].listed(),
            gaps=gaps.listed(),
            unwatched_seconds=self._watch.unwatched_seconds(),
            silent_after=latest if silent else "",
            changes=self._changes.listed(),
            refused=self._tally.shown[Standing.REFUSED].listed(),
            elsewhere=self._tally.elsewhere.listed(),
        )
