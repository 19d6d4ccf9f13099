"""What would become of a number's next call, for whoever has just said something about that number.

Decides nothing itself: asks `core/decide.py` for an ordinary call, to the household's home line, at this moment. Whom
the question is about and what is said of the answer, `household.py` decides. For a person who asks why, there is
`explaining.py`.
"""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.decide import decide
from blocker.core.number import NumberPlan, normalise
from blocker.core.policy_week import Policies
from blocker.core.ports import Clock


class Foresight:
    """Looks ahead with what is known at the moment of asking."""

    def __init__(self, knowledge: Callable[[], Knowledge | None], line: Line, policies: Policies, clock: Clock) -> None:
        self._knowledge, self._line, self._policies, self._clock = knowledge, line, policies, clock

    def turned_away(self, number: str) -> str:
        """The reason for which a call from an E.164 number would be blocked now; empty if it would ring."""
        known, now = self._knowledge(), self._clock.now()
        if known is None:
            return ""
        local = self._local(now)
        policy = self._policies.week(self._line.name).at(local)
        caller = normalise(number, None, NumberPlan(self._line.region))
        call = IncomingCall("", now, caller, self._line, Sighting("", number))
        verdict = decide(call, dataclasses.replace(known, policy=policy), Moment(local))
        return str(verdict.reason) if verdict.blocks else ""

    def is_protected(self, text: str) -> bool:
        """Whether a number (E.164, or a short code such as `112`) is one that nobody may block."""
        known = self._knowledge()
        if known is None:
            return False
        return known.ranges.is_protected(text, self._line.region, self._local(self._clock.now()).date()) is not None

    def _local(self, now: datetime) -> datetime:
        return now.astimezone(ZoneInfo(self._line.time_zone))
