"""How the calls of a stretch of the ledger ended, for whoever goes through them page by page.

Decides where the end of a call is looked for: among the entries that follow soon, which are read once, in order; and by
the call's id, many together, where it lasted for longer than that. Memory stays flat.
"""

from collections import OrderedDict
from datetime import datetime

from blocker.core.ended import Ended, ended_of
from blocker.core.entry import EntryKind
from blocker.core.ledger_ports import Entries, Entry

AHEAD = 2_000
"""Entries that are read ahead: with many calls some minutes, in a household weeks."""

IN_HAND = 10_000
"""Ends that are kept until their calls come; then the oldest goes, and would be looked up by its call's id."""

_ENDS = (EntryKind.CALL_ENDED,)


class Ends:
    """Gives the ends of calls, asked for in the ledger's order; `aclose` it."""

    def __init__(self, ledger: Entries, head: int, since: datetime, until: datetime) -> None:
        """Nothing is read yet.

        Args:
            ledger: where they are.
            head: no entry after this number.
            since: the first instant at which one of these calls came, aware.
            until: an instant by which most had ended; later ends are found, but more slowly.
        """
        self._ledger, self._head = ledger, head
        self._coming = ledger.entries(kinds=_ENDS, since=since, until=until)
        self._next: Entry | None = None
        self._read_all = False
        self._in_hand: OrderedDict[str, Ended] = OrderedDict()

    async def of(self, calls: set[str], last: int) -> dict[str, Ended]:
        """How calls ended, by their ids, where the phone system told, however much later.

        Args:
            calls: their ids; none that was asked for before.
            last: the number of the last one's entry.

        Raises:
            LedgerError: the ledger can't be read.
        """
        await self._read(min(last + AHEAD, self._head))
        found = {call: self._in_hand.pop(call) for call in calls if call in self._in_hand}
        if missing := calls - found.keys():
            async for entry in self._ledger.entries(kinds=_ENDS, calls=missing):
                if entry.n <= self._head:
                    found.update([ended_of(entry.n, entry.content)])
        return found

    async def _read(self, last: int) -> None:
        while not self._read_all:
            if self._next is None:
                self._next = await anext(self._coming, None)
            if self._next is None:
                self._read_all = True
            elif self._next.n > last:
                return
            else:
                call, ended = ended_of(self._next.n, self._next.content)
                self._in_hand[call] = ended
                self._next = None
                if len(self._in_hand) > IN_HAND:
                    self._in_hand.popitem(last=False)

    async def aclose(self) -> None:
        """Read no further."""
        if close := getattr(self._coming, "aclose", None):
            await close()
