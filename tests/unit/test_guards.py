"""The guards before a list that strangers made takes the place of the one before."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.guards import (
    FEW,
    MOST_OF_A_COUNTRY,
    Made,
    Never,
    Spared,
    never_listed,
    objections,
    suspicious,
    widest,
)
from blocker.core.list_source import Bounds
from blocker.core.listing import Target
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass

OWN, FRIEND, HELP, SELLER = "+3225551230", "+32475551234", "+3270245245", "+3225551234"
BOUNDS = Bounds(fewest=10, most=5000, shrink_percent=50, grow_percent=200, must_list=(SELLER,), must_not_list=(HELP,))


@pytest.mark.parametrize(
    ("entries", "before", "listed", "covers", "says"),
    [
        (1000, 0, [SELLER], ("", 0), ""),
        (1000, 1000, [SELLER, OWN, FRIEND], ("numbers", 12), ""),
        (500, 1000, [SELLER], ("numbers", MOST_OF_A_COUNTRY), ""),
        (3000, 1000, [SELLER], ("", 0), ""),
        (20, 100, [SELLER], ("", 0), ""),
        (20 + FEW, 20, [SELLER], ("", 0), ""),
        (9, 0, [SELLER], ("", 0), "it has 9 items, and should have 10 at least"),
        (5001, 0, [SELLER], ("", 0), "it has 5001 items, and should have 5000 at most"),
        (499, 1000, [SELLER], ("", 0), "it lost 501 of its 1000 items, more than 50 % at once"),
        (3001, 1000, [SELLER], ("", 0), "it grew from 1000 to 3001 items, by more than 200 % at once"),
        (1000, 1000, [], ("", 0), f"it doesn't list {SELLER}, as it should"),
        (1000, 1000, [SELLER, HELP], ("", 0), f"it lists {HELP}, which no honest list does"),
        (1000, 1000, [SELLER], ("mobile numbers", 1000), "its prefixes catch 100 % of all mobile numbers"),
    ],
)
def test_each_guard_says_what_is_wrong(
    entries: int, before: int, listed: list[str], covers: tuple[str, int], says: str
) -> None:
    """Size, change, canaries and whole countries: one sentence each, at its very bound not yet."""
    assert objections(Made(entries, listed, covers), before, BOUNDS) == [says] * bool(says)


def test_all_that_is_wrong_is_said_at_once() -> None:
    """Whoever has to decide whether a list is right sees everything."""
    assert len(objections(Made(9, [HELP], ("numbers", 1000)), 1000, BOUNDS)) == 5


@pytest.mark.parametrize(
    ("prefixes", "which", "thousandths"),
    [
        ([], "", 0),
        (["322556"], "numbers that begin with +32", 0),
        (["33162", "33163", "33270"], "numbers that begin with +33", 3),
        (["3247", "32470", "324711"], "numbers that begin with +32", 10),
        ([f"32{n}" for n in range(10, 100)], "numbers that begin with +32", 900),
        (["32", "33162"], "numbers that begin with +32", 1000),
        (["1202", "1203", "35226"], "numbers that begin with +352", 10),
    ],
)
def test_how_much_of_a_country_prefixes_catch(prefixes: list[str], which: str, thousandths: int) -> None:
    """Prefixes within others catch no more than those; countries are counted each by itself."""
    assert widest(prefixes) == (which, thousandths)


def test_the_mobile_numbers_of_a_country_are_counted_by_themselves() -> None:
    """Two dozen prefixes catch next to nothing of a country, and half of all mobile telephones in it."""
    wide = [f"32{block}" for block in range(470, 495)]
    which, thousandths = widest(wide)
    assert which == "mobile numbers that begin with +32"
    assert 300 < thousandths < 1000
    assert objections(Made(1000, [SELLER], (which, thousandths)), 1000, BOUNDS)
    for few in ("3246604", "1876"):  # in North America no more is known than that a number may be a mobile one
        assert widest([few])[1] < MOST_OF_A_COUNTRY


@settings(deadline=None, max_examples=30)  # for each country, what the library knows of it is gone through
@given(st.lists(st.from_regex(r"\A[0-9]{1,15}\Z"), max_size=20))
def test_no_prefixes_catch_more_than_all(prefixes: list[str]) -> None:
    """Whatever digits a list has, what they catch is a part of a country."""
    assert 0 <= widest(prefixes)[1] <= 1000


def test_what_no_list_may_hold() -> None:
    """Protected numbers, what begins like a protected range, and one's own numbers; not what merely contains them."""
    day = date(2026, 11, 17)

    def protected(prefix: str, **more: object) -> Range:
        return Range(RangeClass.PROTECTED, prefix, "BE", "a law", "be.toml:1", Sure.VERIFIED, **more)  # type: ignore[arg-type]

    ranges = RangeBook(
        [
            protected(HELP, whole=True),
            protected("112", short=True),
            protected("+3278151", valid_to=date(2025, 1, 1)),
            Range(RangeClass.PREMIUM, "+3290", "BE", "a law", "be.toml:2", Sure.VERIFIED),
        ]
    )
    never = Never(never_listed(ranges, [OWN], day))
    assert [number for number in (HELP, OWN, SELLER, "+32900123", "+3278151515") if never.holds(Target(number))] == [
        HELP,
        OWN,
    ]
    assert not never.holds(Target("+3270", is_prefix=True))


def test_what_the_household_is_told_of() -> None:
    """Its own number on a list, and those of people it wants to hear; nothing where there is nothing to tell."""
    spared = Spared((OWN,), (FRIEND, *(f"+3247555{n:04}" for n in range(9))))
    assert suspicious(Made(10, [SELLER]), spared) == []
    mine, friends = suspicious(Made(10, [OWN, FRIEND, *spared.allowed]), spared)
    assert f"your own number ({OWN})" in mine
    assert "and 7 more" in friends
