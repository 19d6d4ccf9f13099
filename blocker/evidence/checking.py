"""Checking as much of a ledger as the report of a week needs, in a process of its own, beside what makes the report.

Decides what that is. Where the whole was found to verify lately, as a copy of its head tells: from the week's first
entry on, or from that head on if it is earlier, to the end. The walk comes by that head, whose sum stands for each link
before it; so every entry of the week is compared with what was verified, and every later one follows. Otherwise, or
where anything in it isn't right, the whole. What was changed since in older entries is left to the next look at all.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from blocker import child
from blocker.core.entry import EMPTY, Head, format_time, parse_time, sha256_hex
from blocker.errors import BlockerError, LedgerCorruptError, LedgerError
from blocker.evidence import head_copies
from blocker.evidence.chain import Chain
from blocker.evidence.head_copies import VERIFIED, HeadCopy
from blocker.evidence.seals import last_seal_ok
from blocker.evidence.verify import verify
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

LATELY = timedelta(days=8)
"""A week and a day: a service looks at the whole once a week."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be checked."""

    directory: Path
    since: datetime
    """The first instant that the report looks at, aware."""
    until: datetime
    """The first one after it."""
    now: datetime
    whole: bool = False
    """All of it, whatever was verified when."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found."""

    fault: str
    """The first thing that doesn't hold, as a sentence; empty where all does."""
    whole: datetime | None
    """When the whole was last found to verify, where only a part was looked at now; else None."""


async def check(wanted: Wanted) -> Checked:
    """Check here and now.

    Raises:
        LedgerFormatError: there is no ledger, or a newer program made it.
        LedgerError: the files can't be read.
    """
    copies, problems = head_copies.read_copies(wanted.directory / head_copies.FILE)
    verified = [copy for copy in copies if copy.event == VERIFIED][-1:]
    if not wanted.whole and not problems:
        for copy in verified:
            if timedelta(0) <= wanted.now - copy.at < LATELY and await _part_holds(wanted, copies, copy.head):
                return Checked("", copy.at)
    found = await verify(wanted.directory)
    return Checked(str(found.faults[0]) if found.faults else "", None)


async def check_apart(wanted: Wanted) -> Checked:
    """Check in a process of its own; cancelling this ends it.

    Raises:
        LedgerError: it can't be done.
    """
    order = {
        "directory": str(wanted.directory.absolute()),
        **{name: format_time(getattr(wanted, name)) for name in ("since", "until", "now")},
        "whole": wanted.whole,
    }
    ended = await child.run(__name__, stdin=json.dumps(order).encode())
    try:
        said: dict[str, Any] = json.loads(ended.output)
    except ValueError as error:
        raise LedgerError(f"the ledger can't be checked: {ended.last_words or 'no answer'}") from error
    if "error" in said:
        raise LedgerError(said["error"])
    return Checked(said["fault"], parse_time(said["whole"]) if said["whole"] else None)


def main() -> None:
    """The other process: one order from standard input, one answer to standard output."""
    said = json.load(sys.stdin)
    times = {name: parse_time(said[name]) for name in ("since", "until", "now")}
    wanted = Wanted(directory=Path(said["directory"]), whole=said["whole"], **times)
    try:
        found = asyncio.run(check(wanted))
        answer = {"fault": found.fault, "whole": format_time(found.whole) if found.whole else ""}
    except BlockerError as error:
        answer = {"error": str(error)}
    json.dump(answer, sys.stdout)


async def _part_holds(wanted: Wanted, copies: Sequence[HeadCopy], verified: Head) -> bool:
    try:
        db = await LedgerDb.open(wanted.directory / ledger_db.FILE, read_only=True)
        try:
            first, last = await db.span(format_time(wanted.since), format_time(wanted.until))
            start = min(verified.n, first - 1) if first <= last else verified.n
            line = (await db.lines({start})).get(start)
            if line is None and start > 0:
                return False
            chain = Chain(copies, EMPTY if line is None or start <= 0 else Head(start, sha256_hex(line)))
            async for rows in db.walk(after=chain.head.n):
                for row in rows:
                    chain.add(*row)
            chain.end()
            if chain.fault_count or not await db.ends_with_link():
                return False
        finally:
            await db.close()
        return not await last_seal_ok(wanted.directory)
    except LedgerCorruptError:
        return False


if __name__ == "__main__":
    main()
