"""The numbers of a list with what it says of each, gathered in any order and given back sorted.

Decides what one number comes to that is in a list more than once. Takes 16 bytes a number and what sorting half a
million of them takes, for a small machine has little memory and Python's integers are large.
"""

from array import array
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import reduce
from heapq import merge
from operator import itemgetter

from blocker.core.community import Rated, combined
from blocker.core.listing import Target
from blocker.store.book_records import pack, unpack

REMOVED = 0
"""In the place of a record: the number leaves the list. No item that stays has no votes."""

_RUN = 1 << 19
_SAME = Target("+0")
"""What two items are about that are put together; which target that is makes no difference."""


class BookItems:
    """Of one list, or of changes to one."""

    def __init__(self, *, changes: bool = False, complaints: bool = False) -> None:
        """Begin with none.

        Args:
            changes: whether the last word about a target holds, and may be that it leaves the list. Else what a list
                says more than once adds up, and what has no votes isn't in it.
            complaints: whether each item is somebody's word. In any other list of which no item has more than one vote
                there are none: two copies of a list, one behind the other, are no second word about anybody.
        """
        self._changes, self._adds = changes, complaints
        self._runs: list[tuple[array[int], array[int]]] = []
        self._keys, self._records = array("Q"), array("Q")
        self._prefixes: dict[str, list[int]] = {}

    @property
    def prefixes(self) -> dict[str, int]:
        """Digits without `+`, each with its record."""
        return {digits: reduce(self._together, records) for digits, records in self._prefixes.items()}

    def add(self, rated: Rated) -> None:
        """Take an item."""
        if not rated.votes and not self._changes:
            return
        self._adds |= rated.votes > 1
        record = pack(rated) if rated.votes else REMOVED
        digits = rated.target.number[1:]
        if rated.target.is_prefix:
            self._prefixes.setdefault(digits, []).append(record)
            return
        self._keys.append(int(digits))
        self._records.append(record)
        if len(self._keys) >= _RUN:
            self._end_run()

    def numbers(self) -> Iterator[tuple[int, int]]:
        """Each number once, as an integer, in ascending order, with its record."""
        self._end_run()
        # By the number alone, so that items of the same number keep the order in which they came.
        items = merge(*(zip(*run, strict=True) for run in self._runs), key=itemgetter(0))
        return _once(items, self._together)

    def _end_run(self) -> None:
        keys, records = self._keys, self._records
        order = sorted(range(len(keys)), key=keys.__getitem__)
        if order:
            run = array("Q", map(keys.__getitem__, order)), array("Q", map(records.__getitem__, order))
            if self._runs and self._runs[-1][0][-1] <= run[0][0]:  # a list that is sorted already becomes one run
                self._runs[-1][0].extend(run[0])
                self._runs[-1][1].extend(run[1])
            else:
                self._runs.append(run)
        self._keys, self._records = array("Q"), array("Q")

    def _together(self, before: int, after: int) -> int:
        if self._changes:
            return after
        both = combined(unpack(before, _SAME), unpack(after, _SAME))
        return pack(both if self._adds else replace(both, votes=1))


def _once(items: Iterator[tuple[int, int]], together: Callable[[int, int], int]) -> Iterator[tuple[int, int]]:
    first = next(items, None)
    if first is None:
        return
    number, record = first
    for other, said in items:
        if other == number:
            record = together(record, said)
        else:
            yield number, record
            number, record = other, said
    yield number, record
