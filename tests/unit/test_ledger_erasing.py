"""Erasing: the contents go, from every byte of every file; the links stay, and the chain holds."""

import asyncio
import random
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.ledgers import content, raw_rows

from blocker.core.entry import EntryKind, parse
from blocker.core.erasure import NEVER_ERASED
from blocker.errors import LedgerWriteError, UsageError
from blocker.evidence import ledger as ledger_module
from blocker.evidence.ledger import MAX_ERASED, Ledger
from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify


def marker(i: int) -> str:
    """A number like a caller's, which is found nowhere else."""
    return f"+3225559{i:05d}"


async def filled(directory: Path, entries: int, seed: int = 0) -> Ledger:
    """A ledger whose contents are of many sizes, each with a number of its own."""
    rnd = random.Random(seed)  # noqa: S311  (sizes, no secret)
    ledger = await Ledger.open(directory)
    for first in range(1, entries + 1, 500):
        numbers = range(first, min(first + 500, entries + 1))
        contents = [
            content(f"{n:016x}", number=marker(n), name=f"Zoë {n:06d}", pad="p" * rnd.choice([1, 90, 700, 6000]))
            for n in numbers
        ]
        await ledger.append(*contents)
    await ledger.copy_head("start")
    return ledger


def held(directory: Path, texts: list[str]) -> list[str]:
    """Those of the texts that lie in any byte of any file, in UTF-8 or in Latin-1."""
    raw = b"".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())
    return [text for text in texts if text.encode() in raw or text.encode("latin-1") in raw]


async def test_what_is_erased_is_in_no_file_and_the_chain_holds(tmp_path: Path) -> None:
    """Of the content not a byte is left in database, log or index; links are as they were, and all verifies."""
    ledger = await filled(tmp_path, 300)
    before = raw_rows(tmp_path)
    number = await ledger.erase([7, 8, 299], "asked for", "Anna", counts={"2026-W47": {"unmarked": 3}})
    assert await ledger.tidy() == ""
    gone = [text for n in (7, 8, 299) for text in (marker(n), f"Zoë {n:06d}", f"{n:016x}")]
    assert held(tmp_path, gone) == []
    assert held(tmp_path, [marker(9)]) == [marker(9)]
    after = raw_rows(tmp_path)
    assert [row[1] for row in after[:300]] == [row[1] for row in before]
    said = parse(after[number - 1][2] or b"")
    assert (said["kind"], said["entries"], said["why"], said["by"]) == ("erasure", [7, 8, 299], "asked for", "Anna")
    assert said["counts"] == {"2026-W47": {"unmarked": 3}}
    await ledger.close()
    found = await verify(tmp_path)
    assert (found.faults, found.erased) == ((), 3)


@pytest.mark.parametrize("seed", [0, 1, 2])
async def test_many_erasures_leave_no_trace_either(tmp_path: Path, seed: int) -> None:
    """However SQLite moves contents about between its pages: what goes in the end has left no copy on the way."""
    ledger = await filled(tmp_path, 1500, seed)
    rest = list(range(1, 1501))
    random.Random(seed).shuffle(rest)  # noqa: S311  (an order, no secret)
    for _ in range(6):
        gone, rest = rest[:MAX_ERASED], rest[MAX_ERASED:]
        await ledger.erase(gone, "age", "")
        assert await ledger.tidy() == ""
        erased = [marker(n) for n in gone]
        assert held(tmp_path, erased) == []
    assert len(held(tmp_path, [marker(n) for n in rest])) == len(rest)
    await ledger.close()
    assert (await verify(tmp_path)).faults == ()


async def test_what_vouches_for_others_is_never_erased(tmp_path: Path) -> None:
    """Erasures, seals, tokens, signs of watching and their like can't be erased; then nothing is."""
    ledger = await Ledger.open(tmp_path)
    for n, kind in enumerate(NEVER_ERASED, 1):
        await ledger.append(content(kind=kind), content())
        with pytest.raises(UsageError, match=f"“{kind}”, is never erased"):
            await ledger.erase([2 * n - 1, 2 * n], "why", "Anna")
    await ledger.close()
    assert all(row[2] for row in raw_rows(tmp_path))
    assert len(raw_rows(tmp_path)) == 2 * len(NEVER_ERASED)


async def test_erasing_again_or_too_much_is_refused(tmp_path: Path) -> None:
    """What is gone already, what never was, and more than a batch: refused with nothing written."""
    ledger = await filled(tmp_path, 3)
    await ledger.erase([1], "why", "Anna")
    for numbers in ([1], [99], []):
        with pytest.raises(UsageError, match="none of these"):
            await ledger.erase(numbers, "why", "Anna")
    with pytest.raises(LedgerWriteError, match="too many"):
        await ledger.erase(range(MAX_ERASED + 1), "why", "Anna")
    assert ledger.head.n == 4
    await ledger.close()
    with pytest.raises(LedgerWriteError, match="closed"):
        await ledger.erase([2], "why", "Anna")


async def test_entries_that_come_meanwhile_are_written_in_their_order(tmp_path: Path) -> None:
    """Appends before, between and after erasures each get their place, and none waits for all the erasures."""
    ledger = await filled(tmp_path, 1000)
    order: list[str] = []

    async def note(name: str, doing: asyncio.Future[int] | asyncio.Task[int]) -> int:
        n = await doing
        order.append(name)
        return n

    doings = []
    for i in range(4):
        doings.append(note(f"a{i}", asyncio.ensure_future(ledger.append(content(f"new{i}")))))
        numbers = range(1 + 100 * i, 101 + 100 * i)
        doings.append(note(f"e{i}", asyncio.ensure_future(ledger.erase(numbers, "age", ""))))
    await asyncio.gather(*doings)
    assert order.index("a3") < order.index("e3")
    assert ledger.last is not None
    assert ledger.last["kind"] == EntryKind.ERASURE
    await ledger.close()
    found = await verify(tmp_path)
    assert (found.faults, found.erased, found.entries) == ((), 400, 1008)


async def test_a_reader_that_stays_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long reader sees its moment to the end and keeps the log from being emptied: that is said, and mended later."""
    monkeypatch.setattr(ledger_module, "PAUSE_SECONDS", 0.001)
    ledger = await filled(tmp_path, 50)
    reader = await LedgerReader.open(tmp_path)
    await ledger.erase([5], "asked for", "Anna")
    assert "another program is reading" in await ledger.tidy()
    assert [entry.n async for entry in reader.entries()] == list(range(1, 51))
    await ledger.append(content("meanwhile"))
    await reader.close()
    assert await ledger.tidy() == ""
    assert held(tmp_path, [marker(5)]) == []
    await ledger.close()


def unused_pages(directory: Path) -> int:
    """Pages of the file that nothing is in; none right after it was written anew."""
    with closing(sqlite3.connect(directory / "ledger.sqlite3")) as database:
        return int(database.execute("PRAGMA freelist_count").fetchone()[0])


@pytest.mark.parametrize(
    ("up_to", "said", "anew"), [(0, "", 0), (1000, "too large", 0), (1 << 30, "", 1), (None, "", 1)]
)
async def test_the_file_is_written_anew_only_as_far_as_calls_can_wait(
    tmp_path: Path, up_to: int | None, said: str, anew: int
) -> None:
    """A file that is larger than may be written anew is left, and that is said; where none was to be, nothing is."""
    ledger = await filled(tmp_path, 300)
    await ledger.erase(range(1, 201), "age", "")
    left = await ledger.tidy(up_to)
    assert (said in left, bool(left)) == (True, bool(said))
    assert (unused_pages(tmp_path) == 0) == bool(anew)
    assert held(tmp_path, [marker(n) for n in range(1, 201)]) == []
    await ledger.close()


async def test_an_erasure_that_fails_leaves_everything(tmp_path: Path) -> None:
    """When the entry can't be written, no content goes, no transaction stays open, and the ledger goes on."""
    ledger = await filled(tmp_path, 5)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as other:
        other.execute("CREATE TRIGGER no BEFORE INSERT ON links BEGIN SELECT raise(ABORT, 'no room'); END")
        with pytest.raises(LedgerWriteError, match="no room"):
            await ledger.erase([2, 3], "asked for", "Anna")
        other.execute("DROP TRIGGER no")
    assert [row[2] is None for row in raw_rows(tmp_path)] == [False] * 5
    assert await ledger.append(content("later")) == 6
    await ledger.close()
    assert (await verify(tmp_path)).faults == ()


async def test_pages_of_entries(tmp_path: Path) -> None:
    """A walk in pages gives each entry of the kinds asked for once, in order, up to the time asked for."""
    ledger = await Ledger.open(tmp_path)
    for day in (1, 2, 3, 9, 4):
        await ledger.append(content(at=f"2026-11-{day:02d}T08:00:00.000Z"), content(kind="outcome"))
    await ledger.close()
    reader = await LedgerReader.open(tmp_path)
    first = await reader.page(["call-screened"], after=0, limit=2)
    rest = await reader.page(["call-screened"], after=first[-1].n, limit=9)
    assert [entry.n for entry in (*first, *rest)] == [1, 3, 5, 7, 9]
    early = await reader.page(["call-screened"], after=0, limit=9, until=datetime(2026, 11, 4, tzinfo=UTC))
    assert [entry.n for entry in early] == [1, 3, 5]
    await reader.close()
