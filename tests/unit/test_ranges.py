"""Promises of the range book: the longest prefix comes first, days count, and protection is found in any form."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass

DAY = date(2026, 11, 17)


def made(prefix: str, range_class: RangeClass = RangeClass.PREMIUM, **more: object) -> Range:
    """A range with what tests don't look at filled in."""
    facts: dict[str, object] = {
        "range_class": range_class,
        "prefix": prefix,
        "region": "BE",
        "citation": "some law",
        "where": "rules/ranges/be-test.toml:1",
        "sure": Sure.VERIFIED,
    }
    return Range(**(facts | more))  # type: ignore[arg-type]


def test_the_longest_prefix_comes_first() -> None:
    """A narrow range says more about a number than the wide one around it."""
    book = RangeBook([made("+32"), made("+3290"), made("+32900"), made("+33")])
    assert [hit.prefix for hit in book.match("+3290012345", DAY)] == ["+32900", "+3290", "+32"]
    assert book.match("+442079460000", DAY) == ()


def test_a_number_shorter_than_a_prefix_isnt_in_it() -> None:
    """Prefixes are begun by numbers, not the other way round."""
    assert RangeBook([made("+32900")]).match("+3290", DAY) == ()


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2022, 12, 31), False),
        (date(2023, 1, 1), True),
        (date(2026, 8, 10), True),
        (date(2026, 8, 11), False),
    ],
)
def test_first_and_last_day_are_inside(day: date, inside: bool) -> None:  # noqa: FBT001 - a column of the table
    """`valid_from` and `valid_to` are inclusive."""
    book = RangeBook([made("+33162", valid_from=date(2023, 1, 1), valid_to=date(2026, 8, 10))])
    assert bool(book.match("+33162000000", day)) is inside


def test_a_whole_number_is_not_a_prefix() -> None:
    """Protecting one number protects none that begins with it."""
    book = RangeBook([made("+3270245245", RangeClass.PROTECTED, whole=True)])
    assert book.is_protected("+3270245245", "BE", DAY)
    assert book.is_protected("+32702452451", "BE", DAY) is None
    assert book.is_protected("+3270245246", "BE", DAY) is None


def test_a_protected_number_inside_a_premium_range_is_protected() -> None:
    """The poison centre is reached on a surcharged number."""
    book = RangeBook([made("+3270"), made("+3270245245", RangeClass.PROTECTED, whole=True)])
    hit = book.is_protected("+3270245245", "FR", DAY)
    assert hit
    assert hit.range_class is RangeClass.PROTECTED
    assert [item.range_class for item in book.match("+3270245245", DAY)] == [RangeClass.PROTECTED, RangeClass.PREMIUM]


@pytest.mark.parametrize(
    ("number", "region", "protected"),
    [
        ("112", "BE", True),
        ("1 1 2", "BE", True),
        ("112", "ZA", False),
        ("1120", "BE", False),
        ("14020", "BE", True),
        ("140", "BE", True),
        ("14", "BE", False),
        ("", "BE", False),
        ("BE:112", "BE", False),
        ("anonymous", "BE", False),
    ],
)
def test_short_codes_mean_something_in_their_country_only(number: str, region: str, protected: bool) -> None:  # noqa: FBT001
    """A short code is looked up in the country of the line, with and without separators."""
    short = [made("112", RangeClass.PROTECTED, short=True, whole=True), made("140", RangeClass.PROTECTED, short=True)]
    assert (RangeBook(short).is_protected(number, region, DAY) is not None) is protected


def test_a_short_code_is_no_prefix_of_full_numbers() -> None:
    """`112` says nothing about +32 112…, nor about a number that somebody wrote without its plus."""
    book = RangeBook([made("11", RangeClass.PROTECTED, short=True, whole=True)])
    assert book.match("+3211222333", DAY) == ()
    assert book.match("11", DAY) == ()


@given(st.sets(st.text("0123456789", max_size=5)), st.text("0123456789", max_size=8), st.integers(-2, 2))
def test_matching_is_the_same_as_comparing_with_every_range(prefixes: set[str], digits: str, days: int) -> None:
    """The index finds exactly what looking at each range would find."""
    ranges = [made("+" + prefix, valid_from=DAY, whole=len(prefix) % 2 == 0) for prefix in sorted(prefixes)]
    number, on = "+" + digits, DAY + timedelta(days)
    naive = [
        item
        for item in sorted(ranges, key=lambda item: -len(item.prefix))
        if on >= DAY and (number == item.prefix if item.whole else number.startswith(item.prefix))
    ]
    assert list(RangeBook(ranges).match(number, on)) == naive


@given(st.text(), st.text())
def test_no_text_raises(number: str, region: str) -> None:
    """Whatever a caller ID holds, asking gives an answer."""
    book = RangeBook([made("112", RangeClass.PROTECTED, short=True), made("+32")])
    book.match(number, DAY)
    book.is_protected(number, region, DAY)
