"""A program that syncs one list again and again, for tests that kill it; its argument is the folder of the book.

The list has generations: what it says in each is worked out from the generation's number alone, and a marker among its
numbers tells which one a book holds. Every third comes whole, the others as changes. One line for each sync that is
done, after a first one that says with which it began.
"""

import asyncio
import itertools
import os
import sys
from collections.abc import Iterable
from pathlib import Path

from blocker.bookbinding import bind
from blocker.clock import SystemClock
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.store.book import Book
from blocker.store.book_file import BookFile
from blocker.store.source_states import SourceStates
from blocker.syncing import Supplied, Syncer

SLUG = "killed"
NUMBERS = 3000
AT_ONCE = 50
"""A 50th of the numbers has new votes in each generation."""

_FIRST, _MARKERS = 3_225_550_000, 3_226_660_000


def votes(n: int, generation: int) -> int:
    """How many a number has: those of the last generation that changed it."""
    return 1 + max(generation - (generation - n) % AT_ONCE, 0)


def content(generation: int) -> dict[int, int]:
    """All that the list says, votes by number."""
    return {_FIRST + n: votes(n, generation) for n in range(NUMBERS)} | {_MARKERS + generation: 1}


def changed(generation: int) -> dict[int, int]:
    """What it says otherwise than the generation before; no votes take a number out."""
    news = {_FIRST + n: votes(n, generation) for n in range(generation % AT_ONCE, NUMBERS, AT_ONCE)}
    return news | {_MARKERS + generation - 1: 0, _MARKERS + generation: 1}


def held(file: BookFile) -> dict[int, int]:
    """All that a book says, likewise."""
    return {int(rated.target.number[1:]): rated.votes for rated in file.between(0, 1 << 63, 0)}


def generation_of(file: BookFile | None) -> int:
    """Which one a book holds; 0 for none."""
    return max(held(file)) - _MARKERS if file else 0


class Publisher:
    """Supplies the next generation."""

    def __init__(self) -> None:
        self.generation = 0

    async def supply(self, source: ListSource, state: SourceState, folder: Path) -> Supplied:  # noqa: ARG002  (as the contract has it)
        """Its file."""
        by_changes = bool(state.version) and self.generation % 3 != 0
        said = changed(self.generation) if by_changes else content(self.generation)
        path = folder / "list.csv"
        path.write_text("".join(_lines(said.items())))
        return Supplied(path, changes=by_changes, version=str(self.generation))


def _lines(said: Iterable[tuple[int, int]]) -> Iterable[str]:
    yield "number,votes\n"
    for number, count in said:
        yield f"+{number},{count}\n"


async def sync(directory: Path) -> None:
    """Never ends by itself."""
    book, publisher = Book(directory), Publisher()
    syncer = Syncer(
        shelf=book,
        states=SourceStates(directory),
        suppliers={Kind.FETCHED: publisher},
        bind=bind,
        clock=SystemClock(),
        region="BE",
        chance=lambda: 0.5,
    )
    source = ListSource(SLUG, "a list", "/list.csv", "csv", columns={"votes": "votes"})
    first = generation_of(book.source(SLUG))
    os.write(1, f"{first}\n".encode())
    for publisher.generation in itertools.count(first + 1):
        await syncer.sync(source)
        os.write(1, f"{publisher.generation}\n".encode())


if __name__ == "__main__":
    asyncio.run(sync(Path(sys.argv[1])))
