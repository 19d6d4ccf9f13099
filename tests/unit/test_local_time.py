"""Promises of times that a person types: the clock on the wall, and nothing guessed in the nights it is changed."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.local_time import parse_local
from blocker.errors import UsageError

BRUSSELS = ZoneInfo("Europe/Brussels")

MEANT = (
    ("2026-08-12T19:30", "2026-08-12T17:30Z"),
    ("2026-08-12 19:30", "2026-08-12T17:30Z"),
    ("2026-08-12", "2026-08-12T10:00Z"),
    ("2026-01-12", "2026-01-12T11:00Z"),
    ("2026-08-12T19:30Z", "2026-08-12T19:30Z"),
    ("2026-10-25T02:30+02:00", "2026-10-25T00:30Z"),
    ("2026-10-25T02:30+01:00", "2026-10-25T01:30Z"),
    ("2026-10-25T03:00", "2026-10-25T02:00Z"),
    ("2026-03-29T03:00", "2026-03-29T01:00Z"),
)


@pytest.mark.parametrize(("text", "instant"), MEANT)
def test_a_time_by_the_clock_at_the_line(text: str, instant: str) -> None:
    """A date alone is its noon; an offset says exactly which instant."""
    found = parse_local(text, BRUSSELS)
    assert found.astimezone(UTC) == datetime.fromisoformat(instant)
    assert found.tzinfo is BRUSSELS


def test_an_hour_that_comes_twice_is_asked_back() -> None:
    """Both meanings are named as they can be typed."""
    with pytest.raises(UsageError) as caught:
        parse_local("2026-10-25T02:30", BRUSSELS)
    first, second = "2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"
    assert first in str(caught.value)
    assert second in str(caught.value)
    assert parse_local(first, BRUSSELS) < parse_local(second, BRUSSELS).astimezone(UTC)


def test_an_hour_that_never_comes_is_refused() -> None:
    """In the night in which the clock is put forward."""
    with pytest.raises(UsageError, match="never comes in Europe/Brussels"):
        parse_local("2026-03-29T02:30", BRUSSELS)


@given(st.text(st.sampled_from("0123456789-:T+Z. "), max_size=30) | st.text(max_size=12))
def test_any_text_is_a_time_or_an_error_that_says_how_to_write_one(text: str) -> None:
    """Nothing else comes out, whatever is typed."""
    try:
        assert parse_local(text, BRUSSELS).tzinfo is BRUSSELS
    except UsageError as error:
        assert text in str(error)
