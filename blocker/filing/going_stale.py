"""Tells the ledger that a community list couldn't be brought up to date: once when it begins, once when it is over.

Decides by what the ledger says itself, so that a restart tells nothing twice and forgets nothing. That nobody waits for
the disk because of it, the journal sees to.
"""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime

import structlog

from blocker.core.entry import EntryKind, format_time
from blocker.core.ledger_ports import Entries, LaterJournal
from blocker.core.ports import Clock
from blocker.core.stale import Ended, stale_no_more, still_stale, went_stale
from blocker.errors import LedgerError


class GoingStale:
    """Which lists the ledger calls stale, and the telling of what changes of that."""

    def __init__(
        self, ledger: Callable[[], AbstractAsyncContextManager[Entries]], journal: LaterJournal, clock: Clock
    ) -> None:
        self._ledger, self._journal, self._clock = ledger, journal, clock
        self._since: dict[str, str] | None = None
        self._one_at_a_time = asyncio.Lock()
        self._log = structlog.get_logger("lists")

    async def failed(self, source: str, since: datetime, error: str) -> None:
        """A list couldn't be brought up to date, for the first time at `since` (aware)."""
        async with self._one_at_a_time:
            if (known := await self._known()) is not None and source not in known:
                known[source] = format_time(since)
                self._journal.later(went_stale(self._clock.now(), source, since=since, error=error))

    async def over(self, source: str, ended: Ended) -> None:
        """A list was had again, or isn't wanted any more."""
        async with self._one_at_a_time:
            if (known := await self._known()) is not None and (since := known.pop(source, None)) is not None:
                self._journal.later(stale_no_more(self._clock.now(), source, since=since, ended=ended))

    async def keep_only(self, sources: Collection[str]) -> None:
        """Those that aren't kept up to date any more are stale no more either."""
        async with self._one_at_a_time:
            known = await self._known() or {}
        for source in sorted(known.keys() - set(sources)):
            await self.over(source, Ended.LET_GO)
            self._log.info("a list isn't kept up to date any more", list=source)

    async def _known(self) -> dict[str, str] | None:
        """By source since when; None where the ledger can't be read, so that nobody knows what it was told."""
        if self._since is None:
            try:
                async with self._ledger() as ledger:
                    told = [(entry.n, entry.content) async for entry in ledger.entries([EntryKind.LIST_STALE])]
                self._since = still_stale(told)
            except LedgerError as error:
                self._log.error("the ledger isn't told which lists are out of date", why=str(error))
        return self._since
