"""The ledger's two tables, links and contents: adding a batch durably, and reading them in order.

Decides the SQL and that lines are kept without their final LF (the migration says why). Knows nothing of hashes: which
line follows which is for `evidence/`. A connection that reads keeps to the moment at which it was opened, however much
is written meanwhile.
"""

import json
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

import aiosqlite

from blocker.errors import LedgerError
from blocker.store.database import LOCK_WAIT_MS, foreign_errors, is_fresh, objects_gone, open_database

FILE = "ledger.sqlite3"
"""The ledger's name in the data directory."""

CHUNK = 250
"""Rows fetched at once: few thread hops, and no more work between two of them than a call on hand can wait for."""

FOLD_AFTER = 100
"""Entries after which SQLite's log is folded into the file. That costs syncs and scattered writes, on a slow card more
than a blocked call can wait for, so that it isn't left to whichever append fills the log but done when nobody waits."""

LARGEST_LOG = 10_000
"""Pages of 4 KiB in SQLite's log, at which it is folded in all the same."""


class Row(NamedTuple):
    """An entry as it is kept; both texts with their LF. What was not written by us may hold anything."""

    n: int
    line: bytes
    content: bytes | None
    """None where it was erased, or is missing."""


_LINE = "CAST(coalesce(line, '') || char(10) AS BLOB)"
_CONTENT = "CAST(content || char(10) AS BLOB)"
_ROWS = (
    f"SELECT n, {_LINE}, {_CONTENT}"  # noqa: S608  (texts from here)
    " FROM (SELECT n, line, content FROM links LEFT JOIN contents USING (n))"
)


def is_there(path: Path) -> bool:
    """Whether the file exists; an error where that can't be told."""
    with foreign_errors(path, "ledger"):
        return path.exists()


def size(path: Path) -> int:
    """Bytes in a file, 0 where it isn't there; an error where that can't be told."""
    with foreign_errors(path, "ledger"):
        return path.stat().st_size if path.exists() else 0


async def is_begun(path: Path) -> bool:
    """Whether the file has tables; a crash at the first start may leave one without. Raises as `LedgerDb.open` does."""
    # Before it has its log, SQLite keeps a journal to go back by, which no reader can make use of.
    return size(path) > 0 and not size(path.with_name(f"{path.name}-journal")) and not await is_fresh(path, "ledger")


class LedgerDb:
    """A connection to the file; make one with `open`, and close it. Errors are those of `foreign_errors`."""

    def __init__(self, path: Path, connection: aiosqlite.Connection) -> None:
        self._path = path
        self._connection = connection
        self._in_log = 0

    @classmethod
    async def open(cls, path: Path, *, read_only: bool = False, unguarded: bool = False) -> Self:
        """Open the file, which is made if it isn't there, or is an error for a reader; `unguarded` is a verifier's."""
        ledger = cls(path, await open_database(path, "ledger", read_only=read_only, unguarded=unguarded))
        try:
            if read_only:
                await ledger._fetch("BEGIN")
                await ledger.tail(1)  # the moment is that of the first read, not that of BEGIN
            else:
                await ledger._fetch(f"PRAGMA wal_autocheckpoint = {LARGEST_LOG}")
        except BaseException:
            await ledger.close()
            raise
        return ledger

    async def append(self, rows: Sequence[tuple[int, bytes, bytes]]) -> None:
        """Add entries, all or none; on return they are on the disk. One statement, one thread hop, one fsync."""
        values = ", ".join(["(?, ?, ?)"] * len(rows))
        texts = [value for n, line, content in rows for value in (n, line[:-1].decode(), content[:-1].decode())]
        await self._fetch(f"INSERT INTO entries (n, line, content) VALUES {values}", texts)  # noqa: S608  (only marks)
        self._in_log += len(rows)

    async def gone(self) -> list[str]:
        """What of the file isn't as blocker makes it, such as `trigger links_stay`."""
        with foreign_errors(self._path, "ledger"):
            return await objects_gone(self._connection, "ledger")

    async def kinds(self, numbers: Collection[int]) -> dict[int, str]:
        """The kinds of those entries that have a content."""
        query = "SELECT n, kind FROM contents WHERE n IN (SELECT value FROM json_each(?))"
        return dict(await self._fetch(query, [json.dumps(list(numbers))]))

    async def erase(self, numbers: Collection[int], row: tuple[int, bytes, bytes]) -> None:
        """Remove contents and add the entry that says so, all or nothing; on return it is on the disk."""
        await self._fetch("BEGIN IMMEDIATE")
        try:
            query = "DELETE FROM contents WHERE n IN (SELECT value FROM json_each(?))"
            await self._fetch(query, [json.dumps(list(numbers))])
            await self.append([row])
            await self._fetch("COMMIT")
            self._in_log += len(numbers)  # or much erasing would fill the log, to be folded in while a call waits
        finally:
            if self._connection.in_transaction:
                await self._fetch("ROLLBACK")

    async def drop(self, numbers: Collection[int]) -> None:
        """Remove contents from a ledger to which no entry can be added; the one that follows it says so."""
        query = "DELETE FROM contents WHERE n IN (SELECT value FROM json_each(?))"
        await self._fetch(query, [json.dumps(list(numbers))])

    async def empty_log(self) -> bool:
        """Bring SQLite's log into the file and leave nothing in it; False where a reader still needs it.

        Waits for nobody. Meanwhile nothing may be appended: for that moment no lock would be waited for.
        """
        await self._fetch("PRAGMA busy_timeout = 0")
        try:
            ((busy, *_),) = await self._fetch("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            await self._fetch(f"PRAGMA busy_timeout = {LOCK_WAIT_MS:d}")
        self._in_log = 0 if not busy else self._in_log
        return not busy

    async def rewrite(self, at_most: int | None) -> bool:
        """Write the file anew, without its unused space; False, and nothing done, where it has more than so many bytes.

        None is for any size.

        Where SQLite moved a content from page to page, a copy may lie in unused space, which `secure_delete` passes by.
        """
        if at_most is not None and self._path.stat().st_size > at_most:
            return False
        await self._fetch("VACUUM")
        return True

    async def fold_log(self) -> None:
        """To be called when nobody waits: bring what was appended from SQLite's log into the file, once it is much."""
        if self._in_log >= FOLD_AFTER:
            self._in_log = 0
            await self._fetch("PRAGMA wal_checkpoint(PASSIVE)")

    async def tail(self, count: int) -> list[Row]:
        """The last entries, in order."""
        return [Row(*row) for row in await self._fetch(f"{_ROWS} ORDER BY n DESC LIMIT ?", [count])][::-1]

    async def lines(self, numbers: Collection[int]) -> dict[int, bytes]:
        """The link lines of those entries that have one."""
        query = f"SELECT n, {_LINE} FROM links WHERE n IN (SELECT value FROM json_each(?))"  # noqa: S608  (likewise)
        return dict(await self._fetch(query, [json.dumps(list(numbers))]))

    async def walk(self, after: int | None = None) -> AsyncIterator[list[Row]]:
        """All entries, or those after a number, in order of number, in chunks."""
        where, given = ("", []) if after is None else (" WHERE n > ?", [after])
        async for rows in self._stream(f"{_ROWS}{where} ORDER BY n", given):
            yield [Row(*row) for row in rows]

    async def contents(
        self,
        *,
        kinds: Collection[str] | None = None,
        since: str | None = None,
        until: str | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[list[tuple[int, bytes]]]:
        """The contents that meet every condition given, in order of number, in chunks; `reading.py` explains them."""
        conditions = {
            "kind IN (SELECT value FROM json_each(?))": None if kinds is None else json.dumps(list(kinds)),
            "at >= ?": since,
            "at < ?": until,
            "call IN (SELECT value FROM json_each(?))": None if calls is None else json.dumps(list(calls)),
        }
        given = {text: value for text, value in conditions.items() if value is not None}
        where = f" WHERE n IN (SELECT n FROM contents WHERE {' AND '.join(given)})" if given else ""  # noqa: S608  (likewise)
        query = f"SELECT n, {_CONTENT} FROM contents{where} ORDER BY n"  # noqa: S608  (likewise)
        async for rows in self._stream(query, list(given.values())):
            yield [(n, content) for n, content in rows]

    async def page(
        self, kinds: Collection[str], *, after: int, limit: int, until: str | None = None
    ) -> list[tuple[int, bytes]]:
        """Some contents of these kinds that follow an entry, in order of number: a walk that begins anew each time."""
        query = (  # the + keeps SQLite from its indexes, by which it would look through all of them for each page
            f"SELECT n, {_CONTENT} FROM contents WHERE n > ?"  # noqa: S608  (likewise)
            " AND +kind IN (SELECT value FROM json_each(?)) AND (?3 IS NULL OR +at < ?3) ORDER BY n LIMIT ?"
        )
        return [(n, content) for n, content in await self._fetch(query, [after, json.dumps(list(kinds)), until, limit])]

    async def links(self, first: int, last: int) -> AsyncIterator[list[bytes]]:
        """The link lines of a stretch of entries, in order of number, in chunks."""
        query = f"SELECT {_LINE} FROM links WHERE n BETWEEN ? AND ? ORDER BY n"  # noqa: S608  (likewise)
        async for rows in self._stream(query, [first, last]):
            yield [line for (line,) in rows]

    async def contents_of(self, numbers: Collection[int]) -> AsyncIterator[list[tuple[int, bytes]]]:
        """The contents of those entries that have one, in order of number, in chunks."""
        query = f"SELECT n, {_CONTENT} FROM contents WHERE n IN (SELECT value FROM json_each(?)) ORDER BY n"  # noqa: S608
        async for rows in self._stream(query, [json.dumps(list(numbers))]):
            yield [(n, content) for n, content in rows]

    async def count_contents(self, first: int, last: int) -> int:
        """How many entries of a stretch have a content."""
        query = "SELECT count(*) FROM contents WHERE n BETWEEN ? AND ?"
        return int((await self._fetch(query, [first, last]))[0][0])

    async def span(self, since: str, until: str) -> tuple[int, int]:
        """The first and the last number of the contents of a span of time; 1 and 0 where there is none."""
        query = "SELECT min(n), max(n) FROM contents WHERE at >= ? AND at < ?"
        ((first, last),) = await self._fetch(query, [since, until])
        return (1, 0) if first is None else (int(first), int(last))

    async def times(self) -> tuple[str, str] | None:
        """The earliest and the latest `at`; None where there is none."""
        ((first, last),) = await self._fetch("SELECT min(at), max(at) FROM contents WHERE at IS NOT NULL")
        return None if first is None else (str(first), str(last))

    async def gists(self, fields: Sequence[str], first: int, last: int) -> str:
        """A line for each content of a stretch: its number, a space, and some of its fields as a JSON array.

        One text for all, so that SQLite's thread needn't hand over each (and wait for Python at each). Fields that
        aren't there are null; `a.b` is the field `b` of the object `a`.
        """
        paths = json.dumps([f"$.{field}" for field in fields])[1:-1].replace('"', "'")
        query = (
            f"SELECT group_concat(n || ' ' || json_extract(content, {paths}), char(10))"  # noqa: S608  (names from here)
            " FROM (SELECT n, content FROM contents WHERE n BETWEEN ? AND ? ORDER BY n)"
        )
        ((text,),) = await self._fetch(query, [first, last])
        return text or ""

    async def fingerprint(self, since: str, until: str) -> str:
        """How many entries of a span have contents, the sum of their numbers and the last one's link; empty for none.

        Read from an index alone, so that it costs little. The link stands for all entries before it.
        """
        query = (
            "SELECT count, sum, (SELECT line FROM links WHERE n = last) FROM (SELECT count(*) AS count, sum(n) AS sum,"
            " max(n) AS last FROM contents WHERE at >= ? AND at < ?) WHERE count > 0"
        )
        return "".join(f"{count} {total} {line}" for count, total, line in await self._fetch(query, [since, until]))

    async def latest_begun(self) -> str | None:
        """The latest of all times `began`; None where there is none."""
        ((latest,),) = await self._fetch("SELECT max(began) FROM contents WHERE began IS NOT NULL")
        return None if latest is None else str(latest)

    async def begun(self, since: str, until: str) -> AsyncIterator[list[tuple[int, bytes]]]:
        """The contents with a time `began` from one time until before another, in that order, in chunks."""
        query = f"SELECT n, {_CONTENT} FROM contents WHERE began >= ? AND began < ? ORDER BY began, n"  # noqa: S608  (likewise)
        async for rows in self._stream(query, [since, until]):
            yield [(n, content) for n, content in rows]

    async def newest(self, kinds: Collection[str], without: str | None = None) -> list[tuple[int, bytes]]:
        """The last content of any of these kinds, or of those that don't hold a text; none where there is none."""
        query = (  # the + keeps SQLite from its index by kind, through which it would sort all entries of these kinds
            f"SELECT n, {_CONTENT} FROM contents"  # noqa: S608  (likewise)
            " WHERE +kind IN (SELECT value FROM json_each(?1)) AND (?2 IS NULL OR NOT instr(content, ?2))"
            " ORDER BY n DESC LIMIT 1"
        )
        return [(n, content) for n, content in await self._fetch(query, [json.dumps(list(kinds)), without])]

    async def calls_beginning(self, text: str, limit: int) -> list[str]:
        """Ids of calls that begin with a text, in alphabetical order."""
        query = "SELECT DISTINCT call FROM contents WHERE call >= ? AND call < ? ORDER BY call LIMIT ?"
        return [call for (call,) in await self._fetch(query, [text, text + "\U0010ffff", limit])]

    async def contents_without_link(self, limit: int) -> list[int]:
        """Numbers of contents that no link speaks of."""
        query = "SELECT n FROM contents WHERE n NOT IN (SELECT n FROM links) ORDER BY n LIMIT ?"
        return [n for (n,) in await self._fetch(query, [limit])]

    async def ends_with_link(self) -> bool:
        """Whether no content has a greater number than the last link."""
        query = "SELECT coalesce((SELECT max(n) FROM contents), 0) <= coalesce((SELECT max(n) FROM links), 0)"
        return bool((await self._fetch(query))[0][0])

    async def file_faults(self, limit: int) -> list[str]:
        """What SQLite finds wrong with the file, indexes included; empty where all is well. Reads the whole file."""
        found = [str(text) for (text,) in await self._fetch(f"PRAGMA integrity_check({limit:d})")]
        return [] if found == ["ok"] else found

    async def close(self) -> None:
        """Close the connection and end its thread."""
        with foreign_errors(self._path, "ledger"):
            await self._connection.close()

    async def let_go(self) -> None:
        """Close the connection, and leave the files as they are.

        The last connection that closes folds SQLite's log into the file, unless it only reads.
        """
        with suppress(LedgerError):
            beside = await LedgerDb.open(self._path, read_only=True)
            try:
                await self.close()
            finally:
                await beside.close()
            return
        await self.close()

    async def _fetch(self, query: str, parameters: Sequence[Any] = ()) -> list[Any]:
        with foreign_errors(self._path, "ledger"):
            return list(await self._connection.execute_fetchall(query, parameters))

    async def _stream(self, query: str, parameters: Sequence[Any] = ()) -> AsyncIterator[list[Any]]:
        with foreign_errors(self._path, "ledger"):
            cursor = await self._connection.execute(query, parameters)
            while rows := list(await cursor.fetchmany(CHUNK)):
                yield rows
            await cursor.close()
