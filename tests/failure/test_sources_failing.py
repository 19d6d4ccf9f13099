"""Lists that are down, slow, endless, hostile or wrong: the last good one stays, and the household is told."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from backports import zstd
from fakes.clock import StandingClock
from fakes.syncers import a_list
from fakes.web_server import answering_raw, serving

from blocker import bookbinding, fetching, supplying
from blocker.core.guards import Spared
from blocker.core.list_source import Bounds, Kind, SourceState
from blocker.errors import SourceError
from blocker.fetching import Limits
from blocker.store.book import Book
from blocker.store.source_states import SourceStates
from blocker.supplying import FileSupplier
from blocker.syncing import Syncer

GOOD = b"".join(b"+322555%04d\n" % number for number in range(150))
LISTED, OWN = "+3225550001", "+3225559999"


Answer = Callable[[], web.Response]


class House:
    """A household that uses one list, which was good once."""

    def __init__(self, folder: Path) -> None:
        self.book, self.states, self.clock = Book(folder / "book"), SourceStates(folder / "book"), StandingClock()
        self.syncer = Syncer(
            shelf=self.book,
            states=self.states,
            suppliers={Kind.FETCHED: FileSupplier()},
            bind=bookbinding.bind,
            clock=self.clock,
            region="BE",
            chance=lambda: 0.5,
            spared=lambda: Spared(own=(OWN,), never=("+32112", OWN)),
        )

    async def state(self) -> SourceState:
        return await self.states.get("sellers")


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """One, with little patience."""
    limits = Limits(max_bytes=100_000, total_seconds=3.0, connect_seconds=3.0, silence_seconds=1.0, redirects=3)
    monkeypatch.setattr(supplying, "DEFAULT_LIMITS", limits)
    house = House(tmp_path)
    yield house
    await house.book.close()


class Server:
    """A web server that was good once."""

    def __init__(self) -> None:
        self.answer: Answer | None = None
        self.asked: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        if self.answer is None:
            return web.Response(body=GOOD, headers={"ETag": '"1"'})
        return self.answer()


def said(body: bytes, kind: str = "text/plain", status: int = 200, **headers: str) -> Answer:
    """An answer, each time a new one."""
    named = {name.replace("_", "-"): value for name, value in headers.items()} | {"Content-Type": kind}
    return lambda: web.Response(body=body, status=status, headers=named)


def rows(*extra: str) -> bytes:
    """The good list as a table of today, with more rows."""
    good = (f"+322555{number:04d},2026-11-01" for number in range(150))
    return "\n".join(["number,last_activity", *good, *extra]).encode()


DATED: dict[str, Any] = {"form": "csv", "columns": {"last_activity": "last_activity"}}
HUNDREDFOLD = b"".join(b"+3247%07d\n" % number for number in range(15_000))
BAD: dict[str, tuple[Answer, str, dict[str, Any]]] = {
    "gone": (said(b"", status=404), "answered 404", {}),
    "broken": (said(b"", status=500), "answered 500", {}),
    "busy": (said(b"", status=503, Retry_After="7200"), "answered 503", {}),
    "token revoked": (said(b"Please provide login credentials.", status=401), "answered 401", {}),
    "a web page": (said(b"<html>Log in</html>", "text/html"), "web page", {}),
    "a web page in disguise": (said(b"<!doctype html><p>Log in"), "web page or XML", {}),
    "redirects in a circle": (said(b"", status=302, Location="/round"), "more than 3 redirects", {}),
    "a redirect to nowhere": (said(b"", status=302), "redirects|can't be fetched", {}),
    "half a gzip": (said(gzip.compress(GOOD)[:200], Content_Encoding="gzip"), "ends in the middle", {}),
    "half a gzip as a file": (said(gzip.compress(GOOD)[:200], "application/gzip"), "ends in the middle", {}),
    "a damaged gzip": (said(gzip.compress(GOOD)[:100] + bytes(100), "application/gzip"), "damaged|in the middle", {}),
    "half a zstd": (said(zstd.compress(GOOD)[:-9], Content_Encoding="zstd"), "ends in the middle", {}),
    "a bomb": (said(gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"), "more than 100000 bytes", {}),
    "empty": (said(b""), "empty, where it had 150", {}),
    "a hundred times the entries": (said(HUNDREDFOLD), "more than 100000 bytes", {}),
    "a hundred times the entries, allowed": (said(HUNDREDFOLD), "it grew from 150 to 15000", {"max_bytes": 1 << 20}),
    "a tenth of the entries": (said(GOOD[: 15 * 12]), "it lost 135 of its 150 items", {}),
    "a canary that died": (said(GOOD.replace(b"+3225550007\n", b"")), "doesn't list .3225550007", {}),
    "a number that no honest list holds": (said(GOOD + b"+3225557777\n"), "lists .3225557777, which no honest", {}),
    "a tenth of a country": (said(GOOD + b"".join(b"+32%d*\n" % n for n in range(200, 300))), "prefixes catch", {}),
    "noise": (said(b"noise\n" * 500), "500 of 500 lines|500 of 500 items", {}),
    "dates in 2105": (said(rows(*["+3225551200,2105-05-13"] * 297)), "297 of 447 items", DATED),
}  # fmt: skip


@pytest.mark.parametrize(("answer", "says", "fields"), BAD.values(), ids=BAD)
async def test_whatever_comes_the_last_good_list_stays(
    house: House, answer: Answer, says: str, fields: dict[str, Any]
) -> None:
    """It speaks on, what went wrong is remembered with when to try again, and a good list ends it."""
    server = Server()
    bounds = Bounds(must_list=("+3225550007",), must_not_list=("+3225557777",))
    async with serving(server.handle) as url:
        good = a_list(f"{url}/list", "sellers", bounds=bounds, max_bytes=100_000)
        await house.syncer.sync(good)
        before, state = house.book.source("sellers"), await house.state()
        server.answer = answer
        with pytest.raises(SourceError, match=says):
            await house.syncer.sync(replace(good, **fields))
        assert house.book.source("sellers") is before
        assert house.book.lookup(LISTED)
        stale = await house.state()
        assert stale.stale
        assert stale.error
        assert (stale.good_at, stale.sha256) == (state.good_at, state.sha256)
        assert stale.next_at is not None
        assert stale.next_at - house.clock.now() >= timedelta(hours=2 if answer().status == 503 else 1)
        server.answer = None
        await house.syncer.sync(good)
        assert not (await house.state()).stale


async def test_items_that_no_list_may_hold_are_left_out(house: House) -> None:
    """A country as a prefix, an emergency number, and the household's own number don't come in; the last is told."""
    server = Server()
    server.answer = said(GOOD + b"+32*\n+32112\n112\n" + OWN.encode() + b"\n")
    async with serving(server.handle) as url:
        done = await house.syncer.sync(a_list(url, "sellers"))
    assert (done.entries, done.bad_lines + done.left_out) == (150, 4)
    assert any("+32*" in item for item in done.bad_named)
    assert any(OWN in note for note in done.notes)
    assert not house.book.lookup(OWN)
    assert not house.book.lookup("+3225679999")


async def test_some_bad_dates_cost_only_their_items(house: House) -> None:
    """Dates in 2105 are named with their lines, and the rest of the list is used."""
    server = Server()
    server.answer = said(rows("+3225551200,2105-05-13"))
    async with serving(server.handle) as url:
        done = await house.syncer.sync(a_list(url, "sellers", **DATED))
    assert (done.entries, done.bad_lines) == (150, 1)
    assert "2105-05-13" in done.bad_named[0]


async def test_a_redirect_into_the_house_keeps_the_list(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list on the internet that begins to lead into the household's own network isn't followed there."""
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    inside, outside = Server(), Server()
    async with serving(inside.handle, "127.0.0.2") as secret, serving(outside.handle) as url:
        source = a_list(url, "sellers", allow_private=False)
        await house.syncer.sync(source)
        outside.answer = said(b"", status=302, Location=f"{secret}/list")
        with pytest.raises(SourceError, match=r"127\.0\.0\.2, which is no public address"):
            await house.syncer.sync(source)
    assert not inside.asked
    assert house.book.lookup(LISTED)


async def test_servers_that_never_end_are_left(house: House, tmp_path: Path) -> None:
    """One that is silent, one that drips and one that never stops cost a try each, and the list speaks on."""
    path = tmp_path / "list"
    path.write_bytes(GOOD)
    await house.syncer.sync(a_list(str(path), "sellers"))

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(GOOD)
            await writer.drain()

    async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"#")
            await writer.drain()
            await asyncio.sleep(0.05)

    for server, says in [(silent, "too long"), (endless, "more than 100000 bytes"), (dripping, "too long")]:
        async with answering_raw(server) as url:
            with pytest.raises(SourceError, match=says):
                await house.syncer.sync(a_list(url, "sellers", max_bytes=100_000))
    assert house.book.lookup(LISTED)


async def test_nothing_that_a_server_says_reaches_a_terminal_as_it_is(house: House) -> None:
    """Its words stand in messages, logs and entries: none moves a cursor there, and each can be written as UTF-8."""

    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 500 \x1b]0;mine\x07 \xff no\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()

    async with answering_raw(rude) as url:
        with pytest.raises(SourceError, match=r"answered 500 ␛\]0;mine␇ .? ?no") as raised:
            await house.syncer.sync(a_list(url, "sellers"))
    assert str(raised.value).encode()
    assert "\x1b" not in str(raised.value) + (await house.state()).error


async def test_an_unchanged_list_is_fresh_again_without_being_read(house: House) -> None:
    """The server is shown what was had; where it has nothing new, no book is made, and the list counts as of today."""
    server = Server()
    async with serving(server.handle) as url:
        source = a_list(url, "sellers")
        await house.syncer.sync(source)
        before = house.book.source("sellers")
        house.clock.pass_time(timedelta(days=3))
        server.answer = said(b"", status=304)
        assert (await house.syncer.sync(source)).unchanged
    assert server.asked[1].headers["If-None-Match"] == '"1"'
    assert house.book.source("sellers") is before
    (hit,) = house.book.lookup(LISTED)
    assert hit.had_on == house.clock.now().date()


@pytest.mark.parametrize("loss", ["book", "state", "garbage", "other address"])
async def test_what_was_had_before_is_shown_only_where_it_is_here(house: House, tmp_path: Path, loss: str) -> None:
    """A lost book, a lost or damaged state, or another address has the list fetched whole, never believed unchanged."""
    server, folder = Server(), tmp_path / "book"
    async with serving(server.handle) as url:
        source = a_list(f"{url}/a", "sellers")
        await house.syncer.sync(source)
        if loss == "book":
            await house.book.remove("sellers")
        elif loss == "state":
            (folder / "sellers.state").unlink()
        elif loss == "garbage":
            (folder / "sellers.state").write_bytes(b'{"tried_at": 7')
        else:
            source = a_list(f"{url}/b", "sellers")
        await house.syncer.sync(source)
    assert "If-None-Match" not in server.asked[1].headers
    assert house.book.lookup(LISTED)


async def test_a_token_goes_to_its_server_only(house: House, tmp_path: Path) -> None:
    """It is shown to the server of the list, not to where that leads, and stands in no message, state or book."""
    token = tmp_path / "token"
    token.write_text("pbt_secret\n")
    token.chmod(0o600)
    here, elsewhere = Server(), Server()
    async with serving(here.handle) as url, serving(elsewhere.handle, "127.0.0.2") as other:
        source = a_list(url, "sellers", token_file=str(token))
        here.answer = said(b"", status=302, Location=f"{other}/list")
        await house.syncer.sync(source)
        here.answer = said(b"", status=401)
        with pytest.raises(SourceError) as raised:
            await house.syncer.sync(source)
    assert here.asked[0].headers["Authorization"] == "Bearer pbt_secret"
    assert "Authorization" not in elsewhere.asked[0].headers
    assert "secret" not in str(raised.value)
    assert all(b"pbt_secret" not in path.read_bytes() for path in (tmp_path / "book").iterdir())


@pytest.mark.parametrize(("mode", "says"), [(0o640, "others can read"), (None, "can't be read")])
async def test_a_token_that_others_can_read_isn_t_used(
    house: House, tmp_path: Path, mode: int | None, says: str
) -> None:
    """Nor one that isn't there; nobody is asked then."""
    token = tmp_path / "token"
    if mode is not None:
        token.write_text("pbt_secret")
        token.chmod(mode)
    server = Server()
    async with serving(server.handle) as url:
        with pytest.raises(SourceError, match=says):
            await house.syncer.sync(a_list(url, "sellers", token_file=str(token)))
    assert not server.asked


async def test_packed_lists_are_read(house: House, tmp_path: Path) -> None:
    """A list may come packed with gzip or zstd, over the wire or as a file, whatever the server calls it."""
    for number, packed in enumerate([gzip.compress(GOOD), zstd.compress(GOOD)]):
        server = Server()
        server.answer = said(packed, "application/octet-stream")
        async with serving(server.handle) as url:
            assert (await house.syncer.sync(a_list(url, f"a{number}"))).entries == 150
        path = tmp_path / f"list.{number}"
        path.write_bytes(packed)
        assert (await house.syncer.sync(a_list(str(path), f"b{number}"))).entries == 150


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    """All that is remembered comes back; anything else in the file is as nothing, not an error."""
    states, now = SourceStates(tmp_path), StandingClock().now()
    state = SourceState(tried_at=now, version="7", etag='"x"', entries=3, sha256="ab", error="no")
    asyncio.run(states.put("a", state))
    assert states.all() == {"a": state}
    never = (tmp_path / "a.state").read_text().replace(now.isoformat(), "0001-01-01T00:00:00+23:00")
    assert "+23:00" in never
    for text in ("", "[]", "null", "{}", json.dumps({"entries": "many"}), '{"tried_at": "soon"}', never, "[" * 99_999):
        (tmp_path / "a.state").write_text(text)
        assert states.all() == {"a": SourceState()}
