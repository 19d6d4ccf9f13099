"""The command line: `blocker` and `python -m blocker`.

Decides which commands there are and how a program ends. Exit status: 0 done; 1 done, and the answer is no (`verify`,
`report`, `doctor`, `rules`); 2 what was asked makes no sense; 3 configuration, rules, data directory or ledger
can't be used, or the output can't be written; 130 Ctrl-C.

What takes long to load is loaded inside `main`, so that Ctrl-C ends it quietly at any time and `--version` is quick.
"""

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from blocker import __version__
from blocker.errors import BlockerError, UsageError

OK, USAGE, UNUSABLE = 0, 2, 3

INTERRUPTED = 130
"""What a shell expects of a program that ended by Ctrl-C: 128 and the signal's number."""

CONFIG_VARIABLE = "BLOCKER_CONFIG"
"""The environment variable that names the configuration where `--config` doesn't."""

_EPILOG = (
    "exit status: 0 done; 1 done, and the answer is no (verify, seal, report, complaint, doctor, rules, erase); 2 what "
    "was asked makes no sense; 3 configuration, rules, data directory or ledger can't be used, or the output can't be "
    "written; 130 Ctrl-C"
)


def _general() -> argparse.ArgumentParser:
    """What may stand before the command and after it."""
    general = argparse.ArgumentParser(
        prog="blocker", usage="blocker [--config FILE] COMMAND …", add_help=False, allow_abbrev=False
    )
    general.add_argument("--version", action="version", version=f"blocker {__version__}")
    general.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help=f'the configuration; region = "BE" is all it needs. May stand before the command or after it, or in the '
        f"environment as {CONFIG_VARIABLE}. Without it: region from your locale, everything else by default",
    )
    return general


_MODULES = {
    "serve": ("serve",), "check": ("check",), "lists": ("allow", "block"), "company": ("company",),
    "contacts": ("contacts",), "expect": ("expect",), "household": ("household",), "calls": ("calls", "mark"),
    "statement": ("statement", "correct"), "imports": ("import", "call"), "report": ("report",), "letter": ("letter",),
    "pack": ("pack",), "complaint": ("complaint",), "dossier": ("dossier",), "rules": ("rules",),
    "verify": ("verify",), "seal": ("seal",), "erase": ("erase",), "takeover": ("take-over",),
    "backup": ("backup", "restore"), "sync": ("sync",),
    "subscribed": ("lists",), "share": ("share",), "publish": ("publish",),
    "export": ("export",), "doctor": ("doctor",), "demo": ("demo",),
}  # fmt: skip
"""The modules of `commands`, in the order in which the help shows them, with the commands that each brings."""


def _needed(typed: Sequence[str]) -> tuple[str, ...]:
    """The modules that a command line needs: its own, since what the others load takes time and memory; else all."""
    word = typed[0] if typed else ""
    return tuple(module for module, words in _MODULES.items() if word in words) or tuple(_MODULES)


def _parser(general: argparse.ArgumentParser, typed: Sequence[str]) -> argparse.ArgumentParser:
    """The command line, as far as what was typed needs it."""
    top = argparse.ArgumentParser(
        prog="blocker",
        description="Keeps unwanted marketing calls from ringing, and turns each into evidence.",
        epilog=_EPILOG,
        parents=[general],
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for name in _needed(typed):
        importlib.import_module(f"blocker.commands.{name}").add(commands)
    return top


async def _run(arguments: argparse.Namespace, config: Path | None) -> int:
    from blocker import actions  # noqa: PLC0415  (see above)
    from blocker.config import load_config  # noqa: PLC0415

    if alone := getattr(arguments, "run_alone", None):  # it needs no configuration, or brings its own
        status: int | None = await alone(arguments)
        if status is not None:
            return status
    ended: int = await arguments.run(load_config(config, os.environ, actions.names()), arguments)
    return ended


def _command(argv: Sequence[str] | None) -> int:
    general = _general()
    early, rest = general.parse_known_args(argv)
    arguments = _parser(general, rest).parse_args(rest)
    named = os.environ.get(CONFIG_VARIABLE)
    config: Path | None = early.config or (Path(named) if named else None)
    os.umask(0o077)  # whatever is written is about who calls whom: for its owner's eyes
    import asyncio  # noqa: PLC0415  (see above)

    return asyncio.run(_run(arguments, config))


def _complain(error: BaseException) -> None:
    from blocker.commands import harmless  # noqa: PLC0415  (see above)

    sys.stderr.write(f"blocker: {harmless(str(error))}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that can't show a letter shows a question mark
    try:
        try:
            return _command(argv)
        finally:
            sys.stdout.flush()
    except UsageError as error:
        _complain(error)
        return USAGE
    except BlockerError as error:
        _complain(error)
        return UNUSABLE
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output, such as head(1), has seen enough
        _give_up_output()
        return OK
    except OSError as error:
        _give_up_output()
        _complain(error)
        return UNUSABLE


def _give_up_output() -> None:
    """Let what is still to be printed go nowhere, or the end of the process would try once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
