"""Number ranges with a meaning: set aside for canvassing, premium, free … and the numbers that must never be blocked.

Decides which ranges a number lies in on a given day, and whether it is protected. Doesn't decide what follows from that
(`decide.py`) and holds no range itself: they come from `rules/ranges/`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blocker.core.prefixes import PrefixIndex
from blocker.core.provenance import Sure


class RangeClass(StrEnum):
    """What a range is for."""

    CANVASSING = "canvassing"
    """A country set it aside for commercial calls: whoever shows such a number says so himself."""
    PREMIUM = "premium"
    SHARED_COST = "shared-cost"
    FREEPHONE = "freephone"
    MOBILE = "mobile"
    NO_CANVASSING = "no-canvassing"
    """May not be shown on canvassing calls. Says nothing about a caller who isn't canvassing."""
    PROTECTED = "protected"
    """Emergency, public-service and help-line numbers: never blocked, whatever any list says."""


@dataclass(frozen=True, slots=True)
class Range:
    """One prefix, whole number or short code of one class, for a span of days."""

    range_class: RangeClass
    prefix: str
    """E.164 with its `+`, or a short code's digits; what begins with it lies in the range."""
    region: str
    """ISO 3166-1 alpha-2 of the country whose numbering plan says so."""
    citation: str
    """The rule that says so."""
    where: str
    """Rule file and line."""
    sure: Sure
    note: str = ""
    valid_from: date = date.min
    """First day, in the line's zone."""
    valid_to: date = date.max
    """Last day, in the line's zone."""
    whole: bool = False
    """`prefix` is the whole number: longer ones don't lie in the range."""
    short: bool = False
    """A short code, dialled without prefix inside its country only."""

    def valid_on(self, on: date) -> bool:
        return self.valid_from <= on <= self.valid_to

    @property
    def key(self) -> str:
        """What a number is compared with; a short code means something in its own country only."""
        return short_key(self.region, self.prefix) if self.short else self.prefix


def short_key(region: str, digits: str) -> str:
    """A short code together with the country that gives it a meaning."""
    return f"{region}:{digits}"


class RangeBook:
    """All ranges, asked by number. Immutable once made."""

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        self._all = tuple(ranges)
        self._index = PrefixIndex((item.key, item) for item in self._all)

    def __iter__(self) -> Iterator[Range]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def of(self, range_class: RangeClass) -> "RangeBook":
        """Only those of one class."""
        return RangeBook(item for item in self._all if item.range_class is range_class)

    def match(self, number: str, on: date) -> tuple[Range, ...]:
        """The ranges that a number lies in on a day, longest prefix first.

        Args:
            number: E.164 with its `+`. A short code lies in no range by itself; ask `is_protected`.
            on: the day, in the zone of the called line.
        """
        found = self._index.find(number)
        return tuple(
            [item for item, length in found if item.valid_on(on) and not (item.whole and length < len(number))]
        )

    def is_protected(self, number: str, region: str, on: date) -> Range | None:
        """The range that protects a number, if one does.

        Args:
            number: E.164 with its `+`, or a text that is no full number and may be a short code such as `112`.
            region: ISO 3166-1 alpha-2 of the called line; short codes are looked up in its country.
            on: the day, in the zone of the called line.
        """
        if not number.startswith("+"):
            digits = "".join(c for c in number if c not in " .-/()")
            number = short_key(region, digits)
        for item in self.match(number, on):
            if item.range_class is RangeClass.PROTECTED:
                return item
        return None
