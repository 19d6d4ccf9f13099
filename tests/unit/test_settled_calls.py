"""Promises about reading calls with their outcomes: the quick way through plain lines gives what the slow one gives."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Collection
from datetime import timedelta
from typing import Any

import pytest
from fakes.entries import gist_line, local, screened
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core import record
from blocker.core.counts import Cell
from blocker.core.ledger_ports import Entry
from blocker.core.observed import NO_STATEMENT, SeenCall
from blocker.core.verdict import Reason
from blocker.filing import calls_around
from blocker.filing.calls_around import cells_of, id_of, seen_of, settled_calls

MINUTE = timedelta(minutes=1)
START = local("2026-10-25 02:30*")
END = START + 30 * MINUTE


class Pages:
    """A ledger that gives texts of some lines each."""

    def __init__(self, contents: list[dict[str, Any]], lines: int) -> None:
        texts = [gist_line(n, content) for n, content in enumerate(contents, 1)]
        self._pages = ["\n".join(texts[at : at + lines]) for at in range(0, len(texts), lines)]

    async def gists(self, since: object, until: object) -> AsyncIterator[str]:
        """All of them."""
        assert since
        assert until
        for page in self._pages:
            yield page

    async def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """None, since all lines are plain."""
        assert not numbers
        for _ in ():
            yield _


@st.composite
def nights(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Calls of an hour around the span, some turned away, with outcomes at once, later, twice or never."""
    contents: list[dict[str, Any]] = []
    owed: list[dict[str, Any]] = []
    for n in range(draw(st.integers(0, 14))):
        at, blocked = START + draw(st.integers(-15, 45)) * MINUTE, draw(st.booleans())
        reason = (
            draw(st.sampled_from([Reason.BLOCK_LIST, Reason.CANVASSING_RANGE])) if blocked else Reason.NOTHING_KNOWN
        )
        contents.append(screened(at, f"{n:04x}", reason=reason, name=draw(st.sampled_from(["", "Zoë"]))))
        if blocked:
            acknowledged = draw(st.booleans())
            after = draw(st.sampled_from([None, 7])) if not acknowledged else 7
            owed.append(record.outcome(at, f"{n:04x}", acknowledged=acknowledged, after_ms=after))
        while owed and draw(st.integers(0, 3)) > 0:
            place = draw(st.integers(0, 9)) % len(owed)
            contents.append(owed.pop(place))
            if not draw(st.integers(0, 5)):
                contents.append(contents[-1])
    return contents


async def read(contents: list[dict[str, Any]], lines: int, head: int) -> tuple[list[SeenCall], Counter[Cell], str]:
    """The calls, where they are counted, and when the latest entry was made."""
    pages = [page async for page in settled_calls(Pages(contents, lines), START, END, head, margin=5 * MINUTE)]
    calls = [seen_of(call, NO_STATEMENT) for page in pages for call in page.calls]
    assert [id_of(call) for page in pages for call in page.calls] == [call.call for call in calls]
    cells = sum((cells_of(page) for page in pages), Counter[Cell]())
    return calls, cells, max(page.latest for page in pages)


@settings(max_examples=300, deadline=None)
@given(nights(), st.integers(1, 6), st.integers(0, 40))
def test_the_quick_way_gives_what_the_slow_one_gives(contents: list[dict[str, Any]], lines: int, head: int) -> None:
    """The same calls in the same order with the same outcomes, wherever a text ends and however outcomes come."""
    quick = asyncio.run(read(contents, lines, head))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(calls_around, "plain_lines", lambda _: None)
        assert asyncio.run(read(contents, lines, head)) == quick


async def test_what_comes_in_turn_is_taken_the_quick_way() -> None:
    """A call that rings, and one that is turned away with its outcome next; nothing is held back."""
    blocked = screened(START, "01", reason=Reason.BLOCK_LIST)
    contents = [screened(START, "00"), blocked, record.outcome(START, "01", acknowledged=True, after_ms=7)]
    pages = [page async for page in settled_calls(Pages(contents, 10), START, END)]
    assert [type(call) for page in pages for call in page.calls] == [tuple, tuple]
