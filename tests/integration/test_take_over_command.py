"""A household whose ledger broke: with one command its calls and its file count again, and erasing reaches both."""

import asyncio
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fakes.agi_client import call
from fakes.entries import screened
from fakes.ledgers import tamper
from fakes.running import Program

from blocker.core import record
from blocker.core.verdict import Reason
from blocker.evidence.ledger import Ledger

BLOCKED, ASKED, ORDINARY = "+3225551234", "+3225550345", "+3225550377"


async def lived_in(program: Program) -> None:
    """Calls of three numbers, one of them ordinary and old; an objection, and a call of which something was said."""
    program.data.mkdir(mode=0o700)
    now = datetime.now(UTC)
    ledger = await Ledger.open(program.data)
    for days, name, number, reason in (
        (40, "a", ORDINARY, Reason.NOTHING_KNOWN),
        (3, "b", BLOCKED, Reason.BLOCK_LIST),
        (2, "c", ASKED, Reason.BLOCK_LIST),
        (1, "d", BLOCKED, Reason.BLOCK_LIST),
    ):
        at = now - timedelta(days=days)
        await ledger.append(
            screened(at, name * 16, number=number, reason=reason),
            record.outcome(at, name * 16, acknowledged=True, after_ms=8),
        )
    await ledger.append(record.service_stopped(now - timedelta(hours=1), "asked to"))
    await ledger.copy_head("stop")
    await ledger.close()
    letter = program.folder / "letter.txt"
    letter.write_text("Stop calling me.")
    program.run("household", "object", "Belgacom", "--on", "2025-01-10", "--proof", str(letter))
    program.run("mark", "d" * 16, "marketing", "--for", "Belgacom")


def bytes_in(folder: Path, text: str) -> list[str]:
    """The files in a folder that hold a text."""
    return [path.name for path in folder.iterdir() if path.is_file() and text.encode() in path.read_bytes()]


async def test_with_one_command_all_that_holds_counts_again(tmp_path: Path) -> None:
    """After one changed byte: told what is missing, taken over beside calls, packed and checked, erased in both."""
    program = Program(tmp_path)
    await lived_in(program)
    tamper(program.data, "UPDATE contents SET content = replace(content, '5551234', '5551235') WHERE n = 3")
    tamper(program.data, "DELETE FROM contents WHERE n = (SELECT max(n) FROM contents)")  # is seen at the start
    await program.start()
    try:
        await taken_over_beside_calls(program)
    finally:
        await program.stop()


async def taken_over_beside_calls(program: Program) -> None:
    async def run(*words: str) -> str:
        done = await asyncio.to_thread(program.run, *words)
        return done.stdout + done.stderr

    (folder,) = program.data.glob("ledger-kept-*")
    shown = await run("household", "show")
    assert "Nothing is recorded about the household yet" in shown
    assert f"kept as {folder.name}, which is damaged (blocker take-over" in shown
    assert f"{folder.name} holds an older ledger, which this doesn't reach" in await run(
        "erase", "--number", ASKED, "--dry-run"
    )
    assert "none of it is in reports, dossiers and packs: blocker take-over" in await run("verify")
    drafting = ("complaint", "--regulator", "be-fps-economy", "--company", "proximus", "--out", "complaint")
    refused = await asyncio.to_thread(program.run, *drafting, check=False)
    assert (refused.returncode, "blocker take-over" in refused.stderr) == (1, True), refused.stdout

    told = await run("take-over")
    assert "contents that don't hold or are gone, and stay behind: 2 (entry 3, " in told
    assert "taken over: " in told
    assert "3 calls (" in told
    assert (await call(program.fastagi, BLOCKED))["BLOCKER_ACTION"] == "reject"
    assert "proximus: you objected on 2025-01-10" in await run("household", "show")
    assert "nothing more is to be taken over" in await run("take-over")
    verified = await run("verify")
    assert "what holds of it was taken over" in verified
    assert "The ledger verifies." in verified

    pack = program.folder / "pack"
    await run("pack", "--calls", "c" * 16, "--out", str(pack))
    checked = await asyncio.to_thread(
        subprocess.run, ["sh", "verify.sh"], cwd=pack, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"was kept ({folder.name})" in " ".join((pack / "HOW-TO-CHECK.en.txt").read_text().split())
    assert {"ledger-begun", "ledger-taken-over", "call-screened"} <= {
        kind for path in (pack / "contents").iterdir() for kind in [path.read_text().split('"kind":"')[1].split('"')[0]]
    }

    assert bytes_in(folder, ASKED)
    assert bytes_in(folder, ORDINARY)
    await run("erase", "--number", ASKED, "--why", "asked by letter", "--yes")
    await run("erase", "--due")
    assert bytes_in(folder, ASKED) == bytes_in(folder, ORDINARY) == []
    assert bytes_in(folder, "d" * 16)
    assert "The ledger verifies." in await run("verify")
