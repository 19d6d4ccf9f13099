"""Finding an earlier call in the ledger: by what a person types for it, or by what was said of it.

Decides which call is meant. What is then recorded about it, `household.py` decides.
"""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from blocker.core.corrected import withdrawn_of
from blocker.core.entry import EntryKind
from blocker.core.ledger_ports import Entries, Entry
from blocker.core.spoken import Spoken
from blocker.errors import UnknownCallError

_SCREENED = (EntryKind.CALL_SCREENED,)
_CALLS = (*_SCREENED, EntryKind.CALL_IMPORTED)


class Calls(Entries, Protocol):
    """Where earlier calls are looked up."""

    async def newest(self, kinds: Collection[str]) -> Entry | None:
        """The last entry of these kinds."""
        ...

    async def calls_beginning(self, text: str) -> list[str]:
        """Ids of calls that begin so, some of them if there are many."""
        ...


async def call_meant(ledger: Calls, text: str) -> Mapping[str, Any]:
    """What the entry of a call says, by the call's id, the beginning of one, or `last`, in small letters or large.

    The last call is the last that this machine saw; calls from elsewhere were imported in any order.

    Raises:
        UnknownCallError: no such call, or more than one.
    """
    call = text.strip().lower()
    if call == "last":
        newest = await ledger.newest(_SCREENED)
        if newest is None:
            raise UnknownCallError("this machine has seen no call yet (blocker calls lists those that it was told of)")
        return newest.content
    ids = await ledger.calls_beginning(call) if call else []
    if len(ids) > 1 and call not in ids:
        raise UnknownCallError(f"“{text}” begins several calls: {', '.join(ids[:5])} … (give more of the id)")
    gone = await withdrawn(ledger)
    async for entry in ledger.entries(_CALLS, calls=[call if call in ids else ids[0]] if ids else []):
        if entry.n not in gone or entry.content["kind"] in _SCREENED:  # a machine's fact nobody takes back
            return entry.content
    raise UnknownCallError(f"no call “{text}” has been recorded (blocker calls lists them)")


async def withdrawn(ledger: Entries) -> frozenset[int]:
    """The numbers of the entries that persons took back."""
    return withdrawn_of([(entry.n, entry.content) async for entry in ledger.entries([EntryKind.CORRECTION])])


async def spoken_of(ledger: Entries) -> Spoken:
    """What people said of calls and holds.

    Raises:
        LedgerError: the ledger can't be read.
    """
    spoken = Spoken(await withdrawn(ledger))
    async for entry in ledger.entries([EntryKind.STATEMENT]):
        spoken.take(entry.n, entry.content)
    return spoken


async def marked_marketing(ledger: Entries, number: str) -> list[str]:
    """The ids of calls from an E.164 number that a person last marked as marketing, the oldest first."""
    spoken = await spoken_of(ledger)
    marketing = [call for call, said in spoken.statements.items() if said.mark == "marketing"]
    if not marketing:
        return []
    return [
        entry.content["call"]
        async for entry in ledger.entries(_CALLS, calls=marketing)
        if entry.content["presented"]["number"] == number
    ]
