"""What a community's list says of a number: ratings, votes and days that can be, and what may be listed at all."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.community import FIRST_DAY, Rating, day_of, rated_target, rating_of, votes_of
from blocker.errors import UsageError

TODAY = date(2026, 11, 17)


def test_ratings_have_an_order_and_the_mild_ones_never_block() -> None:
    """The order is one of severity; a legitimate number, and one that was only missed, say nothing against anybody."""
    assert sorted(Rating, key=lambda rating: rating.severity) == list(Rating)
    assert [rating.value[0] for rating in Rating if not rating.may_block] == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("G_FRAUD", Rating.G_FRAUD),
        (" g_fraud ", Rating.G_FRAUD),
        ("fraud", Rating.G_FRAUD),
        ("C_POLL", Rating.D_POLL),
        ("legitimate", Rating.A_LEGITIMATE),
    ],
)
def test_ways_of_writing_a_rating(text: str, rating: Rating) -> None:
    """With its letter, without, and with a letter that doesn't fit its word."""
    assert rating_of(text) is rating


@pytest.mark.parametrize("text", ["", "_", "G", "G_", "H_NEW", "FRAUDULENT", "\x1b[2J"])
def test_an_unknown_rating_is_refused(text: str) -> None:
    """A word that means no rating is never taken for one."""
    with pytest.raises(UsageError, match="no rating that is known here"):
        rating_of(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-17", TODAY),
        ("2026-11-18", date(2026, 11, 18)),  # it is tomorrow somewhere
        ("2026-11-16 10:02:11", date(2026, 11, 16)),
        ("2026-11-16T10:02:11Z", date(2026, 11, 16)),
        ("1763337600", date(2025, 11, 17)),
        ("1763337600000", date(2025, 11, 17)),
        ("2000-01-01", FIRST_DAY),
    ],
)
def test_ways_of_writing_a_day(text: str, day: date) -> None:
    """A day, one with a time behind it, and the seconds and milliseconds of Unix."""
    assert day_of(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2105-05-13", "can't be"),
        ("2026-11-19", "can't be"),
        ("1999-12-31", "can't be"),
        ("4271529600", "can't be"),
        ("9999999999999", "can't be"),
        ("1970-01-01", "can't be"),
        ("2026-02-30", "no day"),
        ("17/11/2026", "no day"),
        ("", "no day"),
        ("0", "no day"),
        ("٢٠٢٦-١١-١٧", "no day"),
        ("9" * 400, "no day"),
    ],
)
def test_a_day_that_cannot_be_is_refused(text: str, says: str) -> None:
    """The future, the zero of somebody's clock, and noise are no days of activity."""
    with pytest.raises(UsageError, match=says):
        day_of(text, TODAY)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"\A[0-9 :TZ+-]{0,20}\Z")))
def test_any_text_is_a_day_within_bounds_or_an_error(text: str) -> None:
    """Whatever a list says, its day lies between the first one and tomorrow."""
    try:
        day = day_of(text, TODAY)
    except UsageError:
        return
    assert FIRST_DAY <= day <= date(2026, 11, 18)


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "", "٣", "9" * 5000, "1000000001"])
def test_votes_are_a_number_of_people(text: str) -> None:
    """Anything else is refused."""
    assert votes_of(" 20 ") == 20
    with pytest.raises(UsageError, match="no number of votes"):
        votes_of(text)


@pytest.mark.parametrize("text", ["112", "+32 112", "+32 116000", "1722", "**611", "+32*", "anonymous", "+", "*", "#"])
def test_what_strangers_may_not_list(text: str) -> None:
    """Emergency numbers, short and internal numbers, whole countries and noise."""
    with pytest.raises(UsageError):
        rated_target(text, "BE")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("112", "“112” is an emergency number or another short code"),
        ("+32 112", "emergency number or another short code"),
        ("+32*", "give at least 3 digits after the country code"),
        ("+3247##", "give at least 3 digits after the country code"),
        ("12 ab", "no telephone number"),
    ],
)
def test_why_something_may_not_be_listed(text: str, says: str) -> None:
    """Whoever made the list learns what is wrong with an item, and what a prefix needs in a list of strangers."""
    with pytest.raises(UsageError, match=re.escape(says)):
        rated_target(text, "BE")
