"""The end of each call, recorded as the phone system tells of it.

Decides whose end may be told: that of a call that was screened here lately, once. So a forged report, or one that comes
twice, changes nothing. Which seconds are believed depends on the clock: the phone system counts them by the one that
may be set, so that after it was set during a call only this program's own count holds, which goes by another.
"""

from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

import structlog

from blocker.core.ended import CallEnd, call_ended
from blocker.core.ledger_ports import LaterJournal
from blocker.core.ports import Clock
from blocker.core.timekeeping import Steps

MAX_CALLS = 1_000
"""Calls whose end is awaited; beyond that the oldest is forgotten. A household has a handful."""

MAX_SECONDS = 24 * 3600
"""How long a call may last for its end to be recorded."""


class _Begun(NamedTuple):
    wall: datetime
    elapsed: float


class Endings:
    """The calls under way, and what becomes of them."""

    def __init__(self, journal: LaterJournal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        self._under_way: OrderedDict[str, _Begun] = OrderedDict()
        self._log = structlog.get_logger("ending")

    def begin(self, call: str) -> None:
        """A call was screened; its end may now be told."""
        self._under_way[call] = _Begun(self._clock.now(), self._clock.elapsed())
        if len(self._under_way) > MAX_CALLS:
            self._under_way.popitem(last=False)

    def note(self, end: CallEnd) -> bool:
        """Record an end; False where no such call is under way, as for one that was told before. Never waits."""
        begun = self._under_way.pop(end.call, None)
        now, elapsed = self._clock.now(), self._clock.elapsed()
        if begun is None or elapsed - begun.elapsed > MAX_SECONDS:
            return False
        if Steps(begun.wall, begun.elapsed).look(now, elapsed):
            end = end._replace(seconds_talked=None, seconds_in_all=round(elapsed - begun.elapsed))
        self._journal.later(call_ended(now, end))
        self._log.info("call ended", call=end.call, disposition=end.disposition, seconds_talked=end.seconds_talked)
        return True
