"""A ledger in memory that keeps the promises of the real one, and breaks them when a test says so."""

import asyncio
from collections.abc import Mapping
from typing import Any

from blocker.core.entry import canonical
from blocker.errors import LedgerWriteError


class MemoryLedger:
    """Entries in a list; what isn't canonical JSON is refused, as the real ledger does."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.fault = ""
        """Why appending fails at present; empty while it works."""
        self.stalled: asyncio.Event | None = None
        """If set, appending waits for it: a card that stalls."""

    async def append(self, *contents: Mapping[str, Any]) -> int:
        for content in contents:
            canonical(dict(content))
        if self.stalled is not None:
            await self.stalled.wait()
        if self.fault:
            raise LedgerWriteError(self.fault)
        self.entries += [dict(content) for content in contents]
        return len(self.entries)

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        return [entry for entry in self.entries if entry["kind"] == kind]
