"""Which company the household's facts are about, and what they go on from: shared by all that is said of companies.

Decides what a name means on the day of each fact, and what a new word about the same thing keeps of the old. What facts
there are, and which days of one make sense, `core/household_facts.py` decides.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import date

from blocker.core.company import Company
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Asks, Fact, How, Says
from blocker.core.household_file import HouseholdFile, Objection, Request
from blocker.core.typed import the_company
from blocker.dossiers import Here
from blocker.errors import UsageError


class CompanyFacts:
    """Settles what is said about companies before it is recorded."""

    def __init__(self, file: Callable[[], Awaitable[HouseholdFile]], here: Here) -> None:
        """`file` gives what was said so far, companies that were taken over standing for their heirs too."""
        self._file, self._here = file, here

    def company(self, said: str) -> Company:
        """The company that a name means today, or the one that it has gone into.

        Raises:
            UsageError: it means none, or several.
        """
        return self._meant(said, [], also_today=True)[0]

    async def settled(self, said: str, facts: list[Fact], *, also_today: bool = False) -> tuple[Company, list[Fact]]:
        """The company of today that a name means, and the facts with the company that it meant on the day of each.

        Args:
            said: its slug or one of its names, also a former one, as a person types it.
            facts: without their company.
            also_today: whether the name must mean the same company today.

        Raises:
            UsageError: it means none, or several, or not the same on all these days; or days make no sense together.
        """
        found, meant = self._meant(said, facts, also_today=also_today)
        file = await self._file()
        return found, [_going_on(found.slug, fact, file).sensible() for fact in meant]

    def _meant(self, said: str, facts: list[Fact], *, also_today: bool) -> tuple[Company, list[Fact]]:
        today, book, region = self._here.today(), self._here.book(), self._here.region
        named = [the_company(book, said, self._day(fact) or today, region) for fact in facts]
        meant = [*named, the_company(book, said, today, region)] if also_today else named
        heirs = {company.slug: company for company in (book.successor(one.slug, today) or one for one in meant)}
        if len(heirs) > 1:
            names = " and ".join(f"{company.name} ({slug})" for slug, company in heirs.items())
            what = "say it in a command for each, by the name in brackets"
            raise UsageError(f"“{said}” means {names}, each on one of the days that this is about ({what})")
        (found,) = heirs.values()
        about = [
            dataclasses.replace(fact, company=company.slug, said_company=said)
            for fact, company in zip(facts, named, strict=True)
        ]
        return found, about

    def _day(self, fact: Fact) -> date | None:
        begins = fact.begins.astimezone(self._here.zone).date() if fact.begins else None
        return (None if fact.kind is EntryKind.CONSENT else fact.until) or fact.since or fact.on or begins


def said_again(item: Objection | Request) -> Fact:
    """What was recorded of an objection or a request, to be said again with more."""
    asks = Asks(item.asks) if isinstance(item, Request) else None
    return Fact(
        EntryKind.REQUEST if asks else EntryKind.OBJECTION,
        company=item.company,
        said_company=item.company,
        asks=asks,
        on=date.fromisoformat(str(item.when)),
        how=How(item.how) if item.how else None,
        to=item.to,
        text=item.text,
        delivered=item.delivered,
        answered=item.answered,
        answer=item.answer,
        proofs=item.proofs,
    )


def _going_on(slug: str, fact: Fact, file: HouseholdFile) -> Fact:
    """The fact with what was said before of the same thing, where it doesn't say it anew."""
    if fact.says is not Says.YES:
        return fact
    match fact.kind:
        case EntryKind.CONTRACT if fact.until and not fact.since:
            running = [item for item in file.contracts if item.company == slug and item.until is None]
            if running:
                return dataclasses.replace(fact, since=running[0].since, proofs=_with(running[0].proofs, fact.proofs))
        case EntryKind.OBJECTION | EntryKind.REQUEST:
            return _with_said(fact, _written_before(slug, fact, file))
        case EntryKind.CONSENT:
            for given in file.consents:
                if (given.company, given.when) == (slug, fact.on):
                    proofs = _with(given.proofs, fact.proofs)
                    return dataclasses.replace(fact, until=fact.until or given.until, proofs=proofs)
        case _:
            pass
    return fact


def _written_before(slug: str, fact: Fact, file: HouseholdFile) -> Objection | Request | None:
    how = str(fact.how or "")
    if fact.kind is EntryKind.OBJECTION:
        return next((item for item in file.objected(slug) if (item.when, item.how) == (fact.on, how)), None)
    key = fact.on, str(fact.asks), how
    return next((item for item in file.requested(slug) if (item.when, item.asks, item.how) == key), None)


def _with_said(fact: Fact, said: Objection | Request | None) -> Fact:
    return (
        fact
        if said is None
        else dataclasses.replace(
            fact,
            to=fact.to or said.to,
            text=fact.text or said.text,
            delivered=fact.delivered or said.delivered,
            answered=fact.answered or said.answered,
            answer=fact.answer or said.answer,
            proofs=_with(said.proofs, fact.proofs),
        )
    )


def _with(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(before + new))
