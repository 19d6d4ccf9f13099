"""Calls out of the house: a number that is dialled is allowed for a time, and after a call for help nothing is blocked.

Decides which dialled text is a number, which is a call for help, and when the database learns of it: what holds changes
at once, in memory, so that neither the outgoing call nor whoever rings back waits for a disk, and the disk is tried
until it takes it. The ledger is told that blocking is paused; it never learns which numbers the household dials.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from blocker.core import record
from blocker.core.ledger_ports import LaterJournal
from blocker.core.number import E164, NumberPlan, normalise
from blocker.core.ports import Clock
from blocker.core.ranges import RangeBook
from blocker.core.wanted import PAUSE, Wanted
from blocker.errors import BlockerError

EVERYWHERE = frozenset({"112", "911"})
"""Emergency numbers where no rule file knows the country's own: mobile networks take both for one anywhere, and nobody
dials them for anything else. 3GPP TS 22.101, section 10.1."""

MAX_DIALLED = 10_000
"""Numbers remembered; the one dialled longest ago goes first. No household dials so many in a month."""

RETRY_SECONDS = 5.0
"""How long to wait before the disk is tried again; only while something waits."""


class Store(Protocol):
    """Where it is kept. Each raises `DataDirError` where it can't be written, and is durable on return."""

    async def note_dialled(self, dialled: Mapping[str, datetime]) -> None: ...

    async def forget_dialled(self, before: datetime) -> None: ...

    async def forget_number(self, number: str) -> None: ...

    async def pause_blocking(self, until: datetime) -> None: ...


class Dialling:
    """What follows from the numbers that the household dials."""

    def __init__(
        self,
        *,
        store: Store | None,
        journal: LaterJournal,
        clock: Clock,
        ranges: Callable[[], RangeBook],
        region: str,
        regions: Collection[str],
        zone: ZoneInfo,
        allowed_for: timedelta,
        changed: Callable[[], None],
    ) -> None:
        """Nothing is known yet.

        Args:
            store: None where the household's file can't be used; then all holds until the service stops.
            journal: the ledger's.
            clock: the time.
            ranges: the ranges in force.
            region: ISO 3166-1 alpha-2 of the country as from which numbers are dialled.
            regions: those of all lines; a short code that protects in one of them is a call for help.
            zone: the household's.
            allowed_for: how long a number stays allowed; zero for not at all.
            changed: called after each change.
        """
        self._store, self._journal, self._clock, self._ranges = store, journal, clock, ranges
        self._plan, self._regions, self._zone = NumberPlan(region), frozenset({region, *regions}), zone
        self._allowed_for, self._changed = allowed_for, changed
        self.dialled: Mapping[str, datetime] = {}
        """E.164 numbers with the instant at which each was dialled last."""
        self.no_blocking_until: datetime | None = None
        self.problem = ""
        """Why it can't be kept at present; empty while all is well."""
        self._unwritten: dict[str, datetime] = {}
        self._unwritten_pause: datetime | None = None
        self._outdated_until: datetime | None = None
        self._writer: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("dialling")

    def load(self, kept: Wanted) -> None:
        """Take over what was kept; numbers whose time is over go, from the disk too."""
        self.dialled, self.no_blocking_until = dict(kept.dialled), kept.no_blocking_until
        self._forget_old(self._clock.now())
        if len(self.dialled) < len(kept.dialled):
            self._write_soon()

    def note(self, number: str, channel: str) -> None:
        """The household dials a number. Never waits for anything.

        Args:
            number: as dialled; what is no number (a service code, an extension) is passed over.
            channel: the telephony channel, for the log.
        """
        now = self._clock.now()
        dialled = normalise(number, None, self._plan)
        written = dialled.number if isinstance(dialled, E164) else ""
        if self._is_for_help({number.strip(), written}, now):
            self._pause(now, channel)
        elif isinstance(dialled, E164) and self._allowed_for:
            self.dialled = {**self.dialled, dialled.number: now}
            self._unwritten[dialled.number] = now
            self._forget_old(now)
        else:
            return
        self._changed()
        self._write_soon()

    async def forget(self, number: str) -> bool:
        """Forget that a number was dialled, on the disk too; False where it wasn't.

        Raises:
            DataDirError: the disk still has it.
        """
        there = number in self.dialled or number in self._unwritten
        self.dialled = {one: at for one, at in self.dialled.items() if one != number}
        self._unwritten.pop(number, None)
        if self._store is not None:
            await self._store.forget_number(number)
        self._changed()
        return there

    async def close(self) -> None:
        """Write what still waits, once more at most."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        try:
            await self._write()
        except BlockerError as error:
            self._log.error("numbers dialled or a pause of blocking are lost", why=str(error))

    def _is_for_help(self, ways: set[str], now: datetime) -> bool:
        """Whether a number, in any of these ways to write it, is an emergency or help line."""
        if ways & EVERYWHERE:
            return True
        ranges, today = self._ranges(), now.astimezone(self._zone).date()
        return any(ranges.is_protected(way, region, today) for way in ways for region in self._regions)

    def _pause(self, now: datetime, channel: str) -> None:
        until = now + PAUSE
        if self.no_blocking_until is None or until > self.no_blocking_until:
            self.no_blocking_until = self._unwritten_pause = until
        why = "a call from the household to an emergency or help line"
        self._journal.later(record.blocking_paused(now, until=self.no_blocking_until, why=why))
        self._log.warning("a call for help: nothing is blocked", until=until.isoformat(), channel=channel)

    def _forget_old(self, now: datetime) -> None:
        outdated = now - self._allowed_for
        if len(self.dialled) > MAX_DIALLED:
            outdated = max(outdated, min(self.dialled.values()))
        still = {number: at for number, at in self.dialled.items() if at > outdated}
        if len(still) < len(self.dialled):
            self.dialled, self._outdated_until = still, outdated

    def _write_soon(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_until_done())

    async def _write_until_done(self) -> None:
        while self._unwritten or self._unwritten_pause or self._outdated_until:
            try:
                await self._write()
            except BlockerError as error:
                self.problem = f"what was dialled can't be kept, and would be forgotten at a stop: {error}"
                self._log.error("numbers dialled or a pause of blocking can't be kept yet", why=str(error))
                await asyncio.sleep(RETRY_SECONDS)

    async def _write(self) -> None:
        """Everything that waits; an item leaves memory only once it is durable. A newer one meanwhile stays."""
        if self._store is None:
            self._unwritten, self._unwritten_pause, self._outdated_until = {}, None, None
            return
        if (until := self._unwritten_pause) is not None:
            await self._store.pause_blocking(until)
            self._unwritten_pause = None if self._unwritten_pause == until else self._unwritten_pause
        if batch := dict(self._unwritten):
            await self._store.note_dialled(batch)
            self._unwritten = {number: at for number, at in self._unwritten.items() if batch.get(number) != at}
        if (outdated := self._outdated_until) is not None:
            await self._store.forget_dialled(outdated)
            self._outdated_until = None if self._outdated_until == outdated else self._outdated_until
        self.problem = ""
