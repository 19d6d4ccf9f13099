"""`blocker verify`: whether the evidence ledger holds together, entry by entry."""

import argparse
import sys

from blocker.commands import NO, OK, say
from blocker.config import Config
from blocker.evidence.verify import verify


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "verify",
        help="check the whole evidence ledger",
        description="Check every link and every content of the evidence ledger, beside a running service if there is "
        "one. Exit status 0: it verifies; 1: it doesn't, and the lines say where.",
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
    say(found.unseen)
    if found.holds:
        say("The ledger verifies.")
        return OK
    say("The ledger does NOT verify.")
    return NO


def _progress(done: int, total: int) -> None:
    sys.stderr.write(f"\r{done} of {total} entries" + ("\n" if done >= total else ""))
