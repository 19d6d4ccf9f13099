"""PhoneBlock's list from a simulated server: all of it, its changes day by day, and every way in which it says no."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random

import pytest
from fakes.clock import StandingClock
from fakes.phoneblock import Fault, PhoneBlock, simulated

from blocker.core.community import Rated
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.errors import BlockerError, SourceError, StatusError
from blocker.phoneblock import PhoneBlockSupplier
from blocker.sources import Here, phoneblock
from blocker.syncing import Supplied

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
NUMBERS = [f"+3247555{n:04}" for n in range(60)]


class House:
    """A household with an account: it has what is new, and keeps the list as somebody would who reads only that."""

    def __init__(self, server: PhoneBlock, folder: Path) -> None:
        self.server, self.folder, self.clock = server, folder, StandingClock(START)
        self.supplier = PhoneBlockSupplier(self.clock)
        self.token = folder / "token"
        self.token.write_text(server.token + "\n")
        self.token.chmod(0o600)
        self.source = ListSource(
            "phoneblock", "PhoneBlock", server.url, "phoneblock", Kind.PHONEBLOCK, needs_token=True,
            token_file=str(self.token), allow_private=True,
        )  # fmt: skip
        self.state = SourceState()
        self.listed: dict[str, int] = {}
        self._folders = count()

    async def supplied(self) -> Supplied:
        """What is new, in a folder of its own."""
        folder = self.folder / f"sync-{next(self._folders)}"
        folder.mkdir()
        return await self.supplier.supply(self.source, self.state, folder)

    async def sync(self) -> Supplied:
        """Take over what is new, as a book does: what has no votes leaves it."""
        new = await self.supplied()
        now = self.clock.now()
        self.state = replace(
            self.state, good_at=now, version=new.version, full_at=self.state.full_at if new.changes else now
        )
        if new.file is None:
            return new
        if not new.changes:
            self.listed = {}
        with new.file.open("rb") as stream:
            for item in phoneblock.read(stream, Here("DE", self.clock.now().date())):
                assert isinstance(item, Rated)
                self.listed[item.target.number] = item.votes
        self.listed = {number: votes for number, votes in self.listed.items() if votes}
        return new

    def pass_days(self, days: int) -> None:
        """For both sides."""
        self.clock.pass_time(timedelta(days=days))
        self.server.pass_days(days)

    def asked(self) -> list[str]:
        """What was asked for, in short: `all` or the version since which."""
        return [request.query.get("since", "all") for request in self.server.asked]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house and a server with a list of forty numbers."""
    async with simulated(now=START) as server:
        for number in NUMBERS[:40]:
            server.vote(number, 12)
        yield House(server, tmp_path)


async def test_a_month_of_changes_comes_to_the_whole_list(house: House) -> None:
    """The whole list once, then changes: after each of thirty days the house has what the server shows."""
    chance = Random(6)  # noqa: S311
    await house.sync()
    days_with_changes = 0
    for _ in range(30):
        house.pass_days(1)
        for number in chance.sample(NUMBERS, 8):
            house.server.vote(number, chance.choice([-30, 3, 9, 40]))
        new = await house.sync()
        days_with_changes += new.changes
        assert house.listed == house.server.visible()
    assert days_with_changes > 20
    assert house.asked().count("all") == 1
    assert len(house.asked()) == 31
    assert house.listed != dict.fromkeys(NUMBERS[:40], 10)


async def test_who_asks_says_who_it_is(house: House) -> None:
    """The token goes along as a bearer's, the program names itself, and nothing else of the household is told."""
    await house.sync()
    (request,) = house.server.asked
    assert request.token == house.server.token
    assert request.headers["User-Agent"].startswith("blocker/")
    assert request.query == {"format": "json"}


async def test_nothing_new(house: House) -> None:
    """The same version again is no file, so that no book is made."""
    await house.sync()
    house.pass_days(1)
    new = await house.sync()
    assert new == Supplied(None, version=str(house.server.version))


async def test_what_left_the_list_leaves_the_house(house: House) -> None:
    """A tombstone takes its number out, even one of a household that slept for eighty days."""
    await house.sync()
    house.server.vote(NUMBERS[0], -12)
    house.pass_days(80)
    assert (await house.sync()).changes
    assert NUMBERS[0] not in house.listed


async def test_a_gap_longer_than_tombstones_live(house: House) -> None:
    """After ninety days the whole list is had, so that nothing stays listed whose tombstone is forgotten."""
    await house.sync()
    house.server.vote(NUMBERS[0], -12)
    house.pass_days(130)
    assert NUMBERS[0] not in house.server.items
    assert not (await house.sync()).changes
    assert house.asked() == ["all", "all"]
    assert house.listed == house.server.visible()


async def test_a_server_that_went_back(house: House) -> None:
    """Changes of another version are never used; the whole list is had anew, but not before a month has passed."""
    await house.sync()
    house.state = replace(house.state, version="99999")
    for _ in range(3):
        house.pass_days(1)
        with pytest.raises(SourceError, match=r"is at version \d+, and 99999 is here already; .* once a month"):
            await house.sync()
    assert house.asked() == ["all", "99999", "99999", "99999"]
    house.pass_days(26)
    assert not (await house.sync()).changes
    assert house.listed == house.server.visible()


async def test_a_token_that_was_revoked(house: House) -> None:
    """The household is told which file holds it; the token itself stands in no message."""
    await house.sync()
    old, house.server.token = house.server.token, "pbt_another"
    with pytest.raises(
        StatusError, match=rf"^phoneblock doesn't take the token in {house.token} \(it answered 401\)"
    ) as told:
        await house.sync()
    assert old not in str(told.value)
    assert len(house.server.asked) == 2  # asked once, and not again


async def test_a_token_that_others_can_read(house: House) -> None:
    """Nothing is asked with it."""
    house.token.chmod(0o644)
    with pytest.raises(SourceError, match="holds a token that others can read: chmod 600"):
        await house.sync()
    assert not house.server.asked


async def test_no_token(house: House) -> None:
    """The list is for those who have an account, and nothing is asked without."""
    house.source = replace(house.source, token_file="")
    with pytest.raises(SourceError, match="wants a token"):
        await house.sync()
    assert not house.server.asked


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault.BAD_REQUEST, "answered 400"),
        (Fault.TOO_MANY, "answered 429"),
        (Fault.UNAVAILABLE, "answered 503"),
        (Fault.BROKEN, "answered 500"),
        (Fault.PAGE, "is a web page"),
        (Fault.HALF_GZIP, "ends in the middle"),
        (Fault.CUT_OFF, "no whole list"),
        (Fault.ENDLESS, "more than 300000 bytes"),
    ],
)
async def test_a_server_that_fails(house: House, fault: Fault, why: str) -> None:
    """Each is an error that says what came, and what was remembered stays as it was."""
    await house.sync()
    before, house.server.fault = house.state, fault
    house.source = replace(house.source, max_bytes=300_000)
    with pytest.raises(SourceError, match=why) as told:
        await house.sync()
    assert house.state == before
    assert house.server.token not in str(told.value)
    house.server.fault = None
    house.pass_days(1)
    await house.sync()
    assert house.listed == house.server.visible()


@pytest.mark.parametrize("fault", [Fault.TOO_MANY, Fault.UNAVAILABLE])
async def test_how_long_it_wants_to_be_left_alone(house: House, fault: Fault) -> None:
    """What the server says of that comes out with the error, for whoever sets the next time."""
    house.server.fault = fault
    with pytest.raises(StatusError) as told:
        await house.sync()
    assert told.value.retry_after == 7200


async def test_a_server_that_says_nothing_is_given_up(house: House) -> None:
    """It waits no longer than it is let, and leaves nothing behind."""
    house.server.fault = Fault.SILENT
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await house.sync()
    house.server.fault = None
    await house.sync()
    assert house.listed


async def test_what_the_examples_say_is_read_too(house: House) -> None:
    """A rating with another letter than the description gives it is still that rating."""
    house.server.contradictions = True
    house.server.vote(NUMBERS[50], 20, "D_POLL")
    new = await house.supplied()
    assert new.file is not None
    assert b"C_POLL" in new.file.read_bytes()
    with new.file.open("rb") as stream:
        assert all(isinstance(item, Rated) for item in phoneblock.read(stream, Here("DE", date(2026, 11, 17))))


async def test_an_address_that_is_no_server(house: House) -> None:
    """A wrong address is told as such."""
    house.source = replace(house.source, origin="ftp://phoneblock.invalid/api")
    with pytest.raises(BlockerError, match="only http and https"):
        await house.sync()
