"""One structure that holds the community's numbers, asked in a process of its own: `python -m bench.community_probe`.

Takes a kind, a folder and how many numbers it holds; says as JSON how long it took until the first answer, what private
memory it holds, and how long answers take. Which numbers there are, is decided here too, so that each process knows
what is listed without being told. Each gets digits as text, as a caller's number comes. What counts is the thread's own
time on the core: a neighbour who takes the core away isn't measured.
"""

import json
import random
import sqlite3
import sys
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from bench.decision import decision, household_knowledge, microseconds
from bench.measuring import SERVER_CORE, percentile, pinned
from blocker.core.community import Rated, Rating
from blocker.core.listing import Target
from blocker.store.book import Book

FIRST, STEP = 32_400_000_000, 89
"""The numbers lie 89 apart on average: about one of each hundred is listed."""
CROWDED, CROWD = 49_300_000_000, 1000
"""Here every second one of a thousand is, with one vote, so that who looks at the neighbours sees fifty in vain."""
SAMPLE = 20_000
DECISIONS = 2_000

ASTDB_GET = "SELECT value FROM astdb WHERE key=?"
"""The schema and the question of Asterisk's own database (main/db.c of Asterisk)."""

Ask = Callable[[str], object]
"""Takes digits, as a caller's number comes: as text."""


def key(place: int) -> int:
    """The digits of a listed number; the one after it is never listed."""
    return FIRST + place * STEP + place * 7919 % (STEP - 1)


def keys(count: int) -> Iterator[int]:
    """All listed numbers in ascending order, `count` of them."""
    yield from map(key, range(count - CROWD // 2))
    yield from range(CROWDED, CROWDED + CROWD, 2)


def rated(number: int) -> Rated:
    """What the list says of a number: no two neighbours the same."""
    votes = 1 if number >= CROWDED else 1 + number % 97
    last = date(2026, 10, 31) - timedelta(days=number % 60)
    return Rated(Target(f"+{number}"), tuple(Rating)[2 + number % 5], votes, last, last - timedelta(days=number % 700))


def private_memory() -> float:
    """Megabytes that no other process shares and no file holds."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:")) / 1024


def quantiles(values: Sequence[float]) -> list[float]:
    """p50 and p99."""
    return [percentile(values, 0.5), percentile(values, 0.99)]


def as_book(folder: Path) -> Ask:
    """The program's own: look-up with all that a hit says."""
    book = Book(folder / "book")
    return lambda digits: book.lookup(f"+{digits}")


def as_set(folder: Path) -> Ask:
    """Python's set of integers."""
    file = folder / "keys"
    packed = array("Q")
    with file.open("rb") as stream:
        packed.fromfile(stream, file.stat().st_size // packed.itemsize)
    numbers = set(packed)
    return lambda digits: int(digits) in numbers


def as_table(folder: Path) -> Ask:
    """A table of SQLite with the number as its key, and what a hit says beside it."""
    database = sqlite3.connect(folder / "table.sqlite3")
    question = "SELECT rating, votes, last_activity, listed_since FROM numbers WHERE number=?"
    return lambda digits: database.execute(question, (int(digits),)).fetchone()


def as_astdb(folder: Path) -> Ask:
    """Asterisk's own database, as FreePBX's blacklist uses it."""
    database = sqlite3.connect(folder / "astdb.sqlite3")
    return lambda digits: database.execute(ASTDB_GET, (f"/blacklist/{digits}",)).fetchone()


KINDS: dict[str, Callable[[Path], Ask]] = {"book": as_book, "set": as_set, "table": as_table, "astdb": as_astdb}


def asked(kind: str, folder: Path, count: int) -> dict[str, object]:
    """What one structure costs."""
    chosen = random.Random(1)  # noqa: S311 (the same each time)
    listed = [key(chosen.randrange(count - CROWD // 2)) for _ in range(SAMPLE)]
    before, begun = private_memory(), time.perf_counter()
    ask = KINDS[kind](folder)
    assert ask(str(listed[0]))
    ready = time.perf_counter() - begun
    assert not ask(str(listed[0] + 1))
    answers = {"hit": [str(number) for number in listed], "miss": [str(number + 1) for number in listed]}
    found = {name: quantiles(microseconds(ask, numbers)) for name, numbers in answers.items()}
    return {"ready_ms": ready * 1000, "private_mb": private_memory() - before, **found}


def decided(folder: Path, count: int) -> dict[str, list[float]]:
    """What whole decisions cost on numbers seen before: with no list, and with the book."""
    without = household_knowledge(folder / "none")
    knowledge = replace(without, community=Book(folder / "book"))
    bare, full = decision(without)[0], decision(knowledge)[0]
    listed = [key(place) for place in range(0, count - CROWD // 2, count // 100)]
    samples = {
        "no list": (bare, [number + 1 for number in listed]),
        "listed": (full, listed),
        "not listed": (full, [number + 1 for number in listed]),
        "not listed, among fifty that are": (full, list(range(CROWDED + 1, CROWDED + CROWD, 2))[:100]),
    }
    found = {}
    for name, (decide, numbers) in samples.items():
        texts = [f"+{number}" for number in numbers]
        microseconds(decide, texts)
        found[name] = quantiles(microseconds(decide, [texts[index % len(texts)] for index in range(DECISIONS)]))
    return found


if __name__ == "__main__":
    pinned(SERVER_CORE)
    what, where, how_many = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    print(json.dumps(decided(where, how_many) if what == "decisions" else asked(what, where, how_many)))
