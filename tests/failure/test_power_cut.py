"""Power cuts: whatever of the unsynced writes reached the disk, nothing that was acknowledged is missing."""

import asyncio
import copy
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import ledger_child, power
from fakes.agi_client import call
from fakes.needs import needs
from fakes.running import Program

from blocker.errors import LedgerError
from blocker.evidence import renewal
from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify

pytestmark = needs(power.why_not)
BLOCKED = "+3225551234"
SAID = re.compile(rb'SET VARIABLE (BLOCKER_CALL|BLOCKER_ACTION) "([^"]*)"')


async def calls_in(directory: Path) -> dict[str, set[str]]:
    """What the ledger has after such a start, by call."""
    begun = await renewal.open_or_begin(directory, ledger_child.now)
    try:
        assert not begun.told, begun.told  # a power cut breaks no ledger
        await begun.ledger.append(ledger_child.screened("after"))
    finally:
        await begun.ledger.close()
    found = await verify(directory)
    assert found.faults == ()
    reader = await LedgerReader.open(directory)
    calls: dict[str, set[str]] = {}
    async for entry in reader.entries():
        calls.setdefault(entry.content.get("call", ""), set()).add(entry.content["kind"])
    await reader.close()
    return calls


def moments(record: power.Record, count: int, chance: random.Random) -> list[int]:
    """When the power goes: right after something was told, where a loss would show, and at any other moment."""
    told = [at for at, _, _ in record.told]
    return [chance.choice(told) if i % 2 else chance.randint(1, record.length) for i in range(count)]


@pytest.fixture(scope="module")
def of_a_writer(tmp_path_factory: pytest.TempPathFactory) -> power.Record:
    """What a writer does: entries by four at once, copies of the head, an erasure, a stop, and all of it again."""
    folder = tmp_path_factory.mktemp("writer")
    (folder / "data").mkdir()
    command = [sys.executable, ledger_child.__file__, "work", str(folder / "data")]
    subprocess.run(power.watched(folder / "trace", command), check=True, capture_output=True, timeout=300)
    return power.Record.read(folder / "trace", folder / "data")


def durable(record: power.Record, moment: int) -> list[str]:
    """Calls of which the writer had said on standard output that they are on the disk."""
    said = b"".join(what for whom, what in record.said_by(moment) if whom.startswith("1<"))
    return said.decode().splitlines()


async def cut(record: power.Record, within: Path, count: int) -> None:
    chance = random.Random(random.random())  # noqa: S311  (pytest-randomly prints its seed)
    for moment in moments(record, count, chance):
        disk = power.new_disk(within)
        record.disk_at(moment, disk, chance)
        calls = await calls_in(disk)
        for line in durable(record, moment):
            assert {"call-screened", "outcome"} <= calls.get(line, set()), (moment, line)
        shutil.rmtree(disk)


async def test_what_a_writer_acknowledged_survives(of_a_writer: power.Record, tmp_path: Path) -> None:
    """Cut off at twenty moments, with another choice of what reached the disk each time: all is there, and verifies."""
    assert len(durable(of_a_writer, of_a_writer.length)) > 100
    await cut(of_a_writer, tmp_path, 20)


async def test_a_writer_that_did_not_sync_would_be_found_out(of_a_writer: power.Record, tmp_path: Path) -> None:
    """The same record with its syncs taken out loses entries, or the ledger: so the tests here can fail."""
    unsynced = copy.deepcopy(of_a_writer)
    for inode in unsynced.inodes:
        inode.syncs.clear()
    with pytest.raises((AssertionError, LedgerError)):
        await cut(unsynced, tmp_path, 20)


@pytest.mark.soak
async def test_what_a_writer_acknowledged_survives_2000_cuts(of_a_writer: power.Record, tmp_path: Path) -> None:
    """The same two thousand times."""
    await cut(of_a_writer, tmp_path, 2000)


def refused(record: power.Record, moment: int) -> set[str]:
    """Calls that the phone system may have been told to turn away by then."""
    by_connection: dict[str, str] = {}
    found: set[str] = set()
    for whom, said in record.said_by(moment):
        for name, value in SAID.findall(said):
            if name == b"BLOCKER_CALL":
                by_connection[whom] = value.decode()
            elif value == b"reject":
                found.add(by_connection[whom])
    return found


async def of_a_service(folder: Path, calls: int) -> power.Record:
    """What a service does that turns calls away, several at once."""
    program = Program(folder)
    await program.start()
    program.run("block", "add", BLOCKED)
    await program.stop()
    shutil.copytree(program.data, folder / "before", ignore=shutil.ignore_patterns("*.sock"))
    plain = program.command
    program.command = lambda *words: power.watched(folder / "trace", plain(*words))  # type: ignore[method-assign]
    await program.start()
    for _ in range(calls // 5):
        told = await asyncio.gather(*(call(program.fastagi, BLOCKED) for _ in range(5)))
        assert {one["BLOCKER_ACTION"] for one in told} == {"reject"}
    assert program.process is not None
    child = int(Path(f"/proc/{program.process.pid}/task/{program.process.pid}/children").read_text().split()[0])
    os.kill(child, 15)
    await program.process.communicate()
    return power.Record.read(folder / "trace", program.data, folder / "before")


async def cut_a_service(folder: Path, calls: int, count: int) -> None:
    record = await of_a_service(folder, calls)
    chance = random.Random(random.random())  # noqa: S311  (as above)
    assert len(refused(record, record.length)) == calls
    for moment in moments(record, count, chance):
        disk = power.new_disk(folder)
        record.disk_at(moment, disk, chance)
        recorded = await calls_in(disk)
        missing = {one for one in refused(record, moment) if "call-screened" not in recorded.get(one, set())}
        assert not missing, moment
        shutil.rmtree(disk)


async def test_no_refusal_is_missing(tmp_path: Path) -> None:
    """A service that turns calls away, cut off at twenty moments: each call that it may have refused is recorded."""
    await cut_a_service(tmp_path, calls=20, count=20)


@pytest.mark.soak
async def test_no_refusal_is_missing_in_1000_cuts(tmp_path: Path) -> None:
    """The same with two hundred calls, a thousand times."""
    await cut_a_service(tmp_path, calls=200, count=1000)
