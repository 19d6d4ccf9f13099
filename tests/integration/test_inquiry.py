"""Asking a simulated PhoneBlock about callers: what leaves the house, what is kept, and that it is never a burden."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import StandingClock
from fakes.phoneblock import Fault, PhoneBlock, sha1, simulated

from blocker import asking
from blocker.asking import Inquiry, WithAsked
from blocker.asking_config import Asking
from blocker.core.community import Hit, Rated, Rating
from blocker.core.list_source import Kind, ListSource
from blocker.core.listing import Target
from blocker.core.record import Content
from blocker.phoneblock import PhoneBlockAsk

START = datetime(2026, 11, 17, 8, tzinfo=UTC)
NUMBER, OTHER = "+32475551234", "+32475559876"
PATIENCE = 10.0


class Journal:
    """Keeps entries."""

    def __init__(self) -> None:
        self.entries: list[Content] = []
        self.news = asyncio.Event()

    def later(self, content: Content) -> None:
        self.entries.append(content)
        self.news.set()


class House:
    """A household that asks at once, with a server that knows two votes about one number."""

    def __init__(self, server: PhoneBlock, folder: Path) -> None:
        token = folder / "token"
        token.write_text(server.token)
        token.chmod(0o600)
        self.server, self.journal, self.clock = server, Journal(), StandingClock(START)
        self.source = ListSource(
            "phoneblock", "PhoneBlock", server.url, "phoneblock", Kind.PHONEBLOCK, token_file=str(token),
            allow_private=True,
        )  # fmt: skip
        self.inquiry = self.ask_by(Asking(on=True, budget_ms=500))

    def ask_by(self, settings: Asking, **more: Any) -> Inquiry:
        """Somebody who asks."""
        ask = PhoneBlockAsk(self.source)
        self.inquiry = Inquiry(
            settings, ask=ask, licence="", journal=self.journal, clock=self.clock, chance=lambda: 0.5, **more
        )
        return self.inquiry

    def asked(self) -> list[dict[str, str]]:
        """What the server was asked."""
        return [request.query for request in self.server.asked]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """The household and its server."""
    async with simulated(now=START) as server:
        server.vote(NUMBER, 2, "G_FRAUD")
        house = House(server, tmp_path)
        yield house
        await house.inquiry.close()


def said(votes: int = 2) -> tuple[Hit, ...]:
    """What the server says of the number."""
    rated = Rated(Target(NUMBER), Rating.G_FRAUD, votes, START.date(), START.date())
    return (Hit("phoneblock", rated, START.date()),)


async def test_the_number_never_leaves_the_house(house: House) -> None:
    """All that is sent are four digits of its sum; what comes back of it is kept and recorded, of others nothing."""
    assert await house.inquiry.now("c1", NUMBER, PATIENCE)
    assert house.asked() == [{"sha1": sha1(NUMBER)[:4]}]
    sent = house.server.asked[0]
    told = f"{sent.path} {sent.query} {sent.headers} {sent.body!r}"
    assert NUMBER[1:] not in told
    assert NUMBER[4:] not in told
    assert "asks about a caller" in sent.headers["User-Agent"]
    assert house.inquiry.hits(NUMBER) == said()
    (entry,) = house.journal.entries
    assert (entry["kind"], entry["call"], entry["asked"]) == ("looked-up", "c1", {"sha1": sha1(NUMBER)[:4]})
    assert entry["answer"] == [
        {"target": NUMBER, "rating": "G_FRAUD", "votes": 2, "last_activity": START.date().isoformat()}
    ]


async def test_that_nothing_is_known_is_kept_too(house: House) -> None:
    """A number is asked about once in a week, whether something came back or not."""
    for _ in range(3):
        assert await house.inquiry.now("c1", OTHER, PATIENCE)
        house.clock.pass_time(timedelta(days=2))
    assert len(house.asked()) == 1
    assert house.inquiry.hits(OTHER) == ()
    house.clock.pass_time(timedelta(days=2))
    assert await house.inquiry.now("c2", OTHER, PATIENCE)
    assert len(house.asked()) == 2


async def test_an_answer_ends(house: House) -> None:
    """After a week it says nothing any more."""
    await house.inquiry.now("c1", NUMBER, PATIENCE)
    house.clock.pass_time(timedelta(days=7))
    assert house.inquiry.hits(NUMBER) == ()


async def test_blocks_are_asked_about_only_where_that_is_wanted(house: House) -> None:
    """Six digits and the blocks, by the settings; a word of the account's own white list stands above them."""
    for n in range(5):
        house.server.vote(f"{OTHER[:-1]}{n}", 3)
    house.ask_by(Asking(on=True, hex_digits=6, blocks=True, budget_ms=500))
    await house.inquiry.now("c1", OTHER, PATIENCE)
    assert house.asked() == [
        {"sha1": sha1(OTHER)[:6], "prefix10": sha1(OTHER[:-1])[:6], "prefix100": sha1(OTHER[:-2])[:6]}
    ]
    (hit,) = house.inquiry.hits(OTHER)
    assert hit.rated == Rated(Target(OTHER[:-1], is_prefix=True), Rating.B_MISSED, 15)
    white = OTHER[:-1] + "7"
    house.server.white.add(white)
    await house.inquiry.now("c2", white, PATIENCE)
    (hit,) = house.inquiry.hits(white)
    assert hit.rated == Rated(Target(white), Rating.A_LEGITIMATE)


async def test_a_server_that_says_nothing_costs_the_budget_and_no_more(house: House) -> None:
    """The call goes on when its time is over; an answer that comes later counts for the next call."""
    house.server.fault = Fault.SILENT
    began = asyncio.get_running_loop().time()
    assert not await house.inquiry.now("c1", NUMBER, 0.2)
    assert asyncio.get_running_loop().time() - began < 1.0
    assert house.inquiry.hits(NUMBER) == ()


@pytest.mark.parametrize(
    ("fault", "rest"),
    [
        (Fault.UNAVAILABLE, 7200),
        (Fault.TOO_MANY, 7200),
        (Fault.BROKEN, 600),
        (Fault.PAGE, 600),
        (Fault.BAD_REQUEST, 600),
        (Fault.ENDLESS, 600),
    ],
)
async def test_a_server_that_fails_is_left_alone(house: House, fault: Fault, rest: int) -> None:
    """It is asked once, and then for as long as it wants not at all, whoever calls; nothing is recorded."""
    house.server.fault = fault
    assert not await house.inquiry.now("c1", NUMBER, PATIENCE)
    house.server.fault = None
    house.clock.pass_time(timedelta(seconds=rest - 1))
    assert not await house.inquiry.now("c2", OTHER, PATIENCE)
    assert len(house.asked()) == 1
    house.clock.pass_time(timedelta(seconds=1))
    assert await house.inquiry.now("c3", NUMBER, PATIENCE)
    assert [entry["call"] for entry in house.journal.entries] == ["c3"]


async def test_a_token_that_is_not_taken(house: House) -> None:
    """After a refusal nothing is asked for a day; meanwhile the household is told which file holds the token."""
    taken, house.server.token = house.server.token, "pbt_another"
    assert house.inquiry.problem == ""
    assert not await house.inquiry.now("c1", NUMBER, PATIENCE)
    house.clock.pass_time(timedelta(hours=23))
    assert not await house.inquiry.now("c2", NUMBER, PATIENCE)
    assert len(house.asked()) == 1
    assert "doesn't take the token in " in house.inquiry.problem
    assert taken not in house.inquiry.problem
    house.server.token = taken
    house.clock.pass_time(timedelta(hours=1))
    assert await house.inquiry.now("c3", NUMBER, PATIENCE)
    assert house.inquiry.problem == ""


async def test_callers_who_make_numbers_up_are_not_handed_on(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day has a limited number of questions, however many strangers call."""
    monkeypatch.setattr(asking, "MAX_A_DAY", 3)
    house.ask_by(Asking(on=True, budget_ms=500))
    numbers = [f"+3247555{n:04}" for n in range(5)]
    assert [await house.inquiry.now("c", number, PATIENCE) for number in numbers] == [True, True, True, False, False]
    house.clock.pass_time(timedelta(days=1))
    assert await house.inquiry.now("c", numbers[3], PATIENCE)


async def test_after_a_call_it_is_asked_some_time_later(house: House) -> None:
    """Nothing is asked while the call is fresh; a call that waits for it meanwhile doesn't wait for that time."""
    house.inquiry.later("c1", NUMBER)
    house.inquiry.later("c2", NUMBER)
    await asyncio.sleep(0)
    assert not house.asked()
    assert await house.inquiry.now("c3", NUMBER, PATIENCE)
    assert len(house.asked()) == 1
    assert asking.DELAY[0] >= 60

    house.ask_by(Asking(on=True), delay=(0, 0))
    house.journal.news.clear()
    house.inquiry.later("c4", OTHER)
    async with asyncio.timeout(PATIENCE):
        await house.journal.news.wait()
    assert house.journal.entries[1]["call"] == "c4"


async def test_closing_forgets_what_waits(house: House) -> None:
    """Neither a planned question nor one under way outlives the service."""
    house.server.fault = Fault.SILENT
    house.inquiry.later("c1", NUMBER)
    assert not await house.inquiry.now("c2", OTHER, 0.05)
    async with asyncio.timeout(PATIENCE):
        await house.inquiry.close()
    assert not house.journal.entries


class Lists:
    """A community list that says one thing."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits

    def lookup(self, _: str) -> tuple[Hit, ...]:
        return self.hits

    def neighbours(self, _: str) -> tuple[Hit, ...]:
        return self.hits


async def test_an_answer_is_one_word_among_the_lists(house: House) -> None:
    """Beside other lists it stands; where the same list speaks by itself, that counts."""
    await house.inquiry.now("c1", NUMBER, PATIENCE)
    own = replace(said(100)[0], had_on=START.date())
    other = replace(own, source="another")
    assert WithAsked(Lists(), house.inquiry).lookup(NUMBER) == said()
    assert WithAsked(Lists(other), house.inquiry).lookup(NUMBER) == (other, *said())
    assert WithAsked(Lists(own), house.inquiry).lookup(NUMBER) == (own,)
    assert WithAsked(Lists(other), house.inquiry).neighbours(NUMBER) == (other,)
