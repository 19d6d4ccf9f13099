"""A house that may give PhoneBlock what it knows: a made-up ledger, a real queue, and PhoneBlock on loopback."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from fakes.clock import StandingClock
from fakes.community import hit
from fakes.entries import BRUSSELS, LANDLINE, Told, local
from fakes.phoneblock import PhoneBlock, simulated

from blocker.core.case import Knowledge
from blocker.core.community import Hit
from blocker.core.company import CompanyBook
from blocker.core.list_source import Kind, ListSource
from blocker.core.listing import ListIndex
from blocker.core.policy import Policy
from blocker.core.ranges import RangeBook
from blocker.core.record import Content
from blocker.core.sharing_queue import Item, State
from blocker.core.statement import Said
from blocker.errors import LedgerWriteError
from blocker.fetching import Fetcher
from blocker.filing.sharing import Giver
from blocker.filing.sharing_desk import Desk, Home
from blocker.filing.uploading import Uploading
from blocker.phoneblock_giving import PhoneBlockGiving
from blocker.store.household_db import HouseholdDb
from blocker.store.sharing_db import SharingDb
from blocker.token_file import read_token

SELLER = "+3225550345"
HOME = Home("BE", BRUSSELS, [LANDLINE.number], comments=False, mobile=False, refused_calls=True, keep_given=None)


class Listed:
    """PhoneBlock's list as the book has it."""

    def __init__(self, *numbers: str) -> None:
        self.numbers = numbers

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return (hit(number, "phoneblock"),) if number in self.numbers else ()

    def neighbours(self, _: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return ()


class Ledger:
    """Where the house's entries go."""

    def __init__(self, told: Told) -> None:
        self._told = told
        self.problem = ""
        """Why nothing can be recorded at present."""
        self._waiting: list[Content] = []

    async def durable(self, *contents: Content) -> int:
        """See `Journal`."""
        if self.problem:
            raise LedgerWriteError(self.problem)
        return [self._told.add(content) for content in contents][-1]

    def later(self, content: Content) -> None:
        """See `Journal`."""
        self._waiting.append(content)

    async def flush(self) -> bool:
        """See `Journal`."""
        while self._waiting and not self.problem:
            self._told.add(self._waiting.pop(0))
        return not self._waiting


class SharingHouse:
    """The use cases with everything they work with."""

    def __init__(self, store: HouseholdDb, server: PhoneBlock, token_file: Path) -> None:
        self.store, self.server, self.token_file = SharingDb(store), server, token_file
        self.told = Told()
        self.clock = StandingClock(local("2026-11-17 18:00"))
        self.known = Knowledge(ListIndex(), ListIndex(), CompanyBook(), RangeBook(), Listed(), Policy())
        self.ledger = Ledger(self.told)
        self.switched: list[bool] = []
        self.start()

    def start(self, home: Home = HOME, *, wait: timedelta = timedelta(hours=6)) -> None:
        """As after a start of the program."""
        origin, token = self.server.url, str(self.token_file)
        source = ListSource(
            "phoneblock", "PhoneBlock", origin, "phoneblock", kind=Kind.PHONEBLOCK, token_file=token, allow_private=True
        )
        self.desk = Desk(
            giving=PhoneBlockGiving(source, Fetcher(private_addresses=True), read_token),
            store=self.store,
            records=self._reader,
            journal=self.ledger,
            knowledge=lambda: self.known,
            home=home,
            clock=self.clock,
            wait=lambda: wait,
        )
        self.giver, self.uploading = Giver(self.desk), Uploading(self.desk)
        self.giver.on_change = self.switched.append

    @asynccontextmanager
    async def _reader(self) -> AsyncIterator[Told]:
        yield self.told

    def says(self, call: str, at: str = "2026-11-17 18:00", **said: str) -> int:
        """A person says something about a call; returns the entry's number."""
        return self.told.add(Said(**said).entry(local(at), call, "Anna"))

    def marked(self, number: str = SELLER, **said: str) -> str:
        """A call that rang, and was marked as marketing."""
        call = self.told.call("2026-11-17 09:00", number=number)
        self.says(call, mark="marketing", **said)
        return call

    async def say_yes(self) -> dict[str, Any]:
        """A person looks and says yes."""
        return await self.giver.on((await self.giver.preview())["sum"], by="Anna")

    async def later(self, **span: float) -> None:
        """Time passes here and there, and then the service looks at what is due."""
        self.clock.pass_time(timedelta(**span))
        self.server.now += timedelta(**span)
        await self.uploading.run()

    async def states(self) -> dict[tuple[str, str], str]:
        """How each upload stands, by number and what it is."""
        return {(item.upload.number, str(item.upload.what)): str(item.state) for item in await self.store.queue()}

    async def rating(self, number: str = SELLER) -> Item:
        """The queue's item about a number's rating."""
        (item,) = [
            one for one in await self.store.queue() if one.upload.number == number and one.upload.what == "rating"
        ]
        return item

    def know(self, **changes: Any) -> None:
        """The household's lists and wishes are others."""
        self.known = replace(self.known, **changes)

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """What the ledger says of a kind."""
        return [entry.content for entry in self.told.all() if entry.content["kind"] == kind]


GIVEN, WAITING = str(State.GIVEN), str(State.WAITING)


@asynccontextmanager
async def sharing_house(folder: Path, **settings: Any) -> AsyncIterator[SharingHouse]:
    """One, with PhoneBlock as `settings` say."""
    store = await HouseholdDb.open(folder)
    token_file = folder / "token"
    try:
        async with simulated(**settings) as server:
            token_file.write_text(f"{server.token}\n", "utf-8")
            token_file.chmod(0o600)
            yield SharingHouse(store, server, token_file)
    finally:
        await store.close()
