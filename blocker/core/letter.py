"""A letter of the household to a company or to its provider, as a value: from whom, to whom, about what, by which law.

Decides which letters there are and which law they rest on in a country. What one says in a language,
`pages/letter_page.py` decides; who may write which of them when, `filing/drafting.py`. A letter that nobody marked as
sent counts for nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from blocker.core.household_facts import How


class Kind(StrEnum):
    """What a letter is for."""

    OBJECTION = "objection"
    ACCESS = "access"
    """Which data a company has, and where they come from."""
    BOTH = "both"
    FOLLOW_UP = "follow-up"
    """The answer to an earlier one didn't come in time."""
    IDENTITY = "identity"
    """Of the own provider: who called without a number."""

    @property
    def objects(self) -> bool:
        return self in {Kind.OBJECTION, Kind.BOTH}

    @property
    def asks_access(self) -> bool:
        return self in {Kind.ACCESS, Kind.BOTH}


class Regime(StrEnum):
    """The law that a letter rests on."""

    GDPR = "gdpr"
    """Regulation (EU) 2016/679, articles 12, 15, 21 and 77; EEA."""
    UK = "uk-gdpr"
    """The same articles as they are law in the United Kingdom."""
    US = "us"
    """47 CFR 64.1200(d): a company's own do-not-call list. There is no general right of access."""


_EEA = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split())
_FRENCH = frozenset("GF GP MF MQ RE YT".split())
"""Regions of France with a code of their own, where the GDPR holds too."""


def regime_of(country: str) -> Regime | None:
    """The law for a household in a country (ISO 3166-1 alpha-2); None where this program knows none."""
    if country in _EEA | _FRENCH:
        return Regime.GDPR
    return {"GB": Regime.UK, "US": Regime.US}.get(country)


class Identity(StrEnum):
    """The law by which a provider says who called without a number."""

    NL = "NL"
    """Telecommunicatiewet art. 11.11: written, with number, dates and times; only callers who withheld their number."""
    DE = "DE"
    """TDDDG § 14: written; only calls and attempts after the request, narrowed by date and time."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A call that a letter names."""

    at: datetime
    """Aware, in the zone of the called line."""
    line: str
    """Its number, E.164."""
    presented: str
    """The number presented; empty where none was."""
    exact: bool = True
    """Whether its second is known; to a provider, whether this blocker recorded it."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A provision of national law that a letter points to."""

    text: str
    check: bool
    """To be looked up before anybody relies on it."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """The letter that a follow-up is about."""

    on: date
    delivered: date | None
    objects: bool
    asks_access: bool
    due: date
    """Last day for an answer, or for heeding it."""
    entries: tuple[int, ...]
    """Numbers of the entries that say so."""


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a letter says, in no language yet."""

    kind: Kind
    regime: Regime
    day: date
    holder: str
    """Whose letter it is: who holds the lines."""
    address: tuple[str, ...]
    """Of the holder, line by line; empty where it is to be added by hand."""
    numbers: tuple[str, ...]
    """Of the lines, E.164."""
    company: str
    """Name of the addressee."""
    to: tuple[str, ...]
    """Postal address, or an e-mail address, or the address of a web form."""
    by: How
    named: bool
    """Whether callers said that they called for the company."""
    also: tuple[str, ...] = ()
    """Other names that callers said for it."""
    law: tuple[Citation, ...] = ()
    calls: tuple[Listed, ...] = ()
    earlier: Earlier | None = None
    answer_by: date | None = None
    """The day that a follow-up sets."""
    identity: Identity | None = None
    simulated: bool = False
    """Whether a demonstration made up any of the calls that it rests on."""
