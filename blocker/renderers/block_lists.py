"""A block list as a file for telephones that this program doesn't screen, such as a mobile or a FRITZ!Box.

Decides how numbers are written for each kind of device. Which numbers, and how many, the caller says. Whole numbers
only: none of these forms has prefixes that all programs which read it understand alike. Each can be read back by
`blocker sync --as`.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from blocker.core.exported import Exported
from blocker.core.number import country_code, national_prefix

MOST = {"fritzbox": 3_000}
"""How many numbers a device takes for sure, where that is few; a FRITZ!Box holds three to four thousand."""

_NAME = "SPAM"
_NUMBERS_PER_CONTACT = 9


def vcard(numbers: Sequence[Exported], _: str) -> str:
    """Cards of version 3.0 (RFC 2426), each number its own, so that a telephone shows it by its name."""
    return "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:blocker-{number[1:]}\r\nN:{_NAME} {number};;;;\r\nFN:{_NAME} {number}\r\n"
        f"CATEGORIES:{_NAME}\r\nTEL;TYPE=VOICE:{number}\r\n{_vcard_note(note)}END:VCARD\r\n"
        for number, note in numbers
    )


def _vcard_note(note: str) -> str:
    escaped = re.sub(r"([\\,;])", r"\\\1", note)
    return f"NOTE:{escaped}\r\n" if note else ""


def spamblocker(numbers: Sequence[Exported], _: str) -> str:
    """A table of one column, `number`, which the app SpamBlocker for Android imports; it has no place for notes."""
    return "".join(f"{line}\r\n" for line in ("number", *(number for number, _ in numbers)))


def fritzbox(numbers: Sequence[Exported], _: str) -> str:
    """A telephone book of a FRITZ!Box, with several numbers to a contact, since it counts contacts."""
    contacts = (numbers[start : start + _NUMBERS_PER_CONTACT] for start in range(0, len(numbers), _NUMBERS_PER_CONTACT))
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f"{_xml_notes(numbers)}<phonebooks>\n<phonebook name={quoteattr(_NAME)}>\n"
        f"{''.join(map(_contact, contacts))}</phonebook>\n</phonebooks>\n"
    )


def _xml_notes(numbers: Sequence[Exported]) -> str:
    """Comments before the book, since contacts have no place for notes."""
    notes = sorted({note for _, note in numbers if note})
    return "".join(f"<!-- {escape(re.sub('-(?=-)', '- ', note))} -->\n" for note in notes)


def _contact(numbers: Sequence[Exported]) -> str:
    telephony = "".join(
        f'<number type="home" prio="{int(not place)}" id="{place}">{number}</number>'
        for place, (number, _) in enumerate(numbers)
    )
    return (
        f"<contact><category>0</category><person><realName>{_NAME} {numbers[0].number}</realName></person>"
        f'<telephony nid="{len(numbers)}">{telephony}</telephony></contact>\n'
    )


def freepbx(numbers: Sequence[Exported], region: str) -> str:
    """A table for the import of FreePBX's module Blacklist, each number in every form that a trunk may present it in.

    Asterisk compares the texts as they are: to it, `+32…`, `0032…` and `0…` are three numbers.
    """
    rows = (f"{key},{_quoted(note)}\r\n" for number, note in numbers for key in _keys(number, region))
    return "".join(("number,description\r\n", *rows))


def astdb(numbers: Sequence[Exported], region: str) -> str:
    """Commands that put them into Asterisk's own database, where FreePBX's blacklist is and `BLACKLIST()` looks."""
    return "".join(
        f"database put blacklist {key} {_quoted(note)}\n" for number, note in numbers for key in _keys(number, region)
    )


def _quoted(note: str) -> str:
    """A description that neither a comma nor a blank ends, in a table or for Asterisk's command line."""
    return _NAME if not note else '"' + f"{_NAME} ({note})".replace('"', "'").replace("\\", "/") + '"'


def _keys(number: str, region: str) -> Iterable[str]:
    digits, home = number[1:], str(country_code(region))
    at_home = (national_prefix(region) + digits.removeprefix(home),) if digits.startswith(home) else ()
    return dict.fromkeys((number, digits, f"00{digits}", *at_home))


FORMS: dict[str, Callable[[Sequence[Exported], str], str]] = {
    "vcard": vcard,
    "spamblocker": spamblocker,
    "fritzbox": fritzbox,
    "freepbx-csv": freepbx,
    "astdb": astdb,
}
"""Each takes numbers and the ISO 3166-1 alpha-2 region of the household, and gives the whole file."""
