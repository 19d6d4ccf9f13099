"""`blocker allow` and `blocker block`: the household's two lists."""

import argparse
import json
from datetime import datetime
from zoneinfo import ZoneInfo

from blocker import commanding
from blocker.commands import OK, say, table, warn, who
from blocker.config import Config
from blocker.core.entry import format_time, parse_time
from blocker.core.until import parse_until, until_text

_WHAT = {"allow": "always ring", "block": "never ring"}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands."""
    for name, what in _WHAT.items():
        parser = commands.add_parser(
            name,
            help=f"numbers that {what}: add, remove, list",
            description=f"The household's {name} list: numbers and prefixes that {what}. The allow list beats all "
            "others.",
        )
        todo = parser.add_subparsers(dest="todo", required=True, metavar="add|remove|list")
        adding = todo.add_parser("add", help="put a number, or a prefix such as “+32 2 555*”, on the list")
        adding.add_argument(
            "number", nargs="+", help="as you would dial it, or +COUNTRY…; a trailing * makes it a prefix"
        )
        adding.add_argument("--comment", default="", help="why, for yourself")
        adding.add_argument(
            "--until", help="when it ends: a day (2027-01-31, that day included), or 12h, 30d, 8w from now"
        )
        adding.set_defaults(run=run_add, list=name)
        removing = todo.add_parser("remove", help="take a number or a prefix off the list")
        removing.add_argument("number", nargs="+", help="as it was added, in any way of writing it")
        removing.set_defaults(run=run_remove, list=name)
        listing = todo.add_parser("list", help="show the list")
        listing.add_argument("--json", action="store_true", help="for programs")
        listing.set_defaults(run=run_list, list=name)


async def run_add(config: Config, arguments: argparse.Namespace) -> int:
    """Put something on a list."""
    zone = ZoneInfo(config.time_zone)
    until = parse_until(arguments.until, datetime.now(zone)) if arguments.until is not None else None
    done = await commanding.done(
        config,
        "list-add",
        list_name=arguments.list,
        text=" ".join(arguments.number),
        comment=arguments.comment,
        until=format_time(until) if until else None,
        by=who(),
    )
    ends = f" until {_ends(done['until'], zone)}" if done["until"] else ""
    again = f" ({_changes(done['before'], done, zone)})" if done["before"] else ""
    say(f"{done['number']} is on the {arguments.list} list{ends}{again}.")
    warn(done["warnings"])
    return OK


async def run_remove(config: Config, arguments: argparse.Namespace) -> int:
    """Take something off a list."""
    text = " ".join(arguments.number)
    done = await commanding.done(config, "list-remove", list_name=arguments.list, text=text, by=who())
    say(f"{done['number']} is no longer on the {arguments.list} list.")
    return OK


async def run_list(config: Config, arguments: argparse.Namespace) -> int:
    """Show a list."""
    items = await commanding.done(config, "list-show", list_name=arguments.list)
    if arguments.json:
        say(json.dumps(items, ensure_ascii=False, indent=2))
        return OK
    if not items:
        say(f"The {arguments.list} list is empty.")
        return OK
    zone = ZoneInfo(config.time_zone)
    rows = [
        (
            item["number"],
            _ends(item["until"], zone) + ("" if item["holds"] else " (over)"),
            _local(item["added_at"], zone) + (f" by {item['added_by']}" if item["added_by"] else ""),
            item["comment"],
        )
        for item in items
    ]
    say(table(rows, ("number", "until", "added", "comment")))
    return OK


def _changes(before: dict[str, str | None], now: dict[str, str | None], zone: ZoneInfo) -> str:
    """What adding something again has changed of it."""
    changes = ["was there already"]
    if before["comment"] != now["comment"]:
        changes.append(f"comment changed, it was “{before['comment']}”" if before["comment"] else "comment added")
    if before["until"] != now["until"]:
        changes.append(f"end changed from {_ends(before['until'], zone)} to {_ends(now['until'], zone)}")
    return "; ".join(changes) if changes[1:] else f"{changes[0]}, nothing changed"


def _ends(until: str | None, zone: ZoneInfo) -> str:
    return until_text(parse_time(until).astimezone(zone)) if until else "no end"


def _local(instant: str, zone: ZoneInfo) -> str:
    return parse_time(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")
