"""Promises about `blocker seal` and the service's own seals, by the real program, a real key and a real authority."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.authority import LocalAuthority
from fakes.running import Program

from blocker.jobs import Jobs

SECTION = """
[[seals.authority]]
url = "{url}"
certificates = "{root}"
"""


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    """An authority that means well."""
    return LocalAuthority(tmp_path / "authority")


@pytest.fixture
async def program(tmp_path: Path, authority: LocalAuthority) -> AsyncIterator[Program]:
    """The program, configured to ask it, with one entry in its ledger."""
    async with authority.serving() as configured:
        program = Program(tmp_path, more=SECTION.format(url=configured.url, root=configured.certificates))
        await asyncio.to_thread(program.run, "block", "add", "+32 2 555 12 34")
        yield program


async def said(program: Program, *words: str, status: int = 0) -> str:
    """What a command prints."""
    done = await asyncio.to_thread(program.run, *words, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


async def test_a_seal_is_made_shown_and_verified(program: Program) -> None:
    """Without a service: seal, seal again with nothing new, show, verify."""
    assert "nothing is sealed yet" in (await said(program, "doctor", status=1))
    assert "Nothing is sealed yet" in await said(program, "seal", "--show")
    first = await said(program, "seal")
    assert "Sealed: entry 2 signs the head of entry 1, 1 entry more than before." in first
    assert "Time-stamp: http://127.0.0.1:" in first
    assert await said(program, "seal") == "Nothing was added since the last seal.\n"
    (shown,) = json.loads(await said(program, "seal", "--show", "--json"))
    assert (shown["entry"], shown["head"]["n"], len(shown["stamps"])) == (2, 1, 1)
    assert "seals: 1, time-stamps: 1" in await said(program, "verify")
    assert "seals: the last one is of" in await said(program, "doctor", status=1)


async def test_an_authority_that_fails_is_told_and_asked_again_by_the_service(
    program: Program, authority: LocalAuthority
) -> None:
    """The command says why and ends with 1; a service that starts later gets what is missing, unasked."""
    authority.mood = "fails"
    assert "No time-stamp: http://127.0.0.1:" in await said(program, "seal", status=1)
    assert "no time-stamp yet from http://127.0.0.1:" in await said(program, "doctor", status=1)
    authority.mood = "well"
    authority.was_asked.clear()
    await program.start()
    try:
        async with asyncio.timeout(60):
            await authority.was_asked.wait()
            while not json.loads(await said(program, "seal", "--show", "--json"))[0]["stamps"]:
                pass
        assert "Sealed: entry" in await said(program, "seal")
    finally:
        await program.stop()


async def test_a_key_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The command names it and how to mend it; everything else goes on."""
    program = Program(tmp_path, more='[seals]\nkey = "nowhere.pub"\n')
    await asyncio.to_thread(program.run, "block", "add", "+32 2 555 12 34")
    done = await asyncio.to_thread(program.run, "seal", check=False)
    assert done.returncode == 3
    assert "nowhere.pub: this key isn't there" in done.stderr


@pytest.mark.parametrize(
    ("period", "most"), [("hour", timedelta(hours=1)), ("day", timedelta(days=1)), ("week", timedelta(weeks=1))]
)
async def test_seals_are_made_at_set_times(period: str, most: timedelta) -> None:
    """Within each hour, day or week, give or take the minutes that keep all households from asking at once."""
    jobs, begun = Jobs(ZoneInfo("Europe/Brussels")), asyncio.Event()

    async def work() -> None:
        begun.set()

    jobs.every(period, "seal", work)
    jobs.at_start("another", work)
    jobs.start()
    try:
        due = jobs.next_run("seal")
        assert due is not None
        assert due - datetime.now(UTC) <= most + timedelta(hours=1, minutes=10)
        assert period == "hour" or due.hour == 0
        assert period != "week" or due.isoweekday() == 1
        async with asyncio.timeout(10):
            await begun.wait()
    finally:
        await jobs.close()
