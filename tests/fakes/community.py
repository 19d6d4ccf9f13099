"""Community lists for tests that need no files."""

from datetime import date

from blocker.core.community import Hit, Rated
from blocker.core.listing import Target

HAD_ON = date(2026, 11, 16)


def hit(number: str, source: str = "a-list") -> Hit:
    """What a list says that has nothing but numbers."""
    return Hit(source, Rated(Target(number)), HAD_ON)


class Strangers:
    """A list that holds some numbers."""

    def __init__(self, *numbers: str) -> None:
        self.numbers = numbers

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return (hit(number),) if number in self.numbers else ()

    def neighbours(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return tuple(hit(other) for other in self.numbers if other != number and other[:-2] == number[:-2])


class Everybody(Strangers):
    """A list that names every number."""

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return (hit(number),)


class Broken(Strangers):
    """A list that breaks its promise not to raise."""

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        raise RuntimeError(number)
