"""`blocker lists`, `sync` and `doctor` from a shell, and a service that keeps lists up to date by itself."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
from pathlib import Path

from aiohttp import web
from fakes.running import Program, running
from fakes.web_server import serving

GOOD = b"+3225551234\n+3225551235\n02 556*\n"
FAILS = "a list can't be brought up to date; the last good one stays"


def used(program: Program) -> dict[str, dict[str, object]]:
    """The lists that are used, as the command shows them to programs."""
    known = json.loads(program.run("lists", "--json").stdout)
    return {one["list"]: one for one in known if one["state"] != "off"}


async def run(program: Program, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command while this process answers what it asks."""
    return await asyncio.to_thread(program.run, *words, check=check)


async def test_a_service_keeps_its_lists_up_to_date(tmp_path: Path) -> None:
    """A list that is on comes by itself; that it fails is told once in log and ledger, and over once it is good."""
    answers = [web.Response(body=GOOD)] + [web.Response(status=500) for _ in range(2)] + [web.Response(body=GOOD)]

    async def answer(_: web.Request) -> web.StreamResponse:
        return answers.pop(0)

    async with serving(answer) as url:
        more = f'[sources.sellers]\norigin = "{url}/list"\nallow_private = true\nlicence = "CC0"\n'
        async with running(tmp_path, more=more) as program:
            had = await program.logged("a list was brought up to date")
            assert (had["list"], had["entries"]) == ("sellers", 3)
            assert (await asyncio.to_thread(used, program))["sellers"]["state"] == "on"
            assert program.entries("list-synced")[0]["source"] == "sellers"
            for _ in range(2):
                failed = await run(program, "sync", "sellers", check=False)
                assert (failed.returncode, "answered 500" in failed.stderr) == (3, True)
            shown = (await run(program, "lists")).stdout
            assert "STALE" in shown
            assert "answered 500" in shown
            meant = await run(program, "sync", "--anyway", check=False)
            assert "are about one list: name it" in meant.stderr
            misnamed = await run(program, "sync", "sellers", "--name", "others", check=False)
            assert "“sellers” is described already; give it without --name" in misnamed.stderr
            assert "sellers since" in (await run(program, "doctor", check=False)).stdout
            assert "sellers" in (await run(program, "check", "02 555 12 34")).stdout
            assert (await run(program, "sync")).stdout == "sellers: 3 numbers and prefixes, 3 before.\n"
            assert (await asyncio.to_thread(used, program))["sellers"]["error"] == ""
            await program.stop()
            stale = program.entries("list-stale")
    assert [(one["source"], one["ended"]) for one in stale] == [("sellers", None), ("sellers", "had-again")]
    assert stale[0]["since"] == stale[1]["since"]
    assert "answered 500" in stale[0]["why"]
    assert "/list" not in stale[0]["why"]
    events = [line["event"] for line in program.log]
    assert events.count(FAILS) == 1
    assert events.count("a list is up to date again") == 1


async def test_a_restart_tells_the_ledger_nothing_twice(tmp_path: Path) -> None:
    """A list that still fails after a restart is in the ledger once; switched off, it is stale no more."""
    section = '[sources.sellers]\norigin = "sellers.txt"\n'
    program = Program(tmp_path, more=section)
    await program.start()
    await program.logged(FAILS)
    await program.stop()
    await program.start()
    assert (await run(program, "sync", "sellers", check=False)).returncode == 3
    await program.stop()
    assert [one["ended"] for one in program.entries("list-stale")] == [None]
    program = Program(tmp_path, more=f"{section}on = false\n")
    await program.start()
    await program.logged("a list isn't kept up to date any more")
    await program.stop()
    assert [one["ended"] for one in program.entries("list-stale")] == [None, "let-go"]


async def test_a_restart_logs_nothing_twice(tmp_path: Path) -> None:
    """That a list fails, and that it is over, are logged once though the service ended between; so is an odd list."""
    path, own = tmp_path / "sellers.txt", '[lines.home]\nregion = "BE"\nnumber = "+3225559999"\n'
    program = Program(tmp_path, more=f'[sources.sellers]\norigin = "sellers.txt"\n{own}')
    await program.start()
    await program.logged(FAILS)
    await program.stop()
    await program.start()
    assert (await run(program, "sync", "sellers", check=False)).returncode == 3
    for n in range(2):
        path.write_bytes(GOOD + b"+3225559999\n+322555800%d\n" % n)
        await run(program, "sync", "sellers")
    assert (await run(program, "sync", str(tmp_path / "nowhere"), check=False)).returncode == 3
    await program.stop()
    events = [line["event"] for line in program.log]
    counted = [events.count(event) for event in (FAILS, "a list is up to date again", "a list in use is odd")]
    assert counted == [1, 1, 1]


async def test_a_list_on_this_machine_is_read_again_when_asked(tmp_path: Path) -> None:
    """SIGHUP has a service look at lists that are files, beside the configuration."""
    path = tmp_path / "sellers.txt"
    path.write_bytes(GOOD)
    async with running(tmp_path, more='[sources.sellers]\norigin = "sellers.txt"\n') as program:
        await program.logged("a list was brought up to date")
        path.write_bytes(GOOD + b"+3225551236\n")
        assert program.process is not None
        os.kill(program.process.pid, signal.SIGHUP)
        assert (await program.logged("a list was brought up to date"))["entries"] == 4


def test_a_list_had_by_hand_is_shown_and_goes(tmp_path: Path) -> None:
    """What was fetched once is shown as such, and `lists remove` lets it speak no more."""
    program = Program(tmp_path)
    assert all(one["state"] == "off" for one in json.loads(program.run("lists", "--json").stdout))
    (tmp_path / "sellers.txt").write_bytes(GOOD + b"noise\n")
    said = program.run("sync", "sellers.txt", "--name", "sellers")
    assert "note: line 4: “noise”" in said.stderr
    assert program.run("sync", "./sellers.txt", "--name", "sellers").stdout.startswith("sellers: nothing new; 3 ")
    assert used(program)["sellers"]["state"] == "by hand"
    assert "had once, by hand; give its file" in program.run("sync", "sellers", check=False).stderr
    assert "speaks no more; it had 3" in program.run("lists", "remove", "sellers").stdout
    told = [(one["source"], one["entries"]) for one in program.entries("list-synced")]
    assert told == [("sellers", 3), ("sellers", 0)]
    assert program.entries("list-synced")[1]["sha256"] == hashlib.sha256().hexdigest()
    assert used(program) == {}
    assert "sellers" not in program.run("check", "02 555 12 34").stdout
    (tmp_path / "sellers.txt").write_bytes(b"noise\n" * 3)
    assert program.run("sync", "./sellers.txt", "--name", "newcomers", check=False).returncode == 3
    assert "newcomers" not in program.run("lists").stdout, "what was never had isn't shown as a list"
    refused = program.run("lists", "remove", "newcomers", check=False)
    assert (refused.returncode, "there is no list “newcomers” here" in refused.stderr) == (2, True)
    assert not list((program.data / "book").glob("newcomers*"))
    assert program.run("lists", "remove", "sellers", check=False).returncode == 2


def test_what_can_t_be_meant(tmp_path: Path) -> None:
    """A list that nobody knows, none at all, or a setting for one that isn't described is said with what there is."""
    program = Program(tmp_path, more="[sources.phonebloc]\non = true\n")
    assert "no list that is known here" in program.run("sync", "sellers", check=False).stderr
    assert "no list is on" in program.run("sync", check=False).stderr
    assert "did you mean “phoneblock”?" in program.run("lists").stderr
    assert "BAD   lists:" in program.run("doctor", check=False).stdout


def test_a_list_that_wants_a_token_says_so(tmp_path: Path) -> None:
    """Switching on a list whose publisher wants a token, without one, is said when it is asked for."""
    program = Program(tmp_path, more="[sources.phoneblock]\non = true\n")
    failed = program.run("sync", "phoneblock", check=False)
    assert failed.returncode == 3
    assert "token_file" in failed.stderr
    assert "is forgotten; nothing of it was here" in program.run("lists", "remove", "phoneblock").stdout
