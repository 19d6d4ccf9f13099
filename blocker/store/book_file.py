"""One source's numbers as one file that is mapped, never loaded: how it is laid out, written, checked and asked.

    page 0       header: magic, version, stride, count, section sizes, SHA-256 of the content and of the rest
    keys         sorted unsigned 64-bit integers, each the digits of an E.164 number
    index        every 512th key, so that a look-up touches one 4 KiB page of the keys and no more
    prefixes     the digits of prefixes, one a line, sorted
    provenance   JSON: source, origin, fetched_at, licence

Integers are in the machine's own byte order, since a book is made where it is used; another machine's is refused. A
file is never changed once it is whole. Decides whether a file is a whole book; not which file is used (`book.py`).
"""

import hashlib
import json
import mmap
import os
import struct
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from blocker.errors import SourceError

_MAGIC = b"BLKBOOK\n"
_VERSION = 1
_STRIDE = 512
_PAGE = 4096
_HEADER = struct.Struct("=8sIIQQQ32s32s")
_KEY_BYTES = 8
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


def write(path: Path, numbers: "array[int]", prefixes: Iterable[str], provenance: Provenance) -> None:
    """Write a book that is durable on return. Not atomic: write beside, then `Book.adopt`.

    Args:
        path: a file that doesn't exist yet.
        numbers: type `Q`, in any order, repeated or not.
        prefixes: digits without `+`.
        provenance: what the book says of itself.

    Raises:
        OSError: the disk is full, or the like.
    """
    keys = array("Q", (key for key, _ in groupby(sorted(numbers))))
    index = keys[::_STRIDE].tobytes()
    prefix_lines = "".join(f"{prefix}\n" for prefix in sorted(set(prefixes))).encode()
    origin = json.dumps(
        {
            "source": provenance.source,
            "origin": provenance.origin,
            "fetched_at": provenance.fetched_at.isoformat(),
            "licence": provenance.licence,
        }
    ).encode()
    content = hashlib.sha256(keys)
    content.update(prefix_lines)
    fields = (_MAGIC, _VERSION, _STRIDE, len(keys), len(prefix_lines), len(origin), content.digest())
    rest = hashlib.sha256(_HEADER.pack(*fields, bytes(32)) + index + prefix_lines + origin).digest()
    with path.open("xb") as file:
        file.write(_HEADER.pack(*fields, rest).ljust(_PAGE, b"\0"))
        keys.tofile(file)
        file.write(index + prefix_lines + origin)
        file.flush()
        os.fsync(file.fileno())


class BookFile:
    """A mapped book. Look-ups belong to one thread; closing may be another's, once nobody asks any more."""

    __slots__ = ("_index", "_keys", "_map", "_prefix_lengths", "path", "prefixes", "provenance", "sha256")

    path: Path
    prefixes: frozenset[str]
    """Digits without `+`."""
    provenance: Provenance
    sha256: str
    """Of the content (hex): the keys as they lie in the file, then the lines of prefixes."""

    def __init__(self, path: Path) -> None:
        """Map a book, and check all of it but the keys, which would have to be read whole (`verify`).

        Raises:
            SourceError: it is damaged, cut short, no book, or another version's; says which.
            OSError: it can't be opened.
        """
        self.path = path
        with path.open("rb") as file:
            count, prefix_size, origin_size, content, rest = _read_header(path, file)
            index_at = _PAGE + count * _KEY_BYTES
            index_size = (count + _STRIDE - 1) // _STRIDE * _KEY_BYTES
            whole = index_at + index_size + prefix_size + origin_size
            if os.fstat(file.fileno()).st_size != whole:
                raise _damaged(path, f"it should have {whole} bytes")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        index, prefix_lines, origin = (
            self._map[index_at : index_at + index_size],
            self._map[index_at + index_size : whole - origin_size],
            self._map[whole - origin_size : whole],
        )
        header = self._map[: _HEADER.size - 32] + bytes(32)
        if hashlib.sha256(header + index + prefix_lines + origin).digest() != rest:
            self._map.close()
            raise _damaged(path, "its index doesn't match its hash")
        self._index = array("Q", index)
        self._keys = memoryview(self._map)[_PAGE:index_at].cast("Q")
        self.prefixes = frozenset(prefix_lines.decode().split())
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self.prefixes}, reverse=True))
        said = json.loads(origin)
        self.provenance = Provenance(**said | {"fetched_at": datetime.fromisoformat(said["fetched_at"])})
        self.sha256 = content.hex()

    def __len__(self) -> int:
        """How many numbers and prefixes it lists."""
        return len(self._keys) + len(self.prefixes)

    def holds(self, key: int) -> bool:
        """Whether a number, its digits as an integer, is listed by itself."""
        at = self._place(key)
        return at < len(self._keys) and self._keys[at] == key

    def between(self, first: int, end: int) -> list[int]:
        """The listed numbers from `first` on, below `end`."""
        return self._keys[self._place(first) : self._place(end)].tolist()

    def _place(self, key: int) -> int:
        """Where a number stands, or would."""
        start = max(bisect_right(self._index, key) - 1, 0) * _STRIDE
        return bisect_left(self._keys, key, start, min(start + _STRIDE, len(self._keys)))

    def longest_prefix(self, digits: str) -> str:
        """The longest listed prefix of a number; empty if there is none."""
        for length in self._prefix_lengths:
            if digits[:length] in self.prefixes:
                return digits[:length]
        return ""

    def verify(self) -> None:
        """Read all of it and compare with its hash.

        Raises:
            SourceError: a key was changed.
        """
        content = hashlib.sha256()
        with self._keys.cast("B") as key_bytes:
            for start in range(0, len(key_bytes), _CHUNK):
                content.update(key_bytes[start : start + _CHUNK])
        content.update("".join(f"{prefix}\n" for prefix in sorted(self.prefixes)).encode())
        if content.hexdigest() != self.sha256:
            raise _damaged(self.path, "its numbers don't match their hash")

    def close(self) -> None:
        """Unmap it. Takes milliseconds for a large book: not on the event loop."""
        self._keys.release()
        self._map.close()


def _read_header(path: Path, file: BinaryIO) -> tuple[int, int, int, bytes, bytes]:
    packed = file.read(_HEADER.size)
    if len(packed) < _HEADER.size or not packed.startswith(_MAGIC):
        raise _damaged(path, "it doesn't begin like a book")
    _, version, stride, count, prefix_size, origin_size, content, rest = _HEADER.unpack(packed)
    if (version, stride) != (_VERSION, _STRIDE):
        raise SourceError(
            f"{path} was made by another version of this program or on another machine; run the sync again"
        )
    return count, prefix_size, origin_size, content, rest


def _damaged(path: Path, why: str) -> SourceError:
    return SourceError(f"the book {path} is damaged: {why}; run the sync again to make it anew")
