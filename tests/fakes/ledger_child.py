"""A program that works on a ledger in a process of its own, for tests that stop it, starve it or lock it out.

append DIR              adds entries from four tasks at once, for ever; one line for each call that is durable
fill DIR BALLAST        adds until the disk is full, then frees BALLAST, and says as JSON how it went
fill-limited DIR BYTES  the same with a limit on the size of files instead of a full disk
work DIR                adds some hundred entries, copies the head, erases, stops, twice; one line for each call durable
look DIR                reads it, verifies it, tries to open it for writing, and says as JSON how that went
"""

import asyncio
import itertools
import json
import os
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocker.errors import LedgerError, LedgerWriteError
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify


def screened(call: str, note: str = "") -> dict[str, Any]:
    """A small content."""
    return {"v": 1, "kind": "call-screened", "at": "2026-11-17T08:12:33.123Z", "call": call, "note": note}


async def append(directory: Path) -> None:
    """Never ends by itself."""
    ledger = await Ledger.open(directory)
    await ledger.copy_head("start")
    first = ledger.head.n

    async def write(task: int) -> None:
        for i in itertools.count():
            call = f"{first}-{task}-{i}"
            n = await ledger.append(screened(call), {**screened(call), "kind": "outcome"})
            os.write(1, f"{n} {call}\n".encode())

    await asyncio.gather(*map(write, range(4)))


def now() -> datetime:
    """A time for copies of the head."""
    return datetime(2026, 11, 17, 8, 12, 33, 123_000, UTC)


async def work(directory: Path, rounds: int = 20) -> None:
    """All that a writer does, and an end."""
    for run in range(2):
        ledger = await Ledger.open(directory, now=now)
        await ledger.copy_head("start")

        async def write(call: str, ledger: Ledger = ledger) -> None:
            await ledger.append(screened(call), {**screened(call), "kind": "outcome"})
            os.write(1, f"{call}\n".encode())

        for i in range(rounds):
            await asyncio.gather(*(write(f"{run}-{i}-{task}") for task in range(4)))
            if i % 7 == 0:
                await ledger.copy_head("seal")
        n = await ledger.append(screened("to be erased"))
        await ledger.erase([n], "for a test", "")
        await write(f"{run}-last")
        await ledger.copy_head("stop")
        await ledger.close()


async def fill(directory: Path, make_room: Callable[[], None]) -> dict[str, Any]:
    """Write until it fails, twice; make room; write again."""
    ledger = await Ledger.open(directory)
    failures: list[str] = []
    while len(failures) < 2:
        try:
            await ledger.append(screened("before", "x" * 2000))
        except LedgerWriteError as error:
            failures.append(str(error))
    full = ledger.head.n
    try:
        for _ in range(200):
            await ledger.copy_head("seal")
        copying = ""
    except LedgerWriteError as error:
        copying = str(error)
    make_room()
    after = await ledger.append(screened("after"))
    await ledger.copy_head("stop")
    await ledger.close()
    return {"full": full, "after": after, "failures": failures, "copying": copying}


async def look(directory: Path) -> dict[str, Any]:
    """Everything that one can do without writing, and one thing that one can't."""
    found = await verify(directory)
    reader = await LedgerReader.open(directory)
    read = [entry.n async for entry in reader.entries(kinds=["outcome"])]
    await reader.close()
    try:
        await (await Ledger.open(directory)).close()
        writing = ""
    except LedgerError as error:
        writing = str(error)
    return {"faults": list(map(str, found.faults)), "entries": found.entries, "read": len(read), "writing": writing}


def main() -> None:
    """Do what the arguments say."""
    what, directory, *more = sys.argv[1], Path(sys.argv[2]), *sys.argv[3:]
    if what in {"append", "work"}:
        asyncio.run(append(directory) if what == "append" else work(directory))
        return
    if what == "look":
        outcome = asyncio.run(look(directory))
    elif what == "fill":
        outcome = asyncio.run(fill(directory, Path(str(more[0])).unlink))
    else:
        ceiling = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(str(more[0])), ceiling))
        outcome = asyncio.run(fill(directory, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (ceiling, ceiling))))
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
