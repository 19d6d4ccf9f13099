"""`blocker export`: the household's block list, or others', as a file for telephones elsewhere."""

import argparse
from collections.abc import Container
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.clock import SystemClock
from blocker.commands import OK, say, warn
from blocker.config import Config
from blocker.core.exported import Exported, of_lists
from blocker.datadir import DataDir
from blocker.errors import UsageError
from blocker.outfolder import hand_out, refuse_if_no_folder
from blocker.renderers.block_lists import FORMS, MOST
from blocker.store.book import Book

MOST_AT_ALL = 50_000
"""Numbers; more than that makes telephones slow."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "export",
        help="write your block list for a mobile telephone, a FRITZ!Box or another Asterisk",
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
        metavar="N",
        help=f"at most so many, of your own those listed last, of others those with most votes; default: all that "
        f"fit, at most {MOST_AT_ALL}",
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Write the file."""
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError("--limit is how many numbers the file may have, 1 or more")
    refuse_if_no_folder(arguments.out.parent)
    limit = arguments.limit or MOST.get(arguments.form, MOST_AT_ALL)
    own, remarks = await _own(config, limit) if arguments.what != "community" else ([], [])
    numbers = own
    if arguments.what != "own":
        others, more = await _of_lists(config, limit - len(own), {item.number for item in own})
        numbers, remarks = [*own, *others], remarks + more
        if arguments.form == "spamblocker":
            remarks.append("this form has no place for the lists' names, licences and age; mind them (blocker lists)")
    text = FORMS[arguments.form](numbers, config.region)
    hand_out(arguments.out.parent, {arguments.out.name: text.encode()})
    say(f"{arguments.out}: {_many(len(numbers), 'number')}.")
    warn(remarks)
    return OK


async def _own(config: Config, limit: int) -> tuple[list[Exported], list[str]]:
    """The household's own block list, what was listed last first, and what there is to say of it."""
    listed = [item for item in await commanding.done(config, "list-show", list_name="block") if item["holds"]]
    whole = [item for item in listed if not item["number"].endswith("*")]
    whole.sort(key=lambda item: str(item["added_at"]), reverse=True)
    remarks = []
    if prefixes := len(listed) - len(whole):
        remarks.append(f"left out: {_many(prefixes, 'prefix')} of your own, which no such device reads for sure")
    if (more := len(whole) - limit) > 0:
        remarks.append(f"left out for want of room: {_many(more, 'number')} of your own, listed earlier")
    return [Exported(item["number"]) for item in whole[:limit]], remarks


async def _of_lists(config: Config, most: int, there: Container[str]) -> tuple[list[Exported], list[str]]:
    """The numbers of community lists that would be turned away here, and what there is to say of them."""
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
        found, more = of_lists(book.listed(), book.lookup, known.terms, now.date(), spared=spared, most=max(most, 0))
        prefixes = sum(len(file.prefixes) for slug in book.sums() if (file := book.source(slug)))
    finally:
        await book.close()
    remarks = []
    if prefixes:
        remarks.append(f"left out: {_many(prefixes, 'prefix')} of community lists, which no such device reads for sure")
    if more:
        remarks.append(f"left out for want of room: {_many(more, 'number')} of community lists, with fewer votes")
    return found, remarks


def _many(count: int, what: str) -> str:
    ending = "" if count == 1 else "es" if what.endswith("x") else "s"
    return f"{count} {what}{ending}"
