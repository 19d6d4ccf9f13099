"""kill -9 in the middle of calls: nothing that was turned away is ever missing from the ledger."""

import asyncio
import random
from pathlib import Path

import pytest
from fakes.agi_client import AgiClient, environment
from fakes.running import Program

BLOCKED = "+3225551234"
CALLS = 200
AT_ONCE = 20


async def refused_calls(program: Program, kill_after: int) -> set[str]:
    """Make calls, kill the service when some were answered; the ids of those that were told to be turned away."""
    refused: set[str] = set()
    waiting = iter(range(CALLS))

    async def caller() -> None:
        for _ in waiting:
            try:
                client = await AgiClient.connect(program.fastagi)
            except OSError:
                continue  # the service is gone; as on a real line, the call rings
            try:
                await client.send(environment(BLOCKED))
                while (command := await client.command()) is not None:
                    name, value = command
                    client.variables[name] = value
                    if name == "BLOCKER_ACTION" and value == "reject":
                        refused.add(client.variables["BLOCKER_CALL"])
                        if len(refused) == kill_after and program.process is not None:
                            program.process.kill()
                    await client.send(b"200 result=1\n")
            except OSError:
                continue  # gone in the middle of this call
            finally:
                await client.close()

    await asyncio.gather(*(caller() for _ in range(AT_ONCE)))
    return refused


async def kill_once(folder: Path, kill_after: int) -> None:
    program = Program(folder)
    await program.start()
    program.run("block", "add", BLOCKED)
    refused = await refused_calls(program, kill_after)
    await program.kill()

    await program.start()
    await program.stop()

    recorded = {entry["call"] for entry in program.entries("call-screened")}
    assert len(refused) >= kill_after
    assert refused <= recorded
    assert program.run("verify").returncode == 0
    assert len(program.entries("gap")) == 1


async def test_killed_in_the_middle_of_blocked_calls(tmp_path: Path) -> None:
    """Each call that the phone system was told to turn away is in the ledger, it verifies, and the gap is recorded."""
    await kill_once(tmp_path, kill_after=90)


@pytest.mark.soak
async def test_killed_300_times(tmp_path: Path) -> None:
    """The same on one household at three hundred random moments: no call that was turned away is ever missing."""
    program, refused = Program(tmp_path), set[str]()
    await program.start()
    program.run("block", "add", BLOCKED)
    for times in range(1, 301):
        kill_after = random.randrange(1, CALLS - AT_ONCE)  # noqa: S311  (pytest-randomly prints its seed)
        refused |= await refused_calls(program, kill_after)
        await program.kill()
        await program.start()
        if times % 20 == 0:
            assert refused <= {entry["call"] for entry in program.entries("call-screened")}
    await program.stop()
    assert len(program.entries("gap")) == 300
    assert len(refused) > 300 * AT_ONCE
    assert program.run("verify").returncode == 0
