"""What is due when: answers to letters, reminders and complaints, registers that take effect, former customers' years.

Reckons days only, out of the household's own file and the law files. A month ends as Regulation (EEC, Euratom) 1182/71
has it: the day of arrival isn't counted; it ends with the day of the same date, or the last of a shorter month; and
where that is a Saturday, Sunday or public holiday of the addressee's country, with the next working day. Where the day
of arrival isn't known, a time for the post is assumed, and said so. What a person is told of it,
`pages/followup_words.py` decides.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import NamedTuple

from blocker.core.household_facts import Asks, How
from blocker.core.household_file import HouseholdFile, Objection, Request
from blocker.core.household_predicates import ContractEnd, Objected
from blocker.core.law import LawBook
from blocker.core.law_time import Wait, add_months
from blocker.core.letter import Regime, regime_of
from blocker.core.registers import CalendarOver, waiting

POST = timedelta(days=7)
"""How long a letter is taken to travel where nobody knows; ours, and on the safe side."""

LONGEST = timedelta(days=100)
"""Within which a time for an answer surely ends, an extended one too."""

REMINDED = timedelta(days=14)
"""How long a reminder waits before the complaint; ours."""

_IN_WRITING = frozenset(map(str, (How.POST, How.E_MAIL, How.WEB)))
_SATURDAY = 5


class Due(StrEnum):
    """What a day is for."""

    ANSWER = "answer-due"
    """Last day for a company's answer."""
    REMIND = "remind-or-complain"
    """The answer is overdue: a reminder or a complaint."""
    COMPLAIN = "complain"
    """A reminder was sent, and waited for long enough."""
    HEED = "objection-takes-effect"
    """From then on calls count, where the law gives a company time to heed an objection."""
    REGISTER = "register-takes-effect"
    FORMER = "former-customer"
    """The years in which a company may still call a former customer are over."""


NEXT_STEPS = frozenset({Due.REMIND, Due.COMPLAIN})
"""Days from which on the household has something to do; from the others on, something is so."""


class FollowUp(NamedTuple):
    """One day that matters."""

    on: date
    due: Due
    company: str
    """Slug; empty where it is about no company."""
    what: str
    """For a register its key; for `FORMER` the citation; else empty."""
    line: str
    """Of a registration; empty for all."""
    since: date
    """What it is counted from: the day of the letter, the reminder, the registration, the contract's end."""
    sure: bool
    """Whether all days it rests on are known; else a time for the post was assumed."""
    extended: date | None
    """Last day, if the company says within the month that it needs longer (GDPR art. 12(3))."""
    entry: int
    """The number of the entry that it follows from."""


class Written(NamedTuple):
    """A letter that was sent, out of the entries that say so."""

    company: str
    on: date
    how: str
    delivered: date | None
    answered: bool
    objects: bool
    asks_access: bool
    entries: tuple[int, ...]

    @property
    def received(self) -> date:
        """When it came, or is taken to have come."""
        return self.delivered or (self.on + POST if self.how == How.POST else self.on)

    @property
    def sure(self) -> bool:
        return self.delivered is not None or self.how != How.POST


def answer_by(received: date, holidays: Collection[date], months: int = 1) -> date:
    """The last day of a time in months from the day on which a letter came.

    Args:
        received: the day.
        holidays: public ones where the addressee is.
        months: 1 by GDPR art. 12(3); 3 where the company extended the time as it may.
    """
    day = add_months(received, months)
    while day.weekday() >= _SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def received(item: Objection | Request, zone: tzinfo) -> date:
    """When something written came, or is taken to have come: where nobody knows how it went, as if by post."""
    on = item.when.astimezone(zone).date() if isinstance(item.when, datetime) else item.when
    return item.delivered or (on if item.how in _IN_WRITING - {How.POST} else on + POST)


def letters_sent(file: HouseholdFile) -> tuple[Written, ...]:
    """The objections and requests for access made in writing, those in one letter together, the oldest first."""
    together: dict[tuple[str, date, str], list[Objection | Request]] = {}
    asked = [item for item in file.requests if item.asks == Asks.ACCESS]
    for item in _of_today([*file.objections, *asked]):
        if item.how in _IN_WRITING and not isinstance(item.when, datetime):
            together.setdefault((item.company, item.when, item.how), []).append(item)
    letters = [
        Written(
            company,
            on,
            how,
            delivered=min((item.delivered for item in items if item.delivered), default=None),
            answered=all(item.answered for item in items),
            objects=any(isinstance(item, Objection) for item in items),
            asks_access=any(isinstance(item, Request) for item in items),
            entries=tuple(item.n for item in items),
        )
        for (company, on, how), items in together.items()
    ]
    return tuple(sorted(letters, key=lambda letter: (letter.on, letter.company)))


def _of_today(items: Iterable[Objection | Request]) -> list[Objection | Request]:
    """Each once, as the company's that it has gone into by now: that one comes last."""
    return list({(type(item), item.n or item.key): item for item in items}.values())


def last_day(letter: Written, regime: Regime, laws: LawBook, calendar: CalendarOver, country: str) -> date | None:
    """The last day for an answer to a letter, or for heeding it; None where the law gives none.

    Args:
        letter: the letter.
        regime: the law that it rests on.
        laws: all provisions.
        calendar: the public holidays around some days in a country.
        country: where the addressee is: ISO 3166-1 alpha-2.
    """
    if regime is not Regime.US:
        around = [letter.received, letter.received + LONGEST]
        return answer_by(letter.received, calendar(around, country).national)
    return _heeded(letter, laws, calendar, "US") if letter.objects else None


def _heeded(letter: Written, laws: LawBook, calendar: CalendarOver, country: str) -> date | None:
    """The last day that a law gives a company for heeding an objection; None where it gives none."""
    waits = [
        Wait(0, item.parameters.calendar_days, item.parameters.working_days)
        for item in laws
        if item.country == country
        and isinstance(item.parameters, Objected)
        and item.valid_from <= letter.received <= item.valid_to
    ]
    holidays = calendar([letter.received], country).national
    return max((wait.last_day(letter.received, holidays) for wait in waits if wait), default=None)


def followups(
    file: HouseholdFile,
    laws: LawBook,
    calendar: CalendarOver,
    *,
    country: str,
    country_of: Callable[[str], str],
) -> tuple[FollowUp, ...]:
    """All days that follow from what the household has said, past ones too, in their order.

    Args:
        file: the household's file.
        laws: all provisions.
        calendar: the public holidays around some days in a country.
        country: of the household: ISO 3166-1 alpha-2.
        country_of: that of a company, by its slug.
    """
    found = [
        *_of_letters(file, laws, calendar, country, country_of),
        *_of_registers(file, laws, calendar),
        *_of_contracts(file, laws, country),
    ]
    return tuple(sorted(found, key=lambda item: (item.on, item.due, item.company, item.what, item.line)))


def _of_letters(
    file: HouseholdFile, laws: LawBook, calendar: CalendarOver, country: str, country_of: Callable[[str], str]
) -> Iterator[FollowUp]:
    regime = regime_of(country)
    for letter in letters_sent(file):
        entry = letter.entries[0]
        if letter.objects and (last := _heeded(letter, laws, calendar, country)):
            day = last + timedelta(days=1)
            yield FollowUp(day, Due.HEED, letter.company, "", "", letter.on, letter.sure, None, entry)
        if letter.answered or regime is None or regime is Regime.US:
            continue
        where = country_of(letter.company) or country
        last = last_day(letter, regime, laws, calendar, where)
        if last is None:
            continue
        holidays = calendar([letter.received, letter.received + LONGEST], where).national
        longer = answer_by(letter.received, holidays, months=3)
        yield FollowUp(last, Due.ANSWER, letter.company, "", "", letter.on, letter.sure, longer, entry)
        reminded = [item for item in file.requested(letter.company) if item.asks == Asks.ANSWER and item.when > last]
        if not reminded:
            day = last + timedelta(days=1)
            yield FollowUp(day, Due.REMIND, letter.company, "", "", letter.on, letter.sure, longer, entry)
        elif not any(item.answered for item in reminded):
            since = max(item.when for item in reminded)
            day = since + REMINDED
            yield FollowUp(day, Due.COMPLAIN, letter.company, "", "", since, True, longer, entry)  # noqa: FBT003


def _of_registers(file: HouseholdFile, laws: LawBook, calendar: CalendarOver) -> Iterator[FollowUp]:
    for item in file.registrations:
        wait = waiting(laws, item.register, item.on, calendar)
        if wait is not None and (item.until is None or wait.counts_from <= item.until):
            yield FollowUp(
                wait.counts_from, Due.REGISTER, "", item.register, item.line, item.on, sure=True, extended=None,
                entry=item.n,
            )  # fmt: skip


def _of_contracts(file: HouseholdFile, laws: LawBook, country: str) -> Iterator[FollowUp]:
    allowing = [
        (item, item.parameters) for item in laws if item.country == country and isinstance(item.parameters, ContractEnd)
    ]
    for contract in {item.n or id(item): item for item in file.contracts}.values():
        for provision, rule in allowing if contract.until else ():
            day = add_months(contract.until or date.max, rule.months) + timedelta(days=1)
            if provision.valid_from <= day <= provision.valid_to:
                yield FollowUp(
                    day, Due.FORMER, contract.company, provision.citation, "", contract.until or date.max, sure=True,
                    extended=None, entry=contract.n,
                )  # fmt: skip
