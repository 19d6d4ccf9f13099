"""Looks for campaigns among the calls of the last weeks.

Decides how far back is looked: as many whole weeks as hold no more calls than fit into memory, four at most. What is a
campaign, `core/campaign.py` decides.
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from blocker.core.campaign import Campaign, campaigns
from blocker.core.counts import Span
from blocker.core.ended import Ended, ended_of
from blocker.core.entry import EntryKind, format_time
from blocker.core.imported import imported_call, still_counts
from blocker.core.observed import NO_STATEMENT, SeenCall, Statement, seen_call
from blocker.core.settling import Settled, Settling
from blocker.filing.naming import statements_of

MOST_WEEKS = 4
MOST_CALLS = 5_000
"""More than that in one week isn't looked at: about ten megabytes."""

_MARGIN = timedelta(hours=1)
"""How much later a call's outcome and end are looked for."""


class Entry(Protocol):
    """An entry of the ledger."""

    @property
    def n(self) -> int:
        """Its number."""
        ...

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""
        ...


class Ledger(Protocol):
    """The ledger, to be read."""

    def entries(
        self,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """The entries that meet every condition, in order of their numbers."""
        ...

    def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """The calls that other devices recorded and that began in this span."""
        ...


class Looked(NamedTuple):
    """What was found, and in how many weeks."""

    weeks: int
    """0: there were too many calls to look at."""
    found: tuple[Campaign, ...]


async def look(ledger: Ledger, year: Span, zone: ZoneInfo) -> Looked:
    """The campaigns that last into the last of these weeks, the one with most calls first.

    Raises:
        LedgerError: the ledger can't be read.
    """
    weeks = _fitting(year)
    if not weeks:
        return Looked(0, ())
    since, until = year.weeks[-weeks].week.bounds(zone)[0], year.weeks[-1].week.bounds(zone)[1]
    calls = await _calls(ledger, since, until)
    monday = str(year.weeks[-1].week.monday)
    return Looked(weeks, tuple(one for one in campaigns(calls) if one.last[:10] >= monday))


def _fitting(year: Span) -> int:
    total = 0
    for back, week in enumerate(reversed(year.weeks[-MOST_WEEKS:])):
        total += week.calls(lambda _: True)
        if total > MOST_CALLS:
            return back
    return min(MOST_WEEKS, len(year.weeks))


async def _calls(ledger: Ledger, since: datetime, until: datetime) -> list[SeenCall]:
    statements, withdrawn = await statements_of(ledger)
    settling: Settling[Mapping[str, Any]] = Settling()
    settled: list[Settled[Mapping[str, Any]]] = []
    ended: dict[str, Ended] = {}
    kinds = (EntryKind.CALL_SCREENED, EntryKind.OUTCOME, EntryKind.CALL_ENDED)
    first_after = format_time(until)
    async for entry in ledger.entries(kinds, since, until + _MARGIN):
        match entry.content["kind"]:
            case EntryKind.CALL_ENDED:
                call, end = ended_of(entry.n, entry.content)
                ended[call] = end
            case EntryKind.OUTCOME:
                settled += settling.outcome(entry.content)
            case _ if entry.content["at"] < first_after:
                settled += settling.call(entry.n, entry.content)
    settled += settling.rest()

    def said(call: str) -> Statement:
        return statements.get(call, NO_STATEMENT)

    calls = [
        seen_call(n, content, outcome, said(content["call"]))._replace(ended=ended.get(content["call"]))
        for n, content, outcome in settled
    ]
    elsewhere = [
        imported_call(entry.n, entry.content, said(entry.content["call"]))
        async for entry in ledger.begun(since, until)
        if still_counts(entry.n, entry.content, withdrawn)
    ]
    return sorted([*calls, *elsewhere], key=lambda call: (call.utc, call.n))
