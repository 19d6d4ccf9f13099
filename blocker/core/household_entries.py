"""The household's file as the ledger's entries leave it: what people said about themselves, drawn together in order.

`project` makes the `HouseholdFile`. An entry is never changed; what turns out wrong is taken back by another entry of
its kind, or doesn't count because a correction names it. Decides what an entry means beside the earlier ones. What one
looks like, `household_facts.py` decides.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from blocker.core.contents import of_a_whole_entry
from blocker.core.corrected import withdrawn_of
from blocker.core.entry import EntryKind, parse_time
from blocker.core.household_facts import Asks, CaseState, How, Says
from blocker.core.household_file import (
    AgreedTime,
    Consent,
    Contract,
    Holder,
    HouseholdFile,
    Objection,
    OpenCase,
    Registration,
    Request,
)
from blocker.core.taken_over import oldest_first

Content = Mapping[str, Any]

FACTS = frozenset(
    {
        EntryKind.LINE_HOLDER,
        EntryKind.REGISTRATION,
        EntryKind.CONTRACT,
        EntryKind.OBJECTION,
        EntryKind.REQUEST,
        EntryKind.CONSENT,
        EntryKind.AGREED_TIME,
        EntryKind.CASE,
    }
)
"""The kinds that say something about the household."""

FILE_KINDS = FACTS | {EntryKind.CORRECTION}
"""What `project` reads."""


def project(entries: Iterable[tuple[int, Content]], heir: Callable[[str], str]) -> HouseholdFile:
    """The household's file as these entries leave it.

    Args:
        entries: number and content of entries in the ledger's order; kinds other than FILE_KINDS are passed over. What
            was taken over from an earlier ledger was said before all else.
        heir: the slug that a company has gone into by now, or its own. What was said about a company that was taken
            over holds about both.

    Raises:
        LedgerFormatError: a newer program wrote an entry.
        LedgerCorruptError: an entry lacks what such entries hold.
    """
    entries = oldest_first(entries)
    withdrawn = withdrawn_of(entries)
    file = HouseholdFile()
    for n, content in entries:
        if content["kind"] in FACTS and n not in withdrawn:
            file = _after(n, content, file)
    return dataclasses.replace(
        file,
        contracts=_with_heirs(file.contracts, heir),
        objections=_with_heirs(file.objections, heir),
        consents=_with_heirs(file.consents, heir),
        agreed_times=_with_heirs(file.agreed_times, heir),
        open_cases=_with_heirs(file.open_cases, heir),
        requests=_with_heirs(file.requests, heir),
    )


T = TypeVar("T", Contract, Objection, Request, Consent, AgreedTime, OpenCase)
Lasting = TypeVar("Lasting", Contract, Holder, Registration)
Dated = TypeVar("Dated", Objection, Request, Consent)


def _with_heirs(items: tuple[T, ...], heir: Callable[[str], str]) -> tuple[T, ...]:
    inherited = tuple(dataclasses.replace(item, company=heir(item.company)) for item in items)
    return tuple(dict.fromkeys(items + inherited))


@of_a_whole_entry
def _after(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    return _TAKE[EntryKind(content["kind"])](n, content, file)


def _holder(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    span = _day(content["since"]), _day(content["until"])
    new = Holder(content["line"], content["holder"], content["number"], *span, _proofs(content), n)
    kept = _lasting(file.holders, new, content, lambda item: item.line == new.line)
    return dataclasses.replace(file, holders=kept)


def _registration(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    there = Says(content["says"]) is Says.YES
    on = date.fromisoformat(content["on"]) if there else date.min  # what is taken back has no day
    new = Registration(content["register"], on, _day(content["until"]), content["line"], _proofs(content), n)
    kept = _lasting(
        file.registrations, new, content, lambda item: (item.register, item.line) == (new.register, new.line)
    )
    return dataclasses.replace(file, registrations=kept)


def _contract(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    company = content["company"]
    new = Contract(company, _day(content["since"]), _day(content["until"]), _proofs(content), n)
    return dataclasses.replace(
        file,
        contracts=_lasting(file.contracts, new, content, lambda item: item.company == company),
        never_customer_of=_never(file.never_customer_of, content),
    )


def _objection(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    company = content["company"]
    if Says(content["says"]) is not Says.YES:
        rest = tuple(item for item in file.objections if item.company != company)
        return dataclasses.replace(file, objections=rest)
    how = How(content["how"]) if content["how"] else None
    new = Objection(
        company,
        date.fromisoformat(content["on"]),
        how is How.IN_THE_CALL,
        str(how or ""),
        to=_text(content, "to"),
        text=_text(content, "text"),
        delivered=_day(content.get("delivered")),
        answered=_day(content.get("answered")),
        answer=_text(content, "answer"),
        proofs=_proofs(content),
        n=n,
    )
    return dataclasses.replace(file, objections=_standing_for(file.objections, new))


def _request(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    company, asks = content["company"], Asks(content["asks"])
    if Says(content["says"]) is not Says.YES:
        rest = tuple(item for item in file.requests if (item.company, item.asks) != (company, asks))
        return dataclasses.replace(file, requests=rest)
    new = Request(
        company,
        date.fromisoformat(content["on"]),
        str(asks),
        str(How(content["how"])) if content["how"] else "",
        to=_text(content, "to"),
        text=_text(content, "text"),
        delivered=_day(content.get("delivered")),
        answered=_day(content.get("answered")),
        answer=_text(content, "answer"),
        proofs=_proofs(content),
        n=n,
    )
    return dataclasses.replace(file, requests=_standing_for(file.requests, new))


def _consent(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    company = content["company"]
    if Says(content["says"]) is Says.YES:
        on, until = date.fromisoformat(content["on"]), _day(content.get("until"))
        consents = _standing_for(file.consents, Consent(company, on, until, _proofs(content), n))
    else:
        consents = tuple(item for item in file.consents if item.company != company)
    return dataclasses.replace(file, consents=consents, never_consented_to=_never(file.never_consented_to, content))


def _agreed(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    company = content["company"]
    if Says(content["says"]) is not Says.YES:
        rest = tuple(item for item in file.agreed_times if item.company != company)
        return dataclasses.replace(file, agreed_times=rest)
    new = AgreedTime(company, parse_time(content["from"]), parse_time(content["until"]), n)
    return dataclasses.replace(file, agreed_times=tuple(dict.fromkeys([*file.agreed_times, new])))


def _case(n: int, content: Content, file: HouseholdFile) -> HouseholdFile:
    """A closed one ends the open one with the same `where`, or all of the company where it names none."""
    company, where = content["company"], content["where"]
    if CaseState(content["state"]) is CaseState.OPEN:
        others = [item for item in file.open_cases if (item.company, item.where) != (company, where)]
        new = OpenCase(company, date.fromisoformat(content["on"]), where, n)
        return dataclasses.replace(file, open_cases=(*others, new))
    rest = [item for item in file.open_cases if item.company != company or where not in {"", item.where}]
    return dataclasses.replace(file, open_cases=tuple(rest))


_TAKE: Mapping[EntryKind, Callable[[int, Content, HouseholdFile], HouseholdFile]] = {
    EntryKind.LINE_HOLDER: _holder,
    EntryKind.REGISTRATION: _registration,
    EntryKind.CONTRACT: _contract,
    EntryKind.OBJECTION: _objection,
    EntryKind.REQUEST: _request,
    EntryKind.CONSENT: _consent,
    EntryKind.AGREED_TIME: _agreed,
    EntryKind.CASE: _case,
}


def _lasting(
    items: tuple[Lasting, ...], new: Lasting, content: Content, alike: Callable[[Lasting], bool]
) -> tuple[Lasting, ...]:
    """What lasts from one day to another stands for the earlier ones that it has a day in common with."""
    there = Says(content["says"]) is Says.YES
    kept = [item for item in items if not alike(item) or (there and _apart(item.span, new.span))]
    if there:
        kept.append(new)
    return tuple(kept)


def _apart(one: tuple[date, date], other: tuple[date, date]) -> bool:
    return one[1] < other[0] or other[1] < one[0]


def _standing_for(items: tuple[Dated, ...], new: Dated) -> tuple[Dated, ...]:
    """What is said anew takes the place of what was said with the same key, and else comes last."""
    by_key: dict[tuple[object, ...], Dated] = {item.key: item for item in items}
    return tuple((by_key | {new.key: new}).values())


def _never(before: frozenset[str], content: Content) -> frozenset[str]:
    company = content["company"]
    return before | {company} if Says(content["says"]) is Says.NEVER else before - {company}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _text(content: Content, field: str) -> str:
    """A text that entries of the first writers lack."""
    text = content.get(field) or ""
    if not isinstance(text, str):
        raise TypeError(f"{field} is {text!r}")
    return text


def _proofs(content: Content) -> tuple[str, ...]:
    """Likewise."""
    sums = content.get("proofs", [])
    if not isinstance(sums, list) or not all(isinstance(item, str) for item in sums):
        raise TypeError(f"proofs is {sums!r}")
    return tuple(sums)
