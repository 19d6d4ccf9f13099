"""Lists of plain numbers, one a line, as people publish them.

    # a comment; empty lines don't matter
    +32 2 555 12 34      # so may end a line
    02 555 12 35           a national number of the list's region
    +32 2 555 13*          every number that begins so
    0032255514##           the same, each # standing for a digit (so a comment needs a space before its #)

Decides what counts as an item. What a number is, `core/number.py` knows; what a prefix is, `core/listing.py`; what may
be listed, `core/community.py`.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from blocker.core.community import Rated, rated_target
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here

MAX_LINE = 1000
"""Bytes; a longer line holds no number. Keeps a list without line ends from filling the memory."""

_BOM = b"\xef\xbb\xbf"
_HEAD = 1024
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")
_COMMENT = re.compile(r"(?:\A|\s)#.*", re.DOTALL)


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a list of plain numbers; see `RatedReader`."""
    for line_number, line in enumerate(_lines(stream), 1):
        text = _COMMENT.sub("", line).strip()
        if not text:
            continue
        try:
            yield Rated(rated_target(text, here.region))
        except UsageError as error:
            yield BadItem(f"line {line_number}", str(error))


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
