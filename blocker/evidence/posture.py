"""What is looked at before a ledger is written to: quickly, so that a service starts in no time.

Decides whether a ledger is fit to be continued: its last entries hold together, and every copy of its head is of a link
that it has. Doesn't look at the rest; that is `verify.py`, which reports instead of refusing. Nor does it decide what
becomes of one that isn't fit; that is `renewal.py`.
"""

from pathlib import Path

from blocker.core.entry import EMPTY, EntryKind, Head, parse_link, sha256_hex
from blocker.errors import LedgerCorruptError, LedgerFormatError
from blocker.evidence import head_copies
from blocker.evidence.chain import Chain, FaultKind
from blocker.evidence.head_copies import HeadCopy
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb, Row

TAIL = 100
"""Entries at the end that are looked at closely."""

MEND = (
    "run `blocker verify` to see all; nothing is added to a ledger that doesn't hold: restore it from a backup, or "
    "start the service, which keeps it under another name and begins a new one"
)
"""What the household can do about a ledger that isn't fit."""


def read_copies(directory: Path) -> list[HeadCopy]:
    """The copies of the head.

    Raises:
        LedgerCorruptError: a line of their file can't be read.
        LedgerError: the file can't be read.
    """
    copies, problems = head_copies.read_copies(directory / head_copies.FILE)
    if problems:
        raise LedgerCorruptError(f"{directory}: {problems[0]} ({MEND})")
    return copies


async def copies_gone(directory: Path) -> str:
    """What is to be said of a ledger that was sealed and yet has no copy of its head; else nothing.

    Raises:
        LedgerError: the files can't be read.
    """
    if read_copies(directory):
        return ""
    db = await LedgerDb.open(directory / ledger_db.FILE, read_only=True)
    try:
        sealed = await db.newest({EntryKind.SEAL})
    finally:
        await db.close()
    if not sealed:
        return ""
    return (
        f"{head_copies.FILE} is gone, and with it what would show that entries were cut off at the ledger's end (put "
        "it back from a backup, if there is one; from now on there is a new one)"
    )


def refuse_if_gone(path: Path, copies: list[HeadCopy]) -> None:
    """For a ledger that isn't there, or has no tables yet: was there ever one?

    Raises:
        LedgerCorruptError: a copy of its head says so, or SQLite's log of it.
    """
    if lost := max((copy.head.n for copy in copies), default=0):
        raise LedgerCorruptError(
            f"{path} is gone, yet {head_copies.FILE} beside it says that it held {lost} entries ({MEND})"
        )
    log = path.with_name(f"{path.name}-wal")
    if not ledger_db.size(path) and ledger_db.size(log):
        raise LedgerCorruptError(f"{path} is gone, yet {log.name} beside it holds entries ({MEND})")


async def refuse_if_unfit(path: Path, copies: list[HeadCopy]) -> None:
    """Compare the last entries with each other, and all copies of the head with their links; changes nothing.

    Raises:
        LedgerCorruptError: something doesn't hold, or entries are missing at the end; says which.
        LedgerError: the file can't be read.
    """
    db = await LedgerDb.open(path, read_only=True)
    try:
        tail = await db.tail(TAIL)
        lines = await db.lines({copy.head.n for copy in copies})
    finally:
        await db.close()
    try:
        chain = Chain(copies, _head_before(tail))
    except LedgerFormatError as error:
        raise LedgerCorruptError(f"{path}: entry {tail[0].n}: its link {error} ({MEND})") from error
    earlier = [copy for copy in copies if 0 < copy.head.n <= chain.head.n]
    for copy in earlier:
        line = lines.get(copy.head.n)
        if line is None or sha256_hex(line) != copy.head.sha256:
            chain.fault(
                copy.head.n, FaultKind.COPY_DIFFERS, "its link isn't the one that was the head when it was copied"
            )
    for row in tail:
        chain.add(*row)
    chain.end()
    if chain.faults:
        raise LedgerCorruptError(f"{path}: {chain.faults[0]} ({MEND})")


def _head_before(tail: list[Row]) -> Head:
    if not tail or tail[0].n == 1:
        return EMPTY
    return Head(tail[0].n - 1, parse_link(tail[0].line).prev)
