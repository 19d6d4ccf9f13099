"""Reads one week out of the ledger: the calls one by one, and at the end the report as a value.

Decides which entries a week's report rests on: calls that came in the week, what people said of them until now, and the
gaps of that week, all up to the ledger's head at the time of reading. What a call counts as is decided in
`core/observed.py`. Memory stays flat however many calls there are.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.core import watching
from blocker.core.corrected import withdrawn_of
from blocker.core.ended import ended_of
from blocker.core.entry import EntryKind, Head, format_time, parse_time
from blocker.core.erasure import ErasedOfWeek
from blocker.core.gist import Gist, Line, Whole
from blocker.core.imported import imported_call, still_counts
from blocker.core.observed import (
    ListChange,
    SeenCall,
    Standing,
    list_change_of,
)
from blocker.core.report import Listed, Report
from blocker.core.settling import Settled, Settling
from blocker.core.spoken import Spoken
from blocker.core.tally import Sample, Tally
from blocker.core.timekeeping import ClockSet, clock_set_of
from blocker.core.watching import Gap, Watch
from blocker.core.week import Week
from blocker.filing.calls_around import Entry, GistReader, Progress, entries_around, nobody
from blocker.number_rows import NumberRows

OUTCOME_MARGIN = timedelta(hours=1)
"""How far outside the week outcomes of its calls are looked for: they come within seconds, but a clock may be set."""

EachCall = Callable[[SeenCall], object]


class EntryReader(GistReader, Protocol):
    """The ledger, to be read."""

    async def head(self) -> Head:
        """Where the chain ends now."""
        ...

    def entries(
        self,
        *,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """The entries that have contents, in order of their numbers.

        `since` and `until` are about their time `at`; `calls` are the ids of the calls they are about.
        """
        ...

    def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """The calls that other devices recorded and that began in this span, in order of time."""
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


@dataclass(frozen=True, slots=True)
class Making:
    """What a report says of its own making; nothing, where the week is over and the ledger holds."""

    now: datetime | None = None
    """The present, where the week may not be over yet. Nothing of it shows in the report of a week that is."""
    fault: Callable[[], Awaitable[str]] = nothing
    """Waits until the ledger is checked, which may go on beside the reading; what doesn't hold in it, as a sentence."""
    on_progress: Progress = nobody
    """Of reading the week."""


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
    around = (start - OUTCOME_MARGIN, end + OUTCOME_MARGIN)
    ends = await first(reader.entries(kinds=[EntryKind.CALL_ENDED], since=around[0])) is not None
    async for entries in entries_around(reader, *around, head.n, on_progress=making.on_progress):
        settled = collected.take_from_week(entries)
        collected.count(await _with_ends(reader, head, settled) if ends else settled)
    settled = collected.end_of_week()
    collected.count(await _with_ends(reader, head, settled) if ends else settled)
    changes = [e async for e in reader.entries(kinds=[EntryKind.LIST_CHANGED], since=start, until=end)]
    collected.take_changes(entry for entry in changes if entry.n <= head.n)
    async for entry in reader.begun(start, end):
        if entry.n <= head.n and still_counts(entry.n, entry.content, spoken.withdrawn):
            collected.take_from_elsewhere(entry.n, entry.content)
    later = await first(reader.entries(since=end))
    made_on = now.astimezone(zone).isoformat(timespec="milliseconds") if now else ""
    report = collected.report(week, head, goes_on=later is not None and later.n <= head.n)
    clock_set = await _clock_set(reader, head, (format_time(start), format_time(end)), zone)
    return replace(report, fault=await making.fault(), made_on=made_on, erased=erased.told(), clock_set=clock_set)


async def _clock_set(reader: EntryReader, head: Head, week: tuple[str, str], zone: ZoneInfo) -> Listed[ClockSet]:
    """When the clock was set in a week, or into it, or out of it."""
    found: Sample[ClockSet] = Sample()
    async for entry in reader.entries(kinds=[EntryKind.CLOCK_CHANGED]):
        times = sorted(str(entry.content.get(name)) for name in ("before", "after"))
        if entry.n <= head.n and times[0] < week[1] and times[1] >= week[0]:
            found.add(clock_set_of(entry.n, entry.content, zone))
    return found.listed()


async def _with_ends(reader: EntryReader, head: Head, calls: list[SeenCall]) -> list[SeenCall]:
    """Calls with how each ended, where the phone system told, however much later."""
    if not calls:
        return calls
    ids = {call.call for call in calls}
    found = [e async for e in reader.entries(kinds=[EntryKind.CALL_ENDED], calls=ids) if e.n <= head.n]
    ended = dict(ended_of(entry.n, entry.content) for entry in found)
    return [call._replace(ended=ended.get(call.call)) for call in calls]


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
        self._start, self._end = map(format_time, bounds)
        self._settling: Settling[Gist | Whole] = Settling()
        self._tally, self._numbers = Tally(), NumberRows(temporary)
        self._changes: Sample[ListChange] = Sample()
        self._first = self._last = 0
        self._latest = self._start

    def take_from_whole_ledger(self, n: int, content: Mapping[str, Any]) -> None:
        """Take what bears on the week whenever it was written: statements, gaps, starts and stops."""
        if content["kind"] == EntryKind.STATEMENT:
            self._spoken.take(n, content)
        else:
            self._watch.take(n, content)

    def take_from_week(self, entries: Iterable[Line]) -> list[SeenCall]:
        """Take entries from around the week; statements must have been taken before. Gives the calls to be counted."""
        found: list[SeenCall] = []
        for entry in entries:
            if entry.outcome is not None:
                found += self._seen(self._settling.outcome(entry.outcome))
            if not self._start <= entry.at < self._end:
                continue
            self._latest = max(self._latest, entry.at)
            if entry.call is not None:
                self._first, self._last = self._first or entry.n, entry.n
                found += self._seen(self._settling.call(entry.n, entry.call))
        return found

    def take_changes(self, entries: Iterable[Entry]) -> None:
        """Take the changes of the household's lists in the week."""
        for entry in entries:
            self._changes.add(list_change_of(entry.n, entry.content, self._zone))

    def end_of_week(self) -> list[SeenCall]:
        """All entries from around the week were taken. Gives the calls that are left to be counted."""
        return list(self._seen(self._settling.rest()))

    def take_from_elsewhere(self, n: int, content: Mapping[str, Any]) -> None:
        """Take a call of the week that another device recorded, whenever it was imported; after all others."""
        call = imported_call(n, content, self._spoken.of(content["call"]))
        self._each(call)
        self._tally.add(call)

    def _seen(self, settled: Iterable[Settled[Gist | Whole]]) -> Iterator[SeenCall]:
        for _, screened, outcome in settled:
            yield screened.seen(outcome, self._spoken.of(screened.get("call", "")))

    def count(self, calls: Iterable[SeenCall]) -> None:
        """Count calls of the week, each once, in the order in which they were given."""
        for call in calls:
            self._each(call)
            self._tally.add(call)
            if call.presented == "e164":
                self._numbers.add(call)

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
