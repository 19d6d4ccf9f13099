"""Do-not-call registers as the law files name them, and from which day on calls to a registered line count.

Decides which waiting time a registration is under. What a call after it points to, `law.py` decides.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from blocker.core.household_predicates import Register
from blocker.core.languages import Texts, in_language
from blocker.core.law import LawBook, Provision
from blocker.core.law_time import Calendar, Wait

CalendarOver = Callable[[Iterable[date], str], Calendar]
"""The public holidays around some days in a country (ISO 3166-1)."""


class Waiting(NamedTuple):
    """What a registration has to wait for."""

    country: str
    """ISO 3166-1: whose register it is."""
    wait: str
    """In words, such as `5 working days`."""
    counts_from: date
    """The first day on which a call is too late for the caller to excuse."""


def known_registers(laws: LawBook) -> dict[str, str]:
    """The keys of all registers, with the country of each."""
    return {rule.register: provision.country for provision, rule in _asking(laws)}


def named(names: Mapping[str, Texts], register: str, language: str) -> str:
    """What people call a register, by the names that law files give; its key where none does."""
    return in_language(names.get(register, {}), language) or register


def waiting(laws: LawBook, register: str, on: date, calendar: CalendarOver) -> Waiting | None:
    """From when on calls count to a line that was registered on a day, by the law of that day or the first after it.

    None where no rule asks about the register from that day on.
    """
    asking = [(provision, rule) for provision, rule in _asking(laws) if rule.register == register]
    later = [(provision, rule) for provision, rule in asking if provision.valid_to >= on]
    if not later:
        return None
    provision, rule = min(later, key=lambda item: item[0].valid_from)
    wait = Wait(rule.months, rule.calendar_days, rule.working_days)
    last = wait.last_day(on, calendar([on], provision.country).national)
    return Waiting(provision.country, str(wait), max(last + timedelta(days=1), provision.valid_from))


def _asking(laws: LawBook) -> list[tuple[Provision, Register]]:
    return [(item, item.parameters) for item in laws if isinstance(item.parameters, Register)]
