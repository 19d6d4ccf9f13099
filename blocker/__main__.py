"""The command line: `blocker` and `python -m blocker`.

Decides which commands there are and how a program ends. Exit status: 0 done; 1 done, and the answer is no (`verify`,
`report`, `doctor`, `rules`); 2 what was asked makes no sense; 3 configuration, rules, data directory or ledger
can't be used, or the output can't be written; 130 Ctrl-C.

What takes long to load is loaded inside `main`, so that Ctrl-C ends it quietly at any time and `--version` is quick.
"""

import argparse
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


def _parser(general: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The whole command line."""
    from blocker.commands import (  # noqa: PLC0415  (see above)
        backup,
        calls,
        check,
        company,
        complaint,
        contacts,
        demo,
        doctor,
        dossier,
        erase,
        expect,
        household,
        imports,
        letter,
        lists,
        pack,
        report,
        rules,
        seal,
        serve,
        statement,
        sync,
        verify,
    )

    top = argparse.ArgumentParser(
        prog="blocker",
        description="Keeps unwanted marketing calls from ringing, and turns each into evidence.",
        epilog=_EPILOG,
        parents=[general],
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND", title="commands")
    in_order = (
        serve, check, lists, company, contacts, expect, household, calls, statement, imports, report, letter,
        pack, complaint, dossier, rules, verify, seal, erase, backup, sync, doctor, demo,
    )  # fmt: skip
    for module in in_order:
        module.add(commands)  # in the order in which the help shows them
    return top


async def _run(arguments: argparse.Namespace, config: Path | None) -> int:
    from blocker import actions  # noqa: PLC0415  (see above)
    from blocker.commands import Run, demo, rules  # noqa: PLC0415
    from blocker.config import load_config  # noqa: PLC0415

    if arguments.run is demo.run:  # the one command that brings its own configuration
        status: int = await demo.run(arguments)
        return status
    if arguments.run is rules.run_check and arguments.path:  # a stranger who mends a rule needs no configuration
        return rules.check(arguments.path, as_json=arguments.json)
    run: Run = arguments.run
    return await run(load_config(config, os.environ, actions.names()), arguments)


def _command(argv: Sequence[str] | None) -> int:
    general = _general()
    early, rest = general.parse_known_args(argv)
    arguments = _parser(general).parse_args(rest)
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
