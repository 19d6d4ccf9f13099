"""Promises about ISO weeks: what is read, where a week begins, and that clock changes lose or double no call."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.week import Week
from blocker.errors import UsageError

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.mark.parametrize(
    ("text", "monday"),
    [
        ("2026-W47", date(2026, 11, 16)),
        ("2026-W01", date(2025, 12, 29)),
        ("2026-W53", date(2026, 12, 28)),
        ("2027-W01", date(2027, 1, 4)),
        ("1970-W01", date(1969, 12, 29)),
    ],
)
def test_a_week_is_read_and_written_alike(text: str, monday: date) -> None:
    """What `parse` reads, `str` writes, and its Monday is the calendar's."""
    week = Week.parse(text)
    assert str(week) == text
    assert (week.monday, week.sunday) == (monday, monday + timedelta(days=6))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "2026-W47"),
        ("2026-47", "2026-W47"),
        ("2026W47", "2026-W47"),
        ("2026-w47", "2026-W47"),
        (" 2026-W47", "2026-W47"),
        ("2026-W47\n", "2026-W47"),
        ("2026-W4", "2026-W47"),
        ("2026-W047", "2026-W47"),
        ("٢٠٢٦-W٤٧", "2026-W47"),
        ("2026-W00", "W01 to W53"),
        ("2027-W53", "W01 to W52"),
        ("2026-W54", "W01 to W53"),
        ("1969-W10", "1970 to 9998"),
        ("9999-W10", "1970 to 9998"),
    ],
)
def test_what_is_no_week_gets_an_error_that_says_how_to_write_it(text: str, says: str) -> None:
    """Bad input names the fault and the way out, and is never read as some other week."""
    with pytest.raises(UsageError, match=says):
        Week.parse(text)


@given(st.text())
def test_any_text_gives_a_week_or_a_usage_error(text: str) -> None:
    """No text a person types can make the parser fail in another way."""
    try:
        week = Week.parse(text)
    except UsageError:
        return
    assert str(week) == text


@pytest.mark.parametrize(
    ("week", "hours", "start"),
    [
        ("2026-W43", 169, "2026-10-18T22:00:00+00:00"),  # clocks go back on Sunday 25 October
        ("2026-W44", 168, "2026-10-25T23:00:00+00:00"),
        ("2027-W12", 167, "2027-03-21T23:00:00+00:00"),  # clocks go forward on Sunday 28 March
    ],
)
def test_a_week_of_a_clock_change_is_as_long_as_it_really_was(week: str, hours: int, start: str) -> None:
    """In Brussels the week of 25 October 2026 has 169 hours; the weeks around it join without a hole."""
    first, after = Week.parse(week).bounds(BRUSSELS)
    assert first.isoformat() == start
    assert after - first == timedelta(hours=hours)
    assert Week.containing(after, BRUSSELS).previous == Week.parse(week)


def test_both_hours_of_the_night_that_has_two_belong_to_the_week() -> None:
    """02:30 comes twice on 25 October 2026; both are in week 43 and not in week 44."""
    for utc in (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)):
        assert utc.astimezone(BRUSSELS).strftime("%H:%M") == "02:30"
        assert str(Week.containing(utc, BRUSSELS)) == "2026-W43"


def test_the_same_instant_is_in_different_weeks_in_different_zones() -> None:
    """A week is the household's: Sunday night in Brussels is Monday in Auckland."""
    instant = datetime(2026, 11, 22, 20, tzinfo=UTC)
    assert str(Week.containing(instant, BRUSSELS)) == "2026-W47"
    assert str(Week.containing(instant, ZoneInfo("Pacific/Auckland"))) == "2026-W48"


@given(
    instant=st.datetimes(datetime(1971, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  (hypothesis adds the zone)
    zone=st.sampled_from(
        ["Europe/Brussels", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe", "UTC"]
    ).map(ZoneInfo),
)
def test_every_instant_is_in_the_bounds_of_exactly_its_week(instant: datetime, zone: ZoneInfo) -> None:
    """Whatever a zone does to its clocks (midnights skipped, days skipped), no instant falls between two weeks."""
    week = Week.containing(instant, zone)
    start, end = week.bounds(zone)
    assert start <= instant < end
    assert week.previous.bounds(zone)[1] == start
