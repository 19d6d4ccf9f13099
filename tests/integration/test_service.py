"""The whole program as a process of its own: what a household sees from outside."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fakes.agi_client import call
from fakes.running import Program, running

BLOCKED = "+3225551234"


async def health(program: Program) -> tuple[int, dict[str, Any]]:
    url = f"http://127.0.0.1:{program.http}/healthz"
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.json()


async def test_a_call_from_socket_to_report(tmp_path: Path) -> None:
    """A blocked number is refused, an unknown one rings, both are recorded; the ledger verifies."""
    async with running(tmp_path) as program:
        program.run("block", "add", "02 555 12 34", "--comment", "rang at dinner")
        blocked = await call(program.fastagi, BLOCKED)
        rang = await call(program.fastagi, "0475 55 56 78")
        assert (blocked["BLOCKER_ACTION"], blocked["BLOCKER_REASON"]) == ("reject", "block-list")
        assert (rang["BLOCKER_ACTION"], rang["BLOCKER_REASON"]) == ("ring", "nothing-known")
        assert await health(program) == (200, {"status": "ok", "problems": []})
    outcomes = {entry["call"]: entry["result"] for entry in program.entries("outcome")}
    assert outcomes == {blocked["BLOCKER_CALL"]: "refused"}
    assert [entry["presented"]["number"] for entry in program.entries("call-screened")] == [BLOCKED, "+32475555678"]
    assert "verifies" in program.run("verify").stdout
    calls = json.loads(program.run("calls", "--json").stdout)
    happened = [(item["number"], item["happened"]) for item in calls]
    assert happened == [(BLOCKED, "refused"), ("+32475555678", "let-through")]


async def test_marking_beside_the_running_service(tmp_path: Path) -> None:
    """A call marked as marketing is blocked from then on without a restart; marked as wanted, it rings again."""
    async with running(tmp_path) as program:
        first = await call(program.fastagi)
        assert first["BLOCKER_ACTION"] == "ring"
        said = program.run("mark", first["BLOCKER_CALL"][:8], "marketing", "--for", "Belgacom").stdout
        assert "is blocked until" in said
        assert (await call(program.fastagi))["BLOCKER_ACTION"] == "reject"
        program.run("mark", "last", "wanted")
        assert (await call(program.fastagi))["BLOCKER_ACTION"] == "ring"
    statements = program.entries("statement")
    assert [(entry["mark"], entry["said_company"], entry["company"]) for entry in statements] == [
        ("marketing", "Belgacom", "proximus"),
        ("wanted", None, None),
    ]


async def test_stopping_answers_the_calls_in_hand(tmp_path: Path) -> None:
    """On SIGTERM the service ends with 0 and its last entry says that it was asked to."""
    async with running(tmp_path) as program:
        program.run("block", "add", BLOCKED)
        calls = [asyncio.create_task(call(program.fastagi, BLOCKED)) for _ in range(20)]
        answers = await asyncio.gather(*calls)
        assert await program.stop() == 0
    assert all(answer["BLOCKER_ACTION"] == "reject" for answer in answers)
    assert program.entries()[-1]["kind"] == "service-stopped"
    assert len(program.entries("outcome")) == 20


async def test_two_services_cannot_share_a_data_directory(tmp_path: Path) -> None:
    """The second one ends at once with status 3 and says who has the directory; the first goes on."""
    async with running(tmp_path) as program:
        second = program.run("serve", check=False)
        assert second.returncode == 3
        assert f"process {program.process.pid if program.process else 0}" in second.stderr
        assert (await call(program.fastagi))["BLOCKER_ACTION"] == "ring"


async def test_a_gap_is_recorded_after_a_kill(tmp_path: Path) -> None:
    """After kill -9 the next start records the time nobody watched; a list change in between doesn't hide it."""
    program = Program(tmp_path)
    await program.start()
    program.run("block", "add", BLOCKED)
    await call(program.fastagi, BLOCKED)
    await program.kill()
    program.run("allow", "add", "02 555 99 99")
    await program.start()
    await program.stop()

    (gap,) = program.entries("gap")
    answered = program.entries("call-screened")[-1]
    assert gap["from"] >= answered["at"]
    assert gap["from"] < program.entries("list-changed")[-1]["at"]
    assert "without stopping" in gap["why"]
    assert program.run("verify").returncode == 0


async def test_a_ledger_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    """The service runs, everything rings, /healthz answers 503, and the file keeps its bytes."""
    program = Program(tmp_path)
    await program.start()
    program.run("block", "add", BLOCKED)
    await program.stop()
    await asyncio.to_thread(_make_newer, program.data / "ledger.sqlite3")
    before = (program.data / "ledger.sqlite3").read_bytes()

    await program.start()
    answer = await call(program.fastagi, BLOCKED)
    status, body = await health(program)
    await program.stop()

    assert (answer["BLOCKER_ACTION"], answer["BLOCKER_REASON"]) == ("ring", "unscreened")
    assert status == 503
    assert "newer" in " ".join(body["problems"])
    assert (program.data / "ledger.sqlite3").read_bytes() == before


def _make_newer(path: Path) -> None:
    import sqlite3  # noqa: PLC0415

    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version = 99")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


async def test_the_port_is_taken(tmp_path: Path) -> None:
    """A service whose port is taken says which and how to mend it, and leaves no traceback."""
    async with running(_folder(tmp_path, "one")) as program:
        other = Program(_folder(tmp_path, "two"))
        text = other.config.read_text().replace("[fastagi]\nport = 0", f"[fastagi]\nport = {program.fastagi}")
        other.config.write_text(text)
        done = other.run("serve", check=False)
        assert done.returncode == 3
        assert (
            f"127.0.0.1:{program.fastagi} is taken by another program (stop it, or set another port in [fastagi])"
            in (done.stderr)
        )


def _folder(parent: Path, name: str) -> Path:
    (parent / name).mkdir()
    return parent / name


async def test_observe_only_lets_everything_ring(tmp_path: Path) -> None:
    """With observe_only a listed number rings, and the entry says what would have been done."""
    async with running(tmp_path, top="observe_only = true") as program:
        program.run("block", "add", BLOCKED)
        assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "ring"
    (entry,) = program.entries("call-screened")
    assert (entry["verdict"]["decision"], entry["action"], entry["observe_only"]) == ("block", "ring", True)


async def test_an_interrupted_service_ends_quietly(tmp_path: Path) -> None:
    """Ctrl-C stops the service like SIGTERM does."""
    async with running(tmp_path) as program:
        assert program.process is not None
        os.kill(program.process.pid, signal.SIGINT)
        assert await program.process.wait() == 0


@pytest.mark.parametrize("written", ["0032 2 202 41 11", "02/202.41.11", "+3222024111", "tel:+32-2-202-41-11"])
def test_check_however_the_number_is_written(tmp_path: Path, written: str) -> None:
    """Every way of writing a number gets the same verdict as its E.164 form."""
    program = Program(tmp_path)
    expected = json.loads(program.run("check", "+3222024111", "--json").stdout)

    assert json.loads(program.run("check", written, "--json").stdout) == expected
    assert expected["number"] == "+3222024111"
    assert not program.data.exists()


async def test_unreadable_lists_let_every_call_ring(tmp_path: Path) -> None:
    """With the lists damaged nobody knows who is allowed, so even a canvassing range rings, and 503 says so."""
    program = Program(tmp_path)
    await program.start()
    program.run("allow", "add", "+33162000001")
    await program.stop()
    (program.data / "household.sqlite3").write_bytes(b"no database at all")

    await program.start()
    answer = await call(program.fastagi, "+33162000001")
    status, _ = await health(program)
    await program.stop()

    assert (answer["BLOCKER_ACTION"], answer["BLOCKER_REASON"]) == ("ring", "unscreened")
    assert status == 503


async def test_faulty_rules_of_the_household_block_nobody(tmp_path: Path) -> None:
    """A fault in the household's own rules keeps ranges from blocking, since what it overrides isn't known."""
    program = Program(tmp_path)
    folder = program.data / "rules" / "ranges"
    folder.mkdir(parents=True)
    (folder / "typo.toml").write_text("nonsense = ")

    await program.start()
    program.run("block", "add", BLOCKED)
    from_range = await call(program.fastagi, "+33162000001")
    listed = await call(program.fastagi, BLOCKED)
    await program.stop()

    assert from_range["BLOCKER_ACTION"] == "ring"
    assert listed["BLOCKER_ACTION"] == "reject"


async def test_the_household_s_own_block_survives_marks(tmp_path: Path) -> None:
    """A number that the household listed for good stays so, whatever is said of its calls."""
    async with running(tmp_path) as program:
        program.run("block", "add", BLOCKED, "--comment", "for good")
        await call(program.fastagi, BLOCKED)
        program.run("mark", "last", "marketing")
        program.run("mark", "last", "wanted")
        listed = json.loads(program.run("block", "list", "--json").stdout)
    assert [(item["number"], item["comment"], item["until"]) for item in listed] == [(BLOCKED, "for good", None)]


async def test_a_start_that_fails_ends(tmp_path: Path) -> None:
    """A configuration that can't be served ends the program with its message, and the directory is free again."""
    program = Program(tmp_path)
    text = program.config.read_text().replace("[fastagi]\n", '[fastagi]\nhost = "0.0.0.0"\n')
    program.config.write_text(text)

    done = await asyncio.wait_for(asyncio.to_thread(program.run, "serve", check=False), 60)

    assert done.returncode == 3
    assert "can be reached from other machines" in done.stderr
    assert program.entries() == []
