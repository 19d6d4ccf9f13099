"""Calls counted by week, hour, line, company and standing: what the plots and trends of a report stand on.

Decides what a cell is and how cells add up. What a call counts as is `observed.py`'s business, which calls are counted
`filing/counting.py`'s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from blocker.core.observed import Happened, SeenCall, Standing, Statement
from blocker.core.week import Week


class Cell(NamedTuple):
    """What calls that are counted together have in common."""

    hour: str
    """Local time at the called line: `2026-11-17T09`. An hour that comes twice when clocks change is one."""
    line: str
    company: str
    """Whom the callers said they called for, as `company_key` has it; empty where no statement names anybody."""
    standing: Standing
    happened: Happened
    """`Happened.ELSEWHERE` marks calls that another device recorded; a report keeps them out of its figures."""


Cells = Mapping[Cell, int]
"""How many calls of each."""

Which = Callable[[Cell], bool]


def cell_of(call: SeenCall) -> Cell:
    """Where a call is counted."""
    return Cell(call.local[:13], call.line, company_key(call.statement), call.standing, call.happened)


def company_key(statement: Statement) -> str:
    """The company's slug in the rules, or where no rule knows it the name as stated, in one spelling; may be empty."""
    return statement.company or " ".join(statement.said_company.casefold().split())


@dataclass(frozen=True, slots=True)
class WeekCounts:
    """The calls of one week."""

    week: Week
    cells: Cells

    def calls(self, which: Which) -> int:
        """How many there are."""
        return sum(calls for cell, calls in self.cells.items() if which(cell))


@dataclass(frozen=True, slots=True)
class Span:
    """The calls of some weeks, one after the other, the oldest first; a week without calls has no cells."""

    weeks: Sequence[WeekCounts]

    def per_week(self, which: Which) -> list[tuple[Week, int]]:
        """How many calls each week has."""
        return [(week.week, week.calls(which)) for week in self.weeks]

    def per_hour(self, which: Which) -> list[list[int]]:
        """How many calls came when: seven rows, Monday to Sunday, of twenty-four hours each."""
        table = [[0] * 24 for _ in range(7)]
        for week in self.weeks:
            for cell, calls in week.cells.items():
                if which(cell):
                    day, _, hour = cell.hour.partition("T")
                    table[date.fromisoformat(day).weekday()][int(hour)] += calls
        return table
