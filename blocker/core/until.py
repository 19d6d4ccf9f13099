"""Ends in time as a person writes them: `2027-01-31`, `30d`, `12h`. Decides which instant is meant."""

import re
from datetime import date, datetime, time, timedelta

from blocker.errors import UsageError

MAX_DAYS = 36_500

_SPAN = re.compile(r"([1-9][0-9]{0,4}) ?([hdw])")
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
        try:
            ends = datetime.combine(date.fromisoformat(written) + timedelta(days=1), time(), now.tzinfo)
        except (ValueError, OverflowError):
            raise UsageError(f"“{text}” is no end: write a day as 2027-01-31, or 12h, 30d, 8w from now") from None
    if ends <= now:
        raise UsageError(f"“{text}” is past; give a later day")
    if ends > now + timedelta(days=MAX_DAYS):
        raise UsageError(f"“{text}” is more than a hundred years away; leave the end out where there is none")
    return ends
