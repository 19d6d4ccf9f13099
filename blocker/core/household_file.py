"""What the household can show about itself: holders, registrations, objections, contracts, consents, as dated values.

Decides what of it was in force at a call, and what isn't known. Holds no rule of law, and doesn't know where the values
come from.

Two kinds of not knowing are told apart. What the household would have to prove (a registration, an objection) counts
only if it is in here. What would excuse a caller (a consent, a contract) is unknown until the household has said that
there is none: by `never_consented_to` and `never_customer_of`, or by an objection after which no consent is recorded.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from blocker.core.household_items import (
    EVERYBODY,
    AgreedTime,
    Consent,
    Contract,
    Holder,
    Objection,
    OpenCase,
    Registration,
    Request,
    When,
)
from blocker.core.law_time import add_months

__all__ = [
    "EVERYBODY",
    "AgreedTime",
    "Consent",
    "Contract",
    "Holder",
    "HouseholdFile",
    "Known",
    "Objection",
    "OpenCase",
    "Registration",
    "Relation",
    "Request",
    "When",
    "happened_before",
    "local_day",
]


class Known(NamedTuple):
    """What the household's file says about a question."""

    holds: bool | None
    """None: it doesn't say."""
    because: str = ""


class Relation(NamedTuple):
    """Whether the household was a company's customer on a day."""

    known: bool
    running: bool = False
    ended: date | None = None
    """Last day of the latest contract, where none ran."""


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """All of it."""

    registrations: tuple[Registration, ...] = ()
    objections: tuple[Objection, ...] = ()
    contracts: tuple[Contract, ...] = ()
    consents: tuple[Consent, ...] = ()
    agreed_times: tuple[AgreedTime, ...] = ()
    never_customer_of: frozenset[str] = frozenset()
    """Companies of which the household says that it never was a customer, but for `contracts`."""
    never_consented_to: frozenset[str] = frozenset()
    """Companies, or EVERYBODY, to which the household says that it never consented, but for `consents`."""
    holders: tuple[Holder, ...] = ()
    open_cases: tuple[OpenCase, ...] = ()
    requests: tuple[Request, ...] = ()

    def held_by(self, line: str, on: date) -> Holder | None:
        """Who held a line on a day; None where the household doesn't say."""
        mine = (item for item in self.holders if item.line == line and item.span[0] <= on <= item.span[1])
        return next(mine, None)

    def counted_from(self) -> frozenset[date]:
        """The days from which a law may count a waiting time: of registrations and objections."""
        objected = (item.when.date() if isinstance(item.when, datetime) else item.when for item in self.objections)
        return frozenset((*(item.on for item in self.registrations), *objected))

    def registered(self, register: str, line: str, on: date) -> tuple[Registration, ...]:
        """The registrations of a line that lasted on a day, whether or not their waiting time had run out."""
        return tuple(
            item
            for item in self.registrations
            if item.register == register
            and item.line in {"", line}
            and item.on <= on
            and (item.until is None or on <= item.until)
        )

    def objected(self, company: str) -> tuple[Objection, ...]:
        return tuple(item for item in self.objections if item.company == company)

    def requested(self, company: str) -> tuple[Request, ...]:
        return tuple(item for item in self.requests if item.company == company)

    def relation(self, company: str, on: date) -> Relation:
        """What the file says about being a customer."""
        mine = [item for item in self.contracts if item.company == company] if company else []
        begun = [item for item in mine if item.since is None or item.since <= on]
        if not begun:
            return Relation(known=bool(mine) or company in self.never_customer_of)
        if any(item.until is None or on <= item.until for item in begun):
            return Relation(known=True, running=True)
        return Relation(known=True, ended=max(item.until for item in begun if item.until))

    def consented(self, company: str, at: datetime, valid_for_months: int = 0, since: When | None = None) -> Known:
        """Whether a consent to a company was in force at a call.

        Args:
            company: empty where nobody knows for whom was called.
            at: the call, aware, in the zone of the line.
            valid_for_months: how long a consent lasts without being renewed; 0 for no end.
            since: only consents given after this count; of such, none is taken to exist but those recorded.
        """
        ended = Known(holds=None)
        for item in self.consents if company else ():
            if item.company != company:
                continue
            later = since is None or happened_before(since, item.when, at)
            given = later and happened_before(item.when, at, at)
            if later is None or given is None:
                return Known(holds=None, because=f"consent of {local_day(item.when, at)}, the same day")
            if given:
                because = self._ended(item, at, valid_for_months)
                if not because:
                    return Known(holds=True, because=f"consent of {local_day(item.when, at)}")
                ended = Known(holds=False, because=because)
        if ended.holds is None and since is not None:
            return Known(holds=False, because="no later consent is in the household's file")
        return ended if ended.because else self._denied(company, at)

    def _ended(self, consent: Consent, at: datetime, valid_for_months: int) -> str:
        """Why a consent given before a call no longer held at it; empty if it did."""
        given = local_day(consent.when, at)
        if consent.until is not None and consent.until < at.date():
            return f"the consent of {given} ended on {consent.until}"
        if valid_for_months and add_months(given, valid_for_months) < at.date():
            return f"the consent of {given} is older than {valid_for_months} months"
        for item in self.objected(consent.company):
            if happened_before(consent.when, item.when, at) and happened_before(item.when, at, at):
                return f"the consent of {given} was ended by the objection of {local_day(item.when, at)}"
        return ""

    def _denied(self, company: str, at: datetime) -> Known:
        """Whether the household has said, or shown, that there is no consent."""
        if EVERYBODY in self.never_consented_to:
            return Known(holds=False, because="the household says that it consented to nobody")
        if company and company in self.never_consented_to:
            return Known(holds=False, because="the household says that it never consented to this company")
        for item in self.objected(company):
            if happened_before(item.when, at, at):
                return Known(holds=False, because=f"objection of {local_day(item.when, at)}, and no consent since")
        return Known(holds=None)

    def agreed(self, company: str, at: datetime) -> bool:
        """Whether the household asked this company for a call at this time."""
        return any(
            item.company == company
            and not happened_before(at, item.since, at)
            and not happened_before(item.until, at, at)
            for item in self.agreed_times
        )


def happened_before(first: When, second: When, at: datetime) -> bool | None:
    """Whether one came before the other; None where only a day is known of one, and it is also the other's.

    Args:
        first: an instant or a day.
        second: likewise.
        at: a call, aware, in the zone of the line, which days are reckoned in.
    """
    if isinstance(first, datetime) and isinstance(second, datetime):
        return first.astimezone(UTC) < second.astimezone(UTC)  # one zone's wall clocks would compare without its shifts
    one, other = local_day(first, at), local_day(second, at)
    return None if one == other else one < other


def local_day(when: When, at: datetime) -> date:
    """The day of an instant, in the zone of the call `at`; a day as it is."""
    return when.astimezone(at.tzinfo).date() if isinstance(when, datetime) else when
