"""Putting a backup back: into a new data directory, once every file in it was found to be as it was written.

Decides what is believed of a backup: nothing but what its `MANIFEST` names, each file by its sum, and a ledger that
verifies. It is unpacked beside its place and gets its name last, so that a restore that is cut off leaves no directory
that a service would start with.
"""

import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from blocker.core.entry import Head, parse_time
from blocker.errors import LedgerError, LedgerFormatError, UsageError
from blocker.evidence import head_copies
from blocker.evidence.attachments import Attachments
from blocker.evidence.backup import ABOUT, FORMAT, MANIFEST, VERSION, building, sum_of, sync
from blocker.evidence.verify import Progress, verify

_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_MAX_MANIFEST = 64 << 20


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back."""

    head: Head
    made_at: str
    """UTC, as entries write times."""
    program: str
    missing: int
    """Entries that came after the backup, as far as the old ledger's copies of its head tell; 0 where they don't."""
    warnings: list[str]


async def restore(source: Path, into: Path, *, old: Path | None, progress: Progress | None) -> Restored:
    """Put a backup into a directory that is empty or not there.

    Args:
        source: the file or the folder.
        into: the new data directory.
        old: the data directory that the backup was made of, where something of it is left.
        progress: of the verification.

    Raises:
        UsageError: it is no backup, isn't whole, its ledger doesn't verify, or something is in its place.
    """
    with building(into, "stop the service and move that folder away, or name another place") as part:
        with _opened(source) as files:
            _unpack(files, part, source)
        about = _about(part, source)
        _check_sums(part, source)
        try:
            found = await verify(part, on_progress=progress)
        except LedgerError as error:
            raise UsageError(f"{source}: its ledger can't be read: {error}") from error
        if found.faults:
            raise UsageError(
                f"{source}: its ledger doesn't verify ({found.faults[0]}): use an older one, or unpack this by hand"
            )
        warnings = [str(fault) for fault in await Attachments(part).verify()]
        for name in (MANIFEST, ABOUT):
            (part / name).unlink()
        for folder in [part, *(path for path in part.rglob("*") if path.is_dir())]:
            folder.chmod(0o700)
            sync(folder)
        part.rename(into)  # over an empty directory, or where none is; over any other it fails
        sync(into.parent)
    missing = _newest_copy(old) - found.head.n if old is not None else 0
    return Restored(found.head, about["made_at"], about["program"], max(0, missing), warnings)


Files = Iterator[tuple[str, IO[bytes]]]


@contextmanager
def _opened(source: Path) -> Iterator[Files]:
    if source.is_dir():
        yield _in_folder(source)
        return
    try:
        file = source.open("rb")
    except OSError as error:
        raise UsageError(f"{source} can't be read: {error.strerror}") from error
    try:
        with file, tarfile.open(fileobj=file, mode="r:") as tar:
            yield _in_tar(tar, source)
    except (tarfile.TarError, EOFError) as error:
        raise UsageError(f"{source} is no backup, or was cut off: {error}") from error


def _in_folder(source: Path) -> Files:
    for path in sorted(source.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                yield str(path.relative_to(source)), file


def _in_tar(tar: tarfile.TarFile, source: Path) -> Files:
    for member in tar:
        file = tar.extractfile(member) if member.isfile() else None
        if file is None:
            raise UsageError(f"{source} is no backup: “{member.name}” in it is no ordinary file")
        with file:
            yield member.name, file


def _unpack(files: Files, part: Path, source: Path) -> None:
    for name, raw in files:
        steps = PurePosixPath(name)
        if steps.is_absolute() or ".." in steps.parts or not steps.parts or "\0" in name:
            raise UsageError(f"{source} is no backup: “{name}” would lead out of its folder")
        target = part / steps
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
            shutil.copyfileobj(raw, file)
            file.flush()
            os.fsync(file.fileno())


def _about(part: Path, source: Path) -> dict[str, str]:
    try:
        about = json.loads((part / ABOUT).read_bytes())
        kind, version = about["format"], int(about["version"])
        said = {key: str(about[key]) for key in ("made_at", "program")}
        parse_time(said["made_at"])
    except (OSError, ValueError, KeyError, TypeError, LedgerFormatError):
        kind, version, said = "", 0, {}
    if kind != FORMAT:
        raise UsageError(f"{source} is no backup: {ABOUT} is missing in it, or says something else")
    if version > VERSION:
        raise UsageError(f"{source} was made by a newer blocker, {said['program']} (upgrade this one)")
    return said


def _check_sums(part: Path, source: Path) -> None:
    """Every file is as the manifest has it, and no other is there."""
    manifest = part / MANIFEST
    if not manifest.is_file() or manifest.stat().st_size > _MAX_MANIFEST:
        raise UsageError(f"{source} is no backup, or isn't whole: it has no {MANIFEST}")
    lines = manifest.read_text("utf-8", "replace").split("\n")
    sums = {found[2]: found[1] for line in lines[:-1] if (found := _LINE.fullmatch(line))}
    there = {str(path.relative_to(part)) for path in part.rglob("*") if path.is_file()} - {MANIFEST}
    if lines[-1] or len(sums) != len(lines) - 1:
        raise UsageError(f"{source}: its {MANIFEST} was changed, or cut off")
    if missing := sums.keys() - there:
        raise UsageError(f"{source} isn't whole: “{min(missing)}” is missing")
    if added := there - sums.keys():
        raise UsageError(f"{source} was changed: “{min(added)}” isn't in its {MANIFEST}")
    for name, expected in sums.items():
        if sum_of(part / name) != expected:
            raise UsageError(f"{source} was changed, or its disk fails: “{name}” isn't as it was written")


def _newest_copy(old: Path) -> int:
    try:
        copies, _ = head_copies.read_copies(old / head_copies.FILE)
    except LedgerError:
        return 0
    return max((copy.head.n for copy in copies), default=0)
