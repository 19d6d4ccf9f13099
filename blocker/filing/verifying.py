"""The weekly look at the whole ledger: whether it is due, and what is done about what was found.

Decides that a ledger which doesn't verify is written to no more, and what the household is told. How it is verified,
and how another one is begun, is for what it is given.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from blocker.core.ports import Clock

DUE_AFTER = timedelta(days=6, hours=12)
"""Less than a week, so that a night in which clocks change is no reason to wait for another one."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a full verification found: of each the first thing that isn't right, in a sentence, or nothing."""

    ledger: str
    """Of its links and contents."""
    seals: str
    """Of its seals and time-stamps. Whoever mends a key or a certificate mends them; the ledger goes on."""
    files: str
    """Of the files beside it."""


class Verification:
    """Verifies the ledger when that is due; safe to call at any time and as often as one likes."""

    def __init__(
        self,
        *,
        last: Callable[[], Awaitable[datetime | None]],
        check: Callable[[], Awaitable[Found]],
        note: Callable[[], Awaitable[None]],
        begin_anew: Callable[[str], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """What it works with.

        Args:
            last: when the ledger was last found to verify, or else begun; None where nobody knows.
            check: verifies all of it, without holding up the event loop.
            note: keeps that it was found to verify just now.
            begin_anew: writes no more to this ledger, for the reason given, and begins another one.
            clock: the time.
        """
        self._last, self._check, self._note, self._begin_anew, self._clock = last, check, note, begin_anew, clock
        self._one_at_a_time = asyncio.Lock()
        self._log = structlog.get_logger("verifying")
        self.problem = ""
        """What the household has to know of the last one; empty while all is well."""

    async def __call__(self) -> None:
        """Verify, if it is due."""
        async with self._one_at_a_time:
            last = await self._last()
            if last is None or not timedelta(0) <= self._clock.now() - last < DUE_AFTER:
                await self._verify()

    async def doubt(self, why: str) -> None:
        """Verify now, since something was seen that isn't right."""
        async with self._one_at_a_time:
            self.problem = why
            self._log.error("something is wrong with the ledger; all of it is verified", why=why)
            await self._verify()

    async def _verify(self) -> None:
        try:
            found = await self._check()
        except Exception as error:
            self.problem = f"the evidence ledger couldn't be verified: {error}"
            raise
        beside = {
            "seals of the evidence ledger don't hold": found.seals,
            "files beside it aren't what it says": found.files,
        }
        self.problem = "; ".join(f"{what}: {first}" for what, first in beside.items() if first)
        if self.problem:
            self._log.error("not all holds about the ledger", why=self.problem)
        if found.ledger:
            self._log.error("the ledger doesn't verify; nothing more is written to it", first=found.ledger)
            await self._begin_anew(found.ledger)
        elif not found.seals:
            await self._note()
            self._log.info("the ledger verifies")
