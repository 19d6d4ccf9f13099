"""What follows from the answer to an upload: given, later, never, or nothing more until a person mends something.

Decides that, by the status codes of HTTP (RFC 9110, 15) and by what is known where no answer came. What was sent is
decided in `sharing.py`, when in `sharing_queue.py`.
"""

import dataclasses
from dataclasses import dataclass
from datetime import datetime, timedelta

from blocker.core.sharing import What
from blocker.core.sharing_queue import Item, State, later

LONGEST_REST = timedelta(days=3)
"""How long the other end may have us wait at most; what waits for 14 days is given up."""

_UNAUTHORISED = frozenset({401, 403})
_LATER = frozenset({408, 425, 429})
_SUCCESSFUL, _REDIRECTION, _CLIENT_ERROR, _SERVER_ERROR = 200, 300, 400, 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an upload, as far as this end knows."""

    status: int | None
    """Of the answer; None where none came."""
    sha256: str | None = None
    """Of its body (hex)."""
    why: str = ""
    """Why none came."""
    unsent: bool = False
    """That nothing can have arrived."""
    retry_after: timedelta = timedelta()
    """After how long the other end wants to be asked again; nothing where it doesn't say."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an answer leads to."""

    item: Item
    stop: str = ""
    """Why nothing more is sent until a person has mended it; empty where that isn't so."""
    rest: timedelta | None = None
    """How long nothing more is sent; None where the next may follow."""


def outcome(item: Item, answer: Answer, now: datetime, whom: str) -> Outcome:
    """What an answer leads to.

    Args:
        item: what was sent; `tries` counts this try.
        answer: what came.
        now: aware, UTC.
        whom: the list's name, for messages.
    """
    status = answer.status
    if status is None:
        if answer.unsent or item.upload.what is What.RATING:  # a second rating replaces the first
            return Outcome(later(item, now, answer.why), rest=timedelta())
        why = f"nobody knows whether it arrived: {answer.why}"
        return Outcome(dataclasses.replace(item, state=State.GIVEN, given_at=now, why=why), rest=timedelta())
    if _SUCCESSFUL <= status < _REDIRECTION:
        return Outcome(dataclasses.replace(item, state=State.GIVEN, given_at=now, given=item.upload.rating, why=""))
    why = f"{whom} answered {status}"
    if status in _UNAUTHORISED:
        stop = f"nothing is given to {whom}, which doesn't take the token (it answered {status}): put a new one into "
        stop += "its token_file, then: blocker share on"
        return Outcome(later(item, now, why), stop)
    if status in _LATER or status >= _SERVER_ERROR or status < _CLIENT_ERROR:
        rest = min(answer.retry_after, LONGEST_REST)
        return Outcome(later(item, now, why, at_least=rest), rest=rest)
    return Outcome(dataclasses.replace(item, state=State.GIVEN_UP, why=f"{why}, and won't take it"))
