"""`blocker expect`: let calls ring for a while, since one of them is waited for."""

import argparse
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding
from blocker.commands import OK, say, who
from blocker.config import Config
from blocker.core.entry import parse_time
from blocker.core.wanted import parse_span


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "expect",
        help="let calls ring for a while, because you expect one",
        description="For a while EVERY call rings: numbers on your own block list and withheld numbers too. With "
        "--company only calls from a number which that company publishes, or that show its name; a company often calls "
        "from another number, so when in doubt leave it out. The window survives a restart and is recorded.",
    )
    parser.add_argument("--company", help="let only this company's calls through, as you call it")
    parser.add_argument(
        "--for", dest="length", default="2h", metavar="TIME", help="how long: 30m, 2h, 3d; at most 7d (default: 2h)"
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument("--list", action="store_true", help="show the windows that are open, and open none")
    instead.add_argument("--end", action="store_true", help="close all of them now")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Open a window, show those that are open, or close them."""
    zone = ZoneInfo(config.time_zone)
    if arguments.list:
        windows = await commanding.done(config, "expect-show")
        for window in windows:
            say(f"{_whose(window)} rings until {_local(window['until'], zone)}.")
        if not windows:
            say("No call is expected.")
    elif arguments.end:
        ended = await commanding.done(config, "expect-end", by=who())
        say(f"{len(ended)} closed: your lists hold again." if ended else "No call was expected.")
    else:
        minutes = int(parse_span(arguments.length) / timedelta(minutes=1))
        window = await commanding.done(config, "expect", company=arguments.company, minutes=minutes, by=who())
        say(f"{_whose(window)} rings until {_local(window['until'], zone)}.")
    return OK


def _whose(window: dict[str, Any]) -> str:
    return f"Every call from {window['name']}" if window["company"] else "Every call, blocked numbers included,"


def _local(instant: str, zone: ZoneInfo) -> str:
    return parse_time(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")
