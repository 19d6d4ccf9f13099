"""`blocker report`: the week's report."""

import argparse
import os
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import looking
from blocker.clock import SystemClock
from blocker.collecting import Making
from blocker.commands import NO, OK, harmless, report_send, say, warn
from blocker.config import Config
from blocker.core.languages import Language
from blocker.core.week import Week
from blocker.evidence.verify import verify
from blocker.reporting import default_week, present, require_begun


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        help="write the report of a week",
        description="Write report.html, report.pdf, report.md, report.json and calls.csv for one week, once the whole "
        "ledger is verified. The same ledger gives the same bytes. Exit status 1: the ledger doesn't verify, and the "
        "report begins by saying so.",
    )
    parser.add_argument("--week", help="such as 2026-W47; by default the last complete week that holds calls")
    parser.add_argument(
        "--out", type=Path, help="the folder to write to; by default one for the week, in the report folder"
    )
    parser.add_argument(
        "--lang",
        choices=[str(language) for language in Language],
        help="the language of the pages; by default those of [report] languages, else the one of your region",
    )
    parser.set_defaults(run=run)
    report_send.add(parser.add_subparsers(metavar="send"))


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Verify the ledger and write a report."""
    from blocker import reportroom  # noqa: PLC0415  (only a report needs what renders it, and that is slow to load)

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
        asked = (Language(arguments.lang),) if arguments.lang else reportroom.languages_of(config, os.environ)
        notes = await reportroom.write(config, reader, week, folder, asked, making=Making(now, fault))
    warn(notes)
    say(f"The report of {week} lies in {folder}")
    return NO if fault else OK


async def _fault(config: Config) -> str:
    """The first thing that doesn't hold in the ledger; empty where all does."""
    found = await verify(config.data_dir)
    return str(found.faults[0]) if found.faults else ""
