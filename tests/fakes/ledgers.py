"""Ledgers on the disk for tests: from the frozen vectors, from made-up contents, and tampered with.

Tampering goes through Python's own sqlite3, past everything that would hinder it.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from blocker.core.entry import Head, canonical, link_line, sha256_hex
from blocker.evidence import head_copies
from blocker.store import ledger_db
from blocker.store.database import open_database

VECTORS = Path(__file__).resolve().parents[1] / "vectors" / "ledger"
SALT = "00112233445566778899aabbccddeeff"

Row = tuple[int, bytes | None, bytes | None]
"""Number, link line, content; both with LF, or None where there is none."""


def vector_names() -> list[str]:
    """The folders of the vectors."""
    return sorted(path.parent.name for path in VECTORS.glob("*/expected.json"))


def expected(name: str) -> Any:
    """What a vector's `expected.json` says."""
    return json.loads((VECTORS / name / "expected.json").read_text("utf-8"))


def vector_rows(name: str) -> list[Row]:
    """A vector's entries by their place."""
    links, contents = (_lines(VECTORS / name / file) for file in ("links", "contents"))
    return [(n, link, content) for n, (link, content) in enumerate(zip(links, contents, strict=True), 1)]


def _lines(path: Path) -> list[bytes | None]:
    return [line + b"\n" if line else None for line in path.read_bytes().split(b"\n")[:-1]]


def content(
    call: str = "c0ffee", at: str = "2026-11-17T08:12:33.123Z", kind: str = "call-screened", **more: Any
) -> Any:
    """A content, without its salt."""
    return {"v": 1, "kind": kind, "at": at, "call": call, **more}


def chained(contents: Iterable[dict[str, Any]]) -> list[Row]:
    """Entries with these contents, linked to each other."""
    rows: list[Row] = []
    head = Head(0, "0" * 64)
    for n, one in enumerate(contents, 1):
        line = canonical({"salt": SALT, **one})
        link = link_line(n, head.sha256, sha256_hex(line))
        rows.append((n, link, line))
        head = Head(n, sha256_hex(link))
    return rows


async def lay_out(directory: Path, rows: Sequence[Row], heads: bytes | None = None) -> None:
    """Make a ledger's files of such entries."""
    path = directory / ledger_db.FILE
    await (await open_database(path, "ledger")).close()
    with closing(sqlite3.connect(path)) as database, database:
        links = [(n, link[:-1].decode()) for n, link, _ in rows if link is not None]
        contents = [(n, one[:-1].decode()) for n, _, one in rows if one is not None]
        database.executemany("INSERT INTO links (n, line) VALUES (?, ?)", links)
        database.executemany("INSERT INTO contents (n, content) VALUES (?, ?)", contents)
    if heads is not None:
        (directory / head_copies.FILE).write_bytes(heads)


async def lay_out_vector(directory: Path, name: str) -> None:
    """Make the files of a vector."""
    await lay_out(directory, vector_rows(name), (VECTORS / name / "heads").read_bytes())


def tamper(directory: Path, *statements: str) -> None:
    """Change the database as somebody would who has the file: around the guards that hinder mistakes of ours."""
    with closing(sqlite3.connect(directory / ledger_db.FILE, isolation_level=None)) as database:
        guards = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('links', 'contents')"
        names, texts = zip(*database.execute(guards).fetchall(), strict=True)
        for statement in (*(f"DROP TRIGGER {name}" for name in names), *statements, *texts):
            database.execute(statement)


def files_in(directory: Path) -> list[str]:
    """The names of the files there."""
    return sorted(path.name for path in directory.iterdir())


def raw_rows(directory: Path) -> list[Row]:
    """What the tables hold, read without any of our code."""
    query = "SELECT n, CAST(line AS BLOB), CAST(content AS BLOB) FROM links LEFT JOIN contents USING (n) ORDER BY n"
    with closing(sqlite3.connect(directory / ledger_db.FILE)) as database:
        rows = database.execute(query).fetchall()
    return [(n, line + b"\n", None if content is None else content + b"\n") for n, line, content in rows]
