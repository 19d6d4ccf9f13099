"""Promises about lists that are out of date: what the ledger keeps of a reason, and of which weeks it tells."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.entries import BRUSSELS, local

from blocker.core.stale import (
    LONGEST_WHY,
    Ended,
    reason,
    stale_at_end,
    stale_between,
    stale_no_more,
    still_stale,
    went_stale,
)
from blocker.core.week import Week
from blocker.errors import LedgerCorruptError

NOW = datetime(2026, 11, 17, 8, tzinfo=UTC)
START, END = Week.parse("2026-W47").bounds(BRUSSELS)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        ("https://anna:secret@lists.example:8443/a?token=xyz answered 500", "https://lists.example:8443 answered 500"),
        ("https://lists.example/a?token=x:y: it is empty", "https://lists.example: it is empty"),
        ("/home/anna/sellers.txt can't be read", "sellers.txt can't be read"),
        ("it leads to HTTPS://u:p@h.example/x, which", "it leads to HTTPS://h.example, which"),
        ("the key Zm9vYmFyYmF6cXV4MDEyMzQ1Njc4 was refused", "the key … was refused"),
        ("two\nlines\u202e", "two\u240alines\ufffd"),
        ("no " * 200, ("no " * 200)[: LONGEST_WHY - 1] + "…"),
    ],
)
def test_a_reason_is_short_and_holds_no_secret(error: str, kept: str) -> None:
    """Entries are handed out in packs: of an address only the server stays, of a path the name, of a key nothing."""
    assert reason(error) == kept


def told(*stretches: tuple[str, datetime, datetime | None]) -> list[tuple[int, dict[str, object]]]:
    """Entries of lists that went stale, and of those that are it no more."""
    entries = []
    for source, since, until in stretches:
        begun = went_stale(since, source, since=since, error="why")
        entries.append(begun)
        if until is not None:
            entries.append(stale_no_more(until, source, since=begun["since"], ended=Ended.HAD_AGAIN))
    return list(enumerate(entries, 1))


def test_a_week_tells_of_the_lists_that_were_stale_in_it() -> None:
    """From before, into the week after, within it, and never of those that were mended before or failed later."""
    entries = told(
        ("mended before", START - 3 * DAY, START - DAY),
        ("all week", START - DAY, END + DAY),
        ("within", START + DAY, START + 2 * DAY),
        ("goes on", START + 3 * DAY, None),
        ("later", END, None),
    )
    found = stale_between(entries, START, END, BRUSSELS)
    assert [(one.source, one.until != "") for one in found] == [
        ("all week", True),
        ("within", True),
        ("goes on", False),
    ]
    assert found[1].since == (START + DAY).astimezone(BRUSSELS).isoformat(timespec="milliseconds")
    assert [one.source for one in stale_at_end(found, END)] == ["goes on"]
    assert set(still_stale(entries)) == {"goes on", "later"}


def test_a_list_that_fails_again_is_stale_anew() -> None:
    """Each time has its own beginning and end."""
    entries = told(("sellers", local("2026-11-16 09:00"), local("2026-11-16 10:00")), ("sellers", NOW, None))
    found = stale_between(entries, START, END, BRUSSELS)
    assert [bool(one.until) for one in found] == [True, False]


def test_an_entry_that_lacks_something_is_named() -> None:
    """A ledger that holds no such entry as it should be is a fault of the ledger, not of the program."""
    with pytest.raises(LedgerCorruptError, match="entry 1"):
        still_stale([(1, {"v": 1, "kind": "list-stale", "at": "2026-11-17T08:00:00.000Z", "source": "s"})])
