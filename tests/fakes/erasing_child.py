"""A program that erases in a process of its own, for tests that kill it or take its disk away.

erase DIR             erases entry after entry, ten at a time; one line for each erasure that is durable
full DIR BALLAST      erases until the disk is full, then frees BALLAST, erases again, and says as JSON how it went
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from blocker.errors import LedgerError, UsageError
from blocker.evidence.ledger import Ledger

AT_ONCE = 10


async def erase(directory: Path) -> None:
    """Ends when everything is erased."""
    ledger = await Ledger.open(directory)
    for first in range(1, ledger.head.n + 1, AT_ONCE):
        try:
            n = await ledger.erase(range(first, first + AT_ONCE), "age", "")
            await ledger.tidy()
        except UsageError:  # a process before this one has erased them
            continue
        os.write(1, f"{n} {first}\n".encode())


async def full(directory: Path, ballast: Path) -> dict[str, Any]:
    """Erase until that fails, make room, erase again."""
    ledger = await Ledger.open(directory)
    failure, first = "", 1
    while not failure:
        try:
            await ledger.erase(range(first, first + AT_ONCE), "age " * 30, "")
            first += AT_ONCE
        except LedgerError as error:
            failure = str(error)
    held = ledger.head.n
    ballast.unlink()
    again = await ledger.erase(range(first, first + AT_ONCE), "age", "")
    left = await ledger.tidy()
    await ledger.close()
    return {"failure": failure, "held": held, "again": again, "first": first, "left": left}


if __name__ == "__main__":
    if sys.argv[1] == "erase":
        asyncio.run(erase(Path(sys.argv[2])))
    else:
        sys.stdout.write(json.dumps(asyncio.run(full(Path(sys.argv[2]), Path(sys.argv[3])))))
