"""Lists of plain numbers, as strangers publish them."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.community import Rated
from blocker.errors import SourceError
from blocker.sources import BadItem, Here, plain_lines

HERE = Here("BE", date(2026, 11, 17))


def read(text: str | bytes, region: str = "BE") -> list[Rated | BadItem]:
    """Read a list given as text."""
    content = text.encode() if isinstance(text, str) else text
    return list(plain_lines.read(BytesIO(content), replace(HERE, region=region)))


def listed(text: str | bytes, region: str = "BE") -> list[str]:
    """What a list holds, written as it would be typed."""
    items = read(text, region)
    assert all(isinstance(item, Rated) and item == Rated(item.target) for item in items)
    return [item.target.text for item in items if isinstance(item, Rated)]


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("+3225551234\n", ["+3225551234"]),
        ("+3225551234", ["+3225551234"]),
        ("+3225551234\r\n+3225551235\r\n", ["+3225551234", "+3225551235"]),
        ("\ufeff+3225551234\n", ["+3225551234"]),
        ("# a list\n\n   \n\t# more\n+3225551234 # a seller\n", ["+3225551234"]),
        ("02 555 12 34\n02/555.12.35\n(02) 555-12-36\n", ["+3225551234", "+3225551235", "+3225551236"]),
        ("0032 2 555 12 34\n+32 (0)2 555 12 35\n+32025551236\n", ["+3225551234", "+3225551235", "+3225551236"]),
        ("tel:+32-2-555-12-34\n", ["+3225551234"]),
        ("+3225551234\n+3225551234\n", ["+3225551234", "+3225551234"]),
        ("+322555*\n02 556*\n+32 2 557 * # all of it\n", ["+322555*", "+322556*", "+322557*"]),
        ("0033162######\n+3225551###  # a thousand\n", ["+33162*", "+3225551*"]),
        ("+32\u00a02\u00a0555\u00a012\u00a034\n", ["+3225551234"]),
        (b"# d\xe9marchage\n+3225551234 # caf\xe9\n", ["+3225551234"]),
        ("# " + "x" * 5000 + "\n+3225551234\n", ["+3225551234"]),
        ("", []),
        ("# nothing yet\n", []),
    ],
)
def test_ways_of_writing_a_list(text: str | bytes, holds: list[str]) -> None:
    """Comments, line ends, marks, separators, wildcards and national numbers are read as their author meant them."""
    assert listed(text) == holds


def test_national_numbers_are_those_of_the_region() -> None:
    """The same line is another number in another country."""
    assert listed("01 99 00 12 34\n", "FR") == ["+33199001234"]
    assert listed("01632 960123\n", "GB") == ["+441632960123"]


@pytest.mark.parametrize(
    "line",
    [
        "112",
        "1722",
        "+32 112",
        "+32 116000",
        "+32*",
        "+32 47*",
        "0*",
        "00*",
        "+*",
        "*",
        "*30",
        "**11",
        "2555*",
        "02 555 12 34 ext 5",
        "+3225551234#12",
        "+32255512345678901",
        "+3225551234,seller",
        "<b>+3225551234</b>",
        "anonymous",
        "+32 2 555 12 34\x01",
        "٣٢٢٥٥٥*",
        "9" * 5000,
    ],
)
def test_what_must_not_be_listed_is_a_bad_line(line: str) -> None:
    """Emergency and short numbers, whole countries and noise are left out and counted."""
    before, bad, after = read(f"+3225551230\n{line}\n+3225551231\n")
    assert isinstance(before, Rated)
    assert isinstance(after, Rated)
    assert isinstance(bad, BadItem)
    assert bad.where == "line 2"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<!DOCTYPE html>\n<html><body>Not found</body></html>", "web page"),
        (b"\n\n  <html>\n", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "XML"),
        (b"\x1f\x8b\x08\x00abc", "compressed"),
        ("\ufeff+3225551234\n".encode("utf-16-le"), "binary"),
    ],
)
def test_something_else_than_a_list_is_refused(content: bytes, says: str) -> None:
    """A web page, an archive or prose where a list should be is an error that says what it seems to be."""
    with pytest.raises(SourceError, match=says):
        read(content)


lines = st.one_of(
    st.text(max_size=30).map(str.encode),
    st.binary(max_size=30),
    st.from_regex(rb"\A[+0-9 ./()*#-]{0,20}\Z"),
)


@given(st.lists(lines, max_size=20).map(b"\n".join), st.sampled_from(["BE", "IT", "US"]))
def test_any_bytes_are_a_reading_or_a_source_error(content: bytes, region: str) -> None:
    """Whatever a stranger's server sends, the reader gives numbers and prefixes in our form or a `SourceError`."""
    try:
        items = read(content, region)
    except SourceError:
        return
    for item in items:
        if isinstance(item, BadItem):
            assert item.why
        else:
            digits = item.target.number.removeprefix("+")
            assert digits.isascii()
            assert digits.isdecimal()
            assert (4 if item.target.is_prefix else 7) <= len(digits) <= 15


@given(st.lists(st.integers(0, 9999), max_size=30), st.sampled_from(["\n", "\r\n", "\n\n", " # x\n"]))
def test_what_is_written_is_what_is_read(tails: list[int], line_end: str) -> None:
    """A list of well-formed numbers comes back whole and in order."""
    text = "".join(f"+322555{tail:04}{line_end}" for tail in tails)
    assert listed(text) == [f"+322555{tail:04}" for tail in tails]
