"""`blocker rules`: rule files checked, listed, and read again by the running service."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from blocker import looking
from blocker.commands import NO, OK, say, table
from blocker.config import Config
from blocker.control import ServiceAbsent, ask
from blocker.datadir import DataDir
from blocker.errors import Fault, RulesError, UsageError
from blocker.rulebook import RuleBook, load_rules, shipped_rules


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the commands."""
    parser = commands.add_parser(
        "rules",
        help="companies, number ranges and law: check the files, list them, use changed ones",
        description="The rule files, those shipped with the program and the household's own. docs/spec/rule-files.md "
        "says what may stand in them.",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="check|list|reload")
    checking = todo.add_parser(
        "check",
        help="find everything wrong in rule files, and try their examples",
        description="Read all rule files, say everything that is wrong with file, line and remedy, and try all "
        "examples in them. Exit status 1 if anything is wrong; a title that isn't translated is told besides. "
        "Changes nothing.",
    )
    checking.add_argument(
        "path",
        nargs="?",
        type=Path,
        help="a folder built as rules/ is, or one file of such a folder; checked with the shipped rules, whose files "
        "of the same name it replaces (default: the household's own folder)",
    )
    checking.add_argument("--json", action="store_true", help="for programs")
    checking.set_defaults(run=run_check, run_alone=run_check_alone)
    listing = todo.add_parser("list", help="show the files in force, by kind")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=run_list)
    reloading = todo.add_parser(
        "reload",
        help="have the running service use the files as they are now",
        description="Have the running service read the rule files again. If anything is wrong with them, it says what, "
        "and the rules from before stay in force.",
    )
    reloading.set_defaults(run=run_reload)


async def run_check_alone(arguments: argparse.Namespace) -> int | None:
    """Check what the path names: a stranger who mends a rule needs no configuration; None without a path."""
    return check(arguments.path, as_json=arguments.json) if arguments.path else None


async def run_check(config: Config, arguments: argparse.Namespace) -> int:
    """Check the shipped rules with the household's own."""
    return check(config.household_rules, as_json=arguments.json, may_be_missing=True)


def check(own: Path, *, as_json: bool, may_be_missing: bool = False) -> int:
    """Read everything, try all examples, print what is wrong.

    Args:
        own: a folder of rule files, or one file.
        as_json: for programs.
        may_be_missing: the shipped rules alone are checked where `own` isn't there.

    Raises:
        UsageError: there is no such folder or file.
    """
    if not may_be_missing and not own.exists():
        raise UsageError(f"{own}: there is no such file or folder")
    rules: RuleBook | None = None
    try:
        rules = load_rules(shipped_rules(), own)
        faults = rules.failed_examples()
    except RulesError as error:
        faults = list(error.faults)
    if as_json:
        say(json.dumps(_as_json(faults, rules), ensure_ascii=False, indent=2))
    else:
        for fault in faults:
            say(str(fault))
        for note in rules.untranslated() if rules else ():
            say(f"to be mended: {note}")
        say(_count(faults, rules))
    return NO if faults else OK


def _count(faults: list[Fault], rules: RuleBook | None) -> str:
    found = f"{_many(len(faults), 'fault')} in {_many(len({fault.file for fault in faults}), 'file')}"
    if rules is None:
        return f"{found}; no example was tried."
    read = f"{_many(len(rules.files), 'file')} read, {_many(len(rules.examples), 'example')} tried"
    return f"{read}: {found if faults else 'nothing is wrong'}."


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _as_json(faults: list[Fault], rules: RuleBook | None) -> dict[str, Any]:
    return {
        "faults": [asdict(fault) for fault in faults],
        "untranslated": [asdict(note) for note in rules.untranslated()] if rules else None,
        "files": len(rules.files) if rules else None,
        "examples": len(rules.examples) if rules else None,
        "sha256": rules.sha256 if rules else None,
    }


async def run_list(config: Config, arguments: argparse.Namespace) -> int:
    """Show the rule files in force, with the day they were checked and how sure they are."""
    rules, fault = looking.rules_of(config)
    files = []
    for name in sorted(rules.headers, key=lambda name: (name.split("/")[1:], name)):
        origin, kind, file = name.split("/")
        header = rules.headers[name]
        files.append(
            {
                "kind": kind,
                "file": file,
                "country": header.country,
                "checked": header.checked.isoformat(),
                "sure": str(header.sure),
                "review": header.review.isoformat() if header.review else None,
                "whose": "shipped" if origin == "rules" else "household",
            }
        )
    if arguments.json:
        say(json.dumps({"files": files, "sha256": rules.sha256, "fault": fault or None}, ensure_ascii=False, indent=2))
        return NO if fault else OK
    columns = ("kind", "file", "country", "checked", "sure", "whose")
    say(table([tuple(str(file[column]) for column in columns) for file in files], columns))
    say(_many(len(files), "file") + ".")
    if fault:
        say(fault)
    return NO if fault else OK


async def run_reload(config: Config, _: argparse.Namespace) -> int:
    """Have the service read the files again."""
    try:
        done = await ask(DataDir(config.data_dir).control_socket, "rules-reload")
    except ServiceAbsent:
        raise UsageError("no service runs, so none has to be told: it reads the rules when it starts") from None
    if not done["loaded"]:
        for fault in done["faults"]:
            say(fault)
        say(f"{_many(len(done['faults']), 'fault')}; the rules from before stay in force.")
        return NO
    read = f"{done['companies']} companies, {done['ranges']} ranges, {done['provisions']} provisions of law"
    say(f"In force: {_many(done['files'], 'file')} with {read}{'' if done['changed'] else ' (as before)'}.")
    return OK
