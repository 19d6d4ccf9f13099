"""Ways of reading what others wrote: one file each in this folder, with a function `read`.

There are two kinds. A `RatedReader` gets the bytes of a list as somebody published it, from a file on disk, and gives
its items with what it says of each. A `CallReader` gets the records of another device and gives its calls. All of
them run in a process of their own, never on the call path, so that they may be slow, but not hungry: they read as they
go. They open nothing, fetch nothing, and know neither the other readers nor what becomes of their reading. `vcard.py`
has two functions: its cards are people who are wanted (`AddressBook`), or a list of callers who aren't.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, NamedTuple, Protocol

from blocker.core.call_row import Circumstances, Item
from blocker.core.community import Rated


@dataclass(frozen=True, slots=True)
class AddressBook:
    """What somebody's address book holds; read by `vcard.py`, the one file here that knows people who are wanted."""

    people: tuple[tuple[str, str], ...]
    """Numbers in E.164, each with a name."""
    faults: tuple[str, ...]
    """What could not be read and was passed over, each with its line and the name it stands under."""


@dataclass(frozen=True, slots=True)
class Here:
    """What a list doesn't say."""

    region: str
    """ISO 3166-1 alpha-2 of the country whose national numbers are meant."""
    today: date
    """The day (UTC) on which the list was had."""


class BadItem(NamedTuple):
    """An item that can't be read, or must not be listed."""

    where: str
    """Its place in the list, such as `line 3`."""
    why: str


class RatedReader(Protocol):
    """What a file here offers that reads lists of callers."""

    def __call__(self, stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
        """The items, in the order of the list, each good or bad; what lists no number at all is passed over.

        Args:
            stream: the list, from its first byte; can be sought back to it.
            here: what the list doesn't say.

        Raises:
            SourceError: it is no list of this kind, or can't be read on: then nothing of it is used.
        """
        ...


class CallReader(Protocol):
    """What a file here offers that reads the calls which another device recorded; `docs/imports.md` describes them."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins so is likely one of this kind; never raises."""
        ...

    def read(self, stream: BinaryIO, here: Circumstances) -> Iterator[Item]:
        """The rows, in the order of the file, each as a call, as passed over, or as bad: none is left out silently.

        Only calls that came in are given as calls: whom the household rang is nobody's business. Memory doesn't grow
        with the file.

        Args:
            stream: the file, from its first byte; can be sought back to it.
            here: what the file doesn't say.

        Raises:
            SourceError: it is no file of this kind, or can't be read on. What was given before holds.
        """
        ...
