"""What the report of a week of very many calls costs, in time and memory, and the counts of a year.

`python -m bench.report`. Measured is what the command does once the ledger is verified: all of the week read, counted
and written to `calls.csv`. Its floors are a walk over the same contents with Python's own sqlite3, and writing the same
rows with Python's own csv. Each call is from one of five thousand numbers, every second one is turned away.
"""

import asyncio
import csv
import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench.ledger import contents
from bench.measuring import Findings, finish, options
from blocker.collecting import collect
from blocker.core.entry import format_time
from blocker.core.week import Week
from blocker.evidence.ledger import MAX_BATCH, Ledger
from blocker.evidence.reading import LedgerReader
from blocker.filing.counting import count_weeks
from blocker.renderers import calls_csv
from blocker.store import ledger_db
from blocker.store.week_counts import WeekCountsFolder

CALLS, QUICK_CALLS = 1_000_000, 50_000
WEEK, ZONE = Week.parse("2026-W47"), ZoneInfo("Europe/Brussels")


def week_of(calls: int) -> Iterator[dict[str, Any]]:
    """Entries of so many calls of one week, as large as real ones."""
    start, end = WEEK.bounds(ZONE)
    apart = (end - start - timedelta(minutes=1)) / calls
    for i in range(calls):
        screened, outcome = contents(i)
        at, number = format_time((start + apart * i).astimezone(UTC)), f"+32475{i % 5_000:06d}"
        presented = {**screened["presented"], "number": number, "raw": number, "presentation": None}
        if i % 2:
            verdict = {**screened["verdict"], "decision": "ring", "reason": "nothing-known", "matches": []}
            answer = {"acknowledged": True, "after_ms": 4}
            yield {**screened, "at": at, "presented": presented, "verdict": verdict, "action": "ring", "answer": answer}
        else:
            yield {**screened, "at": at, "presented": presented}
            yield {**outcome, "at": at}


async def filled(directory: Path, calls: int) -> None:
    """Make the ledger."""
    ledger = await Ledger.open(directory)
    batch: list[dict[str, Any]] = []
    for content in week_of(calls):
        batch.append(content)
        if len(batch) == MAX_BATCH:
            await ledger.append(*batch)
            batch.clear()
    if batch:
        await ledger.append(*batch)
    await ledger.close()


def walked(directory: Path) -> float:
    """Seconds to walk over the contents."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(directory / ledger_db.FILE)) as database:
        for _ in database.execute("SELECT n, content FROM contents ORDER BY n"):
            pass
    return time.perf_counter() - begun


def written(made: Path) -> float:
    """Seconds to write the rows of a file anew; to have them is not counted."""
    taken = 0.0
    with made.open(encoding="utf-8", newline="") as source, made.with_suffix(".again").open("w", newline="") as target:
        rows, write = csv.reader(source), csv.writer(target, lineterminator="\r\n").writerows
        while some := [row for _, row in zip(range(10_000), rows, strict=False)]:
            begun = time.perf_counter()
            write(some)
            taken += time.perf_counter() - begun
    return taken


async def reported(directory: Path, made: Path, calls: int) -> tuple[float, float]:
    """Seconds to read, count and write the week, and the megabytes held then."""
    ledger = await LedgerReader.open(directory)
    try:
        begun = time.perf_counter()
        with made.open("w", encoding="utf-8", newline="") as file:
            report = await collect(ledger, WEEK, ZONE, calls_csv.writer(file), directory)
        taken = time.perf_counter() - begun
    finally:
        await ledger.close()
    assert report.totals.calls == calls
    return taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def counted(directory: Path) -> float:
    """Seconds to count the calls of a year by week and hour."""
    ledger = await LedgerReader.open(directory)
    try:
        begun = time.perf_counter()
        await count_weeks(ledger, WEEK, ZONE, WeekCountsFolder(directory))
        return time.perf_counter() - begun
    finally:
        await ledger.close()


def measure(where: Path, *, quick: bool) -> Findings:
    """All runs."""
    found = Findings("report")
    calls = QUICK_CALLS if quick else CALLS
    with tempfile.TemporaryDirectory(prefix="blocker-bench-", dir=where.resolve()) as folder:
        directory, made = Path(folder), Path(folder, "calls.csv")
        asyncio.run(filled(directory, calls))
        os.sync()
        walk = walked(directory)
        report, held = asyncio.run(reported(directory, made, calls))
        write = written(made)
        first, again = asyncio.run(counted(directory)), asyncio.run(counted(directory))
    found.table(
        f"the report of a week of {calls:,} calls",
        ["", "seconds", "us a call", "to the floors"],
        [
            ["floor: walk over the contents", walk, walk / calls * 1e6, ""],
            ["floor: write the same rows", write, write / calls * 1e6, ""],
            ["read, count, write calls.csv", report, report / calls * 1e6, report / (walk + write)],
            ["counts of the year, first time", first, first / calls * 1e6, ""],
            ["counts of the year, kept", again, again / calls * 1e6, ""],
        ],
    )
    found.target("a report over 1,000,000 calls", report / calls * CALLS, 10.0, "s")
    found.target("counts of the year, once kept", again, 1.0, "s")
    found.target("memory of the process", held, 80.0, "MB")
    return found


if __name__ == "__main__":
    asked = options("a report over very many calls")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
