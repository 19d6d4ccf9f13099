"""Getting a published list onto the disk, from a web server that may be down, slow, endless or hostile, or from a file.

Decides what is fetched at all: text over HTTP(S) from public addresses, within limits of size, time and
redirects. What the text means, `sources/` decides; what becomes of it, `syncing.py`.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp

from blocker import __version__
from blocker.errors import SourceError, UsageError

USER_AGENT = f"blocker/{__version__} (call blocker for a household; fetches this list at its owner's request)"

_CHUNK = 64 * 1024

_KINDS = {"application/octet-stream", "application/json", "application/xml", "application/csv"}
"""What a list may be served as, beside any `text/`."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a server may take of us. Ten million numbers are 140 MB as text."""

    max_bytes: int = 256 * 1024 * 1024
    total_seconds: float = 600
    connect_seconds: float = 20
    silence_seconds: float = 60
    """Longest time without a byte."""
    redirects: int = 5


DEFAULT_LIMITS = Limits()


class Fetcher:
    """Fetches one list at a time into a folder."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS, *, private_addresses: bool = False) -> None:
        """Set the limits.

        Args:
            limits: how much of everything.
            private_addresses: whether addresses that aren't public (loopback, the home network) may be asked, for a
                list on a machine of one's own. Else nobody can make this program knock on doors inside the house.
        """
        self._limits = limits
        self._private_addresses = private_addresses

    async def fetch(self, origin: str, folder: Path) -> Path:
        """Get a list; returns the file it is in, which is a new one in `folder` unless `origin` is a file itself.

        Args:
            origin: an `http` or `https` URL, or an absolute path.
            folder: where a download is put.

        Raises:
            UsageError: `origin` is neither.
            SourceError: it can't be had, or isn't text within the limits.
        """
        scheme, separator, rest = origin.partition("://")
        if not separator:
            return await asyncio.to_thread(self._local_file, Path(origin))
        if scheme.lower() not in {"http", "https"}:
            raise UsageError(f"{origin}: only http and https URLs and files can be fetched, not {scheme}")
        if "@" in rest.partition("/")[0]:
            raise UsageError("a URL with a password in it would be written into the ledger; give it without")
        target = folder / "download"
        refused: list[str] = []
        try:
            async with asyncio.timeout(self._limits.total_seconds), self._session(refused) as session:
                await self._download(session, origin, target)
        except TimeoutError as error:
            raise SourceError(f"{origin} took too long; try again later") from error
        except aiohttp.TooManyRedirects as error:
            raise SourceError(f"{origin} leads through more than {self._limits.redirects} redirects") from error
        except aiohttp.ClientError as error:
            if refused:
                raise SourceError(
                    f"{origin} leads to {refused[0]}, which is no public address; "
                    "to use a list from one's own network, save it as a file and give that"
                ) from error
            why = error.strerror if isinstance(error, aiohttp.ClientConnectorError) else str(error)
            raise SourceError(f"{origin} can't be fetched: {why or type(error).__name__}") from error
        except OSError as error:
            raise SourceError(f"{origin} can't be stored in {folder}: {error.strerror}") from error
        return target

    def _local_file(self, path: Path) -> Path:
        if not path.is_absolute():
            raise UsageError(f"{path}: give the file's whole path, beginning with /, or a URL")
        try:
            if not path.is_file():
                raise SourceError(f"{path} is no file; give a list as a file or a URL")
            size = path.stat().st_size
        except OSError as error:
            raise SourceError(f"{path} can't be read: {error.strerror}") from error
        if size > self._limits.max_bytes:
            raise self._too_large(str(path))
        return path

    def _session(self, refused: list[str]) -> aiohttp.ClientSession:
        limits = self._limits
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                socket_factory=None if self._private_addresses else public_addresses_only(refused),
                force_close=True,
            ),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_seconds, sock_read=limits.silence_seconds
            ),
            # Compressed text could grow a thousandfold in one step, past the size limit and on the event loop.
            headers={"User-Agent": USER_AGENT, "Accept": "text/*, */*;q=0.5", "Accept-Encoding": "identity"},
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    async def _download(self, session: aiohttp.ClientSession, url: str, target: Path) -> None:
        async with session.get(url, max_redirects=self._limits.redirects) as response:
            _refuse_unsuitable(url, response)
            if (response.content_length or 0) > self._limits.max_bytes:
                raise self._too_large(url)
            file = await asyncio.to_thread(target.open, "xb")
            try:
                size = 0
                async for chunk in response.content.iter_chunked(_CHUNK):
                    size += len(chunk)
                    if size > self._limits.max_bytes:
                        raise self._too_large(url)
                    await asyncio.to_thread(file.write, chunk)
            finally:
                await asyncio.to_thread(file.close)

    def _too_large(self, origin: str) -> SourceError:
        return SourceError(f"{origin} has more than {self._limits.max_bytes} bytes, too much for a list")


def _refuse_unsuitable(url: str, response: aiohttp.ClientResponse) -> None:
    if loses_protection([hop.url.scheme for hop in (*response.history, response)]):
        raise SourceError(f"{url} leads from https to http, where anybody on the way could change the list")
    if response.status != 200:  # noqa: PLR2004  (HTTP's own name for “here it is”)
        raise SourceError(f"{url} answered {response.status} {response.reason or ''}".rstrip())
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise SourceError(f"{url} is served compressed although that was not asked for")
    kind = response.content_type
    if kind in {"text/html", "application/xhtml+xml"}:
        raise SourceError(f"{url} is a web page; look for the link to the list itself")
    if not kind.startswith("text/") and kind not in _KINDS:
        raise SourceError(f"{url} is {kind}, not plain text")


def public_addresses_only(refused: list[str]) -> Callable[[aiohttp.AddrInfoType], socket.socket]:
    """A maker of sockets that refuses addresses which aren't public, and notes them.

    It sees the very address that is connected to next, after the name was resolved and on each redirect, so that no
    name can mean one address while it is checked and another afterwards.
    """

    def make(info: aiohttp.AddrInfoType) -> socket.socket:
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
    """Whether an IP address (text) belongs to the public internet. Source: IANA special-purpose address registries."""
    ip = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        embedded = ip.ipv4_mapped or ip.sixtofour
        if embedded is not None:
            ip = embedded
    return ip.is_global and not ip.is_multicast
