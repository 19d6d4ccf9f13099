"""The household's file as plain values for whoever shows it: a page, a program, a pack.

Each item says which entry it comes from and which files prove it. Decides nothing but the form.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from blocker.core.attached import Attached
from blocker.core.entry import format_time
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

Shown = dict[str, Any]
Files = Mapping[str, Attached]
"""What is known of attachments, by sum."""

CountsFrom = Callable[[Registration], date | None]
"""From which day on calls count to a registered line; None where no law asks about it."""

Item = TypeVar("Item", Contract, Objection, Request, Consent, AgreedTime, OpenCase)


def shown_file(file: HouseholdFile, files: Files, counts_from: CountsFrom) -> Shown:
    """All of it. What was said of a company that was taken over is shown once, as that company's."""
    return {
        "lines": [holder(item, files) for item in file.holders],
        "registrations": [registration(item, files, counts_from) for item in file.registrations],
        "contracts": [contract(item, files) for item in as_said(file.contracts)],
        "objections": [objection(item, files) for item in as_said(file.objections)],
        "requests": [request(item, files) for item in as_said(file.requests)],
        "consents": [consent(item, files) for item in as_said(file.consents)],
        "agreed_times": [agreed(item) for item in as_said(file.agreed_times)],
        "cases": [open_case(item) for item in as_said(file.open_cases)],
        "never_customer_of": sorted(file.never_customer_of),
        "never_consented_to": sorted(file.never_consented_to),
    }


def as_said(items: Iterable[Item]) -> list[Item]:
    """Without those that only follow from a company having gone into another."""
    by_entry: dict[int, Item] = {}
    for item in items:
        by_entry.setdefault(item.n, item)
    return list(by_entry.values())


def holder(item: Holder, files: Files) -> Shown:
    """Who holds a line."""
    return {
        "line": item.line,
        "holder": item.holder,
        "number": item.number or None,
        "since": _day(item.since),
        "until": _day(item.until),
        "proofs": proofs(item.proofs, files),
        "entry": item.n,
    }


def registration(item: Registration, files: Files, counts_from: CountsFrom) -> Shown:
    """A line's place on a register; `line` is None for all lines."""
    return {
        "register": item.register,
        "line": item.line or None,
        "on": _day(item.on),
        "until": _day(item.until),
        "counts_from": _day(counts_from(item)),
        "proofs": proofs(item.proofs, files),
        "entry": item.n,
    }


def contract(item: Contract, files: Files) -> Shown:
    """A time as a customer."""
    return {
        "company": item.company,
        "since": _day(item.since),
        "until": _day(item.until),
        "proofs": proofs(item.proofs, files),
        "entry": item.n,
    }


def objection(item: Objection, files: Files) -> Shown:
    """A “no more” to a company; `on` is an instant where it was said in a call."""
    on = format_time(item.when) if isinstance(item.when, datetime) else _day(item.when)
    return {"company": item.company, "on": on} | _written(item, files)


def request(item: Request, files: Files) -> Shown:
    """Something that was asked in writing."""
    return {"company": item.company, "asks": item.asks, "on": _day(item.when)} | _written(item, files)


def _written(item: Objection | Request, files: Files) -> Shown:
    return {
        "how": item.how or None,
        "to": item.to,
        "text": item.text,
        "delivered": _day(item.delivered),
        "answered": _day(item.answered),
        "answer": item.answer,
        "proofs": proofs(item.proofs, files),
        "entry": item.n,
    }


def consent(item: Consent, files: Files) -> Shown:
    """A permission to call."""
    return {
        "company": item.company,
        "on": str(item.when),
        "until": _day(item.until),
        "proofs": proofs(item.proofs, files),
        "entry": item.n,
    }


def agreed(item: AgreedTime) -> Shown:
    """A call that was asked for; both times UTC."""
    return {
        "company": item.company,
        "from": format_time(item.since),
        "until": format_time(item.until),
        "entry": item.n,
    }


def open_case(item: OpenCase) -> Shown:
    """A case that isn't over."""
    return {"company": item.company, "on": _day(item.on), "where": item.where, "entry": item.n}


def proofs(sums: Iterable[str], files: Files) -> list[Shown]:
    """The files that prove something; `name` is None where what was said of a file is gone."""
    return [
        {
            "sha256": sha256,
            "name": files[sha256].file.name if sha256 in files else None,
            "what": str(files[sha256].what) if sha256 in files else None,
        }
        for sha256 in sums
    ]


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
