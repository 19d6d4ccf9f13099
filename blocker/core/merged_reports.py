"""What the reports of many households come to: the list that their publisher may publish.

Decides who counts: one household has one voice, its latest report, and a number is listed once enough of them told of
it independently, not too long ago, and nobody has had it taken off. Nothing of a single report shows: votes go in
steps, days are the Mondays of weeks. What the law wants of whoever publishes is in `docs/operating-a-list.md`.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.core.member_report import MemberReport, Reported
from blocker.core.snapshot import coarse
from blocker.core.snapshot_manifest import Known
from blocker.core.week import Week

DAYS_VALID = 14


@dataclass(frozen=True, slots=True)
class Terms:
    """By which terms numbers come onto a list."""

    reporters: int = 3
    """How many households must have told of a number."""
    weeks: int = 8
    """How many weeks a report of a number counts, the one of its last call and the present one included."""


@dataclass(frozen=True, slots=True)
class Rectified:
    """A number, or all that begin so, that somebody had taken off the list."""

    target: Target
    until: date | None = None
    """The first day on which it may be listed again; None: never."""

    def covers(self, target: Target, today: date) -> bool:
        """Whether an item must not be listed for its sake."""
        if self.until is not None and today >= self.until:
            return False
        mine = self.target
        return target.number.startswith(mine.number) if mine.is_prefix else target.number == mine.number


@dataclass(frozen=True, slots=True)
class ListSettings:
    """What its publisher decided about a list."""

    name: str
    licence: str
    contact: str
    terms: Terms = Terms()
    days_valid: int = DAYS_VALID
    """So long a version may be followed; publish again before that, even where nothing is new."""


@dataclass(frozen=True, slots=True)
class Material:
    """What a list is made of."""

    settings: ListSettings
    reporters: Mapping[str, str]
    """The lines of those who may report, by their pseudonyms."""
    reports: Mapping[str, bytes]
    """Files as they were received, by their names, those that came last at the end."""
    rectified: tuple[Rectified, ...]
    known: Known | None
    """What was published last."""


def merged(
    reports: Iterable[MemberReport],
    terms: Terms,
    rectified: Collection[Rectified],
    before: Mapping[Target, Rated],
    today: date,
) -> dict[Target, Rated]:
    """The list, by its targets.

    Args:
        reports: of one list, checked; of each reporter the one of the latest week is used, of several such the last.
        terms: by which numbers come onto it.
        rectified: what was taken off.
        before: the list as it was published last, of which an item keeps the week since when it is listed.
        today: the day (UTC) of the new list.
    """
    latest: dict[str, MemberReport] = {}
    for report in reports:
        known = latest.get(report.reporter)
        if known is None or report.made >= known.made:
            latest[report.reporter] = report
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=terms.weeks - 1)
    told: dict[Target, list[Reported]] = {}
    for report in latest.values():
        for item in report.numbers:
            # A week may have begun already where the household is.
            if item.rating.may_block and first <= item.week.monday <= monday + timedelta(weeks=1):
                told.setdefault(item.target, []).append(item)
    return {
        target: _item(target, items, before.get(target), monday)
        for target, items in told.items()
        if len(items) >= terms.reporters and not any(one.covers(target, today) for one in rectified)
    }


def _item(target: Target, items: list[Reported], before: Rated | None, monday: date) -> Rated:
    """Of the ratings the one that most gave, and of several such the mildest."""
    counted = Counter(item.rating for item in items)
    rating = min(counted, key=lambda rating: (-counted[rating], rating.severity))
    since = before.listed_since if before is not None and before.listed_since else monday
    last: Week = max(item.week for item in items)
    return coarse(Rated(target, rating, len(items), min(last.monday, monday), since))
