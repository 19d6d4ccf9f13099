"""Promises about the quick way to read calls: it gives what reading the whole entries gives, whatever they hold."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes.entries import CALLER, WITHHELD, gist_line, local, screened
from fakes.ledgers import chained, lay_out
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core import record
from blocker.core.contents import Content
from blocker.core.gist import FIELDS, read_line
from blocker.core.gist_call import Gist
from blocker.core.number import E164, Caller, Unavailable, Unusable
from blocker.core.observed import NO_STATEMENT, SeenCall, Statement, seen_call
from blocker.core.verdict import Match, Reason
from blocker.errors import BlockerError, LedgerCorruptError, LedgerFormatError
from blocker.evidence.reading import LedgerReader
from blocker.filing.calls_around import entries_of, seen_of, settled_calls

AT = local("2026-10-25 02:30*")
UNTIL = local("2026-10-26 00:00")
TEXTS = st.sampled_from(
    ["", "Zoë", "a,b", 'say "no"', "back\\slash", "two\nlines", "\u202eturned", "🙂", "null", '","']
)
ODD: st.SearchStrategy[Any] = st.sampled_from(
    [None, 0, 1, True, "", "x", "+32", [], {}, {"kind": "e164"}, "2026-13-45T99:99:99.999Z"]
)
PATHS: list[tuple[str, ...]] = [
    ("call",),
    ("offset",),
    ("action",),
    ("answer",),
    ("line",),
    ("called",),
    ("zone",),
    ("observe_only",),
    ("v",),
]
PATHS += [("presented", key) for key in ("kind", "name", "number", "raw")]
PATHS += [("verdict", key) for key in ("decision", "reason", "flagged", "matches")] + [("verdict",), ("presented",)]


@st.composite
def calls(draw: st.DrawFn) -> dict[str, Any]:
    """A call as the program writes it, or with one field that is odd or missing."""
    callers: list[Caller] = [E164(CALLER), WITHHELD, Unavailable("none sent"), Unusable("abc", "letters")]
    content = screened(
        AT,
        draw(st.sampled_from(["00ff", "c0ffee"])),
        number=draw(st.sampled_from(callers)),
        name=draw(TEXTS).encode().decode("latin-1"),
        reason=draw(st.sampled_from([Reason.BLOCK_LIST, Reason.NOTHING_KNOWN, Reason.COMMUNITY])),
        matches=tuple(draw(st.lists(st.builds(Match, st.just("community"), TEXTS, TEXTS), max_size=2))),
        observe_only=draw(st.booleans()),
        called=draw(TEXTS),
    )
    if draw(st.booleans()):
        path, last = (chosen := draw(st.sampled_from(PATHS)))[:-1], chosen[-1]
        holder = content
        for key in path:
            holder = holder[key] = dict(holder[key])
        if draw(st.booleans()):
            holder[last] = draw(ODD)
        else:
            holder.pop(last, None)
    return content


OUTCOMES = st.one_of(
    st.none(),
    st.builds(record.outcome, st.just(AT), st.just("00ff"), acknowledged=st.booleans(), after_ms=st.sampled_from([7])),
)
STATEMENTS = st.sampled_from([NO_STATEMENT, Statement(9, "marketing", "Belgacom", "proximus", "Anna")])


def result(call: Any, outcome: Content | None, statement: Statement) -> SeenCall | type[Exception]:
    """What becomes of a call, or the error."""
    try:
        seen: SeenCall = call.seen(outcome, statement)
    except BlockerError as error:
        return type(error)
    return seen


def by_the_whole_entry(content: Content, outcome: Content | None, statement: Statement) -> SeenCall | type[Exception]:
    """What `observed.py` says."""
    try:
        return seen_call(1, content, outcome, statement)
    except BlockerError as error:
        return type(error)


async def read(directory: Path, content: dict[str, Any]) -> Any:
    """What a reader gives of a ledger with that entry."""
    await lay_out(directory, chained([content]))
    ledger = await LedgerReader.open(directory)
    try:
        return [line async for text in ledger.gists(AT, UNTIL) for line in await entries_of(ledger, text)]
    finally:
        await ledger.close()


@settings(max_examples=150, deadline=None)
@given(calls(), OUTCOMES, STATEMENTS)
def test_the_quick_way_gives_what_the_whole_entry_gives(
    content: dict[str, Any], outcome: Content | None, statement: Statement
) -> None:
    """For any text in it, and any field that is odd or missing: the same call, or the same error."""
    with TemporaryDirectory() as folder:
        try:
            ((_, _, call, _),) = asyncio.run(read(Path(folder), content))
        except (LedgerCorruptError, LedgerFormatError):
            assert content.get("v") != 1 or type(content["v"]) is not int
            return
    expected = by_the_whole_entry(content, outcome, statement)
    assert result(call, outcome, statement) == expected


@pytest.mark.parametrize("about", [{}, {"number": WITHHELD}, {"reason": Reason.BLOCK_LIST}, {"name": "Zoë"}])
async def test_what_the_program_writes_is_read_quickly(tmp_path: Path, about: dict[str, Any]) -> None:
    """A call, and the outcome of one; SQLite's line is the one that the tests' own ledgers give."""
    content = screened(AT, "00ff", **about)
    ((_, _, call, _),) = await read(tmp_path, content)
    assert isinstance(call, Gist)
    salted = {**content, "salt": "00112233445566778899aabbccddeeff"}
    ledger = await LedgerReader.open(tmp_path)
    try:
        assert [text async for text in ledger.gists(AT, UNTIL)] == [gist_line(1, salted)]
    finally:
        await ledger.close()


def test_an_outcome_is_read_quickly() -> None:
    """With its call and what the phone system answered."""
    content = record.outcome(AT, "00ff", acknowledged=True, after_ms=7)
    line = read_line(gist_line(1, content))
    assert line is not None
    assert line.outcome == {key: content[key] for key in ("kind", "call", "result", "acknowledged", "after_ms")}


@given(st.text(max_size=80))
def test_any_text_is_a_line_or_none(text: str) -> None:
    """Whatever stands there, nothing is raised."""
    assert read_line(text) is None
    assert read_line(f'1 ["2026-11-17T08:12:33.123Z","00",null,null,null,{text}]') is None


async def test_the_order_is_that_of_the_numbers(tmp_path: Path) -> None:
    """Those read whole stand where they would, over several texts; none outside the span is given."""
    contents = [screened(AT, "00ff", called="x" if n % 3 else "", name="Anna") for n in range(2_500)]
    for n in (0, 999, 1_000, 2_001):
        contents[n]["presented"] = {**contents[n]["presented"], "number": "?"}
    contents[5]["at"] = "2026-10-01T00:00:00.000Z"
    await lay_out(tmp_path, chained(contents))
    ledger = await LedgerReader.open(tmp_path)
    try:
        pages = [page async for page in settled_calls(ledger, AT, UNTIL, 2_400)]
    finally:
        await ledger.close()
    read = [seen_of(call, NO_STATEMENT).n for page in pages for call in page.calls]
    assert read == [n for n in range(1, 2_401) if n != 6]
    assert len(FIELDS) == len(set(FIELDS))
