"""The command line: `blocker` and `python -m blocker`.

Decides which commands there are and how a program ends. Exit status: 0 done; 1 done, and the answer is no (`verify`,
`doctor`, `rules`); 2 what was asked makes no sense; 3 configuration, rules, data directory or ledger can't be used; 130
Ctrl-C.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from blocker import __version__, actions
from blocker.commands import (
    OK,
    UNUSABLE,
    USAGE,
    Run,
    calls,
    check,
    company,
    contacts,
    demo,
    doctor,
    expect,
    lists,
    report,
    rules,
    serve,
    sync,
    verify,
)
from blocker.config import load_config
from blocker.errors import BlockerError, UsageError

COMMANDS = (serve, check, lists, company, contacts, expect, calls, report, rules, verify, sync, doctor, demo)
"""In the order in which the help shows them."""

INTERRUPTED = 130
"""What a shell expects of a program that ended by Ctrl-C: 128 and the signal's number."""

_EPILOG = (
    "exit status: 0 done; 1 done, and the answer is no (verify, doctor, rules); 2 what was asked makes no sense; "
    "3 configuration, rules, data directory or ledger can't be used"
)


def parser() -> argparse.ArgumentParser:
    """The whole command line."""
    top = argparse.ArgumentParser(
        prog="blocker",
        description="Keeps unwanted marketing calls from ringing, and turns each into evidence.",
        epilog=_EPILOG,
    )
    top.add_argument("--version", action="version", version=f"blocker {__version__}")
    top.add_argument(
        "--config", type=Path, metavar="FILE", help='the configuration; region = "BE" is all it needs (default: none)'
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for module in COMMANDS:
        module.add(commands)
    return top


async def _run(arguments: argparse.Namespace) -> int:
    if arguments.run is demo.run:  # the one command that brings its own configuration
        status: int = await demo.run(arguments)
        return status
    if arguments.run is rules.run_check and arguments.path:  # a stranger who mends a rule needs no configuration
        return rules.check(arguments.path, as_json=arguments.json)
    run: Run = arguments.run
    return await run(load_config(arguments.config, os.environ, actions.names()), arguments)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    arguments = parser().parse_args(argv)
    os.umask(0o077)  # whatever is written is about who calls whom: for its owner's eyes
    try:
        return asyncio.run(_run(arguments))
    except UsageError as error:
        sys.stderr.write(f"blocker: {error}\n")
        return USAGE
    except BlockerError as error:
        sys.stderr.write(f"blocker: {error}\n")
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as head(1), has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


if __name__ == "__main__":
    sys.exit(main())
