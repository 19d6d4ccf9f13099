"""What a week's report shows beside the week's own figures: the year around it, the law, what to look at, what to do.

Decides which refused calls may have been wanted, and what the household does best now, the most useful first. How it
is said, the page decides (`pages/report_page.py`); what the figures mean, `report.py`; where all this is read,
`filing/weekly.py`. Only the ledger and the rules go into it, and no present time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from blocker.core.asked import Asked
from blocker.core.campaign import Campaign
from blocker.core.counts import Cell, Span
from blocker.core.entry import parse_time
from blocker.core.followups import NEXT_STEPS, FollowUp
from blocker.core.languages import Texts
from blocker.core.law import Finding, LawFlag
from blocker.core.observed import Happened, SeenCall, Standing
from blocker.core.report import Report
from blocker.core.scoreboard import Score
from blocker.core.stale import StaleList, stale_at_end
from blocker.core.verdict import Reason
from blocker.core.week import Week

MOST_TASKS = 5
"""More than that nobody does on a Monday."""

LEAST_WATCHED = timedelta(hours=24)
"""Of a week: what was counted in less says nothing of the week, and no bar of it can be compared with others."""

MOST_REVIEWED = 15
"""Numbers in the review of refused calls; whoever has more of them has a setting to change, not a number to allow."""

_OWN_WORD = frozenset({str(Reason.BLOCK_LIST), str(Reason.COMPANY)})
"""Reasons by which the household itself said that such a caller isn't to ring."""


class MarkKind(StrEnum):
    """What a day was on which something began that callers had to heed."""

    OBJECTION = "objection"
    REGISTER = "register"


class MarkedDay(NamedTuple):
    """A day to compare the calls before it with those after it."""

    day: date
    kind: MarkKind
    name: str
    """The company objected to, or the key of the register."""


class Doubt(StrEnum):
    """Why a call that was turned away may have been wanted."""

    SAID_WANTED = "said-wanted"
    """Somebody marked it as wanted."""
    ONLY_LISTED = "only-listed"
    """A list or a range of numbers says marketing, and no person of this house did."""
    HOUSE_RULE = "house-rule"
    """It was refused for its number or for having none, which says nothing of marketing."""


class Review(NamedTuple):
    """Calls from one number that were turned away, and may have been wanted."""

    doubt: Doubt
    number: str
    """As presented; empty where none was."""
    e164: bool
    """Whether it is one that a list can let through."""
    reason: str
    calls: int
    last: str
    """Local time with offset."""
    match: str
    call: str
    """The id of the last of them."""


class What(StrEnum):
    """Something for the household to do."""

    LEDGER = "ledger"
    UNSCREENED = "unscreened"
    STALE = "stale"
    """Community lists that can't be brought up to date."""
    WANTED = "wanted"
    OVERDUE = "overdue"
    """A company's answer, or the household's next step."""
    SAY_WHO = "say-who"
    SETTLE = "settle"
    COMPLAIN = "complain"
    OBJECT = "object"


class Task(NamedTuple):
    """One of them, with what it is about."""

    what: What
    calls: int
    about: str
    """The id of a call, a number, or the slug of a company; of a list where `STALE` is about one, empty for several."""
    name: str = ""
    """The company's."""
    due: FollowUp | None = None
    """What `OVERDUE` is about."""


class KnownCompany(NamedTuple):
    """What a company's slug in a statement means at the end of the week."""

    slug: str
    """The company's own, or that of the one which took it over."""
    name: str
    objected: bool
    """Whether the household has objected to its calls."""


@dataclass(frozen=True, slots=True)
class Beside:
    """Everything beside the week's own figures."""

    year: Span
    """The weeks up to the report's, which is the last."""
    marked: tuple[MarkedDay, ...] = ()
    """In order of time."""
    flags: Mapping[str, tuple[LawFlag, ...]] = field(default_factory=lambda: MappingProxyType({}))
    """What calls of the week point to by law, by the call's id; none for those that no person called marketing."""
    unjudged: int = 0
    """Calls that were said to be marketing, and were too many to be judged."""
    companies: Mapping[str, KnownCompany] = field(default_factory=lambda: MappingProxyType({}))
    """By the slug that statements have; by the name, as `company_key` has it, where no rule knows the company."""
    followups: tuple[FollowUp, ...] = ()
    """What follows from what the household has said, past days too, in their order."""
    scores: tuple[Score, ...] = ()
    """Of the companies that were named in the year, the lowest first."""
    campaigns: tuple[Campaign, ...] = ()
    """Those that last into the week."""
    campaign_weeks: int = 0
    """In how many weeks campaigns were looked for; 0 where there were too many calls."""
    unwatched: frozenset[Week] = frozenset()
    """The weeks of the year of which less than `LEAST_WATCHED` was watched."""
    stale: tuple[StaleList, ...] = ()
    """Community lists that couldn't be brought up to date at any time of the week."""
    asked: tuple[Asked, ...] = ()
    """What others said of callers of the week, in the order of the calls."""
    registers: Mapping[str, Texts] = field(default_factory=lambda: MappingProxyType({}))
    """What people call the do-not-call registers, by their keys."""

    def name_of(self, slug: str) -> str:
        """A company's name; its slug where nothing else is known."""
        return self.companies[slug].name if slug in self.companies else slug


def is_unwanted(cell: Cell) -> bool:
    """Whether a report counts these calls as unwanted; those that another device recorded are counted apart."""
    return cell.standing is Standing.UNWANTED and cell.happened is not Happened.ELSEWHERE


def is_kept_away(cell: Cell) -> bool:
    """Whether these are unwanted calls that were turned away, as the phone system acknowledged."""
    return is_unwanted(cell) and cell.happened is Happened.REFUSED


def came_through(cell: Cell) -> bool:
    """Whether these are unwanted calls of which no refusal was acknowledged."""
    return is_unwanted(cell) and cell.happened is not Happened.REFUSED


def reviews(report: Report) -> list[Review]:
    """The refused calls of a week that may have been wanted: what a person said first, then what came most often."""
    doubted = [
        *((Doubt.SAID_WANTED, call) for call in report.false_positives.items),
        *((Doubt.ONLY_LISTED, call) for call in report.unwanted.items if _only_listed(call)),
        *((Doubt.HOUSE_RULE, call) for call in report.refused.items),
    ]
    calls: dict[tuple[Doubt, str, str], list[SeenCall]] = {}
    for doubt, call in doubted:
        calls.setdefault((doubt, call.number, "" if call.number else call.reason), []).append(call)
    found = [
        Review(doubt, number, last.presented == "e164", last.reason, len(its), last.local, last.match, last.call)
        for (doubt, number, _), its in calls.items()
        for last in its[-1:]
    ]
    return sorted(found, key=lambda one: (list(Doubt).index(one.doubt), -one.calls, one.number, one.reason))


def _only_listed(call: SeenCall) -> bool:
    return call.happened is Happened.REFUSED and not call.statement.mark and call.reason not in _OWN_WORD


def tasks(report: Report, beside: Beside) -> list[Task]:
    """What the household does best now, at most `MOST_TASKS`, the most useful first."""
    overdue = [
        Task(What.OVERDUE, 0, item.company, beside.name_of(item.company), item)
        for item in beside.followups
        if item.due in NEXT_STEPS and item.on <= report.week.sunday
    ]
    return [*_repairs(report, beside), *overdue, *_words(report), *_levers(report, beside)][:MOST_TASKS]


def _repairs(report: Report, beside: Beside) -> Iterable[Task]:
    """What costs calls or evidence as long as it isn't done."""
    if report.fault:
        yield Task(What.LEDGER, 0, "")
    if report.totals.unscreened:
        yield Task(What.UNSCREENED, report.totals.unscreened, "")
    if stale := stale_at_end(beside.stale, parse_time(report.end)):
        yield Task(What.STALE, 0, stale[0].source if len(stale) == 1 else "")
    numbers = Counter(call.number for call in report.false_positives.items if call.presented == "e164")
    for number, calls in sorted(numbers.items(), key=lambda item: (-item[1], item[0]))[:1]:
        yield Task(What.WANTED, calls, number)


def _words(report: Report) -> Iterable[Task]:
    """What only a person can say."""
    nameless = [call for call in report.unwanted.items if call.happened is not Happened.REFUSED]
    nameless = [call for call in nameless if not call.statement.said_company]
    if nameless:
        yield Task(What.SAY_WHO, len(nameless), nameless[-1].call)
    if report.suspected.items:
        yield Task(What.SETTLE, report.suspected.total, report.suspected.items[-1].call)


def _levers(report: Report, beside: Beside) -> Iterable[Task]:
    """What can be done about companies: a complaint where one called after an objection, else the objection."""
    pointing: Counter[str] = Counter()
    calls: Counter[str] = Counter()
    for call in (*report.unwanted.items, *report.elsewhere.items):
        known = beside.companies.get(call.statement.company)
        if known is not None and call.standing is Standing.UNWANTED:
            calls[known.slug] += 1
            pointing[known.slug] += any(flag.finding is Finding.POINTS_TO for flag in beside.flags.get(call.call, ()))
    known_now = {known.slug: known for known in beside.companies.values()}
    most_first = sorted(calls, key=lambda slug: (-calls[slug], slug))
    for slug in most_first:
        if known_now[slug].objected and pointing[slug]:
            yield Task(What.COMPLAIN, pointing[slug], slug, known_now[slug].name)
    for slug in most_first:
        if not known_now[slug].objected:
            yield Task(What.OBJECT, calls[slug], slug, known_now[slug].name)
