"""Files beside the ledger: whole or not at all, once each, and checked against what the ledger says of them."""

import hashlib
import os
import resource
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.ledgers import chained, content, files_in, lay_out, tamper
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.attached import Stored, What, attached_of, attachment
from blocker.errors import DataDirError, LedgerCorruptError, LedgerFormatError, UsageError
from blocker.evidence import attachments
from blocker.evidence.attachments import FOLDER, AttachmentFaultKind, Attachments

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LETTER = b"%PDF-1.7 you are asked to stop"
SUM = hashlib.sha256(LETTER).hexdigest()


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "brief aan Proximus.pdf"
    path.write_bytes(LETTER)
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data"
    path.mkdir(mode=0o700)
    return path


async def test_a_file_is_copied_in_under_its_sum_for_the_owner_alone(data: Path, letter: Path) -> None:
    """The copy is the owner's, has its sum for a name, and outlives the original."""
    store = Attachments(data)
    stored = await store.put(letter)
    letter.unlink()
    assert stored == Stored(SUM, len(LETTER), "application/pdf", "brief aan Proximus.pdf")
    assert store.path_of(SUM).read_bytes() == LETTER
    assert store.path_of(SUM).stat().st_mode & 0o777 == 0o600
    assert (data / FOLDER).stat().st_mode & 0o777 == 0o700


async def test_a_process_that_cant_be_looked_into_is_no_hindrance(data: Path, letter: Path) -> None:
    """Who handed the file on may be gone, or another user's: then it is where its plain path says, or isn't there."""
    store = Attachments(data)
    stored = await store.put(Path(f"/proc/0/root{letter}"))
    assert (stored.sha256, stored.name) == (SUM, letter.name)
    with pytest.raises(UsageError, match=f"^{letter}.no isn't there"):
        await store.put(Path(f"/proc/0/root{letter}.no"))


async def test_the_same_bytes_are_kept_once(data: Path, letter: Path) -> None:
    """The same file twice, under whatever name, is one file; what rotted in its place is healed by it."""
    store = Attachments(data)
    await store.put(letter)
    store.path_of(SUM).write_bytes(b"rotten")
    again = await store.put_bytes(LETTER, "other.bin")
    assert again.sha256 == SUM
    assert files_in(data / FOLDER) == [SUM]
    assert store.path_of(SUM).read_bytes() == LETTER


def _folder(path: Path) -> None:
    path.mkdir()


def _too_big(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(attachments.MAX_SIZE + 1)


WRONG: dict[str, tuple[Callable[[Path], object], str]] = {
    "vanished": (lambda _: None, "isn't there"),
    "a folder": (_folder, "is a folder; name one file"),
    "a pipe": (os.mkfifo, "is no ordinary file"),
    "in a circle": (lambda path: path.symlink_to(path), "can't be read"),
    "unreadable further on": (lambda path: path.symlink_to("/proc/self/mem"), "can't be read to its end"),
    "empty": (Path.touch, "is empty, which proves nothing"),
    "too big": (_too_big, "is larger than 50 MB"),
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_can_be_no_proof_is_refused_and_leaves_nothing(name: str, data: Path, tmp_path: Path) -> None:
    """Each wrong file has its message, which names it, and nothing of it stays."""
    make, message = WRONG[name]
    path = tmp_path / "proof.pdf"
    make(path)
    with pytest.raises(UsageError, match=message) as raised:
        await Attachments(data).put(path)
    assert "proof.pdf" in str(raised.value)
    assert not (data / FOLDER).exists() or files_in(data / FOLDER) == []


async def test_a_path_must_be_whole(data: Path) -> None:
    """A path that depends on where somebody stands is refused, since the service stands elsewhere."""
    with pytest.raises(UsageError, match="from / on"):
        await Attachments(data).put(Path("letter.pdf"))


async def test_a_write_that_is_cut_short_leaves_nothing(data: Path) -> None:
    """Where the disk takes only a part of a file, an error says so and no part of it is found."""
    store = Attachments(data)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(DataDirError, match="can't be kept: File too large"):
            await store.put_bytes(b"x" * 1_000_000, "scan.png")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert files_in(data / FOLDER) == []
    assert (await store.put_bytes(b"x" * 1_000_000, "scan.png")).size == 1_000_000


async def test_what_a_power_cut_left_is_cleared_away(data: Path, letter: Path) -> None:
    """A copy that was under way when the power went is gone after the next one."""
    (data / FOLDER).mkdir()
    (data / FOLDER / "incoming-0123").write_bytes(b"half a let")
    await Attachments(data).put(letter)
    assert files_in(data / FOLDER) == [SUM]


async def test_a_file_is_removed_once(data: Path, letter: Path) -> None:
    """A removed file is gone, and removing it again is no fault."""
    store = Attachments(data)
    await store.put(letter)
    assert store.exists(SUM)
    await store.remove(SUM)
    await store.remove(SUM)
    assert not store.exists(SUM)


@given(st.text())
def test_only_a_sum_becomes_a_path(text: str) -> None:
    """Whatever stands in an entry, no path leads out of the folder."""
    try:
        path = Attachments(Path("/data")).path_of(text)
    except LedgerFormatError:
        return
    assert path.parent == Path("/data", FOLDER)


@given(
    raw=st.binary(min_size=1, max_size=200),
    name=st.text(st.characters(exclude_categories=()), max_size=300),
    what=st.sampled_from(What),
)
async def test_an_entry_reads_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes, name: str, what: What
) -> None:
    """Whatever a file is called, the ledger can take its entry and gives it back."""
    data = tmp_path_factory.mktemp("data")
    stored = await Attachments(data).put_bytes(raw, name)
    entry = attachment(NOW, stored, what=what, how="scan", by="Anna")
    await lay_out(data, chained([entry]))
    read = attached_of(1, entry)
    assert (read.file, read.what, read.how, read.by) == (stored, what, "scan", "Anna")
    assert await Attachments(data).verify() == []


def test_an_entry_that_lacks_something_is_named() -> None:
    """A broken entry is an error with its number."""
    with pytest.raises(LedgerCorruptError, match="entry 7"):
        attached_of(7, {"v": 1, "kind": "attachment", "at": "2026-11-17T08:12:33.123Z", "sha256": SUM})


def _erasure(*sums: str) -> Any:
    return content(kind="erasure", entries=[1], attachments=list(sums), why="asked", by="Anna")


async def _kept(data: Path, *after: Any) -> Attachments:
    store = Attachments(data)
    stored = await store.put_bytes(LETTER, "letter.pdf")
    entry = attachment(NOW, stored, what=What.PROOF, by="Anna")
    await lay_out(data, chained([content(kind="gap"), entry, *after]))
    return store


async def test_a_file_that_was_changed_or_has_vanished_is_found(data: Path) -> None:
    """Verification names the entry whose file has other bytes, can't be read, or is gone; an untouched one is fine."""
    store = await _kept(data)
    assert await store.verify() == []
    path = store.path_of(SUM)
    path.write_bytes(LETTER.replace(b"stop", b"STOP"))
    assert [(fault.n, fault.kind) for fault in await store.verify()] == [(2, AttachmentFaultKind.CHANGED)]
    path.unlink()
    (fault,) = await store.verify()
    assert (fault.n, fault.kind) == (2, AttachmentFaultKind.MISSING)
    assert str(fault).startswith("entry 2: its file is gone")
    path.mkdir()
    assert [fault.kind for fault in await store.verify()] == [AttachmentFaultKind.MISSING]


async def test_a_file_that_was_erased_may_be_gone_and_must_be(data: Path) -> None:
    """A file that an erasure lists isn't missed; one that is still there is reported; one attached anew counts anew."""
    store = await _kept(data, _erasure(SUM))
    (fault,) = await store.verify()
    assert (fault.n, fault.kind) == (3, AttachmentFaultKind.NOT_ERASED)
    await store.remove(SUM)
    assert await store.verify() == []
    await _anew(data)
    assert [fault.kind for fault in await store.verify()] == [AttachmentFaultKind.MISSING]


async def _anew(data: Path) -> None:
    for name in files_in(data):
        if name.startswith("ledger"):
            (data / name).unlink()
    entry = attachment(NOW, Stored(SUM, len(LETTER), "application/pdf", "letter.pdf"), what=What.PROOF, by="Anna")
    await lay_out(data, chained([entry, _erasure(SUM), entry]))


async def test_an_entry_that_names_no_sum_leads_nowhere(data: Path) -> None:
    """A sum that somebody replaced by a path in the ledger is an error, and no file elsewhere is read."""
    await _kept(data)
    tamper(data, """UPDATE contents SET content = replace(content, '"sha256":"', '"sha256":"../')""")
    with pytest.raises(LedgerFormatError, match="isn't the sum of a file"):
        await Attachments(data).verify()
