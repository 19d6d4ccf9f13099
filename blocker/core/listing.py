"""Items of the household's lists, how a person writes one, and the index a caller is looked up in.

Decides which listing speaks for a number. Doesn't decide what follows from it (`decide.py`), which numbers nobody may
block (`ranges.py`), nor how a whole number is read (`number.py`); a prefix, which no numbering plan can check, is read
here.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from blocker.core.entry import format_time
from blocker.core.number import MAX_DIGITS, country_code, national_prefix, parse_typed
from blocker.errors import UsageError

MIN_DIGITS_AFTER_COUNTRY = 2
"""A shorter prefix would catch a whole country or a good part of it."""

_COUNTRY = re.compile(r"[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3}", re.ASCII)
"""A country code at the start of an international number. Source: ITU-T E.164, list of assigned codes."""

_SEPARATORS = str.maketrans("", "", " .-/()")
_DIGITS = re.compile(r"\+?[0-9]+", re.ASCII)


class ListName(StrEnum):
    """The household's two lists."""

    ALLOW = "allow"
    BLOCK = "block"


@dataclass(frozen=True, slots=True)
class Target:
    """What a listing is about: one number, or every number that begins so."""

    number: str
    """E.164, `+` and digits; for a prefix only its beginning."""
    is_prefix: bool = False

    @property
    def text(self) -> str:
        """As it is written everywhere: a prefix ends in `*`."""
        return f"{self.number}*" if self.is_prefix else self.number


@dataclass(frozen=True, slots=True)
class Listing:
    """One item of a list."""

    list: ListName
    number: str
    """E.164, `+` and digits; for a prefix only its beginning."""
    is_prefix: bool
    comment: str
    added_at: datetime
    """Aware, UTC."""
    added_by: str
    until: datetime | None = None
    """The instant (aware, UTC) from which it no longer holds; None for no end."""
    origin: str = ""
    """The id of the call that was marked, where a mark put it there; empty where somebody listed it."""

    @property
    def target(self) -> Target:
        return Target(self.number, self.is_prefix)

    @property
    def text(self) -> str:
        """As it is written everywhere: a prefix ends in `*`."""
        return self.target.text

    def holds_at(self, now: datetime) -> bool:
        return self.until is None or now < self.until


class ListIndex:
    """The listings of one list, unchangeable, ready to be asked for each call.

    An exact listing wins over a prefix and a longer prefix over a shorter one; one that has run out is passed over. Of
    two listings with the same target the later one counts.
    """

    __slots__ = ("_exact", "_prefix_lengths", "_prefixes", "_sum")

    def __init__(self, listings: Iterable[Listing] = ()) -> None:
        self._exact: dict[str, Listing] = {}
        self._prefixes: dict[str, Listing] = {}
        for listing in listings:
            (self._prefixes if listing.is_prefix else self._exact)[listing.number] = listing
        self._prefix_lengths = tuple(sorted({len(prefix) for prefix in self._prefixes}, reverse=True))
        self._sum = ""

    def __len__(self) -> int:
        return len(self._exact) + len(self._prefixes)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The whole numbers that are listed, those included whose listing has run out: E.164."""
        return tuple(self._exact)

    def match(self, number: str, now: datetime) -> Listing | None:
        """The listing that speaks for an E.164 number at an instant (aware, any zone); None if none does."""
        listing = self._exact.get(number)
        if listing is not None and listing.holds_at(now):
            return listing
        for length in self._prefix_lengths:
            listing = self._prefixes.get(number[:length])
            if listing is not None and listing.holds_at(now):
                return listing
        return None

    def sha256(self) -> str:
        """The hash (hex) that ledger entries name the list's state by.

        It is over one line per listing, sorted by its bytes: the target, a space, when it was put there, a space, and
        `until`, both as `2027-11-17T08:12:33.123Z`, or `-`, and LF. All of that stands in the `list-changed` entries,
        so that whoever has those can compute it again. Whoever only has the sum, out of a pack, can't find by guessing
        who is on a short list: the time is as good as a salt. Comments decide nothing, and are left out.
        """
        if self._sum:  # asked for again with every number that is dialled
            return self._sum
        listings = (*self._exact.values(), *self._prefixes.values())
        lines = sorted(
            f"{listing.text} {format_time(listing.added_at)} {format_time(listing.until) if listing.until else '-'}\n"
            for listing in listings
        )
        self._sum = hashlib.sha256("".join(lines).encode()).hexdigest()
        return self._sum


def parse_target(text: str, region: str, *, least: int = MIN_DIGITS_AFTER_COUNTRY) -> Target:
    """What a person means by a number or, with a `*` at its end, by a prefix: `02 555 12 34`, `+32 2 555*`.

    Args:
        text: as typed, or as it stands in a file.
        region: ISO 3166-1 alpha-2 of the country whose national numbers are meant.
        least: how many digits a prefix must have after its country code.

    Raises:
        UsageError: it is neither, or a prefix so short that it would catch a country.
    """
    written = unicodedata.normalize("NFKC", text).strip()
    if written.endswith("*"):
        return Target("+" + _prefix_digits(written.rstrip("*"), region, least), is_prefix=True)
    number = parse_typed(text, region)
    if number is None:
        raise UsageError(
            f"“{text}” is no telephone number; write it as +{country_code(region)}… or as it is dialled at home"
        )
    return Target(number.number)


def doubts(listing: Listing, region: str) -> list[str]:
    """What looks like a slip of the finger in a listing made in `region`, as sentences."""
    number = None if listing.is_prefix else parse_typed(listing.number, region)
    if number is None or number.valid:
        return []
    at_home = number.number.startswith(f"+{country_code(region)}")
    whose = number.region or (region if at_home else "its country")
    return [f"{whose} has no number {number.number}, as far as is known here; is a digit missing, or one too many?"]


def _prefix_digits(written: str, region: str, least: int) -> str:
    """The digits of a prefix with its country code and without `+`."""
    compact = written.replace(" ", "")
    if compact.startswith(("+", "00")):
        compact = compact.replace("(0)", "")
    compact = compact.translate(_SEPARATORS)
    if not _DIGITS.fullmatch(compact):
        raise UsageError(f"“{written}*” is no prefix: digits, perhaps a + before them, and one * at the end")
    digits = _with_country(compact, written, region)
    if len(national_digits("+" + digits)) < least:
        raise UsageError(
            f"the prefix “{written}*” would catch a whole country or much of it; "
            f"give at least {least} digits after the country code"
        )
    if len(digits) > MAX_DIGITS:
        raise UsageError(f"the prefix “{written}*” is longer than any number ({MAX_DIGITS} digits)")
    return digits


def _with_country(compact: str, written: str, region: str) -> str:
    home, trunk = str(country_code(region)), national_prefix(region)
    if compact.startswith("+"):
        digits = compact[1:]
    elif compact.startswith("00"):
        digits = compact[2:]
    elif compact.startswith(trunk):
        return home + compact.removeprefix(trunk)
    else:
        raise UsageError(f"the prefix “{written}*” could begin anywhere; write it as +{home}… or with its {trunk}")
    if digits.startswith("0"):
        raise UsageError(f"no country code begins with 0, as the prefix “{written}*” does")
    # People write +320… for +32…; no national number begins with 0 where 0 is the prefix that is dialled before it.
    return home + digits.removeprefix(home + "0") if trunk == "0" and digits.startswith(home + "0") else digits


def national_digits(number: str) -> str:
    """What follows the country code in an E.164 number; empty where no such code exists."""
    country = _COUNTRY.match(number, 1)
    return number[country.end() :] if country else ""
