"""`blocker serve`: the service."""

import argparse

from blocker import logs, service
from blocker.commands import OK
from blocker.config import Config


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "serve",
        help="run the service that Asterisk asks about each call",
        description="Run the service until it is asked to stop (Ctrl-C, SIGTERM). Calls in hand are answered first.",
    )
    parser.set_defaults(run=run)


async def run(config: Config, _: argparse.Namespace) -> int:
    """Run until asked to stop."""
    logs.configure(config.log_format, config.log_level)
    await service.serve(config)
    return OK
