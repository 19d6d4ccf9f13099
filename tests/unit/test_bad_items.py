"""How much of a stranger's list may be noise."""

import pytest

from blocker.baditems import MAX_BAD_ITEMS, BadItems
from blocker.errors import SourceError


def counted(items: int, bad: int) -> BadItems:
    """A list of so many items, of which so many are bad."""
    held = BadItems()
    held.items = items
    for n in range(1, bad + 1):
        held.add(f"line {n}: noise")
    return held


@pytest.mark.parametrize(("items", "bad"), [(0, 0), (2, 1), (300, MAX_BAD_ITEMS), (12_000, 120)])
def test_some_noise_is_no_reason_to_do_without_a_list(items: int, bad: int) -> None:
    """A hundred bad items, or one per cent, are left out, and the rest is used."""
    counted(items, bad).refuse_too_many("items", "is it a list?")


@pytest.mark.parametrize(("items", "bad"), [(1, 1), (3, 2), (301, MAX_BAD_ITEMS + 1), (12_001, 121)])
def test_too_much_noise_is_told_with_its_places(items: int, bad: int) -> None:
    """A list with too much of it is refused whole, and the message says where to look and what to do."""
    with pytest.raises(SourceError, match=rf"{bad} of {items} items .*\(line 1: noise.*\); is it a list\?"):
        counted(items, bad).refuse_too_many("items", "is it a list?")


def test_the_first_bad_items_are_named() -> None:
    """Whoever keeps the list can mend them."""
    assert counted(500, 70).named[:2] == ("line 1: noise", "line 2: noise")
