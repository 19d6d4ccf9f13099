"""Promises of the household's file: what it doesn't say is unknown, and nothing later than a call speaks about it."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.household_file import (
    EVERYBODY,
    AgreedTime,
    Consent,
    Contract,
    HouseholdFile,
    Objection,
    Registration,
    Relation,
    When,
    happened_before,
)

ZONE = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=ZONE)
TODAY = NOON.date()
YESTERDAY = TODAY - timedelta(days=1)
MORNING, EVENING = NOON - timedelta(hours=3), NOON + timedelta(hours=6)

CONSENTS: list[tuple[HouseholdFile, str, bool | None]] = [
    (HouseholdFile(), "acme", None),
    (HouseholdFile(), "", None),
    (HouseholdFile(consents=(Consent("acme", YESTERDAY),)), "acme", True),
    (HouseholdFile(consents=(Consent("acme", YESTERDAY),)), "other", None),
    (HouseholdFile(consents=(Consent("acme", MORNING),)), "acme", True),
    (HouseholdFile(consents=(Consent("acme", EVENING),)), "acme", None),
    (HouseholdFile(consents=(Consent("acme", TODAY),)), "acme", None),
    (HouseholdFile(consents=(Consent("acme", date(2025, 1, 1), YESTERDAY),)), "acme", False),
    (HouseholdFile(consents=(Consent("acme", date(2025, 1, 1), TODAY),)), "acme", True),
    (HouseholdFile(consents=(Consent("acme", date(2025, 1, 1), YESTERDAY), Consent("acme", YESTERDAY))), "acme", True),
    (HouseholdFile(never_consented_to=frozenset({"acme"})), "acme", False),
    (HouseholdFile(never_consented_to=frozenset({"acme"})), "other", None),
    (HouseholdFile(never_consented_to=frozenset({EVERYBODY})), "", False),
    (HouseholdFile(never_consented_to=frozenset({EVERYBODY}), consents=(Consent("acme", YESTERDAY),)), "acme", True),
    (HouseholdFile(objections=(Objection("acme", YESTERDAY),)), "acme", False),
    (HouseholdFile(objections=(Objection("acme", EVENING),)), "acme", None),
    (HouseholdFile(objections=(Objection("acme", TODAY),)), "acme", None),
    (HouseholdFile((), (Objection("acme", YESTERDAY),), (), (Consent("acme", date(2025, 1, 1)),)), "acme", False),
    (HouseholdFile((), (Objection("acme", date(2024, 1, 1)),), (), (Consent("acme", YESTERDAY),)), "acme", True),
    (HouseholdFile((), (Objection("other", YESTERDAY),), (), (Consent("acme", date(2025, 1, 1)),)), "acme", True),
]


@pytest.mark.parametrize(("file", "company", "holds"), CONSENTS)
def test_consent_is_known_unknown_or_denied(file: HouseholdFile, company: str, *, holds: bool | None) -> None:
    """Silence isn't a no: only a statement, a withdrawal or an objection is, and an objection ends what came before."""
    assert file.consented(company, NOON).holds is holds


@pytest.mark.parametrize(
    ("given_on", "holds"), [(date(2025, 11, 16), False), (date(2025, 11, 17), True), (date(2026, 11, 16), True)]
)
def test_consent_grows_old(given_on: date, *, holds: bool) -> None:
    """Where the law says how long a consent lasts, an older one is none."""
    assert HouseholdFile(consents=(Consent("acme", given_on),)).consented("acme", NOON, 12).holds is holds


@pytest.mark.parametrize(
    ("given_at", "holds"),
    [(date(2026, 11, 1), False), (date(2026, 11, 3), True), (date(2026, 11, 2), None), (EVENING, False)],
)
def test_a_later_consent_is_one_that_is_recorded(given_at: When, *, holds: bool | None) -> None:
    """After a registration or an objection the household has spoken: only a consent on record takes it back."""
    file = HouseholdFile(consents=(Consent("acme", given_at),))
    assert file.consented("acme", NOON, since=date(2026, 11, 2)).holds is holds
    assert HouseholdFile().consented("acme", NOON, since=date(2026, 11, 2)).holds is False


@pytest.mark.parametrize(
    ("file", "relation"),
    [
        (HouseholdFile(), Relation(known=False)),
        (HouseholdFile(never_customer_of=frozenset({"acme"})), Relation(known=True)),
        (HouseholdFile(contracts=(Contract("acme"),)), Relation(known=True, running=True)),
        (HouseholdFile(contracts=(Contract("acme", until=TODAY),)), Relation(known=True, running=True)),
        (HouseholdFile(contracts=(Contract("acme", until=YESTERDAY),)), Relation(known=True, ended=YESTERDAY)),
        (HouseholdFile(contracts=(Contract("acme", TODAY),)), Relation(known=True, running=True)),
        (HouseholdFile(contracts=(Contract("acme", date(2027, 1, 1)),)), Relation(known=True)),
        (HouseholdFile(contracts=(Contract("other"),)), Relation(known=False)),
        (
            HouseholdFile(
                contracts=(Contract("acme", until=date(2020, 1, 1)), Contract("acme", until=date(2024, 1, 1)))
            ),
            Relation(known=True, ended=date(2024, 1, 1)),
        ),
    ],
)
def test_being_a_customer_is_known_unknown_or_over(file: HouseholdFile, relation: Relation) -> None:
    """A contract runs to its last day; that there was none has to be said."""
    assert file.relation("acme", TODAY) == relation
    assert HouseholdFile(contracts=(Contract(""),)).relation("", TODAY) == Relation(known=False)


def test_a_registration_is_of_a_line_and_lasts() -> None:
    """A line's place on a register counts from its day to its last, for that line and that register only."""
    file = HouseholdFile((Registration("be-dncm", YESTERDAY, TODAY, "home"), Registration("it-rpo", YESTERDAY)))
    assert len(file.registered("be-dncm", "home", TODAY)) == 1
    assert file.registered("be-dncm", "office", TODAY) == ()
    assert file.registered("be-dncm", "home", TODAY + timedelta(days=1)) == ()
    assert file.registered("be-dncm", "home", YESTERDAY - timedelta(days=1)) == ()
    assert len(file.registered("it-rpo", "office", TODAY)) == 1


@pytest.mark.parametrize(("minutes", "agreed"), [(-1, False), (0, True), (30, True), (60, True), (61, False)])
def test_an_agreed_time_has_two_ends(minutes: int, *, agreed: bool) -> None:
    """A call that was asked for is one from that company, between the two times."""
    file = HouseholdFile(agreed_times=(AgreedTime("acme", NOON, NOON + timedelta(hours=1)),))
    at = NOON + timedelta(minutes=minutes)
    assert file.agreed("acme", at) is agreed
    assert not file.agreed("other", at)


def test_what_came_first_is_asked_of_the_clock_and_not_of_its_hands() -> None:
    """In the night in which clocks go back, half past two comes twice."""
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZONE)
    again = first.replace(fold=1)
    assert happened_before(first, again, NOON) is True
    assert happened_before(again, first, NOON) is False
    assert happened_before(datetime(2026, 11, 16, 23, 30, tzinfo=UTC), TODAY, NOON) is None  # past midnight at the line
    assert happened_before(datetime(2026, 11, 16, 22, 30, tzinfo=UTC), TODAY, NOON) is True


_days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
_times = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
_when = st.one_of(_days, _times)


@given(
    st.lists(st.builds(Consent, st.sampled_from(["acme", "other"]), _when, st.none() | _days), max_size=4),
    st.lists(st.builds(Objection, st.sampled_from(["acme", "other"]), _when), max_size=3),
    _times,
)
def test_the_future_says_nothing_about_a_call(
    consents: list[Consent], objections: list[Objection], at: datetime
) -> None:
    """What the file says about a call doesn't change with consents and objections that came after it."""
    past = HouseholdFile(
        consents=tuple(item for item in consents if happened_before(at, item.when, at) is not True),
        objections=tuple(item for item in objections if happened_before(at, item.when, at) is not True),
    )
    whole = HouseholdFile(consents=tuple(consents), objections=tuple(objections))
    assert whole.consented("acme", at) == past.consented("acme", at)
