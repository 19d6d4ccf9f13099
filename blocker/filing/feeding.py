"""Bringing the rows of a file to whoever owns the ledger, some at a time, and keeping account of every one.

Runs in the process of whoever typed the command, so that a long file keeps no call waiting. Decides when a file is
taken for something else and given up; nothing else about a row.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from blocker.core.call_row import BadRow, CallRow, Item, PassedOver
from blocker.core.imported import Device, fields_of
from blocker.core.number import NumberPlan
from blocker.errors import BlockerError, SourceError, UsageError
from blocker.filing.importing import MOST_ROWS

HOPELESS = 100
"""Rows after which a file of which none could be read is given up."""

LISTED = 1_000
"""Rows of a kind that are named; more are counted."""

Send = Callable[[list[dict[str, Any]]], Awaitable[dict[str, int]]]


@dataclass(slots=True)
class Account:
    """What became of the rows of a file."""

    read: int = 0
    new: int = 0
    there: int = 0
    """In the ledger already."""
    seen: int = 0
    """Calls that this blocker saw itself."""
    erased: int = 0
    """New ones of weeks of which calls were erased because a person asked."""
    passed: Counter[str] = field(default_factory=Counter)
    """Passed over, by why."""
    bad: int = 0
    first_bad: list[BadRow] = field(default_factory=list)
    """The first LISTED of them."""
    ambiguous: int = 0
    first_ambiguous: list[int] = field(default_factory=list)
    """The first LISTED rows whose hour came twice that night."""
    broken: str = ""
    """Why the file could not be read to its end; empty where it was."""


async def feed(items: Iterator[Item], device: Device, plan_of: Callable[[str], NumberPlan], send: Send) -> Account:
    """Bring all rows of a file.

    Args:
        items: what its reader gives.
        device: what wrote it.
        plan_of: how numbers are written that came through a trunk; the empty name is for no trunk.
        send: takes at most MOST_ROWS rows, and says how many were `new`, `there` and `seen`.

    Raises:
        UsageError: nothing in it can be read.
        BlockerError: rows could not be brought; says how many were before.
    """
    account = Account()
    waiting: list[dict[str, Any]] = []
    for item in _until_broken(items, account):
        account.read += 1
        match item:
            case PassedOver(_, why):
                account.passed[why] += 1
            case BadRow(row, why):
                _note_bad(account, row, why)
            case CallRow():
                if item.ambiguous:
                    account.ambiguous += 1
                    account.first_ambiguous += [item.row] if len(account.first_ambiguous) < LISTED else []
                waiting.append({"row": item.row} | fields_of(item, device, plan_of(item.trunk)))
        if len(waiting) >= MOST_ROWS:
            await _bring(waiting, account, send)
            waiting = []
    if waiting:
        await _bring(waiting, account, send)
    return account


def _until_broken(items: Iterator[Item], account: Account) -> Iterator[Item]:
    try:
        yield from items
    except SourceError as error:
        if not account.read:
            raise UsageError(str(error)) from error
        account.broken = str(error)


def _note_bad(account: Account, row: int, why: str) -> None:
    account.bad += 1
    if len(account.first_bad) < LISTED:
        account.first_bad.append(BadRow(row, why))
    if account.bad == account.read == HOPELESS:
        first = account.first_bad[0]
        raise UsageError(
            f"none of the first {HOPELESS} rows can be read (row {first.row}: {first.why}); is it another kind of file?"
        )


async def _bring(rows: list[dict[str, Any]], account: Account, send: Send) -> None:
    try:
        counts = await send(rows)
    except BlockerError as error:
        error.args = (f"{error} ({account.new} calls were imported before that; the same command goes on from there)",)
        raise
    account.new += counts["new"]
    account.there += counts["there"]
    account.seen += counts["seen"]
    account.erased += counts.get("erased", 0)
