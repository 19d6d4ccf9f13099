"""The whole program and a simulated PhoneBlock: a list with an account, kept up to date by its changes."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.phoneblock import Fault, PhoneBlock, simulated
from fakes.running import Program

from blocker.core.list_schedule import failed
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.errors import SourceError

NUMBER, OTHER = "+32475551234", "+32475559876"


def subscribed(server: PhoneBlock, folder: Path, slug: str = "mine") -> Program:
    """A household that uses this server's list."""
    token = folder / "token"
    token.write_text(server.token)
    token.chmod(0o600)
    source = f'origin = "{server.url}"\nkind = "phoneblock"\nform = "phoneblock"\ntoken_file = "{token}"\n'
    return Program(folder, more=f"[sources.{slug}]\non = true\nallow_private = true\n{source}")


async def run(program: Program, *words: str, check: bool = True) -> str:
    """What a command says; the server, which is in this process, answers meanwhile."""
    done = await asyncio.to_thread(program.run, *words, check=check)
    return done.stdout + done.stderr


async def test_a_list_that_follows_its_publisher(tmp_path: Path) -> None:
    """The whole list, then what changed; a revoked token is told, and what was had before goes on speaking."""
    async with simulated() as server:
        server.vote(NUMBER, 20, "G_FRAUD")
        server.vote("+32475550000", 12)
        program = subscribed(server, tmp_path)
        await run(program, "sync", "mine")
        assert "fraud" in (await run(program, "check", NUMBER)).lower()
        server.vote(NUMBER, -20)
        server.vote(OTHER, 50, "E_ADVERTISING")
        await run(program, "sync", "mine")
        assert [request.query.get("since") for request in server.asked] == [None, "3"]
        assert "mine" not in await run(program, "check", NUMBER)
        assert "advertising" in (await run(program, "check", OTHER)).lower()
        old, server.token = server.token, "pbt_another"
        told = await run(program, "sync", "mine", check=False)
        assert "doesn't take the token in" in told
        assert old not in told
        assert "advertising" in (await run(program, "check", OTHER)).lower()
    assert "verifies" in await run(program, "verify")
    assert old not in "".join(path.read_text("latin-1") for path in program.data.rglob("*") if path.is_file())


async def test_a_whole_list_that_is_refused(tmp_path: Path) -> None:
    """It isn't had again by itself for a month, as its publisher asks; a person may have and use it at any time."""
    async with simulated() as server:
        server.vote(NUMBER, 20, "G_FRAUD")
        program = subscribed(server, tmp_path, "phoneblock")
        for fault, says, least, most in (
            (Fault.EMPTY, "there is no number in it", 0, 2),
            (None, "should have 1000 at least; it isn't used", 27, 30),
        ):
            server.fault = fault
            assert says in await run(program, "sync", check=False)
            shown = {one["list"]: one for one in json.loads(await run(program, "lists", "--json"))}["phoneblock"]
            until = datetime.fromisoformat(shown["next"]) - datetime.now(UTC)
            assert timedelta(days=least) < until < timedelta(days=most)
        assert "phoneblock: 1 numbers" in await run(program, "sync", "phoneblock", "--anyway")
        server.vote(OTHER, 50)
        await run(program, "sync", "phoneblock", "--anyway")
        assert [request.query.get("since") for request in server.asked] == [None, None, None, "2"]


def test_it_is_asked_once_a_day_whatever_came_of_it() -> None:
    """A failure is no reason to ask again within the hour."""
    now = datetime(2026, 11, 17, tzinfo=UTC)
    source = ListSource("phoneblock", "PhoneBlock", "https://example.org", "phoneblock", Kind.PHONEBLOCK)
    state = failed(source, SourceState(), now, 0.0, SourceError("it is down"))
    assert state.next_at == now + timedelta(days=1)
