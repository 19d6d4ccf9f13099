"""An index by prefix, asked with a whole number for every prefix that it begins with.

Decides nothing. Made once and asked for each call: of the lengths that prefixes have, only those are tried that occur
behind the number's first characters, and behind most there is none.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

T = TypeVar("T")

START = 4
"""Characters by which the lengths are sorted apart: `+327`."""


class PrefixIndex(Generic[T]):
    """Values by prefix; unchangeable once made."""

    def __init__(self, items: Iterable[tuple[str, T]]) -> None:
        """Prefixes, each with a value; the same prefix may come with several."""
        self._values: dict[str, tuple[T, ...]] = {}
        for prefix, value in items:
            self._values[prefix] = (*self._values.get(prefix, ()), value)
        short = {len(prefix) for prefix in self._values if len(prefix) < START}
        lengths: dict[str, set[int]] = {}
        for prefix in self._values:
            lengths.setdefault(prefix[:START], set(short)).add(len(prefix))
        self._lengths = {start: sorted(found, reverse=True) for start, found in lengths.items()}
        self._elsewhere = sorted(short, reverse=True)

    def find(self, number: str) -> list[tuple[T, int]]:
        """The values of all prefixes that a number begins with, longest prefix first, each with the prefix's length."""
        found: list[tuple[T, int]] = []
        for length in self._lengths.get(number[:START], self._elsewhere):
            if length <= len(number) and (values := self._values.get(number[:length])):
                found += [(value, length) for value in values]
        return found
