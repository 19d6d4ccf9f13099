"""The dossier of a company: which calls are its, how they are counted, what each points to by the law of its day."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.entries import Told, local, screened
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.call import Line
from blocker.core.corrected import correction
from blocker.core.entry import EntryKind
from blocker.core.household_facts import CaseState, Fact, How, Says
from blocker.core.household_file import HouseholdFile
from blocker.core.household_predicates import Most, Persistence
from blocker.core.law_case import Presented
from blocker.core.number import Unusable, Withheld
from blocker.core.statement import Said
from blocker.core.verdict import Reason
from blocker.dossiers import Dossiers, Here, Rules
from blocker.errors import LedgerCorruptError
from blocker.filing.judging import LOOKS_BACK, facts_of
from blocker.filing.naming import calls_naming
from blocker.holidays_of import calendar_over
from blocker.rulebook import load_rules, shipped_rules

RULES = load_rules(shipped_rules())
NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
MOBILE = Line("mobile", "BE", "Europe/Brussels", "+32475551234")
LINES = {"landline": "BE", "mobile": "BE"}
FOR = {"said_company": "Proximus", "company": "proximus"}


class House:
    """A ledger that is told what happened, and the dossier drawn from it."""

    def __init__(self) -> None:
        self.told = Told()

    def says(self, call: str, **said: str) -> int:
        return self.told.add(Said(**({"mark": "marketing"} | FOR | said)).entry(NOW, call, "Anna"))

    def call(self, at: str, said: Mapping[str, str] | None = None, **about: Any) -> str:
        call = self.told.call(at, **about)
        if said is not None:
            self.says(call, **said)
        return call

    def imported(self, at: str, call: str, **changed: Any) -> int:
        content = screened(local(at), call, line=MOBILE)
        keep = {key: content[key] for key in ("v", "call", "line", "called", "zone", "offset", "presented")}
        return self.told.add(
            keep
            | {
                "kind": "call-imported",
                "at": "2026-11-22T10:00:00.000Z",
                "seen_by": "android-call-log",
                "file": None,
                "began": content["at"],
                "ambiguous": False,
                "disposition": "ANSWERED",
                "seconds_talked": 12,
                "seconds_in_all": 20,
                "kind_there": "1",
                "by": "Anna",
            }
            | changed
        )

    def fact(self, fact: Fact) -> int:
        return self.told.add(fact.entry(NOW, "Anna"))

    async def show(self, company: str = "proximus") -> dict[str, Any]:
        here = Here(lambda: RULES.companies, StandingClock(NOW), "BE", ZoneInfo("Europe/Brussels"))
        rules = Rules(RULES.laws, RULES.ranges, calendar_over)
        return await Dossiers(self.told, {}, rules, LINES, here).show(company)


def about(kind: EntryKind, **fields: Any) -> Fact:
    return Fact(kind, company="proximus", said_company="Proximus", **fields)


def objection(day: str, how: How | None = How.POST) -> Fact:
    return about(EntryKind.OBJECTION, on=date.fromisoformat(day), how=how)


def registered(day: str, line: str = "landline") -> Fact:
    return Fact(EntryKind.REGISTRATION, register="be-dncm", line=line, on=date.fromisoformat(day))


NEVER = Fact(EntryKind.CONSENT, Says.NEVER, "*", "*")


def pointed(call: Mapping[str, Any]) -> set[str]:
    return {flag["provision"] for flag in call["law"] if flag["finding"] == "points-to"}


async def test_calls_are_counted() -> None:
    """How many, per month and line, the worst day, the longest quiet, and what is known of each call's fate."""
    house = House()
    house.call("2026-01-05 10:00:00", {})
    house.call("2026-03-02 09:00:00", {}, reason=Reason.BLOCK_LIST)
    house.call("2026-03-02 12:00:00", {}, reason=Reason.BLOCK_LIST, acknowledged=None)
    house.call("2026-03-02 23:59:00", {"mark": "wanted"}, line=MOBILE)
    house.call("2026-03-03 00:01:00", {"said_company": "Belgacom"})
    house.call("2026-03-03 10:00:00", {"company": "telenet", "said_company": "Telenet"})
    house.call("2026-03-03 11:00:00")
    house.imported("2022-06-01 18:00:00", "e1")
    house.says("e1")

    named = (await house.show())["named_in"]
    assert (named["calls"], named["marketing"], named["wanted"]) == (6, 5, 1)
    assert named["said"] == ["Belgacom", "Proximus"]
    assert (named["first"], named["last"]) == ("2022-06-01T18:00:00.000+02:00", "2026-03-03T00:01:00.000+01:00")
    assert [(month["month"], month["calls"]) for month in named["per_month"]] == [
        ("2022-06", 1),
        ("2026-01", 1),
        ("2026-03", 4),
    ]
    assert named["happened"] == {"refused": 1, "rang": 3, "rang_or_unknown": 1, "recorded_elsewhere": 1}
    assert named["most_in_a_day"] == {"day": "2026-03-02", "calls": 3}
    assert named["longest_quiet"] == {"days": 1314, "since": "2022-06-01"}
    assert {item["line"]: item["calls"] for item in named["per_line"]} == {"landline": 4, "mobile": 2}


async def test_nothing_is_counted_where_nothing_was_said() -> None:
    """A company that no statement names has no calls, and no law is asked."""
    house = House()
    house.call("2026-03-02 09:00:00")
    known = await house.show()

    assert (known["named_in"]["calls"], known["named_in"]["most_in_a_day"], known["named_in"]["longest_quiet"]) == (
        0,
        None,
        None,
    )
    assert (known["law"], known["calls"]) == ([], [])


async def test_what_was_taken_back_counts_no_more() -> None:
    """A withdrawn statement leaves the one before it, and a call entered by hand that was withdrawn is none."""
    house = House()
    call = house.call("2026-03-02 09:00:00", {})
    wrong = house.says(call, said_company="Telenet", company="telenet")
    assert (await house.show())["named_in"]["calls"] == 0
    house.told.add(correction(NOW, wrong, why="another call", by="Anna"))
    assert (await house.show())["named_in"]["calls"] == 1
    by_hand = house.imported("2026-04-01 09:00:00", "e1", seen_by="hand")
    house.says("e1")
    assert (await house.show())["named_in"]["calls"] == 2
    house.told.add(correction(NOW, by_hand, why="it was the doctor", by="Anna"))
    assert (await house.show())["named_in"]["calls"] == 1


async def test_calls_after_an_objection_a_registration_and_a_contract() -> None:
    """Only marketing counts, and only what came after: the day itself, and the waiting time, are left out.

    The first objection in force is the one counted from: asking again makes no earlier call forgotten.
    """
    house = House()
    for day in ("2024-05-01", "2024-05-10", "2024-05-11", "2025-01-10", "2025-01-11"):
        house.call(f"{day} 10:00:00", {})
    house.call("2025-01-12 10:00:00", {"mark": "wanted"})
    house.call("2025-01-12 11:00:00", {}, line=MOBILE)
    house.fact(objection("2024-05-05", How.PHONE))
    house.fact(objection("2025-01-10"))
    house.fact(registered("2024-05-02"))
    house.fact(about(EntryKind.CONTRACT, since=date(2009, 5, 1), until=date(2024, 5, 10)))
    house.fact(about(EntryKind.CASE, on=date(2026, 1, 1), state=CaseState.OPEN, where="FPS Economy"))

    known = await house.show()
    named = known["named_in"]
    assert [(item["on"], item["calls_after"]) for item in named["objections"]] == [("2024-05-05", 5), ("2025-01-10", 2)]
    assert named["since_objection"] == {"on": "2024-05-05", "calls": 5}
    (registration,) = named["registrations"]
    assert (registration["counts_from"], registration["calls_after"]) == ("2024-05-11", 3)
    assert named["since_registration"] == 3
    assert named["since_contract"] == {"ended": "2024-05-10", "calls": 4}
    assert [item["where"] for item in known["household"]["cases"]] == ["FPS Economy"]


async def test_a_later_consent_ends_an_objection() -> None:
    """Calls since an objection aren't counted where the household allowed calls again."""
    house = House()
    house.call("2025-03-01 10:00:00", {})
    house.fact(objection("2025-01-10"))
    house.fact(about(EntryKind.CONSENT, on=date(2025, 2, 1)))

    assert (await house.show())["named_in"]["since_objection"] is None


async def test_lines_may_have_different_holders() -> None:
    """For each line it is said who held it on the day of the call, since a complaint must be the holder's."""
    house = House()
    house.call("2025-03-01 10:00:00", {})
    house.call("2025-03-02 10:00:00", {}, line=MOBILE)
    house.call("2026-03-02 10:00:00", {}, line=MOBILE)
    house.fact(Fact(EntryKind.LINE_HOLDER, line="landline", holder="Anna"))
    house.fact(Fact(EntryKind.LINE_HOLDER, line="mobile", holder="Bert", since=date(2026, 1, 1)))

    held = [(item["line"], item["holder"], item["calls"]) for item in (await house.show())["named_in"]["holders"]]
    assert held == [("landline", "Anna", 1), ("mobile", None, 1), ("mobile", "Bert", 1)]


async def test_each_call_is_judged_at_its_time() -> None:
    """Before the registration counts, after it, after the objection: each call points to the law of its day only."""
    house = House()
    talked = {"voice": "live"}
    for day in ("2023-05-01", "2024-05-10", "2024-05-11", "2025-03-01"):
        house.call(f"{day} 10:00:00", talked)
    for fact in (registered("2024-05-02"), objection("2025-01-10"), NEVER):
        house.fact(fact)

    known = await house.show()
    assert [pointed(call) for call in known["calls"]] == [
        set(),
        set(),
        {"be-register"},
        {"be-register", "be-objection"},
    ]
    flag = next(flag for flag in known["calls"][3]["law"] if flag["provision"] == "be-objection")
    assert flag["facts"] == [{"what": "objected", "value": "2025-01-10"}]
    assert (flag["citation"], flag["check"], bool(flag["source"]["title"])) == (
        "WER/CDE VI.110 § 2 (law of 2024-02-08); GDPR art. 21(2) and (3)",
        False,
        True,
    )
    assert flag["sentence"].startswith("points to ")
    told = {(item["provision"], item["calls"]) for item in known["law"] if item["finding"] == "points-to"}
    assert told == {("be-register", 2), ("be-objection", 1)}


async def test_a_waiting_time_is_the_same_however_late_the_call_comes() -> None:
    """The holidays of the year of the registration count, also for a call some years later."""
    house = House()
    for day in ("2024-07-01", "2026-07-01"):
        house.call(f"{day} 10:00:00", {"voice": "live"})
    house.fact(registered("2024-05-02"))
    waited = [
        fact["value"]
        for call in (await house.show())["calls"]
        for flag in call["law"]
        for fact in flag["facts"]
        if fact["what"] == "waiting time"
    ]
    assert waited == ["5 working days, to 2024-05-10"] * 2  # Ascension Day was the 9th


async def test_nothing_points_anywhere_unless_a_person_said_marketing() -> None:
    """A call marked as wanted, or as nothing, is never said to point to a rule."""
    house = House()
    house.call("2025-03-01 10:00:00", {"mark": "wanted", "voice": "live"})
    house.call("2025-03-02 10:00:00", {"mark": "", "voice": "recorded"})
    for fact in (registered("2024-05-02"), objection("2025-01-10"), NEVER):
        house.fact(fact)

    assert [pointed(call) for call in (await house.show())["calls"]] == [set(), set()]


async def test_a_stop_in_the_call_is_an_objection_from_then_on() -> None:
    """The call in which the household said stop isn't held against the caller, the next of that day is."""
    house = House()
    house.call("2026-03-02 09:00:00", {"said_stop": "yes", "stop_words": "no more"})
    house.call("2026-03-02 12:00:00", {"voice": "live"})
    known = await house.show()

    assert ["be-objection" in pointed(call) for call in known["calls"]] == [False, True]
    assert known["named_in"]["said_stop"] == {"calls": 1, "first": "2026-03-02T09:00:00.000+01:00", "calls_after": 1}


async def test_three_in_a_day_are_persistent() -> None:
    """The third call within a week points to persistence, whose measure and doubt are carried along."""
    house = House()
    for hour in ("09", "11", "15"):
        house.call(f"2026-11-17 {hour}:00:00", {"voice": "live"})
    house.call("2026-11-17 16:00:00", {"company": "telenet", "said_company": "Telenet", "voice": "live"})
    calls = (await house.show())["calls"]

    assert ["be-persistent" in pointed(call) for call in calls] == [False, False, True]
    (flag,) = [flag for flag in calls[2]["law"] if flag["provision"] == "be-persistent"]
    assert flag["check"]
    assert "to be looked up before relying on it" in flag["sentence"]


async def test_a_statement_says_what_the_file_doesnt() -> None:
    """Never having consented, said of a call, counts until the household's file says something else of the company."""
    house = House()
    house.call("2026-03-02 09:00:00", {"voice": "recorded", "consent": "never"})
    assert "be-recorded-voice" in pointed((await house.show())["calls"][0])
    house.fact(about(EntryKind.CONSENT, on=date(2026, 1, 1)))
    assert "be-recorded-voice" not in pointed((await house.show())["calls"][0])


async def test_a_call_centre_has_a_dossier_of_the_calls_that_name_it() -> None:
    """Its calls are held against the company that they were for, not against it."""
    house = House()
    centre = next(company for company in RULES.companies if company.role == "call-centre")
    house.call("2026-03-02 09:00:00", {"said_call_centre": centre.name, "call_centre": centre.slug})

    assert (await house.show(centre.slug))["named_in"]["calls"] == 1


@pytest.mark.parametrize(
    ("end", "said", "answered"),
    [
        ({"disposition": "ANSWERED", "seconds_talked": 0}, {}, True),
        ({"disposition": "NO ANSWER", "seconds_talked": 0}, {"voice": "live"}, False),
        ({"disposition": None, "seconds_talked": 4}, {}, True),
        ({"disposition": None, "seconds_talked": None}, {"said_company": None}, None),
        (None, {"said_company": None, "answered_by": "Bert"}, True),
        (None, {"said_company": None, "said_stop": "no"}, None),
        (None, {"said_company": "Proximus"}, True),
    ],
)
async def test_whether_a_call_was_answered(
    end: dict[str, Any] | None, said: dict[str, str], *, answered: bool | None
) -> None:
    """The end of the call says it, else a person who tells what the caller said; where neither does, nobody knows."""
    house = House()
    call = house.call("2026-03-02 09:00:00", said)
    if end is not None:
        house.told.add({"v": 1, "kind": "call-ended", "at": "2026-03-02T08:01:00.000Z", "call": call, **end})

    assert (await house.show())["calls"][0]["answered"] is answered


async def test_a_refused_call_was_not_answered() -> None:
    """Whatever the phone system played to it."""
    house = House()
    call = house.call("2026-03-02 09:00:00", {"voice": "live"}, reason=Reason.BLOCK_LIST)
    ended = {"disposition": "ANSWERED", "seconds_talked": 9}
    house.told.add({"v": 1, "kind": "call-ended", "at": "2026-03-02T08:01:00.000Z", "call": call, **ended})

    assert (await house.show())["calls"][0]["answered"] is False


FACTS: dict[str, tuple[dict[str, str], str, object]] = {
    "recorded": ({"voice": "recorded"}, "recorded_voice", True),
    "live": ({"voice": "live"}, "recorded_voice", False),
    "nothing of the voice": ({}, "recorded_voice", None),
    "silent": ({"voice": "silent"}, "silent", True),
    "a voice isn't silent": ({"voice": "recorded"}, "silent", False),
    "identity": ({"identity_at_start": "yes", "purpose_at_start": "yes"}, "identity_given", True),
    "no purpose": ({"identity_at_start": "yes", "purpose_at_start": "no"}, "identity_given", False),
    "half an identity": ({"identity_at_start": "yes"}, "identity_given", None),
    "not sure": ({"identity_at_start": "unsure", "purpose_at_start": "yes"}, "identity_given", None),
    "objection": ({"right_to_object": "no"}, "objection_offered", False),
    "wanted": ({"mark": "wanted"}, "marketing", False),
    "unmarked": ({"mark": ""}, "marketing", None),
}


@pytest.mark.parametrize(("said", "field", "value"), FACTS.values(), ids=FACTS)
async def test_what_the_law_is_told(said: dict[str, str], field: str, value: object) -> None:
    """Only what a person said for sure is a fact; the rest stays unknown."""
    house = House()
    house.call("2026-03-02 09:00:00", said)
    (call,) = await calls_naming(house.told, {"proximus"}, LINES, "BE")

    assert getattr(facts_of(call, "proximus", "telecom", RULES.ranges), field) is value


@pytest.mark.parametrize(
    ("caller", "raw", "presented"),
    [
        ("+3225550345", None, Presented.NUMBER),
        (Withheld(), "anonymous", Presented.WITHHELD),
        (Unusable("8989", "too short"), "8989", Presented.SHORT),
        (Unusable("abc", "no number"), "abc", Presented.UNREADABLE),
    ],
)
async def test_what_was_presented(caller: Any, raw: str | None, presented: Presented) -> None:
    """A number, a short code, or that none was presented: never more."""
    house = House()
    house.call("2026-03-02 09:00:00", {}, number=caller, raw=raw)
    (call,) = await calls_naming(house.told, {"proximus"}, LINES, "BE")

    assert facts_of(call, "proximus", "telecom", RULES.ranges).presented is presented


async def test_a_zone_that_there_isnt_is_named() -> None:
    """An entry with an impossible time zone is an error with its number."""
    house = House()
    call = house.told._entries
    house.call("2026-03-02 09:00:00", {})
    call[0].content["zone"] = "Europe/Atlantis"
    with pytest.raises(LedgerCorruptError, match="entry 1 names a time zone"):
        await house.show()


def test_no_rule_counts_over_a_longer_time() -> None:
    """Every rule that counts calls looks back no further than earlier calls are handed to it."""
    for provision in RULES.laws:
        match provision.parameters:
            case Most(_, days, hours):
                assert timedelta(days=days, hours=hours) < LOOKS_BACK
            case Persistence():
                assert timedelta(days=30) < LOOKS_BACK
            case _:
                pass


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(["marketing", "wanted", ""])), max_size=12))
async def test_looking_back_a_while_finds_what_looking_at_all_finds(days: list[tuple[int, str]]) -> None:
    """However calls are spread, handing the law the earlier ones of some months changes no flag."""
    house = House()
    first = datetime(2025, 1, 6, 10, tzinfo=UTC)
    for minute, (day, mark) in enumerate(sorted(days)):
        at = first + timedelta(days=day, minutes=minute)
        house.call(f"{at.astimezone(ZoneInfo('Europe/Brussels')):%Y-%m-%d %H:%M:%S}", {"mark": mark, "voice": "live"})
    house.fact(NEVER)
    calls = await calls_naming(house.told, {"proximus"}, LINES, "BE")
    known = [facts_of(call, "proximus", "telecom", RULES.ranges) for call in calls]
    shown = (await house.show())["calls"]
    dossier = [sorted((flag["provision"], flag["finding"]) for flag in call["law"]) for call in shown]
    file = HouseholdFile(never_consented_to=frozenset({"*"}))
    whole = [RULES.laws.judge(call, file, known, calendar_over([call.day], "BE")) for call in known]
    assert dossier == [sorted((flag.provision.id, str(flag.finding)) for flag in flags) for flags in whole]
