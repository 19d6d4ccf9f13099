"""What the household says about itself and companies, one thing at a time, ready to become an entry of the ledger.

Decides which days of one such thing make sense together, and what its entry looks like. What an entry means beside the
earlier ones, `household_entries.py` decides; which company or line a name means, whoever writes has settled
(`filing/standing.py`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from blocker.core.entry import EntryKind, format_time
from blocker.errors import UsageError


class Says(StrEnum):
    """What an entry says."""

    YES = "yes"
    """There was such a thing: a contract, an objection, a holder …"""
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


class Asks(StrEnum):
    """What was asked in writing."""

    ACCESS = "access"
    """Which data a company has, and where they come from."""
    ANSWER = "answer"
    """The answer that didn't come: a reminder."""
    IDENTITY = "identity"
    """Of the own provider: who it was that called without a number."""


class CaseState(StrEnum):
    """What became of a case about a company."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that the household says. Which fields are about which kind, `_FIELDS` says."""

    kind: EntryKind
    says: Says = Says.YES
    company: str = ""
    """Slug: the company that the name meant on the day in question; `*` is everybody."""
    said_company: str = ""
    """As it was typed."""
    on: date | None = None
    """The day of an objection, a request, a consent or a registration, or on which a case was opened or closed."""
    how: How | None = None
    since: date | None = None
    """First day of a contract, or of a line's holder; None where it isn't known."""
    until: date | None = None
    """Last day of anything that lasts; None while it does."""
    line: str = ""
    """The household's name of a line; for a registration, empty means all of them."""
    holder: str = ""
    number: str = ""
    """Of the line, E.164; empty where it isn't said."""
    register: str = ""
    """Its key in the law files."""
    asks: Asks | None = None
    to: str = ""
    """Whom an objection or a request was sent to."""
    text: str = ""
    delivered: date | None = None
    answered: date | None = None
    answer: str = ""
    begins: datetime | None = None
    """First instant of an agreed time."""
    ends: datetime | None = None
    state: CaseState | None = None
    where: str = ""
    """The authority or court that has the case; empty where it isn't said."""
    proofs: tuple[str, ...] = ()
    """Sums of attachments."""

    def entry(self, at: datetime, by: str) -> dict[str, Any]:
        """The content of its entry."""
        fields = {name: _written(getattr(self, field)) for name, field in _FIELDS[self.kind].items()}
        return {"v": 1, "kind": str(self.kind), "at": format_time(at), "by": by, **fields}

    def sensible(self) -> "Fact":
        """Itself, if its days can be true together.

        Raises:
            UsageError: something ends before it began, or was delivered or answered before it was sent.
        """
        began = self.since or self.on
        what = _BEGINS.get(self.kind, "it began")
        for name, day in (("end", self.until), ("be delivered", self.delivered), ("be answered", self.answered)):
            if began and day and day < began:
                raise UsageError(
                    f"{_THING[self.kind]} can't {name} on {day}, before {what} on {began} (is one of the days wrong?)"
                )
        if self.begins and self.ends and self.ends <= self.begins:
            raise UsageError("the agreed time ends before it begins (is one of the times wrong?)")
        return self


def _same(names: str, **others: str) -> dict[str, str]:
    return {name: name for name in names.split()} | {name.rstrip("_"): field for name, field in others.items()}


_FIELDS: dict[EntryKind, dict[str, str]] = {
    EntryKind.LINE_HOLDER: _same("line holder number since until proofs says"),
    EntryKind.REGISTRATION: _same("register line on until proofs says"),
    EntryKind.CONTRACT: _same("company said_company since until proofs says"),
    EntryKind.OBJECTION: _same("company said_company on how to text delivered answered answer proofs says"),
    EntryKind.REQUEST: _same("company said_company asks on how to text delivered answered answer proofs says"),
    EntryKind.CONSENT: _same("company said_company on until proofs says"),
    EntryKind.AGREED_TIME: _same("company said_company says", from_="begins", until="ends"),
    EntryKind.CASE: _same("company said_company state on where"),
}
"""For each kind, the fields of its entry with those of `Fact` that they come from."""

_THING = {
    EntryKind.LINE_HOLDER: "a line",
    EntryKind.REGISTRATION: "a registration",
    EntryKind.CONTRACT: "a contract",
    EntryKind.OBJECTION: "an objection",
    EntryKind.REQUEST: "a request",
    EntryKind.CONSENT: "a consent",
}
_BEGINS = {EntryKind.OBJECTION: "it was made", EntryKind.REQUEST: "it was made", EntryKind.CONSENT: "it was given"}


def _written(value: object) -> object:
    match value:
        case datetime():
            return format_time(value)
        case date():
            return value.isoformat()
        case StrEnum():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value


def company_set(at: datetime, company: str, calls: str, *, by: str, sha256: str) -> dict[str, Any]:
    """The household's setting for a company's calls was changed; `sha256` is the sum of the settings then in force."""
    kind = str(EntryKind.COMPANY_SET)
    return {"v": 1, "kind": kind, "at": format_time(at), "company": company, "calls": calls, "by": by, "sha256": sha256}
