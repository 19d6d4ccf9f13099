"""What is known of the clock: how well it is kept, and whether somebody set it while the program ran.

Decides what counts as having been set: the wall clock and one that nobody sets moved apart by more than `STEP_SECONDS`.
A clock that is only pulled right slowly moves both alike. Asks no clock itself (`blocker/clock.py`).
"""

from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, format_time, parse_time

STEP_SECONDS = 2.0
"""Beyond a leap second, and beyond what two readings one after the other can differ by."""


class ClockState(NamedTuple):
    """How well the clock is kept at one moment."""

    source: str
    """Who says so: `kernel`, or `simulated` for a clock that isn't real."""
    synchronised: bool | None
    """None where the system doesn't say."""
    error_ms: int | None
    """The largest error that the kernel estimates, in milliseconds; None where it doesn't."""

    def as_content(self) -> dict[str, Any]:
        """The field `clock` of a `call-screened` entry."""
        return self._asdict()


SIMULATED = ClockState("simulated", None, None)


class Step(NamedTuple):
    """The clock was set."""

    before: datetime
    """What it would have shown."""
    after: datetime


class Steps:
    """Notices that the clock was set, whenever it is shown two readings; small steps add up until they count."""

    def __init__(self, wall: datetime, elapsed: float) -> None:
        """Two readings of one moment: the wall clock, and the seconds of a clock that nobody sets."""
        self._apart = wall.timestamp() - elapsed

    def look(self, wall: datetime, elapsed: float) -> Step | None:
        """Whether the clock was set since the readings before; each time it was is told once."""
        moved = wall.timestamp() - elapsed - self._apart
        if abs(moved) <= STEP_SECONDS:
            return None
        self._apart += moved
        return Step(wall - timedelta(seconds=moved), wall)


def clock_changed(step: Step) -> dict[str, Any]:
    """The entry that tells of it, written before whatever the new time stands in."""
    before, after = format_time(step.before), format_time(step.after)
    moved = datetime.fromisoformat(after[:-1]) - datetime.fromisoformat(before[:-1])
    by_ms = moved // timedelta(milliseconds=1)
    return {"v": 1, "kind": str(EntryKind.CLOCK_CHANGED), "at": after, "by_ms": by_ms, "before": before, "after": after}


class ClockSet(NamedTuple):
    """That the clock was set, as a report tells of it. Times are local, with their offset."""

    before: str
    """What it would have shown."""
    after: str
    """What it showed."""
    by_ms: int
    """Negative where it was set back."""


@of_a_whole_entry
def clock_set_of(_: int, content: Content, zone: tzinfo) -> ClockSet:
    """What a `clock-changed` entry says, in a zone.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    before, after = (
        parse_time(content[name]).astimezone(zone).isoformat(timespec="milliseconds") for name in ("before", "after")
    )
    return ClockSet(before, after, int(content["by_ms"]))
