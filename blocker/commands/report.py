"""`blocker report`: the week's report."""

import argparse
import asyncio
import functools
import os
import sys
import time
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import looking
from blocker.clock import SystemClock
from blocker.collecting import OUTCOME_MARGIN, Making
from blocker.commands import NO, OK, harmless, report_send, say, warn
from blocker.commands.verify import BETWEEN_SECONDS
from blocker.config import Config
from blocker.core.languages import Language
from blocker.core.week import Week
from blocker.evidence.checking import Wanted, check_apart
from blocker.filing.calls_around import Progress, nobody
from blocker.reporting import default_week, present, require_begun


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "report",
        help="write the report of a week",
        description="Write report.html, report.pdf, report.md, report.json and calls.csv for one week, and check the "
        "ledger meanwhile: that week and all since; the whole, unless it was found to verify in the last eight days. "
        "The same ledger gives the same bytes. Exit status 1: the ledger doesn't verify, and the report begins by "
        "saying so.",
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
    parser.add_argument("--verify-all", action="store_true", help="check the whole ledger in any case")
    parser.set_defaults(run=run)
    report_send.add(parser.add_subparsers(metavar="send"))


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Write a report, and check the ledger beside it."""
    from blocker import reportroom  # noqa: PLC0415  (only a report needs what renders it, and that is slow to load)

    zone = ZoneInfo(config.time_zone)
    async with looking.reader(config) as reader:
        now = await present(reader, SystemClock().now())
        week = Week.parse(arguments.week) if arguments.week else await default_week(reader, now, zone)
        require_begun(week, now, zone)
        start, end = week.bounds(zone)
        wanted = Wanted(config.data_dir, start - OUTCOME_MARGIN, end + OUTCOME_MARGIN, now, whole=arguments.verify_all)
        # While the reader has its moment of the ledger: whatever the report rests on, the check sees.
        checking = asyncio.create_task(check_apart(wanted))
        progress = _Progress()

        async def fault() -> str:
            progress.say("checking the ledger")
            return (await checking).fault

        folder = arguments.out or config.report.dir / str(week)
        asked = (Language(arguments.lang),) if arguments.lang else reportroom.languages_of(config, os.environ)
        making = Making(now, fault, progress.of("reading the week"))
        try:
            notes = await reportroom.write(
                config, reader, week, folder, asked, making=making, on_year=progress.of("counting the year")
            )
            checked = await checking
        finally:
            progress.end()
            checking.cancel()
            await asyncio.gather(checking, return_exceptions=True)
    warn(notes)
    say(f"The report of {week} lies in {folder}")
    if checked.whole is not None:
        at = f"{checked.whole.astimezone(zone):%Y-%m-%d %H:%M}"
        say(f"Checked were the entries of that week and all since; the whole ledger was found to verify on {at}")
    if checked.fault:
        sys.stderr.write(f"The ledger doesn't verify ({harmless(checked.fault)}). The report is no evidence.\n")
    return NO if checked.fault else OK


class _Progress:
    """Says on a terminal what is being done, and how much of it is."""

    def __init__(self) -> None:
        self._shows = sys.stderr.isatty()
        self._said, self._drawn = "", 0.0

    def of(self, what: str) -> Progress:
        """To be told how far something is."""
        return functools.partial(self._tell, what) if self._shows else nobody

    def say(self, what: str) -> None:
        """Say what is being done of which nobody knows how far it is."""
        if self._shows:
            self._draw(what)

    def end(self) -> None:
        """Leave nothing on the line."""
        if self._said:
            self._draw("")

    def _tell(self, what: str, share: float) -> None:
        now = time.monotonic()
        if now - self._drawn >= BETWEEN_SECONDS:
            self._drawn = now
            self._draw(f"{what}: {min(max(share, 0.0), 1.0):4.0%}")

    def _draw(self, text: str) -> None:
        sys.stderr.write(f"\r{text:<{len(self._said)}}\r{text}")
        sys.stderr.flush()
        self._said = text
