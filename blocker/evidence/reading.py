"""Reading the ledger beside its writer: for reports, lists and whoever asks.

Decides which entries a reader gets and in which order. Doesn't check the chain, which is `verify.py`. Works with a
connection of its own, so that the writer never waits for a reader, and in memory that doesn't grow with the ledger.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from blocker.core.entry import EMPTY, VERSION, Head, format_time, parse_time, sha256_hex
from blocker.core.gist import FIELDS
from blocker.core.taken_over import MARK, STAYING
from blocker.errors import LedgerCorruptError, LedgerFormatError
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

GISTS = 1_000
"""Entries whose gists are read at once: few megabytes, and few thread hops."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that still has its content."""

    n: int
    content: dict[str, Any]


class LedgerReader:
    """The ledger as it was at the moment of opening, whatever is added meanwhile; make one with `open`."""

    def __init__(self, db: LedgerDb) -> None:
        self._db = db

    @classmethod
    async def open(cls, directory: Path) -> Self:
        """Open a directory's ledger; nothing is changed, and the directory needn't be writable.

        Raises:
            LedgerFormatError: there is none yet, or a newer program made it.
            LedgerCorruptError: SQLite finds the file malformed.
            LedgerError: it can't be opened.
        """
        path = directory / ledger_db.FILE
        if not ledger_db.is_there(path):
            raise LedgerFormatError(f"{directory} holds no ledger yet (it begins when the service first starts)")
        return cls(await LedgerDb.open(path, read_only=True))

    async def head(self) -> Head:
        """The last link; raises as `open` does."""
        for row in await self._db.tail(1):
            return Head(row.n, sha256_hex(row.line))
        return EMPTY

    async def entries(
        self,
        kinds: Collection[str] | None = None,
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
            LedgerCorruptError: a content can't be read.
            LedgerFormatError: a content is of a version that this program doesn't know.
            LedgerError: the file can't be read.
        """
        chunks = self._db.contents(
            kinds=kinds,
            since=None if since is None else format_time(since),
            until=None if until is None else format_time(until),
            calls=calls,
        )
        async for chunk in chunks:
            for n, line in chunk:
                yield Entry(n, _read(n, line))

    async def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """Those entries that have contents, in order of number; raises as `entries` does."""
        async for chunk in self._db.contents_of(numbers):
            for n, line in chunk:
                yield Entry(n, _read(n, line))

    async def gists(self, since: datetime, until: datetime) -> AsyncIterator[str]:
        """Lines of `core/gist.py`, many in one text, in order of number; raises as `entries` does.

        They are of all entries of a span of time (by `at`, aware) that have contents, and may be of others. The next
        text is made by SQLite, in its thread, while the caller works on one.
        """
        first, last = await self._db.span(format_time(since), format_time(until))
        coming: asyncio.Task[str] | None = None
        try:
            while first <= last:
                text = await (coming or self._db.gists(FIELDS, first, min(last, first + GISTS - 1)))
                coming, first = None, first + GISTS
                if first <= last:
                    coming = asyncio.create_task(self._db.gists(FIELDS, first, min(last, first + GISTS - 1)))
                    await asyncio.sleep(0)  # so that it begins
                if text:
                    yield text
        finally:
            if coming is not None:
                await asyncio.wait([coming])

    async def fingerprint(self, since: datetime, until: datetime) -> str:
        """A text that differs wherever entries of a span of time (by `at`, aware) came or lost their contents.

        Empty where no entry of it has a content. Raises as `open` does.
        """
        return await self._db.fingerprint(format_time(since), format_time(until))

    async def latest_begun(self) -> datetime | None:
        """When the latest of the calls began that other devices recorded; raises as `entries` does."""
        latest = await self._db.latest_begun()
        return None if latest is None else parse_time(latest)

    async def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """The calls that other devices recorded and that began in a span of time, in order of time.

        Args:
            since: its first instant, aware.
            until: the first one after it.

        Raises: as `entries` does.
        """
        async for chunk in self._db.begun(format_time(since), format_time(until)):
            for n, line in chunk:
                yield Entry(n, _read(n, line))

    async def page(
        self, kinds: Collection[str], *, after: int, limit: int, until: datetime | None = None
    ) -> list[Entry]:
        """At most `limit` entries of these kinds after the entry `after`, in order of number; raises as `entries` does.

        With a reader opened for each page, a long walk keeps nobody from emptying SQLite's log.
        """
        before = None if until is None else format_time(until)
        found = await self._db.page(kinds, after=after, limit=limit, until=before)
        return [Entry(n, _read(n, line)) for n, line in found]

    async def links(self, first: int, last: int) -> AsyncIterator[bytes]:
        """The link lines of a stretch of entries as they are kept, in order of number; raises as `entries` does."""
        async for chunk in self._db.links(first, last):
            for line in chunk:
                yield line

    async def lines(self, numbers: Collection[int]) -> AsyncIterator[tuple[int, bytes]]:
        """Number and content, byte for byte, of those entries that have one; raises as `entries` does."""
        async for chunk in self._db.contents_of(numbers):
            for n, content in chunk:
                yield n, content

    async def erased_between(self, first: int, last: int) -> int:
        """How many entries of a stretch have no content any more; raises as `entries` does."""
        return last - first + 1 - await self._db.count_contents(first, last)

    async def newest(self, kinds: Collection[str]) -> Entry | None:
        """The last entry of any of these kinds that still has its content; raises as `entries` does.

        What was taken over from an earlier ledger is older than this one, whatever its number.
        """
        found = await self._db.newest(kinds, MARK)
        for n, line in found or ([] if STAYING.issuperset(kinds) else await self._db.newest(kinds)):
            return Entry(n, _read(n, line))
        return None

    async def calls_beginning(self, text: str, limit: int = 6) -> list[str]:
        """Ids of calls that begin with a text, some of them if there are many; raises as `entries` does."""
        return await self._db.calls_beginning(text, limit)

    async def close(self) -> None:
        """Let go of the file."""
        await self._db.close()


def _read(n: int, line: bytes) -> dict[str, Any]:
    # Not `parse`: a report reads a million of these, and what a byte was changed in is found by `verify`.
    try:
        content: dict[str, Any] = json.loads(line)
        version = content["v"]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise LedgerCorruptError(f"entry {n} of the ledger can't be read (run `blocker verify`)") from error
    if version != VERSION:
        raise LedgerFormatError(
            f"entry {n} of the ledger is of version {version!r}, this blocker knows {VERSION} (upgrade it)"
        )
    return content
