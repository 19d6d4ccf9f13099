"""What a ledger is looked at for before it is written to, and the copies of its head."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.ledgers import VECTORS, chained, content, files_in, lay_out, raw_rows, tamper, vector_rows

from blocker.core.entry import Head, sha256_hex
from blocker.errors import LedgerCorruptError, LedgerError, LedgerFormatError, LedgerWriteError
from blocker.evidence.head_copies import HeadCopy, append_copy, parse_copy, read_copies
from blocker.evidence.ledger import Ledger
from blocker.evidence.posture import TAIL
from blocker.evidence.verify import verify

AT = datetime(2026, 11, 17, 8, 12, 33, 123_000, UTC)
LONG = chained(content(str(i)) for i in range(TAIL + 20))


def head_of(n: int) -> Head:
    """The head after entry `n` of the long ledger."""
    return Head(n, sha256_hex(LONG[n - 1][1] or b""))


def copy_of(n: int) -> bytes:
    """A copy of it."""
    return HeadCopy("start", head_of(n), AT).line.encode()


async def test_a_ledger_goes_on_where_it_was(tmp_path: Path) -> None:
    """Head and last entry are there again after a restart, and the next entry follows."""
    ledger = await Ledger.open(tmp_path)
    await ledger.append(content("a"), content("b"))
    head, last = ledger.head, ledger.last
    await ledger.close()
    again = await Ledger.open(tmp_path)
    assert (again.head, again.last) == (head, last)
    assert await again.append(content("c")) == 3
    await again.close()
    assert (await verify(tmp_path)).holds


async def test_a_new_ledger_is_its_owners_alone(tmp_path: Path) -> None:
    """Who calls whom is nobody else's business: no other user may read the files."""
    ledger = await Ledger.open(tmp_path)
    await ledger.append(content())
    await ledger.copy_head("start")
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    await ledger.close()
    assert modes == dict.fromkeys(modes, 0o600)
    assert {"ledger.sqlite3", "ledger-heads.txt"} <= set(modes)


async def test_an_erased_last_entry_is_no_obstacle(tmp_path: Path) -> None:
    """Where the last content is gone, as an erasure may leave it, the ledger opens and says that it doesn't know."""
    rows = vector_rows("holds")[:9]
    await lay_out(tmp_path, [(n, link, None if n == 5 else text) for n, link, text in rows])
    ledger = await Ledger.open(tmp_path)
    assert ledger.last is not None
    assert ledger.last["kind"] == "erasure"
    await ledger.close()


BROKEN = {
    "last content changed": (
        ["UPDATE contents SET content = replace(content, 'call', 'cell') WHERE n = 120"],
        b"",
        "entry 120",
    ),
    "last link changed": (["UPDATE links SET line = replace(line, '120', '121') WHERE n = 120"], b"", "entry 120"),
    "last link garbage": (["UPDATE links SET line = 'x' WHERE n >= 21"], b"", "entry 21"),
    "a link missing": (["DELETE FROM links WHERE n = 110"], b"", "entry 110"),
    "a content missing": (["DELETE FROM contents WHERE n = 110"], b"", "entry 110"),
    "cut short": (["DELETE FROM links WHERE n > 117", "DELETE FROM contents WHERE n > 117"], copy_of(120), "cut short"),
    "emptied": (["DELETE FROM links", "DELETE FROM contents"], copy_of(120), "cut short"),
    "an early link not the one copied": (["UPDATE links SET line = line || ' ' WHERE n = 3"], copy_of(3), "entry 3"),
    "an early link gone that was copied": (["DELETE FROM links WHERE n = 3"], copy_of(3), "entry 3"),
    "a copy that can't be read": ([], b"start three\n", "ledger-heads.txt, line 1"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_a_ledger_that_does_not_hold_is_not_written_to(tmp_path: Path, case: str) -> None:
    """Opening says what is wrong and where, and leaves the file as it was; `verify` finds it too."""
    statements, heads, why = BROKEN[case]
    await lay_out(tmp_path, LONG, heads)
    tamper(tmp_path, *statements)
    before = raw_rows(tmp_path)
    with pytest.raises(LedgerCorruptError, match=why) as raised:
        await Ledger.open(tmp_path)
    assert str(tmp_path) in str(raised.value)
    assert raw_rows(tmp_path) == before
    assert not (await verify(tmp_path)).holds


async def test_how_many_entries_are_missing_is_said(tmp_path: Path) -> None:
    """A ledger cut short names the first entry that is missing, how many, and the copy that tells."""
    await lay_out(tmp_path, LONG[:117], copy_of(50) + copy_of(120))
    with pytest.raises(LedgerCorruptError, match=r"entry 118: .* 3 or more .*120 at the copy “start 120 "):
        await Ledger.open(tmp_path)


async def test_copies_that_fit_are_no_obstacle(tmp_path: Path) -> None:
    """Copies of the first, an early, a late and the last head, and one of the empty ledger, all are right."""
    empty = HeadCopy("start", Head(0, "0" * 64), AT).line.encode()
    await lay_out(tmp_path, LONG, empty + b"".join(map(copy_of, (1, 3, 21, 120))))
    ledger = await Ledger.open(tmp_path)
    assert ledger.head == head_of(120)
    await ledger.close()
    assert (await verify(tmp_path)).holds


async def test_a_ledger_that_is_gone_is_not_begun_anew(tmp_path: Path) -> None:
    """Where copies of its head are left, a missing file is an error and not a fresh start; nothing is made."""
    (tmp_path / "ledger-heads.txt").write_bytes(copy_of(120))
    with pytest.raises(LedgerCorruptError, match=r"is gone, yet .* held 120 entries"):
        await Ledger.open(tmp_path)
    assert files_in(tmp_path) == ["ledger-heads.txt"]


async def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """Tables of a version to come are an error that asks for an upgrade, for the writer and for `verify`."""
    await lay_out(tmp_path, LONG)
    tamper(tmp_path, "PRAGMA user_version = 7")
    for using in (Ledger.open, verify):
        with pytest.raises(LedgerFormatError, match=r"newer blocker: its version is 7, this one knows [2-6]"):
            await using(tmp_path)


async def test_a_content_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """A last entry of a version to come can't be built upon, yet it verifies: it holds, whatever it says."""
    await lay_out(tmp_path, chained([content(), {**content(), "v": 2}]))
    with pytest.raises(LedgerFormatError, match="entry 2 of the ledger is of version 2"):
        await Ledger.open(tmp_path)
    assert (await verify(tmp_path)).holds


@pytest.mark.parametrize(
    ("statement", "error", "why"),
    [
        ("CREATE TABLE recipes (name)", LedgerFormatError, "no ledger file of blocker"),
        ("PRAGMA user_version = 1", LedgerFormatError, "no ledger file of blocker"),
        ("PRAGMA application_id = 1651272520", LedgerFormatError, "no ledger file of blocker"),
    ],
)
async def test_a_database_that_is_no_ledger_is_left_alone(
    tmp_path: Path, statement: str, error: type[LedgerError], why: str
) -> None:
    """Somebody else's SQLite file under the ledger's name gets no tables of ours."""
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database, database:
        database.execute(statement)
    with pytest.raises(error, match=why):
        await Ledger.open(tmp_path)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database:
        assert ("links",) not in database.execute("SELECT name FROM sqlite_master").fetchall()


async def test_a_file_that_is_no_database_is_reported(tmp_path: Path) -> None:
    """A text file under the ledger's name is damaged in SQLite's eyes, and stays as it is."""
    (tmp_path / "ledger.sqlite3").write_text("Dear diary, " * 100)
    with pytest.raises(LedgerCorruptError, match="not a database"):
        await Ledger.open(tmp_path)
    assert (tmp_path / "ledger.sqlite3").stat().st_size == 1200


async def test_tables_that_are_not_as_we_made_them_are_reported(tmp_path: Path) -> None:
    """A ledger whose searching columns were made to say something else than its contents isn't trusted."""
    await lay_out(tmp_path, LONG)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database, database:
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = replace(sql, '$.at', '$.ta') WHERE name = 'contents'")
    with pytest.raises(LedgerCorruptError, match="aren't as blocker makes them"):
        await Ledger.open(tmp_path)


async def test_our_own_mistakes_are_hindered(tmp_path: Path) -> None:
    """A statement of ours that would change or remove a link, or change a content, fails."""
    await lay_out(tmp_path, LONG[:3])
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database:
        for statement in ("DELETE FROM links", "UPDATE links SET n = n + 1", "UPDATE contents SET content = '{}'"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                database.execute(statement)


async def test_copies_of_the_head_are_lines_of_text(tmp_path: Path) -> None:
    """Each copy is the line of the specification, with the time of the clock that was handed in, added at the end."""
    ledger = await Ledger.open(tmp_path, now=lambda: AT)
    await ledger.copy_head("start")
    await ledger.append(content())
    await ledger.copy_head("stop")
    await ledger.close()
    text = (tmp_path / "ledger-heads.txt").read_text("ascii")
    at = "2026-11-17T08:12:33.123Z"
    assert text == f"start 0 {'0' * 64} {at}\nstop 1 {ledger.head.sha256} {at}\n"
    assert (await verify(tmp_path)).holds


def test_a_line_cut_short_by_a_crash_is_replaced(tmp_path: Path) -> None:
    """What follows the last LF was never promised to anybody: it is passed over, and removed by the next copy."""
    path = tmp_path / "ledger-heads.txt"
    first, second = HeadCopy("start", head_of(1), AT), HeadCopy("stop", head_of(2), AT)
    for torn in (b"stop 2 0f", b"\0" * 5000):
        path.write_bytes(first.line.encode() + torn)
        assert read_copies(path) == ([first], [])
        append_copy(path, second)
        assert path.read_text() == first.line + second.line


def test_the_vectors_copies_print_back_to_themselves() -> None:
    """Reading and writing a copy loses nothing."""
    for line in (VECTORS / "holds" / "heads").read_text().splitlines(keepends=True):
        assert parse_copy(line).line == line


@pytest.mark.parametrize(
    "change",
    [("start", "Start"), ("start ", "start  "), (" 2 ", " 02 "), (" 2 ", " 9007199254740992 "), (".031Z", "Z"),
     ("\n", ""), ("\n", "\r\n"), ("2026-11-17", "2026-11-31"), ("cb", "CB")],
)  # fmt: skip
def test_a_line_that_is_no_copy_is_refused(change: tuple[str, str]) -> None:
    """There is one way to write a copy."""
    line = (VECTORS / "holds" / "heads").read_text().splitlines(keepends=True)[0]
    assert change[0] in line
    with pytest.raises(LedgerFormatError, match=re.compile("copy of a head|must look like")):
        parse_copy(line.replace(*change))


async def test_a_copy_that_cannot_be_written_is_an_error_of_ours(tmp_path: Path) -> None:
    """Where the file can't be opened, the household reads a sentence; the ledger itself goes on."""
    ledger = await Ledger.open(tmp_path)
    (tmp_path / "ledger-heads.txt").mkdir()
    with pytest.raises(LedgerWriteError, match=r"ledger-heads\.txt can't be written: Is a directory"):
        await ledger.copy_head("start")
    assert await ledger.append(content()) == 1
    await ledger.close()
    with pytest.raises(LedgerError, match=r"ledger-heads\.txt can't be read: Is a directory"):
        await Ledger.open(tmp_path)


async def test_a_directory_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    """The ledger doesn't make folders; it says which one is missing."""
    with pytest.raises(LedgerError, match=r"nowhere/ledger\.sqlite3 can't be used: No such file"):
        await Ledger.open(tmp_path / "nowhere")
