"""What a publisher signs of a list: which version it is, what it comes to, and in which files it is to be had.

    blocker-list/1
    list belgian-club
    version 42
    published 2026-11-22T09:00:00Z
    expires 2026-12-06T09:00:00Z
    numbers 20300
    prefixes 12
    sha256 …            of which numbers and prefixes are listed
    whole … 24871       the sum of a file, and its bytes
    delta … 512         from version 41 to this one; the next line, where there is one, from 40 to 41, and so on
    licence CC-BY-4.0
    contact mailto:list@example.org

Reads and writes that text, and decides whether a list of which something is known already may become this one: never
an older version, never another list of the same version, never after its time, never under another name. Fetching and
checking the signature is others' business. `docs/spec/snapshot.md`.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from blocker.core.signed_text import Lines, is_name, is_plain, time_text
from blocker.errors import SourceError

FORM = "blocker-list/1"
NAMESPACE = "block-list@blocker"
MANIFEST = "manifest.txt"
"""Its name in the folder that is published."""
MOST_BYTES = 64 * 1024
MOST_DELTAS = 100

_KNOWN = re.compile(r"([a-z0-9][a-z0-9-]{0,39}) (0|[1-9][0-9]{0,14}) ([0-9a-f]{64})", re.ASCII)


class Piece(NamedTuple):
    """A file of a list."""

    sha256: str
    """Of the file (hex)."""
    size: int
    """Bytes."""

    @property
    def path(self) -> str:
        """Where it lies, seen from the manifest. It is named by what is in it, so that it never changes."""
        return f"files/{self.sha256}.list"


class Known(NamedTuple):
    """What is remembered of a list that was had."""

    list: str
    version: int
    sha256: str
    """Of which numbers and prefixes it listed (hex)."""

    def __str__(self) -> str:
        return f"{self.list} {self.version} {self.sha256}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a publisher says of a list."""

    list: str
    version: int
    """From 1, one more each time that something changes."""
    published: datetime
    expires: datetime
    """Aware, UTC, whole seconds; after this it isn't to be used any more as news."""
    numbers: int
    prefixes: int
    sha256: str
    """Of which numbers and prefixes are listed: `snapshot_codec.sum_of`."""
    whole: Piece
    deltas: tuple[Piece, ...]
    """The first leads here from the version before, the second from the one before that to that."""
    licence: str
    contact: str
    """Where somebody whose number is listed can say so: an address that begins with `https://` or `mailto:`."""

    @property
    def known(self) -> Known:
        """What is to be remembered of it."""
        return Known(self.list, self.version, self.sha256)

    def text(self) -> str:
        """As it is signed."""
        deltas = "".join(f"delta {piece.sha256} {piece.size}\n" for piece in self.deltas)
        return (
            f"{FORM}\nlist {self.list}\nversion {self.version}\n"
            f"published {time_text(self.published)}\nexpires {time_text(self.expires)}\n"
            f"numbers {self.numbers}\nprefixes {self.prefixes}\nsha256 {self.sha256}\n"
            f"whole {self.whole.sha256} {self.whole.size}\n{deltas}licence {self.licence}\ncontact {self.contact}\n"
        )

    def path_from(self, known: Known | None) -> tuple[Piece, ...]:
        """The deltas that lead here from what is known, oldest first; none where the whole list must be had.

        They never weigh more than the whole list does.
        """
        steps = self.version - known.version if known else 0
        pieces = self.deltas[:steps][::-1]
        if not 0 < steps == len(pieces) or sum(piece.size for piece in pieces) > self.whole.size:
            return ()
        return pieces


def identity(name: str) -> str:
    """As whom the publisher of a list of this name signs it."""
    return f"{name}@block-list"


def name_in(text: str) -> str:
    """Which list a text is about, of which nothing else is to be believed yet; raises as `parse`."""
    lines = Lines(text, MANIFEST)
    lines.first(FORM)
    return lines.name("list")


def parse(text: str) -> Manifest:
    """Read what was signed.

    Raises:
        SourceError: it isn't written as `Manifest.text` would write it; names the line.
    """
    lines = Lines(text, MANIFEST)
    lines.first(FORM)
    found = Manifest(
        list=lines.name("list"),
        version=lines.whole("version"),
        published=lines.time("published"),
        expires=lines.time("expires"),
        numbers=lines.whole("numbers"),
        prefixes=lines.whole("prefixes"),
        sha256=lines.sha256("sha256"),
        whole=_piece(lines, lines.value("whole")),
        deltas=tuple(_piece(lines, words) for words in lines.rest("delta")),
        licence=lines.value("licence"),
        contact=lines.value("contact"),
    )
    lines.end()
    if found.text() != text or not found.version or len(found.deltas) > min(MOST_DELTAS, found.version - 1):
        raise SourceError(f"{MANIFEST} isn't written as its form wants it")
    return found


def known_from(text: str) -> Known | None:
    """What was remembered as `str(Known)`; None where nothing was."""
    found = _KNOWN.fullmatch(text)
    return Known(found[1], int(found[2]), found[3]) if found else None


def refusal(manifest: Manifest, known: Known | None, now: datetime) -> str:
    """Why this is not to be followed, as the rest of a sentence about the list; empty where it is."""
    if now >= manifest.expires:
        return (
            f"its publisher signed it for the time until {time_text(manifest.expires)} and not since: either nobody "
            "keeps it any more, or somebody on the way holds the newer ones back"
        )
    if known is None:
        return ""
    if manifest.list != known.list:
        return f"it is the list “{manifest.list}”, and was “{known.list}” before"
    if manifest.version < known.version:
        return f"it is version {manifest.version}, older than version {known.version}, which was here already"
    if manifest.version == known.version and manifest.sha256 != known.sha256:
        return f"there are two different lists of version {known.version}, both signed: ask its publisher"
    return ""


def well_formed(manifest: Manifest) -> bool:
    """Whether it can be written so that it is read back as it is."""
    return is_name(manifest.list) and is_plain(manifest.licence) and is_plain(manifest.contact)


def _piece(lines: Lines, value: str) -> Piece:
    sha256, _, size = value.partition(" ")
    if not re.fullmatch("[0-9a-f]{64}", sha256) or not re.fullmatch("[1-9][0-9]{0,11}", size):
        raise lines.fault("the sum and the size of a file should stand here")
    return Piece(sha256, int(size))
