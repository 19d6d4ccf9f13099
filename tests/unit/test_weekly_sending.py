"""Promises about the weekly job with its sending: after downtime, around clock changes, with a clock set back.

The job, the notes of what was sent and the carrier are the real ones; only the report is made by the test.
"""

import json
import os
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock

from blocker import mailroom
from blocker.child import Ended
from blocker.config import Config, load_config
from blocker.core.week import Week
from blocker.mailroom import Mailroom
from blocker.store.household_db import HouseholdDb

BRUSSELS = ZoneInfo("Europe/Brussels")
RECIPIENTS = '[[report.recipient]]\nfolder = "%s"\nattach = ["html"]\n'
CHANGES = {
    "clocks go forward": datetime(2026, 3, 29, 1, 59, tzinfo=BRUSSELS),
    "clocks go back": datetime(2026, 10, 25, 2, 59, tzinfo=BRUSSELS),
    "an ordinary Sunday": datetime(2026, 11, 22, 2, 30, tzinfo=BRUSSELS),
}


class House:
    """A service's weekly job at a time that the test sets, with a folder that reports are sent to."""

    def __init__(self, folder: Path, store: HouseholdDb, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.folder, self.clock = store, folder, StandingClock()
        self.post = folder / "post"
        self.post.mkdir()
        self.config = self.configured()
        self.made: list[str] = []
        monkeypatch.setattr(mailroom, "own_command", self.make)

    def configured(self, more: str = "", top: str = "") -> Config:
        """The configuration, with more of it at its end or in `[report]`."""
        text = f'region = "BE"\ndata_dir = "."\n[report]\nlanguages = ["nl"]\n{top}' + RECIPIENTS % self.post + more
        (self.folder / "blocker.toml").write_text(text)
        return load_config(self.folder / "blocker.toml", {}, ["reject"])

    async def make(self, _: Config, *words: str) -> Ended:
        """Make the report of a week as `blocker report` would, in all languages that are read."""
        week, folder = words[2], Path(words[4])
        self.made.append(week)
        folder.mkdir(parents=True, exist_ok=True)
        totals = {"calls": 3, "unwanted": 2, "unwanted_refused": 2, "false_positives": 0}
        report: dict[str, Any] = {
            "week": week, "to": "2026-11-22T23:00:00.000Z", "made_on": None, "ledger": {"fault": None},
            "totals": totals, "to_do": [], "unwatched_seconds": 0,
        }  # fmt: skip
        (folder / "report.json").write_text(json.dumps(report))
        for suffix in ("", *(f".{one.language}" for one in self.config.report.recipients if one.language)):
            (folder / f"report{suffix}.html").write_text(f"{week}{suffix}")
        (folder / "report.md").write_text("# whole\n")
        os.utime(folder / "report.md", (self.clock.now().timestamp(),) * 2)
        return Ended(0, b"", "")

    async def last_week(self) -> Week | None:
        """The last week that is over."""
        return Week.containing(self.clock.now(), BRUSSELS).previous

    async def run(self) -> None:
        """A start of the service, or the set time: the same work."""
        await Mailroom(self.config, self.clock, self.store).weekly(self.last_week)()

    def got(self) -> list[str]:
        """What lies where reports are sent to."""
        return sorted(path.name for path in self.post.iterdir())


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """One with nothing sent yet."""
    store = await HouseholdDb.open(tmp_path)
    yield House(tmp_path, store, monkeypatch)
    await store.close()


@pytest.mark.parametrize("night", CHANGES)
async def test_each_week_is_made_and_sent_once_around_a_clock_change(house: House, night: str) -> None:
    """The job that runs twice in such a night, and each hour after it, sends each week's report once."""
    house.clock.instant = CHANGES[night]
    before = await house.last_week()
    for _ in range(30):
        await house.run()
        house.clock.pass_time(timedelta(hours=1))
    after = await house.last_week()
    assert house.made == [str(before), str(after)]
    assert house.got() == [f"report-{before}.html", f"report-{after}.html"]


async def test_downtime_of_weeks_is_caught_up_with_by_the_latest_report(house: House) -> None:
    """The service was off for three weeks: at its start the last complete week is made and sent, and only that."""
    await house.run()
    house.clock.pass_time(timedelta(weeks=3))
    for path in house.post.iterdir():
        path.unlink()
    await house.run()
    await house.run()
    assert house.made == ["2026-W46", "2026-W49"]
    assert house.got() == ["report-2026-W49.html"]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=3), timedelta(weeks=5)])
async def test_a_clock_set_back_sends_nothing_twice_and_nothing_old(house: House, back: timedelta) -> None:
    """Whoever set it, and however far: what was sent isn't sent again, nor is an older week's."""
    await house.run()
    for path in house.post.iterdir():
        path.unlink()
    house.clock.set_by(-back)
    await house.run()
    house.clock.set_by(back)
    await house.run()
    assert house.got() == []


async def test_a_recipient_who_reads_another_language_gets_it(house: House) -> None:
    """Named after the report was made, she gets it in her language all the same: it is made anew for her, once."""
    await house.run()
    other = house.folder / "other"
    other.mkdir()
    house.config = house.configured((RECIPIENTS % other) + 'language = "fr"\n')
    shown = (await Mailroom(house.config, house.clock, house.store).sending.send("2026-W46", dry_run=True))[-1]
    assert (shown["why"], shown["files"], shown["made_first"]) == ("", ["report-2026-W46.fr.html"], True)
    assert house.made == ["2026-W46"]
    await house.run()
    await house.run()
    assert house.made == ["2026-W46", "2026-W46"]
    assert [path.read_text() for path in other.iterdir()] == ["2026-W46.fr"]
    assert house.got() == ["report-2026-W46.html"]


async def test_where_her_language_cant_be_made_nothing_counts_as_sent(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She isn't told of a report that she doesn't get; the household is."""
    await house.run()
    other = house.folder / "other"
    other.mkdir()
    house.config = house.configured((RECIPIENTS % other) + 'language = "fr"\nname = "Anne"\n')

    async def no(_: Config, *__: str) -> Ended:
        return Ended(0, b"", "")

    monkeypatch.setattr(mailroom, "own_command", no)
    room = Mailroom(house.config, house.clock, house.store)
    (told,) = await room.sending.send("2026-W46", ["Anne"])
    assert (told["state"], "isn't made in the language “fr”" in told["why"]) == ("refused", True)
    assert list(other.iterdir()) == []
    assert "Anne" in room.problem
