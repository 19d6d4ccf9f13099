"""Files beside the ledger: what an `attachment` entry says of one, and the reading of it.

An entry names a file by the sum of its bytes, so that whoever has both sees whether it is the file that was put
there. Decides nothing about where files are kept (`evidence/attachments.py`), nor what one proves; entries that rest on
it name its sum in their `proofs`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, format_time


class What(StrEnum):
    """What a file is to the household."""

    PROOF = "proof"
    LETTER = "letter"
    """What was sent."""
    ANSWER = "answer"
    """What came back."""
    IMPORT = "import"
    """An export of another device, whose calls were taken over."""
    OTHER = "other"


class Stored(NamedTuple):
    """A file that is kept beside the ledger."""

    sha256: str
    """Sum of its bytes, hexadecimal; also its name there."""
    size: int
    """Bytes."""
    type: str
    """Media type, as its name suggests; `application/octet-stream` where that says nothing."""
    name: str
    """As it was called where it came from, one line."""


class Attached(NamedTuple):
    """What an entry says of a file."""

    n: int
    """The entry's number."""
    at: str
    """When it was put there: UTC with milliseconds."""
    file: Stored
    what: What
    how: str
    by: str


def attachment(at: datetime, file: Stored, *, what: What, how: str = "", by: str) -> dict[str, Any]:
    """The content of the entry about a file; `how` says how it was made, such as “scan of the letter”."""
    return {
        "v": 1,
        "kind": str(EntryKind.ATTACHMENT),
        "at": format_time(at),
        **file._asdict(),
        "what": str(what),
        "how": how,
        "by": by,
    }


@of_a_whole_entry
def attached_of(n: int, content: Content) -> Attached:
    """What an `attachment` entry says.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    file = Stored(content["sha256"], content["size"], content["type"], content["name"])
    return Attached(n, content["at"], file, What(content["what"]), content["how"], content["by"])
