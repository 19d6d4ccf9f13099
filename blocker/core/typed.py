"""What a person typed, read or refused with a question back: a company's name, a day of the past, a remark.

Decides when a name is clear enough to write something down about a company, and which remarks can be kept. Which
companies a name may mean is `company.py`'s business.
"""

from datetime import date
from enum import StrEnum
from typing import TypeVar

from blocker.core.company import Company, CompanyBook
from blocker.core.plain_text import one_line
from blocker.errors import UsageError

Word = TypeVar("Word", bound=StrEnum)

FIRST_YEAR = 1900
"""A day before it is a typing error: no company of today had customers by telephone then."""

MAX_REMARK = 200
"""Characters; a remark stands in a column of a list."""


MAX_TELLING = 20_000
"""Characters; a letter of some pages."""


def word_of(text: str, words: type[Word]) -> Word:
    """One of a few words.

    Raises:
        UsageError: it is none of them.
    """
    try:
        return words(text)
    except ValueError:
        raise UsageError(f"“{text}” is none of: {', '.join(words)}") from None


def remark(text: str, what: str, *, blank: bool = True) -> str:
    """A text that a person wrote about a number or a call, without the space around it.

    Args:
        text: as typed.
        what: what it is, for the message.
        blank: whether it may say nothing.

    Raises:
        UsageError: it has more than a line, what can't be seen, or more than `MAX_REMARK` characters, or says nothing.
    """
    written = text.strip()
    if one_line(written) != written:
        raise UsageError(f"{what} must be one line without control characters (this one: “{one_line(written[:40])}”)")
    if len(written) > MAX_REMARK:
        raise UsageError(f"{what} has {len(written)} characters, and may have {MAX_REMARK} (say it more shortly)")
    if not written and not blank:
        raise UsageError(f"{what} is blank; write something or leave it out")
    return written


def telling(text: str, what: str) -> str:
    """A text of several lines, such as a letter, without the space around it and with plain ends of lines.

    Raises:
        UsageError: it has what can't be seen, or more than `MAX_TELLING` characters.
    """
    lines = [line.rstrip() for line in text.strip().replace("\r\n", "\n").split("\n")]
    if wrong := next((line for line in lines if one_line(line) != line), ""):
        raise UsageError(f"{what} has characters that can't be seen: “{one_line(wrong[:40])}” (leave them out)")
    if len(written := "\n".join(lines)) > MAX_TELLING:
        raise UsageError(f"{what} has {len(written)} characters, and may have {MAX_TELLING} (attach it as a file)")
    return written


def the_company(book: CompanyBook, said: str, on: date, region: str) -> Company:
    """The one company that a name meant on a day, first in the household's country, else anywhere.

    Raises:
        UsageError: it means none, with names that look like it, or several, with the slugs to choose from.
    """
    found = book.resolve(said, on, region) or book.resolve(said, on)
    if len(found) == 1:
        return found[0].company
    if found:
        meant = ", ".join(f"{item.company.name} ({item.company.slug})" for item in found)
        raise UsageError(f"“{said}” may be {meant}: say which, by the name in brackets")
    near = book.suggest(said)
    near_ones = f"did you mean {' or '.join(near)}? If not, " if near else ""
    mend = f"{near_ones}blocker company list shows all, and rules/README.md how to add one for yourself"
    raise UsageError(f"no rule file names a company “{said}” ({mend})")


def past_day(text: str, what: str, today: date) -> date:
    """A day on which something happened, written as `2026-11-22`.

    Args:
        text: as typed.
        what: what happened then, for the message.
        today: at the household.

    Raises:
        UsageError: it is no day, or still to come, so that nobody knows what will have happened, or absurdly long ago.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or text != day.isoformat():
        raise UsageError(f"“{text}” ({what}) is no day; write it as 2026-11-22")
    if day > today:
        raise UsageError(f"{day} ({what}) is still to come; say it once it has happened")
    if day.year < FIRST_YEAR:
        raise UsageError(f"{day} ({what}) is too long ago; is the year right?")
    return day
