"""Books made without a list."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.store.book import Book
from blocker.store.book_file import Provenance
from blocker.store.book_items import BookItems
from blocker.store.book_writer import write_whole

FETCHED = datetime(2026, 11, 16, 3, 4, 5, tzinfo=UTC)


def plain(numbers: Iterable[int] = (), prefixes: Iterable[str] = ()) -> list[Rated]:
    """The items of a list that says nothing but numbers: digits."""
    return [
        *(Rated(Target(f"+{number}")) for number in numbers),
        *(Rated(Target(f"+{prefix}", is_prefix=True)) for prefix in prefixes),
    ]


def gathered(items: Iterable[Rated], *, changes: bool = False) -> BookItems:
    """Items as a list has them."""
    held = BookItems(changes=changes)
    for item in items:
        held.add(item)
    return held


def made(path: Path, items: Iterable[Rated], source: str = "club") -> Path:
    """A book file of these items."""
    held = gathered(items)
    provenance = Provenance(source, "https://example.org/list", FETCHED, "CC0")
    write_whole(path, held.numbers(), held.prefixes, provenance)
    return path


async def add(book: Book, items: Iterable[Rated], source: str = "club") -> None:
    """Bring a source of a book up to date."""
    async with book.workshop() as folder:
        await book.adopt(made(folder / "new", items, source))
