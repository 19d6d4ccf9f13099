"""What the law is judged on: a call's facts, the household's file, earlier calls, holidays; and the form of an answer.

Facts that nobody knows are None and stay unknown. Decides nothing; `predicates.py` answers, `law.py` draws it together.
"""

from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from blocker.core.household_file import HouseholdFile
from blocker.core.law_time import Calendar
from blocker.core.number import E164, MAX_SHORT_DIGITS, Caller, Unavailable, Withheld
from blocker.core.ranges import Range


class Presented(StrEnum):
    """What stood where the caller's number is shown."""

    NUMBER = "number"
    SHORT = "short"
    """A short code, as numbers are dialled inside one country."""
    WITHHELD = "withheld"
    UNAVAILABLE = "unavailable"
    UNREADABLE = "unreadable"

    @classmethod
    def of(cls, caller: Caller) -> "Presented":
        match caller:
            case E164():
                return cls.NUMBER
            case Withheld():
                return cls.WITHHELD
            case Unavailable():
                return cls.UNAVAILABLE
            case _:
                return cls.SHORT if caller.raw.isdigit() and len(caller.raw) <= MAX_SHORT_DIGITS else cls.UNREADABLE


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call: what the machine saw of it, and what a person said about it afterwards. None is “nobody knows”.

    Raises:
        ValueError: `at` has no zone, so that nobody knows when it was.
    """

    at: datetime
    """When it came; aware."""
    zone: tzinfo
    """That of the called line, in which hours, days and the validity of laws are reckoned."""
    country: str
    """ISO 3166-1 alpha-2 of the place where the line is."""
    subdivision: str = ""
    """ISO 3166-2 of its region, such as `US-FL`; empty where it isn't known."""
    line: str = ""
    """The household's name of the line."""
    presented: Presented = Presented.UNREADABLE
    number: str = ""
    """E.164, where `presented` is NUMBER."""
    ranges: tuple[Range, ...] = ()
    """Those that the number lies in on that day, `RangeBook.match`."""
    answered: bool | None = None
    """False: an attempt, refused or unanswered."""
    marketing: bool | None = None
    """What a person said it was; no law here is about any other call."""
    company: str = ""
    """For whom the caller said to call: the slug, or the name as said where no rule knows it; empty if nobody knows."""
    sector: str = ""
    """What was sold: as stated, else the company's sector."""
    recorded_voice: bool | None = None
    silent: bool | None = None
    identity_given: bool | None = None
    """The caller said at the start who they were, for whom they called and that it was about selling."""
    objection_offered: bool | None = None
    """The caller said that one can object to further calls."""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"{self.at} has no time zone")

    @property
    def local(self) -> datetime:
        """When it came, on the clock at the line."""
        return self.at.astimezone(self.zone)

    @property
    def day(self) -> date:
        return self.local.date()


@dataclass(frozen=True, slots=True)
class LawCase:
    """A call with all that a rule may ask about it."""

    call: CallFacts
    household: HouseholdFile
    earlier: tuple[CallFacts, ...]
    """Earlier marketing calls for the same company that count under the rule in question, oldest first."""
    calendar: Calendar


class Fact(NamedTuple):
    """One thing an answer rests on, in the plain words of a report."""

    what: str
    value: str

    def __str__(self) -> str:
        return f"{self.what}: {self.value}"


class Answer(NamedTuple):
    """Whether something holds of a call."""

    holds: bool | None
    """None: it can't be told, for want of what `unknown` names."""
    facts: tuple[Fact, ...] = ()
    unknown: tuple[str, ...] = ()
    """To be read before “isn't known”: `the company`."""


NO = Answer(holds=False)


def yes(*facts: Fact) -> Answer:
    """It holds, because of these facts."""
    return Answer(holds=True, facts=facts)


def unknown(what: str) -> Answer:
    """It can't be told for want of one fact."""
    return Answer(holds=None, unknown=(what,))


COMPANY = "for whom the caller called"
