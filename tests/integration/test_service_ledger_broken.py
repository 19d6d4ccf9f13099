"""A service whose ledger doesn't hold: it writes no more to it, begins a new one, and goes on turning calls away."""

import asyncio
import json
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.agi_client import call
from fakes.clock import StandingClock
from fakes.ledgers import tamper
from fakes.running import Program, running

from blocker.evidence.ledger import Ledger
from blocker.filing.verifying import Found, Verification

BLOCKED = "+3225551234"
BREAK = "UPDATE contents SET content = replace(content, 'reject', 'ring') WHERE kind = 'call-screened'"
BREAK_FIRST = f"{BREAK} AND n = (SELECT min(n) FROM contents WHERE kind = 'call-screened')"  # noqa: S608  (ours)


def health(port: int) -> Any:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


def date_back(copies: Path) -> None:
    """Make all copies of the head years old, so that a verification is due."""
    lines = [line[:-25] + "2020-01-01T00:00:00.000Z\n" for line in copies.read_text().splitlines(keepends=True)]
    copies.write_text("".join(lines))


async def with_a_blocked_call(program: Program) -> None:
    """A household with an entry or two."""
    await program.start()
    program.run("block", "add", BLOCKED)
    assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    await program.stop()


async def test_found_at_the_start(tmp_path: Path) -> None:
    """The old ledger is kept, the new one names it and tells of the gap, calls are blocked, the household is told."""
    program = Program(tmp_path)
    await with_a_blocked_call(program)
    last = program.entries()[-1]
    tamper(program.data, BREAK)
    refused = program.run("block", "add", "+3225551235", check=False)
    assert refused.returncode == 3
    assert "start the service, which keeps it under another name" in refused.stderr
    assert not list(program.data.glob("ledger-kept-*"))  # a command moves nothing
    await program.start()
    (folder,) = program.data.glob("ledger-kept-*")
    assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    told = await asyncio.to_thread(health, program.http)
    assert folder.name in " ".join(told["problems"])
    assert [line["level"] for line in program.log if "look at the evidence ledger" in line["event"]] == ["error"]
    await program.stop()
    begun, gap, started, *_ = program.entries()
    assert [entry["kind"] for entry in (begun, gap, started)] == ["ledger-begun", "gap", "service-started"]
    assert begun["kept_as"] == folder.name
    assert gap["from"] == last["at"]
    assert len(program.entries("outcome")) == 1

    verified = program.run("verify")
    assert f"Kept beside it, {folder.name}: " in verified.stdout
    assert "verifies up to entry" in verified.stdout
    doctor = program.run("doctor", check=False)
    assert f"look  ledger: verifies, {len(program.entries())} entries; what was recorded before is in" in doctor.stdout
    await program.start()
    assert (await asyncio.to_thread(health, program.http))["problems"] == []  # told once; doctor goes on telling
    await program.stop()


async def test_found_by_the_weekly_verification_while_it_runs(tmp_path: Path) -> None:
    """What the look at the start passes by is found once a week: without a restart, a new ledger is begun."""
    program = Program(tmp_path)
    await with_a_blocked_call(program)
    await program.start()
    for _ in range(60):
        await call(program.fastagi, BLOCKED)
    await program.stop()
    date_back(program.data / "ledger-heads.txt")
    tamper(program.data, BREAK_FIRST)
    before = len(program.entries())
    await program.start()
    assert not list(program.data.glob("ledger-kept-*"))
    found = await program.logged("the ledger doesn't verify; nothing more is written to it")
    assert "its content isn't the one" in found["first"]
    await program.logged("somebody has to look at the evidence ledger")
    await program.logged("records can be written again")
    assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    (folder,) = program.data.glob("ledger-kept-*")
    assert folder.name in " ".join((await asyncio.to_thread(health, program.http))["problems"])
    await program.stop()
    assert [entry["kind"] for entry in program.entries()[:2]] == ["ledger-begun", "service-started"]
    assert program.entries()[0]["old_head"]["n"] >= before
    assert program.run("verify").returncode == 0


async def test_what_the_command_finds_the_running_service_sees_to(tmp_path: Path) -> None:
    """Who runs `blocker verify` needs no restart: nothing more is written to what doesn't hold; calls are blocked."""
    async with running(tmp_path) as program:
        await asyncio.to_thread(program.run, "block", "add", BLOCKED)
        await call(program.fastagi, BLOCKED)
        tamper(program.data, BREAK_FIRST)
        done = await asyncio.to_thread(program.run, "verify", check=False)
        assert (done.returncode, "the service looked for itself" in done.stderr) == (1, True)
        (folder,) = program.data.glob("ledger-kept-*")
        assert "its content isn't the one" in (folder / "why.txt").read_text()
        assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    again = program.run("verify")
    assert "no service runs" not in again.stderr


async def test_a_ledger_that_verifies_is_noted(tmp_path: Path) -> None:
    """That all was found to hold is a line among the copies of the head, and the next start doesn't do it again."""
    program = Program(tmp_path)
    await with_a_blocked_call(program)
    date_back(program.data / "ledger-heads.txt")
    await program.start()
    await program.logged("the ledger verifies")
    await program.stop()
    copies = program.data / "ledger-heads.txt"
    assert [line.split()[0] for line in copies.read_text().splitlines()].count("verified") == 1
    async with running(tmp_path) as again:
        assert (await asyncio.to_thread(health, again.http))["problems"] == []
    assert "the ledger verifies" not in [line["event"] for line in again.log]


async def test_a_bad_seal_is_told_and_all_is_verified(tmp_path: Path) -> None:
    """A last seal that nobody signed: found beside the calls at the start, told by health, and the ledger goes on."""
    program = Program(tmp_path)
    await with_a_blocked_call(program)
    assert "Sealed" in program.run("seal").stdout
    ledger = await Ledger.open(program.data)
    (seal,) = program.entries("seal")
    await ledger.append({**seal, "head": {"n": ledger.head.n, "sha256": ledger.head.sha256}})
    await ledger.close()
    await program.start()
    await program.logged("not all holds about the ledger")
    told = await asyncio.to_thread(health, program.http)
    assert "seals of the evidence ledger don't hold: entry" in told["problems"][0]
    assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    await program.stop()
    assert not list(program.data.glob("ledger-kept-*"))
    assert "something is wrong with the ledger; all of it is verified" in [line["event"] for line in program.log]


NOW = datetime(2026, 11, 22, 4, 12, tzinfo=UTC)


class Desk:
    """Stands in for what a verification works with."""

    def __init__(self, last: datetime | None, *found: Found | Exception) -> None:
        self.last, self.found, self.noted, self.anew = last, list(found), 0, list[str]()

    async def when(self) -> datetime | None:
        return self.last

    async def check(self) -> Found:
        found = self.found.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    async def note(self) -> None:
        self.noted += 1

    async def begin(self, why: str) -> None:
        self.anew.append(why)

    def verification(self) -> Verification:
        return Verification(
            last=self.when, check=self.check, note=self.note, begin_anew=self.begin, clock=StandingClock(NOW)
        )


WELL = Found("", "", "")


@pytest.mark.parametrize(
    ("ago", "due"),
    [(None, True), (timedelta(days=6), False), (timedelta(days=7), True), (timedelta(0), False), (-timedelta(1), True)],
)
async def test_it_is_due_once_a_week(ago: timedelta | None, due: bool) -> None:  # noqa: FBT001
    """A week after the last one; at once where nobody knows, or where the clock stood ahead then."""
    desk = Desk(None if ago is None else NOW - ago, WELL)
    await desk.verification()()
    assert desk.noted == due


async def test_only_links_and_contents_cost_a_ledger_its_place() -> None:
    """A seal or a file that isn't right is told, and the ledger goes on; it isn't noted as verified with bad seals."""
    desk = Desk(None, Found("", "entry 9: bad", ""), Found("", "", "proof gone"), Found("entry 3: bad", "", ""), WELL)
    verification = desk.verification()
    await verification()
    assert (desk.anew, desk.noted) == ([], 0)
    assert "entry 9: bad" in verification.problem
    await verification()
    assert (desk.anew, desk.noted) == ([], 1)
    assert "proof gone" in verification.problem
    await verification()
    assert desk.anew == ["entry 3: bad"]
    await verification.doubt("the last seal is bad")
    assert not verification.problem


async def test_one_that_could_not_be_made_is_told() -> None:
    """No answer is no good answer: health says so until one comes."""
    desk = Desk(None, OSError("no process"), WELL)
    verification = desk.verification()
    with pytest.raises(OSError, match="no process"):
        await verification()
    assert "couldn't be verified: no process" in verification.problem
    await verification()
    assert not verification.problem
