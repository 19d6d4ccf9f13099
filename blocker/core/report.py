"""The weekly report as a value.

Decides what each figure of it means. How calls are counted is `tally.py`'s business; renderers (`renderers/`) turn the
value into files and count nothing themselves.
"""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

from blocker.core.entry import Head
from blocker.core.ledger_before import Before
from blocker.core.observed import ListChange, SeenCall
from blocker.core.timekeeping import ClockSet
from blocker.core.watching import Gap
from blocker.core.week import Week

T = TypeVar("T")

LISTED = 500
"""How many items of each list a report shows at most; `calls.csv` has every call."""


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """The first `LISTED` items of something, and how many there are in all."""

    total: int
    items: tuple[T, ...]

    @property
    def left_out(self) -> int:
        return self.total - len(self.items)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many calls of the week were what; each figure says it."""

    calls: int
    """Calls that came while the program watched."""
    refused: int
    """Turned away, as the phone system acknowledged."""
    rang_or_unknown: int
    """To be turned away, but no acknowledgement came in time."""
    let_through: int
    unwanted: int
    """Refused as marketing, or marked as marketing by a person."""
    unwanted_refused: int
    suspected: int
    """Neither refused nor marked, though a list or a range says marketing."""
    false_positives: int
    """Marked as wanted, though the verdict was to block them."""
    wanted: int
    """Marked as wanted, and never in danger."""
    refused_by_policy: int
    """Refused for a reason that says nothing of marketing, such as a withheld number."""
    unmarked: int
    """None of these: the ordinary life of a telephone."""
    without_number: int
    """No number was presented."""
    unscreened: int
    """Let through because the program couldn't tell."""
    observe_only: int
    """Came while the household only watched, so that everything rang."""
    observed_blocks: int
    """Would have been turned away, had it not only watched."""
    elsewhere: int = 0
    """Calls of the week that another device recorded; in none of the figures above."""
    elsewhere_unwanted: int = 0
    """Of these, marked as marketing by a person."""


class CompanyRow(NamedTuple):
    """The calls whose statement names one company as the one the caller said they called for."""

    company: str
    """The company's slug in the rules; empty where no rule knows the name."""
    said: tuple[str, ...]
    """The names as stated, each spelling once, in the order they came up."""
    calls: int
    unwanted: int
    refused: int
    wanted: int
    without_number: int
    numbers: tuple[str, ...]
    """The numbers presented, sorted."""
    first: str
    """Local time with offset."""
    last: str
    elsewhere: int = 0
    """Calls besides, which another device recorded, so that they are in none of the counts; `first`, `last` and
    `numbers` tell of them too."""


class NumberRow(NamedTuple):
    """The week's calls from one presented number, which may not be the caller's own."""

    number: str
    calls: int
    unwanted: int
    refused: int
    suspected: int
    false_positives: int
    first: str
    """Local time with offset."""
    last: str


class ErasedCalls(NamedTuple):
    """Calls of the week that the ledger no longer knows, as the entries say that tell of their erasing."""

    calls: tuple[tuple[str, int], ...]
    """Standing, and how many; those that another device recorded are among them."""
    first: str
    """Local time of the household, with its offset, at which the first of them were erased."""
    last: str

    @property
    def total(self) -> int:
        return sum(count for _, count in self.calls)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything the report of one week says."""

    week: Week
    time_zone: str
    start: str
    """The week's first instant, UTC."""
    end: str
    """The first instant after it, UTC."""
    head: Head
    """The ledger's head when it was read; nothing later is in the report."""
    fault: str
    """What doesn't hold in the ledger, as a sentence, where it was verified and doesn't; else empty."""
    made_on: str
    """Local time of the making with its offset, where the week wasn't over then; else empty."""
    simulated_clock: bool
    """Whether calls were recorded by a clock that was made up, as in a demonstration."""
    totals: Totals
    companies: tuple[CompanyRow, ...]
    """Most unwanted calls first."""
    numbers: Listed[NumberRow]
    """Numbers with an unwanted, a suspected or a wrongly blocked call, most unwanted calls first."""
    unwanted: Listed[SeenCall]
    suspected: Listed[SeenCall]
    odd: Listed[SeenCall]
    """Calls that the verdict flagged (a premium number, none at all …), that rang, and that nobody marked."""
    false_positives: Listed[SeenCall]
    gaps: Listed[Gap]
    unwatched_seconds: int
    silent_after: str
    """Local time after which the ledger has no entry at all, where that lies in the week while a service was running:
    whether it watched until the end can't be told. Else empty."""
    changes: Listed[ListChange]
    refused: Listed[SeenCall] = Listed(0, ())
    """Calls that were refused for a reason that says nothing of marketing."""
    elsewhere: Listed[SeenCall] = Listed(0, ())
    """Calls that another device recorded, by the time at which they began."""
    clock_set: Listed[ClockSet] = Listed(0, ())
    """When somebody set the clock, by its time before or after."""
    erased: ErasedCalls | None = None
    """None where none were."""
    before: Before | None = None
    """The ledger before this one, where the week needs it told: what it held isn't here, or came from there."""
