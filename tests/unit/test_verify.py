"""What `verify` finds, on the frozen ledgers and on files that are worse than those."""

import asyncio
import contextlib
import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
from pathlib import Path

import pytest
from fakes.ledgers import (
    VECTORS,
    chained,
    content,
    expected,
    files_in,
    lay_out,
    lay_out_vector,
    raw_rows,
    tamper,
    vector_names,
    vector_rows,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.entry import Head, parse_time
from blocker.errors import LedgerError, LedgerFormatError
from blocker.evidence.chain import MAX_FAULTS, Chain, FaultKind
from blocker.evidence.head_copies import HeadCopy, parse_copy
from blocker.evidence.ledger import Ledger
from blocker.evidence.verify import verify

HOLDS = vector_rows("holds")
HEADS = (VECTORS / "holds" / "heads").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize("name", vector_names())
async def test_a_frozen_ledger_has_the_faults_it_is_known_for(tmp_path: Path, name: str) -> None:
    """Each vector gives its number of entries, its head, and its faults, no more and no less."""
    await lay_out_vector(tmp_path, name)
    known, found = expected(name), await verify(tmp_path)
    assert sorted((fault.n, str(fault.kind)) for fault in found.faults) == sorted(map(tuple, known["faults"]))
    assert (found.entries, found.erased) == (known["entries"], known["erased"])
    assert found.head == Head(known["head"]["n"], known["head"]["sha256"])
    assert found.holds == (not known["faults"])


def test_there_is_a_vector_for_every_fault() -> None:
    """No kind of fault goes without a frozen ledger that has it; a damaged file can't be written as text."""
    shown = {kind for name in vector_names() for _, kind in expected(name)["faults"]}
    assert shown == {str(kind) for kind in FaultKind} - {FaultKind.FILE_DAMAGED}


async def test_a_ledger_without_its_guards_is_walked_all_the_same(tmp_path: Path) -> None:
    """Who takes the triggers away and changes a content is told which entry it is, and that the guards are gone."""
    await lay_out_vector(tmp_path, "holds")
    with contextlib.closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as database, database:
        database.execute("DROP TRIGGER contents_hold")
        database.execute("UPDATE contents SET content = content || ' ' WHERE n = 2")
    found = await verify(tmp_path)
    assert [(fault.n, fault.kind) for fault in found.faults] == [
        (2, FaultKind.CONTENT_CHANGED),
        (0, FaultKind.FILE_DAMAGED),
    ]
    assert "trigger contents_hold" in found.faults[1].what


def draw_change(data: st.DataObject, text: bytes, first: int = 0, last: int = -1) -> bytes:
    """The text with one byte changed to any other, at any place from `first` to `last`."""
    changed = bytearray(text)
    changed[data.draw(st.integers(first, last % len(text)))] ^= data.draw(st.integers(1, 255))
    return bytes(changed)


def copies() -> list[HeadCopy]:
    """The copies of the head of the ledger that holds."""
    return [parse_copy(line.decode()) for line in HEADS]


@given(
    st.sampled_from([(n, part) for n, *parts in HOLDS for part, text in enumerate(parts) if text is not None]),
    st.data(),
)
@settings(max_examples=400)
def test_any_changed_byte_is_noticed(where: tuple[int, int], data: st.DataObject) -> None:
    """One byte of any link or content changed to any other gives a fault at that entry or the next."""
    changed_n, part = where
    chain = Chain(copies())
    for n, *parts in HOLDS:
        if n == changed_n:
            parts[part] = draw_change(data, parts[part] or b"")
        link, body = parts
        assert link is not None
        chain.add(n, link, body)
    chain.end()
    assert {fault.n for fault in chain.faults} & {changed_n, changed_n + 1}


@given(st.sampled_from(range(len(HEADS))), st.data())
def test_any_changed_byte_of_a_copied_head_is_noticed(which: int, data: st.DataObject) -> None:
    """A copy whose number or sum was changed no longer fits, or is no copy any more."""
    line = HEADS[which]
    line = draw_change(data, line, line.index(b" ") + 1, line.rindex(b" ") - 1)
    try:
        changed = parse_copy(line.decode("latin-1"))
    except LedgerFormatError:
        return
    chain = Chain([changed])
    for n, link, body in HOLDS:
        assert link is not None
        chain.add(n, link, body)
    chain.end()
    assert chain.faults


@pytest.fixture(scope="module")
def sound_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The SQLite file of the ledger that holds."""
    folder = tmp_path_factory.mktemp("holds")
    asyncio.run(lay_out_vector(folder, "holds"))
    return folder / "ledger.sqlite3"


@given(place=st.integers(0, 2**16), flip=st.integers(1, 255))
@settings(max_examples=80)
def test_a_changed_byte_of_the_file_is_noticed_or_changes_nothing(sound_file: Path, place: int, flip: int) -> None:
    """Wherever SQLite's file is hit, `verify` says so in a sentence, unless links and contents are what they were."""
    hit = bytearray(sound_file.read_bytes())
    hit[place % len(hit)] ^= flip
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        (directory / "ledger.sqlite3").write_bytes(hit)
        (directory / "ledger-heads.txt").write_bytes(b"".join(HEADS))
        try:
            holds = asyncio.run(verify(directory)).holds
        except LedgerError:
            holds = False
        if holds:
            assert raw_rows(directory) == HOLDS


@pytest.mark.parametrize("keep", [1, 20, 100, 4096, 9000])
async def test_a_file_cut_off_is_reported_in_a_sentence(tmp_path: Path, sound_file: Path, keep: int) -> None:
    """A truncated file is a fault with words, wherever it was cut."""
    shutil.copy(sound_file, tmp_path)
    os.truncate(tmp_path / "ledger.sqlite3", keep)
    (tmp_path / "ledger-heads.txt").write_bytes(b"".join(HEADS))
    found = await verify(tmp_path)
    assert [fault.kind for fault in found.faults][-1:] == [FaultKind.FILE_DAMAGED]
    assert re.search("SQLite says|is empty", str(found.faults[-1]))


async def test_an_emptied_file_is_reported(tmp_path: Path) -> None:
    """A file of no bytes is an empty database to SQLite, and no ledger that holds to us."""
    (tmp_path / "ledger.sqlite3").touch()
    (tmp_path / "ledger-heads.txt").write_bytes(b"".join(HEADS))
    found = await verify(tmp_path)
    assert [fault.kind for fault in found.faults] == [FaultKind.FILE_DAMAGED]
    assert "is empty" in str(found.faults[0])


async def test_a_ledger_that_is_gone_is_missed(tmp_path: Path) -> None:
    """Where only the copies of the head are left, all entries they tell of are missing."""
    (tmp_path / "ledger-heads.txt").write_bytes(b"".join(HEADS))
    found = await verify(tmp_path)
    assert [(fault.n, fault.kind) for fault in found.faults] == [(1, FaultKind.CUT_SHORT)]
    assert "12 or more" in str(found.faults[0])


async def test_no_ledger_yet_is_said(tmp_path: Path) -> None:
    """A directory in which none was ever begun isn't reported as a ledger that holds."""
    with pytest.raises(LedgerFormatError, match="no ledger yet"):
        await verify(tmp_path)
    assert not files_in(tmp_path)


async def test_an_index_that_hides_an_entry_is_found(tmp_path: Path) -> None:
    """An entry that reports would pass over, since SQLite's index was made to lie, is a fault."""
    await lay_out_vector(tmp_path, "holds")
    tamper(
        tmp_path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = sql || ' WHERE n <> 6' WHERE name = 'contents_at'",
        "PRAGMA writable_schema = RESET",
        "REINDEX contents_at",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, ' WHERE n <> 6', '') WHERE name = 'contents_at'",
        "PRAGMA writable_schema = RESET",
    )
    found = await verify(tmp_path)
    assert {fault.kind for fault in found.faults} == {FaultKind.FILE_DAMAGED}
    assert "contents_at" in str(found.faults[0])


async def test_a_content_that_is_no_json_is_reported(tmp_path: Path) -> None:
    """A text that SQLite can't compute its columns from is named by its entry, and is no traceback."""
    await lay_out_vector(tmp_path, "holds")
    path, (_, _, text) = tmp_path / "ledger.sqlite3", HOLDS[5]
    assert text is not None
    whole = path.read_bytes()
    assert whole.count(text[:-1]) == 1
    path.write_bytes(whole.replace(text[:-1], b"\xff" + text[1:-1]))
    found = await verify(tmp_path)
    assert (6, FaultKind.CONTENT_CHANGED) in [(fault.n, fault.kind) for fault in found.faults]


async def test_a_ledger_whose_every_entry_is_wrong_takes_no_endless_memory(tmp_path: Path) -> None:
    """Faults are all counted, and a thousand of them are kept."""
    rows = [(n, link, b"{}\n") for n, link, _ in chained(content(str(i)) for i in range(MAX_FAULTS + 50))]
    await lay_out(tmp_path, rows)
    found = await verify(tmp_path)
    assert (len(found.faults), found.fault_count) == (MAX_FAULTS, MAX_FAULTS + 50)


async def test_progress_is_told_up_to_the_end(tmp_path: Path) -> None:
    """Whoever waits for a long check sees it advance, and reach its end."""
    await lay_out(tmp_path, chained(content(str(i)) for i in range(1200)))
    told: list[tuple[int, int]] = []
    await verify(tmp_path, on_progress=lambda done, total: told.append((done, total)))
    assert len(told) > 2
    assert told == sorted(told)
    assert told[-1] == (1200, 1200)


async def test_what_no_check_can_see_is_said(tmp_path: Path) -> None:
    """The sentence about what may have been cut off names the last copy of the head, or says that there is none."""
    await lay_out_vector(tmp_path, "holds")
    found = await verify(tmp_path)
    assert found.last_copy is not None
    assert found.last_copy.at == parse_time("2026-12-18T09:30:00.018Z")
    assert "2026-12-18T09:30:00.018Z (start, entry 12)" in found.unseen
    (tmp_path / "ledger-heads.txt").unlink()
    assert "no copy" in (await verify(tmp_path)).unseen


async def test_verifying_while_entries_come_in_sees_one_moment(tmp_path: Path) -> None:
    """However much is added and copied meanwhile, a ledger that holds is found to hold, each time with more in it."""
    ledger = await Ledger.open(tmp_path)
    await ledger.append(*(content(str(i)) for i in range(600)))

    async def write() -> None:
        while True:
            await ledger.append(content("more"))
            await ledger.copy_head("seal")

    writing = asyncio.create_task(write())
    counts = []
    for _ in range(5):
        found = await verify(tmp_path)
        assert found.faults == ()
        assert found.head.n == found.entries
        counts.append(found.entries)
        await ledger.append(content("between"))
    writing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await writing
    await ledger.close()
    assert counts == sorted(set(counts))


async def test_the_chain_can_be_walked_with_nothing_but_a_hash(tmp_path: Path) -> None:
    """Ten lines that share no code with this program find what the writer wrote to be in order."""
    ledger = await Ledger.open(tmp_path)
    for i in range(5):
        await ledger.append(content(str(i), raw="é\x00\u2028\U0001f4de"))
    await ledger.close()
    prev = "0" * 64
    for n, line, text in raw_rows(tmp_path):
        assert text is not None
        assert line is not None
        assert line.decode() == f"{n} {prev} {hashlib.sha256(text).hexdigest()}\n"
        prev = hashlib.sha256(line).hexdigest()
    assert ledger.head == Head(5, prev)
