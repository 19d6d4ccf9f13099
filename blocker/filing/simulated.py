"""Which calls a demonstration made up: whatever is made of them says so, lest it pass for evidence.

Decides by the clock that the ledger names at each start of the service. What other devices recorded has times of its
own, and is never called made up for it.
"""

from collections.abc import Collection

from blocker.core.company_calls import CompanyCall
from blocker.core.entry import EntryKind
from blocker.core.ledger_ports import Entries


async def made_up(ledger: Entries, calls: Collection[CompanyCall]) -> bool:
    """Whether any of these calls was screened under a simulated clock.

    Raises:
        LedgerError: the ledger can't be read.
    """
    return await made_up_entries(ledger, [call.seen.n for call in calls if not call.seen.seen_by])


async def made_up_entries(ledger: Entries, mine: Collection[int]) -> bool:
    """Likewise, for the numbers of entries about calls that were screened here."""
    starts = [(entry.n, entry.content["clock"]) async for entry in ledger.entries({EntryKind.SERVICE_STARTED})]
    return any(clock == "simulated" for n in mine for clock in [clock for start, clock in starts if start < n][-1:])
