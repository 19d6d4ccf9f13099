"""The household that the program is built for, in each country: what it recorded, and complaints drafted from it.

Four years after she left, callers ring “on behalf of” the company; some calls were understood, others weren't.
"""

import dataclasses
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from fakes.clock import StandingClock
from fakes.entries import Told, local, screened

from blocker.core.call import Line
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, How, Says
from blocker.core.household_items import EVERYBODY
from blocker.core.number import Withheld
from blocker.core.statement import Said
from blocker.dossiers import Here, Rules
from blocker.filing.complaining import Complaining
from blocker.holidays_of import calendar_over
from blocker.rulebook import RuleBook
from blocker.rulefiles.form_words import form_words

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    """A country with what the story needs there."""

    country: str
    zone: str
    line: str
    caller: str
    register: str = ""


PLACES = {
    place.country: place
    for place in (
        Place("BE", "Europe/Brussels", "+3225550100", "+3225550345", "be-dncm"),
        Place("NL", "Europe/Amsterdam", "+31205550100", "+31205550345"),
        Place("DE", "Europe/Berlin", "+493023125100", "+493023125345"),
        Place("FR", "Europe/Paris", "+33199000100", "+33199001234", "fr-bloctel"),
        Place("GB", "Europe/London", "+441632960100", "+441632960345", "gb-tps"),
        Place("US", "America/New_York", "+12025550100", "+12025550145", "us-dnc"),
        Place("ES", "Europe/Madrid", "+34910555100", "+34910555345", "es-robinson"),
        Place("IT", "Europe/Rome", "+390655501000", "+390655503456", "it-rpo"),
    )
}

CALLS = (
    "2026-11-02 09:05:00", "2026-11-05 14:30:12", "2026-11-10 20:15:00", "2026-11-14 11:00:00",
    "2026-11-16 16:20:00", "2026-11-17 10:00:00", "2026-11-17 15:45:30",
)  # fmt: skip
UNDERSTOOD = 4
"""So many of them; of the others nothing but that they were marketing is known."""

TOLD = {
    "said_company": "Belgacom",
    "company": "proximus",
    "said_call_centre": "IPG",
    "product": "Een abonnement",
    "voice": "live",
    "course": "They wanted to sell a subscription.",
    "said_stop": "yes",
}


def told(place: Place, *, understood: int = UNDERSTOOD, household: bool = True, withheld: int = 1, **said: Any) -> Told:
    """The ledger: calls, what was said of them, and (but for `household`) what she says of herself."""
    ledger, zone = Told(), ZoneInfo(place.zone)
    line = Line("landline", place.country, place.zone, place.line)
    if household:
        for fact in facts(place):
            ledger.add(fact.entry(local("2024-02-01 12:00:00", zone), "Anna"))
    for index, at in enumerate(CALLS):
        caller = Withheld() if index < withheld else place.caller
        call = f"{index + 1:016x}"
        ledger.add(screened(local(at, zone), call, number=caller, line=line, called=line.number))
        words = {"mark": "marketing"} | (TOLD | said if index < understood else {})
        ledger.add(Said(**words).entry(local(at, zone), call, "Anna"))
    return ledger


def facts(place: Place) -> list[Fact]:
    """What she says of herself."""
    about = Fact(EntryKind.CONTRACT, company="proximus", said_company="Proximus")
    found = [
        Fact(EntryKind.LINE_HOLDER, line="landline", holder="Anna Peeters", number=place.line),
        dataclasses.replace(about, since=date(2009, 5, 1), until=date(2022, 3, 31)),
        dataclasses.replace(about, kind=EntryKind.OBJECTION, on=date(2025, 10, 10), how=How.E_MAIL),
        Fact(EntryKind.CONSENT, Says.NEVER, company=EVERYBODY),
    ]
    if place.register:
        found.append(Fact(EntryKind.REGISTRATION, register=place.register, on=date(2024, 1, 10)))
    return found


def complaining(ledger: Told, rules: RuleBook, place: Place) -> Complaining:
    """The use case over a ledger in memory."""
    here = Here(lambda: rules.companies, StandingClock(NOW), place.country, ZoneInfo(place.zone))
    judging = Rules(rules.laws, rules.ranges, calendar_over)
    lines = {"landline": place.country}
    return Complaining(ledger, judging, here, form_words, countries=lines, numbers={"landline": place.line})
