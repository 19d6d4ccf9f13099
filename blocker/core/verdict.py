"""What was decided about a call, and why: the closed sets of decisions and reasons.

A verdict says what the program decided. It doesn't say what is done about it (`treatment.py`) nor what became of the
call, which only the hook's acknowledgement can tell.
"""

from dataclasses import dataclass
from enum import StrEnum


class Decision(StrEnum):
    """Only BLOCK ever keeps a call from ringing; anything else, an error included, rings."""

    RING = "ring"
    BLOCK = "block"


class Reason(StrEnum):
    """Why a call rang or was blocked. One row of `decide.ROWS` each, but for UNSCREENED."""

    PROTECTED = "protected-number"
    EMERGENCY_CALL_BACK = "emergency-call-back"
    ALLOW_LIST = "allow-list"
    CONTACT = "contact"
    DIALLED = "dialled"
    EXPECTED = "expected"
    BLOCK_LIST = "block-list"
    COMPANY = "company-rule"
    CANVASSING_RANGE = "canvassing-range"
    REPEAT = "repeat-call"
    OFTEN = "called-often"
    COMMUNITY = "community-list"
    PREMIUM_RANGE = "premium-range"
    WITHHELD = "withheld"
    UNAVAILABLE = "unavailable"
    UNUSABLE = "unusable-number"
    INVALID = "invalid-number"
    NOTHING_KNOWN = "nothing-known"
    UNSCREENED = "unscreened"
    """Let through because we couldn't tell: an error, a full disk, no time left. Never a decision of `decide`."""


@dataclass(frozen=True, slots=True)
class Match:
    """One thing that spoke for or against the caller, and where it is written."""

    kind: str
    """`allow-list`, `block-list`, `company`, `range`, `community`, `recent` …"""
    what: str
    """What matched, for example the prefix `+33162` or the name of a company."""
    where: str
    """A rule file with its line, a list of the household, or a block list source."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about one call."""

    decision: Decision
    reason: Reason
    matches: tuple[Match, ...] = ()
    flagged: bool = False
    """Rang, but looked odd enough to be shown first to the person who reads the report."""

    @property
    def blocks(self) -> bool:
        return self.decision is Decision.BLOCK


UNSCREENED = Verdict(Decision.RING, Reason.UNSCREENED)
