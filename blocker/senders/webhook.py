"""The figures of a week as JSON, posted to a web address of the household's: a home automation, a chat, a script.

Decides what the object holds: figures and sentences, no telephone number and no link.
"""

import asyncio
from pathlib import Path

from blocker.senders import HandingOver, Parcel, secret_in
from blocker.senders.posting import post


class WebhookSender:
    """Posts to one URL."""

    def __init__(self, url: str, secret_file: Path | None, *, private_addresses: bool) -> None:
        self._url, self._secret_file, self._private_addresses = url, secret_file, private_addresses

    async def send(self, parcel: Parcel, handing_over: HandingOver) -> None:
        """Post it. `Idempotency-Key` is the same each time, for a server that can tell."""
        headers = {"Idempotency-Key": f'"{parcel.id}"'}
        if self._secret_file:
            headers["Authorization"] = f"Bearer {await asyncio.to_thread(secret_in, self._secret_file)}"
        content = {"id": parcel.id, "title": parcel.title, "text": parcel.text, **parcel.facts}
        await post(self._url, content, headers, handing_over, private_addresses=self._private_addresses)
