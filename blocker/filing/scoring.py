"""The scores of companies, put together from the calls that were spoken of and the household's own file.

Decides which calls and letters each is scored on: those until a moment, held against what the company has become by
then. The rule itself is `core/scoreboard.py`'s.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from blocker.core.company import CompanyBook
from blocker.core.company_calls import CompanyCall
from blocker.core.followups import last_day, letters_sent
from blocker.core.household_file import HouseholdFile
from blocker.core.letter import regime_of
from blocker.core.scoreboard import Letters, Score, score, scoreboard
from blocker.core.succession import heir
from blocker.core.told_in_calls import with_statements
from blocker.dossiers import Rules


@dataclass(frozen=True, slots=True)
class Scoring:
    """Scores companies; reads nothing."""

    book: CompanyBook
    rules: Rules
    region: str
    """ISO 3166-1 alpha-2 of the household."""

    def board(self, calls: Sequence[CompanyCall], file: HouseholdFile, since: datetime, now: datetime) -> list[Score]:
        """The companies for which a marketing call came since a moment, on all they did until `now`; lowest first.

        Args:
            calls: all that were spoken of, in the order of time.
            file: the household's.
            since: aware.
            now: aware, in the household's zone; what came later doesn't count.
        """
        by_company: dict[str, list[CompanyCall]] = {}
        for call in calls:
            if call.said.company and call.at < now:
                by_company.setdefault(heir(self.book, call.said.company, now.date()), []).append(call)
        return scoreboard([
            self._score(slug, its, file, now)
            for slug, its in by_company.items()
            if any(call.marketing and call.at >= since for call in its)
        ])  # fmt: skip

    def _score(self, slug: str, calls: Sequence[CompanyCall], file: HouseholdFile, now: datetime) -> Score:
        company = self.book.by_slug(slug)
        holidays: Collection[date] = self.rules.calendar({call.at.date() for call in calls}, self.region).national
        return score(
            (slug, company.name if company else slug),
            calls,
            with_statements(file, slug, calls),
            self._letters(slug, company.country if company else self.region, file, now),
            holidays=holidays,
            now=now,
        )

    def _letters(self, slug: str, country: str, file: HouseholdFile, now: datetime) -> Letters:
        """The household's letters whose time is over, and how many of them were answered."""
        regime = regime_of(self.region)
        if regime is None:
            return Letters(0, 0)
        mine = [letter for letter in letters_sent(file) if letter.company == slug]
        ends = [(letter, last_day(letter, regime, self.rules.laws, self.rules.calendar, country)) for letter in mine]
        over = [letter for letter, last in ends if last is not None and last < now.date()]
        return Letters(sum(letter.answered for letter in over), len(over))
