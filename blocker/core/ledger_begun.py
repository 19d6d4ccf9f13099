"""What the first entry of a ledger says that goes on where another one could not.

Decides the form of `ledger-begun`. When a ledger is begun anew, and what becomes of the old one, is for
`evidence/renewal.py`.
"""

from datetime import datetime
from typing import Any

from blocker.core.entry import VERSION, EntryKind, Head, format_time
from blocker.core.record import Content


def ledger_begun(at: datetime, *, old_head: Head, old_copy: Head | None, kept_as: str, why: str) -> Content:
    """This ledger goes on where another one could not.

    Args:
        at: when.
        old_head: the last link of the old one that could be read.
        old_copy: the last copy of its head; None where there is none.
        kept_as: the folder it was moved to, by its name in the data directory.
        why: what was wrong with it, as a sentence.
    """
    return {
        "v": VERSION,
        "kind": str(EntryKind.LEDGER_BEGUN),
        "at": format_time(at),
        "old_head": _head(old_head),
        "old_copy": None if old_copy is None else _head(old_copy),
        "kept_as": kept_as,
        "why": why,
    }


def _head(head: Head) -> dict[str, Any]:
    return {"n": head.n, "sha256": head.sha256}
