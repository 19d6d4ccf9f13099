"""How `blocker calls` tells how a call ended."""

from datetime import UTC, datetime

import pytest
from fakes.entries import screened

from blocker.commands.calls import _as_json, _happened
from blocker.core.ended import CallEnd, call_ended, ended_of
from blocker.core.observed import Happened, seen_call
from blocker.core.verdict import Reason
from blocker.errors import LedgerCorruptError

AT = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (CallEnd("c", "ANSWERED", 185, 190, "household", 16, 9000), "talked 0:03:05"),
        (CallEnd("c", "ANSWERED", 12, 15, "household", 16, 0), "silent 0:00:12"),
        (CallEnd("c", "ANSWERED", 12, 15, "household", 16, None), "talked 0:00:12"),
        (CallEnd("c", "ANSWERED", None, 15), "let through"),
        (CallEnd("c", "NO ANSWER", 0, 4, "caller"), "caller gave up"),
        (CallEnd("c", "NO ANSWER", 0, 30, None), "nobody answered"),
        (CallEnd("c", "BUSY", 0, 1), "line was busy"),
        (CallEnd("c"), "let through"),
        (None, "let through"),
    ],
)
def test_a_call_that_nobody_turned_away_says_how_it_ended(end: CallEnd | None, words: str) -> None:
    """In words that fit their column, and no more than the phone system told."""
    ended = ended_of(2, call_ended(AT, end))[1] if end else None
    call = seen_call(1, screened(AT, "c"), None)._replace(ended=ended)
    assert _happened(call) == words
    elsewhere = call._replace(happened=Happened.ELSEWHERE, seen_by="android-call-log")
    assert _happened(elsewhere) == words.replace("let through", "elsewhere")


def test_what_was_turned_away_is_told_by_its_outcome_alone() -> None:
    """The phone system's word on the end doesn't make a refusal."""
    ended = ended_of(2, call_ended(AT, CallEnd("c", "FAILED", 0, 0, "blocker", 21)))[1]
    call = seen_call(1, screened(AT, "c", reason=Reason.BLOCK_LIST), None)._replace(ended=ended)
    assert _happened(call) == "rang or unknown"
    assert _as_json(call)["ended"]["hung_up_by"] == "blocker"


def test_an_end_that_lacks_something_names_its_entry() -> None:
    """As every entry does."""
    content = call_ended(AT, CallEnd("c"))
    del content["disposition"]
    with pytest.raises(LedgerCorruptError, match="entry 7"):
        ended_of(7, content)
