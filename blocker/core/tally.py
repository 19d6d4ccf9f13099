"""The counting that leads to a report: calls go in one by one, totals and rows come out.

Memory grows with what a report shows (`LISTED`) and with what people stated, never with the number of calls. Counting
per presented number needs room that a week can't promise to have, and is `number_rows.py`'s business.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from blocker.core.counts import company_key
from blocker.core.observed import Happened, SeenCall, Standing
from blocker.core.report import LISTED, CompanyRow, Listed, Totals
from blocker.core.verdict import Decision, Reason

T = TypeVar("T")


class Sample(Generic[T]):
    """Takes any number of items, and keeps the first `LISTED`."""

    def __init__(self) -> None:
        self._total = 0
        self._items: list[T] = []

    def add(self, item: T) -> None:
        self._total += 1
        if self._total <= LISTED:
            self._items.append(item)

    def add_unlisted(self, items: int) -> None:
        """Count items of which none would be kept."""
        self._total += items

    @property
    def is_full(self) -> bool:
        """Whether no further item is kept."""
        return self._total >= LISTED

    def listed(self) -> Listed[T]:
        return Listed(self._total, tuple(self._items))


class Tally:
    """Counts the calls of a week."""

    def __init__(self) -> None:
        self.shown: dict[Standing, Sample[SeenCall]] = {
            Standing.UNWANTED: Sample(),
            Standing.SUSPECTED: Sample(),
            Standing.FALSE_POSITIVE: Sample(),
            Standing.REFUSED: Sample(),
        }
        """The standings whose calls a report lists one by one."""
        self.odd: Sample[SeenCall] = Sample()
        """Calls that were flagged, and that nothing else explains."""
        self.elsewhere: Sample[SeenCall] = Sample()
        """Calls that another device recorded. They are counted apart: nothing is known of their fate."""
        self._fates: Counter[tuple[Standing, Happened]] = Counter()
        self._marks: Counter[str] = Counter()
        self._companies: dict[str, _Company] = {}

    def add(self, call: SeenCall) -> None:
        """Count one call."""
        if call.statement.said_company:
            self._companies.setdefault(company_key(call.statement), _Company(call.statement.company)).add(call)
        if call.happened is Happened.ELSEWHERE:
            self.elsewhere.add(call)
            self._marks["elsewhere"] += 1
            self._marks["elsewhere unwanted"] += call.standing is Standing.UNWANTED
            return
        sample = self._sample_of(call)
        if sample is not None:
            sample.add(call)
        self._count(call, 1, with_number=bool(call.number))

    def takes_alike(self, like: SeenCall) -> bool:
        """Whether calls like this one are only counted: no list has room for them. Once it is so, it stays so."""
        sample = self._sample_of(like)
        return sample is None or sample.is_full

    def add_alike(self, like: SeenCall, calls: int) -> None:
        """Count calls of this machine, as many, of which nothing was said; where `takes_alike`."""
        sample = self._sample_of(like)
        if sample is not None:
            sample.add_unlisted(calls)
        self._count(like, calls, with_number=like.presented == "e164")

    def _sample_of(self, call: SeenCall) -> Sample[SeenCall] | None:
        """The list that a call is for."""
        if call.standing in self.shown:
            return self.shown[call.standing]
        return self.odd if call.flagged and call.standing is Standing.UNMARKED else None

    def _count(self, call: SeenCall, calls: int, *, with_number: bool) -> None:
        self._fates[call.standing, call.happened] += calls
        if not with_number:
            self._marks["without number"] += calls
        if call.reason == Reason.UNSCREENED:
            self._marks["unscreened"] += calls
        if call.observe_only:
            self._marks["observed"] += calls
            if call.decision == Decision.BLOCK:
                self._marks["observed block"] += calls

    def totals(self) -> Totals:
        """The figures so far."""
        standing: Counter[Standing] = Counter()
        happened: Counter[Happened] = Counter()
        for (one, other), calls in self._fates.items():
            standing[one] += calls
            happened[other] += calls
        return Totals(
            calls=self._fates.total(),
            refused=happened[Happened.REFUSED],
            rang_or_unknown=happened[Happened.UNKNOWN],
            let_through=happened[Happened.LET_THROUGH],
            unwanted=standing[Standing.UNWANTED],
            unwanted_refused=self._fates[Standing.UNWANTED, Happened.REFUSED],
            suspected=standing[Standing.SUSPECTED],
            false_positives=standing[Standing.FALSE_POSITIVE],
            wanted=standing[Standing.WANTED],
            refused_by_policy=standing[Standing.REFUSED],
            unmarked=standing[Standing.UNMARKED],
            without_number=self._marks["without number"],
            unscreened=self._marks["unscreened"],
            observe_only=self._marks["observed"],
            observed_blocks=self._marks["observed block"],
            elsewhere=self._marks["elsewhere"],
            elsewhere_unwanted=self._marks["elsewhere unwanted"],
        )

    def companies(self) -> tuple[CompanyRow, ...]:
        """A row for each company that statements name, most unwanted calls first, then by name."""
        rows = [(key, company.row()) for key, company in self._companies.items()]
        return tuple(row for _, row in sorted(rows, key=lambda item: (-item[1].unwanted, -item[1].calls, item[0])))


@dataclass(slots=True)
class _Company:
    company: str
    said: dict[str, None] = field(default_factory=dict)
    standings: Counter[Standing] = field(default_factory=Counter)
    refused: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""
    span: tuple[str, str] = ("", "")
    elsewhere: int = 0

    def add(self, call: SeenCall) -> None:
        self.said.setdefault(call.statement.said_company)
        if not self.first or call.utc < self.span[0]:
            self.first, self.span = call.local, (call.utc, self.span[1])
        if call.utc >= self.span[1]:
            self.last, self.span = call.local, (self.span[0], call.utc)
        if call.happened is Happened.ELSEWHERE:
            self.elsewhere += 1
            self.numbers[call.number] += bool(call.number)
            return
        self.standings[call.standing] += 1
        self.refused += call.happened is Happened.REFUSED
        self.numbers[call.number] += 1

    def row(self) -> CompanyRow:
        return CompanyRow(
            company=self.company,
            said=tuple(self.said),
            calls=self.standings.total(),
            unwanted=self.standings[Standing.UNWANTED],
            refused=self.refused,
            wanted=self.standings[Standing.WANTED] + self.standings[Standing.FALSE_POSITIVE],
            without_number=self.numbers[""],
            numbers=tuple(sorted(number for number in self.numbers if number)),
            first=self.first,
            last=self.last,
            elsewhere=self.elsewhere,
        )
