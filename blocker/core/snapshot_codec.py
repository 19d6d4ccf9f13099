"""How a published list packs sorted numbers, prefixes and what is said of them into few bytes, and back.

Numbers are told by the gaps between them, in 32 bits each, with the bytes of equal weight together, packed by zlib:
neighbouring telephone numbers make the upper planes nearly empty. The standard library reads it back at C speed.
Decides the layout (`docs/spec/snapshot.md`); bytes of strangers give a value or `SourceError`, and never more memory
than the number of items that was announced allows.
"""

import hashlib
import re
import zlib
from array import array
from collections.abc import Iterable
from itertools import accumulate, pairwise

from blocker.core.number import MAX_DIGITS
from blocker.errors import SourceError

SAID_BYTES = 6
"""What is said of an item: rating, votes, week of its last activity, week since when it is listed."""

_PLANES = 4
_LONG = 1 << 32
_MOST = 10**MAX_DIGITS - 1
_SWAPPED = array("H", [1]).tobytes() != b"\x01\x00"
"""Whether this machine has the other byte order than the file."""
_PREFIXES = re.compile(rb"(?:[1-9][0-9]{0,14}\n)*")
_LEVEL = 6


def pack_numbers(numbers: "array[int]") -> bytes:
    """Pack numbers, type `Q`, sorted, each once, none of them 0."""
    gaps, long = array("I"), array("Q")
    before = 0
    for number in numbers:
        gap = number - before
        if gap < _LONG:
            gaps.append(gap)
        else:
            gaps.append(0)
            long.append(gap)
        before = number
    plain = _little(gaps)
    return zlib.compress(b"".join(plain[plane::_PLANES] for plane in range(_PLANES)) + _little(long), _LEVEL)


def unpack_numbers(packed: bytes, count: int) -> "array[int]":
    """The numbers again, type `Q`.

    Raises:
        SourceError: they aren't `count` sorted numbers of at most 15 digits.
    """
    raw = _unpacked(packed, count * (_PLANES + 8))
    if len(raw) < count * _PLANES or (len(raw) - count * _PLANES) % 8:
        raise SourceError("its numbers are cut short")
    planes = bytearray(count * _PLANES)
    for plane in range(_PLANES):
        planes[plane::_PLANES] = raw[plane * count : (plane + 1) * count]
    gaps, long = _of_little(array("I"), bytes(planes)), _of_little(array("Q"), raw[count * _PLANES :])
    numbers, done = array("Q"), 0
    before = 0
    for gap in long:
        at = _zero(gaps, done)
        numbers.extend(_run(gaps[done:at], before))
        before = (numbers[-1] if numbers else 0) + gap
        if gap < _LONG or before > _MOST:
            raise SourceError("its numbers are damaged: a long gap that isn't, or a number of more than 15 digits")
        numbers.append(before)
        done = at + 1
    numbers.extend(_run(gaps[done:], before))
    if len(numbers) != count or _has_zero(gaps[done:]) or (count and numbers[-1] > _MOST):
        raise SourceError("its numbers are damaged: gaps that can't be")
    return numbers


def pack_prefixes(prefixes: Iterable[str]) -> bytes:
    """Pack the digits that numbers begin with, sorted as texts."""
    return zlib.compress("".join(f"{prefix}\n" for prefix in prefixes).encode(), _LEVEL)


def unpack_prefixes(packed: bytes, count: int) -> tuple[str, ...]:
    """The digits again.

    Raises:
        SourceError: they aren't `count` sorted texts of 1 to 15 digits.
    """
    raw = _unpacked(packed, count * (MAX_DIGITS + 1))
    if not _PREFIXES.fullmatch(raw):
        raise SourceError("its prefixes are damaged")
    prefixes = tuple(raw.decode().split())
    if len(prefixes) != count or any(second <= first for first, second in pairwise(prefixes)):
        raise SourceError("its prefixes are damaged: they aren't sorted, or not so many")
    return prefixes


def pack_said(said: bytes) -> bytes:
    """Pack what is said of items, `SAID_BYTES` for each in turn."""
    return zlib.compress(b"".join(said[plane::SAID_BYTES] for plane in range(SAID_BYTES)), _LEVEL)


def unpack_said(packed: bytes, count: int) -> bytes:
    """The same again, `SAID_BYTES` for each in turn; raises SourceError where it isn't of `count` items."""
    raw = _unpacked(packed, count * SAID_BYTES)
    if len(raw) != count * SAID_BYTES:
        raise SourceError("what it says of its numbers is cut short")
    said = bytearray(len(raw))
    for plane in range(SAID_BYTES):
        said[plane::SAID_BYTES] = raw[plane * count : (plane + 1) * count]
    return bytes(said)


def sum_of(numbers: "array[int]", prefixes: Iterable[str]) -> str:
    """The sum (SHA-256, hex) of which numbers and prefixes are listed, both sorted; not of what is said of them."""
    content = hashlib.sha256(_little(numbers))
    content.update("".join(f"{prefix}\n" for prefix in prefixes).encode())
    return content.hexdigest()


def _run(gaps: "array[int]", before: int) -> Iterable[int]:
    running = accumulate(gaps, initial=before)
    next(running)
    return running


def _zero(gaps: "array[int]", start: int) -> int:
    try:
        return gaps.index(0, start)
    except ValueError:
        raise SourceError("its numbers are damaged: more long gaps than it has places for") from None


def _has_zero(gaps: "array[int]") -> bool:
    try:
        gaps.index(0)
    except ValueError:
        return False
    return True


def _unpacked(packed: bytes, most: int) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        raw = unpacking.decompress(packed, most + 1)  # one more, so that what is longer shows
    except zlib.error as error:
        raise SourceError("it is damaged: its packing can't be undone") from error
    if len(raw) > most or not unpacking.eof or unpacking.unused_data:
        raise SourceError("it is damaged: more or less is packed in it than it says")
    return raw


def _little(values: "array[int]") -> bytes:
    if not _SWAPPED:
        return values.tobytes()
    other = values[:]
    other.byteswap()
    return other.tobytes()


def _of_little(values: "array[int]", raw: bytes) -> "array[int]":
    values.frombytes(raw)
    if _SWAPPED:
        values.byteswap()
    return values
