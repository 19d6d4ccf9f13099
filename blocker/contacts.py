"""The household's contacts: every number in its address book is allowed.

Decides what replaces what, and what the ledger learns: how many there are and a sum, neither names nor numbers. How an
address book is read is a source's business (`sources/vcard.py`), what a contact is worth the rows'.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Protocol

from blocker.core import record
from blocker.core.ledger_ports import Journal
from blocker.core.ports import Clock
from blocker.core.wanted import Contact
from blocker.errors import UsageError

MAX_CONTACTS = 20_000
"""Numbers; far more than anybody's address book, and few enough to be sent over the control socket in one piece."""


class Store(Protocol):
    """Where they are kept. Each is durable on return."""

    async def contacts(self) -> list[Contact]: ...

    async def keep_contacts(self, people: Collection[Contact]) -> None: ...


class Contacts:
    """The address book as a whole. The methods take and return plain values, for the control socket."""

    def __init__(self, *, store: Store, journal: Journal, clock: Clock, changed: Callable[[], None]) -> None:
        self._store, self._journal, self._clock, self._changed = store, journal, clock, changed
        self.numbers: frozenset[str] = frozenset()
        """E.164."""

    def load(self, numbers: frozenset[str]) -> None:
        """Take over what was kept."""
        self.numbers = numbers

    async def replace(self, people: Sequence[Sequence[str]], by: str = "") -> Any:  # noqa: ANN401
        """Put these in the place of all earlier ones; nobody at all clears the list.

        Args:
            people: pairs of a number (E.164) and a name.
            by: who asked.

        Raises:
            UsageError: there are too many.
            LedgerWriteError: it could not be recorded, and all is as it was.
        """
        if len(people) > MAX_CONTACTS:
            raise UsageError(f"{len(people)} numbers are more than an address book has (at most {MAX_CONTACTS})")
        new = sorted({Contact(number, name) for number, name in people})
        old = await self._store.contacts()
        numbers = frozenset(contact.number for contact in new)
        await self._store.keep_contacts(new)
        entry = record.contacts_changed(self._clock.now(), count=len(numbers), sha256=_sha256(new), by=by)
        try:
            await self._journal.durable(entry)
        except BaseException:
            await self._store.keep_contacts(old)
            raise
        self.numbers = numbers
        self._changed()
        return {"numbers": len(numbers), "before": len({contact.number for contact in old})}

    async def forget(self, number: str, by: str = "") -> bool:
        """Take a number out of the address book; False where it isn't in it. Raises as `replace` does."""
        people = await self._store.contacts()
        rest = [contact for contact in people if contact.number != number]
        if len(rest) < len(people):
            await self.replace(rest, by)
        return len(rest) < len(people)

    async def show(self) -> Any:  # noqa: ANN401
        """All of them, by name."""
        found = sorted(await self._store.contacts(), key=lambda contact: (contact.name.casefold(), contact.number))
        return [{"number": contact.number, "name": contact.name} for contact in found]


def _sha256(people: Collection[Contact]) -> str:
    """The sum that an entry names them by; with the names, since numbers alone could be found by guessing."""
    lines = sorted(f"{contact.number} {contact.name}\n".encode(errors="replace") for contact in people)
    return hashlib.sha256(b"".join(lines)).hexdigest()
