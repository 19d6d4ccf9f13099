"""Which policy holds on a line at an hour: one week of a line's clock, cut where settings change.

Decides how settings for a line and for hours lie over each other, and what an hour means on the clock. What each
setting does to a call, the rows of `decide.py` say.

The clock on the wall counts, days included. In the night in which it is put forward, hours that don't come don't hold;
in the night in which it is put back, the hour that comes twice is treated alike both times.
"""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from blocker.core.policy import Policy

MINUTES_A_DAY = 24 * 60
MINUTES_A_WEEK = 7 * MINUTES_A_DAY


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of day on some weekdays, in minutes of the line's clock; `until` itself is outside."""

    weekdays: frozenset[int]
    """The days on which it begins; 0 is Monday."""
    since: int = 0
    """Minutes after midnight."""
    until: int = MINUTES_A_DAY
    """Minutes after midnight; not later than `since` means those of the next day."""

    def hold(self, minute: int) -> bool:
        """Whether a minute of the week, counted from Monday 00:00, lies inside."""
        length = self.until - self.since + (0 if self.since < self.until else MINUTES_A_DAY)
        return any((minute - day * MINUTES_A_DAY - self.since) % MINUTES_A_WEEK < length for day in self.weekdays)

    def edges(self) -> frozenset[int]:
        """The minutes of the week at which it begins and ends."""
        edges = [day * MINUTES_A_DAY + minute for day in self.weekdays for minute in (self.since, self.until)]
        over = [day * MINUTES_A_DAY + self.until + MINUTES_A_DAY for day in self.weekdays]
        return frozenset(minute % MINUTES_A_WEEK for minute in (*edges, *over))


@dataclass(frozen=True, slots=True)
class Layer:
    """Some settings, and when they hold; laid over those before it, whose other settings stay."""

    changes: Mapping[str, Any]
    """Fields of `Policy` with their values."""
    origins: Mapping[str, str]
    """For each of them, the file and line where it is written."""
    name: str
    """The table it comes from, such as `[lines.home.policy]`."""
    hours: Hours | None = None
    """None for always."""

    def holds(self, minute: int) -> bool:
        return self.hours is None or self.hours.hold(minute)


@dataclass(frozen=True, slots=True)
class PolicyWeek:
    """All policies of one line over a week; one is found in well under a microsecond."""

    layers: tuple[Layer, ...] = ()
    """In the order in which they are laid over the defaults."""
    policies: tuple[Policy, ...] = field(init=False, compare=False, repr=False)
    """One for each stretch of the week, in order."""
    _starts: tuple[int, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        starts = sorted({0}.union(*(layer.hours.edges() for layer in self.layers if layer.hours)))
        object.__setattr__(self, "_starts", tuple(starts))
        object.__setattr__(self, "policies", tuple(map(self._laid, starts)))

    def _laid(self, minute: int) -> Policy:
        policy = Policy()
        for layer in self.layers:
            if layer.holds(minute):
                policy = replace(policy, **layer.changes)
        return policy

    def stretch(self, local: datetime) -> int:
        """The place in `policies` of the one that holds at a local time of the line."""
        if len(self._starts) == 1:
            return 0
        return bisect_right(self._starts, minute_of_week(local)) - 1

    def at(self, local: datetime) -> Policy:
        """The policy that holds at a local time of the line."""
        return self.policies[self.stretch(local)]

    def holding(self, local: datetime) -> list[Layer]:
        """The layers that hold at a local time of the line; where two set the same, the later one wins."""
        return [layer for layer in self.layers if layer.holds(minute_of_week(local))]

    def origin(self, setting: str, local: datetime) -> str:
        """The file and line that a setting of `Policy` comes from at a local time; empty for a default."""
        return next((layer.origins[setting] for layer in self.holding(local)[::-1] if setting in layer.changes), "")


@dataclass(frozen=True, slots=True)
class Policies:
    """The week of each line, and that of calls on no line of the configuration."""

    household: PolicyWeek = field(default_factory=PolicyWeek)
    lines: Mapping[str, PolicyWeek] = field(default_factory=lambda: MappingProxyType({}))

    def week(self, line: str) -> PolicyWeek:
        return self.lines.get(line, self.household)


def minute_of_week(local: datetime) -> int:
    """Minutes of the clock since Monday 00:00."""
    return local.weekday() * MINUTES_A_DAY + local.hour * 60 + local.minute
