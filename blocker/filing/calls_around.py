"""Reads the calls and outcomes around a span of time, quickly: by their gists, and whole where a gist isn't plain.

Decides only which way an entry is read; what it says is the same either way (`core/gist.py`). Which outcome belongs to
which call, `core/settling.py` decides.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple, Protocol

from blocker.core.contents import Content
from blocker.core.counts import Cell, cell_of
from blocker.core.ended import Ended
from blocker.core.entry import MAX_INTEGER, format_time, parse_time
from blocker.core.gist import PlainLine, outcome_of, plain_lines, read_lines, read_whole
from blocker.core.gist_call import AlikeCall, Gist, Line, Plain, Whole, seen_plain
from blocker.core.ledger_ports import Entry
from blocker.core.observed import NO_STATEMENT, Happened, SeenCall, Statement, happened_of
from blocker.core.settling import Settled, Settling

_number = attrgetter("n")

Progress = Callable[[float], None]
"""Told now and then: the share that is done, from 0 to 1."""


def nobody(_: float) -> None:
    """For work that nobody waits for."""


_MOMENT = timedelta(milliseconds=1)


class GistReader(Protocol):
    """The ledger, to be read quickly."""

    def gists(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Lines of `core/gist.py`, many in one text, in order of number.

        They are of all entries of a span of time that have contents; there may be others among them.
        """
        ...

    def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """Those entries that have contents, whole, in order of number."""
        ...


class SettledPage(NamedTuple):
    """Calls whose fate is known, and when the latest entry was made of those that were read for them."""

    calls: list[Plain | Settled[Gist | Whole]]
    latest: str
    """UTC; empty where none of them is of that span."""

    @property
    def last(self) -> int:
        """The number of the last call's entry; 0 for none."""
        return max([int(call[0]) for call in self.calls], default=0)


async def settled_calls(
    reader: GistReader,
    since: datetime,
    until: datetime,
    head: int = MAX_INTEGER,
    *,
    margin: timedelta = timedelta(0),
    on_progress: Progress = nobody,
) -> AsyncIterator[SettledPage]:
    """The calls of a span of time, each with its outcome, in the ledger's order (but for outcomes that were very late).

    Args:
        reader: the ledger.
        since: its first instant, aware.
        until: the first one after it.
        head: no entry after this number.
        margin: how far outside the span outcomes are looked for.
        on_progress: told how much of the span is read, by the time of the entries.

    Raises:
        LedgerError: the ledger can't be read.
    """
    settler = _Settler(format_time(since), format_time(until))
    around = since - margin, until + margin
    first, end = map(format_time, around)
    async for text in reader.gists(*around):
        plain = plain_lines(text)
        if plain is not None and int(plain[-1][0]) <= head:
            lines = [line for line in plain if first <= line[1] < end]
            page, latest = settler.plain(lines), lines[-1][1] if lines else ""
        else:
            whole = await entries_of(reader, text)
            entries = [line for line in whole if first <= line.at < end and line.n <= head]
            page, latest = settler.entries(entries), entries[-1].at if entries else ""
        yield page
        if latest:
            on_progress((parse_time(latest) - around[0]) / max(around[1] - around[0], _MOMENT))
    yield settler.rest()


async def entries_of(reader: GistReader, text: str) -> list[Line]:
    """The entries of a text, of which some must be read whole."""
    read, odd = read_lines(text)
    if odd:
        read += [read_whole(entry.n, entry.content) async for entry in reader.numbered(odd)]
        read.sort(key=_number)
    return read


_Waiting = tuple[str, str, str, str, str, str, AlikeCall]
"""A call whose outcome isn't read yet, by the fields of `Gist`."""


class _Settler:
    """Gives calls of a span, each with its outcome."""

    def __init__(self, first: str, end: str) -> None:
        self._first, self._end = first, end
        self._settling: Settling[Gist | Whole] = Settling()

    def entries(self, lines: Iterable[Line]) -> SettledPage:
        """Take entries, whatever they are."""
        found: list[Plain | Settled[Gist | Whole]] = []
        latest = ""
        for n, at, call, outcome in lines:
            if outcome is not None:
                found += self._settling.outcome(outcome)
            if self._first <= at < self._end:
                latest = max(latest, at)
                if call is not None:
                    found += self._settling.call(n, call)
        return SettledPage(found, latest)

    def plain(self, lines: Collection[PlainLine]) -> SettledPage:
        """Take lines, most of which are of calls that ring, or have their outcome next: to the same effect."""
        found: list[Plain | Settled[Gist | Whole]] = []
        first, end, settling = self._first, self._end, self._settling
        idle = settling.idle
        waiting: _Waiting | None = None
        for n, at, call, local, number, answered, after, common, outcome in lines:
            if common is not None and first <= at < end:
                if waiting is not None:
                    found += self._held(waiting)
                    waiting, idle = None, False
                if idle and common.action == "ring":
                    found.append((n, call, at, local, number, answered, common.fate(Happened.LET_THROUGH)))
                elif idle:
                    waiting = n, call, at, local, number, answered, common
                else:
                    found += self._held((n, call, at, local, number, answered, common))
                    idle = settling.idle
            elif outcome is not None:
                if waiting is not None and waiting[1] == call:
                    found.append(_settled(waiting, outcome, after))
                    waiting = None
                else:
                    found += settling.outcome(outcome_of(outcome, call, after))
                    idle = settling.idle
        if waiting is not None:
            found += self._held(waiting)
        return SettledPage(found, max([line[1] for line in lines if first <= line[1] < end], default=""))

    def rest(self) -> SettledPage:
        """All were taken."""
        return SettledPage([*self._settling.rest()], "")

    def _held(self, call: _Waiting) -> list[Settled[Gist | Whole]]:
        return self._settling.call(int(call[0]), Gist(int(call[0]), *call[1:]))


def _settled(waiting: _Waiting, outcome: Content, after: str) -> Plain:
    """A call that was to be turned away, with its outcome."""
    n, call, at, local, number, _, common = waiting
    fate = common.fate(happened_of(common.action, outcome))
    return n, call, at, local, number, after if outcome["acknowledged"] else "", fate


def seen_of(call: Plain | Settled[Gist | Whole], statement: Statement, ended: Ended | None = None) -> SeenCall:
    """A call with what was said of it and how it ended; raises as `observed.seen_call`."""
    if isinstance(call, Settled):
        screened: Gist | Whole = call.screened
        return screened.seen(call.outcome, statement, ended)
    return seen_plain(call, statement, ended)


def id_of(call: Plain | Settled[Gist | Whole]) -> str:
    """A call's id."""
    return call.screened.call if isinstance(call, Settled) else call[1]


def cells_of(page: SettledPage) -> Counter[Cell]:
    """Where calls are counted as if nobody had said anything; raises as `observed.seen_call`."""
    plain = Counter([(call[3][:13], call[6]) for call in page.calls if not isinstance(call, Settled)])
    cells: Counter[Cell] = Counter()
    for (hour, fate), calls in plain.items():
        cells[Cell(hour, fate.like.line, "", fate.like.standing, fate.like.happened)] += calls
    cells.update([cell_of(seen_of(call, NO_STATEMENT)) for call in page.calls if isinstance(call, Settled)])
    return cells
