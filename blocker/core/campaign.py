"""Campaigns: runs of calls that seem to belong together though their numbers rotate. An inference, never a fact.

Decides which calls make a run: each joins the run that it has most in common with, of those of the last two weeks, or
begins one. What a run is worth as a campaign, `campaign_signs.py` decides. Nothing of it is ever an entry, blocks a
call or is held against a company: a page says “these calls seem to belong together, because …”, with all reasons and
what speaks against it.

Calls are taken one by one, in the order of time, and only a bounded part of them is kept. A page shows of a campaign:
how sure it is, `calls`, how many `numbers`, `first` and `last`, the signs with their figures, and as a timeline
`told` (the moments); its letter (A, B …) is its place in the list.
"""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from blocker.core.campaign_sight import Sight, keys_of, sight_of
from blocker.core.campaign_signs import EVIDENT, FEWEST, LIKELY, POSSIBLE, Sign, Sure, Traits, points, signs_of
from blocker.core.observed import SeenCall

__all__ = ["Campaign", "Finder", "Part", "campaigns"]

QUIET = timedelta(days=14)
"""A run ends when no call joins it for so long."""

MOST_OPEN = 2_000
"""Runs looked at together; the one that has been quiet longest is ended for a new one."""

NAMES_KEPT = 4
"""Ways of naming a company that are told of."""

MOST_KEPT = 500
"""Calls of a campaign whose moments are told, and numbers and ringing times that are remembered of a run."""

MOST_CAMPAIGNS = 100
"""Told: those with most calls."""

_JOINS = 3
"""Points that a call and a run must have in common."""

_BLOCKS = {1: 4, 2: 3, 3: 1}
"""What a block of numbers is worth there, by how many of the last digits differ."""


class Part(NamedTuple):
    """A call of a campaign, for a timeline."""

    n: int
    """Its entry."""
    call: str
    local: str
    """ISO 8601 with offset."""
    line: str
    number: str
    """As presented; empty where none was."""


class Campaign(NamedTuple):
    """Calls that seem to belong together."""

    sure: Sure
    signs: tuple[Sign, ...]
    """Why, and what speaks against it, in the order of `Why`."""
    points: int
    """What the signs are worth together."""
    calls: int
    numbers: int
    """How many different ones were presented; at most `MOST_KEPT` are counted."""
    first: str
    """Local times with offset."""
    last: str
    told: tuple[Part, ...]
    """The first `MOST_KEPT` of the calls, in the order of time."""


def campaigns(calls: Iterable[SeenCall]) -> list[Campaign]:
    """The campaigns among calls, the one with most calls first.

    Args:
        calls: in the order of time; how they ended, where it is known, says much.
    """
    finder = Finder()
    for call in calls:
        finder.add(call)
    return finder.found()


@dataclass(slots=True)
class _Run:
    last: datetime
    number: int
    first: str = ""
    until: str = ""
    calls: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    companies: Counter[str] = field(default_factory=Counter)
    said: list[str] = field(default_factory=list)
    silent: int = 0
    given_up: int = 0
    rang: list[int] = field(default_factory=list)
    unwanted: int = 0
    talked: int = 0
    wanted: int = 0
    moments: list[datetime] = field(default_factory=list)
    told: list[Part] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)

    def take(self, call: SeenCall, sight: Sight) -> None:
        """Let a call join."""
        self.last = sight.at
        self.wanted += sight.wanted
        self.talked += sight.talked
        if sight.wanted:
            return
        self.calls += 1
        self.first, self.until = self.first or call.local, call.local
        if sight.number and (sight.number in self.numbers or len(self.numbers) < MOST_KEPT):
            self.numbers[sight.number] += 1
        if sight.company and (sight.company in self.companies or len(self.companies) < MOST_KEPT):
            self.companies[sight.company] += 1
            if sight.said not in self.said and len(self.said) < NAMES_KEPT:
                self.said.append(sight.said)
        self.silent += sight.silent
        self.given_up += sight.given_up
        self.unwanted += sight.unwanted
        if len(self.told) < MOST_KEPT:
            self.moments.append(sight.at)
            self.rang += [] if sight.rang is None else [sight.rang]
            self.told.append(Part(call.n, call.call, call.local, call.line, call.number))

    def campaign(self) -> Campaign | None:
        """What it is worth; None where it is none."""
        if self.calls < FEWEST or len(self.numbers) == 1:
            return None
        traits = Traits(
            self.numbers, self.companies, self.said, self.silent, self.given_up, self.rang, self.unwanted,
            self.talked, self.wanted, self.moments,
        )  # fmt: skip
        signs = signs_of(traits)
        worth = points(signs)
        if worth < POSSIBLE or EVIDENT.isdisjoint(sign.why for sign in signs):
            return None
        sure = Sure.LIKELY if worth >= LIKELY else Sure.POSSIBLE
        told = tuple(self.told)
        return Campaign(sure, signs, worth, self.calls, len(self.numbers), self.first, self.until, told)


class Finder:
    """Finds campaigns in a stream of calls, within bounded memory."""

    def __init__(self) -> None:
        """No call has been taken yet."""
        self._open: OrderedDict[int, _Run] = OrderedDict()
        self._by_key: dict[str, int] = {}
        self._begun = 0
        self._found: list[Campaign] = []

    def add(self, call: SeenCall) -> None:
        """Take the next call in the order of time."""
        sight = sight_of(call)
        self._end_quiet(sight.at)
        keys = list(keys_of(sight))
        near = {number: self._open[number] for key in keys if (number := self._by_key.get(key)) is not None}
        best = max(near.values(), key=lambda run: (_common(sight, run), run.number), default=None)
        if best is None or _common(sight, best) < _JOINS:
            self._begun += 1
            best = self._open[self._begun] = _Run(sight.at, self._begun)
        self._open.move_to_end(best.number)
        best.take(call, sight)
        if len(best.keys) < 4 * MOST_KEPT:
            best.keys.update(keys)
            self._by_key.update(dict.fromkeys(keys, best.number))

    def found(self) -> list[Campaign]:
        """The campaigns so far, the one with most calls first; what is still open is judged by what it shows."""
        still = [campaign for run in self._open.values() if (campaign := run.campaign())]
        return _most(self._found + still)

    def _end_quiet(self, now: datetime) -> None:
        while self._open:
            number, run = next(iter(self._open.items()))
            if now - run.last <= QUIET and len(self._open) < MOST_OPEN:
                return
            del self._open[number]
            for key in run.keys:
                if self._by_key.get(key) == number:
                    del self._by_key[key]
            if campaign := run.campaign():
                self._found = _most([*self._found, campaign])


def _most(found: list[Campaign]) -> list[Campaign]:
    return sorted(found, key=lambda one: (-one.calls, one.first, one.told))[:MOST_CAMPAIGNS]


def _common(sight: Sight, run: _Run) -> int:
    """What a call has in common with a run, in points; less than `_JOINS` is chance."""
    common = 0
    if sight.number:
        digits = next((digits for digits in _BLOCKS if f"{digits}{sight.number[:-digits]}" in run.keys), 0)
        common += _BLOCKS.get(digits, 0)
        if digits == max(_BLOCKS) and run.unwanted and not (sight.talked or sight.wanted):
            common += 2  # a thousand numbers are a village's, or a seller's that is known already
    if sight.company and run.companies:
        common += 4 if f"for {sight.company}" in run.keys else -4
    if sight.silent and run.silent:
        common += 2
    common += bool(sight.given_up and run.given_up)
    common += not sight.number and not run.numbers
    if sight.rang is not None and run.rang:
        common += abs(sight.rang - run.rang[-1]) <= 1
    return common
