"""A full disk: the append fails with a sentence, nothing is half written, and it works again when there is room."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from fakes import ledger_child
from fakes.ledgers import raw_rows
from fakes.mounts import why_no_mount
from fakes.needs import needs

from blocker.evidence.verify import verify


def in_a_small_disk(directory: Path, script: str) -> str:
    """Run a shell script with a disk of 2 MB mounted at `directory`/disk, which nobody else sees; what it printed."""
    (directory / "disk").mkdir()
    mount = 'mount -t tmpfs -o size=2m,mode=700 tmpfs "$0/disk" && '
    command = ["unshare", "--mount", "sh", "-ec", mount + script, str(directory), sys.executable, ledger_child.__file__]
    return printed_by(command)


def printed_by(command: list[str]) -> str:
    """What a program prints that ends well."""
    return subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout


async def holds_after(directory: Path, outcome: Any) -> None:
    """What such a run must have left."""
    assert outcome["after"] == outcome["full"] + 1
    found = await verify(directory)
    assert found.faults == ()
    assert found.entries == outcome["after"]
    assert found.last_copy is not None
    assert found.last_copy.head == found.head
    assert b'"call":"after"' in (raw_rows(directory)[-1][2] or b"")


@needs(why_no_mount)
async def test_a_full_disk_stops_nothing_for_good(tmp_path: Path) -> None:
    """On a disk of 2 MB: failures that say what to do, no entry lost or half there, and on it goes with more room."""
    script = """
        head -c 600k /dev/zero > "$0/disk/ballast"
        mkdir "$0/disk/data"
        "$1" "$2" fill "$0/disk/data" "$0/disk/ballast"
        cp -r "$0/disk/data" "$0/kept"
    """
    outcome = json.loads(in_a_small_disk(tmp_path, script))
    assert len(outcome["failures"]) == 2
    for failure in outcome["failures"]:
        assert "disk is full" in failure
        assert "make room" in failure
    assert "ledger-heads.txt can't be written: No space left on device" in outcome["copying"]
    await holds_after(tmp_path / "kept", outcome)


async def test_a_limit_on_the_size_of_files_stops_nothing_for_good(tmp_path: Path) -> None:
    """The same where no disk is full but files may not grow, which the kernel reports in another way."""
    outcome = json.loads(printed_by([sys.executable, ledger_child.__file__, "fill-limited", str(tmp_path), "200000"]))
    assert all("can't be used" in failure for failure in outcome["failures"])
    await holds_after(tmp_path, outcome)
