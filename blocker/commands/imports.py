"""`blocker import` and `blocker call add`: calls that another device recorded, or that somebody remembers."""

import argparse
import hashlib
import os
import re
import stat
from io import BufferedReader
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.clock import SystemClock
from blocker.commands import NO, OK, for_the_owner, say, warn, who
from blocker.commands.statement import tell_lists
from blocker.config import Config
from blocker.core.call import Line
from blocker.core.call_row import Circumstances
from blocker.core.imported import Device
from blocker.core.number import NumberPlan, supported_regions
from blocker.core.plain_text import one_line, shortened
from blocker.core.typed import remark
from blocker.errors import UsageError
from blocker.filing.feeding import Account, feed

MAX_SIZE = 1_000_000_000
"""Bytes: some five million calls."""

_NICENESS = 10
_HEAD = 4096
_SHOWN = 10
"""Rows named in a sentence."""
_NAMES = {"asterisk-cdr": Device.ASTERISK_CDR, "android": Device.ANDROID, "fritzbox": Device.FRITZBOX}
_LASTED = re.compile(r"(?:([0-9]{1,2})h)?(?:([0-9]{1,4})m)?(?:([0-9]{1,5})s)?", re.ASCII)


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands."""
    importing = commands.add_parser(
        "import",
        help="take over the calls that another device recorded",
        description="Take over the calls that came in on another device: Asterisk's Master.csv or FreePBX's CDR "
        "export, the call log of “SMS Backup & Restore” for Android (calls-….xml), or the call list of a FRITZ!Box. "
        "Each call is taken over once, however often you import. Exit status 1: some rows could not be read.",
    )
    importing.add_argument("file", type=Path)
    importing.add_argument("--as", dest="kind", choices=list(_NAMES), help="what it is, where that isn't clear")
    importing.add_argument("--dry-run", action="store_true", help="record nothing, only say what would be taken over")
    importing.add_argument("--keep", action="store_true", help="also keep the file itself beside the ledger")
    _add_place(importing)
    importing.set_defaults(run=run_import)
    call = commands.add_parser("call", help="add a call that you remember, which no device recorded")
    todo = call.add_subparsers(dest="todo", required=True, metavar="add")
    adding = todo.add_parser(
        "add",
        help="add a call that you remember",
        description="Add a call that you remember, which no device recorded. It is recorded as yours.",
    )
    adding.add_argument("--at", required=True, metavar="TIME", help="when it came, such as “2026-11-20 14:03”")
    adding.add_argument("--number", default="", help="the number shown; leave it out where none was")
    adding.add_argument("--lasted", type=_seconds, metavar="40s", help="how long you talked: 40s, 3m, 1h5m")
    adding.add_argument("--for", dest="company", help="for whom the caller said to call, such as “Proximus”")
    adding.add_argument("--marketing", action="store_true", help="it was marketing: its number is blocked, too")
    adding.add_argument("--note", default="", help="what else there is to say, in a line")
    _add_place(adding)
    adding.set_defaults(run=run_add)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--line", help="the line that rang: one of your configuration, or a name such as “mobile” for another device"
    )
    parser.add_argument(
        "--region", metavar="CC", type=str.upper, help="the country whose national numbers are meant, such as BE"
    )
    parser.add_argument(
        "--time-zone", metavar="ZONE", help="the zone of the device's clock, such as Europe/Brussels or UTC"
    )


def _seconds(text: str) -> int:
    found = _LASTED.fullmatch(text.strip())
    if not found or not any(found.groups()):
        raise argparse.ArgumentTypeError("must be a duration such as 40s, 3m or 1h5m")
    hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def place(config: Config, arguments: argparse.Namespace, *, only_line: bool) -> Line:
    """The line that rang; `only_line`: where none is named, the configuration's, if there is no more than one.

    Raises:
        UsageError: none is named, or the name, the region or the zone can't be used.
    """
    name = arguments.line
    if name is None:
        if not only_line or len(config.lines) > 1:
            known = f", such as {', '.join([*config.lines][:3])}" if config.lines else ""
            raise UsageError(f"say which line rang with --line{known} (for a telephone of its own: --line mobile)")
        home = looking.setting_of(config).home
    elif name in config.lines:
        home = config.lines[name]
    else:
        name = remark(name, "the name of the line (--line)", blank=False)
        home = Line(name, config.region, config.time_zone)
    if arguments.region and arguments.region not in supported_regions():
        raise UsageError(
            f"“{one_line(arguments.region)}” (--region) is no country; write two capital letters, such as BE"
        )
    try:
        zone = ZoneInfo(arguments.time_zone or home.time_zone).key
    except (ValueError, OSError, KeyError):
        raise UsageError(
            f"“{one_line(arguments.time_zone)}” (--time-zone) is no time zone; write one such as Europe/Brussels"
        ) from None
    return Line(home.name, arguments.region or home.region, zone, home.number)


async def run_import(config: Config, arguments: argparse.Namespace) -> int:
    """Take over the calls of a file."""
    path: Path = arguments.file
    try:
        with path.open("rb") as stream:
            return await _import(config, arguments, stream)
    except OSError as error:
        raise UsageError(f"{path} can't be read: {error.strerror}") from error
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


async def _import(config: Config, arguments: argparse.Namespace, stream: BufferedReader) -> int:
    _refuse_unfit(stream)
    device = _NAMES[arguments.kind] if arguments.kind else _guessed(stream.read(_HEAD))
    line = place(config, arguments, only_line=device is not Device.ANDROID)
    os.nice(_NICENESS)
    stream.seek(0)
    sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    stream.seek(0)
    name = shortened(one_line(arguments.file.name), 200)
    here = Circumstances(ZoneInfo(line.time_zone), SystemClock().now(), frozenset(config.trunks))
    plans = {trunk.name: trunk.plan for trunk in config.trunks.values()}
    async with commanding.many(config) as do:
        if arguments.keep and not arguments.dry_run:
            await do("import-keep", path=for_the_owner(arguments.file), by=who())

        async def send(rows: list[dict[str, Any]]) -> dict[str, int]:
            counts: dict[str, int] = await do(
                "import-calls",
                device=str(device),
                file={"name": name, "sha256": sha256},
                line=line.name,
                zone=line.time_zone,
                rows=rows,
                by=who(),
                dry_run=arguments.dry_run,
            )
            return counts

        rows = looking.CALL_READERS[device].read(stream, here)
        account = await feed(rows, device, lambda trunk: plans.get(trunk, NumberPlan(line.region)), send)
    _tell(account, dry_run=arguments.dry_run)
    return NO if account.bad or account.broken else OK


def _refuse_unfit(stream: BufferedReader) -> None:
    found = os.fstat(stream.fileno())
    if not stat.S_ISREG(found.st_mode):
        raise UsageError("it is no ordinary file; save the export in one")
    if not found.st_size:
        raise UsageError("it is empty (export it anew)")
    if found.st_size > MAX_SIZE:
        raise UsageError(
            f"it is larger than {MAX_SIZE // 1_000_000} MB, more calls than a house has (split it by years)"
        )


def _guessed(head: bytes) -> Device:
    likely = [name for name, device in _NAMES.items() if looking.CALL_READERS[device].recognises(head)]
    if len(likely) == 1:
        return _NAMES[likely[0]]
    raise UsageError(f"it isn't clear what this file is; say so with --as {' or --as '.join(likely or _NAMES)}")


def _tell(account: Account, *, dry_run: bool) -> None:
    passed = [(count, f"{why} passed over") for why, count in account.passed.items()]
    parts = [
        (account.new, "would be new" if dry_run else "new"),
        (account.there, "already there"),
        (account.seen, "already seen by this blocker"),
        *passed,
        (account.bad, f"bad ({_rows([bad.row for bad in account.first_bad], account.bad)})"),
    ]
    told = [f"{count:,} {what}" for count, what in parts if count or what.endswith("new")]
    say(f"{account.read:,} read, {', '.join(told)}.")
    notes = [f"row {bad.row}: {one_line(bad.why)}; skipped" for bad in account.first_bad]
    if account.bad > len(notes):
        notes.append(f"and {account.bad - len(notes):,} more rows that can't be read; skipped")
    if account.ambiguous:
        rows = _rows(account.first_ambiguous, account.ambiguous)
        notes.append(f"{rows}: the hour came twice that night (clocks were put back); the earlier one was taken")
    if account.erased:
        notes.append(
            f"{account.erased:,} of the new ones are of weeks from which you had calls erased; what was erased "
            f"{'comes' if dry_run else 'has come'} back with them, if the file has it (blocker erase takes it away)"
        )
    if account.broken:
        notes.append(f"{one_line(account.broken)}; nothing after it was read")
    warn(notes)


def _rows(rows: list[int], count: int) -> str:
    shown = ", ".join(map(str, rows[:_SHOWN]))
    return f"row{'s' if count > 1 else ''} {shown}" + (" …" if count > _SHOWN else "")


async def run_add(config: Config, arguments: argparse.Namespace) -> int:
    """Record a call that a person remembers."""
    line = place(config, arguments, only_line=False)
    company = arguments.company and remark(arguments.company, "the company's name (--for)", blank=False)
    done = await commanding.done(
        config,
        "call-add",
        at=arguments.at,
        number=arguments.number,
        line=line.name,
        region=line.region,
        zone=line.time_zone,
        lasted=arguments.lasted,
        note=arguments.note,
        by=who(),
    )
    number = done["number"] or "no number shown"
    there = "is recorded" if done["new"] else "was there already"
    say(f"Call {done['call']} ({done['local']}, {number}, {line.name}) {there}, as told by you.")
    if arguments.marketing:
        marked = await commanding.done(config, "mark", call=done["call"], mark="marketing", company=company, by=who())
        say(f"It is recorded as marketing{f', for {company}' if company else ''}.")
        tell_lists(marked, config)
        warn(marked["warnings"])
    elif company:
        said = await commanding.done(config, "statement", call=done["call"], said={"said_company": company}, by=who())
        say(f"It is recorded that the caller said: for {company}.")
        warn(said.get("warnings", []))
    return OK
