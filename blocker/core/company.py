"""Companies as a household knows them: who they are, what they were called when, which numbers they publish.

Decides which company a said name, a number or a caller name means on a given day. Says nothing about what a company
did: that is only ever in a household's own evidence. Holds no company itself: they come from `rules/companies/`.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from blocker.core.company_name import fits, fold
from blocker.core.prefixes import PrefixIndex
from blocker.core.provenance import Source, Sure


class Role(StrEnum):
    """What a company is to the household."""

    PRINCIPAL = "principal"
    """Sells something: calls are made for it, by itself or by others."""
    CALL_CENTRE = "call-centre"
    """Calls for others."""
    WANTED_ORGANISATION = "wanted-organisation"
    """The household may be waiting for its call."""


class NameKind(StrEnum):
    """What kind of name it is."""

    TRADE = "trade"
    LEGAL = "legal"
    FORMER = "former"
    BRAND = "brand"


class Purpose(StrEnum):
    """What a published number is for."""

    MARKETING = "marketing"
    SERVICE = "service"
    """A line to be called. Seen as a caller's number it proves nothing: anybody can make it up."""


@dataclass(frozen=True, slots=True)
class Name:
    """One name, where and when it was in use."""

    name: str
    kind: NameKind
    countries: frozenset[str]
    """ISO 3166-1 alpha-2 of the countries where it means this company."""
    since: date = date.min
    until: date = date.max
    """Last day in use."""
    when: str = ""
    """The span as the file has it, such as `1998 to 2002`, since often no day is known."""
    sure: Sure = Sure.VERIFIED


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number, or a prefix of several, that a company publishes."""

    prefix: str
    """E.164 with its `+`."""
    whole: bool
    """`prefix` is the whole number."""
    purpose: Purpose
    source: str
    """The source's title."""
    where: str
    """Rule file and line."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """Where letters go. `source` is the label of the source; there is no address without one."""

    lines: tuple[str, ...]
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DataProtection:
    """Where an objection or a request under the GDPR is to be sent; empty where it isn't known."""

    source: str
    email: str = ""
    form: str = ""
    post: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """A company's number in an official register."""

    scheme: str
    """`kbo` in Belgium, `kvk` in the Netherlands."""
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Ending:
    """How a company ended, so that nobody writes to it."""

    how: str
    """`merged-into` or `ceased`."""
    on: date
    source: str
    into: str = ""
    """Slug of the company that took it over."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something in a company's own life: founded, renamed, bought. Never what it is accused of."""

    on: str
    """A year, month or day as written."""
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Company:
    """One company, brand family or organisation: the one to whom a letter would go."""

    slug: str
    """Its permanent name in files and records."""
    name: str
    role: Role
    country: str
    """ISO 3166-1 alpha-2 of its seat."""
    sector: str
    names: tuple[Name, ...]
    checked: date
    sure: Sure
    where: str
    """The rule file."""
    legal_name: str = ""
    identity: Identity | None = None
    group: str = ""
    """Slug of the company it belongs to."""
    ending: Ending | None = None
    post: Address | None = None
    data_protection: DataProtection | None = None
    numbers: tuple[KnownNumber, ...] = ()
    caller_names: tuple[str, ...] = ()
    """Patterns of the caller name shown, in which `*` stands for anything."""
    events: tuple[Event, ...] = ()
    sources: tuple[Source, ...] = ()
    false_positives: tuple[str, ...] = ()
    review: date | None = None
    """When its facts are to be looked at again."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that a said name may mean."""

    company: Company
    name: Name
    in_use: bool
    """Whether the name was in use on the day; a former name is still said years later."""


class CompanyBook:
    """All companies, asked by number or by name. Immutable once made."""

    def __init__(self, companies: Iterable[Company] = ()) -> None:
        self._by_slug = {company.slug: company for company in companies}
        self._patterned = tuple(company for company in self._by_slug.values() if company.caller_names)
        self._by_name: dict[str, list[tuple[Company, Name]]] = {}
        for company in self._by_slug.values():
            for name in company.names:
                self._by_name.setdefault(fold(name.name), []).append((company, name))
        self._by_number = PrefixIndex(
            (number.prefix, (company, number)) for company in self._by_slug.values() for number in company.numbers
        )

    def __iter__(self) -> Iterator[Company]:
        return iter(self._by_slug.values())

    def __len__(self) -> int:
        return len(self._by_slug)

    def by_slug(self, slug: str) -> Company | None:
        return self._by_slug.get(slug)

    def by_number(self, number: str) -> tuple[Company, KnownNumber] | None:
        """The company that publishes a number, and the record that says so; the longest prefix wins.

        Args:
            number: E.164 with its `+`.
        """
        for (company, known), length in self._by_number.find(number):
            if not (known.whole and length < len(number)):
                return company, known
        return None

    def by_caller_name(self, shown: str) -> tuple[Company, ...]:
        """The companies whose pattern fits a caller name that was presented: a hint, since anybody can present any."""
        return tuple(one for one in self._patterned if any(fits(shown, pattern) for pattern in one.caller_names))

    def successor(self, slug: str, on: date) -> Company | None:
        """The company that a slug means on a day, take-overs until then followed; None for an unknown slug."""
        company = self._by_slug.get(slug)
        for _ in self._by_slug:
            if company is None or company.ending is None or not company.ending.into or on < company.ending.on:
                break
            company = self._by_slug.get(company.ending.into)
        return company

    def resolve(self, said: str, on: date, country: str = "") -> list[Candidate]:
        """The companies that a said name may mean; one is an answer, several are a question to the person.

        A name that was in use on the day leaves out those that were given up or not yet taken.

        Args:
            said: the name as somebody said or typed it, whose case, accents, spaces and legal form don't matter. A
                slug, exactly as it is written, means its company wherever that isn't a name.
            on: the day it was said, or the day of the contract it was said about.
            country: ISO 3166-1 alpha-2 of the line: only what the name means there. Empty to look everywhere.
        """
        named = [
            (company, name)
            for company, name in self._by_name.get(fold(said), [])
            if not country or country in name.countries
        ]
        if not named and (exact := self._by_slug.get(said)):
            return [Candidate(self.successor(exact.slug, on) or exact, exact.names[0], in_use=True)]
        found: dict[str, Candidate] = {}
        for company, name in named:
            today = self.successor(company.slug, on) or company
            in_use = name.since <= on <= name.until
            if today.slug not in found or in_use:
                found[today.slug] = Candidate(today, name, in_use)
        return [candidate for candidate in found.values() if candidate.in_use] or list(found.values())

    def suggest(self, said: str, limit: int = 3) -> list[str]:
        """Known names that look like a mistyped one, nearest first."""
        keys = difflib.get_close_matches(fold(said), self._by_name, n=limit, cutoff=0.7)
        return [self._by_name[key][0][1].name for key in keys]
