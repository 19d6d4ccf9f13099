"""ISO weeks in the household's zone: which instants belong to the week a report is about.

Decides where a week begins and ends, also where clocks change. Doesn't know the present time.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from blocker.errors import UsageError

FIRST_YEAR, LAST_YEAR = 1970, 9998
"""Years whose weeks can be reckoned with in UTC without leaving the calendar of `datetime`."""

_WRITTEN = re.compile(r"([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Week:
    """A week from Monday to Sunday, numbered by ISO 8601: week 1 holds the year's first Thursday.

    Raises:
        UsageError: there is no such week.
    """

    year: int
    """The ISO year, which differs from the calendar's around New Year."""
    number: int

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise UsageError(f"{self}: weeks are known for the years {FIRST_YEAR} to {LAST_YEAR}")
        last = date(self.year, 12, 28).isocalendar().week  # 28 December is always in its year's last week
        if not 1 <= self.number <= last:
            raise UsageError(f"there is no week {self}: the weeks of {self.year} are W01 to W{last}")

    @classmethod
    def parse(cls, text: str) -> "Week":
        """Read `2026-W47`.

        Raises:
            UsageError: it isn't written so, or that year has no such week.
        """
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise UsageError(f"“{text}” is no ISO week: write year and week as in 2026-W47 (W01 to W52 or W53)")
        return cls(int(written[1]), int(written[2]))

    @classmethod
    def containing(cls, instant: datetime, zone: tzinfo) -> "Week":
        """The week of an instant (aware) by the calendar of `zone`."""
        year, number, _ = instant.astimezone(zone).isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def previous(self) -> "Week":
        year, number, _ = (self.monday - timedelta(days=7)).isocalendar()
        return Week(year, number)

    def bounds(self, zone: tzinfo) -> tuple[datetime, datetime]:
        """The first instant of the week and the first after it, both UTC.

        A week in which clocks change is an hour longer or shorter. Where the clocks skip midnight, the day begins with
        the first instant that exists (PEP 495 gives that instant for the missing one).
        """
        return _midnight(self.monday, zone), _midnight(self.monday + timedelta(days=7), zone)

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
