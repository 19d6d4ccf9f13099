"""`blocker backup` and `blocker restore`: a copy of everything that can't be had again, and the way back."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import __version__
from blocker.child import NICENESS
from blocker.clock import SystemClock
from blocker.commands import NO, OK, say, warn
from blocker.commands.verify import ProgressBar
from blocker.config import Config
from blocker.errors import UsageError
from blocker.evidence.backup import KEYS, Wanted, make
from blocker.evidence.restore import restore

_OTHER_ARCHIVES = {".zip", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"}
"""Endings that somebody writes who wants one file, in a form that a backup doesn't have."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands."""
    parser = commands.add_parser(
        "backup",
        help="copy ledger, lists, proofs, rules and key into one file, while the service runs",
        description="Make a backup: the ledger, the household's lists, the files beside the ledger, the household's "
        "own rules and the key that seals are signed with. It is verified before it gets its name. Community lists and "
        "reports aren't in it, since they can be made anew; nor is the configuration. Exit status 1: it was made, of a "
        "ledger that doesn't verify.",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.tar", help="a file that ends in .tar, or a new folder"
    )
    parser.add_argument("--without-key", action="store_true", help="leave the private key out")
    parser.set_defaults(run=run_backup)
    parser = commands.add_parser(
        "restore",
        help="put a backup back into an empty data directory",
        description="Put a backup into a directory that is empty or not there. Every file and the whole ledger are "
        "checked first; what doesn't hold is put nowhere.",
    )
    parser.add_argument("backup", type=Path, metavar="FILE", help="what `blocker backup` made")
    parser.add_argument("--into", type=Path, required=True, metavar="DIR", help="the new data directory")
    parser.add_argument(
        "--old", type=Path, metavar="DIR", help="what is left of the old one, to tell what came after the backup"
    )
    parser.set_defaults(run=run_restore)


async def run_backup(config: Config, arguments: argparse.Namespace) -> int:
    """Make a backup and say what is in it."""
    os.nice(NICENESS)
    if arguments.out.suffix.lower() in _OTHER_ARCHIVES:
        raise UsageError(f"{arguments.out}: a backup is a .tar file or a folder (write --out {arguments.out.stem}.tar)")
    wanted = Wanted(
        config.data_dir,
        config.household_rules,
        keys=None if arguments.without_key else config.data_dir / KEYS,
        key=None if arguments.without_key else config.seals.key,
        program=f"blocker {__version__}",
        now=SystemClock().now(),
    )
    made = await make(wanted, arguments.out.absolute(), say=_step, progress=_progress())
    say(f"{made.path}: {made.files} files, {made.size / 1e6:.1f} MB; {made.head.n} entries, head {made.head.sha256}")
    if made.with_key:
        warn(["it holds the private key that seals are signed with: keep it where nobody else reads it"])
    warn(["it holds what is in the ledger now; what is erased later stays in it, so remove old backups"])
    if made.fault:
        say(f"The ledger does NOT verify, and neither does its copy: {made.fault}")
        return NO
    say("The copied ledger verifies.")
    return OK


async def run_restore(config: Config, arguments: argparse.Namespace) -> int:
    """Put a backup back and say what it lacks."""
    os.nice(NICENESS)
    into = arguments.into.absolute()
    old = arguments.old or (config.data_dir if config.data_dir.absolute() != into else None)
    done = await restore(arguments.backup, into, old=old, progress=_progress())
    made = datetime.fromisoformat(done.made_at).astimezone(ZoneInfo(config.time_zone))
    say(f"{into}: {done.head.n} entries, as they were on {made:%Y-%m-%d at %H:%M}. Everything verifies.")
    if done.missing:
        say(f"At least {done.missing} entries came after that ({done.head.n + 1} and later) and aren't in it.")
    warn(done.warnings)
    warn([f"what was erased after {made:%Y-%m-%d} is in it again: erase it again"])
    return OK


def _step(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"{text} …\n")


def _progress() -> ProgressBar | None:
    return ProgressBar() if sys.stderr.isatty() else None
