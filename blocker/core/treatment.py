"""What is done with a call: a treatment is a tuple of telephony steps from a small closed set.

An action (`blocker/actions/`) emits steps, a hook (`blocker/hooks/`) renders them in its own protocol. That is why a
new action or a new hook is one file. This module doesn't decide which action is taken; configuration and verdict do.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LetRing:
    """The call goes on as if this program weren't there."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The call ends unanswered, with a cause the network understands."""

    cause: int
    """ITU-T Q.850 cause: 21 call rejected, 17 user busy, 1 unallocated number."""


Step = LetRing | HangUp


@dataclass(frozen=True, slots=True)
class Treatment:
    """The steps for one call, under the name of the action that chose them."""

    action: str
    """The action's name; the hook hands it on, for example as `BLOCKER_ACTION`."""
    steps: tuple[Step, ...]

    @property
    def turns_away(self) -> bool:
        """Whether the call won't ring, so that it needs a durable record first."""
        return not any(isinstance(step, LetRing) for step in self.steps)


RING = Treatment("ring", (LetRing(),))
