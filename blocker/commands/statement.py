"""`blocker statement` and `blocker correct`: what a person says about a call, and taking back what was said."""

import argparse
import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.commands import NO, OK, say, warn, who
from blocker.commands.asking import Dialogue
from blocker.commands.questions import lines
from blocker.config import Config
from blocker.core.entry import parse_time
from blocker.core.imported import Device
from blocker.core.statement import AGENT, FIELDS, Said
from blocker.errors import UsageError
from blocker.filing.statements import about, meant

INTERRUPTED = 130

MAX_FILE = 256 * 1024
"""Bytes of a statement in a file; all its texts at their longest are a fifth of that."""


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands."""
    parser = commands.add_parser(
        "statement",
        help="say what was said in a call: asks you, question by question",
        description="Say what was said in a call: for whom the caller said to call, what was offered, whether you said "
        "stop. Asks in the terminal, and records nothing before you have seen all of it. What you said earlier stays "
        "unless you say it anew.",
    )
    parser.add_argument("call", help="the call's id as `blocker calls` shows it, a beginning of it, or: last")
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--show", action="store_true", help="print what was said, and ask nothing")
    way.add_argument(
        "--json",
        metavar="FILE",
        help=f"take it from a file, or with - from standard input; fields: {', '.join(FIELDS)}",
    )
    way.add_argument("--withdraw", metavar="WHY", help="take back all that was said about the call")
    parser.set_defaults(run=run)
    correct = commands.add_parser(
        "correct",
        help="take back an entry that was a mistake",
        description="Take back what a person said by mistake: a statement, or something about the household. The entry "
        "stays in the ledger, with the correction beside it, and no longer counts. What a machine recorded stands.",
    )
    correct.add_argument("entry", type=_number, help="the entry's number, as reports and `statement --show` have it")
    correct.add_argument("why", nargs="+", help="what was wrong with it")
    correct.set_defaults(run=run_correct)


def _number(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < len(text) < 16:  # noqa: PLR2004  (entry numbers end at 2^53)
        return int(text)
    raise argparse.ArgumentTypeError("must be a number such as 42")


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Ask, show, take from a file, or take back."""
    if arguments.show:
        return await _show(config, arguments.call)
    if arguments.withdraw is not None:
        return await _withdraw(config, arguments.call, arguments.withdraw)
    if arguments.json is not None:
        return await _record(config, arguments.call, _from_file(arguments.json))
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no terminal to ask in: give a file (--json FILE), or - for standard input")
    return await _ask(config, arguments.call)


async def run_correct(config: Config, arguments: argparse.Namespace) -> int:
    """Take back one entry."""
    done = await commanding.done(config, "correct", entry=arguments.entry, why=" ".join(arguments.why), by=who())
    say(f"Entry {done['entry']} ({done['kind']}) no longer counts; entry {done['correction']} says so, and why.")
    return OK


async def _ask(config: Config, call: str) -> int:
    async with looking.reader(config) as ledger:
        known = await about(ledger, call)
    rules, _ = looking.rules_of(config)
    day = datetime.fromisoformat(known["local"]).date()
    dialogue = Dialogue(
        read=_typed,
        write=say,
        meant=lambda name: meant(rules.companies, name, day, config.region),
        today=datetime.now(ZoneInfo(config.time_zone)).date(),
        keep_agents=config.statements.keep_agent_names,
    )
    say(_heading(known))
    before = Said(**known["statement"]["said"]) if known["statement"] else Said()
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401, PLC0415  (arrows and the like where answers are typed)
    try:
        with _interruptible():
            changes = dialogue.hold(before, known["agent"] or "")
    except (KeyboardInterrupt, EOFError):
        say("\nNothing was recorded.")
        return INTERRUPTED
    if not changes:
        say("Nothing was recorded; what was said before stays as it is.")
        return NO
    try:
        return await _record(config, known["call"], changes)
    except asyncio.CancelledError:
        warn([f"interrupted while recording; whether it was: blocker statement {known['call']} --show"])
        raise


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Have Ctrl-C end a question at once: asyncio's own way would wait until the question is answered."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _typed(prompt: str) -> str:
    while True:
        try:
            return input(prompt)
        except UnicodeDecodeError:
            say("  That can't be read; please type it again.")


def _from_file(name: str) -> Any:  # noqa: ANN401  (JSON, looked through where it is recorded)
    where = "standard input" if name == "-" else name
    try:
        if name == "-":
            raw = sys.stdin.buffer.read(MAX_FILE + 1)
        else:
            with Path(name).open("rb") as file:
                raw = file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{where} can't be read: {error.strerror}") from error
    if len(raw) > MAX_FILE:
        raise UsageError(f"{where} is longer than {MAX_FILE} bytes, which no statement is")
    try:
        return json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise UsageError(f"{where} isn't UTF-8 (save it as UTF-8)") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} isn't JSON: {error}") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a field is given twice, and which was meant can't be told")
    return found


async def _record(config: Config, call: str, said: Any) -> int:  # noqa: ANN401  (likewise)
    if not isinstance(said, dict):
        raise UsageError('a statement must be an object of fields, such as {"mark": "marketing"}')
    done = await commanding.done(config, "statement", call=call, said=said, by=who())
    if done["recorded"]:
        say(f"Recorded about call {done['call']}, as entry {done['entry']}.")
    else:
        say("Nothing new was said, so nothing was recorded.")
    tell_lists(done, config)
    warn(done["warnings"])
    return OK


async def _show(config: Config, call: str) -> int:
    async with looking.reader(config) as ledger:
        known = await about(ledger, call)
    say(_heading(known))
    held = known["statement"]
    if held:
        at = parse_time(held["at"]).astimezone(ZoneInfo(config.time_zone))
        say(f"Said{' by ' + held['by'] if held['by'] else ''} on {at:%Y-%m-%d %H:%M}, entry {held['entry']}:")
    said = (held["said"] if held else {}) | ({AGENT: known["agent"]} if known["agent"] else {})
    say("\n".join(lines(said)) or f"Nothing was said about it yet (blocker statement {known['call']}).")
    return OK


async def _withdraw(config: Config, call: str, why: str) -> int:
    done = await commanding.done(config, "statement-withdraw", call=call, why=why, by=who())
    say(
        f"What was said about call {done['call']} no longer counts. It stays in the ledger, with your reason beside it."
    )
    tell_lists(done, config)
    warn(done["warnings"])
    return OK


def tell_lists(done: dict[str, Any], config: Config) -> None:
    """What a mark did to the block list."""
    if until := done.get("blocked_until"):
        day = parse_time(until).astimezone(ZoneInfo(config.time_zone)).strftime("%Y-%m-%d")
        say(f"{done['number']} is blocked until {day} (blocker block remove {done['number']} takes that back).")
    elif done.get("blocked"):
        say(f"{done['number']} was on the block list already, and stays there.")
    if done.get("unblocked"):
        say(f"{done['number']} is no longer blocked.")


def _heading(known: dict[str, Any]) -> str:
    when = datetime.fromisoformat(known["local"])
    number = known["number"] or f"({known['presented']})"
    where = f" on {known['line']}" if known["line"] else ""
    seen = f", recorded by {known['seen_by']}" if known["seen_by"] else ""
    seen = ", told from memory" if known["seen_by"] == Device.HAND else seen
    return f"Call {known['call']}, {when:%a %Y-%m-%d %H:%M:%S}, {number}{where}{seen}."
