"""What an `erasure` entry says, and which entries are never erased.

Decides what must stay for the ledger to be worth anything. When something else goes, `retention.py` decides, or a
person does; that links stay and the chain holds is for `evidence/`. `docs/spec/evidence-ledger.md`, section “Erasure”.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from blocker.core.contents import of_a_whole_entry
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.record import Content
from blocker.core.report import ErasedCalls

NEVER_ERASED: Mapping[EntryKind, str] = {
    EntryKind.ERASURE: "or nobody could tell an erased content from a lost one",
    EntryKind.SEAL: "it vouches for every entry before it",
    EntryKind.TIME_STAMP: "it vouches for the time of every entry before it",
    EntryKind.PACK_MADE: "it says who was given what",
    EntryKind.LEDGER_BEGUN: "it names the ledger before this one",
    EntryKind.LEDGER_TAKEN_OVER: "it says what was taken over from the ledger before, so that erasing reaches it there",
    EntryKind.SERVICE_STARTED: "it says since when somebody watched",
    EntryKind.SERVICE_STOPPED: "it says until when somebody watched",
    EntryKind.GAP: "it says when nobody watched",
    EntryKind.CLOCK_CHANGED: "it says which times can't be trusted",
    EntryKind.RULES_LOADED: "it says by which rules calls were judged",
    EntryKind.LIST_SYNCED: "it says by which lists calls were judged",
    EntryKind.LIST_STALE: "it says which lists calls were judged by though they were out of date",
}
"""Kinds that are about the watching and the ledger, and about no caller; with the reason for each."""

Counts = Mapping[str, Mapping[str, int]]
"""Calls by ISO week (`2026-W47`) and standing."""


def erasure(
    at: datetime, entries: Iterable[int], *, attachments: Collection[str], counts: Counts, why: str, by: str
) -> Content:
    """Contents were erased.

    Args:
        at: when.
        entries: their numbers.
        attachments: sums of files that went with them.
        counts: the calls among them.
        why: the reason, as a person or a rule gives it; it names no number.
        by: who asked; empty where a rule did.
    """
    return {
        "v": 1,
        "kind": str(EntryKind.ERASURE),
        "at": format_time(at),
        "entries": sorted(set(entries)),
        "attachments": sorted(set(attachments)),
        "counts": {week: dict(standings) for week, standings in counts.items()},
        "why": why,
        "by": by,
    }


class ErasedOfWeek:
    """What the ledger says of a week's calls that were erased; takes every `erasure`, in the ledger's order."""

    def __init__(self, week: str, zone: tzinfo) -> None:
        """`week` is written as `2026-W47`; `zone` is the household's."""
        self._week, self._zone = week, zone
        self._calls: Counter[str] = Counter()
        self._times: list[str] = []

    def take(self, n: int, content: Mapping[str, Any]) -> None:
        """Take one; those from before there were counts have none.

        Raises:
            LedgerFormatError: a newer program wrote it.
            LedgerCorruptError: its counts are none.
        """
        if calls := _calls_of(n, content, self._week):
            at = parse_time(content["at"]).astimezone(self._zone).isoformat(timespec="milliseconds")
            self._times = [*self._times[:1], at]
            self._calls.update(calls)

    def told(self) -> ErasedCalls | None:
        """All of it; None where no call was erased."""
        if not self._times:
            return None
        return ErasedCalls(tuple(sorted(self._calls.items())), self._times[0], self._times[-1])


@of_a_whole_entry
def _calls_of(_: int, content: Mapping[str, Any], week: str) -> dict[str, int]:
    return {str(standing): int(count) for standing, count in content.get("counts", {}).get(week, {}).items()}
