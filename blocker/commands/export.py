"""`blocker export`: the household's block list as a file for telephones that this program doesn't screen."""

import argparse
from pathlib import Path

from blocker import app
from blocker.commands import OK, say, warn
from blocker.config import Config
from blocker.errors import UsageError
from blocker.renderers.block_lists import FORMS, MOST


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "export",
        help="write your block list for a mobile telephone, a FRITZ!Box or FreePBX",
        description="Write the numbers of your own block list to a file that another device reads (docs/lists.md). "
        "Prefixes and items that have run out are left out.",
    )
    parser.add_argument("--as", dest="form", choices=tuple(FORMS), required=True, help="what is to read it")
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="where to; an older one is replaced")
    parser.add_argument(
        "--limit",
        type=int,
        default=0,
        metavar="N",
        help="at most so many, those listed last first; default: all that fit",
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Write the file."""
    if arguments.limit < 0:
        raise UsageError("--limit is how many numbers the file may have, 1 or more")
    listed = [item for item in await app.command(config, "list-show", list_name="block") if item["holds"]]
    whole = [item for item in listed if not item["number"].endswith("*")]
    whole.sort(key=lambda item: str(item["added_at"]), reverse=True)
    limit = arguments.limit or MOST.get(arguments.form, len(whole))
    numbers = [item["number"] for item in whole[:limit]]
    text = FORMS[arguments.form](numbers, config.region)
    part = arguments.out.with_name(arguments.out.name + ".part")
    part.write_bytes(text.encode())
    part.replace(arguments.out)
    say(f"{arguments.out}: {len(numbers)} numbers.")
    remarks = []
    if prefixes := len(listed) - len(whole):
        remarks.append(f"{prefixes} prefixes were left out, which no such device reads for sure")
    if more := len(whole) - len(numbers):
        remarks.append(f"{more} numbers that were listed earlier were left out, for want of room")
    warn(remarks)
    return OK
