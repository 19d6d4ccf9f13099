"""The composition root of giving back: to which list, with which token, and when the service looks at what is due.

Decides that it is looked at about once an hour, at no set minute, while giving is on, and never otherwise. What is
given, `core/sharing.py` decides; how it is sent, `phoneblock_giving.py`.
"""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from blocker.config import Config
from blocker.control import Handler
from blocker.core.case import Knowledge
from blocker.core.list_source import Kind, ListSource
from blocker.core.ports import Clock
from blocker.errors import DataDirError, UsageError
from blocker.fetching import Fetcher, Limits
from blocker.filing.sharing import Giver
from blocker.filing.sharing_desk import Desk, Home
from blocker.filing.uploading import Uploading
from blocker.household import Household
from blocker.jobs import Jobs
from blocker.looking import reader
from blocker.phoneblock_giving import PhoneBlockGiving
from blocker.recording import Recorder
from blocker.store.household_db import HouseholdDb
from blocker.store.sharing_db import SharingDb
from blocker.token_file import read_token

JOB = "giving back"

_LIMITS = Limits(total_seconds=15, connect_seconds=10, silence_seconds=15)
"""Of one upload: whoever asks for the queue meanwhile waits for three of them at most."""

_MINUTES = range(50, 70)
"""So long after each look comes the next."""


class SharingRoom:
    """Giving back, ready for the owner of the data directory."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        *,
        store: HouseholdDb,
        household: Household,
        recorder: Recorder,
        knowledge: Callable[[], Knowledge | None],
        sources: Mapping[str, ListSource],
    ) -> None:
        """`sources` are the lists that are known; `knowledge` is what is decided by at the moment."""
        self._config, self._clock = config, clock
        self._jobs: Jobs | None = None
        self._log = structlog.get_logger("sharing")
        self._giver: Giver | None = None
        self._desk: Desk | None = None
        source = sources.get(config.giving_back.source)
        if source is None or source.kind is not Kind.PHONEBLOCK:
            return
        asking = Fetcher(_LIMITS, private_addresses=source.allow_private)
        self._desk = Desk(
            giving=PhoneBlockGiving(source, asking, read_token),
            store=SharingDb(store),
            records=lambda: reader(config),
            journal=recorder,
            knowledge=knowledge,
            home=_home(config),
            clock=clock,
        )
        self._giver = Giver(self._desk)
        self._giver.on_change = self._switched
        household.given_of = self._giver.given_of
        self._uploading = Uploading(self._desk)

    @property
    def problem(self) -> str:
        """Why nothing is given although it should be; empty where all is well."""
        return self._desk.problem if self._desk else ""

    def handlers(self) -> Mapping[str, Handler]:
        """The commands about giving back, by name."""
        giver = self._giver
        if giver is None:
            return dict.fromkeys(("share-preview", "share-on", "share-off", "share-show", "share-drop"), self._nobody)
        return {
            "share-preview": giver.preview,
            "share-on": giver.on,
            "share-off": giver.off,
            "share-show": giver.show,
            "share-drop": giver.drop,
        }

    def schedule(self, jobs: Jobs, trusts_clock: Callable[[], bool]) -> None:
        """Have what is due given from now on, while giving is on and the clock can be trusted, which may be wrong."""
        self._jobs, self._trusts_clock = jobs, trusts_clock
        if self._desk is not None:
            jobs.at_start(JOB, self._start(self._desk))

    def _start(self, desk: Desk) -> Callable[[], Awaitable[None]]:
        async def start() -> None:
            if await desk.is_on():
                self._plan()

        return start

    def _switched(self, on: bool) -> None:  # noqa: FBT001  (its only argument)
        if on:
            self._plan()

    def _plan(self) -> None:
        if self._jobs is not None:
            wait = timedelta(minutes=secrets.choice(_MINUTES), seconds=secrets.randbelow(60))
            self._jobs.at(JOB, self._clock.now() + wait, self._look)

    async def _look(self) -> None:
        try:
            if self._trusts_clock():
                await self._uploading.run()
            else:
                self._log.warning(
                    "nothing is given until the clock is synchronised: it shows a time long after the last"
                )
        finally:
            if await self._goes_on():
                self._plan()

    async def _goes_on(self) -> bool:
        try:
            return self._desk is not None and await self._desk.is_on()
        except DataDirError:  # it may be readable again in an hour
            return True

    async def _nobody(self, **_: Any) -> Any:  # noqa: ANN401  (as the others)
        slug = self._config.giving_back.source
        raise UsageError(
            f"nothing can be given to “{slug}”: no list of the kind phoneblock is called so "
            "(see source in [giving_back] and [sources.NAME])"
        )


def _home(config: Config) -> Home:
    days, asked = config.retention.unwanted_days, config.giving_back
    return Home(
        region=config.region,
        zone=ZoneInfo(config.time_zone),
        own=[line.number for line in config.lines.values() if line.number],
        comments=asked.comments,
        mobile=asked.mobile_numbers,
        refused_calls=asked.refused_calls,
        keep_given=timedelta(days=days) if days else None,
    )
