"""Copies of the ledger's head in a file of their own, so that a ledger cut off at its end is noticed.

Decides the form of that file and that a copy is on the disk when it is made; `docs/spec/evidence-ledger.md`, section
“Copies of the head”. Doesn't decide when one is made, nor whether it fits the ledger (`chain.py`). Calls here block for
as long as the disk takes: not for the event loop's thread.
"""

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from blocker.core.entry import MAX_INTEGER, Head, format_time, parse_time
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError

FILE = "ledger-heads.txt"
"""Its name in the data directory."""

VERIFIED = "verified"
"""The event of a copy that is made when the whole ledger was found to verify."""

_LINE = re.compile(r"([a-z][a-z-]{0,31}) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64}) ([0-9TZ:.-]{24})\n")


@dataclass(frozen=True, slots=True)
class HeadCopy:
    """What the head was at a moment."""

    event: str
    """Why it was copied: `start`, `stop`, `seal` or `verified`."""
    head: Head
    at: datetime
    """Aware."""

    @property
    def line(self) -> str:
        """As it stands in the file, LF included."""
        return f"{self.event} {self.head.n} {self.head.sha256} {format_time(self.at)}\n"


def parse_copy(line: str) -> HeadCopy:
    """Read one line strictly.

    Raises:
        LedgerFormatError: it isn't a copy of a head.
    """
    if not (found := _LINE.fullmatch(line)) or int(found[2]) > MAX_INTEGER:
        raise LedgerFormatError("isn't a copy of a head (“event n sha256 at” and LF)")
    return HeadCopy(found[1], Head(int(found[2]), found[3]), parse_time(found[4]))


def read_copies(path: Path) -> tuple[list[HeadCopy], list[str]]:
    """All copies in the order they were made, and what is wrong with the lines that are none.

    What follows the last LF is passed over: a copy that was cut short by a crash, and that nobody was told was made.
    A file that isn't there holds none.

    Raises:
        LedgerError: the file can't be read.
    """
    try:
        lines = path.read_bytes().decode("latin-1").split("\n")[:-1]
    except FileNotFoundError:
        return [], []
    except OSError as error:
        raise LedgerError(f"{path} can't be read: {error.strerror} (it must be open to this user)") from error
    copies, problems = [], []
    for number, line in enumerate(lines, 1):
        try:
            copies.append(parse_copy(f"{line}\n"))
        except LedgerFormatError as error:
            problems.append(f"{path.name}, line {number}: {error}")
    return copies, problems


def last_verified(path: Path) -> datetime | None:
    """When the ledger was last found to verify, as its copies tell; else when it was begun; None where none tells.

    Raises:
        LedgerError: the file can't be read.
    """
    copies, _ = read_copies(path)
    telling = [*copies[:1], *(copy for copy in copies if copy.event == VERIFIED)]
    return telling[-1].at if telling else None


def append_copy(path: Path, copy: HeadCopy) -> None:
    """Add one line; on return it is on the disk, and so is the file's name in its folder.

    Raises:
        LedgerWriteError: it isn't, and the file holds what it held.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            _write_after_last_line(descriptor, copy.line.encode("ascii"))
        finally:
            os.close(descriptor)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise LedgerWriteError(
            f"{path} can't be written: {error.strerror} (make room, or see who may write)"
        ) from error


def _write_after_last_line(descriptor: int, line: bytes) -> None:
    end = os.pread(descriptor, os.fstat(descriptor).st_size, 0).rfind(b"\n") + 1
    os.ftruncate(descriptor, end)  # what follows the last LF is a line that a crash or a full disk cut short
    try:
        written = 0
        while written < len(line):
            written += os.pwrite(descriptor, line[written:], end + written)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise
