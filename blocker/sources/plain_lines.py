"""Lists of plain numbers, one a line, as people publish them.

    # a comment; empty lines don't matter
    +32 2 555 12 34      # so may end a line
    02 555 12 35           a national number of the list's region
    +32 2 555 13*          every number that begins so
    0032255514##           the same, each # standing for a digit (so a comment needs a space before its #)

Decides what counts as an item and how many bad lines a list may have. What a number is, `core/number.py` knows; what a
prefix is, `core/listing.py`.
"""

import re
from array import array
from collections.abc import Iterator
from typing import BinaryIO

from blocker.core.listing import national_digits, parse_target
from blocker.core.number import MAX_SHORT_DIGITS, parse_typed
from blocker.errors import SourceError, UsageError
from blocker.sources import Reading

MAX_BAD_LINES = 100
MAX_BAD_PERCENT = 1
"""A list may have `MAX_BAD_LINES` bad lines or this share of its lines, whichever is more, but never more bad lines
than good ones: then it is something else."""

MAX_LINE = 1000
"""Bytes; a longer line holds no number. Keeps a list without line ends from filling the memory."""

_NAMED_BAD_LINES = 5
_BOM = b"\xef\xbb\xbf"
_HEAD = 1024
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")
_COMMENT = re.compile(r"(?:\A|\s)#.*", re.DOTALL)
_WILDCARD = re.compile(r"[*#]+\Z")


def read(stream: BinaryIO, region: str) -> Reading:
    """Read a list of plain numbers; see `Reader`."""
    numbers = array("Q")
    prefixes: set[str] = set()
    bad: list[str] = []
    items = bad_lines = 0
    for line_number, line in enumerate(_lines(stream), 1):
        text = _COMMENT.sub("", line).strip()
        if not text:
            continue
        items += 1
        target = _target(text, region)
        if target is None:
            bad_lines += 1
            if bad_lines <= _NAMED_BAD_LINES:
                bad.append(f"line {line_number}: {text[:40]!r}")
        elif target.endswith("*"):
            prefixes.add(target[1:-1])
        else:
            numbers.append(int(target[1:]))
    if bad_lines > max(MAX_BAD_LINES, items * MAX_BAD_PERCENT // 100) or bad_lines > items - bad_lines:
        raise SourceError(
            f"{bad_lines} of {items} lines are no telephone numbers or prefixes ({'; '.join(bad)}); "
            f"is it a list of plain numbers, and are its national numbers those of {region}?"
        )
    return Reading(numbers, frozenset(prefixes), bad_lines)


def _target(text: str, region: str) -> str | None:
    """An item in our form, a prefix with `*` at its end; None for anything that must not be listed."""
    if _WILDCARD.search(text):
        try:
            return parse_target(_WILDCARD.sub("*", text), region).text
        except UsageError:
            return None
    number = parse_typed(text, region)
    if number is None or number.extension:
        return None
    if not number.valid and len(national_digits(number.number)) <= MAX_SHORT_DIGITS:
        return None  # a short code with a country code before it: +32 116000 is a help line and no caller
    return number.number


def _lines(stream: BinaryIO) -> Iterator[str]:
    """The lines as text, the rest of an overlong one left out; in UTF-8 or, where it isn't that, latin-1."""
    _refuse_what_is_no_text(stream.read(_HEAD))
    stream.seek(0)
    line = stream.readline(MAX_LINE).removeprefix(_BOM)
    while line:
        try:
            yield line.decode()
        except UnicodeDecodeError:
            yield line.decode("latin-1")
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE)
        line = stream.readline(MAX_LINE)


def _refuse_what_is_no_text(head: bytes) -> None:
    if head.removeprefix(_BOM).lstrip().lower().startswith(_MARKUP):
        raise SourceError("it is a web page or XML, not a list of plain numbers; look for the link to the list itself")
    if b"\0" in head:
        raise SourceError("it is a binary or compressed file, not a list of plain numbers; unpack it first")
