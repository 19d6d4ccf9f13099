"""Reads the calls and outcomes around a span of time, quickly: by their gists, and whole where a gist isn't plain.

Decides only which way an entry is read; what it says is the same either way (`core/gist.py`).
"""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Protocol

from blocker.core.entry import MAX_INTEGER, format_time, parse_time
from blocker.core.gist import Line, read_line, read_whole

_number = attrgetter("n")

Progress = Callable[[float], None]
"""Told now and then: the share that is done, from 0 to 1."""


def nobody(_: float) -> None:
    """For work that nobody waits for."""


_MOMENT = timedelta(milliseconds=1)


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


async def entries_around(
    reader: GistReader, since: datetime, until: datetime, head: int = MAX_INTEGER, *, on_progress: Progress = nobody
) -> AsyncIterator[list[Line]]:
    """The entries of a span of time by their time `at`, in order of number, some at once; none after the number `head`.

    Progress is by that time: how much of the span has been read.

    Raises:
        LedgerError: the ledger can't be read.
    """
    first, end = format_time(since), format_time(until)
    async for page in reader.gists(since, until):
        texts = page.split("\n")
        read = [read_line(text) for text in texts]
        if None in read:
            odd = [int(text[: text.index(" ")]) for text, line in zip(texts, read, strict=True) if line is None]
            read += [read_whole(entry.n, entry.content) async for entry in reader.numbered(odd)]
        found = [line for line in read if line is not None and first <= line.at < end and line.n <= head]
        found.sort(key=_number)
        yield found
        if found:
            on_progress((parse_time(found[-1].at) - since) / max(until - since, _MOMENT))
