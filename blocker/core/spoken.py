"""What people said of calls, as far as it holds: of each call the last statement that nobody took back.

Decides that, for all who ask. Which entries were taken back, `corrected.py` says; what a statement holds, `observed.py`
and in full `statement.py`. Reads no ledger.
"""

from collections.abc import Container, Iterable, Mapping
from typing import Any

from blocker.core.corrected import withdrawn_of
from blocker.core.entry import EntryKind
from blocker.core.observed import NO_STATEMENT, Statement, statement_of
from blocker.core.taken_over import is_taken_over


class Spoken:
    """What holds of the statements that were taken so far; memory grows with the calls that somebody spoke of."""

    def __init__(self, withdrawn: Container[int]) -> None:
        """`withdrawn` are the numbers of the entries that were taken back."""
        self.withdrawn = withdrawn
        self.statements: dict[str, Statement] = {}
        """By the call's id."""
        self._here = set[str]()
        """Calls of which something was said in this very ledger."""

    @classmethod
    def among(cls, entries: Iterable[tuple[int, Mapping[str, Any]]]) -> "Spoken":
        """What holds where nothing else was said and taken back than in these entries; others among them do nothing.

        Args:
            entries: number and content, in the ledger's order.

        Raises:
            LedgerFormatError: a newer program wrote an entry.
            LedgerCorruptError: an entry lacks what such entries hold.
        """
        entries = list(entries)
        spoken = cls(withdrawn_of(entries))
        for n, content in entries:
            spoken.take(n, content)
        return spoken

    def take(self, n: int, content: Mapping[str, Any]) -> None:
        """Take an entry, in the ledger's order; none but a `statement` does anything. Raises as `among` does.

        What was taken over from an earlier ledger was said before all that was said in this one.
        """
        if content["kind"] != EntryKind.STATEMENT or n in self.withdrawn:
            return
        call, statement = statement_of(n, content)
        if not is_taken_over(content):
            self._here.add(call)
        elif call in self._here:
            return
        self.statements[call] = statement

    def of(self, call: str) -> Statement:
        """What holds of a call, by its id."""
        return self.statements.get(call, NO_STATEMENT)
