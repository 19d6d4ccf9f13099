"""`blocker report`: the week's report."""

import argparse
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import looking
from blocker.clock import SystemClock
from blocker.collecting import Making
from blocker.commands import NO, OK, harmless, say
from blocker.config import Config
from blocker.core.week import Week
from blocker.evidence.verify import verify
from blocker.reporting import default_week, present, require_begun, write_report


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        help="write the report of a week",
        description="Write report.md, report.json and calls.csv for one week, once the whole ledger is verified. "
        "The same ledger gives the same bytes. Exit status 1: the ledger doesn't verify, and the report begins by "
        "saying so.",
    )
    parser.add_argument("--week", help="such as 2026-W47; by default the last complete week that holds calls")
    parser.add_argument(
        "--out", type=Path, help="the folder to write to; by default one for the week, in the report folder"
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Verify the ledger and write a report."""
    zone = ZoneInfo(config.time_zone)
    async with looking.reader(config) as reader:
        now = await present(reader, SystemClock().now())
        week = Week.parse(arguments.week) if arguments.week else await default_week(reader, now, zone)
        require_begun(week, now, zone)
        # While the reader has its moment of the ledger: whatever the report rests on, the check has seen.
        fault = await _fault(config)
        if fault:
            sys.stderr.write(f"The ledger doesn't verify ({harmless(fault)}). The report is no evidence.\n")
        folder = arguments.out or config.report.dir / str(week)
        await write_report(reader, week, zone, folder, looking.FORMS, making=Making(now, fault))
    say(f"The report of {week} lies in {folder}")
    return NO if fault else OK


async def _fault(config: Config) -> str:
    """The first thing that doesn't hold in the ledger; empty where all does."""
    found = await verify(config.data_dir)
    return str(found.faults[0]) if found.faults else ""
