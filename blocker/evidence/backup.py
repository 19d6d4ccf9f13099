"""A backup of the data directory, made beside a running service: whole and checked, or not there at all.

Decides what is in it, in which order it is copied so that no part claims more than another holds, and what its two own
files say: `MANIFEST`, which `sha256sum -c` reads, and `BACKUP.json`. Putting one back is `restore.py`'s business. What
can be had again isn't in it: community lists, reports.

It is built in a folder beside its place, `.NAME.part`, checked there, and gets its name last. Calls here block for as
long as the disk takes: it is a process of its own that makes one.
"""

import asyncio
import hashlib
import io
import json
import os
import shutil
import tarfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from blocker.core.entry import Head, format_time
from blocker.errors import DataDirError, LedgerFormatError, UsageError
from blocker.evidence import attachments, head_copies, renewal
from blocker.evidence.verify import Progress, verify
from blocker.outfolder import made_where_missing
from blocker.store import household_db, ledger_db
from blocker.store.copying import copy_database

MANIFEST, ABOUT = "MANIFEST", "BACKUP.json"
FORMAT, VERSION = "blocker-backup", 1
RULES, KEYS = "rules", "keys"

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to back up."""

    data_dir: Path
    rules: Path
    """The household's own rule folder, wherever it is."""
    keys: Path | None
    """The folder of keys; None to leave keys out."""
    key: Path | None
    """A key that lies elsewhere; likewise."""
    program: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is in its place."""

    path: Path
    size: int
    """Bytes."""
    files: int
    head: Head
    with_key: bool
    fault: str
    """What doesn't hold in the ledger, which was copied all the same; empty where all does."""


async def make(wanted: Wanted, out: Path, *, say: Callable[[str], None], progress: Progress | None) -> Made:
    """Make a backup; where `out` ends in `.tar` one file, else a folder.

    Args:
        wanted: what.
        out: its place, where nothing is yet.
        say: is told what is done next.
        progress: of the verification.

    Raises:
        UsageError: something is in its place, or it can't be written there.
        BlockerError: the data can't be read.
    """
    with building(out) as part:
        say("copying the household's data")
        head_file = wanted.data_dir / head_copies.FILE
        if not ledger_db.is_there(wanted.data_dir / ledger_db.FILE):
            raise LedgerFormatError(f"{wanted.data_dir} holds no ledger yet (it begins when the service first starts)")
        # The copies of the head first: whatever they name is durable, and so in a copy of the ledger made later.
        if head_file.exists():
            _copy(head_file, part / head_copies.FILE)
        if (wanted.data_dir / household_db.FILE_NAME).exists():
            await copy_database(wanted.data_dir / household_db.FILE_NAME, "household", part / household_db.FILE_NAME)
        say("copying the ledger")
        await copy_database(wanted.data_dir / ledger_db.FILE, "ledger", part / ledger_db.FILE)
        for folder in (attachments.FOLDER, *(path.name for path in renewal.kept(wanted.data_dir))):
            _copy_tree(
                wanted.data_dir / folder, part / folder
            )  # after the ledger, which then names none that is missing
        _copy_tree(wanted.rules, part / RULES)
        if wanted.keys is not None:
            _copy_tree(wanted.keys, part / KEYS)
        if wanted.key is not None and not (part / KEYS / wanted.key.name).exists():
            _copy(wanted.key, part / KEYS / wanted.key.name)
        with_key = (part / KEYS).exists()
        say("verifying the copy")
        found = await verify(part, on_progress=progress)
        fault = str(found.faults[0]) if found.faults else ""
        about = {
            "format": FORMAT, "version": VERSION, "program": wanted.program, "made_at": format_time(wanted.now),
            "ledger": {"n": found.head.n, "sha256": found.head.sha256, "fault": fault},
        }  # fmt: skip
        (part / ABOUT).write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        names = sorted(str(path.relative_to(part)) for path in part.rglob("*") if path.is_file())
        sums = {name: sum_of(part / name) for name in names}
        say("writing the backup")
        size = await asyncio.to_thread(_put_in_place, part, out, sums)
    return Made(out, size, len(names), found.head, with_key, fault)


@contextmanager
def building(out: Path, mend: str = "name another place") -> Iterator[Path]:
    """A folder beside a place, in which something is built that will get it; whatever happens, the folder goes.

    Folders that lead there are made, and stay where it got its place.

    Raises:
        UsageError: something is in the place, which `mend` says what to do about, or it can't be written there.
    """
    part = out.with_name(f".{out.name}.part")
    if os.path.lexists(out) and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError(f"{out} is there already, and nothing is written over it ({mend})")
    with ExitStack() as around:
        try:
            around.enter_context(made_where_missing(out.parent))
            part.mkdir(mode=0o700)
        except OSError as error:
            if os.path.lexists(part):
                what = "another is being made, or this is what is left of one that was cut off"
                raise UsageError(f"{part} is there: {what} (remove it)") from None
            raise UsageError(f"{out} can't be written: {error.strerror} (name another place)") from error
        try:
            yield part
        except OSError as error:
            raise UsageError(
                f"{out} can't be written: {error.strerror or error} (make room, or name another place)"
            ) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)


def sum_of(path: Path) -> str:
    """The sum of a file's bytes."""
    with path.open("rb") as file:
        return _sum(file)


def _sum(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def sync(path: Path) -> None:
    """Make a file, or a folder's list of files, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _copy_tree(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")) if source.is_dir() else ():
        if path.is_file() and not path.is_symlink() and not path.name.startswith("incoming-"):
            _copy(path, target / path.relative_to(source))


def _copy(source: Path, target: Path) -> None:
    try:
        raw = source.open("rb")
    except FileNotFoundError:
        return  # it was erased a moment ago
    except OSError as error:
        raise DataDirError(f"{source} can't be read: {error.strerror}") from error
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with raw:
        _write(target, lambda file: shutil.copyfileobj(raw, file, _CHUNK))


def _put_in_place(part: Path, out: Path, sums: dict[str, str]) -> int:
    """Give it its name; the manifest, without which it is no backup, is written last. Returns its size in bytes."""
    manifest = "".join(f"{sha256}  {name}\n" for name, sha256 in sums.items()).encode()
    if out.suffix != ".tar":
        size = sum((part / name).stat().st_size for name in sums)
        _write(part / MANIFEST, lambda file: file.write(manifest))
        for folder in [part, *(path for path in part.rglob("*") if path.is_dir())]:
            sync(folder)
        part.rename(out)
    else:
        whole = part / "whole.tar"
        _write(whole, lambda file: _pack(file, part, manifest, sums))
        _check(whole, sums)
        size = whole.stat().st_size
        whole.rename(out)
    sync(out.parent)
    return size


def _write(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        write(file)
        file.flush()
        os.fsync(file.fileno())


def _pack(file: IO[bytes], part: Path, manifest: bytes, names: Iterable[str]) -> None:
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
        first = tarfile.TarInfo(MANIFEST)
        first.size, first.mode = len(manifest), 0o600
        tar.addfile(first, io.BytesIO(manifest))
        for name in names:
            tar.add(part / name, name, filter=_anonymous)


def _check(whole: Path, sums: dict[str, str]) -> None:
    """See that the file holds what was put into it."""
    with tarfile.open(whole, "r:") as tar:
        found = {member.name: _sum(raw) for member in tar if (raw := tar.extractfile(member)) is not None}
    for name, expected in sums.items():
        if found.get(name) != expected:
            raise UsageError(f"“{name}” isn't in the backup as it was written (is the disk failing?)")


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mode = 0o600
    return member
