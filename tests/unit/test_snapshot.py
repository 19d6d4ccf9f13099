"""Tests of published lists' files: what is packed comes back, and a stranger's bytes give a value or our error."""

import hashlib
import io
import zlib
from array import array
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core import snapshot_codec as codec
from blocker.core.community import Rated, Rating
from blocker.core.listing import Target
from blocker.core.snapshot import MOST, coarse, decode, encode, list_file
from blocker.errors import SourceError
from blocker.sources import BadItem, Here
from blocker.sources.snapshot import read

HERE = Here("BE", date(2026, 11, 22))
NUMBERS = st.sets(st.integers(1, 10**15 - 1), max_size=60).map(lambda found: array("Q", sorted(found)))


def rated(number: str, votes: int = 3, rating: Rating = Rating.E_ADVERTISING) -> Rated:
    target = Target(number.rstrip("*"), number.endswith("*"))
    return coarse(Rated(target, rating, votes, date(2026, 11, 18), date(2026, 10, 1)))


ITEMS = {item.target: item for item in (rated("+3225551234"), rated("+3225551235", 60), rated("+3225559*", 2))}


@given(NUMBERS)
def test_numbers_come_back(numbers: "array[int]") -> None:
    """Any sorted numbers come back as they were, gaps of more than 32 bits and neighbours alike."""
    assert codec.unpack_numbers(codec.pack_numbers(numbers), len(numbers)) == numbers


@given(st.binary(max_size=200), st.integers(0, 40))
def test_any_packed_bytes(raw: bytes, count: int) -> None:
    """Whatever is packed, whole or damaged, gives as many numbers as announced, sorted, or our error."""
    for packed in (raw, zlib.compress(raw)):
        for unpack in (codec.unpack_numbers, codec.unpack_prefixes, codec.unpack_said):
            try:
                found = unpack(packed, count)
            except SourceError:
                continue
            assert isinstance(found, bytes) or list(found) == sorted(set(found))  # type: ignore[type-var]
            assert len(found) == count * (codec.SAID_BYTES if unpack is codec.unpack_said else 1)


def test_a_bomb_stays_packed() -> None:
    """What is packed never takes more memory than the announced number of items allows."""
    with pytest.raises(SourceError, match="more or less is packed"):
        codec.unpack_numbers(zlib.compress(bytes(50_000_000)), 10)


def test_a_long_gap_is_long() -> None:
    """No number stands in a list twice, nor a 0, by way of a long gap that is short."""
    for gap in (0, 1, (1 << 32) - 1):
        with pytest.raises(SourceError, match="a long gap that isn't"):
            codec.unpack_numbers(zlib.compress(bytes(4) + gap.to_bytes(8, "little")), 1)


@given(st.binary(max_size=400))
def test_any_file(raw: bytes) -> None:
    """Any bytes are a file or our error, also behind a good head."""
    good = encode(list_file("club", 1, ITEMS))
    for whole in (raw, good[: len(raw)] + raw, good + raw):
        try:
            file, rest = decode(whole)
        except SourceError:
            continue
        assert {item.target: item for item in file.items()} == ITEMS
        assert rest == raw


def test_a_list_comes_back() -> None:
    """A list comes back with what is said of each item: rating, votes and weeks."""
    file, rest = decode(encode(list_file("club", 4, ITEMS)))
    assert (file.list, file.version, file.base, rest) == ("club", 4, 0, b"")
    assert {item.target: item for item in file.items()} == ITEMS


def test_changes_lead_to_the_new_list() -> None:
    """Changes hold what came, what is said anew and what left, and nothing else."""
    new = {item.target: item for item in (rated("+3225551234"), rated("+3225551235", 100), rated("+33199001234"))}
    file, _ = decode(encode(list_file("club", 5, new, ITEMS)))
    changes = {item.target.text: item.votes for item in file.items()}
    assert changes == {"+3225551235": 100, "+33199001234": 3, "+3225559*": 0}
    assert file.base == 4


def test_changes_of_several_versions_are_one() -> None:
    """Files one behind the other are read as one, and the newer word about a number counts."""
    second = {item.target: item for item in (rated("+3225551234"),)}
    third = second | {item.target: item for item in (rated("+3225551235", 7),)}
    raw = encode(list_file("club", 2, second, ITEMS)) + encode(list_file("club", 3, third, second))
    found = {item.target.text: item.votes for item in read(io.BytesIO(raw), HERE) if isinstance(item, Rated)}
    assert found == {"+3225551235": 7, "+3225559*": 0}


@pytest.mark.parametrize(
    ("second", "why"),
    [
        (list_file("club", 4, {}, ITEMS), "don't follow"),
        (list_file("other", 3, {}, ITEMS), "don't follow"),
        (list_file("club", 3, ITEMS), "don't follow"),
    ],
)
def test_changes_that_do_not_follow(second: object, why: str) -> None:
    """Changes of versions that don't follow each other, or of two lists, are refused."""
    raw = encode(list_file("club", 2, {}, ITEMS)) + encode(second)  # type: ignore[arg-type]
    with pytest.raises(SourceError, match=why):
        list(read(io.BytesIO(raw), HERE))


def test_nothing_follows_on_a_whole_list() -> None:
    """Changes behind a whole list are refused: what they say again would add up."""
    raw = encode(list_file("club", 1, ITEMS)) + encode(list_file("club", 2, {}, ITEMS))
    with pytest.raises(SourceError, match="don't follow"):
        list(read(io.BytesIO(raw), HERE))


@pytest.mark.parametrize("number", ["+32*", "+112", "+32112"])
def test_what_may_not_be_listed(number: str) -> None:
    """A publisher can't list a whole country, an emergency number or a short code."""
    item = rated(number)
    (found,) = read(io.BytesIO(encode(list_file("club", 1, {item.target: item}))), HERE)
    assert isinstance(found, BadItem)


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        (b"blocker-list-file/1", b"blocker-list-file/2", "newer"),
        (b"blocker-list-file/1", b"<html>", "begin with"),
        (b"base 0", b"base 9", "contradicts"),
        (b"said 3 ", b"said 2 ", "contradicts"),
        (b"numbers 2 ", b"numbers 02 ", "two whole numbers"),
        (b"numbers 2 ", f"numbers {MOST + 1} ".encode(), "no list has more"),
        (b"gone-numbers 0 ", b"gone-number 0 ", "should stand here"),
    ],
)
def test_a_head_that_is_wrong(before: bytes, after: bytes, why: str) -> None:
    """A head that isn't as the form wants it is refused, and the error says where."""
    raw = encode(list_file("club", 4, ITEMS))
    assert before in raw
    with pytest.raises(SourceError, match=why):
        decode(raw.replace(before, after))


def test_a_file_cut_short() -> None:
    """A file that ends early is refused wherever it is cut."""
    raw = encode(list_file("club", 4, ITEMS))
    for end in range(len(raw)):
        with pytest.raises(SourceError):
            decode(raw[:end])


def test_published_days_and_votes_are_coarse() -> None:
    """What is published of an item has the Monday of its week for a day, and a step for its votes."""
    item = coarse(Rated(Target("+3225551234"), votes=6, last_activity=date(2026, 11, 22)))
    assert (item.votes, item.last_activity, item.listed_since) == (5, date(2026, 11, 16), None)


def test_the_sum_is_that_of_a_file_anybody_can_make() -> None:
    """The sum of a list is of its sorted numbers in eight bytes each, the lowest first, then lines of prefixes."""
    plain = b"".join(number.to_bytes(8, "little") for number in (3225551234, 3225551235)) + b"3225559\n"
    assert list_file("club", 4, ITEMS).sha256 == hashlib.sha256(plain).hexdigest()
