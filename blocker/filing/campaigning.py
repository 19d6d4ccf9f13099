"""Looks for campaigns among the calls of the last weeks.

Decides how far back is looked: as many whole weeks as are read quickly, four at most. What is a
campaign, `core/campaign.py` decides.
"""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from blocker.core.campaign import Campaign
from blocker.core.counts import Span
from blocker.filing.campaign_search import Ledger, campaigns_between

MOST_WEEKS = 4
MOST_CALLS = 5_000
"""More than that in all isn't looked at: a report is to be quick."""


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
    found = await campaigns_between(ledger, since, until)
    monday = str(year.weeks[-1].week.monday)
    return Looked(weeks, tuple(one for one in found if one.last[:10] >= monday))


def _fitting(year: Span) -> int:
    total = 0
    for back, week in enumerate(reversed(year.weeks[-MOST_WEEKS:])):
        total += week.calls(lambda _: True)
        if total > MOST_CALLS:
            return back
    return min(MOST_WEEKS, len(year.weeks))
