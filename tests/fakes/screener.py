"""A call path that decides what the test says, and remembers what it was asked and told."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from blocker.core.call import Sighting
from blocker.core.treatment import RING, HangUp, Treatment
from blocker.core.verdict import UNSCREENED, Decision, Reason, Verdict

RINGS = Verdict(Decision.RING, Reason.NOTHING_KNOWN)
BLOCKS = Verdict(Decision.BLOCK, Reason.BLOCK_LIST)
REJECT = Treatment("reject", (HangUp(21),))


@dataclass(frozen=True, slots=True)
class FakeScreening:
    """One call on its way through."""

    call_id: str
    verdict: Verdict
    treatment: Treatment
    accepted_at: float
    deadline: float
    sighting: Sighting

    @property
    def must_wait(self) -> bool:
        return self.treatment.turns_away


@dataclass(slots=True)
class FakeScreener:
    """Rings, unless the number is in `treatments`. Attributes may be changed at any time."""

    treatments: dict[str, Treatment] = field(default_factory=dict)
    budget_seconds: float = 5.0
    durable: Callable[[], bool] = lambda: True
    """Whether a record could be made; asked once per call that is to be turned away."""
    gate: asyncio.Event | None = None
    """Where set, `secure` waits for it, as for a slow disk; at most until the deadline."""
    judged: list[FakeScreening] = field(default_factory=list)
    secured: list[FakeScreening] = field(default_factory=list)
    settled: list[tuple[FakeScreening, float | None]] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def judge(self, sighting: Sighting, accepted_at: float) -> FakeScreening:
        treatment = self.treatments.get(sighting.number, RING)
        verdict = BLOCKS if treatment.turns_away else RINGS
        deadline = accepted_at + self.budget_seconds
        screening = FakeScreening(f"call{next(self._ids)}", verdict, treatment, accepted_at, deadline, sighting)
        self.judged.append(screening)
        self._news.set()
        return screening

    async def secure(self, screening: FakeScreening) -> FakeScreening:
        self.secured.append(screening)
        self._news.set()
        ringing = replace(screening, verdict=UNSCREENED, treatment=RING)
        if self.gate is not None:
            try:
                async with asyncio.timeout_at(screening.deadline):
                    await self.gate.wait()
            except TimeoutError:
                return ringing
        return screening if self.durable() else ringing

    def settle(self, screening: FakeScreening, acknowledged_at: float | None) -> None:
        self.settled.append((screening, acknowledged_at))
        self._news.set()

    async def until(self, holds: Callable[["FakeScreener"], bool]) -> None:
        """Wait for something to have happened here; a test that waits in vain fails after ten seconds."""
        async with asyncio.timeout(10):
            while not holds(self):
                self._news.clear()
                await self._news.wait()
