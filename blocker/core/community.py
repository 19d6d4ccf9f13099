"""What a community says of a number: a rating, how many said it, and when.

Every reader of such lists (`sources/`) gives these values. Decides how the words of a list are understood, and what may
not be listed by strangers at all: emergency numbers, short codes, whole countries. What follows from a rating and its
votes is not decided here.

Source of the ratings: the interface of PhoneBlock, whose order is one of severity.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from blocker.core.listing import Target, national_digits, parse_target
from blocker.core.number import E164, MAX_SHORT_DIGITS, parse_typed
from blocker.core.plain_text import one_line
from blocker.errors import UsageError

FIRST_DAY = date(2000, 1, 1)
"""No list of today knows anything of before: what says so is the zero of somebody's clock, or misread."""

MAX_VOTES = 1_000_000_000

MIN_DIGITS_AFTER_COUNTRY = 3
"""Of a prefix. The household itself may list shorter ones; all mobile numbers of a network begin with two."""

_SEPARATORS = str.maketrans("", "", "+ .-/()")
_SHORT = re.compile(rf"[0-9]{{1,{MAX_SHORT_DIGITS}}}", re.ASCII)
_WILDCARD = re.compile(r"[*#]+\Z")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].{0,30})?", re.ASCII)
_SECONDS, _MILLISECONDS = re.compile(r"[0-9]{9,10}", re.ASCII), re.compile(r"[0-9]{12,13}", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,10}", re.ASCII)


class Rating(StrEnum):
    """What sort of call it is, the mildest first."""

    A_LEGITIMATE = "A_LEGITIMATE"
    B_MISSED = "B_MISSED"
    """Somebody missed a call of it; nobody knows what it was about."""
    C_PING = "C_PING"
    """Rings once, to be rung back."""
    D_POLL = "D_POLL"
    E_ADVERTISING = "E_ADVERTISING"
    F_GAMBLE = "F_GAMBLE"
    G_FRAUD = "G_FRAUD"

    @property
    def severity(self) -> int:
        """From 0, the mildest."""
        return tuple(Rating).index(self)

    @property
    def may_block(self) -> bool:
        """Whether it says anything against the number."""
        return self not in {Rating.A_LEGITIMATE, Rating.B_MISSED}


@dataclass(frozen=True, slots=True)
class Rated:
    """What one item of a list says. The same target may come more than once in a list: then the votes add up."""

    target: Target
    """A number, or all that begin so."""
    rating: Rating = Rating.E_ADVERTISING
    """A list that has no ratings is one of unwanted advertising."""
    votes: int = 1
    """How many say so, at least; 0 in a list of changes takes the item out."""
    last_activity: date | None = None
    """The last day (UTC) of which the list knows anything; None where it doesn't say."""
    listed_since: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """What one list says of one number, with where that comes from."""

    source: str
    """The list's slug."""
    rated: Rated
    """Its target is the number itself, or the longest listed prefix of it."""
    had_on: date
    """The day (UTC) on which the list was last had."""
    licence: str = ""


def combined(one: Rated, other: Rated) -> Rated:
    """What two items of one list come to that are about the same target.

    What speaks against it beats what doesn't, whose votes are no votes against it. Of two that do, or two that don't,
    the votes add up, and the more severe rating holds, with the latest activity and the earliest day of listing.
    """
    milder, worse = sorted((one, other), key=lambda rated: rated.rating.severity)
    if worse.rating.may_block and not milder.rating.may_block:
        return worse
    return Rated(
        worse.target,
        worse.rating,
        min(one.votes + other.votes, MAX_VOTES),
        max(filter(None, (one.last_activity, other.last_activity)), default=None),
        min(filter(None, (one.listed_since, other.listed_since)), default=None),
    )


def rated_target(text: str, region: str) -> Target:
    """What an item of a list that strangers made is about; each `*` or `#` at its end stands for more digits.

    Args:
        text: as it stands in the list.
        region: ISO 3166-1 alpha-2 of the country whose national numbers are meant.

    Raises:
        UsageError: it is nothing that calls, or must not be listed.
    """
    if _WILDCARD.search(text):
        return parse_target(_WILDCARD.sub("*", text), region, least=MIN_DIGITS_AFTER_COUNTRY)
    number = parse_typed(text, region)
    if number is None and _SHORT.fullmatch(text.translate(_SEPARATORS)):
        raise UsageError(f"“{one_line(text)[:40]}” is an emergency number or another short code, which calls nobody")
    if number is None or number.extension:
        raise UsageError(f"“{one_line(text)[:40]}” is no telephone number")
    return whole_number(number)


def whole_number(number: E164) -> Target:
    """A number as an item of a list.

    Raises:
        UsageError: it is a short code with a country code before it: +32 116000 is a help line and no caller.
    """
    if not number.valid and len(national_digits(number.number)) <= MAX_SHORT_DIGITS:
        raise UsageError(f"{number.number} is a short or internal number, which calls nobody")
    return Target(number.number)


def rating_of(text: str) -> Rating:
    """The rating that a word means, such as `G_FRAUD` or `fraud`; a letter that doesn't fit its word is passed over.

    PhoneBlock's own description has a `C_POLL` in its examples.

    Raises:
        UsageError: it means none.
    """
    word = text.strip().upper().rpartition("_")[2]
    for rating in Rating:
        if rating.partition("_")[2] == word:
            return rating
    raise UsageError(f"“{one_line(text)[:40]}” is no rating that is known here ({', '.join(Rating)})")


def votes_of(text: str) -> int:
    """How many say so.

    Raises:
        UsageError: it is no number of people.
    """
    text = text.strip()
    if not _WHOLE.fullmatch(text) or int(text) > MAX_VOTES:
        raise UsageError(f"“{one_line(text)[:40]}” is no number of votes")
    return int(text)


def day_of(text: str, today: date) -> date:
    """The day (UTC) that a list gives: `2026-11-17`, perhaps with a time behind it, or seconds or milliseconds of Unix.

    Args:
        text: as it stands in the list.
        today: the day (UTC) on which the list was had.

    Raises:
        UsageError: it is no day, or one that can't be: before `FIRST_DAY`, or in the future.
    """
    text = text.strip()
    try:
        day = _day(text)
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise UsageError(f"“{one_line(text)[:40]}” is no day such as 2026-11-17")
    if not FIRST_DAY <= day <= today + timedelta(days=1):  # the list's day may have begun where ours has not
        raise UsageError(f"“{one_line(text)[:40]}” can't be: it is before {FIRST_DAY.year} or in the future")
    return day


def _day(text: str) -> date | None:
    if found := _DAY.fullmatch(text):
        return date.fromisoformat(found[1])
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC).date()
    if _MILLISECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text) // 1000, UTC).date()
    return None
