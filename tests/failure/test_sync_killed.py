"""kill -9 in the middle of syncs: whoever starts next has a whole book, the old one or the new one."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import sync_child
from fakes.running import Program
from fakes.sync_child import SLUG, content, generation_of, held

from blocker.store.book import Book


def killed_while_syncing(directory: Path) -> list[int]:
    """Let a process do a sync, and kill it in the next one; the generation it began with, and those done."""
    command = [sys.executable, sync_child.__file__, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline()]
        began = time.monotonic()
        lines.append(child.stdout.readline())
        time.sleep((time.monotonic() - began) * random.uniform(0, 1.1))  # noqa: S311  (pytest-randomly prints its seed)
        child.kill()
        lines += child.stdout.readlines()  # what it had written to the pipe before it died
    return [int(line) for line in lines]


async def kills(data: Path, times: int) -> int:
    """Kill a syncing process so many times, each at another moment, on the same book; the generation that is left."""
    directory, last = data / "book", 0
    for _ in range(times):
        began, *done = killed_while_syncing(directory)
        assert began == last
        book = Book(directory)
        assert book.faults == ()
        file = book.source(SLUG)
        assert file is not None
        file.verify()
        last = generation_of(file)
        assert held(file) == content(last)
        assert done[-1] <= last <= done[-1] + 1
        await book.close()
    return last


async def starts_with_it(folder: Path, last: int) -> None:
    """The real service starts with the book that is left, and says nothing against it."""
    program = Program(folder)
    await program.start()
    number = max(content(last))
    assert SLUG in program.run("check", f"+{number}").stdout
    assert await program.stop() == 0
    assert not [entry for entry in program.log if "damaged" in str(entry)]


async def test_killed_in_the_middle_of_syncs(tmp_path: Path) -> None:
    """Each time the book is whole and is the last one that was said to be done, or the one after it."""
    program = Program(tmp_path)
    last = await kills(program.data, 3)
    await starts_with_it(tmp_path, last)


@pytest.mark.soak
async def test_killed_in_the_middle_of_200_syncs(tmp_path: Path) -> None:
    """The same at two hundred random moments, of whole lists and of changes."""
    program = Program(tmp_path)
    last = await kills(program.data, 200)
    assert last >= 200
    await starts_with_it(tmp_path, last)
