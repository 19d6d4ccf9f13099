"""The part of `household.sqlite3` that says what is given to a community list: whether it is at all, and the queue.

Decides how that lies in the file. What follows from it, `core/sharing_queue.py` decides. Each change is durable when it
returns.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from blocker.core.community import Rating
from blocker.core.entry import format_time, parse_time
from blocker.core.sharing import Upload, What
from blocker.core.sharing_queue import Item, Key, Sharing, State
from blocker.errors import DataDirError, LedgerFormatError
from blocker.store.household_db import HouseholdDb

_ON = "only, source, address, since, by, stopped, not_before"
_COLUMNS = "what, number, rating, comment, entry, state, queued_at, due_at, tries, why, given_at, given"
_SET = f"INSERT OR REPLACE INTO sharing ({_ON}) VALUES (1, ?, ?, ?, ?, ?, ?)"  # noqa: S608  (no value in it)
_PUT = f"INSERT OR REPLACE INTO upload ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM upload ORDER BY due_at, number, what"  # noqa: S608


class SharingDb:
    """These tables of an open file. Every method raises `DataDirError` where it can't be read or written."""

    def __init__(self, household: HouseholdDb) -> None:
        self._household = household

    async def sharing(self) -> Sharing | None:
        """To whom something is given at present; None while nothing is."""
        for row in await self._household.run(f"SELECT {_ON} FROM sharing"):  # noqa: S608
            _, source, address, since, by, stopped, not_before = row
            try:
                return Sharing(source, address, parse_time(since), by, stopped, _instant(not_before))
            except LedgerFormatError as error:
                raise DataDirError(f"what is known of giving back is damaged: its row {error}") from error
        return None

    async def set_sharing(self, sharing: Sharing | None) -> None:
        """Keep it in place of what was known."""
        if sharing is None:
            await self._household.run("DELETE FROM sharing")
            return
        times = format_time(sharing.since), format_time(sharing.not_before) if sharing.not_before else None
        values = (sharing.source, sharing.address, times[0], sharing.by, sharing.stopped, times[1])
        await self._household.run(_SET, *values)

    async def queue(self) -> list[Item]:
        """Everything that waits, and what is kept of what doesn't any more."""
        return [_item(row) for row in await self._household.run(_ALL)]

    async def put(self, item: Item) -> None:
        """Keep it in place of what was known of the like about that number."""
        upload, given_at = item.upload, format_time(item.given_at) if item.given_at else None
        rating, given = (str(one) if one else None for one in (upload.rating, item.given))
        about = (str(upload.what), upload.number, rating, upload.comment, item.entry, str(item.state))
        times = (format_time(item.queued_at), format_time(item.due_at))
        await self._household.run(_PUT, *about, *times, item.tries, item.why, given_at, given)

    async def remove(self, key: Key) -> None:
        """Forget one."""
        await self._household.run("DELETE FROM upload WHERE what = ? AND number = ?", str(key[0]), key[1])

    async def forget(self, number: str) -> bool:
        """Forget all about a number; whether there was anything."""
        return bool(await self._household.run("DELETE FROM upload WHERE number = ? RETURNING number", number))


def _item(row: Sequence[Any]) -> Item:
    what, number, rating, comment, entry, state, queued_at, due_at, tries, why, given_at, given = row
    try:
        upload = Upload(What(what), number, Rating(rating) if rating else None, comment)
        times = parse_time(queued_at), parse_time(due_at)
        given_as = Rating(given) if given else None
        return Item(upload, entry, State(state), *times, tries, why, _instant(given_at), given_as)
    except (ValueError, LedgerFormatError) as error:
        raise DataDirError(f"what is to be given about {number} is damaged: {error}") from error


def _instant(text: str | None) -> datetime | None:
    return parse_time(text) if text else None
