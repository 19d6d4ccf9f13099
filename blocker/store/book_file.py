"""One source's numbers as one file that is mapped, never loaded: how it is laid out, checked and asked.

    page 0       header: magic, version, stride, sizes of the sections, the common record, three SHA-256
    keys         sorted unsigned 64-bit integers, each the digits of an E.164 number
    index        every 512th key, so that a look-up touches one 4 KiB page of the keys and no more
    records      what the list says of each key (`book_records.py`), read on a hit; absent where it is the common record
    prefixes     the digits of prefixes, one a line, sorted
    their records, always there
    provenance   JSON: source, origin, fetched_at, licence, partial

Integers are in the machine's own byte order, since a book is made where it is used; another machine's is refused. A
file is never changed once it is whole. Decides whether a file is a whole book; not which file is used (`book.py`) nor
how one is made (`book_writer.py`).
"""

import hashlib
import json
import mmap
import os
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple

from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.errors import SourceError
from blocker.store.book_records import PLAIN, is_weighty, unpack

PAGE = 4096
STRIDE = 512
WORD = 8
"""Bytes of a key, and of a record."""

_MAGIC = b"BLKBOOK\n"
_VERSION = 2
_HEADER = struct.Struct("=8sII5Q32s32s32s")
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a list comes from."""

    source: str
    """The slug that names the source, and its book."""
    origin: str
    """The URL or file it was read from."""
    fetched_at: datetime
    """Aware, UTC."""
    licence: str = ""
    """As its publisher names it; empty where nobody said."""
    partial: bool = False
    """Whether items of the list were left out, so that it doesn't come to what its publisher says."""

    def packed(self) -> bytes:
        """As it lies in a book."""
        said = {"source": self.source, "origin": self.origin, "licence": self.licence, "partial": self.partial}
        return json.dumps(said | {"fetched_at": self.fetched_at.isoformat()}).encode()

    @classmethod
    def unpacked(cls, packed: bytes) -> "Provenance":
        """As it was packed."""
        said = json.loads(packed)
        return cls(**said | {"fetched_at": datetime.fromisoformat(said["fetched_at"])})


class Sizes(NamedTuple):
    """What the header says of the sections, each of which begins where the one before ends."""

    keys: int
    """How many."""
    records: int
    """How many: as many as keys, or none."""
    common: int
    """The record of all keys where there are none."""
    prefix_bytes: int
    origin_bytes: int

    @property
    def index_at(self) -> int:
        return PAGE + self.keys * WORD

    @property
    def records_at(self) -> int:
        return self.index_at + (self.keys + STRIDE - 1) // STRIDE * WORD

    @property
    def prefixes_at(self) -> int:
        return self.records_at + self.records * WORD


def pack_header(sizes: Sizes, numbers: bytes, said: bytes, rest: Iterable[bytes]) -> bytes:
    """The header of a book.

    Args:
        sizes: of the sections.
        numbers: SHA-256 of the keys as they lie in the file, then the lines of prefixes.
        said: SHA-256 of the records, or of the common one where there are none, then those of the prefixes.
        rest: what is checked whenever a book is opened: the index and all behind the records.
    """
    fields = (_MAGIC, _VERSION, STRIDE, *sizes, numbers, said)
    checked = hashlib.sha256(_HEADER.pack(*fields, bytes(32)))
    for part in rest:
        checked.update(part)
    return _HEADER.pack(*fields, checked.digest())


def prefix_lines(prefixes: Iterable[str]) -> bytes:
    """Prefixes as they lie in a book."""
    return "".join(f"{prefix}\n" for prefix in sorted(prefixes)).encode()


class BookFile:
    """A mapped book. Look-ups belong to one thread; closing may be another's, once nobody asks any more."""

    __slots__ = (
        *("_index", "_map", "_prefix_lengths", "_said", "common", "keys", "numbers_sha256", "path", "prefixes"),
        *("provenance", "records", "sha256"),
    )

    path: Path
    keys: "memoryview[int]"
    records: "memoryview[int]"
    """One for each key, or none where `common` is what the list says of each."""
    common: int
    prefixes: dict[str, int]
    """Digits without `+`, each with its record."""
    provenance: Provenance
    numbers_sha256: str
    """Of the keys as they lie in the file, then the lines of prefixes (hex)."""
    sha256: str
    """Of the content (hex): `numbers_sha256`, unless the list says more of a number than that it is in it; then of that
    sum and the one of the records."""

    def __init__(self, path: Path) -> None:
        """Map a book, and check all of it but the keys and records, which would have to be read whole (`verify`).

        Raises:
            SourceError: it is damaged, cut short, no book, or another version's; says which.
            OSError: it can't be opened.
        """
        self.path = path
        with path.open("rb") as file:
            packed, sizes, numbers, said = _read_header(path, file)
            behind = file.seek(0, os.SEEK_END) - sizes.prefixes_at
            prefix_count = (behind - sizes.prefix_bytes - sizes.origin_bytes) // WORD
            if prefix_count < 0 or sizes.records not in {0, sizes.keys}:
                raise _damaged(path, "it is cut short")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        index, rest = self._map[sizes.index_at : sizes.records_at], self._map[sizes.prefixes_at :]
        if pack_header(sizes, numbers, said, (index, rest)) != packed:
            self._map.close()
            raise _damaged(path, "its index doesn't match its hash")
        whole = memoryview(self._map)
        self.keys = whole[PAGE : sizes.index_at].cast("Q")
        self._index = array("Q", index)
        self.records, self.common = whole[sizes.records_at : sizes.prefixes_at].cast("Q"), sizes.common
        lines = rest[: sizes.prefix_bytes].decode().split()
        end = sizes.prefix_bytes + len(lines) * WORD
        self.prefixes = dict(zip(lines, array("Q", rest[sizes.prefix_bytes : end]), strict=True))
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in lines}, reverse=True))
        self.provenance = Provenance.unpacked(rest[end:])
        self._said, self.numbers_sha256 = said, numbers.hex()
        plain = not sizes.records and {sizes.common, *self.prefixes.values()} <= {PLAIN}
        self.sha256 = self.numbers_sha256 if plain else hashlib.sha256(numbers + said).hexdigest()

    def __len__(self) -> int:
        """How many numbers and prefixes it lists."""
        return len(self.keys) + len(self.prefixes)

    def about(self, digits: str) -> Rated | None:
        """What it says of a number (digits without `+`): of itself, or else of its longest listed prefix."""
        key = int(digits)
        at = self._place(key)
        if at < len(self.keys) and self.keys[at] == key:
            return self._rated(at)
        for length in self._prefix_lengths:
            if (record := self.prefixes.get(digits[:length])) is not None:
                return unpack(record, Target(f"+{digits[:length]}", is_prefix=True))
        return None

    def between(self, first: int, end: int, votes: int) -> list[Rated]:
        """What it says of numbers from `first` on, below `end`: of those with so many votes, or called legitimate."""
        if not self.records and not is_weighty(self.common, votes):
            return []
        begin, stop = self._place(first), self._place(end)
        records = self.records[begin:stop] if self.records else [self.common] * (stop - begin)
        return [self._rated(at) for at, record in enumerate(records, begin) if is_weighty(record, votes)]

    def listed(self) -> Iterator[Rated]:
        """What it says of each number that it lists by itself, in their order."""
        return map(self._rated, range(len(self.keys)))

    def _rated(self, at: int) -> Rated:
        return unpack(self.records[at] if self.records else self.common, Target(f"+{self.keys[at]}"))

    def _place(self, key: int) -> int:
        """Where a number stands, or would."""
        start = max(bisect_right(self._index, key) - 1, 0) * STRIDE
        return bisect_left(self.keys, key, start, min(start + STRIDE, len(self.keys)))

    def verify(self) -> None:
        """Read all of it and compare with its hashes.

        Raises:
            SourceError: a key or a record was changed.
        """
        numbers, said = hashlib.sha256(), hashlib.sha256()
        for column, checked in ((self.keys, numbers), (self.records, said)):
            with column.cast("B") as raw:
                for start in range(0, len(raw), _CHUNK):
                    checked.update(raw[start : start + _CHUNK])
        numbers.update(prefix_lines(self.prefixes))
        said.update(array("Q", [*([] if self.records else [self.common]), *self.prefixes.values()]))
        if (numbers.hexdigest(), said.digest()) != (self.numbers_sha256, self._said):
            raise _damaged(self.path, "its numbers don't match their hash")

    def close(self) -> None:
        """Unmap it. Takes milliseconds for a large book: not on the event loop."""
        self.keys.release()
        self.records.release()
        self._map.close()


def _read_header(path: Path, file: BinaryIO) -> tuple[bytes, Sizes, bytes, bytes]:
    packed = file.read(_HEADER.size)
    if len(packed) < _HEADER.size or not packed.startswith(_MAGIC):
        raise _damaged(path, "it doesn't begin like a book")
    _, version, stride, *sizes, numbers, said, _ = _HEADER.unpack(packed)
    if (version, stride) != (_VERSION, STRIDE):
        raise SourceError(
            f"{path} was made by another version of this program or on another machine; run the sync again"
        )
    return packed, Sizes(*sizes), numbers, said


def _damaged(path: Path, why: str) -> SourceError:
    return SourceError(f"the book {path} is damaged: {why}; run the sync again to make it anew")
