"""`kill -9` in the middle of writing: what was acknowledged is there, and the chain holds."""

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import ledger_child

from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify


def killed_while_writing(directory: Path, after: int) -> list[tuple[int, str]]:
    """Let a process append until it has acknowledged so many times, and kill it; what it acknowledged."""
    command = [sys.executable, ledger_child.__file__, "append", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        lines += child.stdout.readlines()  # what it had written to the pipe before it died
    return [(int(n), call) for n, call in (line.decode().split() for line in lines)]


async def kills(directory: Path, times: int) -> None:
    """Kill a writer so many times, each at another moment, on the same ledger; hold the promises after each."""
    acknowledged: dict[int, str] = {}
    entries = 0
    for _ in range(times):
        after = random.randint(1, 60)  # noqa: S311  (a moment, not a secret; pytest-randomly prints its seed)
        new = await asyncio.to_thread(killed_while_writing, directory, after)
        assert len(new) >= after
        acknowledged |= dict(new)
        found = await verify(directory)
        assert found.faults == ()
        assert found.entries > entries
        entries = found.entries
    reader = await LedgerReader.open(directory)
    written = {entry.n: (entry.content["kind"], entry.content["call"]) async for entry in reader.entries()}
    await reader.close()
    for n, call in acknowledged.items():
        assert written[n - 1] == ("call-screened", call)
        assert written[n] == ("outcome", call)


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    """Five kills at any moment: every acknowledged entry is there, whole and in its place, and all of it verifies."""
    await kills(tmp_path, 5)


@pytest.mark.soak
async def test_what_was_acknowledged_survives_300_kills(tmp_path: Path) -> None:
    """The same, three hundred times on one ledger."""
    await kills(tmp_path, 300)
