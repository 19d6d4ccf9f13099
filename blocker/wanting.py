"""All that makes a call wanted beside the lists, in one hand: the three use cases, what they know, and their commands.

Decides nothing by itself; `dialling.py`, `expecting.py` and `contacts.py` do.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker import contacts, dialling, expecting
from blocker.contacts import Contacts
from blocker.core import ledger_ports
from blocker.core.company import CompanyBook
from blocker.core.policy_week import Policies
from blocker.core.ports import Clock
from blocker.core.ranges import RangeBook
from blocker.core.wanted import Wanted
from blocker.dialling import Dialling
from blocker.expecting import Expecting


class Store(dialling.Store, expecting.Store, contacts.Store, Protocol):
    """Where it is kept."""

    async def wanted(self) -> Wanted: ...


class Journal(ledger_ports.LaterJournal, ledger_ports.Journal, Protocol):
    """Where entries go."""


class WantedCalls:
    """The household's wishes as they stand."""

    def __init__(
        self,
        *,
        store: Store | None,
        journal: Journal,
        clock: Clock,
        companies: Callable[[], CompanyBook],
        ranges: Callable[[], RangeBook],
        region: str,
        regions: Collection[str],
        zone: ZoneInfo,
        policies: Policies,
    ) -> None:
        """Nothing is known yet; `load` reads what was kept.

        `store` is None where the household's file can't be used: calls for help are heeded all the same. Numbers that
        were dialled are remembered for as long as any of the policies allows them.
        """
        self._store = store
        weeks = (policies.household, *policies.lines.values())
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change, for whoever decides by it."""
        self.dialling = Dialling(
            store=store,
            journal=journal,
            clock=clock,
            ranges=ranges,
            region=region,
            regions=regions,
            zone=zone,
            allowed_for=max(policy.dialled for week in weeks for policy in week.policies),
            changed=self._changed,
        )
        self._expecting: Expecting | None = None
        self._contacts: Contacts | None = None
        if store is not None:
            self._expecting = Expecting(
                store=store, journal=journal, clock=clock, companies=companies, region=region, changed=self._changed
            )
            self._contacts = Contacts(store=store, journal=journal, clock=clock, changed=self._changed)

    async def load(self) -> bool:
        """Read what was kept; True when that is done.

        Raises:
            DataDirError: it can't be read.
        """
        if self._store is None or self._expecting is None or self._contacts is None:
            return False
        kept = await self._store.wanted()
        self.dialling.load(kept)
        self._expecting.load(kept)
        self._contacts.load(kept.contacts)
        return True

    async def close(self) -> None:
        """Write what still waits."""
        await self.dialling.close()

    def wanted(self) -> Wanted:
        """What a decision is to know of it."""
        return Wanted(
            contacts=self._contacts.numbers if self._contacts else frozenset(),
            dialled=self.dialling.dialled,
            windows=self._expecting.windows if self._expecting else (),
            no_blocking_until=self.dialling.no_blocking_until,
        )

    async def forget(self, number: str, by: str) -> list[str]:
        """Take a number, E.164, out of all of it; where it was, as words. Raises as the parts do."""
        among = ["among the numbers you dialled"] if await self.dialling.forget(number) else []
        return [
            *among,
            *(["in your address book"] if self._contacts and await self._contacts.forget(number, by) else []),
        ]

    def handlers(self) -> Mapping[str, Callable[..., Awaitable[Any]]]:
        """The commands, by name; none where the household's file can't be used."""
        if self._expecting is None or self._contacts is None:
            return {}
        return {
            "expect": self._expecting.expect,
            "expect-show": self._expecting.show,
            "expect-end": self._expecting.end,
            "contacts-replace": self._contacts.replace,
            "contacts-show": self._contacts.show,
        }

    def _changed(self) -> None:
        self.on_change()
