"""The composition root of the weekly job: the report is made in a process of its own, then sent.

Decides that it is sent once it is made. Who gets it when, `filing/sending.py` decides; what is sent, `parcels.py`.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from blocker.config import Config
from blocker.control import Handler
from blocker.core.ports import Clock
from blocker.core.week import Week
from blocker.errors import UsageError
from blocker.filing.sending import Sending
from blocker.jobs import WeeklyReport, Work
from blocker.looking import own_command
from blocker.report_config import Recipient
from blocker.senders import HandingOver
from blocker.store.household_db import HouseholdDb
from blocker.store.sent_db import SentDb


class Mailroom:
    """Makes and sends the report of each week."""

    def __init__(self, config: Config, clock: Clock, store: HouseholdDb | None) -> None:
        self._config = config
        records = SentDb(store) if store is not None else None
        self.sending = Sending(config.report.recipients, records, _Post(config, clock, self._make), clock)
        self._log = structlog.get_logger("mailroom")

    @property
    def problem(self) -> str:
        """What the household should know about reports that weren't sent; empty where all is well."""
        return self.sending.problem

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of sending, by name."""
        return {"report-send": self.sending.send}

    def weekly(self, last_week: Callable[[], Awaitable[Week | None]]) -> Work:
        """The weekly job; safe to run at any time, since what is made and sent already stays so.

        `last_week` finds the last complete week that holds calls.
        """
        make = WeeklyReport(self._config.report.dir, ZoneInfo(self._config.time_zone), last_week, self._make)

        async def work() -> None:
            await make()
            week = await last_week()
            if week is not None and self._config.report.recipients:
                await self.sending.keep_sending(week)

        return work

    async def _make(self, week: Week, folder: Path) -> None:
        ended = await own_command(self._config, "report", "--week", str(week), "--out", str(folder))
        if ended.status:
            raise UsageError(f"the report of {week} wasn't made, or is no evidence: {ended.last_words}")
        self._log.info("weekly report made", week=str(week), folder=str(folder))


class _Post:
    """Packs reports out of their folders, and knows who carries them."""

    def __init__(self, config: Config, clock: Clock, make: Callable[[Week, Path], Awaitable[None]]) -> None:
        """`make` makes the report of a week in a folder, in all languages that its recipients read."""
        self._config, self._clock, self._make = config, clock, make
        self._one_at_a_time = asyncio.Lock()

    async def preview(self, week: Week, recipient: Recipient) -> dict[str, Any]:
        from blocker import parcels  # noqa: PLC0415  (slow to load, and needed once a week)

        folder = self._config.report.dir / str(week)
        if recipient.attach and not await asyncio.to_thread(parcels.made_in, folder, self._config, recipient):
            alone = dataclasses.replace(recipient, attach=())
            packed = await asyncio.to_thread(parcels.pack, self._config, self._clock, week, alone)
            files = parcels.names_of(self._config, week, recipient)
            return {"title": packed.parcel.title, "files": files, "left_out": [], "made_first": True}
        packed = await asyncio.to_thread(parcels.pack, self._config, self._clock, week, recipient)
        files = [enclosure.name for enclosure in packed.parcel.enclosures]
        return {"title": packed.parcel.title, "files": files, "left_out": packed.left_out, "made_first": False}

    async def send(self, week: Week, recipient: Recipient, handing_over: HandingOver) -> None:
        from blocker import parcels  # noqa: PLC0415  (likewise)

        folder = self._config.report.dir / str(week)
        async with self._one_at_a_time:
            if recipient.attach and not await asyncio.to_thread(parcels.made_in, folder, self._config, recipient):
                await self._make(week, folder)
        packed = await asyncio.to_thread(parcels.pack, self._config, self._clock, week, recipient)
        await parcels.sender_of(self._config, recipient).send(packed.parcel, handing_over)
