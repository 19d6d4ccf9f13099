"""Asking a community about callers whom nobody here knows, without telling who they are.

Decides when it is asked and for how long an answer holds: each number once a week at most, some time after its call, so
that not even the time of the call is told; before the call is decided only where the household sets a budget for that.
How many questions a day may have is bounded, or a stranger who makes numbers up would have us pester others.

An answer is kept in memory, and is one list's word among the others the next time: what it counts, the terms of
`core/community_judgement.py` say. Whether a call is one to ask about, `screening.py` decides; what is sent,
`core/asked.py`.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import structlog

from blocker.asking_config import Asking
from blocker.core.asked import LookedUp, looked_up, opinions, question
from blocker.core.community import Hit, Rated
from blocker.core.entry import parse_time
from blocker.core.ledger_ports import LaterJournal
from blocker.core.ports import Clock, CommunityList
from blocker.errors import BlockerError, StatusError

KEPT = timedelta(days=7)
"""For so long an answer holds."""
MAX_KEPT = 1_000
MAX_WAITING = 100
"""Numbers that wait to be asked about; a call beyond them isn't asked about."""
MAX_A_DAY = 100
DELAY = (300.0, 3600.0)
"""Seconds after a call, at least and at most, at which it is asked about."""

_DAY = 86_400.0
_REST, _REST_REFUSED, _MAX_REST = 600.0, _DAY, 7 * _DAY
"""Seconds without a question after one that failed; longer where the token isn't taken, or it asks for that."""
_REFUSED = frozenset({401, 403})


class Ask(Protocol):
    """Asks the community."""

    async def __call__(self, asked: Mapping[str, str]) -> bytes:
        """The answer as it came; raises `SourceError`."""
        ...


class _Known(NamedTuple):
    at: datetime
    answer: tuple[Rated, ...]


class Inquiry:
    """What the community was asked, and what it said."""

    def __init__(
        self,
        settings: Asking,
        *,
        ask: Ask,
        licence: str,
        journal: LaterJournal,
        clock: Clock,
        chance: Callable[[], float],
        delay: tuple[float, float] = DELAY,
    ) -> None:
        """What it works with.

        Args:
            settings: `[asking]`, switched on.
            ask: asks.
            licence: of what is answered; empty where nobody said.
            journal: where entries go.
            clock: the time.
            chance: a number from 0 up to 1.
            delay: see `DELAY`.
        """
        self._settings, self._ask, self._licence = settings, ask, licence
        self._journal, self._clock, self._chance, self._delay = journal, clock, chance, delay
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._planned: dict[str, asyncio.TimerHandle] = {}
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._asked_at: deque[float] = deque(maxlen=MAX_A_DAY)
        self._rests_until = 0.0
        self._failing = False
        self.problem = ""
        """Why nobody is asked until a person mends it, as a sentence; empty where that isn't so."""
        self._log = structlog.get_logger("asking")

    @property
    def budget_seconds(self) -> float:
        """How long a call may wait for an answer; 0 for not at all."""
        return self._settings.budget_ms / 1000

    def hits(self, number: str) -> tuple[Hit, ...]:
        """What is known of an E.164 number from an answer that still holds: one hit or none. Never waits."""
        known = self._fresh(number)
        if known is None or not known.answer:
            return ()
        return (Hit(self._settings.source, known.answer[0], known.at.date(), self._licence),)

    async def now(self, call: str, number: str, within_seconds: float) -> bool:
        """Ask before a call is decided; False where no answer came in time. Can't raise.

        An answer that comes too late still counts for the next call.
        """
        if self._fresh(number) is None:
            if (planned := self._planned.pop(number, None)) is not None:
                planned.cancel()
            self._begin(call, number)
            await asyncio.wait([self._under_way[number]], timeout=within_seconds)
        return self._fresh(number) is not None

    def later(self, call: str, number: str) -> None:
        """Ask some time after a call, unless an answer is here or on its way. Never waits, can't raise."""
        if self._fresh(number) or number in self._under_way or number in self._planned:
            return
        if len(self._planned) < MAX_WAITING:
            least, most = self._delay
            wait = least + (most - least) * self._chance()
            self._planned[number] = asyncio.get_running_loop().call_later(wait, self._begin, call, number)

    async def close(self) -> None:
        """Ask no more; what waits is forgotten."""
        for planned in self._planned.values():
            planned.cancel()
        self._planned.clear()
        asking = list(self._under_way.values())
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)

    def _fresh(self, number: str) -> _Known | None:
        known = self._known.get(number)
        return known if known is not None and self._clock.now() - known.at < KEPT else None

    def _begin(self, call: str, number: str) -> None:
        self._planned.pop(number, None)
        if number not in self._under_way:
            self._under_way[number] = asyncio.create_task(self._asking(call, number), name="asking")

    async def _asking(self, call: str, number: str) -> None:
        try:
            if self._may_ask():
                await self._learn(call, number)
                if self._failing:
                    self._log.info("the community can be asked again")
                self._failing, self.problem = False, ""
        except BlockerError as error:
            self._rest(error)
        finally:
            self._under_way.pop(number, None)

    def _may_ask(self) -> bool:
        elapsed = self._clock.elapsed()
        if elapsed < self._rests_until:
            return False
        full = len(self._asked_at) == MAX_A_DAY and elapsed - self._asked_at[0] < _DAY
        if not full:
            self._asked_at.append(elapsed)
        return not full

    async def _learn(self, call: str, number: str) -> None:
        asked = question(number, self._settings.hex_digits, blocks=self._settings.blocks)
        began = self._clock.elapsed()
        raw = await self._ask(asked)
        now = self._clock.now()
        answer = opinions(raw, number, now.date())
        self._known[number] = _Known(now, answer)
        self._known.move_to_end(number)
        if len(self._known) > MAX_KEPT:
            self._known.popitem(last=False)
        after_ms = max(0, round((self._clock.elapsed() - began) * 1000))
        source = self._settings.source
        self._journal.later(looked_up(now, call, source, asked=asked, answer=answer, after_ms=after_ms))
        self._log.info("asked about a caller", call=call, source=source, known=bool(answer), after_ms=after_ms)

    def _rest(self, error: BlockerError) -> None:
        """Leave the community alone for a while, and say so once."""
        rest = _REST
        if isinstance(error, StatusError):
            rest = min(max(error.retry_after, _REST), _MAX_REST)
            if error.status in _REFUSED:
                rest = _REST_REFUSED
                self.problem = f"nobody is asked about callers: {error} (it is tried again in a day)"
        self._rests_until = self._clock.elapsed() + rest
        if not self._failing:
            self._log.warning("the community can't be asked about callers", why=str(error), again_in_seconds=rest)
        self._failing = True


class Answers(Protocol):
    """Answers that still hold."""

    def hits(self, number: str) -> tuple[Hit, ...]:
        """What one says of an E.164 number: one hit or none."""
        ...


class Recalled:
    """The answers that the ledger has, for whoever only looks at what a running service knows."""

    def __init__(self, said: Sequence[LookedUp], source: str, licence: str, at: datetime) -> None:
        """`said` are those since the service was started, the latest last; `at` (aware) is when they are to hold."""
        self._said, self._source, self._licence, self._at = said, source, licence, at

    def hits(self, number: str) -> tuple[Hit, ...]:
        """See `Answers`."""
        for one in reversed(self._said):
            came = parse_time(one.at)
            if one.source == self._source and one.is_about(number) and timedelta() <= self._at - came < KEPT:
                return (Hit(one.source, one.answer[0], came.date(), self._licence),)
        return ()


class WithAsked:
    """The community lists, and what was answered about a number beside them."""

    def __init__(self, lists: CommunityList, answers: Answers) -> None:
        self._lists, self._answers = lists, answers

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """As the lists say; an answer of one that says something itself is passed over. See `CommunityList`."""
        hits = self._lists.lookup(number)
        said = {hit.source for hit in hits}
        return (*hits, *(hit for hit in self._answers.hits(number) if hit.source not in said))

    def neighbours(self, number: str) -> tuple[Hit, ...]:
        """As the lists say."""
        return self._lists.neighbours(number)
