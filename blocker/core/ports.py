"""What the use cases need from the outside world, as contracts that adapters keep.

Nothing is implemented here. A comment on a method is a promise its callers rely on. What they need of the ledger is in
`ledger_ports.py`, but for its writer, which only the recorder of entries knows.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from blocker.core.community import Hit
from blocker.core.timekeeping import ClockState


class Clock(Protocol):
    """The time, as an argument rather than a global, so that a demonstration or a test can bring its own."""

    @property
    def name(self) -> str:
        """`system` or `simulated`; the entry of every start says which."""
        ...

    def now(self) -> datetime:
        """The present instant: aware, UTC, to the millisecond."""
        ...

    def elapsed(self) -> float:
        """Seconds since some moment of its own, by a clock that nobody sets: durations are differences of these."""
        ...

    def state(self) -> ClockState:
        """How well it is kept at present; asked for each call, so it never waits."""
        ...


class LedgerWriter(Protocol):
    """Where entries go."""

    async def append(self, *contents: Mapping[str, Any]) -> int:
        """Add entries in this order; on return they are durable. Returns the last one's number.

        Raises:
            LedgerWriteError: nothing of this call was added.
        """
        ...


class CommunityList(Protocol):
    """The community lists as one thing that can be asked; in memory or mapped: never waits, never raises."""

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """What each list says about an E.164 number: about the number itself, or else its longest listed prefix."""
        ...

    def neighbours(self, number: str) -> tuple[Hit, ...]:
        """What each list says about other numbers that differ in the last two digits at most, the smallest first.

        Those whose few votes can't matter to a judgement, see `NEIGHBOUR_VOTES`, may be left out.
        """
        ...
