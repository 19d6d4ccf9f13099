"""What the use cases need of the evidence ledger, as contracts: where entries are read, and where they go.

Nothing is implemented here: `evidence/reading.py` and `recording.py` keep these promises. Each use case asks for the
least that it needs, and extends one of these only by what the others don't need.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol


class Entry(Protocol):
    """An entry of the ledger that still has its content."""

    @property
    def n(self) -> int:
        """Its number, from 1."""
        ...

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says: JSON values; whoever reads it changes nothing in it."""
        ...


class Entries(Protocol):
    """Where entries are read: the ledger as it was at one moment, whatever is added meanwhile."""

    def entries(
        self,
        kinds: Collection[str] | None = None,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """The entries that meet every condition given, in order of number; erased ones are left out.

        Args:
            kinds: only these.
            since: only what happened then or later (by `at`, aware).
            until: only what happened before then.
            calls: only what is about these calls, by their ids.

        Raises:
            LedgerError: they can't be read.
        """
        ...


class Paged(Entries, Protocol):
    """Where entries are also read some at a time."""

    async def page(
        self, kinds: Collection[str], *, after: int, limit: int, until: datetime | None = None
    ) -> Sequence[Entry]:
        """At most `limit` entries of these kinds after the entry `after`, in order of number; raises as `entries` does.

        With `until`, only what happened before then (by `at`, aware).
        """
        ...


class Dated(Entries, Protocol):
    """Where other devices' calls are also found by when they were, which is before the time `at` of their entries."""

    def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """The calls that other devices recorded and that began in a span of time, in order of time.

        The span begins at `since` and ends before `until`, both aware. Raises as `entries` does.
        """
        ...


class Journal(Protocol):
    """Where entries go."""

    async def durable(self, *contents: dict[str, Any]) -> int:
        """Write entries, all or none; on return they are on the disk. Returns the last one's number.

        Raises:
            LedgerError: they are not, and nothing of them is kept.
        """
        ...


class FlushedJournal(Journal, Protocol):
    """Where entries go after those that still wait."""

    async def flush(self) -> bool:
        """Write what waits, such as the entry of a call that has just come; False where it goes on waiting."""
        ...


class LaterJournal(Protocol):
    """Where entries go, soon."""

    def later(self, content: dict[str, Any]) -> None:
        """Write an entry as soon as the disk takes it; never waits, never raises."""
        ...
