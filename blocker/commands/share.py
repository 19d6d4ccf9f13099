"""`blocker share`: give a community list what the household knows of numbers; off until somebody says yes."""

import argparse
import json
import sys
from collections.abc import Iterable
from textwrap import fill
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding
from blocker.commands import NO, OK, say, table, warn, who
from blocker.config import Config
from blocker.core.entry import parse_time
from blocker.errors import UsageError

_STATES = {
    "waiting": "waits until",
    "sending": "is being sent",
    "given": "given",
    "dropped": "taken out",
    "given-up": "given up",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "share",
        help="give a community list what you know of numbers; off until you say yes",
        description="Give a community list (PhoneBlock) the numbers that you marked as marketing, with a rating, and "
        "tell it of refused calls from numbers it lists. Nothing is given before you have seen what and said yes. Each "
        "upload waits 6 to 30 hours, at random. Your own number, the time of a call and your words are never sent.",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="preview|on|off|show|drop")
    preview = todo.add_parser("preview", help="show exactly what would be sent, and send nothing")
    preview.set_defaults(run=run_preview)
    on = todo.add_parser("on", help="show it, ask, and give from now on")
    on.add_argument("--yes", action="store_true", help="don't ask")
    on.set_defaults(run=run_on)
    off = todo.add_parser("off", help="give nothing any more; what waits is thrown away")
    off.set_defaults(run=run_off)
    show = todo.add_parser("show", help="show what waits, what was given, and what stands against it")
    show.add_argument("--json", action="store_true", help="for programs, with each request as it is sent")
    show.set_defaults(run=run_show)
    drop = todo.add_parser("drop", help="take a number out of what waits")
    drop.add_argument("number", nargs="+", help="as you would dial it, or +COUNTRY…")
    drop.add_argument(
        "--take-back", action="store_true", help="where a rating was given, give A_LEGITIMATE in its place"
    )
    drop.set_defaults(run=run_drop)


async def run_preview(config: Config, _: argparse.Namespace) -> int:
    """Show what would be sent."""
    _show_preview(await commanding.done(config, "share-preview"))
    return OK


async def run_on(config: Config, arguments: argparse.Namespace) -> int:
    """Show it, ask, switch it on."""
    preview = await commanding.done(config, "share-preview")
    _show_preview(preview)
    say()
    if not arguments.yes and not _agreed(preview["name"]):
        say("Nothing is given.")
        return NO
    done = await commanding.done(config, "share-on", shown=preview["sum"], by=who())
    waiting = sum(item["state"] == "waiting" for item in done["items"])
    say(f"From now on {done['name']} is given what you mark, {waiting} now waiting. To stop it: blocker share off")
    return OK


async def run_off(config: Config, _: argparse.Namespace) -> int:
    """Switch it off."""
    done = await commanding.done(config, "share-off", by=who())
    say("Nothing is given any more. What was given stays given." if done["was_on"] else "Nothing was given before.")
    return OK


async def run_show(config: Config, arguments: argparse.Namespace) -> int:
    """Show whether something is given, and the queue."""
    shown = await commanding.done(config, "share-show")
    if arguments.json:
        say(json.dumps(shown, ensure_ascii=False, indent=2))
        return OK
    zone = ZoneInfo(config.time_zone)
    if shown["on"]:
        by = f" ({shown['by']})" if shown["by"] else ""
        say(f"{shown['name']} is given what you mark, since {_local(shown['since'], zone)}{by}.")
    else:
        say("Nothing is given (blocker share on shows what would be, and asks).")
    rows = [_row(item, zone) for item in shown["items"]]
    if rows:
        say(table(rows, ("number", "what", "state", "note")))
    warn(_remarks(shown))
    return NO if shown["problem"] else OK


def _remarks(shown: dict[str, Any]) -> list[str]:
    remarks = [shown["problem"]] if shown["problem"] else []
    return remarks + [
        f"{item['number']}: its rating was already given, and the mark no longer holds "
        f"(blocker share drop {item['number']} --take-back gives A_LEGITIMATE instead)"
        for item in shown["items"]
        if item["mark_taken_back"]
    ]


async def run_drop(config: Config, arguments: argparse.Namespace) -> int:
    """Take a number out, or give the contrary."""
    text = " ".join(arguments.number)
    done = await commanding.done(config, "share-drop", number=text, take_back=arguments.take_back, by=who())
    if done["dropped"]:
        say(f"{done['number']} was taken out of what waits.")
    if done["taking_back"]:
        say(f"A_LEGITIMATE will be given for {done['number']}, after the wait that every upload has.")
    elif done["given"]:
        rating, day = done["given"][0]["rating"], _local(done["given"][0]["at"], ZoneInfo(config.time_zone))[:10]
        say(f"Already given: {rating}, on {day}. To take it back: blocker share drop {done['number']} --take-back")
    elif not done["dropped"]:
        say(f"Nothing about {done['number']} was waiting.")
    return OK


def _show_preview(preview: dict[str, Any]) -> None:
    say(f"Before you give anything to {preview['name']}:")
    _paragraphs(preview["terms"])
    if preview["requests"]:
        say(f"\nThis is what would be sent, {_plural(len(preview['requests']), 'request')}:")
        _indented(preview["requests"])
    if preview["examples"]:
        say("\nNothing of this kind waits at present; it would look like this (the number is made up):")
        _indented(preview["examples"])
    if preview["left_out"]:
        say("\nNever given, though marked or refused:")
        for one in preview["left_out"]:
            say(f"  {one['number']}: {one['why']}")


def _paragraphs(texts: Iterable[str]) -> None:
    for text in texts:
        say(fill(text, 100, initial_indent="- ", subsequent_indent="  "))


def _indented(requests: Iterable[str]) -> None:
    for request in requests:
        say()
        for line in request.split("\n"):
            say(f"    {line}".rstrip())


def _row(item: dict[str, Any], zone: ZoneInfo) -> tuple[str, ...]:
    what = item["rating"] or "refused call"
    when = {"waiting": item["due_at"], "given": item["given_at"]}.get(item["state"])
    state = f"{_STATES[item['state']]} {_local(when, zone)}" if when else _STATES[item["state"]]
    return item["number"], f"{what} “{item['comment']}”" if item["comment"] else what, state, item["why"]


def _local(instant: str, zone: ZoneInfo) -> str:
    return parse_time(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


def _plural(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"


def _agreed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked (look at it, then add --yes)")
    sys.stdout.write(f"Give this to {name}, and what you mark from now on? Type yes: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() == "yes"
