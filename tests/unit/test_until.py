"""Ends in time as people type them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from blocker.core.until import parse_until, until_text
from blocker.errors import UsageError

NOW = datetime(2026, 11, 17, 9, 12, tzinfo=ZoneInfo("Europe/Brussels"))


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("2027-01-31", "the end of 2027-01-31"),
        ("2026-11-17", "the end of 2026-11-17"),
        ("12h", "2026-11-17 21:12"),
        ("30d", "2026-12-17 09:12"),
        (" 8W ", "2027-01-12 09:12"),
    ],
)
def test_an_end_reads_as_it_was_meant(text: str, reads: str) -> None:
    """A day is included, and is said as that day; a span ends at a minute."""
    assert until_text(parse_until(text, NOW)) == reads


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is no end: write a day as 2027-01-31"),
        ("soon", "is no end"),
        ("2027-02-30", "that month doesn't have it"),
        ("31/01/2027", "year first, 2027-01-31"),
        ("1.2.2027", "year first, 2027-02-01"),
        ("2026-11-16", "is past"),
        ("9999-12-31", "more than a hundred years away"),
        ("9999-12-30", "more than a hundred years away"),
        ("99999w", "more than a hundred years away"),
    ],
)
def test_what_is_no_end_is_refused_with_its_own_reason(text: str, says: str) -> None:
    """Each way to get it wrong has an answer that says how to get it right."""
    with pytest.raises(UsageError, match=says):
        parse_until(text, NOW)
