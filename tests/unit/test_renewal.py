"""A ledger that doesn't hold: kept as it is, and followed by a new one that names it, whatever happens on the way."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.ledgers import chained, content, files_in, lay_out, raw_rows, tamper

from blocker.core.entry import EMPTY, Head, sha256_hex
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError
from blocker.evidence import renewal
from blocker.evidence.head_copies import HeadCopy
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify

AT = datetime(2026, 11, 22, 4, 12, 29, 123_000, UTC)
ROWS = chained(content(str(i)) for i in range(30))
HEAD = Head(30, sha256_hex(ROWS[-1][1] or b""))
COPY = HeadCopy("stop", HEAD, AT).line.encode()
FIRST = "ledger-kept-20261122T041229Z"
FILES = ["ledger-heads.txt", "ledger.sqlite3", "ledger.sqlite3-shm", "ledger.sqlite3-wal"]


def now() -> datetime:
    return AT


async def broken(directory: Path) -> None:
    """A ledger whose entry 25 is gone."""
    await lay_out(directory, ROWS, COPY)
    tamper(directory, "DELETE FROM links WHERE n = 25")


async def first_entry(directory: Path) -> Any:
    reader = await LedgerReader.open(directory)
    try:
        return (await reader.newest(["ledger-begun"])).content  # type: ignore[union-attr]
    finally:
        await reader.close()


async def opened(directory: Path) -> str:
    """Open or begin, and close; what the household is told."""
    begun = await renewal.open_or_begin(directory, now)
    await begun.ledger.close()
    return begun.told


async def is_kept_and_followed(directory: Path, was: dict[str, str]) -> None:
    """What must be there in the end, however often it was interrupted."""
    (folder,) = renewal.kept(directory)
    assert {**sums_in(folder), "why.txt": ""} == {**was, "why.txt": ""}
    assert not list(directory.glob("*.part"))
    entry = await first_entry(directory)
    assert (entry["kind"], entry["kept_as"]) == ("ledger-begun", folder.name)
    assert entry["old_head"] == entry["old_copy"] == {"n": HEAD.n, "sha256": HEAD.sha256}
    assert "entry 25" in entry["why"]
    found = await verify(directory)
    assert (found.entries, found.holds, found.last_copy and found.last_copy.head) == (1, True, found.head)


def sums_in(directory: Path) -> dict[str, str]:
    """What each file there holds; a log of SQLite's that is empty, and its scratch paper, say nothing."""
    files = [path for path in directory.iterdir() if path.is_file() and not path.name.endswith("-shm")]
    return {path.name: sha256_hex(path.read_bytes()) for path in files if path.stat().st_size}


async def test_a_ledger_that_holds_is_simply_opened(tmp_path: Path) -> None:
    """Nothing is moved and nothing is told where all is well."""
    await lay_out(tmp_path, ROWS, COPY)
    assert not await opened(tmp_path)
    assert files_in(tmp_path) == FILES[:2]


async def test_one_that_does_not_hold_is_kept_byte_for_byte(tmp_path: Path) -> None:
    """All its files lie in a folder named for the moment, unchanged, and the new one's first entry names its head."""
    await broken(tmp_path)
    was = sums_in(tmp_path)
    told = await opened(tmp_path)
    assert FIRST in told
    assert "entry 25" in told
    await is_kept_and_followed(tmp_path, was)
    why = "ledger.sqlite3: entry 25: its link is missing; the next one there is that of entry 26\n"
    assert (tmp_path / FIRST / "why.txt").read_text() == why
    assert (tmp_path / FIRST).stat().st_mode & 0o777 == 0o700
    assert not await opened(tmp_path)  # from then on all is well


async def test_what_sqlite_has_in_its_log_is_kept_there(tmp_path: Path) -> None:
    """A ledger left by `kill -9` has its newest entries in SQLite's log, which is moved along and not folded in."""
    await broken(tmp_path)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.execute("INSERT INTO contents (n, content) VALUES (999, '{}')")
        writer.commit()
        left = tmp_path / "left"
        left.mkdir()
        for path in [path for path in tmp_path.iterdir() if path.is_file()]:
            shutil.copy(path, left)
    was = sums_in(left)
    await opened(left)
    assert "ledger.sqlite3-wal" in was
    await is_kept_and_followed(left, was)


class CutOff(Exception):  # noqa: N818
    """The power is gone."""


def cut_off_after(steps: int, patch: pytest.MonkeyPatch) -> None:
    """From now on, end at the given step: each thing done to a name or brought to the disk is one."""
    left = iter(range(steps))

    def limited(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*arguments: Any, **more: Any) -> Any:
            if next(left, None) is None:
                raise CutOff
            return real(*arguments, **more)

        return step

    for owner, name in ((Path, "rename"), (Path, "mkdir"), (Path, "open"), (os, "fsync"), (Ledger, "append")):
        patch.setattr(owner, name, limited(getattr(owner, name)))


@pytest.mark.parametrize("gone", [False, True])
async def test_cut_off_at_any_step_the_next_start_brings_it_to_its_end(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gone: bool,  # noqa: FBT001
) -> None:
    """However far it came, and if it is cut off twice: one folder with all the old files, and one new ledger."""
    ended = 0
    for steps in range(60):
        (directory := tmp_path / str(steps)).mkdir()
        await broken(directory)
        if gone:
            (directory / "ledger.sqlite3").unlink()
        was = sums_in(directory)
        for more in (steps, steps // 2):
            with monkeypatch.context() as patch:
                cut_off_after(more, patch)
                try:
                    await opened(directory)
                    ended += 1
                except CutOff:
                    pass
        await opened(directory)
        if gone:
            (folder,) = renewal.kept(directory)
            assert {**sums_in(folder), "why.txt": ""} == {**was, "why.txt": ""}
            entry = await first_entry(directory)
            assert entry["old_head"] == {"n": 0, "sha256": EMPTY.sha256}
            assert entry["old_copy"] == {"n": 30, "sha256": HEAD.sha256}
            assert "is gone, yet" in entry["why"]
        else:
            await is_kept_and_followed(directory, was)
        assert (await verify(directory)).entries == 1
    assert ended > 5  # or more steps would have to be tried


async def test_a_ledger_put_back_meanwhile_is_left_where_it_is(tmp_path: Path) -> None:
    """Where the move was cut off and somebody then restored a backup, its files aren't mixed with the old ones."""
    await broken(tmp_path)
    part = tmp_path / f"{FIRST}.part"
    part.mkdir()
    (part / "why.txt").write_text("it was broken\n")
    (tmp_path / "ledger.sqlite3").rename(part / "ledger.sqlite3")
    await lay_out(tmp_path, ROWS)
    assert not await opened(tmp_path)
    assert raw_rows(tmp_path) == ROWS
    assert files_in(tmp_path / FIRST) == ["ledger.sqlite3", "why.txt"]


async def test_each_kept_one_has_a_folder_of_its_own(tmp_path: Path) -> None:
    """Twice within a second, or with the clock set back: another folder, which sorts after the one before."""
    await broken(tmp_path)
    await opened(tmp_path)
    tamper(tmp_path, "DELETE FROM links")
    await opened(tmp_path)
    tamper(tmp_path, "DELETE FROM links")
    begun = await renewal.open_or_begin(tmp_path, lambda: AT - timedelta(days=30))
    await begun.ledger.close()
    names = [folder.name for folder in renewal.kept(tmp_path)]
    assert names == [FIRST, "ledger-kept-20261122T041230Z", "ledger-kept-20261122T041231Z"]
    entry = await first_entry(tmp_path)
    assert (entry["kept_as"], entry["old_head"]["n"], entry["old_copy"]["n"]) == (names[-1], 0, 1)


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda path: path.write_bytes(b""), "is gone, yet ledger-heads.txt"),
        (lambda path: path.write_bytes(b"x" * 9000), "file is not a database"),
        (lambda path: os.truncate(path, 5000), "damaged"),
        (lambda path: path.unlink(), "is gone, yet ledger-heads.txt"),
        (lambda path: path.with_name("ledger-heads.txt").write_bytes(b"start three\n"), "line 1"),
    ],
)
async def test_whatever_is_wrong_with_it_a_new_one_can_be_begun(
    tmp_path: Path, spoil: Callable[[Path], object], why: str
) -> None:
    """Emptied, overwritten, cut off, removed, with copies that nobody can read: kept, named, and the next one works."""
    await lay_out(tmp_path, ROWS, COPY)
    spoil(tmp_path / "ledger.sqlite3")
    assert why in await opened(tmp_path)
    assert (await verify(tmp_path)).holds
    assert (await first_entry(tmp_path))["kind"] == "ledger-begun"


async def test_damage_found_when_copies_of_the_head_are_missed_is_damage(tmp_path: Path) -> None:
    """Who took the copies away and spoilt what lies before the end: a new one is begun, and no connection is left."""
    rows = chained(content(f"call-{i}", padding="x" * 200) for i in range(400))
    await lay_out(tmp_path, rows, b"")
    (tmp_path / "ledger-heads.txt").unlink()
    file = tmp_path / "ledger.sqlite3"
    raw = bytearray(file.read_bytes())
    page = raw.index(b'"call":"call-200"') // 4096 * 4096
    raw[page : page + 4096] = b"\xff" * 4096
    file.write_bytes(raw)
    before = set(threading.enumerate())
    assert "is damaged" in await opened(tmp_path)
    assert renewal.kept(tmp_path)
    assert (await verify(tmp_path)).holds
    for one in set(threading.enumerate()) - before:
        if "_connection_worker" in one.name:
            one.join(30)
            assert not one.is_alive()


async def test_a_log_without_its_ledger_is_kept_too(tmp_path: Path) -> None:
    """Where only SQLite's log is left, which would be removed with the next opening, it is kept."""
    (tmp_path / "ledger.sqlite3-wal").write_bytes(b"w" * 5000)
    assert "holds entries" in await opened(tmp_path)
    assert (tmp_path / FIRST / "ledger.sqlite3-wal").read_bytes() == b"w" * 5000


async def test_a_ledger_of_a_newer_program_is_never_moved(tmp_path: Path) -> None:
    """What this program can't read may be well: it stays where it is, and an upgrade is asked for."""
    await lay_out(tmp_path, ROWS, COPY)
    tamper(tmp_path, "PRAGMA user_version = 77")
    with pytest.raises(LedgerFormatError, match="upgrade"):
        await opened(tmp_path)
    assert "ledger.sqlite3" in files_in(tmp_path)
    assert not renewal.kept(tmp_path)


async def test_a_folder_that_can_not_be_made_is_an_error_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full or read-only disk: a sentence, and everything is where it was."""
    await broken(tmp_path)
    was = sums_in(tmp_path)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(LedgerError, match=r"can't be put away: .*No space left"):
        await opened(tmp_path)
    assert sums_in(tmp_path) == was


async def test_an_abandoned_ledger_gets_no_further_byte(tmp_path: Path) -> None:
    """Closed because it doesn't hold: what waits is refused, and neither file nor log of SQLite changes."""
    ledger = await Ledger.open(tmp_path, now=now)
    for i in range(5):
        await ledger.append(content(str(i)))
    was = sums_in(tmp_path)
    assert "ledger.sqlite3-wal" in was
    await ledger.abandon()
    assert sums_in(tmp_path) == was
    with pytest.raises(LedgerError, match="closed"):
        await ledger.append(content())
    begun = await renewal.begin_anew(tmp_path, "entry 3: its content isn't the one", now)
    await begun.ledger.close()
    assert {**sums_in(tmp_path / FIRST), "why.txt": ""} == {**was, "why.txt": ""}
    assert len(raw_rows(tmp_path)) == 1


@pytest.mark.parametrize("unfinished", [False, True])
async def test_a_new_one_that_could_not_be_begun_is_no_old_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    unfinished: bool,  # noqa: FBT001
) -> None:
    """While the disk is full each try fails; the one that works names the old ledger, not what the others left."""
    await broken(tmp_path)
    with monkeypatch.context() as full:

        async def append(*_: object) -> int:
            raise LedgerWriteError("No space left on device")

        full.setattr(Ledger, "append", append)
        for _ in range(3):
            with pytest.raises(LedgerWriteError):
                await renewal.begin_anew(tmp_path, "entry 25: it is missing", now)
            if unfinished:
                for name in ("", "-wal", "-shm"):
                    (tmp_path / f"ledger.sqlite3{name}").unlink(missing_ok=True)
                (tmp_path / "ledger.sqlite3").touch()
    begun = await renewal.begin_anew(tmp_path, "entry 25: it is missing", now)
    await begun.ledger.close()
    assert [folder.name for folder in renewal.kept(tmp_path)] == [FIRST]
    entry = await first_entry(tmp_path)
    assert (entry["kept_as"], entry["old_head"]["n"], entry["old_copy"]["n"]) == (FIRST, 30, 30)
    assert (await verify(tmp_path)).holds
