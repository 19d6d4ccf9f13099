"""Calendar arithmetic of the law: hours of the day, waiting times in calendar or working days, public holidays.

Decides when a waiting time has run out and whether a local time lies in a window. Knows no rule and no holiday: windows
come from `rules/law/`, holidays from `blocker/holidays_of.py`, both as values. All dates and times are those of the
called line.
"""

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum


class Weekday(StrEnum):
    """The days of the week in order."""

    MONDAY = "Mo"
    TUESDAY = "Tu"
    WEDNESDAY = "We"
    THURSDAY = "Th"
    FRIDAY = "Fr"
    SATURDAY = "Sa"
    SUNDAY = "Su"


_WEEKEND = frozenset({5, 6})
_WINDOW = re.compile(r"(?:([A-Z][a-z])(?:-([A-Z][a-z]))? )?([0-2][0-9]):([0-5][0-9])-([0-2][0-9]):([0-5][0-9])")


class Holidays(StrEnum):
    """Which public holidays a rule means."""

    NONE = "none"
    NATIONAL = "national"
    """Those of the whole country, whatever a region adds."""
    REGIONAL = "regional"
    """Those in force where the line is, the national ones included."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The public holidays of the time around a call: the year before it, its own, and the year after it."""

    national: frozenset[date] = frozenset()
    regional: frozenset[date] = frozenset()
    """Those of the line's region, the national ones included."""

    def of(self, which: Holidays) -> frozenset[date]:
        return {Holidays.NONE: frozenset[date](), Holidays.NATIONAL: self.national, Holidays.REGIONAL: self.regional}[
            which
        ]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of some weekdays; both ends lie inside."""

    weekdays: frozenset[int]
    """0 is Monday."""
    since: time
    until: time

    def holds(self, local: datetime) -> bool:
        return self.since <= local.time() <= self.until

    def __str__(self) -> str:
        return f"{self.since:%H:%M} to {self.until:%H:%M}"


def parse_window(text: str) -> Window | None:
    """Read `Mo-Fr 10:00-13:00`, `Sa 10:00-19:00`, or `08:00-21:00` for every day; None if it is written otherwise."""
    written = _WINDOW.fullmatch(text)
    if written is None:
        return None
    first, last, *clock = written.groups()
    week = list(Weekday)
    try:
        begin = week.index(Weekday(first)) if first else 0
        end = week.index(Weekday(last)) if last else begin if first else len(week) - 1
        since, until = time(int(clock[0]), int(clock[1])), time(int(clock[2]), int(clock[3]))
    except ValueError:
        return None
    return Window(frozenset(range(begin, end + 1)), since, until) if begin <= end and since < until else None


@dataclass(frozen=True, slots=True)
class Wait:
    """How long after a day something takes effect: first the months, then the calendar days, then the working days."""

    months: int = 0
    calendar_days: int = 0
    working_days: int = 0

    def __bool__(self) -> bool:
        return bool(self.months or self.calendar_days or self.working_days)

    def last_day(self, start: date, holidays: frozenset[date]) -> date:
        """The last day of the waiting time; `start` itself isn't counted.

        Working days are Monday to Friday but for `holidays`.
        """
        day = add_months(start, self.months) + timedelta(days=self.calendar_days)
        left = self.working_days
        while left:
            day += timedelta(days=1)
            if day.weekday() not in _WEEKEND and day not in holidays:
                left -= 1
        return day

    def __str__(self) -> str:
        parts = ((self.months, "month"), (self.calendar_days, "calendar day"), (self.working_days, "working day"))
        return " and ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in parts if count)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def open_windows(windows: Sequence[Window], weekday: int) -> tuple[Window, ...]:
    """The windows of one weekday."""
    return tuple(window for window in windows if weekday in window.weekdays)
