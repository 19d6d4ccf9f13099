"""Lines of a text file that somebody's device wrote, one after the other, in flat memory.

Decides where lines end, which encodings are told by a mark at the beginning, and how long a line may be. What a line's
bytes mean without such a mark, whoever reads them knows: they come as they are.
"""

import codecs
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from blocker.errors import SourceError

MAX_LINE = 16_384
"""Bytes; no row of a call list is longer. Keeps a file without line ends from filling the memory."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_HEAD = 4096


class Line(NamedTuple):
    """One line."""

    n: int
    """From 1."""
    raw: bytes
    """Without its end; UTF-8 where the file has a mark that tells its encoding."""
    whole: bool
    """False where it was longer than MAX_LINE, and only its beginning is here."""


def lines(stream: BinaryIO) -> Iterator[Line]:
    """All lines of a file, empty ones too.

    Raises:
        SourceError: it is no text.
    """
    head = stream.read(_HEAD)
    stream.seek(0)
    if head.startswith(_UTF_16):
        yield from _of_utf_16(stream)
        return
    if b"\0" in head:
        raise SourceError("it is no text, or UTF-16 without its mark (save it as UTF-8, or export it anew)")
    if head.startswith(codecs.BOM_UTF8):
        stream.seek(len(codecs.BOM_UTF8))
    n = 0
    while raw := stream.readline(MAX_LINE):
        n += 1
        whole = raw.endswith(b"\n") or len(raw) < MAX_LINE
        yield Line(n, raw.rstrip(b"\r\n"), whole)
        while not whole and raw and not raw.endswith(b"\n"):
            raw = stream.readline(MAX_LINE)


def _of_utf_16(stream: BinaryIO) -> Iterator[Line]:
    text = io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="\n")
    n = 0
    try:
        while line := text.readline(MAX_LINE):
            n += 1
            whole = line.endswith("\n") or len(line) < MAX_LINE
            yield Line(n, line.rstrip("\r\n").encode(), whole)
            while not whole and line and not line.endswith("\n"):
                line = text.readline(MAX_LINE)
    finally:
        text.detach()
