"""Promises of the reasons why nobody was watching: read in the reader's language, whoever writes them down."""

from datetime import UTC, datetime, timedelta

import pytest

from blocker.core import record
from blocker.core.entry import EntryKind, format_time
from blocker.core.watching import BEFORE_FIRST_START
from blocker.language import Language, Words
from blocker.pages.gap_words import KNOWN, why_unwatched

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at_start(kind: EntryKind, ago: timedelta) -> str:
    """The reason that a start gives, after a last entry of a kind and time."""
    (gap,) = record.gap_at_start({"kind": kind, "at": format_time(NOW - ago)}, NOW)
    return str(gap["why"])


WRITTEN = (
    at_start(EntryKind.SERVICE_STOPPED, timedelta(hours=1)),
    at_start(EntryKind.CALL_SCREENED, timedelta(hours=1)),
    at_start(EntryKind.CALL_SCREENED, timedelta(hours=-1)),
    "the service was stopped (SIGTERM)",
    "recorded in an earlier ledger, kept as ledger-2026-11-20: link 7 doesn't hold",
    BEFORE_FIRST_START,
)


@pytest.mark.parametrize("why", WRITTEN)
@pytest.mark.parametrize("language", ["nl", "fr", "de"])
def test_no_reason_of_ours_is_english(why: str, language: str) -> None:
    """What `record`, `watching` and `recording` write has a translation, without the part for technicians."""
    said = why_unwatched(why, Words(Language(language)))
    assert said in {Words(Language(language))(known) for known in KNOWN}
    assert said not in KNOWN


def test_a_reason_of_others_stands_as_it_is() -> None:
    """Nothing is made up for what somebody else wrote; what only begins alike isn't taken for ours."""
    for why in ("le disque était plein", "the service was stopped by Anna"):
        assert why_unwatched(why, Words(Language.NL)) == why
