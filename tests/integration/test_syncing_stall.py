"""The promise that no decision waits for a sync: how late the event loop gets while large lists come in."""

from itertools import repeat
from pathlib import Path

import pytest
from aiohttp import web
from fakes.clock import StandingClock
from fakes.stall import LONGEST_STALL, TRIES, watching
from fakes.syncers import a_list, a_syncer
from fakes.web_server import serving

from blocker.store.book import Book
from blocker.store.book_file import Provenance
from blocker.store.book_records import PLAIN
from blocker.store.book_writer import write_whole

pytestmark = pytest.mark.soak

LONG = 200_000


async def test_no_decision_waits_while_a_long_list_comes_in(tmp_path: Path) -> None:
    """Fetching, reading and sorting a list, which take long, hold up no call; its length changes how long only."""
    book, published = Book(tmp_path / "book"), tmp_path / "published"
    published.write_bytes(b"".join(b"+32%d\n" % number for number in range(20_000_000, 20_000_000 + LONG)))
    syncer = a_syncer(book, tmp_path / "book")
    stalls: list[float] = []

    async def answer(_: web.Request) -> web.FileResponse:
        return web.FileResponse(published, headers={"Content-Type": "text/plain"})

    async with serving(answer) as url:
        while len(stalls) < TRIES and min(stalls, default=1.0) > LONGEST_STALL:
            async with watching(lambda: book.lookup("+3299999999")) as watch:
                result = await syncer.sync(a_list(url, "long"))
            assert result.entries == LONG
            stalls.append(watch.longest)
    await book.close()
    assert min(stalls) <= LONGEST_STALL


async def test_no_decision_waits_for_the_swap_of_ten_million_numbers(tmp_path: Path) -> None:
    """Putting a book of ten million numbers in the place of another, and letting go of that one, holds up no call."""
    book, numbers = Book(tmp_path / "book"), range(3_200_000_000, 3_210_000_000)
    stalls: list[float] = []
    while len(stalls) < 1 + TRIES and min(stalls[1:], default=1.0) > LONGEST_STALL:
        async with book.workshop() as folder:
            provenance = Provenance("large", "a test", StandingClock().now())
            write_whole(folder / "made.book", zip(numbers, repeat(PLAIN), strict=False), {}, provenance)
            async with watching(lambda: book.lookup("+3299999999")) as watch:
                await book.adopt(folder / "made.book")
        stalls.append(watch.longest)
    assert book.lookup("+3209999999")
    await book.close()
    assert min(stalls[1:]) <= LONGEST_STALL
