"""Promises of the law files that come with the program: each version is tried, dated, sourced, and accuses nobody."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.household_file import EVERYBODY, Contract, HouseholdFile, Objection, Registration
from blocker.core.law import Finding
from blocker.core.law_case import CallFacts, Presented
from blocker.core.predicates import PREDICATES
from blocker.core.provenance import Quality, Sure
from blocker.holidays_of import calendar_around
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulefiles.law_examples import TriedCall

COUNTRIES = {"BE", "NL", "DE", "FR", "GB", "ES", "IT", "US"}
BOOK = load_rules(shipped_rules())
ZONES = {"NL": "Europe/Amsterdam", "FR": "Europe/Paris", "ES": "Europe/Madrid", "GB": "Europe/London"}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules as shipped."""
    return BOOK


def found(call: CallFacts, household: HouseholdFile) -> dict[str, Finding]:
    """What the shipped law says about a call, by id of the provision."""
    ranges = BOOK.ranges.match(call.number, call.day) if call.number else ()
    calendar = calendar_around(call.day, call.country, call.subdivision)
    flags = BOOK.laws.judge(replace(call, ranges=ranges), household, (), calendar)
    return {flag.provision.id: flag.finding for flag in flags}


def tried_by(book: RuleBook) -> list[TriedCall]:
    """What the examples of the law files try."""
    cases = (getattr(example.differs, "__self__", None) for example in book.examples)
    return [case for case in cases if isinstance(case, TriedCall)]


def test_every_version_points_to_itself_in_an_example(book: RuleBook) -> None:
    """Each version of each provision has an example on one of its days of which it holds."""
    days = [(case.provision, case.call.day) for case in tried_by(book) if case.expected.value == "points-to"]
    untried = [
        item.where
        for item in book.laws
        if not any(name == item.id and item.valid_from <= day <= item.valid_to for name, day in days)
    ]
    assert untried == []


def test_every_provision_has_an_example_on_the_other_side(book: RuleBook) -> None:
    """A rule that is never seen to stay silent could hold of anything."""
    others = {case.provision for case in tried_by(book) if case.expected.value != "points-to"}
    assert {item.id for item in book.laws} - others == set()


def test_each_of_the_eight_countries_has_its_law(book: RuleBook) -> None:
    """No country is left with a rule or two, and every predicate is of use somewhere."""
    countries = Counter(item.country for item in book.laws)
    assert set(countries) == COUNTRIES
    assert min(countries.values()) >= 6
    assert {item.predicate for item in book.laws} == set(PREDICATES)


def test_what_wasnt_read_is_marked(book: RuleBook) -> None:
    """A provision claims no more certainty than its source gives, and one to be checked says so in its flag."""
    for item in book.laws:
        assert item.sure is not Sure.VERIFIED or item.source.quality is Quality.PRIMARY, item.where
        assert item.source.quality is not Quality.WEAK or (item.sure is Sure.UNVERIFIED and item.check), item.where


def test_nothing_is_looked_at_again_too_late(book: RuleBook) -> None:
    """A law still in force has a day on which somebody reads it again."""
    assert [item.where for item in book.laws if item.valid_to == date.max and item.review is None] == []


def test_nobody_is_accused(book: RuleBook) -> None:
    """Titles and summaries say what a rule asks for, never that somebody broke it."""
    for item in book.laws:
        text = f"{item.title} {item.summary}".lower()
        assert not any(word in text for word in ("breach", "violat", "illegal", "offence", "guilty")), item.where


def a_call(country: str, day: date, **facts: Any) -> CallFacts:
    """An answered marketing call for Acme at eleven in the morning."""
    zone = ZoneInfo(ZONES[country])
    at = datetime(day.year, day.month, day.day, 11, tzinfo=zone)
    known: dict[str, Any] = {
        "line": "home",
        "presented": Presented.NUMBER,
        "answered": True,
        "marketing": True,
        "company": "acme",
        "sector": "telecom",
    }
    return CallFacts(at=at, zone=zone, country=country, **(known | facts))


NOBODY = frozenset({EVERYBODY})


def test_netherlands_former_customers_from_july_2026() -> None:
    """On 30 June a company could still call its former customer; on 1 July it needs consent."""
    home = HouseholdFile(contracts=(Contract("acme", until=date(2025, 3, 31)),), never_consented_to=NOBODY)
    before, after = (found(a_call("NL", day), home) for day in (date(2026, 6, 30), date(2026, 7, 1)))
    assert (before.get("nl-consent"), after.get("nl-consent")) == (None, Finding.POINTS_TO)
    long_ago = replace(home, contracts=(Contract("acme", until=date(2022, 11, 30)),))
    assert found(a_call("NL", date(2026, 6, 30)), long_ago)["nl-former-customers"] is Finding.POINTS_TO


def test_france_refusal_and_consent_in_august_2026() -> None:
    """Two months' rest after a refusal ends with 10 August; from the 11th no call is made without consent."""
    home = HouseholdFile(
        objections=(Objection("acme", date(2026, 6, 15), in_call=True),), never_customer_of=frozenset({"acme"})
    )
    before, after = (found(a_call("FR", day), home) for day in (date(2026, 8, 9), date(2026, 8, 12)))
    assert before["fr-refusal-rest"] is Finding.POINTS_TO
    assert "fr-consent" not in before
    assert "fr-refusal-rest" not in after
    assert (after["fr-consent"], after["fr-objection"]) == (Finding.POINTS_TO, Finding.POINTS_TO)


def test_spain_range_400_from_17_october_2026() -> None:
    """A geographic number on a sales call is fine on the 16th and isn't on the 17th, a Saturday."""
    call = {"number": "+34910123456"}
    before, after = (found(a_call("ES", date(2026, 10, day), **call), HouseholdFile()) for day in (16, 17))
    assert ("es-range-400" in before, after["es-range-400"]) == (False, Finding.POINTS_TO)
    assert ("es-weekend" in before, after["es-weekend"]) == (False, Finding.POINTS_TO)


def test_united_kingdom_attempts_from_5_february_2026() -> None:
    """A call that was blocked isn't held against anybody on the 4th; on the 5th an attempt is a call."""
    home = HouseholdFile((Registration("gb-tps", date(2020, 1, 1)),), never_consented_to=NOBODY)
    before, after = (found(a_call("GB", date(2026, 2, day), answered=False), home) for day in (4, 5))
    assert (before.get("gb-tps"), after.get("gb-tps")) == (None, Finding.POINTS_TO)


@pytest.mark.parametrize(
    ("day", "subdivision", "flagged"),
    [
        (date(2027, 3, 26), "FR-57", False),  # Good Friday
        (date(2026, 11, 11), "", True),
        (date(2026, 7, 14), "FR-57", True),
        (date(2026, 11, 10), "", False),
    ],
)
def test_france_knows_the_eleven_national_holidays_only(day: date, subdivision: str, *, flagged: bool) -> None:
    """A holiday of Alsace and Moselle is no day on which French law forbids calls."""
    assert ("fr-weekend" in found(a_call("FR", day, subdivision=subdivision), HouseholdFile())) is flagged


@pytest.mark.parametrize(
    ("utc", "zone", "flagged"),
    [
        (datetime(2026, 11, 17, 20, 30, tzinfo=UTC), "Europe/Madrid", True),
        (datetime(2026, 11, 17, 20, 30, tzinfo=UTC), "Atlantic/Canary", False),
        (datetime(2026, 3, 27, 7, 30, tzinfo=UTC), "Europe/Madrid", True),
        (datetime(2026, 3, 30, 7, 30, tzinfo=UTC), "Europe/Madrid", False),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Madrid", True),  # 2:30, the first time
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Madrid", True),  # 2:30, again
    ],
)
def test_spain_has_two_clocks_and_changes_both(utc: datetime, zone: str, *, flagged: bool) -> None:
    """Hours are the line's: an hour earlier on the Canary Islands, and another after each change of clocks."""
    call = replace(a_call("ES", date(2026, 11, 17)), at=utc, zone=ZoneInfo(zone))
    assert ("es-hours" in found(call, HouseholdFile())) is flagged


_tri = st.sampled_from([True, False, None])
_some_call = st.builds(
    CallFacts,
    at=st.datetimes(datetime(2015, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from([ZoneInfo("Europe/Madrid"), ZoneInfo("America/New_York")]),
    country=st.sampled_from(sorted(COUNTRIES)),
    presented=st.sampled_from(list(Presented)),
    answered=_tri,
    marketing=_tri,
    company=st.sampled_from(["", "acme"]),
    sector=st.sampled_from(["", "telecom", "energy", "electricity", "claims-management"]),
    recorded_voice=_tri,
    silent=_tri,
    identity_given=_tri,
    objection_offered=_tri,
)
_days = st.dates(date(2015, 1, 1), date(2027, 12, 31))
_some_home = st.builds(
    HouseholdFile,
    registrations=st.lists(st.builds(Registration, st.sampled_from(["be-dncm", "gb-tps"]), _days), max_size=2).map(
        tuple
    ),
    objections=st.lists(st.builds(Objection, st.just("acme"), _days, st.booleans()), max_size=2).map(tuple),
    contracts=st.lists(st.builds(Contract, st.just("acme"), _days, st.none()), max_size=1).map(tuple),
    never_customer_of=st.sampled_from([frozenset(), frozenset({"acme"})]),
    never_consented_to=st.sampled_from([frozenset(), NOBODY]),
)
UNKNOWN: dict[str, Any] = {
    "answered": None,
    "company": "",
    "sector": "",
    "recorded_voice": None,
    "silent": None,
    "identity_given": None,
    "objection_offered": None,
}


@given(_some_call, _some_home, st.sets(st.sampled_from(sorted(UNKNOWN)), min_size=1))
def test_knowing_less_never_makes_a_flag(call: CallFacts, home: HouseholdFile, forgotten: set[str]) -> None:
    """Whatever is forgotten about a call, no rule is pointed to that wasn't before."""
    calendar = calendar_around(call.day, call.country)
    known = {flag.provision.id: flag for flag in BOOK.laws.judge(call, home, (), calendar)}
    less = replace(call, **{key: UNKNOWN[key] for key in forgotten})
    for flag in BOOK.laws.judge(less, home, (), calendar):
        before = known.get(flag.provision.id)
        assert flag.finding is not Finding.POINTS_TO or (before and before.finding is Finding.POINTS_TO), flag.sentence


@given(_some_call, _some_home, st.integers(1, 3000))
def test_what_happens_later_makes_no_flag(call: CallFacts, home: HouseholdFile, days: int) -> None:
    """Objections and registrations made after a call aren't held against it."""
    later = call.day + timedelta(days=days)
    more = replace(
        home,
        registrations=(*home.registrations, Registration("be-dncm", later), Registration("gb-tps", later)),
        objections=(*home.objections, Objection("acme", later)),
    )
    calendar = calendar_around(call.day, call.country)
    one, other = (
        [(flag.provision.id, flag.finding) for flag in BOOK.laws.judge(call, each, (), calendar)]
        for each in (home, more)
    )
    assert [item for item in other if item[1] is Finding.POINTS_TO] == [
        item for item in one if item[1] is Finding.POINTS_TO
    ]
