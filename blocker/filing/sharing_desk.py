"""What all that is done about giving to a community list works with: the list, the queue, and what should be in it.

Decides how the queue is brought in line with the ledger and the household's lists of the moment. What a person does
about it is in `sharing.py`, what is sent when in `uploading.py`; what may be given, `core/sharing.py` decides.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from blocker.core.case import Knowledge
from blocker.core.ledger_ports import Entries, FlushedJournal, LaterJournal
from blocker.core.number import E164, NumberPlan, normalise
from blocker.core.ports import Clock
from blocker.core.sharing import Upload, why_never
from blocker.core.sharing_answer import Answer
from blocker.core.sharing_queue import LONGEST_WAIT, SEEN_AGAIN, SHORTEST_WAIT, Changes, Item, Key, Sharing, changes
from blocker.filing.sharing_wishes import Wishes, find


class Store(Protocol):
    """Where it is kept, durably; every method raises `DataDirError` where that can't be."""

    async def sharing(self) -> Sharing | None: ...
    async def set_sharing(self, sharing: Sharing | None) -> None: ...
    async def queue(self) -> list[Item]: ...
    async def put(self, item: Item) -> None: ...
    async def remove(self, key: Key) -> None: ...


class Journal(FlushedJournal, LaterJournal, Protocol):
    """Where entries go."""

    @property
    def problem(self) -> str:
        """Why none can be written at present; empty while all is well."""
        ...


class Giving(Protocol):
    """What gives to one list."""

    slug: str
    name: str
    address: str

    async def ready(self) -> None:
        """See whether anything could be given; raises `UsageError` or `SourceError` where it couldn't."""
        ...

    def sent(self, upload: Upload) -> dict[str, str]:
        """`address` and `body` of an upload."""
        ...

    def shown(self, upload: Upload) -> str:
        """The whole request as it will be sent, but for secrets."""
        ...

    async def give(self, upload: Upload) -> Answer:
        """Send it once; raises `UsageError` or `SourceError` where nothing was sent, for want of a token."""
        ...


@dataclass(frozen=True, slots=True)
class Home:
    """What has to be known of the household."""

    region: str
    zone: ZoneInfo
    own: Collection[str]
    """The numbers of its lines, E.164."""
    comments: bool
    mobile: bool
    refused_calls: bool
    keep_given: timedelta | None
    """How long is remembered what was given; None for ever."""


def random_wait() -> timedelta:
    """How long an upload waits, from a source that nobody can foretell."""
    span = (LONGEST_WAIT - SHORTEST_WAIT) // timedelta(milliseconds=1)
    return SHORTEST_WAIT + timedelta(milliseconds=secrets.randbelow(span))


class Desk:
    """The queue, and what it is kept by."""

    def __init__(
        self,
        *,
        giving: Giving,
        store: Store,
        records: Callable[[], AbstractAsyncContextManager[Entries]],
        journal: Journal,
        knowledge: Callable[[], Knowledge | None],
        home: Home,
        clock: Clock,
        wait: Callable[[], timedelta] = random_wait,
    ) -> None:
        """`knowledge` is what the household decides by at the moment; None while that can't be read."""
        self.giving, self.store, self.journal, self.home, self.clock = giving, store, journal, home, clock
        self.wait = wait
        self._records, self._knowledge = records, knowledge
        self.one_at_a_time = asyncio.Lock()
        """Held by whoever looks at the queue and then changes it."""
        self.problem = ""
        """Why nothing is given although it should be, as a sentence; empty where all is well."""

    async def is_on(self) -> bool:
        """Whether something is given at present; sees whether something stands against it."""
        sharing = await self.store.sharing()
        self.problem = self.stopped(sharing) if sharing else ""
        return sharing is not None

    def stopped(self, sharing: Sharing) -> str:
        """Why nothing is sent until a person says yes again; empty where that isn't so."""
        if sharing.address != self.giving.address:
            where = f"{sharing.address} to {self.giving.address}"
            return f"nothing is given: {self.giving.name} moved from {where} (look, then say yes: blocker share on)"
        return sharing.stopped

    async def align(self) -> None:
        """Bring the queue in line with what the ledger says now."""
        change = await self.planned(await self.wishes())
        for key in change.remove:
            await self.store.remove(key)
        for item in change.put:
            await self.store.put(item)

    async def planned(self, wishes: Wishes) -> Changes:
        """What `align` would change."""
        return changes(
            await self.store.queue(),
            wishes.wishes,
            self.clock.now(),
            barred=self.barred(wishes),
            wait=self.wait,
            keep_given=self.home.keep_given,
        )

    async def wishes(self) -> Wishes:
        """What should be given, as the ledger has it.

        Raises:
            LedgerError: it can't be read.
        """
        sharing, now = await self.store.sharing(), self.clock.now()
        refused = max(sharing.since, now - SEEN_AGAIN) if sharing and self.home.refused_calls else None
        await self.journal.flush()
        async with self._records() as ledger:
            return await find(ledger, comments=self.home.comments, refused_since=refused, listed=self._listed)

    def _listed(self, number: str) -> bool:
        known = self._knowledge()
        hits = known.community.lookup(number) if known else ()
        return any(hit.source == self.giving.slug and hit.rated.target.text == number for hit in hits)

    def barred(self, wishes: Wishes) -> Callable[[str], str]:
        """What tells why a number (E.164) isn't given now, as the end of a sentence; empty where it may be."""
        known, home = self._knowledge(), self.home
        local = self.clock.now().astimezone(home.zone)

        def barred(number: str) -> str:
            if known is None:
                return "the household's own lists can't be read at present"
            if number in wishes.wanted:
                return "another call of it was marked as wanted"
            caller = normalise(number, None, NumberPlan(home.region))
            read = caller if isinstance(caller, E164) else None
            return why_never(read, known, home.own, local, home.region, mobile=home.mobile)

        return barred
