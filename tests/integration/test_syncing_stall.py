"""The promise that no decision waits for a sync: how late the event loop gets while large lists come in."""

import asyncio
import contextlib
import os
import threading
import time
from array import array
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from fakes.web_server import serving

from blocker import bookbinding
from blocker.fetching import Fetcher
from blocker.store import book_file
from blocker.store.book import Book
from blocker.store.book_file import Provenance
from blocker.syncing import Syncer

pytestmark = pytest.mark.soak

LONGEST_STALL = 0.025
"""Seconds by which a sync may delay a decision."""

LONG = 200_000

TRIES = 2
"""A virtual machine may stand still by itself, hardly twice; what the program does wrong, it does every time."""


class FixedClock:
    """A clock that stands."""

    name = "simulated"

    def now(self) -> datetime:
        return datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)


class Watch:
    """Asks the book every millisecond, as calls would, and notes the longest delay.

    Time in which this thread could run but the kernel let other programs run is taken off: a busy machine is not what
    is tested. Waiting for the interpreter's lock, for the disk or for our own callbacks stays in.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.longest = 0.0

    async def run(self) -> None:
        path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        with path.open("rb", buffering=0) as schedstat:  # noqa: ASYNC230  (not a file on any disk)

            def waited_for_the_processor() -> float:
                return int(os.pread(schedstat.fileno(), 100, 0).split()[1]) / 1e9

            while True:
                queued, due = waited_for_the_processor(), time.perf_counter() + 0.001
                await asyncio.sleep(0.001)
                assert self.book.lookup("+3299999999") is None
                late = time.perf_counter() - due
                self.longest = max(self.longest, late - (waited_for_the_processor() - queued))


@contextlib.asynccontextmanager
async def watching(book: Book) -> AsyncIterator[Watch]:
    """While this is open, the book is asked."""
    watch = Watch(book)
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_no_decision_waits_while_a_long_list_comes_in(tmp_path: Path) -> None:
    """Fetching, reading and sorting a list, which take long, hold up no call; its length changes how long only."""
    book, published = Book(tmp_path / "book"), tmp_path / "published"
    published.write_bytes(b"".join(b"+32%d\n" % number for number in range(20_000_000, 20_000_000 + LONG)))
    fetch = Fetcher(private_addresses=True).fetch
    syncer = Syncer(shelf=book, fetch=fetch, bind=bookbinding.bind, clock=FixedClock())
    stalls: list[float] = []

    async def answer(_: web.Request) -> web.FileResponse:
        return web.FileResponse(published, headers={"Content-Type": "text/plain"})

    async with serving(answer) as url:
        while len(stalls) < TRIES and min(stalls, default=1.0) > LONGEST_STALL:
            async with watching(book) as watch:
                result = await syncer.sync(url, region="BE", source="long")
            assert result.entries == LONG
            stalls.append(watch.longest)
    await book.close()
    assert min(stalls) <= LONGEST_STALL


async def test_no_decision_waits_for_the_swap_of_ten_million_numbers(tmp_path: Path) -> None:
    """Putting a book of ten million numbers in the place of another, and letting go of that one, holds up no call."""
    book, numbers = Book(tmp_path / "book"), array("Q", range(3_200_000_000, 3_210_000_000))
    stalls: list[float] = []
    while len(stalls) < 1 + TRIES and min(stalls[1:], default=1.0) > LONGEST_STALL:
        async with book.workshop() as folder:
            provenance = Provenance("large", "a test", FixedClock().now())
            book_file.write(folder / "made.book", numbers, [], provenance)
            async with watching(book) as watch:
                await book.adopt(folder / "made.book")
        stalls.append(watch.longest)
    assert book.lookup("+3209999999")
    await book.close()
    assert min(stalls[1:]) <= LONGEST_STALL
