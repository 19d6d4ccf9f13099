"""FreePBX's blacklist, which stands in Asterisk's own database: as Asterisk prints it, or as the database's file.

    $ asterisk -rx "database show blacklist" > blacklist.txt
    /blacklist/025551234                              : 1
    1 results found.

Or as the commands that put the keys there, which `blocker export --as astdb` writes. Decides which keys are numbers.
FreePBX keeps two settings of its own among them, `dest` and `blocked`; and caller names, which Asterisk compares too,
are no numbers and are told about. The file is read from its bytes and never opened by its name, so that Asterisk's
database can't come to harm. Sources: FreePBX's module Blacklist, and Asterisk's `main/db.c`.
"""

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from typing import BinaryIO

from blocker.core.community import Rated, rated_target
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here
from blocker.textlines import lines

MAX_BYTES = 256 * 1024 * 1024
"""Longest database; it is read as a whole."""

_FAMILY = "/blacklist/"
_SETTINGS = {"dest", "blocked"}
_SQLITE = b"SQLite format 3\0"
_SHOWN = re.compile(r"(/\S.*?)\s*: .*")
_PUT = re.compile(r"database put blacklist (\S+) .*")
_COUNT = re.compile(r"[0-9]+ results? found\.")


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a blacklist; see `RatedReader`."""
    is_database = stream.read(len(_SQLITE)) == _SQLITE
    stream.seek(0)
    for where, key in _stored(stream) if is_database else _shown(stream):
        number = key.removeprefix(_FAMILY)
        if number == key or number in _SETTINGS:
            continue
        try:
            target = rated_target(number, here.region)
        except UsageError as error:
            yield BadItem(where, str(error))
            continue
        # Asterisk compares whole keys, so that a star in one never stood for anything.
        yield BadItem(where, f"“{target.text}” is no whole number") if target.is_prefix else Rated(target)


def _shown(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The keys that Asterisk printed, each with its line; what can't be told to be one stands for itself."""
    keys = 0
    for line in lines(stream):
        text = line.raw.decode("latin-1").strip()
        if found := _SHOWN.fullmatch(text) or _PUT.fullmatch(text):
            keys += 1
            yield f"line {line.n}", found[1] if found.re is _SHOWN else _FAMILY + found[1]
        elif text and not _COUNT.fullmatch(text):
            if not keys:
                raise SourceError(
                    f"line {line.n}: this is neither what “database show blacklist” prints nor an astdb.sqlite3"
                )
            yield f"line {line.n}", _FAMILY + text


def _stored(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The keys of a database, each with its row."""
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SourceError(f"a database of more than {MAX_BYTES >> 20} MB isn't read")
    try:
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.deserialize(raw)
            if database.execute("SELECT 1 FROM sqlite_schema WHERE name = 'astdb' AND type <> 'table'").fetchone():
                raise SourceError("its astdb is no table but a query, which may never end")
            keys = database.execute(
                "SELECT rowid, CAST(key AS TEXT) FROM astdb WHERE key LIKE ? ORDER BY key", (_FAMILY + "%",)
            )
            for row, key in keys:
                yield f"row {row}", key
    except (sqlite3.Error, UnicodeDecodeError) as error:
        why = one_line(str(error))[:120]
        raise SourceError(f"it is no astdb.sqlite3 that can be read ({why}); copy it while Asterisk rests") from error
