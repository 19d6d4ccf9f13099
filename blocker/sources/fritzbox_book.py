"""Telephone books of a FRITZ!Box as XML, read as a list: every number of every contact in it.

Decides which elements hold numbers. The names beside them aren't read. Source: AVM's description of the format,
“FRITZ!Box: X_AVM-DE_OnTel”, where such a file is one `phonebook` of `contact`s with `telephony` and `number`.
"""

from collections.abc import Iterator
from typing import BinaryIO, NoReturn
from xml.parsers import expat

from blocker.core.community import Rated, rated_target
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here

CHUNK = 65_536
MAX_NUMBER = 200
"""Characters of one number that are looked at."""
MAX_ELEMENT = 1 << 20
"""Bytes that may come before the next element; a contact's have a few hundred."""

_ROOTS = {"phonebooks", "phonebook"}


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a telephone book; see `RatedReader`."""
    book = _Book()
    while True:
        chunk = stream.read(CHUNK)
        for line, text in book.feed(chunk):
            try:
                yield Rated(rated_target(text, here.region))
            except UsageError as error:
                yield BadItem(f"line {line}", str(error))
        if not chunk:
            return


class _Book:
    """Takes the bytes of a file and gives the texts of its `number` elements, each with its line."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = _refuse_entities  # a few lines of them can unfold to gigabytes
        self._found: list[tuple[int, str]] = []
        self._root, self._number, self._inside, self._fed = "", "", False, 0

    def feed(self, chunk: bytes) -> list[tuple[int, str]]:
        """The numbers that end in the next bytes; none is the end of the file.

        Raises:
            SourceError: it is no such file, or broken.
        """
        self._found = []
        try:
            self._parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            raise SourceError(
                f"line {error.lineno}: {expat.ErrorString(error.code)}; is it the XML file of a telephone book, whole?"
            ) from error
        except (LookupError, ValueError) as error:  # an encoding that this Python doesn't know, or can't read so
            raise SourceError(f"line {self._parser.CurrentLineNumber}: {error}") from error
        self._fed += len(chunk)
        if self._fed - max(self._parser.CurrentByteIndex, 0) > MAX_ELEMENT:
            raise SourceError(f"line {self._parser.CurrentLineNumber}: what begins there is too long")
        return self._found

    def _start(self, name: str, _: dict[str, str]) -> None:
        if not self._root:
            self._root = name
            if name not in _ROOTS:
                raise SourceError(f"it holds <{name[:40]}>, and no telephone book of a FRITZ!Box (<phonebooks>)")
        if name == "number":
            self._number, self._inside = "", True

    def _text(self, text: str) -> None:
        if self._inside and len(self._number) <= MAX_NUMBER:
            self._number += text

    def _end(self, name: str) -> None:
        if name == "number":
            self._inside = False
            if text := self._number.strip():
                self._found.append((self._parser.CurrentLineNumber, text))


def _refuse_entities(*_: object) -> NoReturn:
    raise SourceError("it declares entities of its own, which no telephone book does; it isn't read")
