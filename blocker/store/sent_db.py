"""The part of `household.sqlite3` that says to whom which week's report went.

Decides how that lies in the file. What follows from it, `core/sending.py` decides. Each change is durable when it
returns.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blocker.core.entry import format_time
from blocker.core.sending import Sent, State
from blocker.errors import DataDirError
from blocker.store.household_db import HouseholdDb

_COLUMNS = "week, recipient, state, at, tries, why"
_PUT = f"INSERT OR REPLACE INTO report_sent ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  (no value in it)
_OF = f"SELECT {_COLUMNS} FROM report_sent WHERE week = ? AND recipient = ?"  # noqa: S608
_LATEST = f"SELECT {_COLUMNS} FROM report_sent WHERE recipient = ? ORDER BY week DESC LIMIT 1"  # noqa: S608


class SentDb:
    """This table of an open file. Every method raises `DataDirError` where it can't be read or written."""

    def __init__(self, household: HouseholdDb) -> None:
        self._household = household

    async def of(self, week: str, recipient: str) -> Sent | None:
        """What is known of one week and one recipient."""
        return _one(await self._household.run(_OF, week, recipient))

    async def latest(self, recipient: str) -> Sent | None:
        """What is known of the latest week that was to go to a recipient."""
        return _one(await self._household.run(_LATEST, recipient))

    async def put(self, sent: Sent) -> None:
        """Keep it in place of what was known of that week and recipient."""
        values = (sent.week, sent.recipient, str(sent.state), format_time(sent.at), sent.tries, sent.why)
        await self._household.run(_PUT, *values)


def _one(rows: Sequence[Any]) -> Sent | None:
    for week, recipient, state, at, tries, why in rows:
        try:
            return Sent(week, recipient, State(state), datetime.fromisoformat(at), tries, why)
        except ValueError as error:
            raise DataDirError(f"what is known of the report of {week} is damaged: {error}") from error
    return None
