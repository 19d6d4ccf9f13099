"""The household's lists: which listing speaks for a number, and the hash that names a list's state."""

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.listing import ListIndex, Listing, ListName, Target

NOW = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)


def listing(text: str, until: datetime | None = None, comment: str = "") -> Listing:
    """A listing on the block list, as it is written."""
    number = text.removesuffix("*")
    return Listing(ListName.BLOCK, number, text.endswith("*"), comment, NOW - timedelta(days=1), "test", until)


def naive_match(listings: list[Listing], number: str, now: datetime) -> Listing | None:
    """The rule as a person would say it: of those that hold and fit, an exact one, else the longest prefix."""
    holding = [item for item in listings if item.until is None or now < item.until]
    exact = [item for item in holding if not item.is_prefix and item.number == number]
    prefixes = [item for item in holding if item.is_prefix and number.startswith(item.number)]
    return (exact + sorted(prefixes, key=lambda item: -len(item.number)) + [None])[0]


@pytest.mark.parametrize(
    ("listed", "number", "winner"),
    [
        (["+3225551234"], "+3225551234", "+3225551234"),
        (["+3225551234"], "+32255512345", None),
        (["+3225551234"], "+322555123", None),
        (["+32255512*", "+3225551234"], "+3225551234", "+3225551234"),
        (["+32255*", "+32255512*"], "+3225551234", "+32255512*"),
        (["+32255*", "+32255512*"], "+3225559999", "+32255*"),
        (["+3225551234*"], "+3225551234", "+3225551234*"),
        (["+3225551234*"], "+322555123", None),
        ([], "+3225551234", None),
        (["+32255*"], "", None),
    ],
)
def test_exact_wins_over_prefix_and_longest_prefix_wins(listed: list[str], number: str, winner: str | None) -> None:
    """An exact listing comes before any prefix, and of two prefixes the longer one is meant."""
    match = ListIndex(map(listing, listed)).match(number, NOW)
    assert (match.text if match else None) == winner


def test_a_listing_that_ran_out_lets_the_next_best_speak() -> None:
    """An expired listing is passed over, and a shorter one that still holds counts."""
    ended = NOW - timedelta(milliseconds=1)
    index = ListIndex([listing("+3225551234", until=ended), listing("+32255512*", until=NOW), listing("+32255*")])
    match = index.match("+3225551234", NOW)
    assert match is not None
    assert match.text == "+32255*"


def test_until_is_the_first_instant_without_it() -> None:
    """A listing holds up to its end and not at it, in whatever zone the present is given."""
    index = ListIndex([listing("+3225551234", until=NOW)])
    brussels = timezone(timedelta(hours=1))
    assert index.match("+3225551234", (NOW - timedelta(milliseconds=1)).astimezone(brussels))
    assert index.match("+3225551234", NOW.astimezone(brussels)) is None


digits = st.text("012", min_size=1, max_size=5)
items = st.builds(
    lambda text, is_prefix, hours: listing(
        f"+{text}{'*' if is_prefix else ''}", None if hours is None else NOW + timedelta(hours=hours)
    ),
    digits,
    st.booleans(),
    st.none() | st.integers(-2, 2),
)


@given(st.lists(items, max_size=30, unique_by=lambda item: item.text), digits)
def test_the_index_gives_what_looking_through_the_list_gives(listings: list[Listing], number: str) -> None:
    """The index is only faster than reading the list from top to bottom, never different."""
    assert ListIndex(listings).match("+" + number, NOW) == naive_match(listings, "+" + number, NOW)


def test_the_hash_can_be_computed_from_what_the_entries_say() -> None:
    """A list's hash is over sorted lines of target, time and end, so that `sort | sha256sum` gives it too."""
    index = ListIndex([listing("+3225551234", comment="thrice"), listing("+32255*", until=NOW)])
    at, until = "2026-11-16T08:12:33.123Z", "2026-11-17T08:12:33.123Z"
    lines = f"+32255* {at} {until}\n+3225551234 {at} -\n"
    assert index.sha256() == hashlib.sha256(lines.encode()).hexdigest()
    assert ListIndex().sha256() == hashlib.sha256(b"").hexdigest()


@given(st.lists(items, max_size=10, unique_by=lambda item: item.text), st.randoms(use_true_random=False))
def test_the_hash_knows_no_order(listings: list[Listing], random: object) -> None:
    """The same listings in another order are the same list; one fewer is another."""
    shuffled = sorted(listings, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert ListIndex(shuffled).sha256() == ListIndex(listings).sha256()
    if listings:
        assert ListIndex(listings[1:]).sha256() != ListIndex(listings).sha256()


def test_a_target_is_written_with_its_star() -> None:
    """Numbers and prefixes are told apart by the `*`, in a listing as in what a person typed."""
    assert (Target("+3225551234").text, Target("+32255", is_prefix=True).text) == ("+3225551234", "+32255*")
    assert listing("+32255*").target == Target("+32255", is_prefix=True)
    assert len(ListIndex([listing("+32255*"), listing("+32255")])) == 2
