"""Writing to the ledger: order, batches, failures, giving up waiting, closing."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from fakes.ledgers import content, raw_rows

from blocker.core.entry import EMPTY, Head, parse, sha256_hex
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError
from blocker.evidence.ledger import MAX_BATCH, Ledger
from blocker.evidence.verify import verify
from blocker.store.ledger_db import FOLD_AFTER, LARGEST_LOG, LedgerDb

Rows = Sequence[tuple[int, bytes, bytes]]


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Ledger]:
    """A new ledger in `tmp_path`."""
    opened = await Ledger.open(tmp_path)
    yield opened
    await opened.close()


class Disk:
    """What stands between a ledger and its file: counts batches, holds them back, and lets them fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.batches: list[int] = []
        self.reached = asyncio.Event()
        self.free = asyncio.Event()
        self.free.set()
        self.fail_before = self.fail_after = 0
        real = LedgerDb.append

        async def append(db: LedgerDb, rows: Rows) -> None:
            self.reached.set()
            await self.free.wait()
            self.batches.append(len(rows))
            if self.fail_before:
                self.fail_before -= 1
                raise LedgerError("the disk is full")
            await real(db, rows)
            if self.fail_after:
                self.fail_after -= 1
                raise LedgerError("the disk didn't answer")

        monkeypatch.setattr(LedgerDb, "append", append)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """The disk under the ledger."""
    return Disk(monkeypatch)


def calls_of(directory: Path) -> list[str]:
    """The calls that the entries in the file are about, in order."""
    return [parse(line)["call"] for _, _, line in raw_rows(directory) if line is not None]


async def test_an_entry_is_in_the_file_when_append_returns(tmp_path: Path, ledger: Ledger) -> None:
    """The number comes back, the content is there with a salt of its own, and head and last are those of the file."""
    assert (ledger.head, ledger.last) == (EMPTY, None)
    given = content("a1", presented={"raw": "\u00e9\u0000\u2028\U0001f4de"}, matches=[])
    assert await ledger.append(given) == 1
    assert await ledger.append(given) == 2
    (_, _, first), (n, link, second) = raw_rows(tmp_path)
    assert link is not None
    assert second is not None
    assert parse(second).items() >= given.items()
    assert ledger.last == parse(second)
    assert ledger.head == Head(n, sha256_hex(link))
    assert first != second


async def test_entries_of_one_append_stand_next_to_each_other(tmp_path: Path, ledger: Ledger) -> None:
    """However many append at once, what belongs together stays together and in its order."""
    numbers = await asyncio.gather(*(ledger.append(content(f"{i}a"), content(f"{i}b")) for i in range(50)))
    assert sorted(numbers) == list(range(2, 101, 2))
    found = calls_of(tmp_path)
    for i, n in enumerate(numbers):
        assert found[n - 2 : n] == [f"{i}a", f"{i}b"]
    assert (await verify(tmp_path)).holds


async def test_waiting_appends_share_a_batch(tmp_path: Path, disk: Disk, ledger: Ledger) -> None:
    """What comes while the disk is at work goes to it together afterwards: two batches, not two hundred."""
    disk.free.clear()
    first = asyncio.create_task(ledger.append(content("0")))
    await disk.reached.wait()
    rest = [asyncio.create_task(ledger.append(content(str(i)))) for i in range(1, 200)]
    await asyncio.sleep(0)
    disk.free.set()
    assert await asyncio.gather(first, *rest) == list(range(1, 201))
    assert disk.batches == [1, 199]
    assert calls_of(tmp_path) == [str(i) for i in range(200)]


async def test_a_batch_has_a_greatest_size(tmp_path: Path, disk: Disk, ledger: Ledger) -> None:
    """Thousands that wait go in batches, each append whole; one append that is too large is refused."""
    many = [content(str(i)) for i in range(MAX_BATCH - 1)]
    await asyncio.gather(*(ledger.append(*many) for _ in range(3)), ledger.append(content("last")))
    assert disk.batches == [MAX_BATCH - 1, MAX_BATCH - 1, MAX_BATCH]
    with pytest.raises(LedgerWriteError, match=f"add {MAX_BATCH} at a time"):
        await ledger.append(*many, *many)
    assert (await verify(tmp_path)).entries == ledger.head.n


async def test_adding_nothing_gives_the_last_number(ledger: Ledger) -> None:
    """No content, no entry."""
    await ledger.append(content())
    assert await ledger.append() == 1


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"after_ms": 1.5}, "after_ms is a float"),
        ({"name": "\ud800"}, "surrogate"),
        ({"at": "yesterday"}, "must look like"),
        ({"kind": "Call Screened"}, "kind"),
        ({"v": 2}, "version 2"),
    ],
)
async def test_a_content_that_no_ledger_takes_is_refused(
    tmp_path: Path, ledger: Ledger, wrong: dict[str, Any], why: str
) -> None:
    """It gets an error of another kind than a full disk does, nothing is added, and others are not held up."""
    with pytest.raises(LedgerFormatError, match=why):
        await ledger.append(content("fine"), {**content("wrong"), **wrong})
    assert raw_rows(tmp_path) == []
    assert await ledger.append(content("next")) == 1


async def test_a_failing_batch_fails_its_waiters_and_nobody_else(tmp_path: Path, disk: Disk, ledger: Ledger) -> None:
    """Head and last stay, the next append works, and the chain goes on from where it was."""
    await ledger.append(content("before"))
    head, last = ledger.head, ledger.last
    disk.fail_before = 1
    outcomes = await asyncio.gather(*(ledger.append(content("lost")) for _ in range(3)), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [LedgerWriteError] * 3
    assert "the disk is full" in str(outcomes[0])
    assert (ledger.head, ledger.last) == (head, last)
    assert await ledger.append(content("after")) == 2
    assert calls_of(tmp_path) == ["before", "after"]
    assert (await verify(tmp_path)).holds


async def test_sqlites_own_failure_leaves_nothing_behind(tmp_path: Path, ledger: Ledger) -> None:
    """A file that may not grow takes nothing of a batch, and takes the next one once it may."""
    await ledger.append(content("before"))
    ((pages,),) = await ledger._db._fetch("PRAGMA page_count")
    await ledger._db._fetch(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(LedgerWriteError, match="make room on the disk"):
        await ledger.append(*(content(str(i), note="x" * 500) for i in range(100)))
    assert calls_of(tmp_path) == ["before"]
    await ledger._db._fetch("PRAGMA max_page_count = 100000")
    assert await ledger.append(content("after")) == 2
    assert (await verify(tmp_path)).holds


async def test_a_batch_that_was_written_but_reported_as_failed_is_built_upon(
    tmp_path: Path, disk: Disk, ledger: Ledger
) -> None:
    """After an error the file is asked what it holds, so that the chain can't fork."""
    disk.fail_after = 1
    with pytest.raises(LedgerWriteError, match="didn't answer"):
        await ledger.append(content("written all the same"))
    assert await ledger.append(content("after")) == 2
    assert calls_of(tmp_path) == ["written all the same", "after"]
    assert (await verify(tmp_path)).holds


async def test_a_second_writer_cannot_fork_the_chain(tmp_path: Path, ledger: Ledger) -> None:
    """Should two processes write all the same, one gets an error, and then continues the chain of both."""
    other = await Ledger.open(tmp_path)
    await other.append(content("theirs"))
    with pytest.raises(LedgerWriteError, match="UNIQUE"):
        await ledger.append(content("ours, at the same place"))
    assert await ledger.append(content("ours")) == 2
    await other.close()
    assert calls_of(tmp_path) == ["theirs", "ours"]
    assert (await verify(tmp_path)).holds


async def test_giving_up_waiting_loses_nothing(tmp_path: Path, disk: Disk, ledger: Ledger) -> None:
    """A cancelled append is written all the same, in its place, at the disk already or still in the queue."""
    disk.free.clear()
    at_the_disk = asyncio.create_task(ledger.append(content("at the disk")))
    await disk.reached.wait()
    queued = asyncio.create_task(ledger.append(content("queued")))
    await asyncio.sleep(0)
    patient = asyncio.create_task(ledger.append(content("patient")))
    await asyncio.sleep(0)
    for task in (at_the_disk, queued):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    disk.free.set()
    assert await patient == 3
    assert calls_of(tmp_path) == ["at the disk", "queued", "patient"]
    assert (await verify(tmp_path)).holds


async def test_a_time_limit_on_append_leaves_the_ledger_working(tmp_path: Path, disk: Disk, ledger: Ledger) -> None:
    """The call path gives up after its budget; what nobody waits for may fail in silence, and the next one works."""
    disk.free.clear()
    disk.fail_before = 1
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ledger.append(content("too slow")), 0.01)
    disk.free.set()
    assert await ledger.append(content("next")) == 1
    assert (await verify(tmp_path)).entries == 1


async def test_the_log_is_folded_in_between_appends(tmp_path: Path, ledger: Ledger) -> None:
    """SQLite's own folding never falls to an append that a call waits for; by itself it would come much later."""
    for i in range(FOLD_AFTER + 5):
        await ledger.append(content(str(i)))
    other = tmp_path / "without the log"
    other.mkdir()
    shutil.copy(tmp_path / "ledger.sqlite3", other)
    assert len(raw_rows(other)) >= FOLD_AFTER
    ((pages,),) = await ledger._db._fetch("PRAGMA wal_autocheckpoint")
    assert pages == LARGEST_LOG


async def test_closing_writes_what_waits(tmp_path: Path, disk: Disk) -> None:
    """Entries handed over before the stop are durable after it; later ones are refused."""
    ledger = await Ledger.open(tmp_path)
    disk.free.clear()
    waiting = [asyncio.create_task(ledger.append(content(str(i)))) for i in range(20)]
    await disk.reached.wait()
    closing = asyncio.create_task(ledger.close())
    await asyncio.sleep(0)
    with pytest.raises(LedgerWriteError, match="closed"):
        await ledger.append(content("late"))
    disk.free.set()
    await closing
    await ledger.close()
    assert await asyncio.gather(*waiting) == list(range(1, 21))
    assert calls_of(tmp_path) == [str(i) for i in range(20)]


async def test_closing_under_a_time_limit_closes(tmp_path: Path, disk: Disk) -> None:
    """A stop that can't wait any longer still lets go of the file."""
    ledger = await Ledger.open(tmp_path)
    disk.free.clear()
    stuck = asyncio.create_task(ledger.append(content("stuck")))
    await disk.reached.wait()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ledger.close(), 0.01)
    disk.free.set()
    with pytest.raises(LedgerWriteError):
        await stuck
    assert (await verify(tmp_path)).entries == 0
