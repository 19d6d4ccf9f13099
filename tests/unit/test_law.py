"""Promises of the law book: the law of the day and place, only for marketing, and never a flag from ignorance."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from fakes.law_cases import NOON, call, provision

from blocker.core.exemptions import Exemptions
from blocker.core.household_file import EVERYBODY, AgreedTime, Consent, Contract, HouseholdFile
from blocker.core.law import Binding, Finding, LawBook, LawFlag
from blocker.core.law_case import CallFacts, Presented
from blocker.core.law_time import Window, parse_window

DAY = timedelta(days=1)
HIDDEN = call(presented=Presented.WITHHELD, number="")
EMPTY = HouseholdFile()


def judged(call: CallFacts, *provisions: object, file: HouseholdFile = EMPTY) -> tuple[LawFlag, ...]:
    """What a book of these provisions says."""
    return LawBook(provisions).judge(call, file)  # type: ignore[arg-type]


def finding(call: CallFacts, *provisions: object, file: HouseholdFile = EMPTY) -> Finding | None:
    """The one thing it says; None for nothing."""
    flags = judged(call, *provisions, file=file)
    return flags[0].finding if flags else None


def test_a_flag_names_provision_version_and_facts() -> None:
    """Whoever reads a flag can look up the rule, its days, and what it was judged on."""
    (flag,) = judged(HIDDEN, provision(valid_from=date(2024, 2, 29)))
    assert (flag.finding, flag.provision.version) == (Finding.POINTS_TO, "since 2024-02-29")
    assert flag.sentence == "points to Law, art. 1"
    assert [str(fact) for fact in flag.facts] == ["number: no number was presented; who held it back can't be seen"]


@pytest.mark.parametrize(
    ("marketing", "found"),
    [(True, Finding.POINTS_TO), (None, Finding.WOULD_POINT_TO), (False, None)],
)
def test_the_law_is_about_marketing_only(*, marketing: bool | None, found: Finding | None) -> None:
    """Until a person said that it was marketing, a fact of the call itself only would point to a rule."""
    assert finding(replace(HIDDEN, marketing=marketing), provision()) is found


def test_without_a_statement_only_the_call_itself_is_looked_at() -> None:
    """What needs to be known from a person isn't even a question before anybody said it was marketing."""
    asked = [provision("no_consent"), provision("no_identity"), provision("no_number_presented")]
    said_nothing = replace(HIDDEN, marketing=None, company="", answered=None)
    flags = judged(said_nothing, *asked)
    assert [(flag.provision.predicate, flag.finding) for flag in flags] == [
        ("no_number_presented", Finding.WOULD_POINT_TO)
    ]
    assert flags[0].sentence == "would point to Law, art. 1, if it was marketing"
    assert finding(replace(said_nothing, presented=Presented.UNAVAILABLE), *asked) is None


@pytest.mark.parametrize(
    ("answered", "counts", "found"),
    [
        (True, None, Finding.POINTS_TO),
        (True, False, Finding.POINTS_TO),
        (False, True, Finding.POINTS_TO),
        (False, False, None),
        (False, None, Finding.CANNOT_TELL),
        (None, True, Finding.POINTS_TO),
        (None, False, Finding.CANNOT_TELL),
        (None, None, Finding.CANNOT_TELL),
    ],
)
def test_an_attempt_counts_where_the_law_says_so(
    *, answered: bool | None, counts: bool | None, found: Finding | None
) -> None:
    """A blocked call is held against nobody on a guess, neither about the call nor about the law."""
    assert finding(replace(HIDDEN, answered=answered), provision(attempt_counts=counts)) is found


def test_an_attempt_that_counts_is_said_to_be_one() -> None:
    """A report never makes a conversation of a blocked call."""
    (flag,) = judged(replace(HIDDEN, answered=False), provision(attempt_counts=True))
    assert "answered: no; an attempt counts here" in map(str, flag.facts)


EXEMPTIONS: list[tuple[Exemptions, HouseholdFile, bool | None]] = [
    (Exemptions(), EMPTY, False),
    (Exemptions(consent=True), EMPTY, None),
    (Exemptions(consent=True), HouseholdFile(never_consented_to=frozenset({EVERYBODY})), False),
    (Exemptions(consent=True), HouseholdFile(consents=(Consent("acme", date(2020, 1, 1)),)), True),
    (Exemptions(contract=True), EMPTY, None),
    (Exemptions(contract=True), HouseholdFile(never_customer_of=frozenset({"acme"})), False),
    (Exemptions(contract=True), HouseholdFile(contracts=(Contract("acme"),)), True),
    (Exemptions(contract=True), HouseholdFile(contracts=(Contract("acme", until=NOON.date() - DAY),)), False),
    (
        Exemptions(contract=True, contract_days=1),
        HouseholdFile(contracts=(Contract("acme", until=NOON.date() - DAY),)),
        True,
    ),
    (
        Exemptions(contract=True, contract_months=1),
        HouseholdFile(contracts=(Contract("acme", until=date(2026, 10, 17)),)),
        True,
    ),
    (
        Exemptions(contract=True, contract_months=1),
        HouseholdFile(contracts=(Contract("acme", until=date(2026, 10, 16)),)),
        False,
    ),
    (
        Exemptions(contract=True, former_customer=True),
        HouseholdFile(contracts=(Contract("acme", until=date(2001, 1, 1)),)),
        True,
    ),
    (Exemptions(agreed_time=True), EMPTY, False),
    (Exemptions(agreed_time=True), HouseholdFile(agreed_times=(AgreedTime("acme", NOON, NOON),)), True),
    (Exemptions(sectors=("telecom", "charity")), EMPTY, True),
    (Exemptions(sectors=("charity",)), EMPTY, False),
]


@pytest.mark.parametrize(("unless", "file", "excused"), EXEMPTIONS)
def test_what_excuses_a_caller_has_to_be_ruled_out(
    unless: Exemptions, file: HouseholdFile, *, excused: bool | None
) -> None:
    """An excuse that holds takes the flag away; one that nobody knows about turns it into a question."""
    expected = {True: None, False: Finding.POINTS_TO, None: Finding.CANNOT_TELL}[excused]
    assert finding(HIDDEN, provision(unless=unless), file=file) is expected


def test_a_question_names_what_isnt_known() -> None:
    """The household reads what it would have to say for an answer."""
    unless = Exemptions(consent=True, contract=True)
    (flag,) = judged(replace(HIDDEN, company=""), provision(unless=unless))
    assert flag.sentence == "can't tell whether it points to Law, art. 1: for whom the caller called isn't known"
    (flag,) = judged(replace(HIDDEN, answered=None), provision(unless=unless))
    assert flag.sentence.endswith(
        ": whether the call was answered and whether the household is or was a customer and whether the household had"
        " consented aren't known"
    )


@pytest.mark.parametrize(
    ("facts", "weaker"),
    [
        ({"binding": Binding.ADHERENTS}, " (binds only those who signed it)"),
        ({"binding": Binding.GUIDANCE}, " (guidance, not law)"),
        ({"check": True}, " (to be looked up before relying on it)"),
    ],
)
def test_what_weakens_a_flag_is_said_with_it(facts: dict[str, object], weaker: str) -> None:
    """A code of conduct isn't passed off as law, nor what wasn't read as certain."""
    (flag,) = judged(HIDDEN, provision(**facts))
    assert flag.sentence == "points to Law, art. 1" + weaker


def test_the_law_is_that_of_the_day_and_the_place_of_the_line() -> None:
    """Midnight is the line's; another country's law, or another region's, isn't looked at."""
    old, new = provision(id="be-a", valid_to=date(2026, 6, 30)), provision(id="be-a", valid_from=date(2026, 7, 1))
    for zone, version in (("Atlantic/Canary", "until 2026-06-30"), ("Europe/Madrid", "since 2026-07-01")):
        at = datetime(2026, 6, 30, 22, 30, tzinfo=UTC)
        (flag,) = judged(replace(HIDDEN, at=at, zone=ZoneInfo(zone)), new, old)
        assert flag.provision.version == version
    assert judged(replace(HIDDEN, country="FR"), old, new) == ()
    florida = provision(country="US", id="us-fl", subdivision="US-FL")
    assert finding(replace(HIDDEN, country="US", subdivision="US-FL"), florida) is Finding.POINTS_TO
    assert finding(replace(HIDDEN, country="US", subdivision="US-TX"), florida) is None
    assert finding(replace(HIDDEN, country="US"), florida) is None


HOURS: tuple[Window | None, ...] = (parse_window("09:00-21:00"),)


@pytest.mark.parametrize(
    ("utc", "zone", "found"),
    [
        (datetime(2026, 3, 28, 7, 30, tzinfo=UTC), "Europe/Madrid", True),  # the day before clocks go forward: 8:30
        (datetime(2026, 3, 29, 7, 30, tzinfo=UTC), "Europe/Madrid", False),  # 9:30
        (datetime(2026, 10, 24, 19, 30, tzinfo=UTC), "Europe/Madrid", True),  # 21:30
        (datetime(2026, 10, 25, 19, 30, tzinfo=UTC), "Europe/Madrid", False),  # clocks went back: 20:30
        (datetime(2026, 11, 17, 20, 30, tzinfo=UTC), "Europe/Madrid", True),  # 21:30
        (datetime(2026, 11, 17, 20, 30, tzinfo=UTC), "Atlantic/Canary", False),  # 20:30
        (datetime(2026, 11, 17, 8, 30, tzinfo=UTC), "Atlantic/Canary", True),  # 8:30
        (datetime(2026, 11, 17, 1, 30, tzinfo=UTC), "America/New_York", False),  # 20:30 the evening before
        (datetime(2026, 11, 17, 13, 30, tzinfo=UTC), "America/Los_Angeles", True),  # 5:30
    ],
)
def test_hours_are_those_on_the_clock_at_the_line(utc: datetime, zone: str, *, found: bool) -> None:
    """The same instant is in time in one place or season and not in another."""
    flags = judged(call(utc, zone=ZoneInfo(zone)), provision("out_of_hours", windows=HOURS))
    assert bool(flags) is found


def test_twenty_four_hours_are_hours_in_the_night_that_has_twenty_five() -> None:
    """Calls are counted in elapsed time: a zone's wall clocks would lose or gain an hour."""
    zone = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 1, 12, 0, tzinfo=zone)  # clocks went back in the night
    earlier = [call(now.astimezone(UTC) - timedelta(hours=hours), zone=zone) for hours in (1, 2, 23.5)]
    older = [*earlier[:2], call(now.astimezone(UTC) - timedelta(hours=24.5), zone=zone)]
    book = LawBook([provision("n_calls_in_days", most=3, hours=24)])
    assert book.judge(call(now), EMPTY, earlier)
    assert book.judge(call(now), EMPTY, older) == ()


def test_only_earlier_marketing_calls_of_the_same_company_count() -> None:
    """Another company's calls, later ones, wanted ones and those that don't count leave the number as it is."""
    book = LawBook([provision("n_calls_in_days", most=1, days=7)])
    attempts = LawBook([provision("n_calls_in_days", most=1, days=7, attempt_counts=True)])
    before = call(NOON - DAY)
    assert book.judge(call(), EMPTY, [before])
    for other in (
        replace(before, company="other"),
        replace(before, at=NOON + DAY),
        replace(before, at=NOON),
        replace(before, marketing=None),
        replace(before, marketing=False),
        replace(before, answered=None),
        replace(before, answered=False),
    ):
        assert book.judge(call(), EMPTY, [other]) == ()
        assert bool(attempts.judge(call(), EMPTY, [other])) is (other.answered is False)


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody knows which instant it is, and so which law was in force."""
    with pytest.raises(ValueError, match="no time zone"):
        call(datetime(2026, 11, 17, 12, 0))  # noqa: DTZ001


def test_a_book_can_be_looked_through() -> None:
    """All provisions are in it, each country's in order of id and time."""
    provisions = [provision(id="be-b"), provision(id="be-a", valid_from=date(2026, 1, 1)), provision(id="be-a")]
    book = LawBook(provisions)
    assert (len(book), [(item.id, item.version) for item in book]) == (
        3,
        [("be-a", "no first day known"), ("be-a", "since 2026-01-01"), ("be-b", "no first day known")],
    )
    assert provision(valid_from=date(2023, 3, 1), valid_to=date(2026, 8, 10)).version == "2023-03-01 to 2026-08-10"
