"""What the household told companies to stop, how it got there, and what came back: the objections of its file.

Decides which objection is meant when more is said of one. An objection is said again with what is new, since an entry
is never changed; `core/household_entries.py` has the later one stand for the earlier.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from blocker.core.attached import What
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, How
from blocker.core.household_file import HouseholdFile
from blocker.core.typed import remark, telling, word_of
from blocker.dossiers import Here
from blocker.errors import UsageError
from blocker.filing.company_facts import CompanyFacts, said_again
from blocker.filing.proofs import Proofs, named_files

_Done = dict[str, Any]


class Objecting:
    """The household's objections."""

    def __init__(self, proofs: Proofs, file: Callable[[], Awaitable[HouseholdFile]], here: Here) -> None:
        """`file` gives what was said so far, companies that were taken over standing for their heirs too."""
        self._proofs, self._file, self._here = proofs, file, here
        self._companies = CompanyFacts(file, here)

    async def object(
        self,
        company: str,
        *,
        on: str,
        how: str | None = None,
        to: str = "",
        text: str = "",
        letter: str = "",
        delivered: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that the household told a company to stop; said again with the same day and way, it is added to.

        Args:
            company: a name, as a person types it.
            on: the day on which it was sent or said.
            how: a `How`.
            to: whom it was sent to.
            text: what it said.
            letter: path of the file that was sent.
            delivered: the day on which it arrived.
            proofs: paths of files that show it.
            by: who says so.

        Raises:
            UsageError: the name means no company or several, or a day, a way, a text or a file can't be used.
        """
        fact = Fact(
            EntryKind.OBJECTION,
            on=self._here.day(on, "on"),
            how=word_of(how, How) if how else None,
            to=remark(to, "whom it was sent to"),
            text=telling(text, "the text of the objection"),
            delivered=self._here.day(delivered, "delivered"),
        )
        files = named_files(proofs) + named_files([letter], What.LETTER)
        found, (settled,) = await self._companies.settled(company, [fact])
        return await self._proofs.record(settled, files, by) | {"company": found.slug, "name": found.name}

    async def delivered(
        self,
        company: str,
        *,
        on: str,
        objected_on: str | None = None,
        how: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say on which day an objection arrived.

        Args:
            company: a name, as a person types it.
            on: the day.
            objected_on: the day of the objection that is meant; the latest one's where none is given.
            how: the way it was made, where there are several of that day.
            proofs: paths of files that show it.
            by: who says so.

        Raises:
            UsageError: no such objection is recorded, or more than one, or it arrived before it was sent.
        """
        found, said = await self._objection(company, objected_on, how)
        fact = dataclasses.replace(said, delivered=self._here.day(on, "delivered on"))
        return await self._proofs.record(fact.sensible(), named_files(proofs), by) | found

    async def answered(
        self,
        company: str,
        *,
        on: str,
        answer: str = "",
        letter: str = "",
        objected_on: str | None = None,
        how: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say what a company answered to an objection, and when; `letter` is the path of the file that came.

        Raises:
            UsageError: as for `delivered`.
        """
        found, said = await self._objection(company, objected_on, how)
        came = telling(answer, "the answer")
        fact = dataclasses.replace(said, answered=self._here.day(on, "answered on"), answer=came or said.answer)
        files = named_files(proofs) + named_files([letter], What.ANSWER)
        return await self._proofs.record(fact.sensible(), files, by) | found

    async def _objection(self, company: str, objected_on: str | None, how: str | None) -> tuple[_Done, Fact]:
        """The company of today, and an objection to it that was recorded, to be said again with more."""
        found, day = self._companies.company(company), self._here.day(objected_on, "objected on")
        file = await self._file()
        way = str(word_of(how, How)) if how else None
        made = [item for item in file.objected(found.slug) if day in {None, item.when} and way in {None, item.how}]
        if not made:
            when = f" of {day}" if day else ""
            raise UsageError(f"no objection to {found.name}{when} is recorded (blocker household object records one)")
        latest = max(str(item.when) for item in made)
        meant = [item for item in made if str(item.when) == latest]
        if len(meant) > 1:
            ways = ", ".join(item.how or "(not said)" for item in meant)
            raise UsageError(
                f"{found.name} was objected to on {latest} in several ways: {ways} (say which, with --how)"
            )
        # as it was recorded, which may be of a company that has gone into this one
        recorded = next(item for item in file.objections if item.n == meant[0].n)
        again = dataclasses.replace(said_again(recorded), said_company=company)
        return {"company": found.slug, "name": found.name}, again
