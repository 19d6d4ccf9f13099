"""`blocker erase`: take out of the records what has been kept long enough, or what somebody asks to have erased."""

import argparse
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding
from blocker.commands import NO, OK, say, warn, who
from blocker.config import Config
from blocker.errors import UsageError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "erase",
        help="erase what is old, or one call, a number, a company from the records",
        description="Erase the contents of entries. Their links stay, so that the ledger still verifies, and an entry "
        "says what was erased and why. What has been kept for as long as [retention] says goes by itself each day. "
        "What you ask for is shown first; there is no way back.",
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--due", action="store_true", help="what [retention] no longer keeps, now rather than tonight")
    what.add_argument("--call", metavar="CALL", help="one call: its id as `blocker calls` shows it, or: last")
    what.add_argument("--number", metavar="NUMBER", help="everything about a number, wherever it is mentioned")
    what.add_argument(
        "--company", metavar="NAME", help="every call said to be for a company, and what you recorded about it"
    )
    what.add_argument("--entry", metavar="N", type=int, help="one entry, by its number")
    parser.add_argument("--why", metavar="TEXT", help="the reason, which is kept; needed unless --due or --dry-run")
    parser.add_argument(
        "--also-listed",
        action="store_true",
        help="with --number: take it off your lists too (from the block list: it may ring again)",
    )
    parser.add_argument("--dry-run", action="store_true", help="only show what would go")
    parser.add_argument("--yes", action="store_true", help="don't ask")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Show it, ask, erase it."""
    zone = ZoneInfo(config.time_zone)
    if arguments.also_listed and arguments.number is None:
        raise UsageError("--also-listed is about a number (add --number)")
    if arguments.due:
        done = await commanding.done(config, "erase-due", dry_run=arguments.dry_run)
        say(_went(done, zone, "would be erased" if arguments.dry_run else "erased"))
        warn(done["warnings"])
        return OK
    if not arguments.dry_run and not (arguments.why or "").strip():
        raise UsageError("say why (--why TEXT): the reason is all that will be left of it")
    asked = {key: getattr(arguments, key) for key in ("call", "number", "company", "entry")}
    shown = await commanding.done(config, "erase-show", **asked)
    _show(shown, zone, also_listed=arguments.also_listed)
    if arguments.dry_run:
        return OK
    if not arguments.yes and not _agreed():
        say("Nothing was erased.")
        return NO
    done = await commanding.done(
        config, "erase", **asked, why=arguments.why, by=who(), also_listed=arguments.also_listed
    )
    say(_went(done, zone, "erased"))
    for sentence in done["done"]:
        say(f"{sentence[0].upper()}{sentence[1:]}.")
    warn(done["warnings"])
    return OK


def _show(shown: dict[str, Any], zone: ZoneInfo, *, also_listed: bool) -> None:
    say(f"To be erased: {shown['what']}.")
    say(f"  {_went(shown, zone, 'in all')}")
    if shown["kinds"]:
        say("  " + ", ".join(f"{kind}: {count}" for kind, count in shown["kinds"].items()))
    for name in shown["listed"]:
        say(f"  on the {name} list: " + ("will be taken off" if also_listed else "stays there (--also-listed)"))
    for sentence in shown["stays"]:
        say(f"  {sentence}")
    say("It can't be undone, and this can't be promised:")
    for pack in shown["packs"]:
        say(f"  the pack {pack['name']}, made {_day(pack['at'], zone)}, may hold it: whoever has it keeps it")
    for sentence in shown["no_promise"]:
        say(f"  {sentence}")


def _went(done: dict[str, Any], zone: ZoneInfo, verb: str) -> str:
    if not done["entries"]:
        return "Nothing is recorded of it." if verb == "in all" else f"Nothing {verb}."
    parts = [_plural(done["entries"], "entry", "entries")]
    if calls := sum(done["calls"].values()):
        days = f"{_day(done['first'], zone)} to {_day(done['last'], zone)}"
        parts[0] += f" about {_plural(calls, 'call', 'calls')}, {days}"
    if done["files"]:
        parts.append(f"{_plural(done['files'], 'file', 'files')} beside the ledger")
    return f"{'; '.join(parts)} {verb}."


def _plural(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"


def _day(at: str, zone: ZoneInfo) -> str:
    return f"{datetime.fromisoformat(at).astimezone(zone):%Y-%m-%d}"


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to be asked (add --yes to erase it without a question)")
    sys.stdout.write("Erase it? Type yes: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() == "yes"
