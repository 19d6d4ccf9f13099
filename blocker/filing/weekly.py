"""Gathers what a week's report shows beside its own figures: law, ends of calls, companies, days to compare with.

Decides that a call is judged with all that was said of earlier calls for the same company, however long ago, and how
many calls of a week are judged at most. What the law makes of them, `judging.py` and core decide; what is drawn of it
all, `core/weekly.py`.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from blocker.core.asked import Asked, LookedUp, looked_up_of
from blocker.core.company import CompanyBook
from blocker.core.company_calls import CompanyCall
from blocker.core.counts import Span, company_key
from blocker.core.entry import EntryKind
from blocker.core.followups import followups
from blocker.core.household_file import HouseholdFile
from blocker.core.law import LawFlag
from blocker.core.observed import seen_call
from blocker.core.stale import stale_between
from blocker.core.succession import heir
from blocker.core.told_in_calls import with_statements
from blocker.core.watching import KINDS, unwatched
from blocker.core.week import Week
from blocker.core.weekly import LEAST_WATCHED, Beside, KnownCompany, MarkedDay, MarkKind
from blocker.dossiers import Rules, read_file
from blocker.filing.campaign_search import Ledger
from blocker.filing.campaigning import look
from blocker.filing.judging import facts_of, judged
from blocker.filing.naming import calls_spoken_of
from blocker.filing.scoring import Scoring

MOST_JUDGED = 500
"""Calls of a week that are judged by law at most: the first ones. More than that nobody marks in a week."""


ASKED_WITHIN = timedelta(days=1)
"""So long after a call somebody may still be asked about its caller; `asking.py` waits an hour at most."""


async def _asked(ledger: Ledger, start: datetime, end: datetime) -> tuple[Asked, ...]:
    """What others said of the callers of the calls that came between two instants (aware)."""
    said: dict[str, LookedUp] = {}
    async for entry in ledger.entries([EntryKind.LOOKED_UP], since=start, until=end + ASKED_WITHIN):
        told = looked_up_of(entry.n, entry.content)
        said[told.call] = told
    if not said:
        return ()
    kinds = [EntryKind.CALL_SCREENED]
    calls = [
        seen_call(entry.n, entry.content, None)
        async for entry in ledger.entries(kinds, since=start, until=end, calls=said.keys())
    ]
    return tuple(Asked(call.call, call.local, call.line, call.number, said[call.call]) for call in calls)


def _as_said(calls: Sequence[CompanyCall]) -> dict[str, KnownCompany]:
    """The companies that no rule knows, as they were spelt last, by what they are counted under."""
    named = {
        company_key(call.seen.statement): " ".join(call.seen.statement.said_company.split())
        for call in calls
        if call.seen.statement.said_company and not call.seen.statement.company
    }
    return {key: KnownCompany(key, name, objected=False) for key, name in named.items()}


class Said(NamedTuple):
    """What people said until the end of a week, and of its calls."""

    file: HouseholdFile
    calls: Sequence[CompanyCall]
    """All that were ever spoken of, in the order of time."""
    flags: Mapping[str, tuple[LawFlag, ...]]
    """What the week's calls point to, by their ids."""
    unjudged: int
    """How many marketing calls of the week weren't judged, for their number."""


class Gathering:
    """What is needed to gather; reads only."""

    def __init__(self, book: CompanyBook, rules: Rules, lines: Mapping[str, str], region: str, zone: ZoneInfo) -> None:
        """Nothing is read yet.

        Args:
            book: the companies that the rules know.
            rules: what calls are judged by.
            lines: the household's lines with the country (ISO 3166-1) of each.
            region: the household's country.
            zone: the household's.
        """
        self._book, self._rules, self._lines, self._region, self._zone = book, rules, lines, region, zone

    async def said(self, ledger: Ledger, week: Week) -> Said:
        """What people said, and what the law makes of it: all that the calls' own rows show beside the calls.

        Args:
            ledger: at the moment that the report is about.
            week: which week.

        Raises:
            LedgerError: the ledger can't be read.
        """
        file = await read_file(ledger, self._book, week.sunday)
        calls = await calls_spoken_of(ledger, self._lines, self._region)
        start, end = week.bounds(self._zone)
        of_week = [call.seen.call for call in calls if call.marketing and start <= call.at < end]
        flags = self._flags(calls, file, set(of_week[:MOST_JUDGED]), week.sunday)
        return Said(file, calls, flags, len(of_week[MOST_JUDGED:]))

    async def beside(self, ledger: Ledger, week: Week, said: Said, year: Span) -> Beside:
        """Everything beside a week's own figures.

        Args:
            ledger: at the moment that the report is about.
            week: which week.
            said: what `said` gave for it.
            year: the calls of the weeks up to it.

        Raises:
            LedgerError: the ledger can't be read.
        """
        file, calls = said.file, said.calls
        start, end = week.bounds(self._zone)
        days = followups(
            file, self._rules.laws, self._rules.calendar, country=self._region, country_of=self._country_of
        )
        slugs = {call.said.company for call in calls if call.said.company} | {
            day.company for day in days if day.company
        }
        looked = await look(ledger, year, self._zone)
        stale = [(one.n, one.content) async for one in ledger.entries([EntryKind.LIST_STALE])]
        scoring = Scoring(self._book, self._rules, self._region)
        return Beside(
            year=year,
            marked=self._marked(file, year.weeks[0].week.monday, week.sunday),
            flags=said.flags,
            unjudged=said.unjudged,
            companies=_as_said(calls) | {slug: self._known(slug, file, week.sunday) for slug in sorted(slugs)},
            followups=days,
            scores=tuple(
                scoring.board(calls, file, year.weeks[0].week.bounds(self._zone)[0], end.astimezone(self._zone))
            ),
            campaigns=looked.found,
            campaign_weeks=looked.weeks,
            unwatched=await self._unwatched(ledger, year),
            stale=stale_between(stale, start, end, self._zone),
            asked=await _asked(ledger, start, end),
            registers=self._rules.laws.registers,
        )

    async def _unwatched(self, ledger: Ledger, year: Span) -> frozenset[Week]:
        weeks = [counted.week for counted in year.weeks]
        told = [(entry.n, entry.content) async for entry in ledger.entries(KINDS)]
        found = unwatched(told, [week.bounds(self._zone) for week in weeks], self._zone, least=LEAST_WATCHED)
        return frozenset(week for week, nobody in zip(weeks, found, strict=True) if nobody)

    def _country_of(self, slug: str) -> str:
        company = self._book.by_slug(slug)
        return company.country if company else self._region

    def _known(self, slug: str, file: HouseholdFile, on: date) -> KnownCompany:
        now = heir(self._book, slug, on)
        return KnownCompany(now, self._named(now), objected=bool(file.objected(now)))

    def _marked(self, file: HouseholdFile, first: date, last: date) -> tuple[MarkedDay, ...]:
        """The days between these on which something began that callers had to heed."""
        days = [
            MarkedDay(self._day(item.when), MarkKind.OBJECTION, self._named(item.company)) for item in file.objections
        ]
        for registration in file.registrations:
            counts_from = self._rules.counts_from(registration)
            if counts_from is not None:
                days.append(MarkedDay(counts_from, MarkKind.REGISTER, registration.register))
        return tuple(sorted({day for day in days if first <= day.day <= last}))

    def _named(self, slug: str) -> str:
        company = self._book.by_slug(slug)
        return company.name if company else slug

    def _day(self, when: date | datetime) -> date:
        return when.astimezone(self._zone).date() if isinstance(when, datetime) else when

    def _flags(
        self, calls: Sequence[CompanyCall], file: HouseholdFile, wanted: Collection[str], on: date
    ) -> dict[str, tuple[LawFlag, ...]]:
        """What calls point to, each held against the company that it was for; nothing without a person's word."""
        by_company: dict[str, list[CompanyCall]] = {}
        for call in calls:
            by_company.setdefault(self._held_against(call, on), []).append(call)
        found: dict[str, tuple[LawFlag, ...]] = {}
        for company, its in by_company.items():
            if not any(call.seen.call in wanted for call in its):
                continue
            known = self._book.by_slug(company)
            sector = known.sector if known else ""
            flags = judged(
                its,
                with_statements(file, company, its) if company else file,
                lambda call, company=company, sector=sector: facts_of(call, company, sector, self._rules.ranges),  # type: ignore[misc]
                self._rules.laws,
                self._rules.calendar,
                only=lambda call: call.seen.call in wanted,
            )
            found |= {call.seen.call: its_flags for call, its_flags in zip(its, flags, strict=True) if its_flags}
        return found

    def _held_against(self, call: CompanyCall, on: date) -> str:
        """The slug of the company that a call was for; the name as said where no rule knows it; empty for nobody's."""
        return heir(self._book, call.said.company, on) if call.said.company else company_key(call.seen.statement)
