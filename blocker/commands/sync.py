"""`blocker sync`: bring one published list of numbers up to date."""

import argparse
from pathlib import Path

from blocker import app
from blocker.commands import OK, say, warn
from blocker.config import Config


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "sync",
        help="fetch a list of numbers, one a line, and block by it",
        description="Fetch a list of plain numbers (one a line, # for comments, a trailing * for a prefix) and let it "
        "speak as a community list. Whatever goes wrong, the last good one stays.",
    )
    parser.add_argument("origin", help="a file, or an http(s) address")
    parser.add_argument("--name", default="", help="what to call the list; by default made from where it comes from")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Fetch and use a list."""
    remote = "://" in arguments.origin  # which of them can be fetched, `fetching.py` says
    origin = arguments.origin if remote else str(Path.cwd() / arguments.origin)
    done = await app.command(config, "sync", origin=origin, source=arguments.name)
    change = f", {done['entries_before']} before" if done["entries_before"] else ""
    say(f"{done['source']}: {done['entries']} numbers and prefixes{change}.")
    if done["bad_lines"]:
        warn([f"{done['bad_lines']} lines were no numbers and were passed over"])
    return OK
