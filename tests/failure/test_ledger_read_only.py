"""A directory that can't be written: it can be read and verified, and writing to it fails with a sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fakes import ledger_child
from fakes.ledgers import chained, content, files_in, lay_out
from fakes.mounts import why_no_mount
from fakes.needs import needs

IS_ROOT = os.geteuid() == 0
"""Whom permissions don't hinder, so that only a mount can."""

pytestmark = needs(lambda: why_no_mount() if IS_ROOT else "")

ENTRIES = [content(str(i), kind="outcome") for i in range(300)]


def look_without_writing(directory: Path) -> Any:
    """What a process finds there that can't write to the directory, nor to anything in it."""
    look = [sys.executable, ledger_child.__file__, "look", str(directory)]
    if IS_ROOT:
        mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
        look = ["unshare", "--mount", "sh", "-ec", mount, str(directory), *look]
    else:
        for path in (*directory.iterdir(), directory):
            path.chmod(path.stat().st_mode & 0o555)
    run = subprocess.run(look, capture_output=True, check=False, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@contextmanager
def being_written(directory: Path) -> Iterator[None]:
    """While another process adds entries; killed at the end."""
    command = [sys.executable, ledger_child.__file__, "append", str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        yield
        writer.kill()


async def test_a_closed_ledger_can_be_read_where_nothing_can_be_written(tmp_path: Path) -> None:
    """A copy on a read-only medium is as good as the original, though SQLite would like to make files beside it."""
    await lay_out(tmp_path, chained(ENTRIES))
    assert files_in(tmp_path) == ["ledger.sqlite3"]
    found = look_without_writing(tmp_path)
    assert (found["faults"], found["entries"], found["read"]) == ([], len(ENTRIES), len(ENTRIES))
    assert "ledger.sqlite3 can't be used: Read-only file system" in found["writing"] or "denied" in found["writing"]


@pytest.mark.parametrize("state", ["at work", "killed"])
async def test_a_writers_ledger_can_be_read_where_nothing_can_be_written(tmp_path: Path, state: str) -> None:
    """Another user of the machine may look while the service is at work, or after it was killed."""
    await lay_out(tmp_path, chained(ENTRIES))
    with being_written(tmp_path):
        found = look_without_writing(tmp_path)
    if state == "killed":
        found = look_without_writing(tmp_path)
    assert found["faults"] == []
    assert found["entries"] > len(ENTRIES)
    assert found["read"] > len(ENTRIES)
    assert "can't be used" in found["writing"]
