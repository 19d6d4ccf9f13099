"""What a complaint is made of: the calls, what the household can show, and what it lacks.

Values only. Which calls go into a complaint `complaint.py` decides, what is written of them `complaint_text.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

from blocker.core.company import Company
from blocker.core.company_calls import CompanyCall
from blocker.core.form_words import FormWords
from blocker.core.household_file import HouseholdFile
from blocker.core.household_shown import CountsFrom, Files
from blocker.core.law import Finding, LawFlag
from blocker.core.regulator import Regulator


class Beside(NamedTuple):
    """A call from a number that the complaint is about, of which nobody said for whom it was."""

    at: datetime
    """When it came, aware, in the zone of the called line."""
    number: str
    """E.164."""
    to_the_minute: bool = False
    """Whether the second isn't known."""


class JudgedCall(NamedTuple):
    """A call that a person says was marketing, with what it points to."""

    call: CompanyCall
    flags: tuple[LawFlag, ...]
    holiday: bool
    """Whether it was a public holiday of the whole country."""

    @property
    def day(self) -> date:
        return self.call.at.date()

    def moment(self, words: FormWords) -> str:
        """When it came, as exactly as that is known."""
        return words.moment(self.call.at, seconds=not self.call.to_the_minute)

    def points_to(self, provisions: frozenset[str], *findings: Finding) -> bool:
        """Whether it points to one of these provisions, or has another of these findings about it."""
        asked = findings or (Finding.POINTS_TO,)
        return any(flag.provision.id in provisions and flag.finding in asked for flag in self.flags)


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that a complaint may draw on."""

    company: Company | None
    """None: it is about whoever called."""
    slugs: frozenset[str]
    """The company and those that have gone into it."""
    calls: tuple[JudgedCall, ...]
    """Marketing calls by time: those of the company, or all."""
    unnamed: tuple[CompanyCall, ...]
    """Marketing calls of the same time of which nobody said for whom they were."""
    beside: tuple[Beside, ...]
    """Other calls of the same time from the numbers of `calls`, by time; nobody said that they were wanted."""
    file: HouseholdFile
    """With what was said in the calls."""
    files: Files
    counts_from: CountsFrom
    numbers: Mapping[str, str]
    """Of the lines, E.164, as the configuration has them."""
    today: date
    """At the household."""
    zone: tzinfo
    """Likewise."""
    unclear: tuple[CompanyCall, ...] = ()
    """Marketing calls that were said to be for the company when no rule knew the name yet."""
    holidays: frozenset[date] = frozenset()
    """Public ones where the company is, around the time in which it may answer a letter."""
    simulated: bool = False
    """Whether a demonstration made up any of the calls."""


class Lack(StrEnum):
    """Something that a form asks and nobody told this program."""

    COMPANY = "company"
    UNCLEAR = "unclear"
    """A company is named that the rules know by now, and didn't when that was said."""
    COMPANY_REGISTER = "company-register"
    COMPANY_ADDRESS = "company-address"
    CALL_CENTRE = "call-centre"
    HOLDER = "holder"
    LINE_NUMBER = "line-number"
    HOLDER_PROOF = "holder-proof"
    PRODUCT = "product"
    CUSTOMER = "customer"
    CONSENT = "consent"
    OBJECTION = "objection"
    REGISTRATION = "registration"
    REGISTER_PROOF = "register-proof"
    VOICE = "voice"
    ANSWERED = "answered"
    COURSE = "course"
    FEWER_CALLS = "fewer-calls"
    """Fewer than the form has fields for."""
    YOURSELF = "yourself"
    """Only the household can write it."""


class Missing(NamedTuple):
    """What is missing, and where."""

    lack: Lack
    calls: tuple[str, ...] = ()
    """The ids of the calls that lack it."""
    of: int = 0
    """How many calls it was looked for in; 0 where it isn't about calls."""
    lines: tuple[str, ...] = ()
    """The lines of the household that lack it."""


class Answer(NamedTuple):
    """What is written into a field, line by line, and what is missing in it."""

    lines: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One report to one regulator: the case, and the calls that the report is about."""

    case: Case
    regulator: Regulator
    calls: tuple[JudgedCall, ...]

    @property
    def company(self) -> str:
        """Its slug, empty where there is none."""
        return self.case.company.slug if self.case.company else ""
