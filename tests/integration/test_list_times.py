"""A service asks for its lists at their times, whatever becomes of a try, of the disk or of the clock."""

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.running import Program

from blocker import actions
from blocker.app import Owner
from blocker.config import load_config
from blocker.core.list_source import SourceState
from blocker.errors import LedgerWriteError, SourceError
from blocker.jobs import Jobs
from blocker.listroom import FILES
from blocker.store.source_states import SourceStates

HOUR = timedelta(hours=1)


class Room:
    """A household with one list on its own disk, and the jobs of its service."""

    def __init__(self, owner: Owner) -> None:
        self.owner, self.jobs = owner, Jobs(ZoneInfo("Europe/Brussels"))
        self.states = SourceStates(owner.datadir.book)

    async def due(self) -> timedelta:
        """Let the list's time come; how long it is until the next."""
        await self.owner.listroom._due(self.jobs, "sellers")
        return self.until_next()

    def until_next(self) -> timedelta:
        when = self.jobs.next_run("list sellers")
        assert when is not None
        return when - datetime.now(UTC)

    @property
    def entries(self) -> int:
        return len(self.owner.book.source("sellers") or ())


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    """One that has never had its list."""
    (tmp_path / "sellers.txt").write_text("+3225551234\n")
    program = Program(tmp_path, more='[sources.sellers]\norigin = "sellers.txt"\n')
    owner = Owner(load_config(program.config, os.environ, actions.names()))
    await owner.open()
    room = Room(owner)
    owner.listroom.schedule(room.jobs)
    room.jobs.start()
    yield room
    await room.jobs.close()
    await owner.close()


async def test_the_next_time_is_as_far_away_as_its_publisher_wants(room: Room) -> None:
    """A new list comes within seconds, and then once a day; what somebody had meanwhile isn't asked for again."""
    assert room.until_next() < timedelta(seconds=10)
    assert 22 * HOUR < await room.due() < 26 * HOUR
    assert room.entries == 1
    had = await room.states.get("sellers")
    assert 22 * HOUR < await room.due() < 26 * HOUR
    assert await room.states.get("sellers") == had


async def test_a_file_that_changed_comes_within_the_hour(room: Room) -> None:
    """However seldom its list is asked for, a file of this machine is looked at every hour."""
    await room.due()
    path = Path(room.owner.listroom.sources["sellers"].origin)
    path.write_text("+3225551234\n+3225551235\n")
    when = room.jobs.next_run(FILES)
    assert when is not None
    assert when - datetime.now(UTC) < 1.2 * HOUR
    await room.owner.listroom.look_at_files()
    assert room.entries == 2


async def test_a_disk_that_remembers_nothing_makes_nobody_ask_all_the_time(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it can't be kept when to ask again, a list that never was here is asked for once a day all the same."""

    async def full(slug: str, state: SourceState) -> None:
        raise SourceError(f"{slug} {state}: the disk is full")

    monkeypatch.setattr(room.owner.listroom._states, "put", full)
    assert 22 * HOUR < await room.due() < 26 * HOUR
    assert await room.states.get("sellers") == SourceState()


async def test_a_fault_on_the_way_costs_one_try(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the ledger can't be told, or the program is wrong, the list is asked for again at its time."""
    for fault in (LedgerWriteError("the disk is full"), RuntimeError("a mistake")):

        async def broken(*_: object, error: Exception = fault) -> None:
            raise error

        await room.states.remove("sellers")
        monkeypatch.setattr(room.owner.recorder, "durable", broken)
        with pytest.raises(type(fault)):
            await room.due()
        assert 22 * HOUR < room.until_next() < 26 * HOUR


async def test_a_clock_that_was_wrong_stops_no_list(room: Room) -> None:
    """A time in 2105, put while the clock was there, isn't waited for."""
    await room.due()
    state = await room.states.get("sellers")
    astray = SourceState(tried_at=state.tried_at, next_at=datetime(2105, 1, 1, tzinfo=UTC))
    await room.states.put("sellers", astray)
    assert 22 * HOUR < await room.due() < 26 * HOUR
    assert (await room.states.get("sellers")).good_at is not None
