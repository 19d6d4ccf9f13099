"""`blocker contacts`: the household's address book, every number of which is allowed."""

import argparse
import json
from pathlib import Path

from blocker import commanding, looking
from blocker.commands import OK, say, table, warn, who
from blocker.config import Config
from blocker.errors import SourceError, UsageError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "contacts",
        help="your address book, whose numbers always ring: import, list, clear",
        description="Numbers of your address book always ring. Names and numbers "
        "stay in this machine's data directory and never get into the ledger.",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="import|list|clear")
    importing = todo.add_parser("import", help="read a vCard file (.vcf) in the place of what was imported before")
    importing.add_argument("file", type=Path, help="vCard 2.1, 3.0 or 4.0, any number of cards")
    importing.set_defaults(run=run_import)
    listing = todo.add_parser("list", help="show names and numbers")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=run_list)
    clearing = todo.add_parser("clear", help="forget all of them")
    clearing.set_defaults(run=run_clear)


async def run_import(config: Config, arguments: argparse.Namespace) -> int:
    """Read an address book; the service gets numbers and names, so that it needn't be able to read the file."""
    try:
        raw = arguments.file.read_bytes()
    except OSError as error:
        raise UsageError(f"{arguments.file} can't be read: {error.strerror}") from error
    try:
        book = looking.read_contacts(raw, config.region)
    except SourceError as error:
        raise UsageError(f"{arguments.file}: {error}") from error
    warn([f"{arguments.file}, {fault}; passed over" for fault in book.faults])
    if not book.people:
        raise UsageError(f"{arguments.file} holds no telephone number, so nothing was changed (blocker contacts clear)")
    done = await commanding.done(config, "contacts-replace", people=book.people, by=who())
    say(f"{done['numbers']} numbers in your contacts, {done['before']} before.")
    return OK


async def run_list(config: Config, arguments: argparse.Namespace) -> int:
    """Show them."""
    people = await commanding.done(config, "contacts-show")
    if arguments.json:
        say(json.dumps(people, ensure_ascii=False, indent=2))
    elif people:
        say(table([(person["name"], person["number"]) for person in people], ("name", "number")))
    else:
        say("No contacts (blocker contacts import FILE.vcf).")
    return OK


async def run_clear(config: Config, _: argparse.Namespace) -> int:
    """Forget them."""
    done = await commanding.done(config, "contacts-replace", people=[], by=who())
    say(f"{done['before']} numbers forgotten.")
    return OK
