"""`blocker household`: what the household says about itself, with the files that prove it."""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.commands import OK, for_the_owner, say, warn, warn_left_out, who
from blocker.commands.household_page import page, sentence
from blocker.config import Config
from blocker.core.attached import What
from blocker.core.household_facts import CaseState, How, Says
from blocker.errors import UsageError

_COMPANY = "a name, also a former one, or the short name that “blocker company list” shows"
_LETTER = "what it said: the words in quotes, or a file, which is then kept beside the ledger"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "household",
        help="what a regulator asks about you: lines, registers, objections, contracts, with their proofs",
        description="What you say about yourself and can prove: who holds your lines, since when they stand on a "
        "do-not-call register, what you told companies, when you were a customer. Each is recorded as yours; files are "
        "copied beside the ledger, and named in it by their sum. Days are written 2026-11-22.",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="show|line|register|object|…")
    showing = todo.add_parser("show", help="everything that is recorded, with the numbers of its entries")
    showing.add_argument("--json", action="store_true", help="for programs")
    showing.set_defaults(run=run_show)
    _add_of_lines(todo)
    _add_objections(todo)
    _add_of_companies(todo)
    attach = todo.add_parser("attach", help="keep a file that shows something")
    attach.add_argument("file")
    kinds = list(map(str, What))
    attach.add_argument("--what", choices=kinds, default=What.PROOF, help="what it is (default: %(default)s)")
    attach.add_argument("--how", default="", help="how it was made, such as “scan of the letter”")
    _does(attach, "attach", file="file", what="what", how="how")
    withdraw = todo.add_parser("withdraw", help="say that an entry was wrong: it stays, and no longer counts")
    withdraw.add_argument("entry", type=int, help="its number, as “show” has it")
    withdraw.add_argument("--why", required=True, help="what is wrong with it")
    withdraw.set_defaults(run=run_withdraw)


def _add_of_lines(todo: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    line = todo.add_parser("line", help="say who holds a line: a complaint must be theirs")
    line.add_argument("line", metavar="NAME", help="the line's name in the configuration")
    line.add_argument("--holder", default="", help="whose name is on the bill")
    line.add_argument("--number", default="", help="its number")
    line.add_argument("--since", metavar="DATE", help="the first day, where you know it")
    line.add_argument("--until", metavar="DATE", help="the last day, where it is over")
    _take_back(line)
    _proof(line)
    _does(line, "line", line="line", holder="holder", number="number", since="since", until="until",
          take_back="take_back", proofs="proof")  # fmt: skip
    register = todo.add_parser("register", help="say that a line stands on a do-not-call register")
    register.add_argument("register", help="its short name, such as be-dncm")
    register.add_argument("--line", default="", metavar="NAME", help="which line; without it all of them")
    register.add_argument("--on", metavar="DATE", help="the day on which it was put there")
    register.add_argument("--until", metavar="DATE", help="the last day, where it was taken off")
    _take_back(register)
    _proof(register)
    _does(register, "register", register="register", line="line", on="on", until="until", take_back="take_back",
          proofs="proof")  # fmt: skip


def _add_objections(todo: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    objecting = todo.add_parser("object", help="say that you told a company to stop")
    _company(objecting)
    objecting.add_argument("--on", metavar="DATE", required=True, help="the day on which you sent or said it")
    objecting.add_argument("--how", choices=list(map(str, How)), help="the way")
    objecting.add_argument("--to", default="", help="whom you sent it to")
    objecting.add_argument("--text", default="", help=_LETTER)
    objecting.add_argument("--delivered", metavar="DATE", help="the day on which it arrived")
    _proof(objecting)
    _does(objecting, "object", company="company", on="on", how="how", to="to", text="text", delivered="delivered",
          proofs="proof")  # fmt: skip
    delivered = todo.add_parser("delivered", help="say on which day an objection arrived")
    answered = todo.add_parser("answered", help="say what came back to an objection, and when")
    for each, what in ((delivered, "it arrived"), (answered, "the answer came")):
        _company(each)
        each.add_argument("--on", metavar="DATE", required=True, help=f"the day on which {what}")
        each.add_argument("--objected-on", metavar="DATE", help="which objection, by its day (default: the latest)")
        ways = list(map(str, How))
        each.add_argument("--how", choices=ways, help="and by its way, where there are several of that day")
        _proof(each)
    answered.add_argument("--answer", default="", help=_LETTER)
    which = {"company": "company", "on": "on", "objected_on": "objected_on", "how": "how", "proofs": "proof"}
    _does(delivered, "delivered", **which)
    _does(answered, "answered", answer="answer", **which)


def _add_of_companies(todo: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    contract = todo.add_parser("contract", help="say when you were a company's customer")
    _company(contract)
    contract.add_argument("--since", metavar="DATE", help="the first day, where you know it")
    contract.add_argument("--until", metavar="DATE", help="the last day; without it you still are")
    _says(contract, "you never were its customer")
    _proof(contract)
    _does(contract, "contract", company="company", since="since", until="until", says="says", proofs="proof")
    consent = todo.add_parser("consent", help="say that you allowed a company to call, or never did")
    _company(consent, f"{_COMPANY}; * for everybody, with --never")
    consent.add_argument("--on", metavar="DATE", help="the day on which you gave it")
    consent.add_argument("--until", metavar="DATE", help="the last day, where you withdrew it or gave it for a time")
    _says(consent, "you never gave one")
    _proof(consent)
    _does(consent, "consent", company="company", on="on", until="until", says="says", proofs="proof")
    agreed = todo.add_parser("agreed", help="say that you asked a company for a call at a time")
    _company(agreed)
    agreed.add_argument("--from", dest="since", metavar="TIME", help="2026-11-24T10:00, by your clock")
    agreed.add_argument("--until", metavar="TIME", help="likewise")
    _take_back(agreed)
    _does(agreed, "agreed", company="company", since="since", until="until", take_back="take_back")
    case = todo.add_parser("case", help="open or close a case; while one is open, nothing about it is erased by age")
    _company(case)
    case.add_argument("state", choices=list(map(str, CaseState)))
    case.add_argument("--on", metavar="DATE", help="the day (default: today)")
    case.add_argument("--where", default="", help="the authority or court, such as “FPS Economy”")
    _does(case, "case", company="company", state="state", on="on", where="where")


def _company(parser: argparse.ArgumentParser, what: str = _COMPANY) -> None:
    parser.add_argument("company", help=what)


def _proof(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--proof", action="append", default=[], metavar="FILE", help="a file that shows it (may be given several times)"
    )


def _take_back(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--take-back", action="store_true", help="what was said of this was a mistake")


def _says(parser: argparse.ArgumentParser, never: str) -> None:
    words = parser.add_mutually_exclusive_group()
    words.add_argument("--never", dest="says", action="store_const", const=Says.NEVER, default=Says.YES, help=never)
    words.add_argument(
        "--take-back",
        dest="says",
        action="store_const",
        const=Says.TAKEN_BACK,
        help="what was said of this was a mistake: nothing is said instead",
    )


def _does(parser: argparse.ArgumentParser, command: str, **arguments: str) -> None:
    """Which command of the owner it is, and which of its arguments are typed where."""
    parser.set_defaults(run=run_record, command_name=f"household-{command}", handed_on=arguments)


_TEXTS = ("text", "answer")
_FILES = ("file",)


async def run_record(config: Config, arguments: argparse.Namespace) -> int:
    """Record what was said."""
    given = _handed_on(arguments)
    done = await commanding.done(config, arguments.command_name, **given, by=who())
    for fact in done["recorded"]:
        name = f"{done['name']} ({done['company']}): r" if "name" in done else "R"
        say(f"{name}ecorded that {sentence(fact, ZoneInfo(config.time_zone))} (entry {done['entry']}).")
    for file in done["files"]:
        say(f"kept {file['name']}: {file['size']} bytes, SHA-256 {file['sha256']}")
    if "counts_from" in done:
        say(f"Calls count from {done['counts_from']} on, after a waiting time of {done['wait']}.")
    warn(done.get("warnings", []))
    return OK


def _handed_on(arguments: argparse.Namespace) -> dict[str, Any]:
    """What the owner's command is given."""
    given = {name: getattr(arguments, typed) for name, typed in arguments.handed_on.items()}
    given |= {name: for_the_owner(given[name]) for name in _FILES if name in given}
    if "proofs" in given:
        given["proofs"] = [for_the_owner(path) for path in given["proofs"]]
    for name in _TEXTS:
        if name in given:
            given[name], given["letter"] = text_or_file(given[name])
    return given


def text_or_file(typed: str) -> tuple[str, str]:
    """The words, and the path of the file that they are from or that was named; one word alone is a file's name.

    Raises:
        UsageError: a file is named that isn't there.
    """
    if not typed:
        return "", ""
    path = Path(typed)
    try:
        there = path.exists()
    except OSError:  # too long for a file's name
        there = False
    if not there:
        if len(typed.split()) == 1:
            raise UsageError(f"{typed} isn't there (write the words in quotes, or name the file)")
        return typed, ""
    return _words_in(path), for_the_owner(path)


_MAX_WORDS = 20_000
"""Bytes of a file whose text is also kept as text."""


def _words_in(path: Path) -> str:
    """What a plain text file says; empty for any other, which is kept as it is."""
    try:
        if path.stat().st_size > _MAX_WORDS:
            return ""
        text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError):
        return ""
    return text if all(line.isprintable() for line in text.split("\n")) else ""


async def run_withdraw(config: Config, arguments: argparse.Namespace) -> int:
    """Record that an entry no longer counts."""
    done = await commanding.done(config, "correct", entry=arguments.entry, why=arguments.why, by=who())
    say(f"Entry {done['entry']} ({done['kind']}) no longer counts (entry {done['correction']} says so).")
    return OK


async def run_show(config: Config, arguments: argparse.Namespace) -> int:
    """Show the whole file."""
    known: Mapping[str, Any] = await looking.shown_household(config)
    if arguments.json:
        say(json.dumps(known, ensure_ascii=False, indent=2))
    else:
        say("\n".join(page(dict(known), ZoneInfo(config.time_zone))))
    await warn_left_out(config)
    return OK
