"""Call logs of Android telephones, as the app “SMS Backup & Restore” writes them (`calls-….xml`).

Decides which elements are calls that came in, and what their attributes mean. The names in it are out of the owner's
address book and aren't read. Times are instants, so that no zone has to be guessed. Source: the app's own description,
https://synctech.com.au/sms-backup-restore/fields-in-xml-backup-files/, and Android's `CallLog.Calls`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from blocker.core.call_row import (
    RESTRICTED,
    UNAVAILABLE,
    BadRow,
    CallRow,
    Circumstances,
    Item,
    Occurrences,
    PassedOver,
    believable,
)
from blocker.core.plain_text import one_line
from blocker.errors import SourceError

CHUNK = 65_536
MAX_ELEMENT = 1 << 20
"""Bytes that may come before the next element; a call has a few hundred."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_PASSED = {"2": "outgoing", "4": "voicemail"}
_INCOMING = {"1": "ANSWERED", "3": "NO ANSWER", "5": None, "6": None, "7": "ANSWERED"}
"""Answered, missed, rejected, blocked by the telephone, answered on another device."""
_PRESENTATION = {"2": RESTRICTED, "3": UNAVAILABLE, "4": UNAVAILABLE, "5": UNAVAILABLE}
"""Restricted, unknown, pay phone, unavailable."""
_NO_NUMBER = {"-1": UNAVAILABLE, "-2": RESTRICTED, "-3": UNAVAILABLE}
"""What older telephones write in the place of a number: unknown, private, pay phone."""
_HALF_A_PAIR = re.compile(
    rb"&#(?:5[5-6][0-9]{3}|57[0-2][0-9]{2}|573[0-3][0-9]|5734[0-3]|[xX][dD][89a-fA-F][0-9a-fA-F]{2});"
)
_LONGEST_REFERENCE = 8


def recognises(head: bytes) -> bool:
    """Whether a file begins as one; see `CallReader`."""
    text = head.replace(b"\0", b"").lower()
    return b"<calls" in text or (b"<?xml" in text[:200] and b"sms backup" in text)


def read(stream: BinaryIO, here: Circumstances) -> Iterator[Item]:
    """Read a call log; see `CallReader`."""
    elements = _Elements()
    occurrences = Occurrences()
    row = 0
    for chunk in _chunks(stream):
        for line, attributes in elements.feed(chunk):
            row += 1
            yield _item(row, line, attributes, here, occurrences)
        if elements.fault:
            break
    if not elements.fault:
        return
    what = f"{elements.fault}; nothing after it could be read"
    if not row:
        raise SourceError(f"it is no call log of “SMS Backup & Restore”: {what} (is it the XML file itself, whole?)")
    yield BadRow(row + 1, what)


class _Elements:
    """Takes the bytes of a file and gives the attributes of its `call` elements, each with its line."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EntityDeclHandler = _refuse_entities  # a few lines of them can unfold to gigabytes
        self._found: list[tuple[int, dict[str, str]]] = []
        self._root = ""
        self._fed = 0
        self.fault = ""
        """Where and why it can't be read on; empty while it can."""

    def feed(self, chunk: bytes) -> list[tuple[int, dict[str, str]]]:
        """The elements that end in the next bytes; none is the end of the file."""
        self._found = []
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            self.fault = f"line {error.lineno}: {expat.ErrorString(error.code)}"
            return self._found
        except (LookupError, ValueError) as error:  # an encoding that this Python doesn't know, or can't read so
            self.fault = f"line {self._parser.CurrentLineNumber}: {error}"
            return self._found
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > MAX_ELEMENT:
            raise SourceError(f"line {self._parser.CurrentLineNumber}: what begins there is too long for a call")
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = name
            if name != "calls":
                held = "messages" if name == "smses" else f"<{name[:40]}>"
                raise SourceError(f"it holds {held} and no call log, which is in a file named calls-….xml")
        elif name == "call":
            self._found.append((self._parser.CurrentLineNumber, attributes))


def _refuse_entities(*_: object) -> NoReturn:
    raise SourceError("it declares entities of its own, which no call log does; it isn't read")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The file, but for references to halves of surrogate pairs, and then nothing.

    The app writes emoji of names so, which is no XML; the names aren't read anyway.
    """
    rest = b""
    while chunk := stream.read(CHUNK):
        chunk = rest + chunk
        begun = chunk.rfind(b"&", -_LONGEST_REFERENCE)
        chunk, rest = (chunk, b"") if begun < 0 or b";" in chunk[begun:] else (chunk[:begun], chunk[begun:])
        if chunk:
            yield _HALF_A_PAIR.sub(b"?", chunk)
    if rest:
        yield rest
    yield b""


def _item(row: int, line: int, attributes: Mapping[str, str], here: Circumstances, occurrences: Occurrences) -> Item:
    try:
        return _call(row, attributes, here, occurrences)
    except SourceError as error:
        return BadRow(row, f"line {line}: {error}")


def _call(row: int, attributes: Mapping[str, str], here: Circumstances, occurrences: Occurrences) -> Item:
    kind = attributes.get("type", "")
    if kind in _PASSED:
        return PassedOver(row, _PASSED[kind])
    if kind not in _INCOMING:
        raise SourceError(f"“{one_line(kind)[:20]}” is no type of call that is known")
    date, number = attributes.get("date", ""), attributes.get("number", "")
    return CallRow(
        row,
        occurrences.numbered((date, number)),
        believable(_instant(date), here),
        number.encode("utf-8", "replace").decode("latin-1"),
        presentation=_PRESENTATION.get(attributes.get("presentation", ""), _NO_NUMBER.get(number)),
        disposition=_INCOMING[kind],
        seconds_talked=_seconds(attributes.get("duration", "")),
        kind_there=kind,
    )


def _instant(text: str) -> datetime:
    try:
        if _WHOLE.fullmatch(text):
            return _EPOCH + timedelta(milliseconds=int(text))
    except OverflowError:
        pass
    raise SourceError(f"“{one_line(text)[:30]}” is no date (milliseconds since 1970)")


def _seconds(text: str) -> int | None:
    if not text:
        return None
    if not _WHOLE.fullmatch(text) or int(text) < 0 or int(text) > 10**9:
        raise SourceError(f"“{one_line(text)[:20]}” is no duration in seconds")
    return int(text)
