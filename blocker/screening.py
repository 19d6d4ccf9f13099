"""The call path: from what a hook saw to what it shall do, within a budget, and ringing whenever anything is in doubt.

The promises kept here: only a positive “block” turns a call away; it does so only once its record is durable; the one
broad `except` of the program stands in `judge` and in `secure`, and lets the call ring. What is decided is
`core/decide.py`'s business. Waits for no network: all it needs is in memory or mapped before the call comes; only where
the household sets a budget for it, a call of a stranger waits that long for what others know of its number.

A hook calls `judge`, for a call that must wait `secure`, then gives its answer, then `settle`, once each.
"""

import asyncio
import dataclasses
import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

import structlog

from blocker.core import record
from blocker.core.call import IncomingCall, Line, Sighting, Trunk, endpoint_of
from blocker.core.case import Knowledge, Moment
from blocker.core.decide import decide
from blocker.core.machine_facts import UNDECIDED, Sums
from blocker.core.number import E164, NumberPlan, Unusable, normalise
from blocker.core.policy_week import Policies
from blocker.core.ports import Clock
from blocker.core.recent import Recent, RecentCallers
from blocker.core.record import Content
from blocker.core.treatment import RING, Treatment
from blocker.core.verdict import UNSCREENED, Decision, Reason, Verdict
from blocker.recording import Recorder

ROOM_TO_RECORD = 0.4
"""Seconds that are left for the record where a call waited for an answer about its caller."""


@dataclass(frozen=True, slots=True)
class Screening:
    """One call on its way through: what a hook needs to answer, and what is needed to record it afterwards."""

    call_id: str
    verdict: Verdict
    treatment: Treatment
    accepted_at: float
    """Loop time in seconds at which the phone system asked."""
    deadline: float
    """Loop time in seconds after which an answer is worth nothing."""
    call: IncomingCall
    local: datetime
    observe_only: bool = False
    """The household only watched at that moment, on that line."""
    sums: Sums = UNDECIDED
    """What it was decided by."""
    undecided: Moment | None = None
    """Where nothing is known of the caller and somebody may be asked first: what it is decided by then."""
    in_doubt: bool = False
    """Its record was begun as turned away but not confirmed in time, so that it rings and says so afterwards."""

    @property
    def must_wait(self) -> bool:
        """Whether something is to be waited for before the answer."""
        return self.treatment.turns_away or self.undecided is not None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the phone lines are: what the configuration says of them."""

    home: Line
    """The line that a call belongs to where nothing else is known."""
    lines: tuple[Line, ...] = ()
    trunks: Mapping[str, Trunk] = dataclasses.field(default_factory=dict)

    def plan(self, channel: str) -> tuple[str, NumberPlan]:
        """The trunk of a channel, by name, and how it writes numbers."""
        trunk = self.trunks.get(endpoint_of(channel))
        return (trunk.name, trunk.plan) if trunk else ("", NumberPlan(self.home.region))

    def line(self, called: str, plan: NumberPlan) -> Line:
        """The line that was called; the home line where the called number is none of the household's."""
        number = normalise(called, None, plan)
        if isinstance(number, E164):
            for line in self.lines:
                if line.number == number.number:
                    return line
        return self.home


class Inquiry(Protocol):
    """Asks others about callers of whom nothing is known here; see `asking.py`. Nothing here raises."""

    @property
    def budget_seconds(self) -> float:
        """How long a call may wait for that; 0 for not at all."""
        ...

    async def now(self, call: str, number: str, within_seconds: float) -> bool:
        """Ask; False where no answer came in time."""
        ...

    def later(self, call: str, number: str) -> None:
        """Ask when the call is long over. Never waits."""
        ...


class Screener:
    """Looks at calls, one after the other or many at once."""

    def __init__(
        self,
        *,
        knowledge: Knowledge | None,
        setting: Setting,
        treat: Callable[[Verdict, str], Treatment],
        recorder: Recorder,
        clock: Clock,
        budget_seconds: float,
        policies: Policies = Policies(),  # noqa: B008 - immutable
        answered: Callable[[str], None] = lambda _: None,
        inquiry: Inquiry | None = None,
    ) -> None:
        """Ready for calls.

        Args:
            knowledge: what decisions rest on.
            setting: the lines and trunks.
            treat: what is done about a verdict that blocks, by the name of the action.
            recorder: where entries go.
            clock: the time.
            budget_seconds: from accept to the answer.
            policies: by line and hour; they stand in for the one in `knowledge`.
            answered: told the id of each call that had its answer.
            inquiry: asks others about callers of whom nothing is known; None for nobody.
        """
        self._policies = policies
        self.use(knowledge)
        self.counts: Counter[tuple[str, str]] = Counter()
        """Calls by (action, reason), since the start."""
        self._setting = setting
        self._treat = treat
        self._recorder = recorder
        self._answered = answered
        self._inquiry = inquiry
        self._clock = clock
        self._budget = budget_seconds
        self._recent = RecentCallers()
        self._zones = {line.time_zone: ZoneInfo(line.time_zone) for line in (setting.home, *setting.lines)}
        self._log = structlog.get_logger("screening")

    def use(self, knowledge: Knowledge | None) -> None:
        """Decide by this from the next call on; swapped whole whenever a list or a rule changes.

        None where the household's lists can't be read: without its yes, nobody's no may count, and every call rings.

        Laid out here for each stretch of the week of each line, so that a call only looks up its own.
        """
        self._knowledge: dict[str, tuple[Knowledge, ...]] = {}
        if knowledge is not None:
            for name in ("", *self._policies.lines):
                policies = self._policies.week(name).policies
                self._knowledge[name] = tuple(dataclasses.replace(knowledge, policy=each) for each in policies)

    def _knowing(self, line: str, local: datetime) -> Knowledge | None:
        """What decides a call on a line at a local time; None where nothing may."""
        known = self._knowledge.get(line) or self._knowledge.get("")
        return known[self._policies.week(line).stretch(local)] if known else None

    def judge(self, sighting: Sighting, accepted_at: float) -> Screening:
        """The verdict and the treatment of a call; synchronous, can't raise.

        Args:
            sighting: what the hook saw.
            accepted_at: loop time in seconds at which the phone system asked.
        """
        received_at = self._clock.now()
        verdict, treatment = UNSCREENED, RING
        call, local = self._unread(sighting, received_at)
        observe_only, sums = False, UNDECIDED
        undecided: Moment | None = None
        try:
            call, local = self._identify(sighting, call.id, received_at)
            if knowledge := self._knowing(call.line.name, local):
                observe_only, sums = knowledge.policy.observe_only, knowledge.sums
                moment = Moment(local, *self._remembered(call, local))
                verdict = decide(call, knowledge, moment)
                if verdict.blocks and not observe_only:
                    treatment = self._treat(verdict, knowledge.policy.action)
                if self._inquiry and self._inquiry.budget_seconds and is_stranger(call, verdict):
                    undecided = moment
        except Exception:  # noqa: BLE001  (a fault of ours must never cost a wanted call)
            verdict, treatment, undecided = UNSCREENED, RING, None
            self._log.exception("screening failed; the call rings", call=call.id)
        deadline = accepted_at + self._budget
        return Screening(call.id, verdict, treatment, accepted_at, deadline, call, local, observe_only, sums, undecided)

    async def secure(self, screening: Screening) -> Screening:
        """Ask about a stranger where that is wanted, then make the record of a call that is to be turned away.

        Comes back ringing where that fails. Can't raise. Returns before the screening's deadline.
        """
        if screening.undecided is not None:
            screening = await self._hear(screening, screening.undecided)
            if not screening.treatment.turns_away:
                return screening
        writing: asyncio.Future[int] | None = None
        try:
            writing = asyncio.ensure_future(self._recorder.durable(self._screened(screening)))
            async with asyncio.timeout_at(screening.deadline):
                await asyncio.shield(writing)
        except TimeoutError:
            if writing is not None:
                writing.add_done_callback(lambda done: self._settle_late(screening, done))
            self._log.error("the record took too long; the call rings", call=screening.call_id)
            return dataclasses.replace(screening, verdict=UNSCREENED, treatment=RING, in_doubt=True)
        except Exception as error:  # noqa: BLE001  (disk full, read-only, ledger closed: the call rings)
            self._log.error("no record, so the call rings", call=screening.call_id, why=str(error))
            return dataclasses.replace(screening, verdict=UNSCREENED, treatment=RING)
        return screening

    async def _hear(self, screening: Screening, moment: Moment) -> Screening:
        """Decide anew once somebody answered; as it was where nobody did in time, or anything went wrong."""
        call = screening.call
        try:
            room = screening.deadline - asyncio.get_running_loop().time() - ROOM_TO_RECORD
            if self._inquiry is None or not isinstance(call.caller, E164) or room <= 0:
                return screening
            within = min(self._inquiry.budget_seconds, room)
            if not await self._inquiry.now(screening.call_id, call.caller.number, within):
                return screening
            if (knowledge := self._knowing(call.line.name, screening.local)) is None:
                return screening
            verdict, treatment, observe_only = decide(call, knowledge, moment), RING, knowledge.policy.observe_only
            if verdict.blocks and not observe_only:
                treatment = self._treat(verdict, knowledge.policy.action)
        except Exception:  # noqa: BLE001  (as in `judge`)
            self._log.exception("asking about a caller failed; the call rings", call=screening.call_id)
            return screening
        return dataclasses.replace(
            screening, verdict=verdict, treatment=treatment, observe_only=observe_only, sums=knowledge.sums
        )

    def settle(self, screening: Screening, acknowledged_at: float | None) -> None:
        """Record what became of the answer; can't raise.

        Args:
            screening: as it was when the hook answered.
            acknowledged_at: loop time in seconds at which the phone system confirmed the answer; None if it never did.
        """
        try:
            self._settle(screening, acknowledged_at)
        except Exception:  # noqa: BLE001  (the call is over; a hook must be able to close)
            self._log.exception("what became of a call could not be recorded", call=screening.call_id)

    def _settle(self, screening: Screening, acknowledged_at: float | None) -> None:
        after_ms = None if acknowledged_at is None else max(0, round((acknowledged_at - screening.accepted_at) * 1000))
        in_time = acknowledged_at is not None and acknowledged_at <= screening.deadline
        if screening.treatment.turns_away:
            self._recorder.later(
                record.outcome(self._clock.now(), screening.call_id, acknowledged=in_time, after_ms=after_ms)
            )
        elif not screening.in_doubt:
            entry = self._screened(screening)
            self._recorder.later(entry | {"answer": record.answer(acknowledged=in_time, after_ms=after_ms)})
        self._answered(screening.call_id)
        caller = screening.call.caller
        if self._inquiry is not None and isinstance(caller, E164) and is_stranger(screening.call, screening.verdict):
            self._inquiry.later(screening.call_id, caller.number)
        self.counts[screening.treatment.action, screening.verdict.reason] += 1
        self._log.info(
            "call screened",
            call=screening.call_id,
            number=caller.number if isinstance(caller, E164) else None,
            line=screening.call.line.name,
            decision=str(screening.verdict.decision),
            reason=str(screening.verdict.reason),
            action=screening.treatment.action,
            acknowledged=in_time,
            after_ms=after_ms,
        )

    def _settle_late(self, screening: Screening, writing: asyncio.Future[int]) -> None:
        """A record that came too late stands, so what happened is added; one that failed is made anew, as it was."""
        if writing.cancelled() or writing.exception() is not None:
            unscreened = dataclasses.replace(screening, verdict=UNSCREENED, treatment=RING)
            self._recorder.later(
                self._screened(unscreened) | {"answer": record.answer(acknowledged=False, after_ms=None)}
            )
        else:
            now = self._clock.now()
            self._recorder.later(record.outcome(now, screening.call_id, acknowledged=False, after_ms=None))

    def _screened(self, screening: Screening) -> Content:
        return record.call_screened(
            screening.call,
            screening.local,
            screening.verdict,
            screening.treatment,
            observe_only=screening.observe_only,
            clock=self._clock.state(),
            sums=screening.sums,
        )

    def _unread(self, sighting: Sighting, received_at: datetime) -> tuple[IncomingCall, datetime]:
        """The call before its number has been read, so that a failure to read it leaves a record too."""
        home, unread = self._setting.home, Unusable("", "not looked at")
        local = received_at.astimezone(self._zones[home.time_zone])
        return IncomingCall(secrets.token_hex(8), received_at, unread, home, sighting), local

    def _identify(self, sighting: Sighting, call_id: str, received_at: datetime) -> tuple[IncomingCall, datetime]:
        trunk, plan = self._setting.plan(sighting.channel)
        line = self._setting.line(sighting.called, plan)
        caller = normalise(sighting.number, sighting.presentation, plan)
        local = received_at.astimezone(self._zones[line.time_zone])
        return IncomingCall(call_id, received_at, caller, line, sighting, trunk), local

    def _remembered(self, call: IncomingCall, local: datetime) -> Recent:
        if not isinstance(call.caller, E164):
            return _FIRST
        return self._recent.call(call.caller.number, call.received_at, local.date())


_FIRST = Recent()


def is_stranger(call: IncomingCall, verdict: Verdict) -> bool:
    """Whether nothing at all is known here of a caller who presented a number, so that others may be asked."""
    unknown = verdict.decision is Decision.RING and verdict.reason in {Reason.NOTHING_KNOWN, Reason.OFTEN}
    return unknown and isinstance(call.caller, E164) and all(match.kind == "recent" for match in verdict.matches)
