"""Reads the calls and outcomes around a span of time, quickly: by their gists, and whole where a gist isn't plain.

Decides only which way an entry is read; what it says is the same either way (`core/gist.py`).
"""

from collections.abc import AsyncIterator, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from blocker.core.contents import Content
from blocker.core.entry import MAX_INTEGER, EntryKind, format_time
from blocker.core.gist import Gist, read_line
from blocker.core.observed import SeenCall, Statement, seen_call


class Entry(Protocol):
    """An entry of the ledger that has its content."""

    @property
    def n(self) -> int:
        """Its number, from 1."""
        ...

    @property
    def content(self) -> Mapping[str, Any]:
        """What it says."""
        ...


class GistReader(Protocol):
    """The ledger, to be read quickly."""

    def gists(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Lines of `core/gist.py`, many in one text, in order of number.

        They are of all entries of a span of time that have contents; there may be others among them.
        """
        ...

    def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """Those entries that have contents, whole, in order of number."""
        ...


class Whole(NamedTuple):
    """A call whose entry was read whole."""

    n: int
    content: Content

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """A field of the entry."""
        return self.content.get(key, default)

    def seen(self, outcome: Content | None, statement: Statement) -> SeenCall:
        """The call, with what is known of its fate and what was said of it; raises as `seen_call`."""
        return seen_call(self.n, self.content, outcome, statement)


class Around(NamedTuple):
    """An entry of the span."""

    n: int
    at: str
    call: Gist | Whole | None
    """Where it is a call."""
    outcome: Content | None
    """Where it is an outcome."""


async def entries_around(
    reader: GistReader, since: datetime, until: datetime, head: int = MAX_INTEGER
) -> AsyncIterator[list[Around]]:
    """The entries of a span of time by their time `at`, in order of number, some at once; none after the number `head`.

    Raises:
        LedgerError: the ledger can't be read.
    """
    first, end = format_time(since), format_time(until)
    async for page in reader.gists(since, until):
        lines = page.split("\n")
        read = [read_line(line) for line in lines]
        odd = [int(line[: line.index(" ")]) for line, plain in zip(lines, read, strict=True) if plain is None]
        found = [Around(line.n, line.at, line.call, line.outcome) for line in read if line is not None]
        if odd:
            found += [_whole(entry.n, entry.content) async for entry in reader.numbered(odd)]
            found.sort(key=lambda entry: entry.n)
        yield [entry for entry in found if first <= entry.at < end and entry.n <= head]


def _whole(n: int, content: Content) -> Around:
    kind = content["kind"]
    call = Whole(n, content) if kind == EntryKind.CALL_SCREENED else None
    return Around(n, content["at"], call, content if kind == EntryKind.OUTCOME else None)
