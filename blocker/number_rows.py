"""Counts the calls of each presented number, exactly and in flat memory, however many numbers a week brings.

Whoever invents a number for each call could otherwise fill the memory of a small machine. So when `NUMBERS_IN_MEMORY`
numbers are counted, they are written to a temporary file in order, and all files are merged at the end. Decides nothing
about a call.
"""

import heapq
import itertools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path

from blocker.core.observed import Happened, SeenCall, Standing
from blocker.core.report import LISTED, Listed, NumberRow

NUMBERS_IN_MEMORY = 20_000
"""Some 8 MB."""


@dataclass(slots=True)
class _Counts:
    first: str
    last: str
    calls: int = 0
    unwanted: int = 0
    refused: int = 0
    suspected: int = 0
    false_positives: int = 0


class NumberRows:
    """Takes calls in the ledger's order and gives a row for each number that has something against it."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where temporary files go; its owner removes it."""
        self._folder = folder
        self._files: list[Path] = []
        self._counts: dict[str, _Counts] = {}

    def add(self, number: str, local: str, like: SeenCall) -> None:
        """Count a call with an E.164 number.

        Args:
            number: that number.
            local: when it came, as `SeenCall` has it.
            like: the call, or one like it but for such things.

        Raises:
            OSError: the temporary file can't be written.
        """
        counts = self._counts.get(number)
        if counts is None:
            if len(self._counts) >= NUMBERS_IN_MEMORY:
                self._put_aside()
            counts = self._counts[number] = _Counts(local, local)
        counts.last = local
        counts.calls += 1
        if like.happened is Happened.REFUSED:
            counts.refused += 1
        standing = like.standing
        if standing is Standing.UNWANTED:
            counts.unwanted += 1
        elif standing is Standing.SUSPECTED:
            counts.suspected += 1
        elif standing is Standing.FALSE_POSITIVE:
            counts.false_positives += 1

    def listed(self) -> Listed[NumberRow]:
        """The numbers with an unwanted, suspected or wrongly blocked call: most unwanted ones first, then by number."""
        total = 0

        def notable() -> Iterator[NumberRow]:
            nonlocal total
            for row in self._merged():
                if row.unwanted or row.suspected or row.false_positives:
                    total += 1
                    yield row

        rows = heapq.nsmallest(LISTED, notable(), key=lambda r: (-r.unwanted, -r.suspected, -r.calls, r.number))
        return Listed(total, tuple(rows))

    def _put_aside(self) -> None:
        path = self._folder / f"numbers-{len(self._files)}"
        with path.open("w", encoding="ascii") as file:
            file.writelines(json.dumps(row) + "\n" for row in self._in_order())
        self._files.append(path)
        self._counts = {}

    def _in_order(self) -> Iterator[NumberRow]:
        for number, c in sorted(self._counts.items(), key=lambda item: item[0]):
            yield NumberRow(number, c.calls, c.unwanted, c.refused, c.suspected, c.false_positives, c.first, c.last)

    def _merged(self) -> Iterator[NumberRow]:
        """One row for each number, in order; `merge` keeps the files' order among rows of one number."""
        rows = heapq.merge(*map(_read, self._files), self._in_order(), key=attrgetter("number"))
        for _, parts in itertools.groupby(rows, key=attrgetter("number")):
            yield _joined(parts)


def _joined(parts: Iterable[NumberRow]) -> NumberRow:
    whole, *more = parts
    for part in more:
        whole = NumberRow(
            whole.number,
            whole.calls + part.calls,
            whole.unwanted + part.unwanted,
            whole.refused + part.refused,
            whole.suspected + part.suspected,
            whole.false_positives + part.false_positives,
            whole.first,
            part.last,
        )
    return whole


def _read(path: Path) -> Iterator[NumberRow]:
    with path.open(encoding="ascii") as file:
        for line in file:
            yield NumberRow(*json.loads(line))
