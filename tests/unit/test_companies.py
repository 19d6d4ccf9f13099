"""Saying something about a company: which one a name means, which days make sense, and what is kept of it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.entries import Told, local, screened
from fakes.ledger import MemoryLedger

from blocker.companies import Companies, known_settings
from blocker.core.company import Company
from blocker.core.company_setting import Calls, CompanySetting, digest
from blocker.core.household_file import HouseholdFile
from blocker.core.statement import Said
from blocker.dossiers import Dossiers, Here, Rules, read_file
from blocker.errors import LedgerWriteError, UsageError
from blocker.holidays_of import calendar_over
from blocker.recording import Recorder
from blocker.rulebook import load_rules, shipped_rules
from blocker.store.companies_db import CompaniesDb
from blocker.store.household_db import HouseholdDb

RULES = load_rules(shipped_rules())
BOOK = RULES.companies
CONFIGURED = {"telenet": CompanySetting(Calls.ALL_BLOCKED, "blocker.toml:7")}


class House:
    """The use cases over a real file of settings and a ledger in memory."""

    def __init__(self, store: CompaniesDb) -> None:
        self.store = store
        self.clock = StandingClock(datetime(2026, 11, 17, 23, 30, tzinfo=UTC))  # the 18th at home
        self.ledger = MemoryLedger()
        self.told = Told()
        self._read = 0
        recorder = Recorder(self.ledger, self.clock)
        self.here = Here(lambda: BOOK, self.clock, "BE", ZoneInfo("Europe/Brussels"))
        self.companies = Companies(store, recorder, self._file, CONFIGURED, self.here)

    def records(self) -> Told:
        for entry in self.ledger.entries[self._read :]:
            self.told.add(entry)
        self._read = len(self.ledger.entries)
        return self.told

    async def _file(self) -> HouseholdFile:
        return await read_file(self.records(), BOOK, self.here.today())

    async def show(self, company: str) -> dict[str, Any]:
        rules = Rules(RULES.laws, RULES.ranges, calendar_over)
        return await Dossiers(self.records(), self.companies.settings, rules, {"landline": "BE"}, self.here).show(
            company
        )


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house that has said nothing yet."""
    database = await HouseholdDb.open(tmp_path)
    house = House(CompaniesDb(database))
    await house.companies.load()
    yield house
    await database.close()


async def test_a_setting_is_kept_told_and_in_force(house: House) -> None:
    """After setting, the store and the ledger say the same, and whoever decides is told once."""
    changes: list[int] = []
    house.companies.on_change = lambda: changes.append(1)
    done = await house.companies.set("Belgacom", calls="all-blocked", by="Ann")

    assert (done["company"], done["calls"]) == ("proximus", "all-blocked")
    assert await house.store.settings() == {"proximus": Calls.ALL_BLOCKED}
    assert house.companies.settings["proximus"].calls is Calls.ALL_BLOCKED
    (entry,) = house.ledger.entries
    assert (entry["kind"], entry["company"], entry["calls"], entry["by"]) == (
        "company-set",
        "proximus",
        "all-blocked",
        "Ann",
    )
    assert entry["sha256"] == digest(house.companies.settings)
    assert changes == [1]


async def test_the_command_beats_the_configuration(house: House) -> None:
    """The configuration's setting holds until one is made by command, be it the default, and the person is told."""
    assert house.companies.settings["telenet"] == CONFIGURED["telenet"]
    done = await house.companies.set("telenet", calls="default")

    assert house.companies.settings["telenet"].calls is Calls.DEFAULT
    assert any("blocker.toml:7 says all-blocked" in warning for warning in done["warnings"])


async def test_what_the_ledger_refuses_is_taken_back(house: House) -> None:
    """A setting that can't be recorded changes nothing, be it the first or a later one."""
    for before in ({}, {"proximus": Calls.ALL_ALLOWED}):
        house.ledger.fault = "the disk is full"
        with pytest.raises(LedgerWriteError):
            await house.companies.set("proximus", calls="all-blocked", objected_on="2026-01-02")
        assert await house.store.settings() == before
        house.ledger.fault = ""
        await house.companies.set("proximus", calls="all-allowed")


async def test_everything_at_once(house: House) -> None:
    """One command may say all of it, with the company that the name meant on each day; show says it again."""
    await house.companies.set(
        "Belgacom",
        calls="marketing-blocked",
        customer="yes",
        since="2009-05-01",
        until="2013-05-01",
        objected_on="2024-03-01",
        objected_how="post",
        consent="never",
        by="Ann",
    )
    kinds = [entry["kind"] for entry in house.ledger.entries]
    assert kinds == ["company-set", "contract", "objection", "consent"]
    assert {entry.get("said_company", "Belgacom") for entry in house.ledger.entries} == {"Belgacom"}
    known = await house.show("Proximus")
    said = known["household"]
    assert [(item["since"], item["until"]) for item in said["contracts"]] == [("2009-05-01", "2013-05-01")]
    assert [(item["on"], item["how"]) for item in said["objections"]] == [("2024-03-01", "post")]
    assert (said["never_customer"], said["never_consented"], said["consents"]) == (False, True, [])
    assert known["setting"] == {"calls": "marketing-blocked", "where": "the household's own setting"}
    json.dumps(known)


async def test_the_end_of_a_running_contract_keeps_its_beginning(house: House) -> None:
    """Who only says when it ended has said before when it began; an end before that is refused."""
    await house.companies.set("proximus", customer="yes", since="2015-02-01")
    with pytest.raises(UsageError, match="before it began on 2015-02-01"):
        await house.companies.set("proximus", customer="yes", until="2014-12-31")
    await house.companies.set("proximus", customer="yes", until="2020-01-31")

    known = await house.show("proximus")
    (contract,) = known["household"]["contracts"]
    assert (contract["since"], contract["until"]) == ("2015-02-01", "2020-01-31")


async def test_a_company_that_was_taken_over(house: House) -> None:
    """A contract with it is recorded as its own, and shown with the company that took it over."""
    done = await house.companies.set("VOO", customer="yes", until="2022-01-01")

    assert done["company"] == "orange-be"
    assert house.ledger.entries[0]["company"] == "voo"
    (contract,) = (await house.show("Orange"))["household"]["contracts"]
    assert (contract["since"], contract["until"]) == (None, "2022-01-01")


async def test_today_is_the_households(house: House) -> None:
    """The day at home counts, which may already be tomorrow in UTC."""
    await house.companies.set("proximus", objected_on="2026-11-18")
    with pytest.raises(UsageError, match="still to come"):
        await house.companies.set("proximus", objected_on="2026-11-19")


REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "nothing": ("proximus", {}, "say what to set"),
    "a typing error": (
        "Proximux",
        {"calls": "all-blocked"},
        r"no rule file names a company “Proximux” \(did you mean Proximus",
    ),
    "nobody": ("Qqqqq", {"calls": "all-blocked"}, "blocker company list shows all"),
    "an empty name": ("", {"calls": "all-blocked"}, "no rule file names"),
    "another company then": ("Orange", {"calls": "all-blocked", "customer": "yes", "until": "2001-05-01"}, "telenet"),
    "a setting that is none": ("proximus", {"calls": "some"}, "“some” is none of: default, marketing-blocked"),
    "no day": ("proximus", {"objected_on": "yesterday"}, "“yesterday” .objected on. is no day; write it as"),
    "a week": ("proximus", {"objected_on": "2026-W20-1"}, "is no day"),
    "a day that isn't": ("proximus", {"objected_on": "2026-02-30"}, "is no day"),
    "to come": ("proximus", {"consent": "yes", "consent_on": "2027-01-01"}, "consent on. is still to come"),
    "customer to come": ("proximus", {"customer": "yes", "until": "2027-01-01"}, "customer until. is still to come"),
    "absurd": ("proximus", {"customer": "yes", "since": "0209-05-01"}, "too long ago"),
    "backwards": ("proximus", {"customer": "yes", "since": "2013-05-01", "until": "2009-05-01"}, "before it began"),
    "days of no contract": ("proximus", {"since": "2013-05-01"}, "add --customer"),
    "days of never": ("proximus", {"customer": "never", "since": "2013-05-01"}, "add --customer"),
    "how but not when": ("proximus", {"objected_how": "post"}, "add --objected-on DATE"),
    "a way that is none": ("proximus", {"objected_on": "2026-01-01", "objected_how": "pigeon"}, "“pigeon” is none of"),
    "a consent without day": ("proximus", {"consent": "yes"}, "needs the day"),
    "no consent with a day": ("proximus", {"consent": "never", "consent_on": "2026-01-01"}, "only a consent has one"),
    "taking back what isn't": ("proximus", {"take_back": ["everything"]}, "“everything” is none of"),
}


@pytest.mark.parametrize(("company", "said", "message"), REFUSED.values(), ids=REFUSED)
async def test_what_makes_no_sense_changes_nothing(
    house: House, company: str, said: dict[str, Any], message: str
) -> None:
    """Each mistake has its message, and neither the settings nor the ledger have moved."""
    with pytest.raises(UsageError, match=message):
        await house.companies.set(company, **said)

    assert await house.store.settings() == {}
    assert house.ledger.entries == []


async def test_a_setting_says_what_it_cant_do(house: House) -> None:
    """Where no number is known, or the household would miss a call that it may be waiting for, a note says so."""
    none = await house.companies.set("hp", calls="all-blocked")
    assert any("no call is recognised" in warning for warning in none["warnings"])
    assert any("these won't ring" in warning for warning in none["warnings"])
    only_service = await house.companies.set("proximus", calls="marketing-blocked")
    assert any("no marketing number" in warning for warning in only_service["warnings"])


async def test_the_calls_that_statements_name(house: House) -> None:
    """Calls count by the latest statement about each; the first and the last come with the line's local time."""
    days = ["2026-03-02 18:04:00", "2026-06-30 12:00:00", "2026-09-01 09:00:00", "2026-11-16 10:00:00"]
    for number, day in enumerate(days):
        house.told.add(screened(local(day), f"c{number}"))
    for call, mark, said, company in [
        ("c2", "marketing", "Belgacom", "proximus"),
        ("c0", "marketing", "Proximus", "proximus"),
        ("c1", "wanted", "Proximus", "proximus"),
        ("c3", "marketing", "Proximus", "proximus"),
        ("c3", "marketing", "Telenet", "telenet"),
    ]:
        house.told.add(Said(mark=mark, said_company=said, company=company).entry(house.clock.now(), call, "Ann"))

    named = (await house.show("proximus"))["named_in"]
    expected = {
        "calls": 3,
        "said": ["Belgacom", "Proximus"],
        "marketing": 2,
        "wanted": 1,
        "first": "2026-03-02T18:04:00.000+01:00",
        "last": "2026-09-01T09:00:00.000+02:00",
    }
    assert {key: named[key] for key in expected} == expected
    assert (await house.show("kpn"))["named_in"]["first"] is None


async def test_a_fact_that_was_a_mistake_is_taken_back(house: House) -> None:
    """Nothing is rubbed out: the mistake stays in the ledger, and no longer in what the household says."""
    await house.companies.set("proximus", objected_on="2024-03-01", customer="never")
    house.clock.pass_time(timedelta(days=1))
    await house.companies.set("proximus", take_back=["objections", "customer"])

    said = (await house.show("proximus"))["household"]
    assert (said["objections"], said["never_customer"]) == ([], False)
    assert len(house.ledger.entries) == 4


@pytest.mark.parametrize("company", sorted(BOOK, key=attrgetter("slug")), ids=attrgetter("slug"))
async def test_every_company_can_be_shown(house: House, company: Company) -> None:
    """Each shipped company's page names a source for each address and number, and what to check."""
    known = await house.show(company.legal_name or company.name)

    assert all(fact["source"] for fact in known["addresses"] + known["numbers"])
    assert known["addresses"] or any("no address" in text for text in known["check_first"])


def test_a_configured_company_must_be_known() -> None:
    """An unknown one is a fault with its file and line that names the nearest; the others hold."""
    here = {
        slug: CompanySetting(Calls.ALL_BLOCKED, f"b.toml:{n}")
        for n, slug in enumerate(["proximux", "telenet", "belgacom"])
    }
    known, faults = known_settings(here, BOOK)

    assert list(known) == ["telenet"]
    assert [str(fault) for fault in faults] == [
        "b.toml: no rule file names a company “proximux” (did you mean “proximus”?)",
        "b.toml:2: no rule file names a company “belgacom” (did you mean “proximus”?)",
    ]
