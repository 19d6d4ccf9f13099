"""Asking web servers that may be down, slow, endless or hostile; and getting a published list onto the disk.

Decides what is asked at all: HTTP(S) at public addresses, within limits of size, time and redirects; that a token goes
to the very server it was given for, over https, and into no message. What an answer means, `sources/` decides; what
becomes of it, `syncing.py`.

aiohttp and its yarl are loaded when somebody is asked: that takes longer than most commands do, which ask nobody.
"""

import asyncio
import ipaddress
import re
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from blocker import __version__
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, StatusError, UsageError
from blocker.unpacking import Unpacker, encodings

if TYPE_CHECKING:
    import aiohttp
    from yarl import URL

USER_AGENT = f"blocker/{__version__} (call blocker for a household; fetches this list at its owner's request)"

MAX_REPLY = 256 * 1024
"""Bytes of an answer that is kept in memory."""

_CHUNK = 64 * 1024
_OK, _NOT_MODIFIED = 200, 304
_MOVED = frozenset({301, 302, 303, 307, 308})
_GLOBAL_UNICAST, _NAT64 = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("64:ff9b::/96")

_SECONDS = re.compile(r"[0-9]{1,9}", re.ASCII)

_KINDS = frozenset({"octet-stream", "json", "xml", "csv", "gzip", "x-gzip", "zstd", "vcard"})
"""What a list may be served as, as `application/…`, beside any `text/`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may take of us. Ten million numbers are 140 MB as text."""

    max_bytes: int = 256 * 1024 * 1024
    """Of a list, packed or unpacked."""
    total_seconds: float = 600
    connect_seconds: float = 20
    silence_seconds: float = 60
    """Longest time without a byte."""
    redirects: int = 5


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Had:
    """A list that was asked for."""

    file: Path | None
    """Where it lies, unpacked; None: it is the one that was had before."""
    etag: str = ""
    last_modified: str = ""
    """Both as the server said them, to be shown to it next time; for a file on this machine, what tells it apart."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A short answer, whatever its status."""

    status: int
    body: bytes
    retry_after: int = 0
    """Seconds for which the server wants to be left alone; 0 where it doesn't say, or names a day."""


def _perhaps_hidden(path: Path) -> str:
    """What systemd.exec(5) `ProtectHome` and `PrivateTmp` keep from the service though the file may well be there."""
    if not path.is_relative_to("/home") and not path.is_relative_to("/tmp"):  # noqa: S108  (nothing is written there)
        return ""
    return " (under systemd the service sees no /home and a /tmp of its own: put the list beside the configuration)"


class Fetcher:
    """Asks one server at a time."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, private_addresses: bool = False) -> None:
        """Set the limits.

        Args:
            limits: how much of everything.
            private_addresses: whether addresses that aren't public (loopback, the home network) may be asked, for a
                list on a machine of one's own. Else nobody can make this program knock on doors inside the house.
        """
        self._limits = limits
        self._private_addresses = private_addresses

    async def get(
        self, origin: str, folder: Path, *, token: str = "", headers: Mapping[str, str] | None = None,
        etag: str = "", last_modified: str = "",
    ) -> Had:  # fmt: skip
        """Get a list onto the disk, unpacked, unless it is the one that was had before.

        Args:
            origin: an `http` or `https` URL, or an absolute path.
            folder: where a download is put, as a new file; a plain file on this machine is used where it lies.
            token: shown to the server of `origin` as `Authorization: Bearer`, and to no other.
            headers: what else to say, such as `Accept`; no secrets.
            etag: what the server said of the list that is here.
            last_modified: likewise.

        Raises:
            UsageError: `origin` is neither.
            StatusError: the server said no.
            SourceError: it can't be had, or isn't a list within the limits.
        """
        target = folder / "download"
        if "://" not in origin:
            return await asyncio.to_thread(self._local_file, Path(origin), target, etag)
        import aiohttp  # noqa: PLC0415  (see above)

        said = {"Accept-Encoding": encodings(), **(headers or {})}
        if etag:
            said["If-None-Match"] = etag
        if last_modified:
            said["If-Modified-Since"] = last_modified
        async with self._asked("GET", origin, token=token, headers=said) as response:
            if response.status == _NOT_MODIFIED and (etag or last_modified):
                return Had(None, etag, last_modified)
            _refuse_unsuitable(origin, response)
            try:
                await self._store(origin, response, target)
            except OSError as error:
                if isinstance(error, aiohttp.ClientError | TimeoutError):
                    raise
                raise SourceError(f"{origin} can't be stored in {folder}: {error.strerror}") from error
            return Had(target, _header(response, "ETag"), _header(response, "Last-Modified"))

    async def ask(
        self, method: str, url: str, *, token: str = "", headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Reply:  # fmt: skip
        """Ask a server for something short, or tell it; whatever it answers is given, redirects are not followed.

        Args:
            method: `GET`, `POST` …
            url: `http` or `https`.
            token: as in `get`.
            headers: as in `get`.
            content: sent as JSON, unless it is None.

        Raises:
            UsageError: `url` is none.
            SourceError: there is no answer, or one of more than `MAX_REPLY` bytes.
        """
        said = {"Accept-Encoding": "identity", **(headers or {})}
        async with self._asked(method, url, token=token, headers=said, content=content, redirects=0) as response:
            body = b""
            async for chunk in response.content.iter_chunked(_CHUNK):
                body += chunk
                if len(body) > MAX_REPLY:
                    raise SourceError(f"{url} answers with more than {MAX_REPLY} bytes")
            return Reply(response.status, body, _retry_after(response))

    def _local_file(self, path: Path, target: Path, before: str) -> Had:
        if not path.is_absolute():
            raise UsageError(f"{path}: give the file's whole path, beginning with /, or a URL")
        try:
            if not path.is_file():
                raise SourceError(f"{path} is no file; give a list as a file or a URL{_perhaps_hidden(path)}")
            found = path.stat()
            state = f"{found.st_mtime_ns}-{found.st_ino}-{found.st_size}"
            if state == before:
                return Had(None, state)
            if found.st_size > self._limits.max_bytes:
                raise SourceError(f"{path} has more than {self._limits.max_bytes} bytes, too much for a list")
            unpacker = Unpacker(str(path), self._limits.max_bytes)
            with path.open("rb") as file:
                if not unpacker.is_packed(file.read(_CHUNK)):
                    return Had(path, state)
                file.seek(0)
                with target.open("xb") as unpacked:
                    while chunk := file.read(_CHUNK):
                        unpacked.writelines(unpacker.feed(chunk))
                    unpacked.writelines(unpacker.finish())
        except OSError as error:
            raise SourceError(f"{path} can't be read: {error.strerror}{_perhaps_hidden(path)}") from error
        return Had(target, state)

    @asynccontextmanager
    async def _asked(
        self, method: str, url: str, *, token: str, headers: Mapping[str, str], content: object = None,
        redirects: int | None = None,
    ) -> "AsyncIterator[aiohttp.ClientResponse]":  # fmt: skip
        """An answer to be read; whatever goes wrong until the end of its reading is an error of ours."""
        import aiohttp  # noqa: PLC0415  (see above)

        first = self._url(url, token=token)
        refused: list[str] = []
        try:
            async with asyncio.timeout(self._limits.total_seconds), self._session(refused) as session:
                hops = [first]
                while True:
                    own = dict(headers)
                    if token and _same(first, hops[-1]):
                        own["Authorization"] = f"Bearer {token}"
                    async with session.request(
                        method, hops[-1], headers=own, json=content, allow_redirects=False
                    ) as response:
                        if redirects == 0 or response.status not in _MOVED:
                            yield response
                            return
                        hops.append(self._next(url, hops, response))
        except TimeoutError as error:
            raise SourceError(f"{url} took too long; try again later") from error
        except (aiohttp.ClientError, ValueError) as error:
            if refused:
                raise SourceError(
                    f"{url} leads to {refused[0]}, which is no public address; for a list in one's own network, "
                    "save it as a file and give that, or set allow_private = true in [sources.NAME]"
                ) from error
            why = (error.strerror if isinstance(error, aiohttp.ClientConnectorError) else "") or str(error)
            raise SourceError(f"{url} can't be fetched: {_shown(why) or type(error).__name__}") from error

    def _url(self, url: str, *, token: str) -> "URL":
        from yarl import URL  # noqa: PLC0415  (see above)

        scheme, _, rest = url.partition("://")
        if scheme.lower() not in {"http", "https"}:
            raise UsageError(f"{url}: only http and https URLs and files can be fetched, not {scheme}")
        if "@" in rest.partition("/")[0]:
            raise UsageError("a URL with a password in it would be written into the ledger; give it without")
        if token and scheme.lower() != "https" and not self._private_addresses:
            raise UsageError(f"{url}: a token isn't sent where anybody on the way can read it; give an https address")
        try:
            return URL(url)
        except ValueError as error:
            raise SourceError(f"{url} can't be fetched: {error}") from error

    def _next(self, url: str, hops: "Sequence[URL]", response: "aiohttp.ClientResponse") -> "URL":
        """Where a redirect leads."""
        from yarl import URL  # noqa: PLC0415  (see above)

        to = hops[-1].join(URL(_header(response, "Location")))
        if to.scheme not in {"http", "https"}:
            raise SourceError(f"{url} can't be fetched: it leads to {_shown(to.scheme) or 'nowhere'}")
        if loses_protection([hop.scheme for hop in (*hops, to)]):
            raise SourceError(f"{url} leads from https to http, where anybody on the way could change the list")
        if len(hops) > self._limits.redirects:
            raise SourceError(f"{url} leads through more than {self._limits.redirects} redirects")
        return to

    def _session(self, refused: list[str]) -> "aiohttp.ClientSession":
        import aiohttp  # noqa: PLC0415  (see above)

        limits = self._limits
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                socket_factory=None if self._private_addresses else public_addresses_only(refused),
                force_close=True,
            ),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_seconds, sock_read=limits.silence_seconds
            ),
            headers={"User-Agent": USER_AGENT, "Accept": "text/*, */*;q=0.5"},
            # Packed text could grow a thousandfold in one step, past the size limit and on the event loop.
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _store(self, url: str, response: "aiohttp.ClientResponse", target: Path) -> None:
        unpacker = Unpacker(url, self._limits.max_bytes)
        if (response.content_length or 0) > self._limits.max_bytes:
            raise SourceError(f"{url} has more than {self._limits.max_bytes} bytes, too much for a list")
        file = await asyncio.to_thread(target.open, "xb")
        try:
            size = 0
            async for chunk in response.content.iter_chunked(_CHUNK):
                size += len(chunk)
                if size > self._limits.max_bytes:
                    raise SourceError(f"{url} has more than {self._limits.max_bytes} bytes, too much for a list")
                await asyncio.to_thread(file.writelines, unpacker.feed(chunk))
            await asyncio.to_thread(file.writelines, unpacker.finish())
        finally:
            await asyncio.to_thread(file.close)


def _header(response: "aiohttp.ClientResponse", name: str) -> str:
    """What a header says, if it is of a length to be kept and shown again."""
    value = response.headers.get(name, "")
    return value if len(value) <= 1000 else ""  # noqa: PLR2004


def _shown(said: str) -> str:
    """What a server said, for a message: what moves a terminal's cursor, or is no text, can't go into one."""
    return one_line(said)[:200]


def _retry_after(response: "aiohttp.ClientResponse") -> int:
    """See `Reply.retry_after`; RFC 9110, 10.2.3."""
    seconds = response.headers.get("Retry-After", "")
    return int(seconds) if _SECONDS.fullmatch(seconds) else 0


def _same(one: "URL", other: "URL") -> bool:
    """Whether what is meant for one server may be told the other."""
    return one.origin() == other.origin()


def _refuse_unsuitable(url: str, response: "aiohttp.ClientResponse") -> None:
    if response.status != _OK:
        said = f"{url} answered {response.status} {_shown(response.reason or '')}".rstrip()
        raise StatusError(said, response.status, retry_after=_retry_after(response))
    packing = response.headers.get("Content-Encoding", "identity").lower()
    if packing not in {"identity", "gzip", "x-gzip", "zstd"}:
        raise SourceError(f"{url} is packed with {_shown(packing)}, although that was not asked for")
    kind = response.content_type
    if kind in {"text/html", "application/xhtml+xml"}:
        raise SourceError(f"{url} is a web page; look for the link to the list itself")
    if not kind.startswith("text/") and kind.removeprefix("application/") not in _KINDS:
        raise SourceError(f"{url} is {_shown(kind)}, not plain text")


def public_addresses_only(refused: list[str]) -> "Callable[[aiohttp.AddrInfoType], socket.socket]":
    """A maker of sockets that refuses addresses which aren't public, and notes them.

    It sees the very address that is connected to next, after the name was resolved and on each redirect, so that no
    name can mean one address while it is checked and another afterwards.
    """

    def make(info: "aiohttp.AddrInfoType") -> socket.socket:
        family, kind, protocol, _, address = info
        if not is_public(str(address[0])):
            refused.append(str(address[0]))
            raise PermissionError("not a public address")
        return socket.socket(family, kind, protocol)

    return make


def loses_protection(schemes: Sequence[str]) -> bool:
    """Whether a chain of redirects goes from https to http somewhere."""
    return ("https", "http") in pairwise(schemes)


def is_public(address: str) -> bool:
    """Whether an IP address (text) belongs to the public internet. Source: IANA special-purpose address registries.

    Of IPv6 only 2000::/3 is given out to anybody (RFC 4291, 2.4). An address that carries one of IPv4 is as public as
    that: what a NAT64 makes of a public one (RFC 6052) is the only way to it in some networks.
    """
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            embedded = ipaddress.IPv4Address(ip.packed[-4:])
        if embedded is None and ip not in _GLOBAL_UNICAST:
            return False
        ip = embedded or ip
    return ip.is_global and not ip.is_multicast
