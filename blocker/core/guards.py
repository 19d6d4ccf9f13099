"""Whether a list that strangers made may take the place of the one before: pure questions about what was made of it.

Each guard is one sentence that says what is wrong, or nothing. Decides nothing about single items, but which of them no
list may hold; how a list is read and kept, and what a household may overrule, is others' business (`syncing.py`).
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from blocker.core.list_source import Bounds
from blocker.core.listing import Target, national_digits
from blocker.core.number import E164, country_code, number_type, supported_regions
from blocker.core.ranges import RangeBook, RangeClass

MOST_OF_A_COUNTRY = 25
"""Thousandths of a country's numbers, and of its mobile numbers, that the prefixes of one list may catch. The ranges
that France set aside for canvassing, all of them together, are 12; two dozen like `+32475*` are half of the mobile
telephones of Belgium."""

FEW = 100
"""A list may always lose or gain so many items, whatever part of it they are: those that people keep by hand do."""

_NAMED = 3

_BLOCK = 3
"""Digits after the country code that tell whether a number is a mobile one: a thousandth of a country."""
_MOBILE_LENGTHS = range(7, 12)
_ANY_DIGIT = "5"
_MOBILE = "mobile"
_PERHAPS_MOBILE = {_MOBILE, "fixed-line-or-mobile"}
"""In North America hardly any number tells which it is: there one area code is not all of the mobile numbers."""


@dataclass(frozen=True, slots=True)
class Spared:
    """Numbers of the household that strangers need not tell it about: E.164."""

    own: tuple[str, ...] = ()
    """Of its lines."""
    allowed: tuple[str, ...] = ()
    """Of those that it wants to hear of: its allow list, its contacts."""
    never: tuple[str, ...] = ()
    """What no list may hold, as `never_listed` has it."""


@dataclass(frozen=True, slots=True)
class Made:
    """What was made of a list."""

    entries: int
    """Numbers and prefixes."""
    listed: Collection[str] = ()
    """Which of the numbers that were asked about it lists: E.164."""
    covers: tuple[str, int] = ("", 0)
    """As `widest` has it."""


def objections(made: Made, before: int, bounds: Bounds) -> list[str]:
    """Why a list must not replace one of `before` items (0 for none); a person may know better."""
    return [
        *_size(made.entries, bounds),
        *_change(before, made.entries, bounds),
        *(f"it doesn't list {number}, as it should" for number in bounds.must_list if number not in made.listed),
        *(f"it lists {number}, which no honest list does" for number in bounds.must_not_list if number in made.listed),
        *_width(made.covers),
    ]


def _size(entries: int, bounds: Bounds) -> Iterator[str]:
    if entries < bounds.fewest:
        yield f"it has {entries} items, and should have {bounds.fewest} at least"
    if entries > bounds.most:
        yield f"it has {entries} items, and should have {bounds.most} at most"


def _change(before: int, after: int, bounds: Bounds) -> Iterator[str]:
    if not before or abs(after - before) <= FEW:
        return
    if (before - after) * 100 > before * bounds.shrink_percent:
        yield f"it lost {before - after} of its {before} items, more than {bounds.shrink_percent} % at once"
    if (after - before) * 100 > before * bounds.grow_percent:
        yield f"it grew from {before} to {after} items, by more than {bounds.grow_percent} % at once"


def _width(covers: tuple[str, int]) -> Iterator[str]:
    which, thousandths = covers
    if thousandths > MOST_OF_A_COUNTRY:
        yield f"its prefixes catch {thousandths / 10:.0f} % of all {which}"


def widest(prefixes: Iterable[str]) -> tuple[str, int]:
    """Which numbers prefixes catch most of, those of a country or its mobile ones, and how many thousandths of them.

    Args:
        prefixes: digits without `+`, each with its country code.
    """
    shares: dict[str, float] = {}
    mobile: dict[str, float] = {}
    last = ""
    for prefix in sorted(prefixes):
        if last and prefix.startswith(last):
            continue
        last = prefix
        national = national_digits(f"+{prefix}")
        country = prefix.removesuffix(national)
        share = 1000 / 10 ** len(national)
        shares[country] = shares.get(country, 0) + share
        if len(national) >= _BLOCK and _MOBILE in _kinds(country, national[:_BLOCK]):
            mobile[country] = mobile.get(country, 0) + share
    caught = {f"numbers that begin with +{country}": share for country, share in shares.items()}
    for country, share in mobile.items():
        each = (_kinds(country, f"{block:0{_BLOCK}}") for block in range(10**_BLOCK))
        blocks = sum(not kinds.isdisjoint(_PERHAPS_MOBILE) for kinds in each)
        caught[f"mobile numbers that begin with +{country}"] = share * 1000 / blocks
    which = max(caught, key=lambda which: caught[which], default="")
    return which, int(caught.get(which, 0))


@cache
def _countries() -> frozenset[str]:
    return frozenset(str(country_code(region)) for region in supported_regions())


@cache
def _kinds(country: str, block: str) -> frozenset[str]:
    """Of which kinds numbers are that begin so, for all that the library knows, which is how long they are too."""
    if block.startswith("0") or country not in _countries():  # a 0 is dialled before national numbers, no part of them
        return frozenset()
    numbers = (E164(f"+{country}{block.ljust(length, _ANY_DIGIT)}") for length in _MOBILE_LENGTHS)
    return frozenset(map(number_type, numbers))


def suspicious(made: Made, spared: Spared) -> list[str]:
    """What a household should know of a list that is used all the same."""
    said = []
    if mine := _named(number for number in spared.own if number in made.listed):
        said.append(f"it lists your own number ({mine}), which is left out; is it the list that it says it is?")
    if wanted := _named(number for number in spared.allowed if number in made.listed):
        said.append(f"it lists numbers that you allow ({wanted}); they ring all the same")
    return said


def _named(numbers: Iterable[str]) -> str:
    known = sorted(set(numbers))
    return ", ".join(known[:_NAMED]) + (f" and {len(known) - _NAMED} more" if len(known) > _NAMED else "")


def never_listed(ranges: RangeBook, own: Iterable[str], on: date) -> tuple[str, ...]:
    """What no list may hold: protected numbers and beginnings of such, on a day, and those of the household's lines."""
    protected = {item.prefix for item in ranges if item.range_class is RangeClass.PROTECTED and item.valid_on(on)}
    return tuple(sorted({*(prefix for prefix in protected if prefix.startswith("+")), *own}))


class Never:
    """Items that no list may hold."""

    def __init__(self, beginnings: Iterable[str]) -> None:
        """All numbers that begin so: E.164."""
        self._beginnings = frozenset(beginnings)
        self._lengths = sorted({len(beginning) for beginning in self._beginnings})

    def holds(self, target: Target) -> bool:
        """Whether an item is one. A prefix that catches more than those isn't: they ring whatever a list says."""
        number = target.number
        return any(number[:length] in self._beginnings for length in self._lengths)
