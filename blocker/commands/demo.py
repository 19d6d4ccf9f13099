"""`blocker demo`: a week in a household, replayed through the real service."""

import argparse
from pathlib import Path

from blocker.commands import OK, say


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "demo",
        help="replay a week of a household's calls; needs no phone system and no configuration",
        description="Start the service on free ports, replay a week of a Belgian household's calls over its real "
        "socket, show each verdict as it falls, and write the week's report.",
    )
    parser.add_argument(
        "--data-dir", type=Path, help="keep ledger and lists here, to try the other commands on (default: a new folder)"
    )
    parser.set_defaults(run_alone=run)  # it brings its own configuration


async def run(arguments: argparse.Namespace) -> int:
    """Play the week."""
    from blocker.demo import play  # noqa: PLC0415  (it makes a report, and what renders one is slow to load)

    await play.week(arguments.data_dir, say)
    return OK
