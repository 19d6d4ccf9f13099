"""`blocker report send`: send a week's report to whoever the configuration names."""

import argparse
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.clock import SystemClock
from blocker.commands import NO, OK, say
from blocker.config import Config
from blocker.core.sending import State
from blocker.reporting import default_week

_SAID = {
    "": "not sent yet",
    State.SENT: "sent",
    State.FAILED: "not sent",
    State.REFUSED: "not sent",
    State.UNSURE: "may have arrived, nobody knows",
    State.HANDING_OVER: "may have arrived, nobody knows",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "send",
        help="send the report of a week to its recipients",
        description="Send the report of a week to whoever [[report.recipient]] names, once each: who has it, or may "
        "have it, doesn't get it again without --again. The service does this by itself each week. Exit status 1: "
        "somebody doesn't have it.",
    )
    parser.add_argument("--week", help="such as 2026-W47; by default the last complete week that holds calls")
    parser.add_argument(
        "--to", action="append", default=[], metavar="NAME", help="only this recipient; may be given several times"
    )
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--dry-run", action="store_true", help="say what would be sent, and send nothing")
    which.add_argument("--again", action="store_true", help="also to those who have it already, or may have it")
    which.add_argument("--arrived", action="store_true", help="note that it arrived where nobody knew; send nothing")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Have the owner send it, and say what became of each."""
    week = arguments.week
    if not week:
        async with looking.reader(config) as reader:
            week = str(await default_week(reader, SystemClock().now(), ZoneInfo(config.time_zone)))
    told = await commanding.done(
        config,
        "report-send",
        week=week,
        to=arguments.to,
        again=arguments.again,
        arrived=arguments.arrived,
        dry_run=arguments.dry_run,
    )
    for one in told:
        say(_line(one))
    good = {"", State.SENT} if arguments.dry_run else {State.SENT}
    return OK if all(one["state"] in good and not one["why"] for one in told) else NO


def _line(one: dict[str, object]) -> str:
    already = "sent before, and not again (--again)" if one.get("already") and one["state"] == State.SENT else ""
    line = f"{one['name']}: {already or _SAID[str(one['state'])]}"
    if one["why"]:
        line += f": {one['why']}"
    if "title" in one:
        line += f"\n  “{one['title']}”, with {_names(one['files']) or 'no file'}"
        line += ", which are made first in that language" if one["made_first"] else ""
        line += f"; left out: {left}" if (left := _names(one["left_out"])) else ""
    return line


def _names(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list) else ""
