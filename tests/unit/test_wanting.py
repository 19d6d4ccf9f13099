"""The household's wishes: what is kept, what the ledger learns, and what happens when neither can be written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.ledger import MemoryLedger

from blocker import dialling
from blocker.core.company import CompanyBook
from blocker.core.policy_week import Layer, Policies, PolicyWeek
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.wanted import Contact, Wanted
from blocker.errors import DataDirError, LedgerWriteError, UsageError
from blocker.recording import Recorder
from blocker.rulebook import load_rules, shipped_rules
from blocker.store.household_db import HouseholdDb
from blocker.store.wanted_db import WantedDb
from blocker.wanting import WantedCalls

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
RANGES = RangeBook([
    Range(RangeClass.PROTECTED, prefix, "BE", "a law", "be.toml:1", Sure.VERIFIED, short=short, whole=True)
    for prefix, short in (("112", True), ("107", True), ("+3270245245", False))
])  # fmt: skip
RULES = load_rules(shipped_rules())


def policies(days: int) -> Policies:
    """One line for which numbers dialled are allowed so long, and a household for which they aren't at all."""
    never = Layer({"dialled": 0 * DAY}, {}, "[policy]")
    longer = Layer({"dialled": days * DAY}, {}, "[lines.home.policy]")
    return Policies(PolicyWeek((never,)), {"home": PolicyWeek((never, longer))})


class House:
    """A household's file and ledger, and whoever uses them at present."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = StandingClock()
        self.ledger = MemoryLedger()
        self.recorder = Recorder(self.ledger, self.clock)
        self.changes = 0

    async def open(self, days: int = 30) -> WantedCalls:
        self.database = await HouseholdDb.open(self.folder)
        self.store = WantedDb(self.database)
        self.calls = WantedCalls(
            store=self.store,
            journal=self.recorder,
            clock=self.clock,
            companies=lambda: RULES.companies,
            ranges=lambda: RANGES,
            region="BE",
            regions=["NL"],
            zone=ZoneInfo("Europe/Brussels"),
            policies=policies(days),
        )
        self.calls.on_change = self._count
        await self.calls.load()
        return self.calls

    def _count(self) -> None:
        self.changes += 1

    async def close(self) -> None:
        await self.calls.close()
        await self.database.close()

    async def restart(self, days: int = 30) -> WantedCalls:
        await self.close()
        return await self.open(days)

    def entries(self, kind: str) -> list[dict[str, object]]:
        return self.ledger.of_kind(kind)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    house = House(tmp_path)
    await house.open()
    yield house
    await house.close()
    await house.recorder.close()


@pytest.mark.parametrize(
    ("dialled", "numbers"),
    [
        ("02 555 12 34", {"+3225551234"}),
        ("0031205550100", {"+31205550100"}),
        ("+33162123456", {"+33162123456"}),
        ("1955", set()),
        ("*30", set()),
        ("201", set()),
        ("", set()),
        ("bob", set()),
    ],
)
async def test_what_is_dialled_is_remembered_as_a_number(house: House, dialled: str, numbers: set[str]) -> None:
    """In normal form, across a restart, and not in the ledger; short codes, extensions and names are passed over."""
    house.calls.dialling.note(dialled, "PJSIP/phone-1")
    assert set(house.calls.wanted().dialled) == numbers
    assert set((await house.restart()).wanted().dialled) == numbers
    await house.recorder.flush()
    assert house.ledger.entries == []


async def test_a_number_dialled_again_is_remembered_from_then_on_and_goes_when_its_time_is_over(house: House) -> None:
    """From memory and from the disk, at a start and while it runs."""
    house.calls.dialling.note("02 555 12 34", "")
    house.clock.pass_time(20 * DAY)
    house.calls.dialling.note("02 555 12 34", "")
    house.calls.dialling.note("02 555 12 35", "")
    house.clock.pass_time(29 * DAY)
    assert set((await house.restart()).wanted().dialled) == {"+3225551234", "+3225551235"}
    house.clock.pass_time(DAY)
    assert (await house.restart()).wanted().dialled == {}
    await house.calls.close()
    assert (await house.store.wanted()).dialled == {}


async def test_with_no_days_nothing_is_remembered_and_what_was_is_forgotten(house: House) -> None:
    """`dialled_days = 0` switches it off; a call for help is heeded all the same."""
    house.calls.dialling.note("02 555 12 34", "")
    calls = await house.restart(days=0)
    calls.dialling.note("02 555 12 35", "")
    calls.dialling.note("112", "")
    await calls.close()
    kept = await house.store.wanted()
    assert kept.dialled == {}
    assert kept.no_blocking_until == house.clock.now() + DAY


async def test_no_more_numbers_are_remembered_than_a_household_dials(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond the limit the one dialled longest ago goes."""
    monkeypatch.setattr(dialling, "MAX_DIALLED", 2)
    for last in "567":
        house.calls.dialling.note(f"02 555 12 3{last}", "")
        house.clock.pass_time(HOUR)
    assert set(house.calls.wanted().dialled) == {"+3225551236", "+3225551237"}
    assert set((await house.restart()).wanted().dialled) == {"+3225551236", "+3225551237"}


@pytest.mark.parametrize("called", ["112", "107", "070 245 245", "+3270245245", "1-1-2", "911"])
async def test_a_call_for_help_pauses_blocking_for_a_day(house: House, called: str) -> None:
    """At once, durably, and told in the ledger without the number; another one makes it longer."""
    house.calls.dialling.note(called, "PJSIP/phone-1")
    until = house.clock.now() + DAY
    assert house.calls.wanted().no_blocking_until == until
    assert house.calls.wanted().dialled == {}
    assert house.changes == 1
    assert (await house.restart()).wanted().no_blocking_until == until
    await house.recorder.flush()
    (entry,) = house.entries("blocking-paused")
    assert entry.keys() == {"v", "kind", "at", "until", "why"}
    house.clock.pass_time(HOUR)
    house.calls.dialling.note(called, "")
    assert house.calls.wanted().no_blocking_until == until + HOUR


async def test_a_clock_that_was_set_back_shortens_no_pause(house: House) -> None:
    """The later end holds."""
    house.calls.dialling.note("112", "")
    until = house.calls.wanted().no_blocking_until
    house.clock.pass_time(-HOUR)
    house.calls.dialling.note("112", "")
    assert house.calls.wanted().no_blocking_until == until


async def test_a_pause_holds_although_the_ledger_cant_be_written(house: House) -> None:
    """It is kept beside the ledger; the entry follows when the ledger can be written again."""
    house.ledger.fault = "disk full"
    house.calls.dialling.note("112", "")
    assert not await house.recorder.flush()
    assert (await house.restart()).wanted().pauses_at(house.clock.now())
    house.ledger.fault = ""
    assert await house.recorder.flush()
    assert len(house.entries("blocking-paused")) == 1


async def test_a_pause_holds_although_nothing_can_be_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """In memory, with a word to the household, and the disk is tried again until it takes it."""
    monkeypatch.setattr(dialling, "RETRY_SECONDS", 0.001)
    good, tried, written = house.store.pause_blocking, asyncio.Event(), asyncio.Event()

    async def full(_: object) -> None:
        tried.set()
        raise DataDirError("disk full")

    async def good_at_last(until: datetime) -> None:
        await good(until)
        written.set()

    monkeypatch.setattr(house.store, "pause_blocking", full)
    house.calls.dialling.note("112", "")
    await tried.wait()
    tried.clear()
    await tried.wait()
    assert house.calls.wanted().pauses_at(house.clock.now())
    assert "disk full" in house.calls.dialling.problem
    monkeypatch.setattr(house.store, "pause_blocking", good_at_last)
    await written.wait()
    assert (await house.store.wanted()).pauses_at(house.clock.now())


async def test_without_the_households_file_a_call_for_help_is_heeded(house: House) -> None:
    """Nothing can be kept or commanded then, and nothing raises."""
    calls = WantedCalls(
        store=None,
        journal=house.recorder,
        clock=house.clock,
        companies=CompanyBook,
        ranges=lambda: RANGES,
        region="BE",
        regions=[],
        zone=ZoneInfo("Europe/Brussels"),
        policies=policies(1),
    )
    await calls.load()
    calls.dialling.note("112", "")
    assert calls.wanted().pauses_at(house.clock.now())
    assert calls.handlers() == {}
    await calls.close()


async def test_a_window_is_kept_and_told(house: House) -> None:
    """Across a restart, with company and author; closing it early is told with the new end."""
    do = house.calls.handlers()
    said = await do["expect"](company="Belgacom", minutes=60, by="Ann")
    assert (said["company"], said["name"]) == ("proximus", "Proximus")
    await do["expect"](by="Bob")
    do = (await house.restart()).handlers()
    assert [(item["company"], item["by"]) for item in await do["expect-show"]()] == [("proximus", "Ann"), (None, "Bob")]
    house.clock.pass_time(HOUR)
    assert [item["by"] for item in await do["expect-end"](by="Eve")] == ["Bob"]
    assert await do["expect-show"]() == []
    assert await (await house.restart()).handlers()["expect-show"]() == []
    first, second, ended = house.entries("expectation")
    assert (first["company"], first["by"], second["company"]) == ("proximus", "Ann", None)
    assert (ended["from"], ended["until"], ended["by"]) == (second["from"], ended["at"], "Eve")


@pytest.mark.parametrize(
    ("company", "minutes", "said"),
    [
        (None, 0, "at most 7 days"),
        (None, 7 * 24 * 60 + 1, "at most 7 days"),
        ("Proximos", 60, "did you mean Proximus"),
        ("no such company", 60, "leave --company out"),
    ],
)
async def test_a_window_that_makes_no_sense_is_refused(
    house: House, company: str | None, minutes: int, said: str
) -> None:
    """With what to do instead; nothing is opened and nothing told."""
    with pytest.raises(UsageError, match=said):
        await house.calls.handlers()["expect"](company=company, minutes=minutes)
    assert house.calls.wanted() == Wanted()
    assert house.ledger.entries == []


async def test_a_company_that_nothing_tells_from_others_is_refused(house: House) -> None:
    """A window that no call could fall into would only disappoint."""
    silent = next(company for company in RULES.companies if not company.numbers and not company.caller_names)
    with pytest.raises(UsageError, match="can't be told from others"):
        await house.calls.handlers()["expect"](company=silent.slug)


async def test_what_cant_be_told_is_taken_back(house: House) -> None:
    """Neither a window nor contacts hold that the ledger doesn't know of."""
    do = house.calls.handlers()
    await do["contacts-replace"]([["+3225551234", "Ann"]])
    house.ledger.fault = "disk full"
    with pytest.raises(LedgerWriteError):
        await do["expect"]()
    with pytest.raises(LedgerWriteError):
        await do["contacts-replace"]([["+3225551235", "Bob"]])
    wanted = (await house.restart()).wanted()
    assert not wanted.windows
    assert wanted.contacts == {"+3225551234"}


async def test_contacts_are_replaced_as_a_whole(house: House) -> None:
    """Kept with their names; the ledger learns how many there are and a sum of them, no name and no number."""
    do = house.calls.handlers()
    await do["contacts-replace"]([["+3225551234", "Zoë"], ["+3225551234", "Zoë"], ["+32475551234", "Ann"]], by="Eve")
    done = await do["contacts-replace"]([["+3225551235", "Bob “\ud800”"], ["+3225551234", "Zoë"]], by="Eve")
    assert done == {"numbers": 2, "before": 2}
    assert (await house.restart()).wanted().contacts == {"+3225551235", "+3225551234"}
    assert Contact("+3225551234", "Zoë") in await house.store.contacts()
    first, second = house.entries("contacts-changed")
    assert first.keys() == {"v", "kind", "at", "list", "count", "by", "sha256"}
    assert (first["list"], first["count"], second["count"], second["by"]) == ("contacts", 2, 2, "Eve")
    assert first["sha256"] != second["sha256"]


async def test_a_damaged_time_in_the_file_is_our_error(house: House) -> None:
    """Somebody who edited the file learns what is wrong with it."""
    await house.database.run("INSERT INTO dialled VALUES ('+3225551234', 'yesterday')")
    with pytest.raises(DataDirError, match="yesterday"):
        await house.store.wanted()
