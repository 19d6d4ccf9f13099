"""How a database file is opened: durable, converted step by step, and its troubles told in our own words."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from fakes.ledgers import chained, content, files_in, lay_out, raw_rows

from blocker.errors import DataDirError, LedgerCorruptError, LedgerError, LedgerFormatError
from blocker.store import database
from blocker.store.database import Schema, foreign_errors, open_database

SCHEMAS: list[Schema] = ["household", "ledger"]


def migrations(monkeypatch: pytest.MonkeyPatch, *added: str) -> None:
    """As if the program had these scripts in addition."""
    scripts = {schema: [*database._migrations(schema), *added] for schema in SCHEMAS}
    monkeypatch.setattr(database, "_migrations", scripts.__getitem__)
    monkeypatch.setattr(database, "_objects_made", database._objects_made.__wrapped__)


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_what_is_committed_is_on_the_disk(tmp_path: Path, schema: Schema) -> None:
    """Every commit is synced, and a statement commits by itself."""
    opened = await open_database(tmp_path / "x.sqlite3", schema)
    wanted = {"journal_mode": "wal", "synchronous": 2, "fullfsync": 1, "foreign_keys": 1}
    for name, value in wanted.items():
        ((found,),) = await opened.execute_fetchall(f"PRAGMA {name}")
        assert found == value, name
    await opened.execute_fetchall("CREATE TABLE extra (x)")
    assert not opened.in_transaction
    await opened.close()


async def test_names_with_odd_characters_are_only_names(tmp_path: Path) -> None:
    """A household may call its folder what it likes."""
    odd = tmp_path / "l'été 100%? #1"
    odd.mkdir()
    await (await open_database(odd / "x.sqlite3", "ledger")).close()
    await (await open_database(odd / "x.sqlite3", "ledger", read_only=True)).close()
    assert "x.sqlite3" in files_in(odd)


async def test_an_older_file_is_converted_by_its_writer_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader asks for the service to be started; the service converts, and nothing is lost."""
    rows = chained([content("a"), content("b")])
    await lay_out(tmp_path, rows)
    path = tmp_path / "ledger.sqlite3"
    migrations(monkeypatch, "CREATE TABLE seals (n INTEGER PRIMARY KEY);")
    with pytest.raises(
        LedgerFormatError, match=r"is of version [0-9], this blocker reads [0-9] \(start the service once"
    ):
        await open_database(path, "ledger", read_only=True)
    await (await open_database(path, "ledger")).close()
    reading = await open_database(path, "ledger", read_only=True)
    assert list(await reading.execute_fetchall("SELECT n FROM seals")) == []
    await reading.close()
    assert raw_rows(tmp_path) == rows


async def test_a_conversion_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is of the older version still, and the older program opens it."""
    await lay_out(tmp_path, chained([content()]))
    path = tmp_path / "ledger.sqlite3"
    with monkeypatch.context() as newer:
        migrations(newer, "CREATE TABLE seals (n); INSERT INTO links SELECT n, line FROM links;")
        with pytest.raises(LedgerError, match="UNIQUE"):
            await open_database(path, "ledger")
    opened = await open_database(path, "ledger")
    assert list(await opened.execute_fetchall("SELECT name FROM sqlite_master WHERE name = 'seals'")) == []
    await opened.close()


@pytest.mark.parametrize("schema", SCHEMAS)
async def test_a_file_of_the_other_kind_is_left_alone(tmp_path: Path, schema: Schema) -> None:
    """The two files swapped by mistake are told apart."""
    other: Schema = "household" if schema == "ledger" else "ledger"
    await (await open_database(tmp_path / "x.sqlite3", other)).close()
    with pytest.raises(LedgerFormatError if schema == "ledger" else DataDirError, match=f"is no {schema} file"):
        await open_database(tmp_path / "x.sqlite3", schema)


async def test_a_locked_file_is_waited_for_and_then_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program that holds the file is named as the reason."""
    monkeypatch.setattr(database, "LOCK_WAIT_MS", 20)
    await lay_out(tmp_path, [])
    opened = await open_database(tmp_path / "ledger.sqlite3", "ledger")
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LedgerError, match="another program has locked it"), foreign_errors(tmp_path, "ledger"):
            await opened.execute_fetchall("INSERT INTO links (n, line) VALUES (1, 'x')")
    await opened.close()


@pytest.mark.parametrize(
    ("schema", "raised", "error", "why"),
    [
        ("household", OSError(28, "No space left on device"), DataDirError, "No space left"),
        ("ledger", OSError(28, "No space left on device"), LedgerError, "No space left"),
        ("ledger", ValueError("Connection closed"), LedgerError, "Connection closed"),
        ("household", sqlite3.InterfaceError("odd"), DataDirError, "SQLite says “odd”"),
        ("ledger", UnicodeDecodeError("utf-8", b"\xff", 0, 1, "odd"), LedgerCorruptError, "is damaged"),
        ("ledger", sqlite3.OperationalError("malformed JSON"), LedgerCorruptError, "is damaged"),
    ],
)
def test_foreign_errors_become_ours(schema: Schema, raised: Exception, error: type[Exception], why: str) -> None:
    """What the libraries raise leaves as one of our errors, with the file's name and what was wrong."""
    with pytest.raises(error, match=f"x.sqlite3.*{why}") as caught, foreign_errors(Path("x.sqlite3"), schema):
        raise raised
    assert caught.value.__cause__ is raised


def test_our_own_errors_pass_through() -> None:
    """An error that is ours already is not wrapped in another."""
    ours = LedgerFormatError("ours")
    with pytest.raises(LedgerFormatError) as caught, foreign_errors(Path("x.sqlite3"), "ledger"):
        raise ours
    assert caught.value is ours
