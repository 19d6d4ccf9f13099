"""Promises about size: memory stays flat however many calls a week has and however many numbers they present."""

import gc
import tracemalloc
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

import pytest
from fakes.entries import BRUSSELS, MadeUp, local, many_calls, screened
from hypothesis import given
from hypothesis import strategies as st

from blocker import number_rows
from blocker.collecting import EachCall, collect
from blocker.core import record
from blocker.core.observed import SeenCall, seen_call
from blocker.core.report import LISTED, Report
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.number_rows import NumberRows
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms, write_report

WEEK = Week.parse("2026-W47")
FORMS = Forms(("calls.csv", calls_csv.writer), {"report.json": json_report.render, "report.md": markdown.render})
MEGABYTE = 1024 * 1024


def ledger(calls: int) -> MadeUp:
    """A week of calls, each from a number of its own: the start, the calls, and outcomes for half of them."""
    return MadeUp(1 + calls + (calls + 1) // 2, lambda: many_calls(calls, numbers=calls))


def is_right(report: Report, calls: int) -> bool:
    """Whether a report says what `many_calls` made."""
    totals, refused = report.totals, (calls + 1) // 2
    return (
        (totals.calls, totals.refused, totals.unwanted, totals.unmarked) == (calls, refused, refused, calls - refused)
        and report.numbers.total == report.unwanted.total == refused
        and len(report.numbers.items) == len(report.unwanted.items) == LISTED
    )


async def peak_of(calls: int, folder: Path) -> int:
    """The most memory that reading a week took, in bytes; rendering afterwards only sees what the report shows."""
    with (folder / f"{calls}.csv").open("w", encoding="utf-8", newline="") as file:
        gc.collect()  # what other tests left behind
        tracemalloc.start()
        try:
            report = await collect(ledger(calls), WEEK, BRUSSELS, calls_csv.writer(file), folder)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert is_right(report, calls)
    return peak


async def test_five_times_the_calls_take_no_more_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each call from another number, which is the worst that somebody who makes numbers up can do."""
    monkeypatch.setattr(number_rows, "NUMBERS_IN_MEMORY", 1_000)
    few, many = await peak_of(1_200, tmp_path), await peak_of(6_000, tmp_path)
    assert many < few + MEGABYTE  # the calls alone would be four; what garbage waits when is the interpreter's affair


@pytest.mark.soak
async def test_a_million_calls_in_flat_memory(tmp_path: Path) -> None:
    """The process grows by what the first hundred thousand need, and then no more."""
    calls, sizes = 1_000_000, list[int]()

    def rows_to(file: TextIO) -> EachCall:
        write = calls_csv.writer(file)

        def each(call: SeenCall) -> None:
            write(call)
            if int(call.call, 16) % 100_000 == 99_999:
                sizes.append(resident())

        return each

    forms = Forms(("calls.csv", rows_to), FORMS.documents)
    assert is_right(await write_report(ledger(calls), WEEK, BRUSSELS, tmp_path, forms), calls)
    assert max([*sizes, resident()]) < sizes[0] + 16 * MEGABYTE


def resident() -> int:
    """Memory of this process that is its own, in bytes (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("RssAnon"))


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.sampled_from([Reason.BLOCK_LIST, Reason.NOTHING_KNOWN]), st.booleans()),
        max_size=40,
    ),
    st.integers(1, 12),
)
def test_counting_on_disk_gives_what_counting_in_memory_gives(
    calls: list[tuple[int, Reason, bool]], in_memory: int
) -> None:
    """However often the numbers are put aside in between, each row is exact: counts, first and last time."""
    seen = []
    for n, (number, reason, acknowledged) in enumerate(calls, 1):
        at = local(f"2026-11-17 09:00:{n:02d}")
        outcome = record.outcome(at, str(n), acknowledged=acknowledged, after_ms=1)
        seen.append(seen_call(n, screened(at, str(n), number=f"+3225550{number:03d}", reason=reason), outcome))
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        rows = []
        for limit in (in_memory, 100):
            patch.setattr(number_rows, "NUMBERS_IN_MEMORY", limit)
            (made := Path(folder, str(limit))).mkdir(exist_ok=True)
            counting = NumberRows(made)
            for call in seen:
                counting.add(call.number, call.local, call)
            rows.append(counting.listed())
    assert rows[0] == rows[1]
    by_hand = Counter(call.number for call in seen)
    assert all(row.calls == by_hand[row.number] for row in rows[0].items)
