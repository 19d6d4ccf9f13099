"""What the household wants done with callers about whom no list says anything: values with their defaults.

Decides nothing by itself; `decide.py` asks it. Which policy holds on a line at an hour, `policy_week.py` says. A
default rings wherever a wanted call could be lost: hospitals, doctors and town halls withhold their numbers, and a
network may do so on its own.
"""

from dataclasses import dataclass
from datetime import timedelta

from blocker.core.verdict import Decision


@dataclass(frozen=True, slots=True)
class Policy:
    """One setting per kind of caller. What isn't blocked rings and, but for `community`, is flagged in the report."""

    withheld: Decision = Decision.RING
    unavailable: Decision = Decision.RING
    unusable: Decision = Decision.RING
    invalid: Decision = Decision.RING
    premium: Decision = Decision.RING
    canvassing: Decision = Decision.BLOCK
    """Ranges that a country sets aside for canvassing: whoever calls from one says so himself."""
    community: Decision = Decision.BLOCK
    repeat: timedelta = timedelta(minutes=3)
    """The same number again within this time gets past the community lists and the settings for odd numbers; zero
    switches it off. Somebody who needs help rings twice."""
    dialled: timedelta = timedelta(days=30)
    """For how long a number that the household dialled is allowed; zero switches it off."""
    observe_only: bool = False
    """Decide and record, but let everything ring."""
    flag_after: int = 3
    """So many calls of one unknown number on one day, by the line's clock, are flagged; 0 for never. Blocks nobody."""
    action: str = "reject"
    """What an unwanted caller gets, by the name of a file in `blocker/actions/`."""
