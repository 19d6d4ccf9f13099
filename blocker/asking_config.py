"""Reads `[asking]`: whether a community is asked about callers whom nobody here knows, and how.

Decides which settings there are and their bounds. What is asked is in `core/asked.py`, when, in `asking.py`.
"""

from dataclasses import dataclass

from blocker.core.asked import LEAST_HEX, MOST_HEX
from blocker.tomlfile import Table

MAX_BUDGET_MS = 700
"""A call has 1.2 s in all, and one that is turned away must be recorded within them."""


@dataclass(frozen=True, slots=True)
class Asking:
    """Off unless somebody switches it on: whoever is asked learns something of whom the household talks with."""

    on: bool = False
    source: str = "phoneblock"
    """Whom to ask: the list, whose token in `[sources.SLUG]` serves for this too."""
    hex_digits: int = LEAST_HEX
    """How many digits of the number's sum are told. Two more are 256 times more exact."""
    blocks: bool = False
    """Whether the blocks of ten and a hundred numbers are asked about too, which gives away nearly the whole number."""
    budget_ms: int = 0
    """How long a call may wait for an answer; 0: none does, and the question is asked some time after the call."""


def read_asking(table: Table) -> Asking:
    """`[asking]`."""
    standard = Asking()
    digits = table.whole("hex_digits", standard.hex_digits, low=LEAST_HEX, high=MOST_HEX)
    if digits % 2:
        table.fault(f"hex_digits = {digits} can't be asked", f"write {LEAST_HEX} or {MOST_HEX}", key="hex_digits")
    return Asking(
        on=table.flag("on", standard.on),
        source=table.text("source", standard.source),
        hex_digits=digits,
        blocks=table.flag("blocks", standard.blocks),
        budget_ms=table.whole("budget_ms", standard.budget_ms, low=0, high=MAX_BUDGET_MS),
    )
