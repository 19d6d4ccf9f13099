"""PhoneBlock's lists in their three forms: what each item says, and what is no such list."""

import contextlib
import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO

import pytest
from fakes.phoneblock import pbbl
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.community import Rated, Rating
from blocker.core.listing import Target
from blocker.errors import SourceError
from blocker.sources import BadItem, Here, phoneblock

HERE = Here("DE", date(2026, 11, 17))
NUMBER = "+32475551234"
MILLISECONDS = 1763366400000  # 2025-11-17


def items(raw: str | bytes) -> list[Rated | BadItem]:
    """All of a list."""
    return list(phoneblock.read(BytesIO(raw.encode() if isinstance(raw, str) else raw), HERE))


def listed(*numbers: object, **rest: object) -> str:
    """A list in JSON."""
    return json.dumps({"numbers": numbers} | rest)


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (
            {"phone": NUMBER, "votes": 20, "rating": "G_FRAUD", "lastActivity": MILLISECONDS},
            Rated(Target(NUMBER), Rating.G_FRAUD, 20, date(2025, 11, 17)),
        ),
        ({"phone": "00" + NUMBER[1:], "votes": 4, "rating": "C_POLL"}, Rated(Target(NUMBER), Rating.D_POLL, 4)),
        (
            {"phone": "03012345678", "votes": "10", "rating": "E_ADVERTISING", "lastActivity": 0},
            Rated(Target("+493012345678"), Rating.E_ADVERTISING, 10),
        ),
        ({"phone": NUMBER, "votes": 0, "rating": "?", "lastActivity": -1}, Rated(Target(NUMBER), votes=0)),
        ({"phone": NUMBER, "votes": 0}, Rated(Target(NUMBER), votes=0)),
        (
            {"phone": NUMBER, "votes": 2, "rating": "G_FRAUD", "lastActivity": 4271788800000},
            BadItem("number 1", "“4271788800000” can't be: it is before 2000 or in the future"),
        ),
        ({"phone": NUMBER, "votes": True, "rating": "G_FRAUD"}, BadItem("number 1", "“none” is no number of votes")),
        ({"phone": NUMBER, "rating": "G_FRAUD"}, BadItem("number 1", "“” is no number of votes")),
        ({"votes": 2}, BadItem("number 1", "it has no “phone” that is a text")),
        ("nothing", BadItem("number 1", "it has no “phone” that is a text")),
    ],
)
def test_what_an_item_says(item: object, said: Rated | BadItem) -> None:
    """Items are read as described and as the examples have them; what is bad is told with its place."""
    assert items(listed(item, version=42)) == [said]


def test_what_nobody_may_list() -> None:
    """Short codes and whole countries are bad items, whatever their votes."""
    strange = [{"phone": phone, "votes": 100, "rating": "G_FRAUD"} for phone in ("+32", "112", "**11", "", "+32112")]
    assert all(isinstance(item, BadItem) for item in items(listed(*strange)))


def test_xml_says_the_same() -> None:
    """The same numbers as XML, and a tombstone."""
    raw = (
        '<?xml version="1.0" encoding="utf-8"?><blocklist version="42">'
        f'<phone-info phone="{NUMBER}" votes="20" rating="G_FRAUD"/><phone-info phone="+33199001234" votes="0"/>'
        "</blocklist>"
    )
    assert items(raw) == [Rated(Target(NUMBER), Rating.G_FRAUD, 20), Rated(Target("+33199001234"), votes=0)]


def test_binary_lists_have_colours_and_no_votes() -> None:
    """Black is advertising with the fewest votes there are; white speaks for the number; prefixes are prefixes."""
    raw = pbbl([(NUMBER, True), ("+33199001234", False)], [("+3247555", True)])
    assert items(raw) == [
        Rated(Target(NUMBER), Rating.E_ADVERTISING, 2),
        Rated(Target("+33199001234"), Rating.A_LEGITIMATE, 2),
        Rated(Target("+3247555", is_prefix=True), Rating.E_ADVERTISING, 2),
    ]


def test_the_head_of_a_binary_list_is_as_described() -> None:
    """Bytes worked out by hand: each digit one higher, to the base of eleven, filled up with noughts to sixteen."""
    key = int("4358666234500000", 11)
    raw = b"PBBL" + bytes([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]) + ((key << 8) | 1).to_bytes(8, "little")
    assert items(raw) == [Rated(Target("+32475551234"), Rating.E_ADVERTISING, 2)]


@pytest.mark.parametrize(
    ("record", "why"),
    [
        ((2 * 11**15) << 8 | 3, "marks that are not known"),
        (0, "no number of up to fifteen digits"),
        (5 * 11**13 << 8 | 1, "no number of up to fifteen digits"),  # begins with the end
        ((2 * 11**15 + 5) << 8 | 1, "no number of up to fifteen digits"),  # goes on after the end
        ((11**16 - 1) << 8 | 1, "no number of up to fifteen digits"),  # sixteen digits
        (0xFFFFFFFFFFFFFF01, "no number of up to fifteen digits"),  # more than sixteen symbols can say
    ],
)
def test_a_record_that_is_no_number(record: int, why: str) -> None:
    """What can't be a number is told and left out."""
    raw = b"PBBL" + bytes([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]) + record.to_bytes(8, "little")
    (item,) = items(raw)
    assert isinstance(item, BadItem)
    assert why in item.why


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{}",
        '{"version": 3}',
        '{"numbers": 3}',
        '{"numbers": [{"phone": "+3225',
        '{"numbers": [',
        '{"numbers": []',
        '{"numbers": [}',
        "<!DOCTYPE html><html><body>We'll be back.</body></html>",
        "<blocklist><phone-info",
        '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">]><blocklist/>',
        '{"numbers": [' + "[" * 30_000,
        '{"numbers": ["' + "x" * 200_000,
        b'{"numbers": ["\xff"]}',
        b"PBBL\1",
        b"PBBL\2" + bytes(11),
        pbbl([(NUMBER, True)])[:-1],
        pbbl([(NUMBER, True)]) + b"x",
        "Please provide login credentials.",
    ],
)
def test_what_is_no_such_list(raw: str | bytes) -> None:
    """A page, half a document or another form is refused as a whole."""
    with pytest.raises(SourceError, match="no whole list of PhoneBlock"):
        items(raw)


def test_a_list_is_read_as_it_comes() -> None:
    """A hundred thousand numbers are never in memory at once: the first is given before the last was read."""

    class Counting(BytesIO):
        taken = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size <= phoneblock.CHUNK
            self.taken += size
            return super().read(size)

    item = {"phone": NUMBER, "votes": 20, "rating": "G_FRAUD"}
    stream = Counting(listed(*[item] * 100_000, version=1).encode())
    reading: Iterator[Rated | BadItem] = phoneblock.read(stream, HERE)
    next(reading)
    assert stream.taken < 2 * phoneblock.CHUNK
    assert sum(1 for _ in reading) == 99_999


@given(
    st.binary(max_size=200), st.sampled_from([b"", b'{"numbers":[', b"<blocklist>", b"PBBL\1\0\0\0", b"\xef\xbb\xbf{"])
)
def test_any_bytes_are_a_list_or_our_error(raw: bytes, head: bytes) -> None:
    """Whatever comes is items or a word about why not."""
    with contextlib.suppress(SourceError):
        assert all(isinstance(item, Rated | BadItem) for item in items(head + raw))


@given(st.lists(st.tuples(st.integers(10**9, 10**12), st.booleans()), max_size=20))
def test_binary_numbers_are_what_was_written(written: list[tuple[int, bool]]) -> None:
    """Each number comes back as itself, in the order of the file, or is bad because no country has it."""
    texts = sorted(f"+49{number}" for number, _ in written)
    for text, item in zip(texts, items(pbbl([(text, True) for text in texts])), strict=True):
        assert isinstance(item, BadItem) or item.target == Target(text)
