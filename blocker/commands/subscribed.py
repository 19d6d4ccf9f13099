"""`blocker lists`: the community lists, how each stands, taking one away, and going back."""

import argparse
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.commands import OK, say, table, warn
from blocker.config import Config
from blocker.core.entry import format_time, parse_time

_COLUMNS = ("list", "state", "entries", "had", "next", "licence")
_DAYS_FROM = timedelta(hours=48)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands."""
    parser = commands.add_parser(
        "lists",
        help="the community lists: which are used, how old each is, what went wrong",
        description="Show the community lists: on or off, how many numbers and prefixes each has, when it was last "
        "had, when it is asked for next, and why it couldn't be brought up to date. Your own lists are blocker allow "
        "and blocker block.",
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)
    todo = parser.add_subparsers(dest="todo", metavar="[remove|back]")
    removing = todo.add_parser(
        "remove", help="let a list speak no more, and forget it; one that is on comes again with its next sync"
    )
    removing.add_argument("list", help="its name, as blocker lists shows it")
    removing.set_defaults(run=run_remove)
    back = todo.add_parser("back", help="let the list of before speak again, until the next sync brings another")
    back.add_argument("list", help="its name, as blocker lists shows it")
    back.set_defaults(run=run_back)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Show how each list stands."""
    known = await looking.source_states(config)
    now = datetime.now(UTC)
    if arguments.json:
        say(json.dumps([_as_json(one) for one in known], ensure_ascii=False, indent=2))
        return OK
    if not known:
        say("No community list is known. blocker sync brings one in.")
        return OK
    say(table([_row(one, now, ZoneInfo(config.time_zone)) for one in known], _COLUMNS))
    for one in known:
        if one.used and one.state.stale:
            say(f"{one.source.slug}: {one.state.error}")
    _, faults = looking.list_sources(config, looking.rules_of(config)[0])
    warn(list(map(str, faults)))
    return OK


async def run_remove(config: Config, arguments: argparse.Namespace) -> int:
    """Take a list away."""
    done = await commanding.done(config, "lists-remove", source=arguments.list)
    if done["entries"]:
        say(f"{done['source']} speaks no more; it had {done['entries']} numbers and prefixes.")
    else:
        say(f"{done['source']} is forgotten; nothing of it was here but that it couldn't be had.")
    if done["on"]:
        warn([f"it is on, and comes again with its next sync; write on = false in [sources.{done['source']}]"])
    return OK


async def run_back(config: Config, arguments: argparse.Namespace) -> int:
    """Go back to the list of before."""
    done = await commanding.done(config, "lists-back", source=arguments.list)
    had = parse_time(done["had"]).astimezone(ZoneInfo(config.time_zone))
    say(f"{done['source']} is again as it was on {had:%Y-%m-%d %H:%M}: {done['entries']} numbers and prefixes.")
    return OK


def _row(one: looking.KnownList, now: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    source, state = one.source, one.state
    following = state.next_at.astimezone(zone).strftime("%Y-%m-%d %H:%M") if source.on and state.next_at else ""
    return (
        source.slug,
        _standing(one),
        f"{state.entries}" if one.used else "",
        _ago(now - state.good_at) if state.good_at else "never" if source.on else "",
        following or ("soon" if source.on else ""),
        source.licence,
    )


def _standing(one: looking.KnownList) -> str:
    if one.used and one.state.stale:
        return "STALE"
    if one.source.on:
        return "on"
    return "by hand" if one.used else "off"


def _ago(age: timedelta) -> str:
    if age >= _DAYS_FROM:
        return f"{age.days} days ago"
    hours = int(age.total_seconds() // 3600)
    if not hours:
        return "just now"
    return f"{hours} {'hour' if hours == 1 else 'hours'} ago"


def _as_json(one: looking.KnownList) -> Mapping[str, Any]:
    source, state = one.source, one.state
    times = {"tried": state.tried_at, "had": state.good_at, "next": state.next_at, "failing_since": state.failing_since}
    return {
        "list": source.slug,
        "name": source.name,
        "origin": source.origin,
        "state": _standing(one).lower(),
        "on": source.on,
        "entries": state.entries,
        **{key: format_time(at) if at else None for key, at in times.items()},
        "error": state.error,
        "licence": source.licence,
        "complain_to": source.complain_to,
    }
