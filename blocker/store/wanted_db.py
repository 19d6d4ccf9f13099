"""The part of `household.sqlite3` that says which calls are wanted: contacts, numbers dialled, windows, the pause.

Decides how these lie in the file. What they mean for a call, `core/wanted.py` and the rows decide from all of them in
memory: this is read at the start, and written while no call waits for it. Each statement is durable when it returns.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime

from blocker.core.entry import format_time, parse_time
from blocker.core.wanted import Contact, Wanted, Window
from blocker.errors import DataDirError, LedgerFormatError
from blocker.store.household_db import HouseholdDb

_DIALLED = (
    "INSERT INTO dialled (number, at) SELECT key, value FROM json_each(?) WHERE true"  # SQLite's grammar wants a WHERE
    " ON CONFLICT DO UPDATE SET at = excluded.at"
)
_PAUSE = "INSERT INTO blocking_paused (only, until) VALUES (1, ?) ON CONFLICT DO UPDATE SET until = excluded.until"
_CONTACTS = "INSERT INTO contacts (only, people) VALUES (1, ?) ON CONFLICT DO UPDATE SET people = excluded.people"


class WantedDb:
    """These tables of an open file. Every method raises `DataDirError` where it can't be read or written."""

    def __init__(self, household: HouseholdDb) -> None:
        self._household = household

    async def wanted(self) -> Wanted:
        """All that is kept, whether it still holds or not."""
        windows = await self._rows("SELECT since, until, company, by FROM expectation ORDER BY id")
        dialled = await self._rows("SELECT number, at FROM dialled")
        pauses = await self._rows("SELECT until FROM blocking_paused")
        contacts = await self.contacts()
        try:
            return Wanted(
                contacts=frozenset(contact.number for contact in contacts),
                dialled={number: parse_time(at) for number, at in dialled},
                windows=tuple(Window(parse_time(a), parse_time(z), company, by) for a, z, company, by in windows),
                no_blocking_until=parse_time(pauses[0][0]) if pauses else None,
            )
        except LedgerFormatError as error:
            raise DataDirError(f"the household's file is damaged: one of its rows {error}") from error

    async def contacts(self) -> list[Contact]:
        """The address book as it was imported last."""
        rows = await self._rows("SELECT people FROM contacts")
        return [Contact(number, name) for number, name in json.loads(rows[0][0])] if rows else []

    async def keep_contacts(self, people: Collection[Contact]) -> None:
        """Put these in the place of all that were there."""
        await self._rows(_CONTACTS, json.dumps(list(people)))

    async def note_dialled(self, dialled: Mapping[str, datetime]) -> None:
        """Remember when numbers were dialled last."""
        times = {number: format_time(at) for number, at in dialled.items()}
        await self._rows(_DIALLED, json.dumps(times))

    async def forget_dialled(self, before: datetime) -> None:
        """Drop the numbers that were last dialled before an instant, or at it."""
        await self._rows("DELETE FROM dialled WHERE at <= ?", format_time(before))

    async def forget_number(self, number: str) -> None:
        """Drop one number that was dialled."""
        await self._rows("DELETE FROM dialled WHERE number = ?", number)

    async def pause_blocking(self, until: datetime) -> None:
        """Block nothing until an instant."""
        await self._rows(_PAUSE, format_time(until))

    async def open_window(self, window: Window) -> None:
        """Add a window; those that are over by then go."""
        since, until = format_time(window.since), format_time(window.until)
        add = "INSERT INTO expectation (since, until, company, by) VALUES (?, ?, ?, ?)"
        await self._rows(add, since, until, window.company, window.by)
        await self._rows("DELETE FROM expectation WHERE until <= ?", since)

    async def drop_window(self, window: Window) -> None:
        """Take one window away."""
        since, until = format_time(window.since), format_time(window.until)
        one = "DELETE FROM expectation WHERE since = ? AND until = ? AND company IS ?"
        await self._rows(one, since, until, window.company)

    async def _rows(self, statement: str, *values: object) -> list[tuple[str, ...]]:
        return [tuple(row) for row in await self._household.run(statement, *values)]
