"""`blocker sync`: bring one published list of numbers up to date."""

import argparse
from pathlib import Path

from blocker import app
from blocker.bookbinding import FORMS
from blocker.commands import OK, say, warn
from blocker.config import Config
from blocker.errors import UsageError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "sync",
        help="fetch a list of numbers and block by it",
        description="Fetch a list of plain numbers (one a line, # for comments, a trailing * for a prefix), or one in "
        "another form (--as, docs/lists.md), and let it speak as a community list. Whatever goes wrong, the last good "
        "one stays.",
    )
    parser.add_argument("origin", help="a file, or an http(s) address")
    parser.add_argument("--name", default="", help="what to call the list; by default made from where it comes from")
    parser.add_argument("--as", dest="form", choices=FORMS, default=FORMS[0], help="how it is written (docs/lists.md)")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="WHAT=NAME",
        help="in a table: what a column is for (number, rating, votes, last_activity, listed_since) and its name",
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Fetch and use a list."""
    remote = "://" in arguments.origin  # which of them can be fetched, `fetching.py` says
    origin = arguments.origin if remote else str(Path.cwd() / arguments.origin)
    columns = dict(map(_column, arguments.column))
    done = await app.command(config, "sync", origin=origin, source=arguments.name, form=arguments.form, columns=columns)
    change = f", {done['entries_before']} before" if done["entries_before"] else ""
    say(f"{done['source']}: {done['entries']} numbers and prefixes{change}.")
    if done["bad_lines"]:
        warn([f"{done['bad_lines']} items were no numbers that may be listed, and were passed over"])
    return OK


def _column(text: str) -> tuple[str, str]:
    what, separator, name = text.partition("=")
    if not separator or not name.strip():
        raise UsageError(f"“{text}” names no column; write what it is for and its name, as in number=Telephone")
    return what.strip(), name.strip()
