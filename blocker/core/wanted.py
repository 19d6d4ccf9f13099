"""What makes a call wanted beside the lists, as values: contacts, numbers dialled, windows, a pause of all blocking.

Decides what holds at which moment; that is judged by the time of the call, so that nothing has to happen when one of
them ends. Where it stands in the order of precedence, `decide.py` says. A clock that runs behind (a small computer that
has just been switched on) makes something hold for longer, never for less: then too much rings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from blocker.errors import UsageError

PAUSE = timedelta(hours=24)
"""How long nothing is blocked after a call to an emergency or help line: whoever helps may ring back, from any number
or from none. No law asks for it here; rules for mobile networks in the United States and Europe have the like."""

MAX_WINDOW = timedelta(days=7)

_SPAN = re.compile(r"([1-9][0-9]{0,4}) ?([mhdw])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Contact(NamedTuple):
    """A number in somebody's address book."""

    number: str
    """E.164."""
    name: str


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which the household expects a call."""

    since: datetime
    """Aware, UTC."""
    until: datetime
    """The instant (aware, UTC) from which it no longer holds."""
    company: str | None
    """Slug of the company whose call is expected; None for anybody's."""
    by: str

    def holds_at(self, now: datetime) -> bool:
        return now < self.until


@dataclass(frozen=True, slots=True)
class Wanted:
    """All of it at one moment; swapped whole when something changes."""

    contacts: frozenset[str] = frozenset()
    """E.164 numbers."""
    dialled: Mapping[str, datetime] = field(default_factory=dict)
    """E.164 numbers with the instant (aware, UTC) at which the household last dialled each."""
    windows: tuple[Window, ...] = ()
    """In the order in which they were opened; those that are over may still be among them."""
    no_blocking_until: datetime | None = None
    """The instant (aware, UTC) until which nothing is blocked; None where that never was."""

    def pauses_at(self, now: datetime) -> bool:
        """Whether nothing at all is to be blocked."""
        return self.no_blocking_until is not None and now < self.no_blocking_until


def parse_span(text: str) -> timedelta:
    """A length of time as a person writes it: `30m`, `2h`, `3d`, `1w`.

    Raises:
        UsageError: it is none.
    """
    found = _SPAN.fullmatch(text.strip().lower())
    if found is None:
        raise UsageError(f"“{text}” is no length of time: write 30m, 2h or 3d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})
