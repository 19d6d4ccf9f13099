"""The data directory: which file in it is called what, and the lock that makes one process its owner.

Decides nothing about what the files hold.
"""

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from blocker.errors import DataDirError, DataDirInUseError


@dataclass(frozen=True, slots=True)
class DataDir:
    """The household's data, in one folder that only its owner can read."""

    path: Path

    @property
    def control_socket(self) -> Path:
        """Where a running service takes commands (mode 0600)."""
        return self.path / "control.sock"

    @property
    def book(self) -> Path:
        """Where the community book lies."""
        return self.path / "book"

    def create(self) -> None:
        """Make the folder, readable by its owner only, where it doesn't exist.

        Raises:
            DataDirError: it can't be made, or something else is in its place.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise DataDirError(
                f"{self.path}: the data directory can't be made: {error.strerror} "
                "(set data_dir to a folder you can write)"
            ) from error

    def lock(self) -> "Lock":
        """Become the one process that writes here, until the lock is released or the process ends.

        Raises:
            DataDirError: another process has it, or the folder can't be written.
        """
        path = self.path / "lock"
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DataDirError(
                f"{path}: can't be opened: {error.strerror} (the data directory must be writable)"
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise DataDirInUseError(
                f"{self.path} is in use by another blocker (process {owner}): two can't share a data directory "
                "(one that is just starting answers in a moment; else stop it, or set another data_dir)"
            ) from error
        try:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError:
            pass  # a full disk: the lock holds all the same, only the hint who has it is lost
        return Lock(descriptor)


@dataclass(slots=True)
class Lock:
    """Proof of being the owner; the kernel releases it when the process ends, however that happens."""

    descriptor: int

    def release(self) -> None:
        """Let go. The file stays: removing it would let two owners in."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1
