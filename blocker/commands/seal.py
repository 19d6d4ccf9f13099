"""`blocker seal`: sign the end of the ledger now, and show what was sealed and stamped so far."""

import argparse
import json
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.commands import NO, OK, say, table
from blocker.config import Config
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.seal import Seal, Stamp, seal_of, stamp_of


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "seal",
        help="sign the end of the ledger, and have it time-stamped",
        description="Sign the end of the ledger where something was added since the last seal, and ask the authorities "
        "in [[seals.authority]] for the time-stamps that the last seal lacks. The service does so by itself. Exit "
        "status 1: a time-stamp couldn't be had; a running service asks again.",
    )
    parser.add_argument("--show", action="store_true", help="only list seals and time-stamps")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Seal, or show."""
    if arguments.show:
        return await _show(config, as_json=arguments.json)
    done = await commanding.done(config, "seal")
    if arguments.json:
        say(json.dumps(done, ensure_ascii=False, indent=2))
    elif done["entry"] is not None:
        what = f"{done['new']} {'entry' if done['new'] == 1 else 'entries'}"
        say(f"Sealed: entry {done['entry']} signs the head of entry {done['head']['n']}, {what} more than before.")
    else:
        say("Nothing was added since the last seal." if done["head"] else "Nothing to seal: the ledger is empty.")
    for stamp in done["stamps"] if not arguments.json else ():
        said = f"says {_local(config, parse_time(stamp['gen_time']))}" if "gen_time" in stamp else stamp["fault"]
        say(f"Time-stamp: {stamp['authority']} {said}" if "gen_time" in stamp else f"No time-stamp: {said}")
    return NO if any("fault" in stamp for stamp in done["stamps"]) else OK


async def _show(config: Config, *, as_json: bool) -> int:
    seals: list[Seal] = []
    stamps: dict[int, list[tuple[str, datetime]]] = {}
    async with looking.reader(config) as reader:
        async for entry in reader.entries(kinds={EntryKind.SEAL, EntryKind.TIME_STAMP}):
            if entry.content["kind"] == EntryKind.SEAL:
                seals.append(seal_of(entry.n, entry.content))
            else:
                stamp: Stamp = stamp_of(entry.n, entry.content)
                stamps.setdefault(stamp.seal, []).append((stamp.authority, stamp.token.gen_time))
    if as_json:
        say(json.dumps([_as_json(seal, stamps.get(seal.n, [])) for seal in seals], ensure_ascii=False, indent=2))
    elif seals:
        rows = [row for seal in seals for row in _rows(config, seal, stamps.get(seal.n, []))]
        say(table(rows, ("seal", "of the head", "when, by this machine", "by the authority", "authority")))
    else:
        say("Nothing is sealed yet (the service does it by itself; now: blocker seal).")
    return OK


def _rows(config: Config, seal: Seal, stamps: Sequence[tuple[str, datetime]]) -> list[tuple[str, ...]]:
    """One row for each time-stamp, or one without."""
    first = (str(seal.n), str(seal.head.n), _local(config, seal.at))
    given = [(_local(config, time), authority) for authority, time in stamps] or [("none", "")]
    return [(*(first if place == 0 else ("", "", "")), *one) for place, one in enumerate(given)]


def _as_json(seal: Seal, stamps: Sequence[tuple[str, datetime]]) -> dict[str, object]:
    return {
        "entry": seal.n,
        "head": {"n": seal.head.n, "sha256": seal.head.sha256},
        "at": format_time(seal.at),
        "identity": seal.identity,
        "public_key": seal.public_key,
        "stamps": [{"authority": authority, "gen_time": format_time(time)} for authority, time in stamps],
    }


def _local(config: Config, instant: datetime) -> str:
    return instant.astimezone(ZoneInfo(config.time_zone)).strftime("%Y-%m-%d %H:%M:%S")
