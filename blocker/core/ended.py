"""How a call ended, as the phone system told it afterwards.

Decides which of a phone system's words about it can be kept: what can't be is unknown, and unknown is a value. Says
nothing of the decision; whether a call was turned away, its `outcome` alone says.
"""

from datetime import datetime
from typing import Any, NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, format_time

DISPOSITIONS = ("ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION")
"""As in Asterisk's CDRs."""

HANGING_UP = ("caller", "household", "blocker")
"""Who can have ended a call."""

MAX_COUNT = 10**9
"""Seconds and packets beyond it are a fault of whoever counted, as are those below zero."""


class CallEnd(NamedTuple):
    """What the phone system reported; None where it didn't say, or said what can't be."""

    call: str
    """The id that the blocker gave it."""
    disposition: str | None = None
    """One of `DISPOSITIONS`."""
    seconds_talked: int | None = None
    seconds_in_all: int | None = None
    hung_up_by: str | None = None
    """One of `HANGING_UP`."""
    cause: int | None = None
    """Of ITU-T Q.850."""
    audio_packets: int | None = None
    """RTP packets that came from the caller."""
    uniqueid: str = ""
    """The phone system's own id of the call."""


class Ended(NamedTuple):
    """How a call ended, as the household may tell of it."""

    disposition: str
    """As in the CDR; empty where nothing is known, as are the other texts."""
    seconds_talked: int | None
    seconds_in_all: int | None
    hung_up_by: str
    silent: bool
    """It was answered, and no sound at all came from the caller."""


@of_a_whole_entry
def ended_of(_: int, content: Content) -> tuple[str, Ended]:
    """The id of the call that a `call-ended` entry is about, and how it ended.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    disposition, by = content["disposition"] or "", content["hung_up_by"] or ""
    silent = disposition == "ANSWERED" and content["audio_packets"] == 0
    return content["call"], Ended(disposition, content["seconds_talked"], content["seconds_in_all"], by, silent)


def count(number: int) -> int | None:
    """A number of seconds or packets as it was told; None where there can't be such, as when a clock was set back."""
    return number if 0 <= number <= MAX_COUNT else None


def call_ended(at: datetime, end: CallEnd) -> dict[str, Any]:
    """The entry; `at` is when the blocker was told."""
    return {"v": 1, "kind": str(EntryKind.CALL_ENDED), "at": format_time(at), **end._asdict()}
