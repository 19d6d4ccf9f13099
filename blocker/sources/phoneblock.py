"""Lists of PhoneBlock, whole or changes, as its interface gives them: JSON, XML, or the binary form `PBBL`.

    {"numbers": [{"phone": "+32…", "votes": 10, "rating": "G_FRAUD", "lastActivity": 1763366400000}], "version": 42}

Which of the three it is shows at the first byte. Decides what an item must have; one without votes leaves the list, and
then nothing else of it matters. JSON and XML are read as they come, whatever the size. Source: the interface's
description, phoneblock.net/phoneblock/api, version 1.7.0.

The binary form has a head of 16 bytes and records of 8, all little-endian: first whole numbers, then beginnings of
numbers. A record's upper 56 bits are the digits, 16 symbols to the base of 11 from the left (0 ends it, 1 to 10 are the
digits 0 to 9); bit 0 says whether it is blocked. It has neither ratings nor votes.
"""

import codecs
import json
import struct
from collections.abc import Iterator, Mapping
from itertools import count, islice
from typing import Any, BinaryIO, NoReturn
from xml.parsers import expat

from blocker.core.community import Rated, Rating, day_of, rated_target, rating_of, votes_of
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here

CHUNK = 65_536
MAX_ITEM = 65_536
"""Characters or bytes of one item; one has about a hundred."""
MAX_XML_AHEAD = 1 << 20
"""Bytes that may come before the next element."""
LEAST_VOTES = 2
"""What a binary list says at the least: nothing with fewer votes is ever published."""

_HEAD, _RECORD = struct.Struct("<4sHHII"), struct.Struct("<Q")
_MAGIC, _VERSION = b"PBBL", 1
_SLOTS, _BASE = 16, 11
_FLAGS, _BLACK = 0xFF, 1
_SPACE = " \t\r\n"

Item = Mapping[str, object]


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a list; see `RatedReader`."""
    first = stream.read(len(_MAGIC))
    stream.seek(0)
    if first == _MAGIC:
        yield from _binary(stream, here)
        return
    is_xml = first.lstrip(codecs.BOM_UTF8 + b" \t\r\n")[:1] == b"<"
    items = _xml_items(stream) if is_xml else _json_items(_Text(stream))
    for place, item in enumerate(items, 1):
        try:
            yield _rated(item, here)
        except UsageError as error:
            yield BadItem(f"number {place}", str(error))


def _rated(item: object, here: Here) -> Rated:
    """What an item says.

    Raises:
        UsageError: it can't be read, or must not be listed.
    """
    if not isinstance(item, Mapping) or not isinstance(phone := item.get("phone"), str):
        raise UsageError("it has no “phone” that is a text")
    votes = votes_of(_word(item, "votes"))
    target = rated_target(phone, here.region)
    if not votes:
        return Rated(target, votes=0)
    activity = _word(item, "lastActivity")
    return Rated(
        target,
        rating_of(_word(item, "rating")),
        votes,
        day_of(activity, here.today) if activity not in {"", "0"} else None,
    )


def _word(item: Item, name: str) -> str:
    value = item.get(name, "")
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else "none"


class _Text:
    """A JSON text, looked at through a window that goes along."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self._parser = json.JSONDecoder()
        self._text, self._at, self._ended = "", 0, False

    def peek(self) -> str:
        """The next character that is no space; none at the end."""
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text) or self._ended:
                return self._text[self._at : self._at + 1]
            self._more()

    def take(self, character: str) -> None:
        """Go past a character, which must be the next one.

        Raises:
            SourceError: it isn't.
        """
        if self.peek() != character:
            raise _no_list(f"there is no {character} where one should be")
        self._at += 1

    def value(self) -> Any:  # noqa: ANN401  (any JSON value)
        """The next value.

        Raises:
            SourceError: there is none, or it is too long.
        """
        while True:
            self.peek()
            try:
                value, end = self._parser.raw_decode(self._text, self._at)
            except (ValueError, RecursionError) as error:
                why = one_line(str(error))[:80]
            else:
                if end < len(self._text) or self._ended:  # what ends with the window may go on behind it
                    self._at = end
                    return value
                why = "it is cut off"
            if self._ended or len(self._text) - self._at > MAX_ITEM:
                raise _no_list(why)
            self._more()

    def _more(self) -> None:
        chunk = self._stream.read(CHUNK)
        self._ended = not chunk
        try:
            self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._ended)
        except ValueError as error:
            raise _no_list("it is not UTF-8") from error
        self._at = 0


def _no_list(why: str) -> SourceError:
    return SourceError(f"it is no whole list of PhoneBlock ({why})")


def _json_items(text: _Text) -> Iterator[object]:
    text.take("{")
    listed = False
    while text.peek() == '"':
        name = text.value()
        text.take(":")
        if name != "numbers":
            text.value()
        else:
            listed = True
            yield from _members(text)
        if text.peek() != ",":
            break
        text.take(",")
    text.take("}")
    if not listed:
        raise _no_list("it has no “numbers”")


def _members(text: _Text) -> Iterator[object]:
    text.take("[")
    while text.peek() != "]":
        yield text.value()
        if text.peek() == ",":
            text.take(",")
    text.take("]")


def _xml_items(stream: BinaryIO) -> Iterator[Item]:
    elements = _Elements()
    while True:
        chunk = stream.read(CHUNK)
        yield from elements.feed(chunk)
        if not chunk:
            return


class _Elements:
    """Takes the bytes of an XML file and gives the attributes of its `phone-info` elements."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EntityDeclHandler = _refuse_entities  # a few lines of them can unfold to gigabytes
        self._found: list[Item] = []
        self._root, self._fed = "", 0

    def feed(self, chunk: bytes) -> list[Item]:
        """The items that begin in the next bytes; none is the end of the file."""
        self._found = []
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise _no_list(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
        except (LookupError, ValueError) as error:  # an encoding that this Python doesn't know, or can't read so
            raise _no_list(f"line {self._parser.CurrentLineNumber}: {error}") from error
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > MAX_XML_AHEAD:
            raise _no_list(f"what begins at line {self._parser.CurrentLineNumber} is too long")
        return self._found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if not self._root:
            self._root = name
            if name != "blocklist":
                raise _no_list(f"it holds <{one_line(name)[:40]}>, not <blocklist>")
        elif name == "phone-info":
            self._found.append(attributes)


def _refuse_entities(*_: object) -> NoReturn:
    raise _no_list("it declares entities of its own")


def _binary(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        raise _no_list("it is cut off")
    _, version, _, numbers, prefixes = _HEAD.unpack(head)
    if version != _VERSION:
        raise _no_list(f"it is of version {version}, and only {_VERSION} is known here")
    places = count(1)
    for ending, items in (("", numbers), ("*", prefixes)):
        for place in islice(places, items):
            raw = stream.read(_RECORD.size)
            if len(raw) < _RECORD.size:
                raise _no_list(f"it is cut off at record {place}")
            try:
                yield _record(_RECORD.unpack(raw)[0], ending, here)
            except UsageError as error:
                yield BadItem(f"record {place}", str(error))
    if stream.read(1):
        raise _no_list("there is more in it than it says")


def _record(record: int, ending: str, here: Here) -> Rated:
    flags = record & _FLAGS
    if flags & ~_BLACK:
        raise UsageError("it has marks that are not known here")
    rating = Rating.E_ADVERTISING if flags & _BLACK else Rating.A_LEGITIMATE
    return Rated(rated_target(f"+{_digits(record >> 8)}{ending}", here.region), rating, LEAST_VOTES)


def _digits(key: int) -> str:
    symbols = []
    for _ in range(_SLOTS):
        key, symbol = divmod(key, _BASE)
        symbols.append(symbol)
    symbols.reverse()
    digits = symbols[: symbols.index(0)] if 0 in symbols else []
    if key or not digits or any(symbols[len(digits) :]):
        raise UsageError("it is no number of up to fifteen digits")
    return "".join(str(symbol - 1) for symbol in digits)
