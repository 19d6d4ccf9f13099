"""What is known about the sending of a week's report to one recipient, and what follows from it.

Decides that nothing is sent a second time by itself: neither what was taken, nor what may have been. How something is
sent, `senders/` decides; when, `filing/sending.py`.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from shlex import quote
from typing import NamedTuple


class State(StrEnum):
    """How far it came."""

    HANDING_OVER = "handing-over"
    """The other end may have it from this moment on. Found after a start: the program ended meanwhile."""
    SENT = "sent"
    """The other end took it, or a person said that it arrived."""
    FAILED = "failed"
    """The other end surely doesn't have it, and another time it may take it."""
    REFUSED = "refused"
    """Likewise, and it won't before somebody mends something."""
    UNSURE = "unsure"
    """Nobody knows whether it arrived."""


PAUSES = (
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=4),
    *[timedelta(hours=12)] * 9,
)
"""How long to wait after each try that failed: some five days in all. A server that greylists wants minutes."""


class Sent(NamedTuple):
    """The latest that is known of one week's report and one recipient."""

    week: str
    """ISO 8601, such as `2026-W47`; as text it sorts as it does in time."""
    recipient: str
    state: State
    at: datetime
    """Aware; when it came to that."""
    tries: int
    why: str = ""
    """What stood against it, as a sentence; empty where nothing did."""


def may_have_it(known: Sent | None) -> bool:
    """Whether the recipient has it or may have it, so that only a person can have it sent again."""
    return known is not None and known.state in {State.SENT, State.UNSURE, State.HANDING_OVER}


def is_passed(week: str, known: Sent | None) -> bool:
    """Whether a later week was dealt with already, as after a clock was set back; `known` is of the latest week."""
    return known is not None and known.week > week


def problem_of(known: Sent, name: str) -> str:
    """What the household should know about it, with what to do; empty where all is well.

    Args:
        known: the latest.
        name: of the recipient, as the configuration has it.
    """
    again = f"blocker report send --week {known.week} --to {quote(name)}"
    match known.state:
        case State.SENT:
            return ""
        case State.FAILED:
            return f"the report of {known.week} hasn't reached {name} yet: {known.why} (it is tried again by itself)"
        case State.REFUSED:
            return f"the report of {known.week} can't be sent to {name}: {known.why} (mend it, then: {again})"
        case State.UNSURE | State.HANDING_OVER:
            why = known.why or "the program ended while it was handed over"
            return (
                f"nobody knows whether the report of {known.week} reached {name}: {why} "
                f"(ask, then: {again} --arrived, or --again)"
            )
