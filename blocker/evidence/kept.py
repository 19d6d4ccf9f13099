"""A ledger that was kept since it doesn't hold: read as far as it can be, and rid of contents that have to be erased.

Decides which of its entries hold. Each is looked at by itself, since a damaged byte says nothing about the entries
beside it: one holds if its content is the one that its link names; it verifies if all links up to it follow each other,
too, and are those that were copied as heads. Pages that SQLite can't read are stepped over. Nothing is ever added.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from typing import NamedTuple

from blocker.core.entry import EMPTY, MAX_INTEGER, EntryKind, Head, parse_link, parse_time, sha256_hex
from blocker.core.ledger_before import BEFORE, before_of
from blocker.core.taken_over import Numbered, gone_there, whole
from blocker.errors import LedgerCorruptError, LedgerError, LedgerFormatError
from blocker.evidence import head_copies, renewal
from blocker.evidence.ledger import TRACES
from blocker.evidence.reading import LedgerReader
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb, Row

_STEP = 64
"""Entries read one by one around a place that can't be read."""

_MOST_STEPS = 1_000
"""After so many of them without an entry, nothing more is looked for."""


class Held(NamedTuple):
    """An entry as it is there."""

    n: int
    link: str
    """Its line, without LF."""
    content: bytes | None
    """None where it was erased, and where it isn't the one that the link names."""
    erased: bool
    """Whether there is none, which is as it should be or not: only all erasures together tell."""
    verifies: bool
    """Whether all links up to it follow each other."""


class KeptLedger:
    """One of them."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        self._path = folder / ledger_db.FILE
        self._copies = folder / head_copies.FILE

    async def walk(self) -> AsyncIterator[list[Held]]:
        """Its entries in order of number, as far as they can be read, a chunk at a time.

        Raises:
            LedgerError: it can't be opened.
        """
        copied, _ = head_copies.read_copies(self._copies)
        heads: dict[int, set[str]] = {}
        for copy in copied:
            heads.setdefault(copy.head.n, set()).add(copy.head.sha256)
        walk = _Walk(heads)
        db = await LedgerDb.open(self._path, read_only=True, unguarded=True)
        try:
            async for rows in _all_rows(db, max(heads, default=0)):
                yield list(walk.through(rows))
        finally:
            await db.close()

    async def span(self) -> tuple[datetime, datetime] | None:
        """When its first and its last content were recorded, as far as that can be read; None where it can't."""
        with suppress(LedgerError):
            db = await LedgerDb.open(self._path, read_only=True, unguarded=True)
            try:
                times = await db.times()
                return None if times is None else (parse_time(times[0]), parse_time(times[1]))
            finally:
                await db.close()
        return None

    async def remove(self, numbers: Collection[int], rewrite_up_to: int | None = None) -> str:
        """Remove contents, their links staying, and leave nothing of them; what stands against that, else nothing.

        Args:
            numbers: of the entries; most of them may be without content already.
            rewrite_up_to: as for `Ledger.tidy`. Writing a large file anew keeps the disk from the records of calls.

        Raises:
            LedgerError: it is too damaged for that, or can't be written.
        """
        db = await LedgerDb.open(self._path, read_only=True, unguarded=True)
        try:
            there = await db.kinds(numbers)
        finally:
            await db.close()
        cut_off = ledger_db.size(self._path.with_name(f"{self._path.name}-wal")) > 0  # between removing and the rest
        if not there and not cut_off and rewrite_up_to is not None:
            return ""
        db = await LedgerDb.open(self._path, unguarded=True)
        try:
            await db.drop(there)
            try:
                whole = rewrite_up_to == 0 or await db.rewrite(rewrite_up_to)
                emptied = await db.empty_log()
            except LedgerError as error:
                raise LedgerError(f"its contents are gone, but perhaps not all traces in the file ({error})") from error
            if not emptied:
                raise LedgerError(f"another program is reading {self._path}, so that its log still holds them")
        finally:
            await db.close()
        return "" if whole else TRACES


def kept_ledgers(directory: Path) -> list[KeptLedger]:
    """Those in a data directory, oldest first."""
    return [KeptLedger(folder) for folder in renewal.kept(directory)]


class Left(NamedTuple):
    """A ledger that could not go on, beside the one that followed it."""

    folder: Path
    taken_over: bool
    """Whether what holds of it is in the present ledger."""
    erased: frozenset[int]
    """Entries whose contents went from it, since what was taken over from them was erased."""


async def kept_beside(directory: Path) -> list[Left]:
    """The ledgers that could not go on, oldest first; the present one needn't hold, nor be readable."""
    folders, gone, ended = renewal.kept(directory), dict[str, set[int]](), frozenset[str]()
    with suppress(LedgerError):
        if folders:
            told = await _entries(directory, {EntryKind.LEDGER_TAKEN_OVER, EntryKind.ERASURE})
            gone, ended = gone_there(told), whole(told)
    return [Left(path, path.name in ended, frozenset(gone.get(path.name, ()))) for path in folders]


async def left_out(directory: Path, zone: tzinfo) -> list[str]:
    """What isn't in the present ledger since it is in the one before: for whoever is shown what there is.

    Raises:
        LedgerError: the present ledger can't be read.
    """
    if not renewal.kept(directory) or not ledger_db.is_there(directory / ledger_db.FILE):
        return []
    before = before_of(await _entries(directory, BEFORE), zone)
    return [] if before is None or before.taken_over else [before.sentence]


async def _entries(directory: Path, kinds: Collection[str]) -> list[Numbered]:
    opened = await LedgerReader.open(directory)
    try:
        return [(entry.n, entry.content) async for entry in opened.entries(kinds)]
    finally:
        await opened.close()


class _Walk:
    """Goes along the links and sees how far they follow each other."""

    def __init__(self, heads: dict[int, set[str]]) -> None:
        """`heads` are the sums of the copied ones, by number."""
        self._heads, self._head, self._follows = heads, EMPTY, True

    def through(self, rows: Sequence[Row]) -> Iterator[Held]:
        for row in rows:
            if not 0 < row.n <= MAX_INTEGER:  # a number that no entry can have
                self._follows = False
                continue
            yield self._held(row)

    def _held(self, row: Row) -> Held:
        try:
            link = parse_link(row.line)
        except LedgerFormatError:
            link = None
        follows = link is not None and (link.n, link.n, link.prev) == (row.n, self._head.n + 1, self._head.sha256)
        self._head = Head(row.n, sha256_hex(row.line))
        self._follows = self._follows and follows and self._heads.get(row.n, set()) <= {self._head.sha256}
        names = link.content_sha256 if link is not None and link.n == row.n else ""
        content = row.content if row.content is not None and sha256_hex(row.content) == names else None
        return Held(row.n, row.line[:-1].decode("latin-1"), content, row.content is None, self._follows)


async def _all_rows(db: LedgerDb, at_least: int) -> AsyncIterator[list[Row]]:
    """All rows that can be read; around what can't, one by one."""
    after, nothing_since, last = 0, 0, at_least
    with suppress(LedgerError):
        last = max([last, *(row.n for row in await db.tail(1))])
    while nothing_since < _MOST_STEPS:
        try:
            async for rows in db.walk(after):
                yield rows
                after, nothing_since = rows[-1].n, 0
        except LedgerCorruptError:
            if rows := [row for n in range(after + 1, after + 1 + _STEP) if (row := await _row(db, n))]:
                yield rows
            after, nothing_since = after + _STEP, 0 if rows else nothing_since + 1
            if after < last:
                continue
        return


async def _row(db: LedgerDb, n: int) -> Row | None:
    """An entry by itself; None where its link is gone. A content that can't be read is one that no link names."""
    try:
        line = (await db.lines([n])).get(n)
    except LedgerCorruptError:
        line = None
    if line is None:
        return None
    try:
        found = [content async for chunk in db.contents_of([n]) for _, content in chunk]
    except LedgerCorruptError:
        return Row(n, line, b"")
    return Row(n, line, found[0] if found else None)
