"""Address books as vCards: versions 2.1, 3.0 and 4.0, as telephones, webmail and address books export them.

They are read as people who are wanted (`read`), or as a list of callers who aren't (`read_list`). Decides what a card
says its numbers and its name are; a card that can't be read is told about and passed over. The form itself (folded
lines, quoted-printable, parameters, escapes) is the library's business. Source: RFC 6350, RFC 2426, vCard 2.1 of
versit.
"""

import codecs
import io
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

import vobject

from blocker.core.community import Rated, rated_target
from blocker.core.number import E164, parse_typed
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, UsageError
from blocker.sources import AddressBook, BadItem, Here

MAX_BYTES = 64 * 1024 * 1024
"""Longest address book, pictures included."""

MAX_NAME = 200
"""Characters of a name that are kept."""

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAME_LINE = re.compile(r"^(?:[\w-]+\.)?FN(?:;[^:]*)?:(.*)$", re.IGNORECASE | re.MULTILINE | re.ASCII)
_NAMES = ("FN", "N", "ORG")
"""Where a card may have its name, best first."""


def read(raw: bytes, region: str) -> AddressBook:
    """Read an address book.

    Args:
        raw: the file, in UTF-8 or UTF-16; where a card is neither, Latin-1.
        region: ISO 3166-1 alpha-2 of the country whose national numbers are meant.

    Raises:
        SourceError: it holds no card at all, or is too long.
    """
    people: dict[tuple[str, str], None] = {}
    faults: list[str] = []
    for line, card in _book(raw):
        try:
            name, texts = _said(card)
        except Exception as error:  # noqa: BLE001  (whatever the library makes of what strangers' programs wrote)
            shown = _NAME_LINE.search(card)
            faults.append(f"line {line}, {_name(shown[1] if shown else '')}: {one_line(str(error))[:MAX_NAME]}")
            continue
        for text in texts:
            number = parse_typed(text, region)
            if isinstance(number, E164):
                people[number.number, name] = None
            else:
                faults.append(f"line {line}, {name}: “{one_line(text)[:40]}” is no telephone number")
    return AddressBook(tuple(people), tuple(faults))


def read_list(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read cards of callers who aren't wanted; see `RatedReader`. Their names aren't looked at."""
    for line, card in _book(stream.read(MAX_BYTES + 1)):
        try:
            _, texts = _said(card)
        except Exception as error:  # noqa: BLE001  (as above)
            yield BadItem(f"line {line}", one_line(str(error))[:MAX_NAME])
            continue
        for text in texts:
            try:
                yield Rated(rated_target(text, here.region))
            except UsageError as error:
                yield BadItem(f"line {line}", str(error))


def _book(raw: bytes) -> list[tuple[int, str]]:
    """The cards of a file; see `_cards`.

    Raises:
        SourceError: it holds no card at all, or is too long.
    """
    if len(raw) > MAX_BYTES:
        raise SourceError(f"an address book of more than {MAX_BYTES >> 20} MB isn't read (export it without pictures)")
    if raw.startswith(_UTF_16):
        raw = raw.decode("utf-16", "replace").encode()
    cards = list(_cards(raw.removeprefix(codecs.BOM_UTF8)))
    if not cards:
        raise SourceError(
            "this is no address book: it holds no line BEGIN:VCARD (export it as vCard, often named .vcf)"
        )
    return cards


def _cards(raw: bytes) -> Iterator[tuple[int, str]]:
    """Each card with the line on which it begins, 1-based. A card that doesn't end is cut off by the next one."""
    begins, lines = 0, list[bytes]()
    for number, line in enumerate(raw.splitlines(), 1):
        word = line.strip().upper()
        if word == b"BEGIN:VCARD":
            if begins:
                yield begins, _decoded(lines)
            begins, lines = number, []
        if begins:
            lines.append(line)
        if begins and word == b"END:VCARD":
            yield begins, _decoded(lines)
            begins = 0
    if begins:
        yield begins, _decoded(lines)


def _decoded(lines: list[bytes]) -> str:
    card = b"\r\n".join((*lines, b""))
    try:
        return card.decode()
    except UnicodeDecodeError:
        return card.decode("latin-1")


def _said(card: str) -> tuple[str, list[str]]:
    """The name and the numbers of a card, as texts. Raises whatever the library raises."""
    soft_breaks = "QUOTED-PRINTABLE" in card.upper()
    read = next(vobject.readComponents(io.StringIO(card, newline=""), allowQP=soft_breaks))
    names: dict[str, str] = {}
    numbers = []
    for child in read.getChildren():
        if child.name == "TEL":
            numbers.append(str(child.value))
        elif child.name in _NAMES:
            names.setdefault(child.name, _text(child.value).strip())
    return _name(next((names[kind] for kind in _NAMES if names.get(kind)), "")), numbers


def _text(value: Any) -> str:  # noqa: ANN401  (the library has its own classes for the parts of a name)
    if isinstance(value, list):
        return " ".join(map(str, value))
    if isinstance(value, str):
        return value
    return " ".join(str(getattr(value, part, "")) for part in ("given", "family"))


def _name(text: str) -> str:
    return one_line(text.encode(errors="replace").decode()).strip()[:MAX_NAME] or "(no name)"
