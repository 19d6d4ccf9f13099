"""Promises about `blocker share`: a person sees the requests before, and the service gives when an upload is due."""

import dataclasses
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.entries import screened
from fakes.phoneblock import PhoneBlock, simulated
from fakes.running import Program

from blocker import actions
from blocker.app import Owner
from blocker.config import load_config
from blocker.core.statement import Said
from blocker.errors import UsageError
from blocker.evidence.ledger import Ledger
from blocker.jobs import Jobs
from blocker.sharingroom import JOB
from blocker.store.household_db import HouseholdDb
from blocker.store.sharing_db import SharingDb

SELLER, CALL = "+3225550345", "0000000000000001"

SOURCE = """
[sources.phoneblock]
origin = "{url}"
kind = "phoneblock"
token_file = "token"
allow_private = true
"""


@pytest.fixture
async def server() -> AsyncIterator[PhoneBlock]:
    """PhoneBlock, which nobody asks unless somebody said yes."""
    async with simulated() as server:
        yield server


@pytest.fixture
async def program(tmp_path: Path, server: PhoneBlock) -> Program:
    """A house with a call that was marked as marketing three hours ago."""
    token = tmp_path / "token"
    token.write_text(server.token, "utf-8")
    token.chmod(0o600)
    program = Program(tmp_path, more=SOURCE.format(url=server.url))
    program.data.mkdir(mode=0o700)
    at = datetime.now(UTC) - timedelta(hours=3)
    ledger = await Ledger.open(program.data)
    await ledger.append(screened(at, CALL, number=SELLER), Said(mark="marketing").entry(at, CALL, "Anna"))
    await ledger.close()
    return program


def test_share_from_preview_to_off(program: Program, server: PhoneBlock) -> None:
    """What would go is shown first; no is the answer where nobody is there; on, show, drop and off do what they say."""
    shown = program.run("share", "preview").stdout
    assert f'{{"phone": "{SELLER}", "rating": "E_ADVERTISING"}}' in shown
    assert f"POST {server.url}/rate" in shown
    assert server.token not in shown
    assert "C-101/01" in shown
    refused = program.run("share", "on", check=False)
    assert (refused.returncode, "add --yes" in refused.stderr) == (2, True)
    assert program.entries("sharing-set") == []
    assert "PhoneBlock is given what you mark, 1 now waiting" in program.run("share", "on", "--yes").stdout
    (entry,) = program.entries("sharing-set")
    assert all(
        text.strip() in " ".join(shown.split()) for text in [" ".join(one.split()) for one in entry["shown"][-1:]]
    )
    (item,) = json.loads(program.run("share", "show", "--json").stdout)["items"]
    assert (item["state"], item["number"], item["rating"]) == ("waiting", SELLER, "E_ADVERTISING")
    assert "taken out of what waits" in program.run("share", "drop", "02 555 03 45").stdout
    assert "Nothing is given any more" in program.run("share", "off").stdout
    assert program.run("share", "drop", "02 555 99 99", check=False).returncode == 2
    assert server.asked == []


def test_share_without_such_a_list_says_what_to_do(program: Program) -> None:
    """A list that can't be given to is named, with where to mend it."""
    with program.config.open("a", encoding="utf-8") as file:
        file.write('[giving_back]\nsource = "neighbours"\n')
    told = program.run("share", "preview", check=False)
    assert (told.returncode, "[giving_back]" in told.stderr) == (2, True)


async def test_the_service_gives_what_is_due(program: Program, server: PhoneBlock) -> None:
    """While on, it looks about once an hour, gives what is due by a clock it trusts, and tells the ledger."""
    config = load_config(program.config, os.environ, actions.names())
    owner, jobs = Owner(config), Jobs(ZoneInfo("Europe/Brussels"))
    await owner.open()
    try:
        room = owner.sharing
        assert room is not None
        trusted = False
        room.schedule(jobs, lambda: trusted)
        jobs.start()
        do = owner.handlers()
        with pytest.raises(UsageError, match="look again"):
            await do["share-on"](shown="")
        assert jobs.next_run(JOB) is None
        await do["share-on"](shown=(await do["share-preview"]())["sum"], by="Anna")
        next_look = jobs.next_run(JOB)
        assert next_look is not None
        assert timedelta(minutes=45) < next_look - datetime.now(UTC) < timedelta(minutes=75)
        assert owner.household is not None
        await _make_due(owner.household._store)
        await room._look()
        assert server.asked == []
        trusted = True
        await room._look()
        assert server.rated == {SELLER: {"phone": SELLER, "rating": "E_ADVERTISING"}}
        assert [entry["status"] for entry in program.entries("shared")] == [200]
        marked = await do["mark"](call=CALL, mark="wanted", by="Anna")
        assert any(f"blocker share drop {SELLER} --take-back" in warning for warning in marked["warnings"])
        await do["share-off"](by="Anna")
        await room._look()
        assert len(server.asked) == 1
    finally:
        await jobs.close()
        await owner.close()


async def _make_due(store: object) -> None:
    """The wait of everything is over."""
    assert isinstance(store, HouseholdDb)
    queue = SharingDb(store)
    for item in await queue.queue():
        assert item.due_at - item.queued_at > timedelta(hours=6)
        await queue.put(dataclasses.replace(item, due_at=item.queued_at))
