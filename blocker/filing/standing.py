"""What the household says about itself, and keeps proofs of: the file that a regulator asks for.

Decides which of it makes sense: lines and registers must be known, days must have come, a proof must be there. Each
thing said is one entry, with its proofs in the same append. What an entry means beside the earlier ones,
`core/household_entries.py` decides; what follows from it by law, `core/law.py`. The methods take and return plain
values, since they are called alike from the command line and through the control socket.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from blocker.core.attached import What
from blocker.core.entry import EntryKind
from blocker.core.household_facts import CaseState, Fact, Says
from blocker.core.household_file import EVERYBODY, HouseholdFile
from blocker.core.law import LawBook
from blocker.core.local_time import parse_local
from blocker.core.number import E164, NumberPlan, normalise
from blocker.core.registers import known_registers, waiting
from blocker.core.typed import remark, word_of
from blocker.dossiers import Here
from blocker.errors import UsageError
from blocker.filing.company_facts import CompanyFacts
from blocker.filing.proofs import Named, Proofs, named_files
from blocker.holidays_of import calendar_over
from blocker.tomlfile import one_of

_Done = dict[str, Any]


class StandingFile:
    """The household's own part of the evidence."""

    def __init__(
        self,
        proofs: Proofs,
        file: Callable[[], Awaitable[HouseholdFile]],
        laws: Callable[[], LawBook],
        lines: Callable[[], Awaitable[Mapping[str, str]]],
        here: Here,
    ) -> None:
        """`file` gives what was said so far; `lines` the names of the household's lines, with their countries."""
        self._proofs, self._file, self._laws, self._lines, self._here = proofs, file, laws, lines, here
        self._companies = CompanyFacts(file, here)

    async def line(
        self,
        line: str,
        *,
        holder: str = "",
        number: str = "",
        since: str | None = None,
        until: str | None = None,
        take_back: bool = False,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say who holds a line: the complaint must be theirs.

        Raises:
            UsageError: no such line, no holder, or what can't be its number or its days.
        """
        lines = await self._lines()
        if not (holder.strip() or take_back):
            raise UsageError("say who holds the line (add --holder NAME)")
        fact = Fact(
            EntryKind.LINE_HOLDER,
            Says.TAKEN_BACK if take_back else Says.YES,
            line=_line(line, lines),
            holder=remark(holder, "the holder's name"),
            number=_number(number, lines[line]),
            since=self._here.day(since, "since"),
            until=self._here.day(until, "until"),
        )
        return await self._proofs.record(fact.sensible(), named_files(proofs), by)

    async def register(
        self,
        register: str,
        *,
        line: str = "",
        on: str | None = None,
        until: str | None = None,
        take_back: bool = False,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that a line, or with an empty one all of them, stands on a do-not-call register.

        Raises:
            UsageError: the law files name no such register, or there is no such line or day.
        """
        known, lines = known_registers(self._laws()), await self._lines()
        if register not in known:
            raise UsageError(f"no law file names a register “{register}” ({one_of(register, known)})")
        if on is None and not take_back:
            raise UsageError("say since when the line stands on it (add --on DATE)")
        fact = Fact(
            EntryKind.REGISTRATION,
            Says.TAKEN_BACK if take_back else Says.YES,
            register=register,
            line=_line(line, lines) if line else "",
            on=self._here.day(on, "on"),
            until=self._here.day(until, "until"),
        )
        done = await self._proofs.record(fact.sensible(), named_files(proofs), by)
        if fact.on is None:
            return done
        countries = {lines[line]} if line else set(lines.values())
        warnings = [
            f"{register} is a register of {known[register]}, and no law of {country} asks about it"
            for country in sorted(countries - {known[register]})
        ]
        wait = waiting(self._laws(), register, fact.on, calendar_over)
        if wait is None:
            warnings.append(f"no rule of law asks about {register} from {fact.on} on")
        told = {"wait": wait.wait, "counts_from": str(wait.counts_from)} if wait else {}
        return done | told | {"warnings": warnings}

    async def contract(
        self,
        company: str,
        *,
        says: str = Says.YES,
        since: str | None = None,
        until: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that the household is or was a company's customer (`says` yes), never was one, or that that was wrong.

        Raises:
            UsageError: the name means no company or several, or days make no sense.
        """
        word = word_of(says, Says)
        if word is not Says.YES and (since or until):
            raise UsageError("a day of a contract was given, but not that there was one")
        fact = Fact(
            EntryKind.CONTRACT, word, since=self._here.day(since, "since"), until=self._here.day(until, "until")
        )
        return await self._of_company(company, fact, named_files(proofs), by)

    async def consent(
        self,
        company: str,
        *,
        says: str = Says.YES,
        on: str | None = None,
        until: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that the household allowed a company to call, never did (`*`: nobody), or that this was a mistake.

        Raises:
            UsageError: the name means no company or several, everybody was allowed, or days make no sense.
        """
        word = word_of(says, Says)
        if word is Says.YES and on is None:
            raise UsageError("say on which day you gave it (add --on DATE), or that you never did (--never)")
        if word is not Says.YES and (on or until):
            raise UsageError("a day of a consent was given, but not that there was one")
        fact = Fact(EntryKind.CONSENT, word, on=self._here.day(on, "on"), until=self._here.day(until, "until"))
        if company != EVERYBODY:
            return await self._of_company(company, fact, named_files(proofs), by)
        if word is Says.YES:
            raise UsageError("a consent is given to one company; name it")
        everybody = dataclasses.replace(fact, company=EVERYBODY, said_company=EVERYBODY)
        return await self._proofs.record(everybody, named_files(proofs), by)

    async def agreed(
        self,
        company: str,
        *,
        since: str | None = None,
        until: str | None = None,
        take_back: bool = False,
        by: str = "",
    ) -> _Done:
        """Say that the household asked a company for a call between two times, by the clock of the household.

        Raises:
            UsageError: the name means no company or several, or a time is missing, is none, or lies before the other.
        """
        if take_back:
            return await self._of_company(company, Fact(EntryKind.AGREED_TIME, Says.TAKEN_BACK), [], by)
        if since is None or until is None:
            raise UsageError("say from when until when (add --from TIME --until TIME)")
        begins, ends = (parse_local(text, self._here.zone) for text in (since, until))
        return await self._of_company(company, Fact(EntryKind.AGREED_TIME, begins=begins, ends=ends), [], by)

    async def case(self, company: str, state: str, *, on: str | None = None, where: str = "", by: str = "") -> _Done:
        """Open or close a case about a company; while one is open, nothing about the company is erased by age.

        Args:
            company: a name, as a person types it.
            state: a `CaseState`.
            on: the day; today where none is given.
            where: the authority or court. To close, nothing means all of them.
            by: who says so.

        Raises:
            UsageError: the name means no company or several, or the case is open already, or none such is.
        """
        word, place = word_of(state, CaseState), remark(where, "where the case is")
        found = self._companies.company(company)
        there = [item for item in (await self._file()).open_cases if item.company == found.slug]
        if word is CaseState.OPEN and (same := [item for item in there if item.where == place]):
            raise UsageError(f"that case about {found.name} is open since {same[0].on} (entry {same[0].n})")
        meant = [item for item in there if place in {"", item.where}]
        if word is CaseState.CLOSED and not meant:
            others = (
                f"those open are at: {', '.join(item.where or '(not said)' for item in there)}" if there else "none is"
            )
            raise UsageError(f"no such case about {found.name} is open ({others})")
        day = self._here.day(on, "on") or self._here.today()
        if word is CaseState.CLOSED and (late := max(item.on for item in meant)) > day:
            raise UsageError(f"a case can't be closed on {day}, before it was opened on {late} (is the day wrong?)")
        # a case is about the company of today, whatever its name once meant
        fact = Fact(EntryKind.CASE, company=found.slug, said_company=company, on=day, state=word, where=place)
        return await self._proofs.record(fact, [], by) | {"company": found.slug, "name": found.name}

    async def attach(self, file: str, *, what: str = What.PROOF, how: str = "", by: str = "") -> _Done:
        """Put a file beside the ledger, to be named by its sum.

        Raises:
            UsageError: the file can't be kept.
        """
        named = Named(Path(file), word_of(what, What), remark(how, "how it was made"))
        return await self._proofs.record(None, [named], by)

    async def _of_company(self, company: str, fact: Fact, named: list[Named], by: str) -> _Done:
        found, (settled,) = await self._companies.settled(company, [fact])
        return await self._proofs.record(settled, named, by) | {"company": found.slug, "name": found.name}


def _line(name: str, lines: Mapping[str, str]) -> str:
    if name not in lines:
        raise UsageError(
            f"there is no line “{name}” in the configuration or among recorded calls ({one_of(name, lines)}; for "
            "another one, add a table [lines.NAME] to the configuration, or import its calls first)"
        )
    return name


def _number(text: str, country: str) -> str:
    if not text:
        return ""
    caller = normalise(text, None, NumberPlan(country))
    if not isinstance(caller, E164):
        raise UsageError(f"“{text}” is no telephone number (write it like +32 2 555 12 34)")
    return caller.number
