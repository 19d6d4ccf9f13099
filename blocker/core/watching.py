"""When nobody was watching: the stretches of a week in which calls may have come that no entry tells of.

Decides by what the ledger says: gap entries, stops that no gap entry covers, and the time before the first start. What
it can't say (whether the service still watched after the ledger's last entry) is left to the report's words.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, parse_time
from blocker.core.plain_text import one_line
from blocker.core.taken_over import is_taken_over

KINDS = frozenset({EntryKind.SERVICE_STARTED, EntryKind.SERVICE_STOPPED, EntryKind.GAP, EntryKind.LEDGER_BEGUN})
"""The entries that `Watch.take` wants, from the whole ledger: a gap is recorded when it is over."""

BEFORE_FIRST_START = "before the program was first started"


def unwatched(
    entries: Iterable[tuple[int, Content]],
    spans: Sequence[tuple[datetime, datetime]],
    zone: tzinfo,
    *,
    least: timedelta = timedelta(),
) -> tuple[bool, ...]:
    """Of each span of time, whether nobody watched in all of it, or for less than a while.

    Args:
        entries: those of `KINDS` in the whole ledger, in its order.
        spans: from and until, aware.
        zone: the household's.
        least: that while; nothing is less than none.

    Raises:
        LedgerFormatError, LedgerCorruptError: as `Watch.take` does.
    """
    watches = [Watch(since, until, zone) for since, until in spans]
    for n, content in entries:
        for watch in watches:
            watch.take(n, content)
    watched = [
        int((until - since).total_seconds()) - watch.unwatched_seconds()
        for watch, (since, until) in zip(watches, spans, strict=True)
    ]
    return tuple(seconds <= 0 or seconds < least.total_seconds() for seconds in watched)


class Gap(NamedTuple):
    """A stretch in which nobody watched, cut to the week. One of no length took no time by the clock."""

    since: str
    """Local time of the household with its UTC offset, as is `until`."""
    until: str
    seconds: int
    why: str
    calls_lost: int | None
    """Calls known to have come without an entry; None where that can't be known."""


class _Stretch(NamedTuple):
    since: datetime
    until: datetime
    why: str
    calls_lost: int | None = None

    def meets(self, other: "_Stretch") -> bool:
        return self.since < other.until and other.since < self.until


class Watch:
    """Takes entries in the ledger's order and tells afterwards when nobody watched during one week."""

    def __init__(self, start: datetime, end: datetime, zone: tzinfo, now: datetime | None = None) -> None:
        """What to look at.

        Args:
            start: the week's first instant.
            end: the first instant after it.
            zone: the household's.
            now: the present, of whose future nothing is claimed; None for a week that is over.
        """
        self._week = _Stretch(start, end, "")
        self._until = end if now is None else min(end, now)
        self._zone = zone
        self._starts: dict[bool, datetime] = {}
        """The first of this ledger, and of what was taken over into it from the one before (True)."""
        self._before = BEFORE_FIRST_START
        self._stopped: dict[bool, tuple[datetime, str]] = {}
        """Likewise the stop after which nobody has started yet."""
        self._stops: list[_Stretch] = []
        self._gaps: list[_Stretch] = []
        self._clocks: list[tuple[int, bool]] = []

    def take(self, n: int, content: Content) -> None:
        """Take an entry of one of `KINDS`.

        Raises:
            LedgerFormatError: a newer program wrote the entry.
            LedgerCorruptError: it lacks what such an entry holds.
        """
        of_a_whole_entry(self._take)(n, content)

    def _take(self, n: int, content: Content) -> None:
        at, earlier = parse_time(content["at"]), is_taken_over(content)
        match content["kind"]:
            case EntryKind.SERVICE_STARTED:
                self._starts.setdefault(earlier, at)
                if (stop := self._stopped.pop(earlier, None)) is not None:
                    self._keep(self._stops, stop[0], at, stop[1])
                simulated = content["clock"] == "simulated"
                if not self._clocks or self._clocks[-1][1] is not simulated:
                    self._clocks.append((n, simulated))
            case EntryKind.SERVICE_STOPPED:
                self._stopped[earlier] = (at, f"the service was stopped ({one_line(content['why'])})")
            case EntryKind.GAP:
                since, until = sorted((parse_time(content["from"]), parse_time(content["to"])))
                self._keep_gap(since, until, one_line(content["why"]), content["calls_lost"])
            case EntryKind.LEDGER_BEGUN:
                why = one_line(content["why"])
                self._before = f"recorded in an earlier ledger, kept as {one_line(content['kept_as'])}: {why}"
            case _:
                pass

    @property
    def watching_at_end(self) -> bool:
        """Whether a service was started and didn't stop, as far as the ledger knows."""
        return False in self._starts and False not in self._stopped

    def gaps(self) -> list[Gap]:
        """The stretches of the week in which nobody watched, by their beginning."""
        return [
            Gap(self._local(since), self._local(until), round((until - since).total_seconds()), why, lost)
            for since, until, why, lost in self._unwatched()
        ]

    def unwatched_seconds(self) -> int:
        """How long nobody watched in all; stretches that overlap count once."""
        seconds, reached = 0.0, self._week.since
        for stretch in self._unwatched():
            seconds += max(0.0, (stretch.until - max(stretch.since, reached)).total_seconds())
            reached = max(reached, stretch.until)
        return round(seconds)

    def by_simulated_clock(self, first: int, last: int) -> bool:
        """Whether any of the entries from number `first` to `last` was made under a simulated clock."""
        runs = [*self._clocks, (last + 1, False)]
        return any(simulated and n <= last and first < next_n for (n, simulated), (next_n, _) in pairwise(runs))

    def _keep(
        self, stretches: list[_Stretch], since: datetime, until: datetime, why: str, lost: int | None = None
    ) -> None:
        cut = _Stretch(max(since, self._week.since), min(until, self._until), why, lost)
        if cut.since < cut.until:
            stretches.append(cut)

    def _keep_gap(self, since: datetime, until: datetime, why: str, lost: int | None) -> None:
        """Keep what an entry calls a gap, even where the clock gives it no length: somebody had a reason to tell."""
        if since == until and self._week.since <= since < self._week.until:
            self._gaps.append(_Stretch(since, until, why, lost))
        else:
            self._keep(self._gaps, since, until, why, lost)

    def _unwatched(self) -> list[_Stretch]:
        unrecorded = list(self._stops)
        if (stop := self._stopped.get(False)) is not None:
            self._keep(unrecorded, stop[0], self._week.until, stop[1])
        lasting = [gap for gap in self._gaps if gap.since < gap.until]
        begun = self._starts.get(True) or self._starts.get(False) or self._week.until
        if self._before != BEFORE_FIRST_START and lasting:  # somebody watched until this ledger's first gap
            begun = min(begun, lasting[0].since)
        self._keep(unrecorded, self._week.since, begun, self._before)
        stops = [stop for stop in unrecorded if not any(stop.meets(gap) for gap in lasting)]
        return sorted([*self._gaps, *stops], key=lambda stretch: stretch[:2])

    def _local(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).isoformat(timespec="milliseconds")
