"""Promises of the holidays: the days that the law means, and no library loaded where no call is judged."""

import subprocess
import sys
from datetime import date

import pytest

from blocker.holidays_of import calendar_around

FRENCH = {"01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25"}


def test_france_has_eleven_national_holidays() -> None:
    """The Code du travail names eleven; Good Friday and 26 December are Alsace's and Moselle's own."""
    moselle = calendar_around(date(2026, 8, 12), "FR", "FR-57")
    assert {f"{day:%m-%d}" for day in moselle.national if day.year == 2026} == FRENCH
    assert {f"{day:%m-%d}" for day in moselle.regional if day.year == 2026} == FRENCH | {"04-03", "12-26"}
    assert calendar_around(date(2026, 8, 12), "FR") == calendar_around(date(2026, 8, 12), "FR", "FR-99")


def test_the_years_on_both_sides_are_there() -> None:
    """A waiting time that began last year, and New Year's Day after the 31st, are reckoned with."""
    days = calendar_around(date(2026, 12, 31), "BE").national
    assert {date(2025, 12, 25), date(2026, 7, 21), date(2027, 1, 1)} <= days


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("BE", date(2026, 11, 11)),
        ("NL", date(2026, 4, 27)),
        ("DE", date(2026, 10, 3)),
        ("GB", date(2026, 12, 25)),
        ("US", date(2026, 11, 26)),
        ("ES", date(2026, 10, 12)),
        ("IT", date(2026, 10, 4)),
    ],
)
def test_each_country_has_its_own(country: str, day: date) -> None:
    """The eight countries of the law files have holidays; Italy's new one of 2026 too."""
    assert day in calendar_around(day, country).national


def test_a_country_without_known_holidays_has_none() -> None:
    """A line anywhere can be asked about, at any time."""
    assert calendar_around(date(2026, 1, 1), "XX").national == frozenset()
    assert calendar_around(date.max, "BE").national <= calendar_around(date.max, "BE").regional
    assert calendar_around(date.min, "BE").national == frozenset()


def test_the_library_is_loaded_when_a_call_is_judged_and_not_before() -> None:
    """The service carries no holidays: it judges no calls."""
    program = """
import sys
from blocker.rulebook import load_rules, shipped_rules
assert len(load_rules(shipped_rules()).laws)
sys.exit("holidays" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
