"""`blocker verify`: whether the evidence ledger holds together, entry by entry, and the files beside it are there."""

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker.commanding import SLOW_SECONDS
from blocker.commands import NO, OK, say, warn
from blocker.config import Config
from blocker.control import ServiceAbsent, ask
from blocker.datadir import DataDir
from blocker.errors import BlockerError, LedgerError
from blocker.evidence.attachments import Attachments
from blocker.evidence.kept import KeptLedger, Left, kept_beside
from blocker.evidence.pack_check import check
from blocker.evidence.verify import Verification, verify

BAR_WIDTH = 30
"""Characters; with the figures after it a line stays under 80."""

BETWEEN_SECONDS = 0.1
"""How often the bar is drawn anew, at most."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "verify",
        help="check the whole evidence ledger",
        description="Check every link and every content of the evidence ledger and the files beside it, while a "
        "service is running or not. Ledgers that were kept since they could not go on are looked at too. Exit status "
        "0: all verifies; 1: it doesn't, and the lines say where; a running service then looks for itself, keeps the "
        "ledger as it is and begins a new one. Kept ledgers don't count.",
    )
    parser.add_argument("--json", action="store_true", help="say what was found as JSON")
    parser.add_argument("--pack", type=Path, metavar="FOLDER", help="check a pack instead: its folder or zip file")
    parser.add_argument(
        "--part", action="store_true", help="with --pack: some contents and proofs were left out of it on purpose"
    )
    parser.set_defaults(run=run)


async def run(config: Config, asked: argparse.Namespace) -> int:
    """Verify and say so."""
    if asked.pack is not None:
        return await _check_pack(asked)
    found = await verify(config.data_dir, on_progress=ProgressBar() if sys.stderr.isatty() else None)
    files = await _faults_of_files(config)
    zone = ZoneInfo(config.time_zone)
    older = {left.folder.name: await _how_far(left, zone) for left in await kept_beside(config.data_dir)}
    if asked.json:
        say(json.dumps(_as_json(found, files, older), ensure_ascii=False, indent=1))
    else:
        _say_all(found, files, older)
        if not found.holds:  # not with --json, by which the service itself looks
            warn([await _see_to_it(config, found)])
    return OK if found.holds and not files else NO


async def _see_to_it(config: Config, found: Verification) -> str:
    """Have a service look for itself, which writes no more to a ledger that doesn't hold; what is to be said of it."""
    try:
        why = f"blocker verify found: {found.faults[0]}"
        await ask(DataDir(config.data_dir).control_socket, "ledger-doubt", patience=SLOW_SECONDS, why=why)
    except ServiceAbsent:
        return "no service runs here: once one does, verify again, so that it keeps this ledger and begins a new one"
    except BlockerError as error:
        return f"the service couldn't be asked to look for itself: {error}"
    return "the service looked for itself: what it found and did, blocker doctor says"


async def _check_pack(asked: argparse.Namespace) -> int:
    found = await check(asked.pack, part=asked.part)
    if asked.json:
        say(json.dumps({"holds": found.holds, "faults": found.faults}, ensure_ascii=False, indent=1))
    else:
        say(found.report.rstrip("\n"))
    return OK if found.holds else NO


def _say_all(found: Verification, files: list[str], older: dict[str, str]) -> None:
    for fault in found.faults:
        say(str(fault))
    if found.fault_count > len(found.faults):
        say(f"… and {found.fault_count - len(found.faults)} more")
    erased = f", {found.erased} of them erased" if found.erased else ""
    say(f"{found.entries} entries{erased}; head {found.head.n} {found.head.sha256}")
    if found.seals.seals:
        say(f"seals: {found.seals.seals}, time-stamps: {found.seals.stamps}")
    warn(found.seals.notes)
    say(found.unseen)
    for sentence in files:
        say(sentence)
    for name, sentence in older.items():
        say(f"Kept beside it, {name}: {sentence}")
    say("The ledger verifies." if found.holds else "The ledger does NOT verify.")
    if files:
        say("The files beside it are NOT what it says, or can't be compared with it.")


def _as_json(found: Verification, files: list[str], older: dict[str, str]) -> dict[str, Any]:
    return {
        "holds": found.holds,
        "entries": found.entries,
        "erased": found.erased,
        "head": {"n": found.head.n, "sha256": found.head.sha256},
        "faults": [{"n": fault.n, "fault": str(fault.kind), "what": str(fault)} for fault in found.faults],
        "fault_count": found.fault_count,
        "unseen": found.unseen,
        "files": files,
        "kept": older,
    }


async def _how_far(left: Left, zone: ZoneInfo) -> str:
    """How far a ledger verifies that could not go on, of which time it is, and where else what it holds is."""
    try:
        found = await verify(left.folder, erased_elsewhere=left.erased)
    except LedgerError as error:
        return f"it can't be read: {error}"
    span = await KeptLedger(left.folder).span()
    days = [at.astimezone(zone) for at in span or ()]
    of = f", of {days[0]:%Y-%m-%d} to {days[1]:%Y-%m-%d}" if days else ""
    taken = "what holds of it was taken over" if left.taken_over else (
        "none of it is in reports, dossiers and packs: blocker take-over brings what holds of it into this ledger"
    )  # fmt: skip
    return f"{_sound(found)}{of}; {taken}"


def _sound(found: Verification) -> str:
    if found.holds:
        return f"its {found.entries} entries verify"
    where = [fault.n for fault in found.faults if fault.n]
    sound = min(where) - 1 if where else found.entries
    up_to = f"it verifies up to entry {sound}" if sound else "nothing of it verifies"
    return f"{found.entries} entries could be read, {up_to}; {found.faults[0]}"


async def _faults_of_files(config: Config) -> list[str]:
    try:
        return list(map(str, await Attachments(config.data_dir).verify()))
    except LedgerError as error:
        return [f"the files beside the ledger can't be compared with it: {error}"]


class ProgressBar:
    """Draws on standard error, in one line, how much is done and how fast."""

    def __init__(self) -> None:
        self._began = self._drawn = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        """Draw, unless that was done a moment ago."""
        now = time.monotonic()
        if done < total and now - self._drawn < BETWEEN_SECONDS:
            return
        self._drawn = now
        share = min(1.0, done / total) if total else 1.0
        bar = "#" * round(share * BAR_WIDTH)
        speed = done / max(now - self._began, 1e-9)
        figures = f"{share:4.0%} of {total:,} entries, {speed:,.0f}/s"
        sys.stderr.write(f"\r[{bar:<{BAR_WIDTH}}] {figures}" + ("\n" if done >= total else ""))
        sys.stderr.flush()
