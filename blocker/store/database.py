"""Opening a database file of ours: settings, schema version, and SQLite's errors turned into ours.

Decides how durable a commit is, how long a lock is waited for, which migrations a file still needs, and which of our
errors each trouble of SQLite becomes. Doesn't know any table; that is for the modules beside it and the numbered .sql
files under `migrations/`.

Every commit is on the disk when it returns (`synchronous=FULL`), and there are no implicit transactions: a statement
commits by itself unless BEGIN came before it. Each awaited call costs a thread hop, which is most of its time, so that
one call with one statement is the way to write.
"""

import functools
import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Literal

import aiosqlite

from blocker.errors import BlockerError, DataDirError, LedgerCorruptError, LedgerError, LedgerFormatError

Schema = Literal["household", "ledger"]
"""A kind of file; its migrations are `migrations/SCHEMA/0001_what_it_adds.sql` and so on, without gaps."""

LOCK_WAIT_MS = 1_000
"""How long SQLite waits for another process's lock. Writers never meet (one process owns the data directory), so that
this is for the moments in which a reader comes or goes; a call on hand can't wait longer."""


@dataclass(frozen=True, slots=True)
class _Kind:
    application_id: int
    """In the file's header, where `file(1)` shows it: tells our files from others and from each other."""
    newer: type[BlockerError]
    damaged: type[BlockerError]
    unusable: type[BlockerError]


_KINDS: dict[Schema, _Kind] = {
    "household": _Kind(0x62_6C_6B_48, newer=DataDirError, damaged=DataDirError, unusable=DataDirError),
    "ledger": _Kind(0x62_6C_6B_4C, newer=LedgerFormatError, damaged=LedgerCorruptError, unusable=LedgerError),
}

_OBJECTS = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'"
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
_HINTS = {
    sqlite3.SQLITE_FULL: "make room on the disk",
    sqlite3.SQLITE_READONLY: "the file and its folder must be writable for this user",
    sqlite3.SQLITE_CANTOPEN: "the file and its folder must exist and be open to this user",
    sqlite3.SQLITE_PERM: "the file and its folder must be open to this user",
    sqlite3.SQLITE_BUSY: "another program has locked it; stop that one first",
    sqlite3.SQLITE_IOERR: "the disk refuses; check whether it is full, worn out or gone",
}


@contextmanager
def foreign_errors(path: Path, schema: Schema) -> Iterator[None]:
    """Around every use of a connection: what SQLite or the system raises leaves as an error of ours.

    Raises:
        DataDirError: for the household's file.
        LedgerCorruptError: SQLite finds the ledger's file malformed.
        LedgerError: any other trouble with the ledger's file.
    """
    kind = _KINDS[schema]
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF  # the low byte; above it are details
        if code in _DAMAGED or "malformed JSON" in str(error):  # from a column computed of a text that isn't ours
            raise kind.damaged(f"{path} is damaged: SQLite says “{error}” (restore it from a backup)") from error
        hint = f" ({_HINTS[code]})" if code in _HINTS else ""
        raise kind.unusable(f"{path} can't be used: SQLite says “{error}”{hint}") from error
    except UnicodeDecodeError as error:  # SQLite names something that no program of ours wrote
        raise kind.damaged(f"{path} is damaged: a name in it is no text (restore it from a backup)") from error
    except OSError as error:
        raise kind.unusable(f"{path} can't be used: {error.strerror} (check its folder)") from error
    except ValueError as error:  # aiosqlite, of a connection that was closed; sqlite3, of a text that UTF-8 can't write
        raise kind.unusable(f"{path} can't be used: {error}") from error


async def open_database(
    path: Path, schema: Schema, *, read_only: bool = False, unguarded: bool = False
) -> aiosqlite.Connection:
    """Open a file, make it if it doesn't exist, and bring its schema up to date; the caller must close it.

    A connection left open keeps its worker thread, and with it the process, alive.

    Args:
        path: the file; its folder must exist. A new one is readable by its owner only.
        schema: which kind of file it is.
        read_only: change nothing: a file that is missing or of an older version is an error. Works in a folder that
            can't be written; there, a file which nobody has open is taken as unchanging while it is read.
        unguarded: for a verifier, which wants to see what a damaged file holds: what guards its tables or finds
            something in them may be gone (`objects_gone` says what), as long as the tables are there.

    Raises:
        LedgerFormatError, LedgerCorruptError, LedgerError: for the ledger.
        DataDirError: for the household's file.
    """
    with foreign_errors(path, schema):
        if not read_only:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        elif _is_empty(path):
            raise _unfinished(path, schema)  # SQLite would take its log for one left over, and remove it: readers too
        database = await aiosqlite.connect(_uri(path, read_only=read_only), uri=True, isolation_level=None)
        try:
            await database.executescript(_settings(read_only=read_only))
            await _bring_up_to_date(database, path, schema, read_only=read_only, unguarded=unguarded)
        except BaseException:
            await database.close()
            raise
        return database


def _uri(path: Path, *, read_only: bool) -> str:
    uri = path.absolute().as_uri()
    if not read_only:
        return f"{uri}?mode=rw"
    # Without its -wal file nobody has the file open; where we can't write, SQLite couldn't make that file and would
    # give up, unless told that nothing changes. https://www.sqlite.org/wal.html#read_only_databases
    unchanging = not os.access(path.parent, os.W_OK) and not path.with_name(f"{path.name}-wal").exists()
    return f"{uri}?mode=ro" + ("&immutable=1" if unchanging else "")


def _settings(*, read_only: bool) -> str:
    settings = f"PRAGMA busy_timeout = {LOCK_WAIT_MS}; PRAGMA foreign_keys = ON;"
    if not read_only:
        # fullfsync: on macOS, fsync alone leaves the data in the drive's cache. secure_delete: zeros take the place of
        # what is deleted.
        settings += "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;"
        settings += "PRAGMA secure_delete = ON;"
    return settings


async def _bring_up_to_date(
    database: aiosqlite.Connection, path: Path, schema: Schema, *, read_only: bool, unguarded: bool
) -> None:
    kind, scripts = _KINDS[schema], _migrations(schema)
    version = await _number(database, "PRAGMA user_version")
    owner = await _number(database, "PRAGMA application_id")
    fresh = await _is_fresh(database)
    if fresh and read_only:
        raise _unfinished(path, schema)
    if owner != kind.application_id and not fresh:
        raise kind.newer(f"{path} is no {schema} file of blocker (move it away if it came here by mistake)")
    if version > len(scripts):
        raise kind.newer(
            f"{path} was made by a newer blocker: its version is {version}, this one knows {len(scripts)} "
            "(upgrade blocker; nothing was changed)"
        )
    if read_only and version < len(scripts):
        raise kind.newer(
            f"{path} is of version {version}, this blocker reads {len(scripts)} "
            "(start the service once; it converts the file)"
        )
    for number, script in enumerate(scripts[version:], version + 1):
        identity = f"PRAGMA application_id = {kind.application_id}; PRAGMA user_version = {number};"
        await database.executescript(f"BEGIN IMMEDIATE; {script}\n{identity} COMMIT;")
    gone = await objects_gone(database, schema)
    if gone and not (unguarded and not any(what.startswith("table ") for what in gone)):
        raise kind.damaged(f"{path} is damaged: its tables aren't as blocker makes them (restore it from a backup)")


async def objects_gone(database: aiosqlite.Connection, schema: Schema) -> list[str]:
    """What isn't in a file as the migrations make it, such as `trigger links_stay`."""
    there = set(await database.execute_fetchall(_OBJECTS))
    return sorted(f"{kind} {name}" for kind, name, sql in _objects_made(schema) if (kind, name, sql) not in there)


def _is_empty(path: Path) -> bool:
    return path.exists() and not path.stat().st_size


def _unfinished(path: Path, schema: Schema) -> BlockerError:
    return _KINDS[schema].damaged(
        f"{path} is empty: it was never finished, or was emptied "
        "(start the service; it begins it, or says what is lost)"
    )


async def is_fresh(path: Path, schema: Schema) -> bool:
    """Whether a file with something in it was never finished; changes nothing, and raises as `open_database`."""
    with foreign_errors(path, schema):
        async with aiosqlite.connect(_uri(path, read_only=True), uri=True, isolation_level=None) as database:
            return await _is_fresh(database)


async def _is_fresh(database: aiosqlite.Connection) -> bool:
    marks = ("PRAGMA application_id", "PRAGMA user_version", "SELECT count(*) FROM sqlite_master")
    return not any([await _number(database, mark) for mark in marks])


async def _number(database: aiosqlite.Connection, query: str) -> int:
    ((number,),) = await database.execute_fetchall(query)
    return int(number)


@functools.cache
def _objects_made(schema: Schema) -> frozenset[tuple[str, str, str]]:
    with closing(sqlite3.connect(":memory:")) as memory:
        for script in _migrations(schema):
            memory.executescript(script)
        return frozenset(memory.execute(_OBJECTS))


def _migrations(schema: Schema) -> list[str]:
    folder = resources.files("blocker.store").joinpath("migrations", schema)
    names = sorted(item.name for item in folder.iterdir() if re.fullmatch(r"[0-9]{4}_.*\.sql", item.name))
    return [folder.joinpath(name).read_text(encoding="utf-8") for name in names]
