"""Giving PhoneBlock what the household knows of numbers: a rating, or that a call was turned away.

Decides what such a request is made of, to the last header, so that it can be shown before it is sent. What may be given
and when, `core/sharing.py` and `filing/sharing.py` decide; to which addresses anything goes at all, `fetching.py`.

aiohttp and its yarl are loaded where something is given or shown: most commands do neither, and they are slow to load.

Source: the interface's description, version 1.7.0: `POST /rate` and `POST /report-call/{phone}`.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from blocker import __version__
from blocker.core.list_source import ListSource
from blocker.core.sharing import Upload, What
from blocker.core.sharing_answer import Answer
from blocker.errors import SourceError, UsageError

_HEADERS = {
    "User-Agent": f"blocker/{__version__} (call blocker for a household; gives what its people said of numbers)",
    "Accept": "text/plain, */*;q=0.5",
    "Accept-Encoding": "identity",
}


class Reply(Protocol):
    """A short answer."""

    @property
    def status(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def retry_after(self) -> int:
        """Seconds for which the server wants to be left alone."""


class Asking(Protocol):
    """Asks web servers, as `fetching.Fetcher` does."""

    async def ask(
        self,
        method: str,
        url: str,
        *,
        token: str = "",
        headers: Mapping[str, str] | None = None,
        content: object = None,
    ) -> Reply: ...


class PhoneBlockGiving:
    """Gives to one source of the kind `phoneblock`; its origin is the address of the interface."""

    def __init__(self, source: ListSource, asking: Asking, read_token: Callable[[Path], str]) -> None:
        """`read_token` gives the token in a file; it raises `SourceError`."""
        self._source, self._asking, self._read_token = source, asking, read_token
        self.slug, self.name = source.slug, source.name.partition(":")[0]
        self.address = source.origin.rstrip("/")

    async def ready(self) -> None:
        """See whether there is a token to give with.

        Raises:
            UsageError: none is named.
            SourceError: its file can't be used.
        """
        await self._token()

    def sent(self, upload: Upload) -> dict[str, str]:
        """The `address` that an upload is posted to, and the `body` that is posted."""
        if upload.what is What.REFUSED_CALL:
            return {"address": f"{self.address}/report-call/{upload.number}", "body": ""}
        return {"address": f"{self.address}/rate", "body": json.dumps(_content(upload))}

    def shown(self, upload: Upload) -> str:
        """The whole request as it will be sent, but for the token."""
        from yarl import URL  # noqa: PLC0415  (see above)

        sent = self.sent(upload)
        headers = {
            "Host": URL(sent["address"]).host_port_subcomponent,
            **_HEADERS,
            "Authorization": "Bearer (your token)",
            "Content-Length": len(sent["body"].encode()),
            "Content-Type": "application/json" if sent["body"] else "application/octet-stream",
            "Connection": "close",
        }
        lines = [f"POST {sent['address']}", *(f"{name}: {value}" for name, value in headers.items())]
        return "\n".join([*lines, *(["", sent["body"]] if sent["body"] else [])])

    async def give(self, upload: Upload) -> Answer:
        """Send it once.

        Raises:
            UsageError, SourceError: the token can't be had, and nothing was sent.
        """
        import aiohttp  # noqa: PLC0415  (see above)

        token = await self._token()
        content = _content(upload) if upload.what is What.RATING else None
        try:
            reply = await self._asking.ask(
                "POST", self.sent(upload)["address"], token=token, headers=_HEADERS, content=content
            )
        except SourceError as error:
            unsent = isinstance(error.__cause__, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
            return Answer(None, why=str(error), unsent=unsent)
        sha256 = hashlib.sha256(reply.body).hexdigest()
        return Answer(reply.status, sha256, retry_after=timedelta(seconds=reply.retry_after))

    async def _token(self) -> str:
        if not self._source.token_file:
            raise UsageError(
                f"{self.name} takes something from those who have an account: make one at {self.address}, put its "
                f"token into a file of your own, and name that as token_file in [sources.{self.slug}]"
            )
        return await asyncio.to_thread(self._read_token, Path(self._source.token_file))


def _content(upload: Upload) -> dict[str, str]:
    remark = {"comment": upload.comment} if upload.comment else {}
    return {"phone": upload.number, "rating": str(upload.rating), **remark}
