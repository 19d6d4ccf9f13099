"""The scoreboard's rule: points with their reasons, none where too little is known, and never for what isn't said."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from fakes.weeks import week
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.company_calls import CompanyCall
from blocker.core.household_file import Consent, HouseholdFile, Objection
from blocker.core.scoreboard import FEWEST, WORTH, Letters, Missing, Question, Score, score, scoreboard
from blocker.core.statement import Said

ZONE = ZoneInfo("Europe/Brussels")
TUESDAY = datetime(2026, 11, 17, 11, tzinfo=ZONE)
NOW = datetime(2026, 11, 22, 11, tzinfo=ZONE)
SEEN = week(1)[0].call._replace(presented="e164", number="+3225550345")
SAID = Said(mark="marketing", said_company="Proximus", company="proximus")
NO_LETTERS = Letters(0, 0)


def call(at: datetime = TUESDAY, presented: str = "e164", **said: str) -> CompanyCall:
    return CompanyCall(SEEN._replace(presented=presented), replace(SAID, **said), at, "BE", answered=True)


def objected(when: date | datetime, how: str = "e-mail", **more: date) -> HouseholdFile:
    return HouseholdFile(objections=(Objection("proximus", when, True, how, **more),))  # type: ignore[arg-type]


def of(
    calls: list[CompanyCall], file: HouseholdFile | None = None, letters: Letters = NO_LETTERS, *days: date
) -> Score:
    return score(("proximus", "Proximus"), calls, file or HouseholdFile(), letters, holidays=set(days), now=NOW)


def points(its: Score, question: Question) -> Fraction | None:
    mark = next(mark for mark in its.marks if mark.question is question)
    return mark.points if mark.asked else None


def test_ten_points_in_all() -> None:
    """All questions together are worth ten, so that a point is a point."""
    assert sum(WORTH.values()) == 10


@pytest.mark.parametrize(
    ("file", "after", "expected"),
    [
        (HouseholdFile(), 0, None),
        (objected(date(2026, 11, 1)), 0, None),
        (objected(date(2026, 9, 1)), 0, 4),
        (objected(date(2026, 11, 1)), 1, 2),
        (objected(date(2026, 11, 1)), 2, 0),
        (objected(date(2026, 11, 1)), 9, 0),
        (objected(TUESDAY.date()), 1, None),
        (objected(date(2026, 11, 15), "post"), 1, None),
        (objected(date(2026, 11, 15), "post", delivered=date(2026, 11, 16)), 1, 2),
        (objected(TUESDAY - timedelta(minutes=5), "in-the-call"), 1, 2),
    ],
)
def test_calls_after_an_objection(file: HouseholdFile, after: int, expected: int | None) -> None:
    """4 points for quiet, 2 after a slip; no answer before it has surely come, a letter on its way included."""
    calls = [call(TUESDAY)] * after or [call(datetime(2026, 8, 1, 11, tzinfo=ZONE))]
    assert points(of(calls, file), Question.OBJECTION) == expected


def test_a_consent_later_on_excuses() -> None:
    """A call after a consent that was given after the objection isn't one too many."""
    file = objected(date(2026, 9, 1))
    consented = replace(file, consents=(Consent("proximus", date(2026, 10, 1)),))
    assert points(of([call()], file), Question.OBJECTION) == 2
    assert points(of([call()], consented), Question.OBJECTION) == 4


@pytest.mark.parametrize(
    ("at", "good"),
    [
        (TUESDAY.replace(hour=9, minute=0), True),
        (TUESDAY.replace(hour=8, minute=59), False),
        (TUESDAY.replace(hour=19, minute=59), True),
        (TUESDAY.replace(hour=20), False),
        (TUESDAY + timedelta(days=4), True),  # Saturday
        (TUESDAY + timedelta(days=5), False),  # Sunday
        (datetime(2026, 11, 11, 11, tzinfo=ZONE), False),  # a holiday
    ],
)
def test_decent_hours(at: datetime, *, good: bool) -> None:
    """Monday to Saturday, 9 to 20 h by the clock of the line, and no public holiday."""
    assert points(of([call(at)], None, NO_LETTERS, date(2026, 11, 11)), Question.HOURS) == int(good)


def test_only_what_is_known_counts() -> None:
    """Number, identity and letters are shares of the calls and letters of which it is known; the rest is left out."""
    told = [
        call(identity_at_start="yes", purpose_at_start="yes"),
        call(presented="withheld", identity_at_start="no"),
        call(identity_at_start="unsure"),
    ]
    its = of(told, None, Letters(1, 4))
    assert points(its, Question.NUMBER) == Fraction(4, 3)
    assert points(its, Question.IDENTITY) == 1
    assert points(its, Question.LETTERS) == Fraction(1, 4)
    assert its.possible == 6
    assert its.value == round(10 * (Fraction(4, 3) + 1 + Fraction(1, 4) + 1) / 6)


def test_too_little_known_gives_no_score() -> None:
    """Fewer than three calls, or too few answers: no score, and it is said which."""
    assert (of([call()] * (FEWEST - 1)).value, of([call()] * (FEWEST - 1)).missing) == (None, Missing.CALLS)
    assert (of([call()] * FEWEST).value, of([call()] * FEWEST).missing) == (None, Missing.ANSWERS)


def test_calls_that_nobody_called_marketing_are_not_counted() -> None:
    """A wanted call, or one without a mark, changes nothing."""
    calls = [call(identity_at_start="no")] * 3
    other = [call(mark="wanted", identity_at_start="yes", purpose_at_start="yes"), call(mark="", presented="withheld")]
    assert of(calls) == of([*calls, *other])


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["yes", "no", ""]), st.integers(0, 23)), max_size=12))
def test_any_calls_give_0_to_10(told: list[tuple[bool, str, int]]) -> None:
    """A score is between 0 and 10, or there is none and it is said why."""
    calls = [
        call(
            TUESDAY.replace(hour=hour),
            "e164" if numbered else "withheld",
            identity_at_start=said,
            purpose_at_start=said,
        )
        for numbered, said, hour in told
    ]
    its = of(calls, objected(date(2026, 11, 1)), Letters(0, 1))
    assert (its.value is None) == (its.missing is not None)
    assert its.value is None or 0 <= its.value <= 10
    assert its.got == sum(mark.points for mark in its.marks) <= its.possible


def test_the_board_begins_with_the_lowest() -> None:
    """The lowest score comes first, and those without one last."""
    low = of([call(presented="withheld", identity_at_start="no")] * 3)
    high = of([call(identity_at_start="yes", purpose_at_start="yes")] * 3)
    none = of([])
    assert scoreboard([none, high, low]) == [low, high, none]
    assert (low.value, high.value) == (2, 10)
