"""A text of plain lines with the signature of it behind: the form of what goes from one household to others.

    blocker-list/1
    list belgian-club
    …

    -----BEGIN SSH SIGNATURE-----
    …

What is signed is everything before the empty line, its last LF included. One file instead of two, so that nobody ever
gets the text of today with the signature of yesterday. Decides how the two are told apart and how lines are read,
strictly: a text that isn't written as this program would write it is refused. Whether a signature is good,
`evidence/signing.py` finds out, and until then nothing in the text is to be believed.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from blocker.core.plain_text import one_line
from blocker.errors import SourceError

MARK = "-----BEGIN SSH SIGNATURE-----\n"
_END = "-----END SSH SIGNATURE-----\n"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_WHOLE = re.compile(r"0|[1-9][0-9]{0,14}", re.ASCII)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TEXT = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?", re.ASCII)


class SignedText(NamedTuple):
    """A text and its signature, which nobody has checked yet."""

    text: str
    """What is signed; ASCII, its last LF included."""
    signature: str
    """As ssh-keygen wrote it."""


def join(text: str, signature: str) -> bytes:
    """The file; `split` is its opposite."""
    return f"{text}\n{signature}".encode("ascii")


def split(raw: bytes, what: str) -> SignedText:
    """Take a file apart.

    Args:
        raw: the whole file.
        what: as it is named in errors.

    Raises:
        SourceError: it has not that form.
    """
    try:
        whole = raw.decode("ascii")
    except UnicodeDecodeError as error:
        raise SourceError(f"{what} isn't the signed text that it should be (a web page, perhaps?)") from error
    text, mark, rest = whole.partition("\n" + MARK)
    if not mark or not text.endswith("\n") or not rest.endswith(_END) or rest.count(_END) != 1:
        raise SourceError(f"{what} isn't the signed text that it should be: it lacks a signature, or its end")
    return SignedText(text, MARK + rest)


class Lines:
    """Reads the lines of such a text one after the other; whatever isn't as it should be is an error with its line."""

    def __init__(self, text: str, what: str) -> None:
        """`what` is how errors name the text, which ends in LF."""
        self._lines = text.split("\n")[:-1]
        self._what, self._at = what, 0

    def first(self, form: str) -> None:
        """The line that names the form and its version."""
        name, _, version = form.partition("/")
        line = self._next()
        if line.startswith(f"{name}/") and line != form:
            raise self.fault(f"it is of a form that is newer than version {version} (a newer blocker reads it)")
        if line != form:
            raise self.fault(f"it should begin with “{form}”")

    def value(self, key: str) -> str:
        """The rest of the line that begins with this word."""
        line = self._next()
        found, _, value = line.partition(" ")
        if found != key or not _TEXT.fullmatch(value):
            raise self.fault(f"“{key} …” should stand here")
        return value

    def name(self, key: str) -> str:
        """The name of a list: small letters, digits and hyphens, at most 40."""
        return self._like(_NAME, self.value(key), "is no name (small letters, digits and hyphens, at most 40)")

    def whole(self, key: str) -> int:
        """A whole number, 0 or more."""
        return int(self._like(_WHOLE, self.value(key), "is no whole number"))

    def sha256(self, key: str) -> str:
        """A sum, in hex."""
        return self._like(_SHA256, self.value(key), "is no SHA-256 in small letters")

    def time(self, key: str) -> datetime:
        """An instant such as `2026-11-22T09:00:00Z`; aware, UTC."""
        value = self.value(key)
        try:
            instant = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        except ValueError:
            raise self.fault(f"“{value[:40]}” is no time such as 2026-11-22T09:00:00Z") from None
        if time_text(instant) != value:
            raise self.fault(f"“{value[:40]}” is no time such as 2026-11-22T09:00:00Z")
        return instant

    def rest(self, key: str) -> Iterator[str]:
        """What stands behind this word on each line from here on that begins with it, each read when asked for."""
        while self._at < len(self._lines) and self._lines[self._at].partition(" ")[0] == key:
            yield self.value(key)

    def end(self) -> None:
        """There must be no line left."""
        if self._at < len(self._lines):
            self._next()
            raise self.fault("nothing should stand here")

    def fault(self, why: str) -> SourceError:
        """An error about the line that was read last."""
        line = self._lines[self._at - 1] if 0 < self._at <= len(self._lines) else ""
        return SourceError(f"{self._what}, line {self._at} (“{one_line(line)[:60]}”): {why}")

    def _next(self) -> str:
        self._at += 1
        return self._lines[self._at - 1] if self._at <= len(self._lines) else ""

    def _like(self, pattern: "re.Pattern[str]", value: str, why: str) -> str:
        if not pattern.fullmatch(value):
            raise self.fault(f"“{value[:70]}” {why}")
        return value


def is_name(text: str) -> bool:
    """Whether a list can be called so."""
    return bool(_NAME.fullmatch(text))


def is_plain(text: str) -> bool:
    """Whether it can stand on a line: 1 to 200 printable ASCII characters, without space at its ends."""
    return bool(_TEXT.fullmatch(text))


def time_text(instant: datetime) -> str:
    """An instant (aware) as it is written, to the second, UTC."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
