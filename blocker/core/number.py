"""The caller's number in normal form: any text a trunk sends becomes one of four values, never an exception.

    E164         a telephone number, `+` and digits; may still be invalid in its country's plan, which is a signal only
    Withheld     the caller or a network asked not to show it
    Unavailable  there was none to show
    Unusable     something else: an internal extension, a service code, a caller name in the wrong place, noise

Theory of operation. Rule one: the numbering knowledge is the library's; nothing here strips a zero or guesses a
country code where `phonenumbers` can tell. Rule two: what the text means depends on the trunk it came through, so that
the trunk says its format (`NumberPlan`), and only `auto` guesses, in a stated order. Rule three: the text comes from a
stranger, so it is capped before anything is parsed (parsing is quadratic in its length) and cached once understood.

This module doesn't decide what happens to a call, nor whether a number belongs to somebody.
"""

import functools
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType, ValidationResult

from blocker.core import number_text
from blocker.core.number_text import MAX_TEXT, Kind

MAX_DIGITS = 15
"""ITU-T E.164, section 6.2.1."""
_PRESENTATION, _RESTRICTED = 0x60, 0x20
"""The presentation bits of ITU-T Q.951's octet 3a, and their value for “restricted”."""

MIN_INTERNATIONAL_DIGITS, MAX_SHORT_DIGITS = 7, 6
"""Internal extensions and short codes are no longer than this; shorter full numbers exist (Saint Helena), and those the
library recognises as valid."""

_NOT_DIGITS = str.maketrans("", "", "+ ().-/")
"""The separators that `number_text` lets through."""


class NumberFormat(StrEnum):
    """How a trunk writes the numbers of its callers."""

    AUTO = "auto"
    E164 = "e164"
    E164_WITHOUT_PLUS = "e164-without-plus"
    INTERNATIONAL_00 = "international-00"
    NATIONAL = "national"
    NATIONAL_WITHOUT_TRUNK_PREFIX = "national-without-trunk-prefix"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """What has to be known of a trunk to read its numbers."""

    region: str
    """ISO 3166-1 alpha-2 of the country whose national numbers it sends."""
    number_format: NumberFormat = NumberFormat.AUTO
    area_code: str = ""
    """For `local`: the area code without its trunk prefix, such as `2` for Brussels."""


@dataclass(frozen=True, slots=True)
class E164:
    """A telephone number in the one form everything is compared in."""

    number: str
    region: str = ""
    """ISO 3166-1 alpha-2; `001` for numbers of no country; empty where the plan doesn't know."""
    valid: bool = True
    """Whether the country's plan, as the library knows it, has such a number. It misses some (Belgian 070 and 077,
    Italian 0843 and 0844, Spanish 905), so that False is a signal and no verdict."""
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Withheld:
    """The number was marked as not to be shown: by the caller, or by a network on the way."""

    why: str = "presentation restricted"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """No number was there to be shown."""

    why: str = "no number"


@dataclass(frozen=True, slots=True)
class Unusable:
    """A text that is no telephone number. It is never matched against a list."""

    raw: str
    why: str


Caller = E164 | Withheld | Unavailable | Unusable


def normalise(raw: str, presentation: int | None, plan: NumberPlan) -> Caller:
    """The caller in normal form; never raises.

    A presentation of 32-35 (restricted) or 64-67 (unavailable) holds even where a number arrived beside it, as it does
    when a provider trusts us with it: that number must not be shown, listed or reported.

    Args:
        raw: what the trunk sent as the number, read as latin-1 or Unicode text.
        presentation: Asterisk's CALLERPRES byte (ITU-T Q.951: bits 6-7 presentation, 1-2 screening), or None.
        plan: how this trunk writes numbers.
    """
    if presentation is not None and presentation & _PRESENTATION:
        restricted = presentation & _PRESENTATION == _RESTRICTED
        return Withheld() if restricted else Unavailable("presentation unavailable")
    if len(raw) > 4 * MAX_TEXT:
        return Unusable(raw[:MAX_TEXT], "longer than any number")
    return _from_text(raw, plan)


def parse_typed(text: str, region: str) -> E164 | None:
    """A number that a person or a file wrote, read as somebody in `region` would write it; None if it is none."""
    caller = normalise(text, None, NumberPlan(region))
    return caller if isinstance(caller, E164) else None


@functools.lru_cache(maxsize=4096)
def _from_text(raw: str, plan: NumberPlan) -> Caller:
    if number_text.is_plain(raw):
        caller = _from_number_text(raw, plan)
        return caller if isinstance(caller, E164) else Unusable(raw, caller)
    written = number_text.read(raw)
    match written.kind:
        case Kind.WITHHELD:
            return Withheld(written.why)
        case Kind.UNAVAILABLE:
            return Unavailable(written.why)
        case Kind.NOISE:
            return Unusable(raw[:MAX_TEXT], written.why)
        case Kind.NUMBER:
            pass
    caller = _from_number_text(written.text, plan)
    if isinstance(caller, E164):
        return E164(caller.number, caller.region, caller.valid, written.extension) if written.extension else caller
    return Unusable(raw[:MAX_TEXT], caller)


def _from_number_text(text: str, plan: NumberPlan) -> E164 | str:
    """A number, or why there is none. The order of the guesses that `auto` makes is the order of these lines."""
    if text[0] == "+":
        return _parsed(text, plan.region, international=True)
    digits = text.translate(_NOT_DIGITS)
    region, prefix = plan.region, country_code(plan.region)
    match plan.number_format:
        case NumberFormat.E164_WITHOUT_PLUS if not digits.startswith("0") and len(digits) > MAX_SHORT_DIGITS:
            return _parsed("+" + digits, region, international=True)
        case NumberFormat.NATIONAL_WITHOUT_TRUNK_PREFIX if (
            not digits.startswith("00") and len(digits) > MAX_SHORT_DIGITS
        ):
            return _parsed(f"+{prefix}{digits}", region, international=True)
        case NumberFormat.LOCAL if not digits.startswith("0"):
            local = _parsed(f"+{prefix}{plan.area_code}{digits}", region, international=False)
            return local if not isinstance(local, E164) or local.valid else "short or internal number"
        case _:
            pass
    if digits.startswith("00") and (prefix == 1 or plan.number_format is NumberFormat.INTERNATIONAL_00):
        # North America dials 011, yet trunks there send 00, and no North American number begins with 0.
        return _parsed("+" + digits[2:], region, international=True)
    national = _parsed(text, region, international=digits.startswith("00"))
    if isinstance(national, E164) and national.valid:
        return national
    if plan.number_format is NumberFormat.AUTO and not digits.startswith("0") and len(digits) > MAX_SHORT_DIGITS:
        foreign = _parsed("+" + digits, region, international=True)
        if isinstance(foreign, E164) and foreign.valid:
            return foreign
    return national


def _parsed(text: str, region: str, *, international: bool) -> E164 | str:
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return "no country has such a number"
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if len(e164) - 1 > MAX_DIGITS:
        return f"more than {MAX_DIGITS} digits"
    found = phonenumbers.region_code_for_number(number) or ""
    if found and phonenumbers.is_valid_number_for_region(number, found):
        return E164(e164, found)
    if international and e164 != "+" + "".join(c for c in text if c.isdigit()):
        return _parsed(e164, region, international=True)  # a zero was taken away, which may make the next one a prefix
    if international:
        return E164(e164, found, valid=False) if len(e164) > MIN_INTERNATIONAL_DIGITS else "too short for a number"
    return _national_but_invalid(number, E164(e164, found, valid=False))


def _national_but_invalid(number: phonenumbers.PhoneNumber, e164: E164) -> E164 | str:
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == ValidationResult.IS_POSSIBLE:
        return e164
    short = len(str(number.national_number)) <= MAX_SHORT_DIGITS
    if short and possible in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        return "short or internal number"
    if possible == ValidationResult.IS_POSSIBLE_LOCAL_ONLY:
        return "local number without its area code (the trunk's number_format may be “local”)"
    return "not a number of this country's plan"


@functools.lru_cache(maxsize=512)
def country_code(region: str) -> int:
    """The country calling code of a region; 0 if there is none."""
    return phonenumbers.country_code_for_region(region)


def national_prefix(region: str) -> str:
    """What is dialled before a national number at home, `0` in Belgium; empty where there is nothing."""
    return phonenumbers.ndd_prefix_for_region(region, strip_non_digits=True) or ""


def supported_regions() -> frozenset[str]:
    """Every region whose numbering plan is known, ISO 3166-1 alpha-2."""
    return frozenset(phonenumbers.SUPPORTED_REGIONS)


def number_type(number: E164) -> str:
    """The kind of number by its plan, such as `mobile` or `premium-rate`; `unknown` where the library can't tell."""
    kind = phonenumbers.number_type(phonenumbers.parse(number.number))
    return PhoneNumberType.to_string(kind).lower().replace("_", "-")


def example_number(region: str, *, mobile: bool = False) -> str:
    """A made-up number of a region in E.164, empty where the plan has none; for warming up and for tests."""
    kind = PhoneNumberType.MOBILE if mobile else PhoneNumberType.FIXED_LINE
    number = phonenumbers.example_number_for_type(region, kind)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if number else ""


def warm(regions: Iterable[str]) -> None:
    """Load what the first number of each region would otherwise wait for, one to two milliseconds each.

    The library compiles its patterns at each use and relies on `re`'s cache of 512, which callers from everywhere (a
    stranger who makes numbers up) would keep emptying; so that cache is made large enough for all regions, where this
    Python has the (private) setting.
    """
    if hasattr(re, "_MAXCACHE"):
        re._MAXCACHE = max(4096, re._MAXCACHE)  # noqa: SLF001
    for region, mobile in itertools.product(regions, (False, True)):
        normalise(example_number(region, mobile=mobile), None, NumberPlan(region))
    _from_text.cache_clear()
