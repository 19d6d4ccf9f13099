"""`blocker take-over`: bring what holds of a ledger that could not go on into the one that follows it."""

import argparse
import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding
from blocker.commands import OK, UNUSABLE, say, who
from blocker.config import Config


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "take-over",
        help="bring what holds of a ledger that could not go on into the present one",
        description="Where a ledger turned out damaged, it was kept as it is and a new one was begun. This records "
        "again, in the new one, each of its calls, statements and entries of your household's file that holds by "
        "itself: whose content is the one that its link names. Each says that it was taken over, from which entry, and "
        "whether all links up to there hold; its first bytes, and so its first sum, can be had from it. From then on "
        "it is in reports, dossiers, complaints and packs again, and what is erased is erased in the old ledger too. "
        "Seals stay with the old ledger, which nothing is added to. Doing it twice adds nothing.",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would be taken over")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Take over and say what."""
    done = await commanding.done(config, "take-over", dry_run=arguments.dry_run, by=who())
    if arguments.json:
        say(json.dumps(done, ensure_ascii=False, indent=2))
    elif not done["ledgers"]:
        say(f"There is no ledger that could not go on: nothing is to be taken over ({config.data_dir}/ledger-kept-…).")
    else:
        for one in done["ledgers"]:
            say("\n".join(page(one, ZoneInfo(config.time_zone), would=arguments.dry_run)))
    return UNUSABLE if any(one["error"] for one in done["ledgers"]) else OK


def page(one: dict[str, Any], zone: ZoneInfo, *, would: bool) -> list[str]:
    """What is told of one ledger."""
    name = one["ledger"]
    if one["error"]:
        return [
            f"{name}: nothing could be taken over: {one['error']}",
            "  Its file is as it was. Somebody who knows SQLite may get more out of a copy of it (sqlite3 … .recover).",
        ]
    lines = [f"{name}: {_holding(one)}"]
    if one["taken"]:
        lines.append(f"  {'would be taken over' if would else 'taken over'}: {_taken(one, zone)}")
    if one["after_fault"]:
        lines.append(
            f"  {_entries(one['after_fault'])} of these lie behind a link that doesn't hold: each says so. Its content "
            "is the one that its own link names, and no more is shown of it."
        )
    if one["came_along"]:
        lines.append("  what held of it was taken over into a later ledger, and from there")
    elif one["there"] and not one["taken"]:
        lines.append(f"  nothing more is to be taken over: {_entries(one['there'])} were before")
    elif not one["taken"]:
        lines.append("  nothing of it can be taken over")
    return lines


def _holding(one: dict[str, Any]) -> str:
    said = f"{_entries(one['entries'])} could be read, all links hold up to entry {one['verified']}"
    if one["missing"]:
        said += f"; missing: {_entries(one['missing'])}"
    if not one["odd"]:
        return f"{said}; each content that has a link holds"
    shown = ", ".join(map(str, one["odd_shown"])) + (" …" if one["odd"] > len(one["odd_shown"]) else "")
    return f"{said}; contents that don't hold or are gone, and stay behind: {one['odd']} (entry {shown})"


def _taken(one: dict[str, Any], zone: ZoneInfo) -> str:
    parts = [_entries(one["taken"])]
    if one["calls"]:
        first, last = (datetime.fromisoformat(one[end]).astimezone(zone) for end in ("first", "last"))
        calls = "1 call" if one["calls"] == 1 else f"{one['calls']} calls"
        parts.append(f"{calls} ({first:%Y-%m-%d} to {last:%Y-%m-%d})")
    parts += [
        f"{words}: {one[key]}"
        for key, words in (("statements", "statements"), ("facts", "of your household's file"), ("files", "files"))
        if one[key]
    ]
    return ", ".join(parts)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count} entries"
