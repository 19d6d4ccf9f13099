"""What an entry is as bytes: canonical, strict, and the same for everybody."""

import json
import re
from datetime import UTC, datetime, timedelta, timezone
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from fakes.ledgers import SALT, VECTORS, content, vector_rows
from hypothesis import example, given
from hypothesis import strategies as st

from blocker.core.entry import (
    MAX_CONTENT,
    MAX_DEPTH,
    MAX_INTEGER,
    NO_LINK,
    EntryKind,
    Link,
    canonical,
    format_time,
    link_line,
    parse,
    parse_link,
    parse_time,
    sha256_hex,
)
from blocker.core.taken_over import MARK, recorded
from blocker.errors import LedgerFormatError

texts = st.text(st.characters(exclude_categories=["Cs"]))
keys = st.text(st.characters(max_codepoint=0x7F))
scalars = texts | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.booleans() | st.none()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)
objects = st.dictionaries(keys, values, max_size=6)

GOOD = {**content(), "salt": SALT}


class Word(StrEnum):
    """A text as the core's values have it."""

    RING = "ring"


class Number(IntEnum):
    """An integer with a name."""

    SEVEN = 7


@given(objects)
@example({"\u007f": '\u0000\b\t\n\u001f"\\/\u007f\u2028\ufeff\U0001f4de'})
def test_canonical_bytes_are_those_of_rfc_8785(value: dict[str, Any]) -> None:
    """Somebody else's implementation of the standard writes the same bytes, but for the LF."""
    assert canonical(value) == rfc8785.dumps(value) + b"\n"


@given(objects)
def test_a_content_reads_back_as_itself(more: dict[str, Any]) -> None:
    """Writing and reading loses nothing."""
    whole = {**more, **GOOD}
    assert parse(canonical(whole)) == whole


@given(st.binary(max_size=300) | objects.map(lambda value: json.dumps({**value, **GOOD}).encode() + b"\n"))
def test_parsing_gives_the_one_content_of_these_bytes_or_an_error(line: bytes) -> None:
    """Whatever bytes come, nothing but a LedgerFormatError leaves, and what is taken prints back to the same bytes."""
    try:
        value = parse(line)
    except LedgerFormatError:
        return
    assert canonical(value) == line


@pytest.mark.parametrize("vector", json.loads((VECTORS / "refused.json").read_text("utf-8")), ids=lambda v: v["why"])
def test_what_is_no_content_is_refused(vector: dict[str, str]) -> None:
    """Each of the frozen lines that only look like a content gets a message."""
    line = vector["line"].encode("utf-8", "surrogatepass")
    with pytest.raises(LedgerFormatError, match=r"\w"):
        parse(line)


def test_the_vectors_contents_are_canonical() -> None:
    """The frozen contents are what this program would write."""
    for _, _, line in vector_rows("holds"):
        assert line is None or canonical(parse(line)) == line


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b'{"a":"\xff"}\n', "UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "isn't"),
        (b"1" * 10_000 + b"\n", "isn't"),
        (b'"' + b"a" * MAX_CONTENT + b'"\n', "longer"),
    ],
    ids=["not UTF-8", "deeper than Python recurses", "more digits than Python reads", "too long"],
)
def test_hostile_bytes_are_refused(line: bytes, why: str) -> None:
    """Bytes made to make a parser fail get a message, not a traceback."""
    with pytest.raises(LedgerFormatError, match=why):
        parse(line)


def nested(levels: int) -> Any:
    """Arrays within each other."""
    return [] if levels == 1 else [nested(levels - 1)]


def cyclic() -> list[Any]:
    """An array that holds itself."""
    ring: list[Any] = []
    ring.append(ring)
    return ring


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (1.5, "x is a float"),
        (float("nan"), "x is a float"),
        (b"raw", "x is a bytes"),
        ({1, 2}, "x is a set"),
        (datetime(2026, 11, 17, tzinfo=UTC), "x is a datetime"),
        (MAX_INTEGER + 1, "x is an integer beyond"),
        (-MAX_INTEGER - 1, "x is an integer beyond"),
        ({"é": 1}, "x has the key 'é'"),
        ({1: 1}, "x has the key 1"),
        (["a", {"b": [2.0]}], "b is a float"),
        ("\ud83d", "surrogate"),
        ("a" * MAX_CONTENT, "longer"),
        (nested(MAX_DEPTH), "levels deep"),
        (cyclic(), "levels deep"),
    ],
)
def test_what_cannot_be_written_is_refused_by_name(value: Any, why: str) -> None:
    """A value that readers would disagree on is refused, and the message says which field it is."""
    with pytest.raises(LedgerFormatError, match=why):
        canonical({"x": value})


def test_what_the_core_has_can_be_written() -> None:
    """Enumerations count as the text or number they are, tuples as arrays, and as deep as is allowed."""
    value = {"a": Word.RING, "b": (Number.SEVEN, True), "c": nested(MAX_DEPTH - 1)}
    assert canonical(value).startswith(b'{"a":"ring","b":[7,true],"c":[[')


def test_a_link_is_the_line_of_the_specification() -> None:
    """Number, sum of the link before, sum of the content, one LF."""
    line = link_line(1, NO_LINK, sha256_hex(b"x\n"))
    assert line == b"1 " + b"0" * 64 + b" 73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac\n"
    assert parse_link(line) == Link(1, NO_LINK, "73cb3858a687a8494ca3323053016282f3dad39d42cf62ca4e79dda2aac7d9ac")


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"0 " + b"0" * 64 + b" " + b"a" * 64 + b"\n",
        b"01 " + b"0" * 64 + b" " + b"a" * 64 + b"\n",
        b"-1 " + b"0" * 64 + b" " + b"a" * 64 + b"\n",
        b"1 " + b"0" * 64 + b" " + b"A" * 64 + b"\n",
        b"1 " + b"0" * 64 + b" " + b"a" * 64,
        b"1 " + b"0" * 64 + b" " + b"a" * 64 + b"\n\n",
        b"1 " + b"0" * 64 + b" " + b"a" * 64 + b"\r\n",
        b"1  " + b"0" * 64 + b" " + b"a" * 64 + b"\n",
        b"1 " + b"0" * 63 + b" " + b"a" * 64 + b"\n",
        b"9007199254740992 " + b"0" * 64 + b" " + b"a" * 64 + b"\n",
        "١ ".encode() + b"0" * 64 + b" " + b"a" * 64 + b"\n",
    ],
)
def test_a_line_that_is_no_link_is_refused(line: bytes) -> None:
    """There is one way to write a link, so that no two lines mean the same."""
    with pytest.raises(LedgerFormatError, match="link line"):
        parse_link(line)


@given(
    st.datetimes(
        datetime(1, 1, 2),  # noqa: DTZ001  (hypothesis adds the zone)
        datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=1, minutes=30))]),
    )
)
def test_times_are_utc_to_the_millisecond_and_sort_as_text(instant: datetime) -> None:
    """A time reads back as the same millisecond, and a later one is a greater text."""
    text = format_time(instant)
    assert parse_time(text) == instant.replace(microsecond=instant.microsecond // 1000 * 1000)
    assert parse_time(text).tzinfo is UTC
    assert format_time(instant + timedelta(milliseconds=1)) > text


def test_a_time_without_a_zone_is_nobodys_instant() -> None:
    """A naive time is refused rather than taken as some zone's."""
    with pytest.raises(ValueError, match="no time zone"):
        format_time(datetime(2026, 11, 17))  # noqa: DTZ001  (that is the point)


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-17T08:12:33Z", "2026-11-17 08:12:33.123Z", "2026-11-17T08:12:33.123+00:00",
     "2026-11-17T08:12:33.123456Z",
     "2026-02-30T08:12:33.123Z", "2026-11-17T24:00:00.000Z", "2026-11-17T08:12:60.000Z", "٢026-11-17T08:12:33.123Z",
     "2026-11-17T08:12:33.123Z\n"],
)  # fmt: skip
def test_a_time_written_otherwise_is_refused(text: str) -> None:
    """There is one way to write an instant."""
    with pytest.raises(LedgerFormatError, match="must look like"):
        parse_time(text)


def test_the_example_of_the_specification_is_the_frozen_one(repository: Path) -> None:
    """What a reader of the specification can check by hand is what the vectors hold."""
    spec = (repository / "docs/spec/evidence-ledger.md").read_text("utf-8")
    for n, link, line in vector_rows("holds"):
        if n in {7, 8}:
            assert link is not None
            assert line is not None
            assert line.decode() in spec
            assert link.decode() in spec


def test_the_specification_names_every_kind(repository: Path) -> None:
    """No kind is written that the document doesn't describe."""
    spec = (repository / "docs/spec/evidence-ledger.md").read_text("utf-8")
    described = set(re.findall(r"^\| `([a-z-]+)` \|", spec, re.MULTILINE))
    assert {str(kind) for kind in EntryKind} <= described


def test_there_is_a_frozen_content_of_every_kind() -> None:
    """No kind of entry goes without a content that every reader can be tried on."""
    lines = [line for name in ("holds", "every-kind", "later-kinds") for _, _, line in vector_rows(name) if line]
    assert {parse(line)["kind"] for line in lines} == set(EntryKind)
    assert all(canonical(parse(line)) == line for line in lines)


def test_what_was_taken_over_leads_back_to_its_first_bytes() -> None:
    """The frozen entries that were taken over are, put back, the frozen ones of the ledger that they came from."""
    first = {n: (link, line) for n, link, line in vector_rows("every-kind")}
    taken = [parse(line) for _, _, line in vector_rows("later-kinds") if line and MARK.encode() in line]
    assert {one["kind"] for one in taken} >= {"statement", "correction"}
    for one in taken:
        link = f"{one['taken_over']['link']}\n".encode()
        assert first[parse_link(link).n] == (link, recorded(one))
