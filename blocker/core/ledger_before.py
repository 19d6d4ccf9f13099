"""The ledger before this one, which could not go on: what a page has to say of it.

Decides when it is told that something isn't here since it is there, from entries of the present ledger alone, so that
the same ledger gives the same bytes whatever lies beside it.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple

from blocker.core.entry import EntryKind, parse_time
from blocker.core.taken_over import Numbered, stretch_of, whole


class Before(NamedTuple):
    """The ledger before this one, which could not go on."""

    kept_as: str
    at: datetime
    """When this one was begun, by the household's clock."""
    taken_over: bool
    """Whether what holds of it is in this one."""
    left: int
    """If so, how many entries of it are damaged or missing."""

    @property
    def sentence(self) -> str:
        """What there is to know of it beside what this ledger shows."""
        what = f"what was recorded before {self.at:%Y-%m-%d}"
        where = f"another ledger, kept as {self.kept_as}, which is damaged"
        if not self.taken_over:
            return f"{what} isn't counted here: it lies in {where} (blocker take-over takes over what is sound of it)"
        return f"{what} was taken over from {where}: each entry that is sound; damaged or missing: {self.left}"


BEFORE = frozenset({EntryKind.LEDGER_BEGUN, EntryKind.LEDGER_TAKEN_OVER})
"""What `before_of` reads."""


def before_of(entries: Iterable[Numbered], zone: tzinfo) -> Before | None:
    """The ledger before this one; None where there was none. Raises as `stretch_of` does.

    Args:
        entries: those of the kinds BEFORE.
        zone: the household's.
    """
    entries = list(entries)
    begun = [content for _, content in entries if content["kind"] == EntryKind.LEDGER_BEGUN]
    if not begun:
        return None
    name, at = str(begun[0].get("kept_as")), parse_time(begun[0]["at"]).astimezone(zone)
    told = [stretch_of(n, content) for n, content in entries if content["kind"] == EntryKind.LEDGER_TAKEN_OVER]
    return Before(name, at, name in whole(entries), sum(stretch.left for stretch in told))
