"""Seeks campaigns among the calls of a stretch of the ledger, with what was said of each and how it ended.

Reads only. Decides which calls are looked at: all of the stretch, those that other devices recorded too, in the order
of time. What makes a campaign, `core/campaign.py` decides.
"""

from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Protocol

from blocker.core.campaign import Campaign, Finder
from blocker.core.ended import Ended, ended_of
from blocker.core.entry import EntryKind
from blocker.core.imported import imported_call, still_counts
from blocker.core.ledger_ports import Dated
from blocker.core.observed import SeenCall
from blocker.core.spoken import Spoken
from blocker.earlier import spoken_of
from blocker.filing.calls_around import GistReader, id_of, seen_of, settled_calls


class Ledger(GistReader, Dated, Protocol):
    """What is read of the ledger."""


async def campaigns_between(ledger: Ledger, since: datetime, until: datetime) -> list[Campaign]:
    """The campaigns among the calls of a span of time, the one with most calls first.

    Begin it `core.campaign.QUIET` before what is of interest, so that what goes on from earlier is seen whole.

    Raises:
        LedgerError: the ledger can't be read.
    """
    spoken = await spoken_of(ledger)
    ends = dict(
        [ended_of(e.n, e.content) async for e in ledger.entries([EntryKind.CALL_ENDED], since=since, until=until)]
    )
    elsewhere = deque(
        [
            imported_call(e.n, e.content, spoken.of(e.content["call"]))
            async for e in ledger.begun(since, until)
            if still_counts(e.n, e.content, spoken.withdrawn)
        ]
    )
    finder = Finder()
    async for call in _screened(ledger, since, until, spoken, ends):
        while elsewhere and elsewhere[0].utc <= call.utc:
            finder.add(elsewhere.popleft())
        finder.add(call)
    for call in elsewhere:
        finder.add(call)
    return finder.found()


async def _screened(
    ledger: Ledger, since: datetime, until: datetime, spoken: Spoken, ends: dict[str, Ended]
) -> AsyncIterator[SeenCall]:
    async for page in settled_calls(ledger, since, until):
        for settled in page.calls:
            call = id_of(settled)
            yield seen_of(settled, spoken.of(call), ends.get(call))
