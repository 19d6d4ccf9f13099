"""Reads the `[[example]]`s of law files: a call and a household, and what one provision has to do with them.

Decides how such a case is written. All times are those on the clock at the line; an example has no time zone.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

from blocker.core.household_file import (
    EVERYBODY,
    AgreedTime,
    Consent,
    Contract,
    HouseholdFile,
    Objection,
    Registration,
    When,
)
from blocker.core.law import Finding
from blocker.core.law_case import CallFacts, Presented
from blocker.holidays_of import calendar_around
from blocker.rulefiles.common import Books, Example, RuleFile
from blocker.tomlfile import Table, one_of

COMPANY = "somebody"
"""Who calls in an example; an example that needs no company sets `company` to an empty text."""


class _Outcome(StrEnum):
    POINTS_TO = Finding.POINTS_TO.value
    WOULD_POINT_TO = Finding.WOULD_POINT_TO.value
    CANNOT_TELL = Finding.CANNOT_TELL.value
    NOTHING = "nothing"


class _Customer(StrEnum):
    NEVER = "never"
    NOW = "now"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class TriedCall:
    """What an example says, ready to be tried."""

    provision: str
    expected: _Outcome
    call: CallFacts
    household: HouseholdFile
    earlier: tuple[CallFacts, ...]

    def differs(self, books: Books) -> str:
        call = self.call
        if call.number:
            call = replace(call, ranges=books.ranges.match(call.number, call.day))
        calendar = calendar_around(call.day, call.country, call.subdivision)
        flags = books.laws.judge(call, self.household, self.earlier, calendar)
        mine = [flag for flag in flags if flag.provision.id == self.provision]
        found = str(mine[0].finding) if mine else _Outcome.NOTHING
        why = f" ({mine[0].sentence})" if mine else ""
        return "" if found == self.expected else f"{self.provision} finds {found}{why}, not {self.expected}"


def read_examples(
    root: Table, file: RuleFile, country: str, ids: AbstractSet[str]
) -> tuple[tuple[Example, ...], set[str]]:
    """The examples of a file, and the ids of the provisions that they try."""
    examples, tried = [], set()
    for table in root.tables("example"):
        name = table.text("provision", required=True)
        if name and name not in ids:
            table.fault(f"no [[provision]] has the id “{name}”", one_of(name, ids), key="provision")
        tried.add(name)
        expected = table.word("finding", _Outcome, _Outcome.NOTHING, required=True)
        call = _call(table, country)
        case = TriedCall(name, expected, call, _household(table, call), _earlier(table, call))
        examples.append(Example(file.path, table.line(), case.differs))
    return tuple(examples), tried


def _call(table: Table, country: str) -> CallFacts:
    number = table.text("number")
    return CallFacts(
        at=_time(table, "at", required=True) or datetime.min.replace(tzinfo=UTC),
        zone=UTC,
        country=country,
        subdivision=table.text("subdivision"),
        presented=table.word("presented", Presented, Presented.NUMBER if number else Presented.UNREADABLE),
        number=number,
        answered=_stated(table, "answered", default=True),
        marketing=_stated(table, "marketing", default=True),
        company=table.text("company", COMPANY),
        sector=table.text("sector"),
        recorded_voice=_stated(table, "recorded_voice"),
        silent=_stated(table, "silent"),
        identity_given=_stated(table, "identity_given"),
        objection_offered=_stated(table, "objection_offered"),
    )


def _household(table: Table, call: CallFacts) -> HouseholdFile:
    """The household of an example. Of a company's calls it says what the example says, by default nothing."""
    company = call.company
    objected, refused = _when(table, "objected"), _when(table, "refused")
    objections = [Objection(company, when) for when in (objected,) if when]
    objections += [Objection(company, when, in_call=True) for when in (refused,) if when]
    consented, agreed = _when(table, "consented"), _time(table, "agreed")
    customer = table.word("customer", _Customer, _Customer.UNKNOWN)
    ended = table.day("contract_ended")
    contracts = [Contract(company, until=ended)] if ended else []
    if customer is _Customer.NOW:
        contracts.append(Contract(company))
    registered, register = table.day("registered"), table.text("register")
    if bool(registered) != bool(register):
        table.fault("registered and register belong together", "give both, or neither")
    return HouseholdFile(
        registrations=(Registration(register, registered),) if registered else (),
        objections=tuple(objections),
        contracts=tuple(contracts),
        consents=(Consent(company, consented, table.day("consent_ended")),) if consented else (),
        agreed_times=(AgreedTime(company, agreed, agreed + timedelta(hours=1)),) if agreed else (),
        never_customer_of=frozenset({company} if customer is _Customer.NEVER else ()),
        never_consented_to=frozenset({EVERYBODY} if table.flag("never_consented", default=False) else ()),
    )


def _earlier(table: Table, call: CallFacts) -> tuple[CallFacts, ...]:
    """Earlier marketing calls of the same company."""
    calls = []
    for key, answered in (("earlier", True), ("earlier_attempts", False)):
        items = table.raw(key)
        if items is not None and not (isinstance(items, list) and all(type(item) is datetime for item in items)):
            table.fault(f"{key} isn't a list of times", "write [2026-11-17T20:15:00, …]", key=key)
            continue
        times = [item.replace(tzinfo=UTC) for item in items or ()]
        calls += [replace(call, at=at, answered=answered, marketing=True) for at in times]
    return tuple(calls)


def _stated(table: Table, key: str, *, default: bool | None = None) -> bool | None:
    """A truth value, or `"unknown"`."""
    value = table.raw(key)
    if value is None:
        return default
    return None if value == "unknown" else table.flag(key, default=False)


def _time(table: Table, key: str, *, required: bool = False) -> datetime | None:
    when = _when(table, key, required=required)
    if when is None or isinstance(when, datetime):
        return when
    table.fault(f"{key} is a day without a time", "write it as 2026-11-17T20:15:00", key=key)
    return None


def _when(table: Table, key: str, *, required: bool = False) -> When | None:
    """A day, or a time at the line, which has no zone."""
    value = table.raw(key)
    if type(value) is datetime and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    if type(value) is date:
        return value
    if value is not None:
        table.fault(f"{key} is no time at the line", "write 2026-11-17T20:15:00, without a zone", key=key)
    elif required:
        table.fault(f"{key} is missing", f"add {key} = 2026-11-17T20:15:00, the time at the line")
    return None
