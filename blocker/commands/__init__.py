"""What can be typed after `blocker`: one file per command, or per pair of commands that belong together.

A command is a module with `add(commands)`, which describes its arguments, and coroutines that take the configuration
and the arguments, print, and return an exit status. It decides how things are shown to a person, and nothing else.
"""

import getpass
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker.config import Config
from blocker.core.plain_text import one_line
from blocker.core.typed import remark

Run = Callable[[Config, Any], Awaitable[int]]

OK = 0
NO = 1
"""The command worked, and its answer is no: the ledger doesn't verify, the doctor found something."""

USAGE = 2
"""What was asked makes no sense, or what it names doesn't exist."""

UNUSABLE = 3
"""Configuration, rules, data directory or ledger can't be used."""


def say(text: str = "") -> None:
    """Print for the person who typed the command; what others wrote may be in it, and moves nothing on the screen."""
    sys.stdout.write(harmless(text) + "\n")


def warn(texts: list[str]) -> None:
    """Print remarks, so that they don't get into what a program reads from standard output."""
    for text in texts:
        sys.stderr.write(f"note: {harmless(text)}\n")


async def warn_left_out(config: Config) -> None:
    """Remark what isn't in the ledger that was just shown, since it is in one that could not go on."""
    from blocker.evidence.kept import left_out  # noqa: PLC0415  (not every command needs what it loads)

    warn(await left_out(config.data_dir, ZoneInfo(config.time_zone)))


def harmless(text: str) -> str:
    """Lines without any other control characters."""
    return "\n".join(map(one_line, text.split("\n")))


def who() -> str:
    """The user who typed the command, for the records; empty where the system doesn't know.

    Under sudo that is who called it: as the service's own user everybody would bear one name, and it is none of theirs.
    """
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return ""


def for_the_owner(file: str | Path) -> str:
    """The whole path of a file that the owner of the data is to read, as that one can find it.

    A service may see other folders than whoever types: under systemd no /home, and a /tmp of its own. So the path leads
    through this process, as far as the kernel lets another of the same user look (proc(5), `/proc/pid/root`).
    """
    through, whole = f"/proc/{os.getpid()}/root", os.path.realpath(file)
    return through + whole if os.access(through, os.X_OK) else whole


def address_lines(text: str) -> tuple[str, ...]:
    """An address as it was typed, line by line: commas part them, but for a web or an e-mail address.

    Raises:
        UsageError: it can't be kept.
    """
    written = remark(text, "an address")
    if written.startswith("https://") or "@" in written:
        return (written,)
    return tuple(line.strip() for line in written.split(",") if line.strip())


def table(rows: Sequence[tuple[str, ...]], header: tuple[str, ...]) -> str:
    """Rows under a header in columns, two spaces apart."""
    rows = [tuple(map(one_line, row)) for row in rows]
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (header, *rows)
    ]
    return "\n".join(lines)
