"""Ways of reading a block list: one file each in this folder, with one function `read` that is a `Reader`.

A reader gets the bytes of a list as somebody published them, from a file on disk, and gives what it lists in our form.
It runs in the process that makes the book, never on the call path, so that it may be slow, but not hungry: it reads as
it goes. It opens nothing, fetches nothing, and knows neither the other readers nor what becomes of its reading.
"""

from array import array
from dataclasses import dataclass
from typing import BinaryIO, Protocol


@dataclass(frozen=True, slots=True)
class Reading:
    """What a list holds."""

    numbers: "array[int]"
    """Type `Q`: the digits of E.164 numbers as integers, in the order read; the same one may come twice."""
    prefixes: frozenset[str]
    """The digits that listed numbers begin with, country code first, without `+`."""
    bad_lines: int
    """How many items could not be read and were left out."""


@dataclass(frozen=True, slots=True)
class AddressBook:
    """What somebody's address book holds; read by `vcard.py`, the one file here that is about people who are wanted."""

    people: tuple[tuple[str, str], ...]
    """Numbers in E.164, each with a name."""
    faults: tuple[str, ...]
    """What could not be read and was passed over, each with its line and the name it stands under."""


class Reader(Protocol):
    """What every file here offers."""

    def __call__(self, stream: BinaryIO, region: str) -> Reading:
        """Read a list to its end.

        Args:
            stream: the list, from its first byte; can be sought back to it.
            region: ISO 3166-1 alpha-2 of the country whose national numbers are meant.

        Raises:
            SourceError: it is no list of this kind, or too much of it can't be read. The message names the first bad
                places, and how a person can mend it.
        """
        ...
