"""A whole sync: a real server, a real process that makes the book, a real book that is asked meanwhile."""

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from fakes.syncers import a_list, a_syncer
from fakes.web_server import serving

from blocker.errors import SourceError, UsageError
from blocker.store.book import Book
from blocker.syncing import Syncer, SyncResult, slug_of

LIST = b"# sellers\n+3225551234\n02 555 12 35\n+32 2 556*\nnoise\n"


class Publisher:
    """A web server whose list a test can change."""

    def __init__(self) -> None:
        self.body, self.status, self.kind = LIST, 200, "text/plain"
        self.url = ""

    async def answer(self, _: web.Request) -> web.Response:
        return web.Response(body=self.body, status=self.status, content_type=self.kind)


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    """A running one."""
    publisher = Publisher()
    async with serving(publisher.answer) as url:
        publisher.url = f"{url}/sellers.txt"
        yield publisher


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    """The book of a new data directory."""
    book = Book(tmp_path / "book")
    yield book
    await book.close()


@pytest.fixture
def syncer(book: Book, tmp_path: Path) -> Syncer:
    """What syncs into it, from this machine too."""
    return a_syncer(book, tmp_path / "book")


async def test_a_published_list_comes_into_force(publisher: Publisher, book: Book, syncer: Syncer) -> None:
    """After a sync its numbers and prefixes are found, and the result says all that the ledger is told."""
    result = await syncer.sync(a_list(publisher.url, "sellers"))
    file = book.source("sellers")
    assert file is not None
    named = ("line 5: “noise” is no telephone number",)
    assert result == SyncResult("sellers", publisher.url, 3, 1, file.sha256, 0, bad_named=named)
    for number, what in [("+3225551235", "+3225551235"), ("+3225560000", "+322556*")]:
        (hit,) = book.lookup(number)
        assert (hit.rated.target.text, hit.source, str(hit.had_on)) == (what, "sellers", "2026-11-17")
    assert (await syncer.sync(a_list(publisher.url, "sellers"))).entries_before == 3


async def test_a_file_comes_into_force(tmp_path: Path, book: Book, syncer: Syncer) -> None:
    """A list on this machine is read where it lies, under a name made from its own."""
    path = tmp_path / "My sellers.TXT"
    path.write_bytes(LIST)
    assert (await syncer.sync(a_list(str(path)))).source == "my-sellers-txt"
    assert book.lookup("+3225551234")
    assert path.read_bytes() == LIST


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"status": 404}, "answered 404"),
        ({"kind": "text/html"}, "web page"),
        ({"body": b"<html><body>Please log in</body></html>"}, "web page"),
        ({"body": b""}, "empty, where it had 3 entries; the list of before stays"),
        ({"body": b"# all gone\n"}, "empty, where it had 3 entries"),
        ({"body": b"noise\n" * 500}, "500 of 500 items"),
        ({"body": LIST + b"\x00"}, "binary"),
    ],
)
async def test_the_last_good_list_stays(
    publisher: Publisher, book: Book, syncer: Syncer, change: dict[str, object], says: str
) -> None:
    """Whatever the server does, its last good list goes on speaking, and nothing is left lying about."""
    await syncer.sync(a_list(publisher.url, "sellers"))
    before = book.source("sellers")
    for name, value in change.items():
        setattr(publisher, name, value)
    with pytest.raises(SourceError, match=says):
        await syncer.sync(a_list(publisher.url, "sellers"))
    assert book.source("sellers") is before
    assert book.lookup("+3225551234")
    assert before is not None
    assert sorted(before.path.parent.iterdir()) == [before.path, before.path.with_name("sellers.state")]


async def test_a_new_list_without_numbers_is_refused(publisher: Publisher, book: Book, syncer: Syncer) -> None:
    """Whoever names the wrong file learns it, and no empty list stands there as if it said something."""
    publisher.body = b"# nothing yet\n"
    with pytest.raises(SourceError, match="there is no number in it; is it the right file"):
        await syncer.sync(a_list(publisher.url, "sellers"))
    assert book.source("sellers") is None


async def test_syncs_asked_for_at_once_go_one_after_the_other(publisher: Publisher, book: Book, syncer: Syncer) -> None:
    """Two at the same time don't spoil each other's work."""
    results = await asyncio.gather(*(syncer.sync(a_list(publisher.url, f"s{n}")) for n in range(3)))
    assert [result.entries for result in results] == [3, 3, 3]
    assert all(book.source(f"s{n}") for n in range(3))


def binders() -> list[Path]:
    """The processes that make a book for this one, by their folders in /proc."""
    children = Path(f"/proc/{os.getpid()}/task/{threading.get_native_id()}/children").read_text().split()
    return [
        Path("/proc", pid) for pid in children if b"blocker.bookbinding" in Path("/proc", pid, "cmdline").read_bytes()
    ]


async def test_an_abandoned_sync_leaves_nothing_behind(tmp_path: Path, book: Book) -> None:
    """When the service stops during a sync, the process that makes the book ends with it and the old list stays."""
    path = tmp_path / "list"
    path.write_bytes(b"".join(b"+322%08d\n" % n for n in range(200_000)))
    syncer = a_syncer(book, tmp_path / "book")
    sync = asyncio.create_task(syncer.sync(a_list(str(path))))
    while not binders():  # noqa: ASYNC110  (another process sets no event of ours)
        await asyncio.sleep(0)
    sync.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sync
    assert not binders()
    assert list((tmp_path / "book").iterdir()) == []
    assert book.source("list") is None


async def test_a_binding_that_dies_is_an_error_of_ours(
    publisher: Publisher, syncer: Syncer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that makes the book may be killed, for want of memory say, without harm to this one."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SourceError, match="ended with 1"):
        await syncer.sync(a_list(publisher.url))
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(SourceError, match="no process could be started"):
        await syncer.sync(a_list(publisher.url))


async def test_a_folder_that_can_t_be_written_is_an_error_of_ours(tmp_path: Path, publisher: Publisher) -> None:
    """A data directory that refuses is said, not run over."""
    (tmp_path / "book").write_text("in the way")
    syncer = a_syncer(Book(tmp_path / "book"), tmp_path / "book")
    with pytest.raises(SourceError, match="can't be kept"):
        await syncer.sync(a_list(publisher.url))


@pytest.mark.parametrize("source", ["../up", "Sellers", "a.b", "-a", "a" * 61, "a\n"])
async def test_a_source_s_name_is_a_slug(syncer: Syncer, source: str) -> None:
    """A name that could lead out of the folder, or to no file, is refused before anything is fetched."""
    with pytest.raises(UsageError, match="can't name a list"):
        await syncer.sync(a_list("http://127.0.0.1:9/", source))


@pytest.mark.parametrize(
    ("origin", "slug"),
    [
        ("https://lists.example.org/be/sellers.txt", "lists-example-org-be-sellers-txt"),
        ("/home/ann/Appels indésirables.txt", "appels-ind-sirables-txt"),
        ("/home/ann/список", "f287349d"),
        ("https://example.org/" + "a" * 100, "example-org-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-"),
    ],
)
def test_a_source_without_a_name_gets_one(origin: str, slug: str) -> None:
    """The name says where the list is from, and two long origins don't fall together."""
    assert slug_of(origin).startswith(slug)
    assert len(slug_of(origin)) <= 60
    assert slug_of(origin + "x") != slug_of(origin)
