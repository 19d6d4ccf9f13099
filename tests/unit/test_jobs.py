"""Promises about what the program does by itself: the weekly report at its time, also after downtime, never twice."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from blocker.core.week import Week
from blocker.errors import UsageError
from blocker.jobs import PUT_IN_PLACE_LAST, Jobs, WeeklyReport

BRUSSELS = ZoneInfo("Europe/Brussels")
PAST = Week.parse("2020-W10")


def put_report(folder: Path) -> Path:
    """What a whole report leaves."""
    folder.mkdir(parents=True)
    whole = folder / PUT_IN_PLACE_LAST
    whole.write_text("# whole\n", encoding="utf-8")
    return whole


class Maker:
    """Makes reports as a subprocess would, and remembers which."""

    def __init__(self) -> None:
        self.week: Week | None = PAST
        self.made: list[str] = []

    async def last_week(self) -> Week | None:
        """The week to report about."""
        return self.week

    async def make(self, week: Week, folder: Path) -> None:
        """Make a whole report."""
        await asyncio.sleep(0)
        self.made.append(str(week))
        put_report(folder)

    def report(self, folder: Path) -> WeeklyReport:
        """The job with this maker."""
        return WeeklyReport(folder, BRUSSELS, self.last_week, self.make)


@pytest.fixture
async def jobs() -> AsyncIterator[Jobs]:
    """Jobs that are closed in the end."""
    jobs = Jobs(BRUSSELS)
    yield jobs
    await jobs.close()


def arrives(jobs: Jobs, name: str) -> None:
    """The set time of a job comes."""
    jobs._scheduler.modify_job(name, next_run_time=datetime.now(UTC) - timedelta(minutes=5))


async def test_a_report_that_downtime_missed_is_made_at_the_start(jobs: Jobs, tmp_path: Path) -> None:
    """The last complete week that holds calls has no report: it is made at once, not next Monday."""
    maker, done = Maker(), asyncio.Event()
    report = maker.report(tmp_path)

    async def work() -> None:
        await report()
        done.set()

    jobs.every_week("weekly report", "monday", time(6), work)
    jobs.start()
    async with asyncio.timeout(10):
        await done.wait()
    assert maker.made == ["2020-W10"]


async def test_when_the_set_time_comes_the_work_runs_however_late_it_is_noticed(jobs: Jobs) -> None:
    """A machine that slept through Monday morning still does its work, and once."""
    runs: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        runs.put_nowait(1)

    jobs.every_week("weekly report", "monday", time(6), work)
    jobs.start()
    async with asyncio.timeout(10):
        await runs.get()  # catching up
        arrives(jobs, "weekly report")
        await runs.get()
    assert runs.empty()
    following = jobs.next_run("weekly report")
    assert following is not None
    assert following > datetime.now(UTC)


async def test_the_same_week_is_never_reported_twice(tmp_path: Path) -> None:
    """Start and set time may meet, and a clock may be set back: the report that is there stays as it is."""
    maker = Maker()
    report = maker.report(tmp_path)
    await asyncio.gather(report(), report(), report())
    await report()
    assert maker.made == ["2020-W10"]
    maker.week = PAST.previous
    await report()
    maker.week = PAST
    await report()
    assert maker.made == ["2020-W10", "2020-W09"]


async def test_a_folder_that_holds_no_whole_report_is_filled(tmp_path: Path) -> None:
    """Where the power went while a report was being made, the folder is there and the report isn't."""
    maker = Maker()
    folder = tmp_path / "2020-W10"
    (folder / ".report-x").mkdir(parents=True)
    made: list[Path] = []

    async def make(_: Week, folder: Path) -> None:
        made.append(folder)

    await WeeklyReport(tmp_path, BRUSSELS, maker.last_week, make)()
    assert made == [folder]


@pytest.mark.parametrize(("hours", "makes"), [(-1, [PAST]), (1, [])])
async def test_a_report_made_by_hand_before_the_week_was_over_is_no_weekly_report(
    tmp_path: Path, hours: int, makes: list[Week]
) -> None:
    """Looking at the running week on Wednesday must not cost the report on Monday."""
    whole = put_report(tmp_path / "2020-W10")
    written = (PAST.bounds(BRUSSELS)[1] + timedelta(hours=hours)).timestamp()
    os.utime(whole, (written, written))
    maker, made = Maker(), []

    async def make(week: Week, _: Path) -> None:
        made.append(week)

    await WeeklyReport(tmp_path, BRUSSELS, maker.last_week, make)()
    assert made == makes


async def test_without_calls_there_is_nothing_to_do(tmp_path: Path) -> None:
    """A new household finds no empty reports."""
    maker = Maker()
    maker.week = None
    await maker.report(tmp_path / "reports")()
    assert maker.made == []
    assert not (tmp_path / "reports").exists()


async def test_work_that_fails_is_logged_and_comes_round_again(jobs: Jobs) -> None:
    """A full disk on Monday is told in the log, and the job keeps its next time."""
    tried: asyncio.Queue[int] = asyncio.Queue()

    async def work() -> None:
        tried.put_nowait(1)
        raise UsageError("can't write the report: the disk is full")

    with capture_logs() as logs:
        jobs.every_week("weekly report", "monday", time(6), work)
        jobs.start()
        async with asyncio.timeout(10):
            await tried.get()
            arrives(jobs, "weekly report")
            await tried.get()
    told = [(log["log_level"], log["why"]) for log in logs]
    assert told == [("error", "can't write the report: the disk is full")] * 2
    assert jobs.next_run("weekly report") is not None


async def test_close_cancels_work_in_hand_and_waits_for_it() -> None:
    """A service that stops leaves no report process behind."""
    jobs = Jobs(BRUSSELS)
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs.every_week("weekly report", "monday", time(6), work)
    jobs.start()
    async with asyncio.timeout(10):
        await begun.wait()
        await jobs.close()
    assert ended.is_set()


async def test_jobs_that_never_started_close_too() -> None:
    """A start that fails before the jobs begin can be taken back."""
    jobs = Jobs(BRUSSELS)
    assert jobs.next_run("weekly report") is None
    await jobs.close()


@pytest.mark.parametrize(
    ("weekday", "at", "now", "expected"),
    [
        ("monday", time(6), "2026-10-19T06:00:01+02:00", "2026-10-26T06:00:00+01:00"),  # clocks went back on the 25th
        ("monday", time(6), "2027-03-22T06:00:01+01:00", "2027-03-29T06:00:00+02:00"),  # and forward on the 28th
        ("monday", time(6), "2026-11-16T05:59:00+01:00", "2026-11-16T06:00:00+01:00"),
        ("sunday", time(22, 30), "2026-10-25T21:00:00+01:00", "2026-10-25T22:30:00+01:00"),
        ("sunday", time(2, 30), "2027-03-27T12:00:00+01:00", "2027-03-28T03:30:00+02:00"),  # 02:30 doesn't exist
    ],
)
async def test_the_set_time_is_the_households_local_time_whatever_its_clocks_do(
    jobs: Jobs, weekday: str, at: time, now: str, expected: str
) -> None:
    """06:00 stays 06:00 through both clock changes, and a time that is skipped is made up for the same morning."""

    async def work() -> None:
        pass

    jobs.every_week("weekly report", weekday, at, work)
    job = jobs._scheduler.get_job("weekly report")
    following = job.trigger.get_next_fire_time(None, datetime.fromisoformat(now))
    assert following.astimezone(UTC) == datetime.fromisoformat(expected)
