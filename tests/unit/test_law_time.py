"""Promises of the law's calendar: waiting times count the days that the law counts, hours are the line's."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.law_time import Calendar, Holidays, Wait, add_months, open_windows, parse_window

ARMISTICE = frozenset({date(2026, 11, 11)})

WAITS = [
    (Wait(), date(2026, 11, 10), date(2026, 11, 10)),
    (Wait(calendar_days=28), date(2026, 11, 10), date(2026, 12, 8)),
    (Wait(working_days=1), date(2026, 11, 10), date(2026, 11, 12)),
    (Wait(working_days=5), date(2026, 11, 10), date(2026, 11, 18)),
    (Wait(working_days=5), date(2026, 11, 14), date(2026, 11, 20)),
    (Wait(calendar_days=15, working_days=1), date(2026, 11, 1), date(2026, 11, 17)),
    (Wait(months=2), date(2026, 12, 31), date(2027, 2, 28)),
    (Wait(months=2), date(2027, 12, 31), date(2028, 2, 29)),
]


@pytest.mark.parametrize(("wait", "start", "last"), WAITS)
def test_a_waiting_time_ends_on_its_last_day(wait: Wait, start: date, last: date) -> None:
    """The first day isn't counted; weekends and holidays are no working days."""
    assert wait.last_day(start, ARMISTICE) == last


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 40), st.sets(st.integers(1, 60), max_size=5))
def test_working_days_are_counted_one_by_one(start: date, count: int, off: set[int]) -> None:
    """There are exactly so many working days in the waiting time, the last day among them."""
    holidays = frozenset(start + timedelta(days=days) for days in off)
    last = Wait(working_days=count).last_day(start, holidays)
    days = [start + timedelta(days=index + 1) for index in range((last - start).days)]
    working = [day for day in days if day.isoweekday() < 6 and day not in holidays]
    assert len(working) == count
    assert last in {start, *working}


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.integers(0, 120))
def test_months_end_with_their_month(day: date, months: int) -> None:
    """Months never run into the one after."""
    later = add_months(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_a_wait_is_said_in_words() -> None:
    """A flag names the waiting time that it reckoned with."""
    assert str(Wait(calendar_days=15, working_days=1)) == "15 calendar days and 1 working day"
    assert str(Wait(months=2)) == "2 months"
    assert not Wait()


@pytest.mark.parametrize(
    ("text", "days", "since", "until"),
    [
        ("Mo-Fr 10:00-13:00", {0, 1, 2, 3, 4}, time(10), time(13)),
        ("Sa 10:00-19:00", {5}, time(10), time(19)),
        ("08:00-21:00", {0, 1, 2, 3, 4, 5, 6}, time(8), time(21)),
    ],
)
def test_windows_are_read(text: str, days: set[int], since: time, until: time) -> None:
    """Weekdays and two times, or every day."""
    window = parse_window(text)
    assert window
    assert (set(window.weekdays), window.since, window.until) == (days, since, until)


@pytest.mark.parametrize(
    "text",
    ["", "10-13", "Mo-Fr", "Fr-Mo 10:00-13:00", "Xx 10:00-13:00", "Mo 13:00-10:00", "Mo 10:00-10:00", "10:00-24:00"],
)
def test_other_windows_are_refused(text: str) -> None:
    """A window that could be read in two ways isn't read at all."""
    assert parse_window(text) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever a file says, a window or nothing comes out."""
    parse_window(text)


@pytest.mark.parametrize(
    ("at", "inside"), [("09:59:59", False), ("10:00:00", True), ("13:00:00", True), ("13:00:01", False)]
)
def test_both_ends_of_a_window_are_inside(at: str, *, inside: bool) -> None:
    """A call on the stroke of the hour is in time."""
    windows = [window for text in ("Mo 10:00-13:00", "Tu 08:00-09:00") if (window := parse_window(text))]
    local = datetime.combine(date(2026, 11, 16), time.fromisoformat(at))
    assert [window.holds(local) for window in open_windows(windows, local.weekday())] == [inside]


def test_a_rule_says_which_holidays_it_means() -> None:
    """A region's own holidays count only where the law means them."""
    calendar = Calendar(frozenset({date(2026, 1, 1)}), frozenset({date(2026, 1, 1), date(2026, 5, 30)}))
    assert [len(calendar.of(which)) for which in (Holidays.NONE, Holidays.NATIONAL, Holidays.REGIONAL)] == [0, 1, 2]
