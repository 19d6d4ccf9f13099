"""The whole program asks a simulated PhoneBlock about strangers: on the call path only within a budget that was set."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.phoneblock import Fault, PhoneBlock, sha1, simulated
from fakes.running import running

NUMBER, OTHER = "+32475551234", "+32475559876"


def configured(server: PhoneBlock, folder: Path, asking: str) -> str:
    """The tables of a configuration that asks this server."""
    token = folder / "token"
    token.write_text(server.token)
    token.chmod(0o600)
    source = f'origin = "{server.url}"\nkind = "phoneblock"\nform = "phoneblock"\ntoken_file = "{token}"\n'
    own = f'[sources.mine]\non = false\nname = "A copy"\nallow_private = true\n{source}'
    return f'{own}\n[asking]\non = true\nsource = "mine"\n{asking}\n'


@pytest.fixture
async def server() -> AsyncIterator[PhoneBlock]:
    """A server that knows one swindler."""
    async with simulated() as server:
        server.vote(NUMBER, 20, "G_FRAUD")
        yield server


async def test_a_stranger_within_the_budget(server: PhoneBlock, tmp_path: Path) -> None:
    """A swindler known elsewhere doesn't ring even once, a stranger does, and the household's yes stands above."""
    async with running(tmp_path, more=configured(server, tmp_path, "budget_ms = 700")) as program:
        swindler, stranger = await call(program.fastagi, NUMBER), await call(program.fastagi, OTHER)
        assert (swindler["BLOCKER_ACTION"], swindler["BLOCKER_REASON"]) == ("reject", "community-list")
        assert (stranger["BLOCKER_ACTION"], stranger["BLOCKER_REASON"]) == ("ring", "nothing-known")
        asked = [request.query for request in server.asked]
        assert asked == [{"sha1": sha1(NUMBER)[:4]}, {"sha1": sha1(OTHER)[:4]}]
        program.run("allow", "add", NUMBER)
        assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "ring"
        assert len(server.asked) == 2
        program.run("allow", "remove", NUMBER)
        checked = await asyncio.to_thread(program.run, "check", NUMBER)
        assert ": community-list." in checked.stdout  # as the service would, which has the answer in memory
    calls = json.loads(program.run("calls", "--json").stdout)
    assert "mine, asked on" in calls[0]["opinion"]
    assert calls[0]["opinion"].endswith("said: fraud, votes: 20")
    assert calls[1]["opinion"].endswith("knew nothing")
    assert "others say, unchecked: mine, asked on" in program.run("calls").stdout
    without = program.run("check", NUMBER).stdout
    assert "Others say, unchecked: mine, asked on" in without
    assert ": nothing-known." in without  # what is in memory goes with the service
    assert json.loads(program.run("check", OTHER, "--json").stdout)["opinions"] == []
    assert "verifies" in program.run("verify").stdout


async def test_a_server_that_says_nothing_lets_it_ring(server: PhoneBlock, tmp_path: Path) -> None:
    """The call of a stranger waits as long as it was let, within the two seconds of the dialplan, and rings."""
    server.fault = Fault.SILENT
    async with running(tmp_path, more=configured(server, tmp_path, "budget_ms = 300")) as program:
        loop = asyncio.get_running_loop()
        began = loop.time()
        answer = await call(program.fastagi, NUMBER)
        took = loop.time() - began
        assert answer["BLOCKER_ACTION"] == "ring"
        assert 0.25 < took < 2
        assert await program.stop() == 0
    (entry,) = program.entries("call-screened")
    assert entry["answer"]["acknowledged"]


async def test_without_a_budget_no_call_waits(server: PhoneBlock, tmp_path: Path) -> None:
    """The call rings at once, and while it is fresh nobody is asked."""
    server.fault = Fault.SILENT
    async with running(tmp_path, more=configured(server, tmp_path, "")) as program:
        answer = await call(program.fastagi, NUMBER)
        assert answer["BLOCKER_ACTION"] == "ring"
        assert await program.stop() == 0
    assert not server.asked
