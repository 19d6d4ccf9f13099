"""Taking back an entry that a person made by mistake: it stays where it is, and from then on doesn't count.

Decides which entry may be taken back now. Which kinds can be at all, `core/corrected.py` says; what follows for a kind,
whoever reads it.
"""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from blocker.core.corrected import correction, is_of_a_person
from blocker.core.entry import EntryKind
from blocker.core.ledger_ports import Journal, Paged
from blocker.core.ports import Clock
from blocker.core.typed import remark
from blocker.earlier import withdrawn
from blocker.errors import UsageError


class Corrections:
    """Whatever persons take back by an entry's number."""

    def __init__(
        self, records: Callable[[], AbstractAsyncContextManager[Paged]], journal: Journal, clock: Clock
    ) -> None:
        self._records, self._journal, self._clock = records, journal, clock
        self._one_at_a_time = asyncio.Lock()

    async def correct(self, entry: int, why: str, by: str = "") -> Any:  # noqa: ANN401
        """Have an entry no longer count.

        Args:
            entry: its number in the ledger.
            why: what is wrong with it.
            by: who says so.

        Raises:
            UsageError: there is no such entry, no person made it, it no longer counts already, or no reason is given.
            LedgerWriteError: it could not be recorded.
        """
        why = remark(why, "the reason", blank=False)
        async with self._one_at_a_time:
            async with self._records() as ledger:
                found = await ledger.page(list(EntryKind), after=entry - 1, limit=1)
                gone = await withdrawn(ledger)
            if not found or found[0].n != entry:
                raise UsageError(f"the ledger has no entry {entry}, or what it said was erased")
            kind = found[0].content["kind"]
            if not is_of_a_person(found[0].content):
                raise UsageError(
                    f"entry {entry} ({kind}) isn't what a person said; what a machine recorded or a command did stands"
                )
            if entry in gone:
                raise UsageError(f"entry {entry} ({kind}) was taken back before, and doesn't count")
            n = await self._journal.durable(correction(self._clock.now(), entry, why=why, by=by))
        return {"entry": entry, "kind": kind, "correction": n}
