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


def killed_while_syncing(directory: Path, syncs: int, after: float) -> list[int]:
    """Let a process do so many syncs and go on for some seconds, and kill it; the generations that it had done."""
    command = [sys.executable, sync_child.__file__, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(1 + syncs)]
        time.sleep(after)
        child.kill()
        lines += child.stdout.readlines()  # what it had written to the pipe before it died
    return [int(line) for line in lines]


async def kills(data: Path, times: int, longest: float) -> int:
    """Kill a syncing process so many times, each at another moment, on the same book; how many syncs were done."""
    directory, last = data / "book", 0
    for killing in range(times):
        after = random.uniform(0, longest)  # noqa: S311  (pytest-randomly prints its seed)
        began, *done = killed_while_syncing(directory, int(killing == 0), after)
        assert began == last
        book = Book(directory)
        assert book.faults == ()
        file = book.source(SLUG)
        found = generation_of(file)
        assert max([began, *done]) <= found <= max([began, *done]) + 1
        if file is not None:
            file.verify()
            assert held(file) == content(found)
        await book.close()
        last = found
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
    last = await kills(program.data, 8, longest=2)
    await starts_with_it(tmp_path, last)


@pytest.mark.soak
async def test_killed_in_the_middle_of_200_syncs(tmp_path: Path) -> None:
    """The same at two hundred random moments, of whole lists and of changes."""
    program = Program(tmp_path)
    last = await kills(program.data, 200, longest=2)
    assert last > 20
    await starts_with_it(tmp_path, last)
