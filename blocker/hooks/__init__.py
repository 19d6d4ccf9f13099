"""One file per phone-system interface: it makes a `Sighting` of what its phone system says, and words of the steps.

This file is the contract between a hook and the call path: what a hook is given, and what it owes. A hook decides
nothing about a call. It doesn't import the call path either; `service.py` hands it over, and names the hooks there are.

For each call a hook owes, in this order and once each: `judge`; where the call must wait, `secure`, and it goes on with
what came back; its answer to the phone system, unless the deadline has passed; `settle`. A call out of the house is
only noted, after its answer: it waits for nothing. So is the end of a call, where it is told.
"""

from typing import Protocol, TypeVar

from blocker.core.call import Sighting
from blocker.core.ended import CallEnd
from blocker.core.treatment import Treatment
from blocker.core.verdict import Verdict


class Screening(Protocol):
    """What a hook needs to know of one call on its way through."""

    @property
    def call_id(self) -> str: ...

    @property
    def verdict(self) -> Verdict: ...

    @property
    def treatment(self) -> Treatment: ...

    @property
    def must_wait(self) -> bool:
        """Whether `secure` is owed before the answer."""
        ...

    @property
    def deadline(self) -> float:
        """Loop time in seconds after which an answer is worth nothing; a hook then closes without one."""
        ...


S = TypeVar("S", bound=Screening)


class Dialled(Protocol):
    """Who is told of calls out of the house."""

    def note(self, number: str, channel: str) -> None:
        """The household dials a number, as it dialled it. Never waits, never raises."""
        ...


class Endings(Protocol):
    """Who is told how a call ended, that was screened."""

    def note(self, end: CallEnd) -> bool:
        """False where no such call is under way. Never waits, never raises."""
        ...


class Screener(Protocol[S]):
    """The call path, as a hook sees it. Nothing here raises."""

    def judge(self, sighting: Sighting, accepted_at: float) -> S:
        """The verdict and the treatment; never waits. `accepted_at` is the loop time at which the call asked."""
        ...

    async def secure(self, screening: S) -> S:
        """See to what must be waited for, before the deadline; what comes back holds.

        It is the record of a call that is to be turned away, which rings without one; perhaps first what others say of
        a stranger.
        """
        ...

    def settle(self, screening: S, acknowledged_at: float | None) -> None:
        """The end of a call: the loop time at which the phone system confirmed the whole answer, None if never."""
        ...
