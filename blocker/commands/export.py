"""`blocker export`: the household's block list, or others', as a file for telephones elsewhere."""

import argparse
from collections.abc import Container
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import app, looking
from blocker.clock import SystemClock
from blocker.commands import OK, say, warn
from blocker.config import Config
from blocker.core.exported import Exported, of_lists
from blocker.datadir import DataDir
from blocker.errors import UsageError
from blocker.outfolder import hand_out
from blocker.renderers.block_lists import FORMS, MOST
from blocker.store.book import Book

MOST_AT_ALL = 50_000
"""Numbers; more than that makes telephones slow."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "export",
        help="write your block list for a mobile telephone, a FRITZ!Box or FreePBX",
        description="Write the numbers of your block list, or of community lists, to a file that another device reads "
        "(docs/lists.md). "
        "Prefixes and items that have run out are left out.",
    )
    parser.add_argument("--as", dest="form", choices=tuple(FORMS), required=True, help="what is to read it")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to; an older one is replaced")
    parser.add_argument(
        "--what",
        choices=("own", "community", "all"),
        default="own",
        help="your own block list, what community lists turn away here, or both; default: own",
    )
    parser.add_argument(
        "--limit",
        type=int,
        default=0,
        metavar="N",
        help=f"at most so many, of your own those listed last, of others those with most votes; default: all that "
        f"fit, at most {MOST_AT_ALL}",
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Write the file."""
    if arguments.limit < 0:
        raise UsageError("--limit is how many numbers the file may have, 1 or more")
    limit = arguments.limit or MOST.get(arguments.form, MOST_AT_ALL)
    own, remarks = await _own(config, limit) if arguments.what != "community" else ([], [])
    numbers = own
    if arguments.what != "own":
        numbers = [*own, *await _of_lists(config, limit - len(own), {item.number for item in own})]
        if arguments.form == "spamblocker":
            remarks.append("this form has no place for the lists' names, licences and age; mind them (blocker lists)")
    text = FORMS[arguments.form](numbers, config.region)
    hand_out(arguments.out.parent, {arguments.out.name: text.encode()})
    say(f"{arguments.out}: {len(numbers)} numbers.")
    warn(remarks)
    return OK


async def _own(config: Config, limit: int) -> tuple[list[Exported], list[str]]:
    """The household's own block list, what was listed last first, and what there is to say of it."""
    listed = [item for item in await app.command(config, "list-show", list_name="block") if item["holds"]]
    whole = [item for item in listed if not item["number"].endswith("*")]
    whole.sort(key=lambda item: str(item["added_at"]), reverse=True)
    remarks = []
    if prefixes := len(listed) - len(whole):
        remarks.append(f"{prefixes} prefixes were left out, which no such device reads for sure")
    if (more := len(whole) - limit) > 0:
        remarks.append(f"{more} numbers that were listed earlier were left out, for want of room")
    return [Exported(item["number"]) for item in whole[:limit]], remarks


async def _of_lists(config: Config, most: int, there: Container[str]) -> list[Exported]:
    """The numbers of community lists that would be turned away here."""
    known = await looking.knowledge(config)
    book, now = Book(DataDir(config.data_dir).book), SystemClock().now()
    local = now.astimezone(ZoneInfo(config.time_zone))

    def spared(number: str) -> bool:
        return (
            number in there
            or known.allow.match(number, now) is not None
            or number in known.wanted.contacts
            or number in known.wanted.dialled
            or known.ranges.is_protected(number, config.region, local.date()) is not None
        )

    try:
        return of_lists(book.listed(), book.lookup, known.terms, now.date(), spared=spared, most=max(most, 0))
    finally:
        await book.close()
