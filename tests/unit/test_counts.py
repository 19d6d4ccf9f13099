"""Promises about calls counted by week and hour: they are those of the reports, however they were counted."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes.entries import BRUSSELS, WITHHELD, Told, local
from fakes.ledgers import chained, lay_out
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.collecting import collect
from blocker.core.call_row import CallRow
from blocker.core.corrected import correction
from blocker.core.counts import Cell, Span, cell_of
from blocker.core.imported import Device, call_imported, fields_of
from blocker.core.ledger_ports import Entry
from blocker.core.number import NumberPlan
from blocker.core.observed import Happened, SeenCall, Standing
from blocker.core.statement import Said
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.filing.counting import count_weeks
from blocker.store.week_counts import FOLDER, WeekCountsFolder

LAST = Week.parse("2026-W44")
"""The week after the one on whose Sunday the clocks of Brussels go back."""
START = local("2026-10-05 00:00")
WEEKS = 4

INSTANTS = st.integers(0, WEEKS * 7 * 24 * 4 - 1).map(lambda quarter: START + timedelta(minutes=15 * quarter))


def imported(began: datetime, device: Device, row: int) -> dict[str, Any]:
    """A call that another device recorded."""
    fields = fields_of(CallRow(row, (str(row),), began.astimezone(BRUSSELS), "025550345"), device, NumberPlan("BE"))
    file = None if device is Device.HAND else {"name": "calls.xml", "sha256": "0" * 64, "row": row}
    at = local("2026-11-20 20:00")
    return call_imported(at, fields, device=device, file=file, line="mobile", zone="Europe/Brussels", by="Anna")


@st.composite
def houses(draw: st.DrawFn) -> Told:
    """Some weeks of a house, the end of summer time among them: calls, what people said of them and took back."""
    told = Told()
    calls, said = list[str](), list[int]()
    for instant in sorted(draw(st.lists(INSTANTS, max_size=12))):
        text = instant.astimezone(BRUSSELS).replace(tzinfo=None, fold=0).isoformat(" ")
        calls.append(
            told.call(
                text,
                reason=draw(st.sampled_from([Reason.BLOCK_LIST, Reason.NOTHING_KNOWN, Reason.COMMUNITY])),
                acknowledged=draw(st.sampled_from([True, False, None])),
                observe_only=draw(st.booleans()),
                **draw(st.sampled_from([{}, {"number": WITHHELD}])),
            )
        )
    for row, instant in enumerate(draw(st.lists(INSTANTS, max_size=4)), 1):
        n = told.add(imported(instant, device := draw(st.sampled_from([Device.HAND, Device.ANDROID])), row))
        calls.append(told.all()[n - 1].content["call"])
        said += [n] if device is Device.HAND else []
    for call in draw(st.lists(st.sampled_from(calls), max_size=6)) if calls else []:
        company = draw(
            st.sampled_from([{}, {"said_company": "Belgacom", "company": "proximus"}, {"said_company": "X  y"}])
        )
        mark = draw(st.sampled_from(["marketing", "wanted"]))
        said.append(told.add(Said(mark=mark, **company).entry(local("2026-11-01 10:00"), call, "Anna")))
    for n in draw(st.lists(st.sampled_from(said), max_size=2)) if said else []:
        told.add(correction(local("2026-11-21 10:00"), n, why="a slip", by="Anna"))
    return told


async def by_reports(ledger: LedgerReader, folder: Path) -> list[tuple[Week, Counter[Cell]]]:
    """The same counts, from the calls that the weeks' reports show."""
    found, week = list[tuple[Week, Counter[Cell]]](), LAST
    for _ in range(WEEKS):
        cells: Counter[Cell] = Counter()

        def each(call: SeenCall, cells: Counter[Cell] = cells) -> None:
            cells[cell_of(call)] += 1

        await collect(ledger, week, BRUSSELS, each, folder)
        found.insert(0, (week, cells))
        week = week.previous
    return found


async def counted(directory: Path, ledger: LedgerReader) -> list[tuple[Week, Counter[Cell]]]:
    """What the folder's counts say, as a list that can be compared."""
    span = await count_weeks(ledger, LAST, BRUSSELS, WeekCountsFolder(directory), WEEKS)
    return [(week.week, Counter(week.cells)) for week in span.weeks]


@settings(max_examples=40, deadline=None)
@given(houses())
def test_counting_gives_what_the_reports_give(told: Told) -> None:
    """Counted anew or found kept, with what people said and took back, with calls from elsewhere."""

    async def compare(directory: Path) -> None:
        await lay_out(directory, chained(entry.content for entry in told.all()))
        ledger = await LedgerReader.open(directory)
        try:
            expected = await by_reports(ledger, directory)
            assert await counted(directory, ledger) == expected
            assert await counted(directory, ledger) == expected
        finally:
            await ledger.close()

    with TemporaryDirectory() as folder:
        asyncio.run(compare(Path(folder)))


class Watched:
    """A ledger that notes for which spans of time its entries are read."""

    def __init__(self, ledger: LedgerReader) -> None:
        self._ledger = ledger
        self.spans: list[str] = []
        self.begun, self.fingerprint, self.numbered = ledger.begun, ledger.fingerprint, ledger.numbered

    def entries(
        self,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """As `LedgerReader.entries`."""
        return self._ledger.entries(kinds, since, until, calls)

    def gists(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """As `LedgerReader.gists`."""
        self.spans.append(since.date().isoformat())
        return self._ledger.gists(since, until)


async def spans_read(directory: Path, folder: Path | None = None) -> tuple[list[str], Span]:
    """The first days of the weeks that had to be read, and what was counted."""
    ledger = await LedgerReader.open(directory)
    try:
        watched = Watched(ledger)
        return watched.spans, await count_weeks(watched, LAST, BRUSSELS, WeekCountsFolder(folder or directory), WEEKS)
    finally:
        await ledger.close()


UNWANTED = Standing.UNWANTED


async def test_a_week_is_read_again_only_when_its_entries_are_others(tmp_path: Path) -> None:
    """Kept while nothing changed; read anew after an entry came late, or went; never for a statement."""
    told = Told()
    for day in ("2026-10-07", "2026-10-14", "2026-10-21"):
        told.call(f"{day} 09:30", reason=Reason.BLOCK_LIST)
    ledger = await Ledger.open(tmp_path)
    for entry in told.all():
        await ledger.append(entry.content)
    per_week = []
    try:
        for change, read in (
            (None, ["2026-10-04", "2026-10-11", "2026-10-18"]),
            (None, []),
            ("a statement", []),
            ("a late entry", ["2026-10-11"]),
            ("an erasure", ["2026-10-11"]),
            ("an empty week", []),
        ):
            if change == "a statement":
                await ledger.append(Said(mark="wanted").entry(local("2026-11-20 10:00"), f"{3:016x}", "Anna"))
            elif change == "a late entry":
                other = Told()
                other.call("2026-10-14 10:00")
                await ledger.append({**other.all()[0].content, "call": "f" * 16})
            elif change == "an erasure":
                await ledger.erase([3, 4], "asked for", "Anna")
            elif change == "an empty week":
                await ledger.erase([1, 2], "asked for", "Anna")
            spans, span = await spans_read(tmp_path)
            assert spans == read, change
            per_week.append([calls for _, calls in span.per_week(lambda cell: cell.standing is UNWANTED)])
    finally:
        await ledger.close()
    assert not (tmp_path / FOLDER / "2026-W41.json").exists()
    assert per_week == [[1, 1, 1, 0], [1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0]]


async def test_counting_that_was_cut_short_goes_on_where_it_ended(tmp_path: Path) -> None:
    """Each week is kept as soon as it is counted: the next run reads the others only, and says how far it is."""
    told = Told()
    for day in ("2026-10-07", "2026-10-14", "2026-10-21"):
        told.call(f"{day} 09:30", reason=Reason.BLOCK_LIST)
    await lay_out(tmp_path, chained(entry.content for entry in told.all()))

    def power_cut(share: float) -> None:
        if share == 0.5:
            raise KeyboardInterrupt

    ledger = await LedgerReader.open(tmp_path)
    try:
        with pytest.raises(KeyboardInterrupt):
            await count_weeks(ledger, LAST, BRUSSELS, WeekCountsFolder(tmp_path), WEEKS, on_progress=power_cut)
        watched, shares = Watched(ledger), list[float]()
        await count_weeks(watched, LAST, BRUSSELS, WeekCountsFolder(tmp_path), WEEKS, on_progress=shares.append)
    finally:
        await ledger.close()
    assert watched.spans == ["2026-10-18"]
    assert shares == [0.25, 0.5, 0.75, 1.0]


async def test_when_calls_came(tmp_path: Path) -> None:
    """By the clock at the line, Monday to Sunday; an hour that comes twice is one."""
    told = Told()
    for at in ("2026-10-25 02:30", "2026-10-25 02:40*", "2026-10-26 00:00", "2026-10-28 23:59:59.999"):
        told.call(at)
    await lay_out(tmp_path, chained(entry.content for entry in told.all()))
    _, span = await spans_read(tmp_path)
    table = span.per_hour(lambda cell: cell.happened is Happened.LET_THROUGH)
    assert {(day, hour): calls for day, row in enumerate(table) for hour, calls in enumerate(row) if calls} == {
        (6, 2): 2, (0, 0): 1, (2, 23): 1,
    }  # fmt: skip
    assert [calls for _, calls in span.per_week(lambda _: True)] == [0, 0, 2, 2]


@pytest.mark.parametrize("garbage", [b"", b"\xff", b"[]", b"null", b'{"format": 1}', b"[" * 100_000])
async def test_what_is_kept_may_be_lost(tmp_path: Path, garbage: bytes) -> None:
    """A file that can't be read is as if it weren't there; where none can be written, counting goes on."""
    told = Told()
    told.call("2026-10-21 09:30", reason=Reason.BLOCK_LIST)
    await lay_out(tmp_path, chained(entry.content for entry in told.all()))
    _, whole = await spans_read(tmp_path)
    for file in (tmp_path / FOLDER).iterdir():
        file.write_bytes(garbage)
    assert (await spans_read(tmp_path)) == (["2026-10-18"], whole)
    assert (await spans_read(tmp_path)) == ([], whole)
    (tmp_path / "a-file").write_text("")
    assert (await spans_read(tmp_path, tmp_path / "a-file")) == (["2026-10-18"], whole)


async def test_nothing_of_a_caller_is_kept(tmp_path: Path) -> None:
    """The files hold no number, no name, no id."""
    told = Told()
    told.call("2026-10-21 09:30", reason=Reason.BLOCK_LIST, name="Zoë")
    await lay_out(tmp_path, chained(entry.content for entry in told.all()))
    await spans_read(tmp_path)
    (file,) = (tmp_path / FOLDER).iterdir()
    assert json.loads(file.read_bytes())["cells"] == [["2026-10-21T09", "landline", "unwanted", "refused", 1]]
    assert file.stat().st_mode & 0o077 == 0
