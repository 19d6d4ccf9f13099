"""A complaint about a company, or about whoever called: the case drawn together from ledger and rules, and its drafts.

Decides which calls a case is about: those of which a person says that they were marketing, within the time asked for.
Which of them a regulator takes and what is written into its form, `core/complaint.py` decides. Sends nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from blocker.core.company import Company
from blocker.core.company_calls import CompanyCall
from blocker.core.complaint import Draft, draft
from blocker.core.complaint_case import Beside, Case, JudgedCall
from blocker.core.followups import LONGEST, received
from blocker.core.form_words import FormWords
from blocker.core.household_file import HouseholdFile
from blocker.core.law import LawFlag
from blocker.core.law_time import Holidays
from blocker.core.ledger_ports import Entries
from blocker.core.regulator import About, Regulator
from blocker.core.succession import one_by_now
from blocker.core.told_in_calls import with_statements
from blocker.core.typed import the_company
from blocker.dossiers import Here, Rules, read_attached, read_file
from blocker.errors import UsageError
from blocker.filing.judging import facts_of, judged
from blocker.filing.naming import calls_spoken_of, unnamed_from
from blocker.filing.simulated import made_up
from blocker.filing.statements import meant


@dataclass(frozen=True, slots=True)
class Asked:
    """What a complaint is to be about."""

    company: str = ""
    """As it was typed; empty for whoever called."""
    since: date | None = None
    until: date | None = None
    """Last day."""

    def holds(self, call: CompanyCall) -> bool:
        """Whether a call came within the time."""
        day = call.at.date()
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class Complaining:
    """Makes drafts of complaints."""

    def __init__(
        self,
        ledger: Entries,
        rules: Rules,
        here: Here,
        words: Callable[[str], FormWords],
        *,
        countries: Mapping[str, str],
        numbers: Mapping[str, str],
    ) -> None:
        """`words` gives those of forms by language; `countries` and `numbers` (E.164) are of the household's lines."""
        self._ledger, self._rules, self._countries, self._numbers = ledger, rules, countries, numbers
        self._here, self._words = here, words

    async def case(self, asked: Asked) -> Case:
        """Everything that complaints about this may draw on.

        Raises:
            UsageError: the name means no company or several, or the time is none.
            LedgerError: the ledger can't be read.
        """
        if asked.since and asked.until and asked.until < asked.since:
            raise UsageError(f"{asked.until} is before {asked.since}, so that no call lies between them")
        book, today = self._here.book(), self._here.today()
        company = the_company(book, asked.company, today, self._here.region) if asked.company else None
        file = await read_file(self._ledger, book, today)
        spoken = await calls_spoken_of(self._ledger, self._countries, self._here.region)
        marketing = [call for call in spoken if call.marketing]
        slugs = one_by_now(book, [company.slug], today) if company else frozenset[str]()
        mine = [call for call in marketing if not company or {call.said.company, call.said.call_centre} & slugs]
        if company:
            file = with_statements(file, company.slug, [call for call in mine if call.said.company in slugs])
        flags = self._judged(mine, company, slugs, file)
        calls = tuple(
            JudgedCall(call, its, self._holiday(call))
            for call, its in zip(mine, flags, strict=True)
            if asked.holds(call)
        )
        unnamed = tuple(
            call for call in marketing if asked.holds(call) and not (call.said.said_company or call.said.company)
        )
        return Case(
            company=company,
            slugs=slugs,
            calls=calls,
            unnamed=unnamed,
            beside=await self._beside(asked, mine),
            file=file,
            files=await read_attached(self._ledger),
            counts_from=self._rules.counts_from,
            numbers=self._numbers,
            today=today,
            zone=self._here.zone,
            unclear=tuple(call for call in marketing if asked.holds(call) and self._unclear(call, slugs)),
            holidays=self._holidays(company, file),
            simulated=await made_up(self._ledger, mine),
        )

    async def _beside(self, asked: Asked, mine: list[CompanyCall]) -> tuple[Beside, ...]:
        named = [call for call in mine if asked.holds(call)]
        others = await unnamed_from(self._ledger, named)
        return tuple(Beside(call.at, call.seen.number, call.to_the_minute) for call in others if asked.holds(call))

    def drafted(self, regulator: Regulator, case: Case, language: str, number: str = "") -> Draft:
        """A draft for a regulator.

        Args:
            regulator: whose form it is.
            case: what it is about.
            language: to write in, if the form has it.
            number: E.164; see `core/complaint.py`.

        Raises:
            UsageError: the form is about a company, and none was named.
        """
        if regulator.about is About.COMPANY and case.company is None:
            raise UsageError(f"a complaint to {regulator.slug} is about a company (add --company NAME)")
        return draft(regulator, case, self._words(regulator.language(language)), number=number)

    def _judged(
        self, calls: list[CompanyCall], company: Company | None, slugs: frozenset[str], file: HouseholdFile
    ) -> list[tuple[LawFlag, ...]]:
        if company is None:
            return [()] * len(calls)  # who called isn't known: no rule about a company can be asked
        return judged(
            calls,
            file,
            lambda call: facts_of(
                call,
                company.slug if call.said.company in slugs else call.said.company or "",
                company.sector,
                self._rules.ranges,
            ),
            self._rules.laws,
            self._rules.calendar,
        )

    def _unclear(self, call: CompanyCall, slugs: frozenset[str]) -> bool:
        """Whether a name that was unclear when it was said means one of these companies by now."""
        name = "" if call.said.company else call.said.said_company or ""
        return bool(name) and meant(self._here.book(), name, call.at.date(), self._here.region).slug in slugs

    def _holidays(self, company: Company | None, file: HouseholdFile) -> frozenset[date]:
        """Around the months in which a company may answer what was written to it."""
        if company is None:
            return frozenset()
        days = [received(item, self._here.zone) for item in file.objected(company.slug)]
        days += [received(item, self._here.zone) for item in file.requested(company.slug)]
        around = [*days, *(day + LONGEST for day in days)]
        return self._rules.calendar(around, company.country).national

    def _holiday(self, call: CompanyCall) -> bool:
        day = call.at.date()
        return day in self._rules.calendar([day], call.country).of(Holidays.NATIONAL)
