"""Erasing that is killed or runs out of disk: a batch is erased and told of, or neither; and the ledger holds."""

import asyncio
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
from fakes import erasing_child
from fakes.ledgers import chained, content, lay_out, raw_rows
from fakes.mounts import why_no_mount
from fakes.needs import needs

from blocker.core.entry import parse
from blocker.evidence.ledger import Ledger
from blocker.evidence.verify import verify

ENTRIES = 3000


def marker(n: int) -> str:
    return f"+3225559{n:05d}"


async def laid_out(directory: Path, entries: int = ENTRIES) -> None:
    await lay_out(directory, chained(content(f"{n:016x}", number=marker(n)) for n in range(1, entries + 1)))


def all_or_nothing(directory: Path) -> set[int]:
    """The numbers without content, each told of by an erasure, and each erasure's numbers all without content."""
    rows = raw_rows(directory)
    gone = {n for n, _, one in rows if one is None}
    told: set[int] = set()
    for _, _, one in rows:
        if one is not None and b'"erasure"' in one:
            told |= set(parse(one)["entries"])
    assert gone == told
    return gone


def killed_while_erasing(directory: Path, after: int) -> int:
    """Let a process erase until it has acknowledged so many erasures, and kill it; how many it acknowledged."""
    command = [sys.executable, erasing_child.__file__, "erase", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(after)]
        child.kill()
        lines += child.stdout.readlines()
    return len([line for line in lines if line])


async def kills(directory: Path, times: int) -> None:
    await laid_out(directory)
    acknowledged, gone = 0, set[int]()
    for _ in range(times):
        after = random.randint(1, 8)  # noqa: S311  (a moment, not a secret)
        acknowledged += await asyncio.to_thread(killed_while_erasing, directory, after)
        gone = all_or_nothing(directory)
        assert len(gone) >= erasing_child.AT_ONCE * acknowledged
        assert (await verify(directory)).faults == ()
    ledger = await Ledger.open(directory)
    left = sorted(set(range(1, ENTRIES + 1)) - gone)
    await ledger.erase(left[:1], "the last", "Anna")
    assert await ledger.tidy() == ""
    await ledger.close()
    raw = b"".join(path.read_bytes() for path in directory.iterdir())
    assert [n for n in gone | {left[0]} if n <= ENTRIES and marker(n).encode() in raw] == []
    assert marker(left[1]).encode() in raw


async def test_kill_9_leaves_a_batch_whole_or_gone(tmp_path: Path) -> None:
    """Three kills at any moment: contents and erasures agree, all verifies, and the next run leaves no trace."""
    await kills(tmp_path, 3)


@pytest.mark.soak
async def test_kill_9_leaves_a_batch_whole_or_gone_twenty_times(tmp_path: Path) -> None:
    """The same, twenty times on one ledger."""
    await kills(tmp_path, 20)


@needs(why_no_mount)
async def test_a_full_disk_stops_erasing_and_loses_nothing(tmp_path: Path) -> None:
    """Erasing needs room for its log: without, a sentence says so and nothing is half erased; with room, it goes on."""
    await laid_out(tmp_path, 1500)
    (tmp_path / "disk").mkdir()
    script = """
        mount -t tmpfs -o size=3m,mode=700 tmpfs "$0/disk"
        mkdir "$0/disk/data"
        cp "$0/ledger.sqlite3" "$0/disk/data"
        head -c 3m /dev/zero > "$0/disk/ballast" || true
        truncate -s -300k "$0/disk/ballast"
        "$1" "$2" full "$0/disk/data" "$0/disk/ballast"
        cp -r "$0/disk/data" "$0/kept"
    """
    command = ["unshare", "--mount", "sh", "-c", script, str(tmp_path), sys.executable, erasing_child.__file__]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    outcome = json.loads(done.stdout)
    assert "make room" in outcome["failure"]
    assert outcome["again"] == outcome["held"] + 1
    assert outcome["left"] == ""
    gone = all_or_nothing(tmp_path / "kept")
    assert gone == set(range(1, outcome["first"] + erasing_child.AT_ONCE))
    found = await verify(tmp_path / "kept")
    assert (found.faults, found.erased) == ((), len(gone))
