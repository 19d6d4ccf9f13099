"""`blocker report`: the week's report."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import app
from blocker.commands import OK, say
from blocker.config import Config
from blocker.core.week import Week
from blocker.reporting import default_week, write_report


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        help="write the report of a week",
        description="Write report.md, report.json and calls.csv for one week. The same ledger gives the same bytes.",
    )
    parser.add_argument("--week", help="such as 2026-W47; by default the last complete week that holds calls")
    parser.add_argument(
        "--out", type=Path, help="the folder to write to; by default one for the week, in the report folder"
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Write a report."""
    zone = ZoneInfo(config.time_zone)
    async with app.reader(config) as reader:
        week = Week.parse(arguments.week) if arguments.week else await default_week(reader, datetime.now(UTC), zone)
        folder = arguments.out or config.report.dir / str(week)
        await write_report(reader, week, zone, folder, app.FORMS)
    say(f"The report of {week} lies in {folder}")
    return OK
