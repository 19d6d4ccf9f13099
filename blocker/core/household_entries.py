"""What the household says about itself and a company, as entries of the ledger, and the present state drawn from them.

Contracts, objections and consents are entries only: `project` makes the `HouseholdFile` of them, by the entries' order.
An entry is never changed; what turns out wrong is taken back by another one. Decides what an entry means beside the
earlier ones. Which company a name means, and whether a date makes sense, whoever writes has settled (`companies.py`).
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from blocker.core.contents import of_a_whole_entry
from blocker.core.entry import EntryKind, format_time
from blocker.core.household_file import Consent, Contract, HouseholdFile, Objection

FACTS = frozenset({EntryKind.CONTRACT, EntryKind.OBJECTION, EntryKind.CONSENT})
"""The kinds that `project` reads."""


class Says(StrEnum):
    """What an entry says."""

    YES = "yes"
    """There was a contract, an objection was made, a consent was given."""
    NEVER = "never"
    """There never was a contract or a consent; what entries before it said to the contrary was wrong."""
    TAKEN_BACK = "taken-back"
    """What entries before it said was a mistake; nothing is said in its place."""


class How(StrEnum):
    """The way in which an objection reached the company."""

    POST = "post"
    E_MAIL = "e-mail"
    PHONE = "phone"
    WEB = "web"
    IN_THE_CALL = "in-the-call"


@dataclasses.dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the household says, ready to become an entry."""

    kind: EntryKind
    says: Says
    company: str = ""
    """Slug: the company that the name meant on the day in question."""
    said_company: str = ""
    """As it was typed."""
    on: date | None = None
    """The day of an objection or a consent."""
    how: How | None = None
    since: date | None = None
    """First day of a contract; None where it isn't known."""
    until: date | None = None
    """Its last day; None while it runs."""

    def entry(self, at: datetime, by: str) -> dict[str, Any]:
        """The content of its entry."""
        common = {
            "v": 1,
            "kind": str(self.kind),
            "at": format_time(at),
            "company": self.company,
            "said_company": self.said_company,
            "says": str(self.says),
            "by": by,
        }
        match self.kind:
            case EntryKind.CONTRACT:
                return common | {"since": _written(self.since), "until": _written(self.until)}
            case EntryKind.OBJECTION:
                return common | {"on": _written(self.on), "how": str(self.how) if self.how else None}
            case _:
                return common | {"on": _written(self.on)}


def company_set(at: datetime, company: str, calls: str, *, by: str, sha256: str) -> dict[str, Any]:
    """The household's setting for a company's calls was changed; `sha256` is the sum of the settings then in force."""
    kind = str(EntryKind.COMPANY_SET)
    return {"v": 1, "kind": kind, "at": format_time(at), "company": company, "calls": calls, "by": by, "sha256": sha256}


def project(entries: Iterable[tuple[int, Mapping[str, Any]]], heir: Callable[[str], str]) -> HouseholdFile:
    """The household's file as these entries leave it.

    Args:
        entries: number and content of entries in the ledger's order; kinds other than FACTS are passed over.
        heir: the slug that a company has gone into by now, or its own. What was said about a company that was taken
            over holds about both.

    Raises:
        LedgerFormatError: a newer program wrote an entry.
        LedgerCorruptError: an entry lacks what such entries hold.
    """
    file = HouseholdFile()
    for n, content in entries:
        if content["kind"] in FACTS:
            file = _after(n, content, file)
    return dataclasses.replace(
        file,
        contracts=_with_heirs(file.contracts, heir),
        objections=_with_heirs(file.objections, heir),
        consents=_with_heirs(file.consents, heir),
    )


T = TypeVar("T", Contract, Objection, Consent)


def _with_heirs(items: tuple[T, ...], heir: Callable[[str], str]) -> tuple[T, ...]:
    inherited = tuple(dataclasses.replace(item, company=heir(item.company)) for item in items)
    return tuple(dict.fromkeys(items + inherited))


@of_a_whole_entry
def _after(_: int, content: Mapping[str, Any], file: HouseholdFile) -> HouseholdFile:
    company, says = content["company"], Says(content["says"])
    there = says is Says.YES
    match content["kind"]:
        case EntryKind.CONTRACT:
            new = Contract(company, _day(content["since"]), _day(content["until"]))
            kept = [item for item in file.contracts if item.company != company or (there and _apart(item, new))]
            return dataclasses.replace(
                file,
                contracts=(*kept, new) if there else tuple(kept),
                never_customer_of=_never(file.never_customer_of, company, says),
            )
        case EntryKind.OBJECTION:
            if not there:
                rest = tuple(item for item in file.objections if item.company != company)
                return dataclasses.replace(file, objections=rest)
            how = How(content["how"]) if content["how"] else None
            made = Objection(company, date.fromisoformat(content["on"]), how is How.IN_THE_CALL, str(how or ""))
            return dataclasses.replace(file, objections=tuple(dict.fromkeys([*file.objections, made])))
        case _:
            others = file.consents if there else [item for item in file.consents if item.company != company]
            given = [Consent(company, date.fromisoformat(content["on"]))] if there else []
            return dataclasses.replace(
                file,
                consents=tuple(dict.fromkeys([*others, *given])),
                never_consented_to=_never(file.never_consented_to, company, says),
            )


def _never(before: frozenset[str], company: str, says: Says) -> frozenset[str]:
    return before | {company} if says is Says.NEVER else before - {company}


def _apart(one: Contract, other: Contract) -> bool:
    """Whether two spans have no day in common; one that overlaps an earlier one stands for it."""
    return (one.until or date.max) < (other.since or date.min) or (other.until or date.max) < (one.since or date.min)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
