"""The word that opens what is personal over HTTP: a file that only the household's own user can read.

Decides who may ask about calls. A peer's address doesn't tell: every program of every user of this machine comes from
loopback. So each such request names the word in the file, as `Authorization: Bearer WORD` (RFC 6750, section 2.1).
"""

import hmac
import os
import secrets
import stat
from pathlib import Path

from blocker.errors import DataDirError

FILE = "web-token"
"""Its name in the data directory."""

_SHORTEST = 32


class WebToken:
    """The word."""

    def __init__(self, word: str) -> None:
        self._word = word.encode()

    def admits(self, authorization: str) -> bool:
        """Whether a header `Authorization` names it. Takes as long for every wrong word of a length."""
        scheme, _, word = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(word.strip().encode("utf-8", "replace"), self._word)


def token_in(directory: Path) -> WebToken:
    """The word in a data directory, made on first use; one that others could have read is replaced by a new one.

    Raises:
        DataDirError: it can't be read or written.
    """
    path = directory / FILE
    try:
        word = _kept(path)
        if not word:
            word = secrets.token_urlsafe(32)
            _write(path, word)
    except OSError as error:
        raise DataDirError(f"{path}: {error.strerror}: nobody can ask about calls over HTTP") from error
    return WebToken(word)


def _kept(path: Path) -> str:
    """The word in the file; empty where there is none that is of use."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return ""
    with open(descriptor, encoding="ascii", errors="replace") as file:  # noqa: PTH123  (Path.open takes no descriptor)
        found = os.fstat(descriptor)
        others = stat.S_IMODE(found.st_mode) & 0o077 or found.st_uid != os.geteuid()
        word = file.read(1024).strip()
    return "" if others or len(word) < _SHORTEST or not word.isascii() else word


def _write(path: Path, word: str) -> None:
    """Put it in place whole: whoever reads the file meanwhile finds the old word or the new one."""
    new = path.with_name(f"{FILE}.new")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        os.write(descriptor, f"{word}\n".encode())
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(path)
