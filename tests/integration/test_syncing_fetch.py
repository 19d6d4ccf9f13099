"""Getting a list from servers that are down, slow, endless, in a circle or not what they seem."""

import asyncio
import socket
from pathlib import Path

import pytest
from aiohttp import web
from fakes.web_server import answering_raw, serving

from blocker import fetching
from blocker.errors import SourceError, UsageError
from blocker.fetching import Fetcher, Limits, is_public, loses_protection

LIST = b"+3225551234\n+3225551235\n"
SMALL = Limits(max_bytes=1000, total_seconds=20, connect_seconds=20, silence_seconds=20, redirects=3)
IMPATIENT = Limits(max_bytes=1000, total_seconds=0.5, connect_seconds=0.3, silence_seconds=0.3, redirects=3)


async def fetch(url: str, folder: Path, limits: Limits = SMALL) -> bytes:
    """What a fetch on this machine gives."""
    had = await Fetcher(limits, private_addresses=True).get(url, folder)
    assert had.file is not None
    return had.file.read_bytes()


async def test_a_list_arrives_as_it_was_served(tmp_path: Path) -> None:
    """The bytes are the server's, and the server is told who asks, what can be unpacked, and no cookies."""
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers)
        return web.Response(body=LIST, content_type="text/plain")

    async with serving(handler) as url:
        assert await fetch(f"{url}/list.txt", tmp_path) == LIST
    assert seen[0]["User-Agent"].startswith("blocker/")
    assert seen[0]["Accept-Encoding"] == "gzip, zstd"
    assert "Cookie" not in seen[0]


@pytest.mark.parametrize("kind", ["text/plain", "text/csv", "application/octet-stream"])
async def test_text_by_any_name_is_taken(tmp_path: Path, kind: str) -> None:
    """Servers call a list many things; only what is surely none is refused."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(body=LIST, content_type=kind)

    async with serving(handler) as url:
        assert await fetch(url, tmp_path) == LIST


@pytest.mark.parametrize(
    ("response", "says"),
    [
        ({"status": 404}, "answered 404 Not Found"),
        ({"status": 500}, "answered 500"),
        ({"status": 204}, "answered 204"),
        ({"content_type": "text/html", "body": b"<html>"}, "web page"),
        ({"content_type": "application/xhtml+xml"}, "web page"),
        ({"content_type": "image/png"}, "image/png"),
        ({"headers": {"Content-Encoding": "br"}, "body": b"\x1f\x8b"}, "packed with br"),
        ({"headers": {"Content-Encoding": "gzip"}, "body": b"\x1f\x8b"}, "ends in the middle"),
        ({"body": b"+3225551234\n" * 100}, "more than 1000 bytes"),
        ({"status": 302, "headers": {"Location": "ftp://example.org/list"}}, "can't be fetched"),
        ({"status": 302, "headers": {"Location": "/again"}}, "more than 3 redirects"),
    ],
)
async def test_what_is_no_list_is_refused(tmp_path: Path, response: dict[str, object], says: str) -> None:
    """An error page, a picture, an archive, too much of it, or a redirect in a circle is an error that says so."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(**response)  # type: ignore[arg-type]

    async with serving(handler) as url:
        with pytest.raises(SourceError, match=says):
            await fetch(url, tmp_path)


async def test_a_redirect_is_followed(tmp_path: Path) -> None:
    """A list that moved is found at its new place."""

    async def handler(request: web.Request) -> web.Response:
        if request.path == "/old":
            raise web.HTTPMovedPermanently("/new")
        return web.Response(body=LIST)

    async with serving(handler) as url:
        assert await fetch(f"{url}/old", tmp_path) == LIST


async def test_an_endless_list_is_cut_off(tmp_path: Path) -> None:
    """A server that never stops sending is left once the limit is reached."""

    async def endless(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(LIST * 100)
            await writer.drain()

    async with answering_raw(endless) as url:
        with pytest.raises(SourceError, match="more than 1000 bytes"):
            await fetch(url, tmp_path)


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n+322555"])
async def test_a_silent_server_is_left(tmp_path: Path, head: bytes) -> None:
    """A server that accepts and then says nothing, or stops in the middle, doesn't hold the sync for ever."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        await reader.read()  # until the client goes

    async with answering_raw(silent) as url:
        with pytest.raises(SourceError, match="too long"):
            await fetch(url, tmp_path, IMPATIENT)


async def test_a_server_that_drips_is_left(tmp_path: Path) -> None:
    """A byte now and then beats the limit on silence, not the one on the whole."""

    async def dripping(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
        while True:
            writer.write(b"#")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with answering_raw(dripping) as url:
        with pytest.raises(SourceError, match="too long"):
            await fetch(url, tmp_path, IMPATIENT)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n+3225551234\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"220 ready\r\n",
        b"",
    ],
    ids=["cut off", "bad chunk", "another protocol", "closed at once"],
)
async def test_broken_http_is_an_error_of_ours(tmp_path: Path, answer: bytes) -> None:
    """Half a list is no list, and what isn't HTTP isn't either."""

    async def broken(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async with answering_raw(broken) as url:
        with pytest.raises(SourceError, match="can't be fetched"):
            await fetch(url, tmp_path)


async def test_a_server_that_is_down_is_an_error_of_ours(tmp_path: Path) -> None:
    """Nobody listening there."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(SourceError, match="can't be fetched"):
            await fetch(f"http://127.0.0.1:{port}/", tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "127.1", "0.0.0.0"])  # noqa: S104
async def test_addresses_inside_the_house_are_not_asked(tmp_path: Path, host: str) -> None:
    """However a private address is written, no connection to it is made unless the household allows it."""
    asked = []

    async def handler(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=LIST)

    async with serving(handler) as url:
        port = url.rpartition(":")[2]
        with pytest.raises(SourceError, match=r"no public address|not a canonical IPv4 address"):
            await Fetcher(SMALL).get(f"http://{host}:{port}/list", tmp_path)
    assert not asked


async def test_a_redirect_into_the_house_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check holds on every hop, not only for the address that a person typed."""
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1")
    asked = []

    async def inside(request: web.Request) -> web.Response:
        asked.append(request)
        return web.Response(body=LIST)

    async with serving(inside, "127.0.0.2") as secret:

        async def outside(_: web.Request) -> web.Response:
            raise web.HTTPFound(f"{secret}/list")

        async with serving(outside) as url:
            with pytest.raises(SourceError, match=r"127\.0\.0\.2, which is no public address"):
                await Fetcher(SMALL).get(url, tmp_path)
    assert not asked


@pytest.mark.parametrize(
    ("hops", "weaker"),
    [
        (["http"], False),
        (["https"], False),
        (["http", "https"], False),
        (["https", "https"], False),
        (["https", "http"], True),
        (["http", "https", "http", "https"], True),
    ],
)
def test_which_redirects_weaken_the_way(hops: list[str], weaker: bool) -> None:  # noqa: FBT001
    """Once a list comes over https, no hop on its way may be one that a stranger could change."""
    assert loses_protection(hops) is weaker


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("193.190.198.27", True),
        ("2001:6a8:3c80::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:192.168.1.1", False),
        ("::ffff:193.190.198.27", True),
        ("2002:c0a8:0101::1", False),
        ("64:ff9b::192.168.1.1", False),
        ("64:ff9b::193.190.198.27", True),
        ("64:ff9b:1::193.190.198.27", False),
        ("::127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("fec0::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:  # noqa: FBT001
    """Loopback, the home network, link-local, cloud metadata and multicast are not, nor in IPv6's clothes."""
    assert is_public(address) is public


@pytest.mark.parametrize(
    ("origin", "says"),
    [
        ("ftp://example.org/list", "only http and https"),
        ("file:///etc/passwd", "only http and https"),
        ("https://user:secret@example.org/list", "password"),
        ("list.txt", "whole path"),
        ("", "whole path"),
    ],
)
async def test_what_can_t_be_meant_is_a_usage_error(tmp_path: Path, origin: str, says: str) -> None:
    """Another scheme, a password that would end up in the ledger, or a path that depends on where one stands."""
    with pytest.raises(UsageError, match=says):
        await Fetcher().get(origin, tmp_path)


@pytest.mark.parametrize("url", ["http://", "http://[::1", "http://x:99999/", "https:///list"])
async def test_a_broken_url_is_an_error_of_ours(tmp_path: Path, url: str) -> None:
    """Whatever is typed after `http://`."""
    with pytest.raises((SourceError, UsageError)):
        await fetch(url, tmp_path)


async def test_a_file_is_used_where_it_lies(tmp_path: Path) -> None:
    """A local list isn't copied; what is no file, isn't there or is too large is refused."""
    path = tmp_path / "list.txt"
    path.write_bytes(LIST)
    fetcher = Fetcher(SMALL)
    assert (await fetcher.get(str(path), tmp_path)).file == path
    with pytest.raises(SourceError, match="no file"):
        await fetcher.get(str(tmp_path / "absent"), tmp_path)
    with pytest.raises(SourceError, match=r"no file.*URL$"):
        await fetcher.get("/dev/zero", tmp_path)
    with pytest.raises(SourceError, match=r"no file.*under systemd the service sees no /home"):
        await fetcher.get("/home/nobody-s/list.txt", tmp_path)
    path.write_bytes(LIST * 100)
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        await fetcher.get(str(path), tmp_path)
