"""Corrections: a person's entry that was wrong stays where it is, and a later one says that it no longer counts.

Decides which entries can be corrected (what people said, never what a machine saw) and which are. What follows from an
entry that doesn't count is for whoever reads its kind: each passes over the numbers in `withdrawn_of`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from blocker.core.contents import of_a_whole_entry
from blocker.core.entry import EntryKind, format_time

CORRECTABLE = frozenset(
    {
        EntryKind.STATEMENT,
        EntryKind.PRIVATE_NOTE,
        EntryKind.LINE_HOLDER,
        EntryKind.REGISTRATION,
        EntryKind.CONTRACT,
        EntryKind.OBJECTION,
        EntryKind.REQUEST,
        EntryKind.CONSENT,
        EntryKind.AGREED_TIME,
        EntryKind.CASE,
    }
)
"""Kinds that only say what a person said. Besides them, a call that somebody entered by hand."""


def is_of_a_person(content: Mapping[str, Any]) -> bool:
    """Whether an entry is a person's word, which a person may take back."""
    by_hand = content["kind"] == EntryKind.CALL_IMPORTED and content.get("seen_by") == "hand"
    return by_hand or content["kind"] in CORRECTABLE


def correction(at: datetime, entry: int, *, why: str, by: str) -> dict[str, Any]:
    """The content that says that an earlier entry, by its number, no longer counts."""
    return {"v": 1, "kind": str(EntryKind.CORRECTION), "at": format_time(at), "entry": entry, "why": why, "by": by}


def withdrawn_of(entries: Iterable[tuple[int, Mapping[str, Any]]]) -> frozenset[int]:
    """The numbers of the entries that no longer count.

    Who reads a machine's facts doesn't ask: those a correction can't touch, whatever one says.

    Args:
        entries: number and content; kinds other than `correction` are passed over.

    Raises:
        LedgerFormatError: a newer program wrote a correction.
        LedgerCorruptError: a correction lacks what such an entry holds.
    """
    return frozenset(_corrected(n, content) for n, content in entries if content["kind"] == EntryKind.CORRECTION)


@of_a_whole_entry
def _corrected(n: int, content: Mapping[str, Any]) -> int:
    entry = content["entry"]
    if not isinstance(entry, int) or not 0 < entry < n:
        raise ValueError(f"it corrects {entry!r}, which isn't an entry before it")
    return entry
