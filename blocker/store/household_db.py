"""`household.sqlite3`: the household's allow and block lists; `wanted_db.py` has its other tables.

Decides how listings lie in the file. Which of them speaks for a call, `core/listing.py` decides from all of them in
memory: this file is read at the start and after a change, never while a call waits. Changes are told in the ledger by
whoever makes them (`household.py`).
"""

import sqlite3
from datetime import datetime
from pathlib import Path

import aiosqlite

from blocker.core.entry import format_time
from blocker.core.listing import Listing, ListName
from blocker.errors import DataDirError, UsageError
from blocker.store.database import foreign_errors, open_database

FILE_NAME = "household.sqlite3"

_ADD = """
    INSERT INTO listing (list, number, is_prefix, comment, added_at, added_by, until, origin)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET comment = excluded.comment, until = excluded.until, origin = excluded.origin
"""
_REMOVE = """
    DELETE FROM listing WHERE list = ? AND number = ? AND is_prefix = ?
    RETURNING list, number, is_prefix, comment, added_at, added_by, until, origin
"""
_ALL = """
    SELECT list, number, is_prefix, comment, added_at, added_by, until, origin FROM listing
    ORDER BY list, number, is_prefix
"""


class HouseholdDb:
    """The open file. Every method raises `DataDirError` where the file can't be read or written."""

    def __init__(self, path: Path, database: aiosqlite.Connection) -> None:
        self._path = path
        self._database = database

    @classmethod
    async def open(cls, directory: Path, *, read_only: bool = False) -> "HouseholdDb":
        """Open the file in the data directory, which must exist; make it on first use, unless it is only to be read.

        Raises:
            DataDirError: it can't be opened, is damaged, or a newer program's.
        """
        path = directory / FILE_NAME
        return cls(path, await open_database(path, "household", read_only=read_only))

    async def listings(self) -> list[Listing]:
        """All listings of both lists, those that have run out included, sorted by list and number."""
        return [self._listing(row) for row in await self.run(_ALL)]

    async def add(self, listing: Listing) -> None:
        """Put a listing on its list; where its target is listed already, renew that one's comment and end.

        Raises:
            UsageError: the comment, or the name of who adds it, isn't text.
        """
        until = format_time(listing.until) if listing.until else None
        added = (format_time(listing.added_at), listing.added_by)
        await self.run(
            _ADD, listing.list, listing.number, listing.is_prefix, listing.comment, *added, until, listing.origin
        )

    async def remove(self, list_name: ListName, target: str) -> Listing | None:
        """Take a target, written as `Target.text`, off a list; returns what stood there, None if nothing did."""
        rows = await self.run(_REMOVE, list_name, target.removesuffix("*"), target.endswith("*"))
        return self._listing(rows[0]) if rows else None

    async def drop_ended(self, before: datetime) -> bool:
        """Take off every listing that ran out by an instant (aware); whether there was any."""
        return bool(await self.run("DELETE FROM listing WHERE until <= ? RETURNING number", format_time(before)))

    async def tidy(self) -> str:
        """Leave nothing of what was deleted in the files; what stands against it, else nothing. It is a small file."""
        await self.run("VACUUM")
        ((busy, *_),) = await self.run("PRAGMA wal_checkpoint(TRUNCATE)")
        return f"another program is reading {self._path.name}, whose log still holds it for a while" if busy else ""

    async def close(self) -> None:
        with foreign_errors(self._path, "household"):
            await self._database.close()

    async def run(self, statement: str, *values: object) -> list[sqlite3.Row]:
        """One statement, durable when this returns; also for the modules that know the other tables."""
        with foreign_errors(self._path, "household"):
            try:
                return list(await self._database.execute_fetchall(statement, values))
            except UnicodeEncodeError as error:
                raise UsageError(f"“{error.object!a}” can't be kept: it isn't text in UTF-8 (type it anew)") from error
            except ValueError as error:  # aiosqlite's word for a closed connection
                raise DataDirError(f"{self._path} is closed: the service is stopping") from error

    def _listing(self, row: sqlite3.Row) -> Listing:
        name, number, is_prefix, comment, added_at, added_by, until, origin = row
        try:
            ends = datetime.fromisoformat(until) if until else None
            added = datetime.fromisoformat(added_at)
        except ValueError as error:
            raise DataDirError(f"{self._path} is damaged: {number} has no proper time ({error})") from error
        return Listing(ListName(name), number, bool(is_prefix), comment, added, added_by, ends, origin)
