"""A ledger whose files lost their ends, or parts of them: found, or of what the specification says can't be seen."""

import asyncio
import os
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from fakes import ledger_child
from fakes.ledgers import Row, content, raw_rows

from blocker.core.entry import sha256_hex
from blocker.errors import LedgerError
from blocker.evidence import renewal
from blocker.evidence.ledger import Ledger
from blocker.evidence.verify import verify

LEDGER, LOG = "ledger.sqlite3", "ledger.sqlite3-wal"


class Written(NamedTuple):
    """A ledger as `kill -9` leaves it, with its newest entries in SQLite's log."""

    folder: Path
    rows: list[Row]
    copied: int
    """The last entry that a copy of the head tells of."""


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return asyncio.run(write(tmp_path_factory))


async def write(tmp_path_factory: pytest.TempPathFactory) -> Written:
    copied = 0
    folder, kept = tmp_path_factory.mktemp("written"), tmp_path_factory.mktemp("kept")
    for _ in range(2):  # the first time leaves entries in the file, the second one in the log
        ledger = await Ledger.open(folder, now=ledger_child.now)
        for i in range(60):
            await ledger.append(content(f"{i}", note="x" * 300))
            if i % 15 == 0:
                await ledger.copy_head("seal")
                copied = ledger.head.n
        for name in (LEDGER, LOG, "ledger-heads.txt"):
            shutil.copy(folder / name, kept)
        await ledger.close()
    return Written(kept, raw_rows(folder), copied)


async def what_becomes(written: Written, directory: Path) -> None:
    """The promises about a ledger that was spoilt in any way."""
    known = {(n, sha256_hex(link or b""), sha256_hex(body or b"")) for n, link, body in written.rows}
    damaged = {path.name: path.read_bytes() for path in directory.iterdir()}
    try:
        found = await verify(directory)
        holds, entries = found.holds, found.entries
    except LedgerError:
        holds, entries = False, 0
    begun = await renewal.open_or_begin(directory, ledger_child.now)
    n = await begun.ledger.append(content("after"))
    await begun.ledger.close()
    assert (await verify(directory)).holds or not begun.told
    if begun.told:  # kept as it was
        assert not holds
        (folder,) = renewal.kept(directory)
        assert {name: (folder / name).read_bytes() for name in damaged} == damaged
        return
    # Gone on with. If it holds, nothing that a copy tells of is missing, and all that is left is as it was written;
    # if not, the damage lies where the look at opening doesn't reach, and the weekly verification finds it.
    if holds:
        assert entries >= written.copied
        left = raw_rows(directory)[:-1]
        assert {(n, sha256_hex(link or b""), sha256_hex(body or b"")) for n, link, body in left} <= known
        assert len(left) == n - 1 == entries
    else:
        assert not (await verify(directory)).holds


def spoil(path: Path, chance: random.Random) -> None:
    """Cut the file off, or put zeros or old bytes over a part of it, at any place: sectors, pages and odd bytes."""
    whole = path.read_bytes()
    place = chance.choice((1, 24, 512, 4096)) * chance.randrange(len(whole))
    place %= len(whole)
    if chance.random() < 0.5:
        os.truncate(path, place)
        return
    end = min(len(whole), place + chance.choice((1, 16, 512, 4096, 40_000)))
    path.write_bytes(whole[:place] + bytes(end - place) + whole[end:])


async def spoilt(written: Written, within: Path, count: int) -> None:
    chance = random.Random(random.random())  # noqa: S311  (pytest-randomly prints its seed)
    for _ in range(count):
        shutil.copytree(written.folder, directory := within / "one")
        which = chance.choice((LEDGER, LOG, LOG))
        spoil(directory / which, chance)
        await what_becomes(written, directory)
        shutil.rmtree(directory)


async def test_cut_or_zeroed_at_any_place(written: Written, tmp_path: Path) -> None:
    """Two hundred places in the file and in SQLite's log: found, or nothing is lost that was copied; kept as it was."""
    await spoilt(written, tmp_path, 200)


@pytest.mark.soak
async def test_cut_or_zeroed_at_5000_places(written: Written, tmp_path: Path) -> None:
    """The same five thousand times."""
    await spoilt(written, tmp_path, 5000)


async def test_each_end_of_the_last_transactions(written: Written, tmp_path: Path) -> None:
    """The log cut at the end of each of its last pages: whatever falls behind the last copy of the head is noticed."""
    page = 24 + 4096
    size = (written.folder / LOG).stat().st_size
    for pages in range(1, min(90, (size - 32) // page)):
        shutil.copytree(written.folder, directory := tmp_path / str(pages))
        os.truncate(directory / LOG, size - pages * page)
        with closing(sqlite3.connect(f"file:{directory / LEDGER}?mode=ro", uri=True)) as database:
            ((left,),) = database.execute("SELECT max(n) FROM links").fetchall()
        begun = await renewal.open_or_begin(directory, ledger_child.now)
        await begun.ledger.close()
        assert bool(begun.told) == (left < written.copied), left
        shutil.rmtree(directory)


async def test_without_its_log(written: Written, tmp_path: Path) -> None:
    """Somebody copied the database and not what lay beside it: the newest entries are missed by the copies."""
    shutil.copytree(written.folder, tmp_path / "one")
    (tmp_path / "one" / LOG).unlink()
    assert "cut short" in (await renewed(tmp_path / "one"))


async def renewed(directory: Path) -> str:
    begun = await renewal.open_or_begin(directory, ledger_child.now)
    await begun.ledger.close()
    return begun.told
