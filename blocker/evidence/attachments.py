"""Files beside the ledger: proofs, letters, exports, each kept under the sum of its bytes.

Decides how a file gets into the folder `attachments` of the data directory: whole or not at all, durable on return,
once however often it is put there. Doesn't decide what is said of it (`core/attached.py`), nor when it may go again.
Files are only ever added and removed by the owner of the data directory; anybody may check them (`verify`).
"""

import asyncio
import hashlib
import mimetypes
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from blocker.core.attached import Stored, attached_of
from blocker.core.entry import EntryKind
from blocker.core.plain_text import one_line, shortened
from blocker.errors import DataDirError, LedgerFormatError, UsageError
from blocker.evidence.reading import LedgerReader

FOLDER = "attachments"
"""Its name in the data directory."""

MAX_SIZE = 50_000_000
"""Bytes. A scanned letter has one or two million; what is larger is likely the wrong file."""

_MAX_NAME = 255
_CHUNK = 1 << 20
_SUM = re.compile(r"[0-9a-f]{64}")
_THROUGH = re.compile(r"\A/proc/[0-9]+/root(?=/)")
_PUT_BACK = "`blocker household attach` puts it back, if you have it elsewhere"

_INCOMING = "incoming-"


class AttachmentFaultKind(StrEnum):
    """What can be wrong with a file that an entry names. The names belong to the format."""

    MISSING = "attachment-missing"
    CHANGED = "attachment-changed"
    NOT_ERASED = "attachment-not-erased"


@dataclass(frozen=True, slots=True)
class AttachmentFault:
    """One file that isn't as the ledger says."""

    n: int
    """The number of the entry that says so."""
    kind: AttachmentFaultKind
    what: str
    """A sentence for the household."""

    def __str__(self) -> str:
        return f"entry {self.n}: {self.what}"


class Attachments:
    """The files beside one ledger."""

    def __init__(self, directory: Path) -> None:
        """`directory` is the data directory. Its folder of attachments is made with the first file."""
        self.changing = asyncio.Lock()
        """Held by who adds or removes files and says so in the ledger, so that both agree: one instance per owner."""
        self._directory = directory
        self._folder = directory / FOLDER
        self._tidied = False

    async def put(self, path: Path) -> Stored:
        """Copy a file in; on return it is on the disk, and later changes of the original change nothing.

        Args:
            path: absolute, since the owner of the data may stand in another folder than whoever typed it; perhaps
                through that process (proc(5), `/proc/pid/root`), since the owner may not see that folder at all.

        Raises:
            UsageError: there is no such file, or it is a folder, unreadable, empty or larger than MAX_SIZE.
            DataDirError: it can't be kept, for instance on a full disk; nothing of it stays.
        """
        if not path.is_absolute():
            raise UsageError(f"{path}: write the whole path of the file, from / on")
        return await asyncio.to_thread(self._put, path)

    async def put_bytes(self, raw: bytes, name: str) -> Stored:
        """Keep bytes as if they were a file of this name.

        Raises:
            UsageError: there are none, or more than MAX_SIZE.
            DataDirError: as with `put`.
        """
        return await asyncio.to_thread(self._keep, iter([raw] if raw else []), name)

    def path_of(self, sha256: str) -> Path:
        """Where a file of this sum is, if it is there.

        Raises:
            LedgerFormatError: this is no sum, so that it must not become a path.
        """
        if not _SUM.fullmatch(sha256):
            raise LedgerFormatError(f"“{one_line(sha256[:80])}” isn't the sum of a file (64 hexadecimal digits)")
        return self._folder / sha256

    def exists(self, sha256: str) -> bool:
        """Whether a file of this sum is there; its bytes aren't looked at."""
        return self.path_of(sha256).is_file()

    def sums(self) -> frozenset[str]:
        """The sums of all files that are there, by their names."""
        there = self._folder.iterdir() if self._folder.is_dir() else ()
        return frozenset(path.name for path in there if _SUM.fullmatch(path.name))

    async def remove(self, sha256: str) -> None:
        """Take a file away, durably; one that isn't there is no fault.

        Raises:
            DataDirError: it can't be taken away.
        """
        await asyncio.to_thread(self._remove, self.path_of(sha256))

    async def verify(self) -> list[AttachmentFault]:
        """Compare every file that the ledger names with its sum, beside a running service; none where all is well.

        Raises:
            LedgerError: the ledger can't be read.
        """
        named: dict[str, int] = {}
        erased: dict[str, int] = {}
        reader = await LedgerReader.open(self._directory)
        try:
            async for entry in reader.entries([EntryKind.ATTACHMENT, EntryKind.ERASURE]):
                if entry.content["kind"] == EntryKind.ATTACHMENT:
                    sha256 = attached_of(entry.n, entry.content).file.sha256
                    erased.pop(sha256, None)
                    named.setdefault(sha256, entry.n)
                else:
                    for sha256 in entry.content.get("attachments", ()):
                        named.pop(sha256, None)
                        erased[sha256] = entry.n
        finally:
            await reader.close()
        faults = [await asyncio.to_thread(self._compare, sha256, n) for sha256, n in named.items()]
        left = [
            AttachmentFault(n, AttachmentFaultKind.NOT_ERASED, f"{self.path_of(sha256)} is there, though it was erased")
            for sha256, n in erased.items()
            if self.exists(sha256)
        ]
        return sorted([fault for fault in faults if fault] + left, key=lambda fault: fault.n)

    def _put(self, handed: Path) -> Stored:
        path, descriptor = Path(_THROUGH.sub("", str(handed))), -1
        try:
            # without waiting for a pipe
            descriptor = os.open(_seen(handed, path), os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):
                what = "a folder" if stat.S_ISDIR(found.st_mode) else "no ordinary file"
                raise UsageError(f"{path} is {what}; name one file")
            if found.st_size > MAX_SIZE:
                raise _too_big(str(path))
            return self._keep(_chunks(descriptor, path), path.name)
        except FileNotFoundError:
            raise UsageError(f"{path} isn't there (was it moved? nothing was recorded)") from None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            raise UsageError(
                f"{path} can't be read: {why} (it must be open to the user who runs the service)"
            ) from None
        finally:
            if descriptor >= 0:
                os.close(descriptor)

    def _keep(self, chunks: Iterator[bytes], name: str) -> Stored:
        media_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
        name = shortened(one_line(name), _MAX_NAME)
        incoming = self._folder / f"{_INCOMING}{secrets.token_hex(8)}"
        try:
            self._make_room()
            try:
                sha256, size = _write(incoming, chunks, name)
                incoming.rename(self._folder / sha256)  # over the same bytes, or over what rotted in their place
            except BaseException:
                incoming.unlink(missing_ok=True)
                raise
            _sync_folder(self._folder)
        except OSError as error:
            raise DataDirError(
                f"{self._folder}: “{name}” can't be kept: {error.strerror} (make room, or see who may write there)"
            ) from error
        return Stored(sha256, size, media_type, name)

    def _make_room(self) -> None:
        """The folder, without what a power cut left half-written."""
        if not self._folder.is_dir():
            self._folder.mkdir(mode=0o700)
            _sync_folder(self._directory)
        if not self._tidied:
            for left in self._folder.glob(f"{_INCOMING}*"):
                left.unlink(missing_ok=True)
            self._tidied = True

    def _remove(self, path: Path) -> None:
        try:
            with suppress(FileNotFoundError):
                path.unlink()
                _sync_folder(self._folder)
        except OSError as error:
            raise DataDirError(f"{path} can't be removed: {error.strerror}") from error

    def _compare(self, sha256: str, n: int) -> AttachmentFault | None:
        path = self.path_of(sha256)
        try:
            with path.open("rb") as file:
                there = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return AttachmentFault(n, AttachmentFaultKind.MISSING, f"its file is gone: {path} ({_PUT_BACK})")
        except OSError as error:
            return AttachmentFault(n, AttachmentFaultKind.MISSING, f"its file can't be read: {path}: {error.strerror}")
        if there == sha256:
            return None
        return AttachmentFault(
            n, AttachmentFaultKind.CHANGED, f"its file was changed: {path} has the sum {there} ({_PUT_BACK})"
        )


def _seen(handed: Path, path: Path) -> Path:
    """Where a file is found: through the process of whoever handed it on, if the kernel lets us look; else plainly."""
    through = _THROUGH.match(str(handed))
    return handed if through and os.access(through[0], os.X_OK) else path


def _chunks(descriptor: int, path: Path) -> Iterator[bytes]:
    try:
        while chunk := os.read(descriptor, _CHUNK):
            yield chunk
    except OSError as error:  # told from the faults of the disk that is written to
        raise UsageError(f"{path} can't be read to its end: {error.strerror}") from error


def _write(path: Path, chunks: Iterator[bytes], name: str) -> tuple[str, int]:
    """Write a new file that only its owner can read; its sum and size, once it is on the disk."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_SIZE:
                raise _too_big(name)
            digest.update(chunk)
            file.write(chunk)
        if not size:
            raise UsageError(f"{name} is empty, which proves nothing (is it the right file?)")
        file.flush()
        os.fsync(descriptor)
    return digest.hexdigest(), size


def _too_big(name: str) -> UsageError:
    return UsageError(
        f"{name} is larger than {MAX_SIZE // 1_000_000} MB, the most that is kept (is it the right file?)"
    )


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
