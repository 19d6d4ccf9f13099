"""`blocker verify`: whether the evidence ledger holds together, entry by entry, and the files beside it are there."""

import argparse
import sys

from blocker.commands import NO, OK, say, warn
from blocker.config import Config
from blocker.errors import LedgerError
from blocker.evidence.attachments import Attachments
from blocker.evidence.verify import verify


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "verify",
        help="check the whole evidence ledger",
        description="Check every link and every content of the evidence ledger and the files beside it, while a "
        "service is running or not. Exit status 0: all verifies; 1: it doesn't, and the lines say where.",
    )
    parser.set_defaults(run=run)


async def run(config: Config, _: argparse.Namespace) -> int:
    """Verify and say so."""
    found = await verify(config.data_dir, on_progress=_progress if sys.stderr.isatty() else None)
    for fault in found.faults:
        say(str(fault))
    if found.fault_count > len(found.faults):
        say(f"… and {found.fault_count - len(found.faults)} more")
    erased = f", {found.erased} of them erased" if found.erased else ""
    say(f"{found.entries} entries{erased}; head {found.head.n} {found.head.sha256}")
    if found.seals.seals:
        say(f"{found.seals.seals} seals, {found.seals.stamps} time-stamps")
    warn(found.seals.notes)
    say(found.unseen)
    files = await _faults_of_files(config)
    for sentence in files:
        say(sentence)
    say("The ledger verifies." if found.holds else "The ledger does NOT verify.")
    if files:
        say("The files beside it are NOT what it says.")
    return OK if found.holds and not files else NO


async def _faults_of_files(config: Config) -> list[str]:
    try:
        return list(map(str, await Attachments(config.data_dir).verify()))
    except LedgerError as error:
        return [f"the files beside the ledger can't be compared with it: {error}"]


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total} entries" + ("\n" if done >= total else ""))
