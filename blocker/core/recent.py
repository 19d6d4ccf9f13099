"""Who called lately: a memory of bounded size for “the same number again” and “three times in a day”.

Decides what is remembered and which days are the same. What follows from it, the rows of `decide.py` say. It forgets
all when the service stops, and the number that was silent longest where there are too many.
"""

from collections import OrderedDict
from datetime import date, datetime
from typing import NamedTuple

MAX_NUMBERS = 1024
"""More numbers than call a household in weeks; some 200 kB."""


class Recent(NamedTuple):
    """What is remembered of a number at a call."""

    previous: datetime | None = None
    """When it last called before; UTC."""
    today: int = 1
    """How many times it has called on this day of the line's calendar, this call included."""


class RecentCallers:
    """The numbers that called, the latest last."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: OrderedDict[str, tuple[datetime, date, int]] = OrderedDict()

    def call(self, number: str, at: datetime, day: date) -> Recent:
        """Remember a call, and say what was remembered before.

        Args:
            number: E.164.
            at: when it came; aware, UTC.
            day: the day at the called line.
        """
        previous, last_day, count = self._calls.pop(number, (None, day, 0))
        today = count + 1 if last_day == day else 1
        self._calls[number] = (at, day, today)
        if len(self._calls) > MAX_NUMBERS:
            self._calls.popitem(last=False)
        return Recent(previous, today)
