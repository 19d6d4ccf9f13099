"""The summary of a week as a notification on a telephone, through an ntfy server.

Decides how ntfy is asked. Source: docs.ntfy.sh, “Publish as JSON”: posted to the server, with the topic in the object,
so that a title may hold any letter.
"""

import asyncio
from pathlib import Path

from blocker.senders import HandingOver, Parcel, secret_in
from blocker.senders.posting import post

_LONGEST = 3500
"""Bytes of text; from 4096 on, ntfy makes an attachment of it."""


class NtfySender:
    """Notifies one topic."""

    def __init__(self, url: str, secret_file: Path | None, *, private_addresses: bool) -> None:
        """`url` is the topic's, such as `https://ntfy.sh/my-topic`."""
        self._server, _, self._topic = url.rstrip("/").rpartition("/")
        self._secret_file, self._private_addresses = secret_file, private_addresses

    async def send(self, parcel: Parcel, handing_over: HandingOver) -> None:
        """Publish it."""
        headers = {}
        if self._secret_file:
            headers["Authorization"] = f"Bearer {await asyncio.to_thread(secret_in, self._secret_file)}"
        text = parcel.text.encode()[:_LONGEST].decode(errors="ignore")
        content = {"topic": self._topic, "title": parcel.title, "message": text}
        await post(self._server, content, headers, handing_over, private_addresses=self._private_addresses)
