"""Ends in time as a person writes them: `2027-01-31`, `30d`, `12h`. Decides which instant is meant."""

import re
from datetime import date, datetime, time, timedelta

from blocker.errors import UsageError

MAX_DAYS = 36_500

_SPAN = re.compile(r"([1-9][0-9]{0,4}) ?([hdw])")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})[-/. ]([0-9]{1,2})[-/. ]([0-9]{4})", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 168}


def parse_until(text: str, now: datetime) -> datetime:
    """The first instant at which it no longer holds, in the zone of `now`.

    Args:
        text: a day, which is included, or a number of hours (`h`), days (`d`) or weeks (`w`) from now.
        now: aware, in the household's zone.

    Raises:
        UsageError: it is neither, or past, or more than a hundred years away.
    """
    written = text.strip().lower()
    if found := _SPAN.fullmatch(written):
        ends = now + timedelta(hours=int(found[1]) * _HOURS[found[2]])
    else:
        ends = _after(_day(written, text), text, now)
    if ends <= now:
        raise UsageError(f"“{text}” is past; give a later day")
    if ends > now + timedelta(days=MAX_DAYS):
        raise _too_far(text)
    return ends


def _day(written: str, text: str) -> date:
    if found := _DAY_FIRST.fullmatch(written):
        raise UsageError(f"“{text}” is no end: write the year first, {found[3]}-{found[2]:0>2}-{found[1]:0>2}")
    try:
        return date.fromisoformat(written)
    except ValueError:
        if _DAY.fullmatch(written):
            raise UsageError(f"“{text}” is no day of any calendar: that month doesn't have it") from None
        raise UsageError(f"“{text}” is no end: write a day as 2027-01-31, or 12h, 30d, 8w from now") from None


def _after(day: date, text: str, now: datetime) -> datetime:
    try:
        return datetime.combine(day + timedelta(days=1), time(), now.tzinfo)
    except OverflowError:
        raise _too_far(text) from None


def _too_far(text: str) -> UsageError:
    return UsageError(f"“{text}” is more than a hundred years away; leave the end out where there is none")


def until_text(ends: datetime) -> str:
    """An end as a person reads it: a day that is included, or the minute; `ends` is aware, in the household's zone."""
    if ends.time() == time():
        return f"the end of {ends.date() - timedelta(days=1)}"
    return f"{ends:%Y-%m-%d %H:%M}"
