"""A data directory with a real ledger, a real key, a sealer as the owner has it, and a clock to move."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes.clock import StandingClock

from blocker.core import record
from blocker.core.seal import Seal, Stamp, seal_of, stamp_of
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.evidence.signing import Signer
from blocker.evidence.stamping import stamp
from blocker.evidence_config import Authority
from blocker.filing.sealing import Sealer
from blocker.recording import Recorder

WHO = "evidence@home"


class _Telling(Recorder):
    """Says when a time-stamp is on the disk."""

    def __init__(self, ledger: Ledger, clock: StandingClock) -> None:
        super().__init__(ledger, clock)
        self.stamped = asyncio.Event()

    async def durable(self, *contents: dict[str, Any]) -> int:
        number = await super().durable(*contents)
        if any(content["kind"] == "time-stamp" for content in contents):
            self.stamped.set()
        return number


class SealedHouse:
    """Make one with `opened`."""

    def __init__(self, folder: Path, ledger: Ledger, clock: StandingClock) -> None:
        self.folder, self.ledger, self.clock = folder, ledger, clock
        self.recorder = _Telling(ledger, clock)
        self.stamped = self.recorder.stamped

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, folder: Path, clock: StandingClock | None = None) -> AsyncIterator["SealedHouse"]:
        """The house, closed in the end."""
        ledger = await Ledger.open(folder)
        try:
            yield cls(folder, ledger, clock or StandingClock())
        finally:
            await ledger.close()

    @contextlib.asynccontextmanager
    async def reader(self) -> AsyncIterator[LedgerReader]:
        """The ledger as it is now."""
        opened = await LedgerReader.open(self.folder)
        try:
            yield opened
        finally:
            await opened.close()

    def sealer(
        self,
        *authorities: Authority,
        key: Path | None = None,
        pause: Callable[[float], Awaitable[None]] | None = None,
    ) -> Sealer:
        """A sealer as the owner has it; the real time is what authorities are compared with."""
        by_url = {authority.url: authority for authority in authorities}
        more: dict[str, Any] = {"pause": pause} if pause else {}
        return Sealer(
            signer=Signer(key, self.folder / "keys", WHO),
            identity=WHO,
            authorities=by_url,
            stamp=lambda url, data: stamp(by_url[url], data),
            journal=self.recorder,
            ledger=lambda: self.ledger,
            read=self.reader,
            clock=self.clock,
            **more,
        )

    async def happens(self) -> int:
        """Something is written; returns its number."""
        self.clock.pass_time(timedelta(seconds=1))
        return await self.recorder.durable(record.service_stopped(self.clock.now(), "for a test"))

    async def kinds(self) -> list[str]:
        """The kinds of all entries."""
        async with self.reader() as reader:
            return [entry.content["kind"] async for entry in reader.entries()]

    async def seals(self) -> list[Seal]:
        """All seals."""
        async with self.reader() as reader:
            return [seal_of(entry.n, entry.content) async for entry in reader.entries(kinds={"seal"})]

    async def stamps(self) -> list[Stamp]:
        """All time-stamps."""
        async with self.reader() as reader:
            return [stamp_of(entry.n, entry.content) async for entry in reader.entries(kinds={"time-stamp"})]
