"""What ten million numbers of the community cost: on the disk, in memory, to ask, and to bring up to date.

`python -m bench.community`. The program's book against a Python set, a table of SQLite and Asterisk's own database with
the same numbers, each asked in a process of its own, in turns. A delta changes one number in a hundred: four fifths are
new, one fifth goes. While the book takes it, this process goes on deciding, and the longest time by which a decision
comes late is noted, without the time in which the kernel gave the core to others.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bench.community_probe import CROWD, KINDS, key, keys, rated
from bench.decision import decision, household_knowledge
from bench.measuring import CLIENT_CORE, Findings, finish, median, options, pinned
from blocker import bookbinding
from blocker.store.book import Book
from blocker.store.book_file import Provenance
from blocker.store.book_records import pack
from blocker.store.book_writer import write_whole
from blocker.syncing import Order

SIZE, QUICK_SIZE = 10_000_000, 1_000_000
CHANGED = 100
"""One number of so many changes in a delta."""
AMONG = 5
"""One change of so many takes a number out."""
NOW = datetime(2026, 11, 17, 9, 12, 33, tzinfo=UTC)
_BATCH = 100_000

Rows = Iterable[tuple[Any, ...]]


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def megabytes(path: Path) -> float:
    """A file's size, in units of 1,000,000 bytes."""
    return path.stat().st_size / 1e6


async def fill_book(folder: Path, count: int) -> None:
    """Make the book with a record for each number, and put it in use."""
    book = Book(folder / "book")
    async with book.workshop() as shop:
        provenance = Provenance("bench", "bench.community", NOW)
        write_whole(shop / "made.book", ((number, pack(rated(number))) for number in keys(count)), {}, provenance)
        await book.adopt(shop / "made.book")
    await book.close()


def fill_keys(folder: Path, count: int) -> None:
    """The numbers as 64-bit integers, for the set."""
    with (folder / "keys").open("wb") as file:
        numbers = keys(count)
        while batch := array("Q", islice(numbers, _BATCH)):
            batch.tofile(file)


def fill_table(folder: Path, count: int) -> None:
    """SQLite with a column for each thing that a list says."""
    columns = "number INTEGER PRIMARY KEY, rating TEXT, votes INTEGER, last_activity TEXT, listed_since TEXT"
    with closing(sqlite3.connect(folder / "table.sqlite3")) as database:
        database.execute(f"CREATE TABLE numbers ({columns})")
        database.executemany("INSERT INTO numbers VALUES (?, ?, ?, ?, ?)", map(table_row, keys(count)))
        database.commit()


def table_row(number: int) -> tuple[Any, ...]:
    """One number as that table has it."""
    said = rated(number)
    return number, said.rating, said.votes, str(said.last_activity), str(said.listed_since)


def fill_astdb(folder: Path, count: int) -> None:
    """Asterisk's schema, with FreePBX's keys; a blacklist's value is a description."""
    with closing(sqlite3.connect(folder / "astdb.sqlite3")) as database:
        database.execute("CREATE TABLE astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))")
        database.executemany("INSERT INTO astdb VALUES (?, ?)", map(astdb_row, keys(count)))
        database.commit()


def astdb_row(number: int) -> tuple[str, str]:
    """One number as FreePBX's blacklist has it."""
    return f"/blacklist/{number}", "1"


def changes(count: int) -> Iterator[tuple[int, bool]]:
    """The delta: numbers, and whether each is new; else it goes."""
    for n, place in enumerate(range(0, count - CROWD // 2, CHANGED)):
        yield (key(place), False) if n % AMONG == 0 else (key(place) + 1, True)


def delta_of_database(path: Path, insert: str, row: Callable[[int], tuple[Any, ...]], delete: str, count: int) -> float:
    """Seconds that one transaction takes with all changes."""
    with closing(sqlite3.connect(path)) as database:
        begun = time.perf_counter()
        database.executemany(insert, [row(number) for number, new in changes(count) if new])
        database.executemany(delete, [row(number)[:1] for number, new in changes(count) if not new])
        database.commit()
        return time.perf_counter() - begun


def delta_of_set(folder: Path, count: int) -> float:
    """Seconds, in place; nothing of it is on the disk."""
    packed = array("Q", (folder / "keys").read_bytes())
    numbers = set(packed)
    return seconds(lambda: [(numbers.add if new else numbers.discard)(number) for number, new in changes(count)])


class Lateness:
    """Decides once a millisecond and notes how late that comes at worst, in milliseconds."""

    def __init__(self, decide: Callable[[str], object], number: str) -> None:
        self._decide, self._number = decide, number
        self._schedule = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self.worst = 0.0

    def _queued(self) -> float:
        """Seconds in which this thread could have run and the kernel had others run, so far."""
        return int(self._schedule.read_text(encoding="ascii").split()[1]) / 1e9

    async def run(self) -> None:
        """Go on until cancelled."""
        while True:
            queued, due = self._queued(), time.perf_counter() + 0.001
            await asyncio.sleep(0.001)
            self._decide(self._number)
            late = time.perf_counter() - due - (self._queued() - queued)
            self.worst = max(self.worst, late * 1000)


async def delta_of_book(folder: Path, count: int) -> tuple[float, float, float]:
    """Seconds to make the next book of the one before in a niced process, and to swap; and the worst lateness."""
    book = Book(folder / "book")
    decide = decision(replace(household_knowledge(folder / "none"), community=book))[0]
    list_file = folder / "delta.csv"
    with list_file.open("w", encoding="ascii") as file:
        file.write("number,votes\n")
        file.writelines(f"+{number},{7 if new else 0}\n" for number, new in changes(count))
    lateness = Lateness(decide, f"+{key(1) + 1}")
    decide(f"+{key(1) + 1}")
    deciding = asyncio.create_task(lateness.run())
    before = book.source("bench")
    assert before is not None
    async with book.workshop() as shop:
        made, columns = shop / "made.book", {"votes": "votes"}
        order = Order(
            list_file, made, "BE", "bench", "bench", NOW, form="csv", columns=columns, old_file=before.path
        )  # fmt: skip
        begun = time.perf_counter()
        bound = await bookbinding.bind(order)
        swapping = time.perf_counter()
        await book.adopt(made)
        ended = time.perf_counter()
    deciding.cancel()
    changed = list(changes(count))
    assert bound.entries == count + sum(1 if new else -1 for _, new in changed)
    assert all(bool(book.lookup(f"+{number}")) is new for number, new in changed[:1000])
    await book.close()
    return swapping - begun, ended - swapping, lateness.worst


def probed(kind: str, folder: Path, count: int) -> dict[str, Any]:
    """What a process of its own finds."""
    command = [sys.executable, "-m", "bench.community_probe", kind, str(folder), str(count)]
    found: dict[str, Any] = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)  # noqa: S603
    return found


def in_turns(folder: Path, count: int, rounds: int) -> dict[str, dict[str, Any]]:
    """The middle of several rounds, for each structure and for whole decisions."""
    found: dict[str, list[dict[str, Any]]] = {kind: [] for kind in (*KINDS, "decisions")}
    for _ in range(rounds):
        for kind, results in found.items():
            results.append(probed(kind, folder, count))
    return {
        kind: {name: _middle([one[name] for one in results]) for name in results[0]} for kind, results in found.items()
    }


def _middle(values: list[Any]) -> Any:  # noqa: ANN401  (a figure, or p50 and p99)
    return [median(column) for column in zip(*values, strict=True)] if isinstance(values[0], list) else median(values)


NAMES = {
    "book": "the book: numbers, index, records",
    "set": "Python's set of integers",
    "table": "a table of SQLite",
    "astdb": "Asterisk's AstDB",
}
FILES = {"set": "keys", "table": "table.sqlite3", "astdb": "astdb.sqlite3"}


def measure(directory: Path, *, quick: bool) -> Findings:
    """All runs."""
    findings, count = Findings("community"), QUICK_SIZE if quick else SIZE
    pinned(CLIENT_CORE)
    with tempfile.TemporaryDirectory(prefix="blocker-bench-", dir=directory.resolve()) as name:
        folder = Path(name)
        asyncio.run(fill_book(folder, count))
        for fill in (fill_keys, fill_table, fill_astdb):
            fill(folder, count)
        sizes = {kind: megabytes(folder / file) for kind, file in FILES.items()}
        sizes["book"] = sum(map(megabytes, (folder / "book").glob("*.book")))
        found = in_turns(folder, count, 1 if quick else 3)
        os.sync()
        bind, swap, late = asyncio.run(delta_of_book(folder, count))
        new_row = "INSERT INTO numbers VALUES (?, ?, ?, ?, ?)"
        deltas = {
            "book": bind + swap,
            "set": delta_of_set(folder, count),
            "table": delta_of_database(
                folder / FILES["table"], new_row, table_row, "DELETE FROM numbers WHERE number=?", count
            ),
            "astdb": delta_of_database(
                folder / FILES["astdb"],
                "INSERT INTO astdb VALUES (?, ?)",
                astdb_row,
                "DELETE FROM astdb WHERE key=?",
                count,
            ),
        }
    findings.table(
        f"{count:,} numbers",
        ["", "file, MB", "private, MB", "ready, ms", "hit p50, µs", "p99", "miss p50, µs", "p99", "delta, s"],
        [
            [NAMES[kind], sizes[kind], one["private_mb"], one["ready_ms"], *one["hit"], *one["miss"], deltas[kind]]
            for kind, one in found.items()
            if kind in KINDS
        ],
    )
    findings.table(
        "a whole decision on a number seen before, µs",
        ["", "p50", "p99"],
        [[name, *times] for name, times in found["decisions"].items()],
    )
    findings.table(
        f"a delta of {count // CHANGED:,} changes while calls come in",
        ["", ""],
        [["read and bound, s", bind], ["swapped, s", swap], ["a decision was late by at most, ms", late]],
    )
    findings.target("private memory of the book", found["book"]["private_mb"], 10, "MB")
    findings.target("ready after", found["book"]["ready_ms"], 50, "ms")
    findings.target("a decision is late during a sync and its swap by", late, 25, "ms")
    findings.target("a decision on a repeat, not listed, p50", found["decisions"]["not listed"][0], 10, "µs")
    return findings


if __name__ == "__main__":
    asked = options("ten million numbers of the community; --quick takes one million")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
