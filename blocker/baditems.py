"""Counting what in a published list can't be read, and giving the list up where that is too much.

Decides how many bad items a list may have; what a bad item is, each reader in `sources/` knows.
"""

from blocker.errors import SourceError

MAX_BAD_ITEMS = 100
MAX_BAD_PERCENT = 1
"""A list may have `MAX_BAD_ITEMS` bad items or this share of its items, whichever is more, but never more bad items
than good ones: then it is something else."""

_NAMED, _IN_A_MESSAGE = 20, 5


class BadItems:
    """Of one list."""

    def __init__(self) -> None:
        self.items = 0
        """All of them, good and bad; whoever reads the list counts them here."""
        self.bad = 0
        self._named: list[str] = []

    def add(self, what: str) -> None:
        """Note a bad item: where it stands, and what it says or lacks."""
        self.bad += 1
        if self.bad <= _NAMED:
            self._named.append(what)

    @property
    def named(self) -> tuple[str, ...]:
        """The first ones."""
        return tuple(self._named)

    def refuse_too_many(self, kind: str, advice: str) -> None:
        """Look whether the list may be used all the same.

        Args:
            kind: what the items are, for the message.
            advice: how a person can mend it.

        Raises:
            SourceError: there are too many; the message names the first ones.
        """
        if self.bad > max(MAX_BAD_ITEMS, self.items * MAX_BAD_PERCENT // 100) or self.bad > self.items - self.bad:
            raise SourceError(
                f"{self.bad} of {self.items} {kind} are no telephone numbers or prefixes "
                f"({'; '.join(self._named[:_IN_A_MESSAGE])}); {advice}"
            )
