"""Making a book file: of a whole list, or of the book before and the changes to it.

The numbers come sorted and are written as they come; what didn't change is copied from the old file in slices, so that
a few changes to ten million numbers cost seconds and next to no memory. Records are written once two of them differ.
Decides nothing about what the numbers mean. How a book is laid out, `book_file.py` says.
"""

import hashlib
import mmap
import os
import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Self, TypeAlias

from blocker.store.book_file import PAGE, STRIDE, WORD, BookFile, Provenance, Sizes, pack_header, prefix_lines
from blocker.store.book_items import REMOVED
from blocker.store.book_records import PLAIN

_BATCH = 1 << 16

Column: TypeAlias = "array[int] | memoryview[int]"
"""Keys or records: unsigned, 64 bits."""


def write_whole(
    path: Path, numbers: Iterable[tuple[int, int]], prefixes: Mapping[str, int], provenance: Provenance
) -> None:
    """Write a book that is durable on return. Not atomic: write beside, then `Book.adopt`.

    Args:
        path: a file that doesn't exist yet.
        numbers: each once, in ascending order, with its record.
        prefixes: digits without `+`, each with its record.
        provenance: what the book says of itself.

    Raises:
        OSError: the disk is full, or the like.
    """
    with _Pen(path) as pen:
        pen.write(numbers)
        pen.finish(prefixes, provenance)


def write_changed(
    path: Path,
    old: BookFile,
    numbers: Iterable[tuple[int, int]],
    prefixes: Mapping[str, int],
    provenance: Provenance,
) -> None:
    """Write the book that an older one becomes with changes; as `write_whole`, and `REMOVED` takes a number out."""
    with _Pen(path) as pen:
        begin = 0
        fresh: list[tuple[int, int]] = []
        for number, record in numbers:
            at = bisect_left(old.keys, number, begin)
            if at > begin or len(fresh) >= _BATCH:
                pen.write(fresh)
                fresh = []
                pen.copy(old, begin, at)
            begin = at + (at < len(old.keys) and old.keys[at] == number)
            if record != REMOVED:
                fresh.append((number, record))
        pen.write(fresh)
        pen.copy(old, begin, len(old.keys))
        changed = {**old.prefixes, **prefixes}
        pen.finish({prefix: record for prefix, record in changed.items() if record != REMOVED}, provenance)


class _Pen:
    """Writes one file from its beginning to its end."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("x+b")
        self._file.write(bytes(PAGE))
        self._folder = path.parent
        self._count, self._common = 0, PLAIN
        self._records: IO[bytes] | None = None
        """Where they are until all numbers are there; none while all say the same."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        if self._records:
            self._records.close()

    def write(self, numbers: Iterable[tuple[int, int]]) -> None:
        """Add numbers with their records."""
        rest = iter(numbers)
        while batch := list(islice(rest, _BATCH)):
            keys, records = zip(*batch, strict=True)
            self._add(array("Q", keys), array("Q", records))

    def copy(self, old: BookFile, begin: int, end: int) -> None:
        """Add what an older book has from one place to another."""
        for start in range(begin, end, _BATCH):
            stop = min(start + _BATCH, end)
            records = old.records[start:stop] if old.records else array("Q", [old.common]) * (stop - start)
            self._add(old.keys[start:stop], records)

    def _add(self, keys: Column, records: Column) -> None:
        if not self._count:
            self._common = records[0]
        if self._records is None and any(record != self._common for record in records):
            self._records = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  (closed with the pen)
            for done in range(0, self._count, _BATCH):
                self._records.write(array("Q", [self._common]) * min(_BATCH, self._count - done))
        if self._records is not None:
            self._records.write(records)
        self._file.write(keys)
        self._count += len(keys)

    def finish(self, prefixes: Mapping[str, int], provenance: Provenance) -> None:
        """Write all that stands behind the numbers, then the header, and make it durable."""
        lines, origin = prefix_lines(prefixes), provenance.packed()
        numbers, index = self._summed()
        numbers.update(lines)
        self._file.write(index)
        said = self._said()
        records = self._count if self._records else 0
        prefix_records = array("Q", (prefixes[prefix] for prefix in sorted(prefixes))).tobytes()
        said.update(prefix_records)
        rest = lines + prefix_records + origin
        self._file.write(rest)
        self._file.seek(0)
        sizes = Sizes(self._count, records, self._common, len(lines), len(origin))
        self._file.write(pack_header(sizes, numbers.digest(), said.digest(), (index, rest)))
        self._file.flush()
        os.fsync(self._file.fileno())

    def _summed(self) -> tuple["hashlib._Hash", bytes]:
        """The hash of the keys, and their index."""
        self._file.flush()
        with (
            mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as written,
            memoryview(written) as whole,
            whole[PAGE:] as raw,
            raw.cast("Q") as keys,
            keys[::STRIDE] as every,
        ):
            return hashlib.sha256(raw), every.tobytes()

    def _said(self) -> "hashlib._Hash":
        """The hash of the records, which are now behind the index."""
        if self._records is None:
            return hashlib.sha256(array("Q", [self._common]))
        said = hashlib.sha256()
        self._records.seek(0)
        while chunk := self._records.read(_BATCH * WORD):
            said.update(chunk)
            self._file.write(chunk)
        return said
