"""What the program does by itself at set times: seals, and the report of each week that held a call, made once.

The only importer of apscheduler. Decides when something runs, and that a report is never made twice; how it is made is
the work's business. Between set times nothing wakes up. A job that fails is logged, and tried again at its next time or
at the next start; the service goes on.

apscheduler is loaded whole where `Jobs` are made: only a service has any, and for a command it would be slow to load.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from blocker.core.week import Week

Work = Callable[[], Awaitable[None]]

_JITTER_SECONDS = 300

PUT_IN_PLACE_LAST = "report.md"
"""Where a folder has this file, its report is whole."""


class WeeklyReport:
    """Makes the report of the last complete week that holds calls, unless it is there already."""

    def __init__(
        self,
        folder: Path,
        zone: ZoneInfo,
        last_week: Callable[[], Awaitable[Week | None]],
        make: Callable[[Week, Path], Awaitable[None]],
    ) -> None:
        """What it works with.

        Args:
            folder: holds a folder for each week's report, such as `2026-W47`.
            zone: the household's.
            last_week: finds the last complete week that holds calls; None where there is none.
            make: makes the report of a week in the folder given, without holding up the event loop.
        """
        self._folder, self._zone, self._last_week, self._make = folder, zone, last_week, make
        self._one_at_a_time = asyncio.Lock()

    async def __call__(self) -> None:
        """Make the report if it is missing; safe to call at any time and as often as one likes."""
        async with self._one_at_a_time:
            week = await self._last_week()
            if week is not None and not self._is_made(week):
                await self._make(week, self._folder / str(week))

    def _is_made(self, week: Week) -> bool:
        """Whether its report is there; one that somebody made by hand before the week was over doesn't count."""
        try:
            made_at = (self._folder / str(week) / PUT_IN_PLACE_LAST).stat().st_mtime
        except (FileNotFoundError, NotADirectoryError):
            return False
        _, end = week.bounds(self._zone)
        return made_at >= end.timestamp()


class Jobs:
    """Runs work on the running event loop, at set times; make it there before a call can come, then `start`."""

    def __init__(self, zone: ZoneInfo) -> None:
        """`zone` is the household's: set times are its local times."""
        from apscheduler.schedulers.asyncio import AsyncIOScheduler  # noqa: PLC0415  (see above)
        from apscheduler.triggers.cron import CronTrigger  # noqa: PLC0415
        from apscheduler.triggers.date import DateTrigger  # noqa: PLC0415

        self._zone, self._cron, self._date = zone, CronTrigger, DateTrigger
        self._scheduler = AsyncIOScheduler(timezone=zone)
        self._running: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger("jobs")

    def every_week(self, name: str, weekday: str, at: time, work: Work) -> None:
        """Run work each week, and once at the start, to catch up with what downtime missed.

        Where clocks go forward over that time, it runs as many minutes after the change; where they go back over it, or
        somebody sets the clock back, it runs again, which work must bear. After the machine slept, it runs once.

        Args:
            name: what the log calls it.
            weekday: `monday` …
            at: local time of day, to the minute.
            work: must be safe to run at any time.
        """
        self._every(name, self._clock(day_of_week=weekday[:3], hour=at.hour, minute=at.minute), work)

    def every_day(self, name: str, at: time, work: Work) -> None:
        """Run work each day, and once at the start; otherwise as `every_week`."""
        self._every(name, self._clock(hour=at.hour, minute=at.minute), work)

    def every(self, period: str, name: str, work: Work) -> None:
        """Run work each `hour`, `day` or `week`, some minutes after it began, and not at the start.

        For what asks others: each time it runs up to five minutes earlier or later, so that not all households ask at
        once.
        """
        weekday, hour = "mon" if period == "week" else "*", "*" if period == "hour" else 0
        trigger = self._clock(day_of_week=weekday, hour=hour, minute=10, jitter=_JITTER_SECONDS)
        self._scheduler.add_job(
            self._begin, trigger, args=(name, work), id=name, name=name, misfire_grace_time=None, coalesce=True
        )

    def at(self, name: str, when: datetime, work: Work) -> None:
        """Run work once, at an instant (aware), or at once where that is over; takes the place of one of that name."""
        trigger = self._date(run_date=when)
        self._scheduler.add_job(
            *(self._begin, trigger), args=(name, work), id=name, name=name, misfire_grace_time=None,
            replace_existing=True,
        )  # fmt: skip

    def at_start(self, name: str, work: Work) -> None:
        """Run work once, as soon as the jobs start; `close` ends it where it doesn't end by itself."""
        self._scheduler.add_job(self._begin, args=(name, work), name=name, misfire_grace_time=None)

    def _clock(self, **fields: str | int) -> Any:  # noqa: ANN401  (apscheduler has no types)
        """When the household's clock shows this."""
        return self._cron(timezone=self._zone, **fields)

    def _every(self, name: str, trigger: object, work: Work) -> None:
        self._scheduler.add_job(
            self._begin, trigger, args=(name, work), id=name, name=name, misfire_grace_time=None, coalesce=True
        )
        self._scheduler.add_job(self._begin, args=(name, work), name=f"{name}, catching up", misfire_grace_time=None)

    def start(self) -> None:
        """Begin; what is to be caught up with begins at once."""
        self._scheduler.start()

    def next_run(self, name: str) -> datetime | None:
        """When work is next due, aware; None before the start."""
        job = self._scheduler.get_job(name)
        return getattr(job, "next_run_time", None)

    async def close(self) -> None:
        """Stop, and wait until work in hand has been cancelled."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the scheduler stops in the loop's next round
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _begin(self, name: str, work: Work) -> None:
        """Let it run as a task of ours, which `close` can wait for."""
        task = asyncio.create_task(self._run(name, work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, name: str, work: Work) -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001  (a report that fails must not cost anything else)
            self._log.error("job failed; it will be tried again", job=name, why=str(error), exc_info=error)
