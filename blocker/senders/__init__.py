"""Ways of getting a report to somebody, one file each: `mail`, `folder`, `webhook`, `ntfy`.

The contract: a class made with where it sends to, whose `send` hands one parcel over once, and calls `handing_over`
right before the first byte after which the other end might have it. It raises `SendError` where the other end surely
doesn't have it, `UnsureError` where nobody can know; where it returns, the other end has said that it took it. It
waits for nothing without a bound, tries nothing twice, and logs no secret. When and whether something is sent,
`filing/sending.py` decides.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from blocker.errors import SendError

HandingOver = Callable[[], Awaitable[None]]
"""Notes durably that the other end may have it from now on; raises where that can't be noted: then nothing goes out."""

_OTHERS = 0o077
_LONGEST_SECRET = 4096


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes along."""

    name: str
    """As the recipient sees it."""
    media_type: str
    path: Path


@dataclass(frozen=True, slots=True)
class Parcel:
    """A report as it is sent to one recipient, in their language."""

    id: str
    """The same for the same week and recipient, however often it is sent, so that a second one can be told."""
    made: datetime
    """When it is sent, aware."""
    title: str
    text: str
    """The summary, in plain text."""
    html: bytes
    """The same as a page that fetches nothing."""
    facts: Mapping[str, str | int]
    """The figures of the summary, for programs; no number of anybody."""
    enclosures: tuple[Enclosure, ...] = ()


class Sender(Protocol):
    """One way of sending."""

    async def send(self, parcel: Parcel, handing_over: HandingOver) -> None:
        """Hand it over; raises as the contract says."""


def secret_in(path: Path) -> str:
    """The secret that a file holds, without the line end after it.

    Raises:
        SendError: there is none, or others than its owner may read it.
    """
    try:
        if path.stat().st_mode & _OTHERS:
            raise SendError(f"{path} holds a secret that others can read (chmod 600 {path})", lasting=True)
        with path.open(encoding="utf-8") as file:
            secret = file.read(_LONGEST_SECRET).strip("\r\n")
    except OSError as error:
        raise SendError(f"{path} can't be read: {error.strerror}", lasting=True) from error
    except UnicodeDecodeError as error:
        raise SendError(f"{path} isn't text", lasting=True) from error
    if not secret or not secret.isprintable():
        raise SendError(f"{path} must hold the secret on one line, and nothing else", lasting=True)
    return secret
