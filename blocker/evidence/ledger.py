"""The ledger as its one writer has it: entries go in, and are durable when that returns.

Decides the order of entries, that many waiting ones are written as one batch (group commit), and what is looked at
before a ledger is written to. Doesn't decide what an entry says (`core/record.py`), nor what happens to a call whose
record could not be made (it rings; `screening.py`). The format is `docs/spec/evidence-ledger.md`.

Theory of operation. `append` puts its contents in a queue; one task takes all that waits, links it, and hands it to
SQLite as one statement that commits by itself. While the disk works, the next batch gathers. The state in memory (head,
last) changes only after the commit. When a batch fails, its waiters get the error and nobody else, and before the next
batch the file is asked what it holds, since after an error of a disk only the file can know.
"""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from blocker.core.entry import EMPTY, VERSION, EntryKind, Head, canonical, check_common, link_line, parse, sha256_hex
from blocker.core.erasure import NEVER_ERASED, Counts, erasure
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError, UsageError
from blocker.evidence import head_copies, posture
from blocker.evidence.head_copies import HeadCopy
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

__all__ = ["Head", "Ledger"]

MAX_BATCH = 1_000
"""Entries in one batch, beyond which further waiters get the next one. Also the most that one `append` may add."""


MAX_ERASED = 200
"""Entries that one erasure names: few enough that a call which has to be recorded meanwhile doesn't wait for long."""

TRACES = (
    "the ledger is too large to be written anew while calls come in, so that traces of what was erased may lie in its "
    "unused space (to be rid of them: stop the service, run blocker erase --due, start it again)"
)

TRIES, PAUSE_SECONDS = 10, 0.2
"""How often, and how far apart, a reader is waited for that keeps SQLite's log from being emptied."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Waiting:
    contents: list[dict[str, Any]]
    lines: list[bytes]
    durable: asyncio.Future[int]
    erases: frozenset[int] = frozenset()
    """Entries whose contents go with it. Then it is written alone."""
    last_n: int = 0


class Ledger:
    """An open ledger; make one with `open`. One for each data directory, in one event loop."""

    def __init__(self, db: LedgerDb, copies: Path, now: Callable[[], datetime]) -> None:
        self._db = db
        self._copies = copies
        self._now = now
        self._head = EMPTY
        self._last: dict[str, Any] | None = None
        self._in_step = False  # whether _head and _last are known to be what the file holds
        self._queue: list[_Waiting] = []
        self._writer: asyncio.Task[None] | None = None
        self._copying = asyncio.Lock()
        self._turn = asyncio.Lock()  # whoever works on the file
        self._closed = False

    @classmethod
    async def open(cls, directory: Path, *, now: Callable[[], datetime] = _utc_now) -> Self:
        """Open a directory's ledger, or begin one where there never was any.

        Looks at the last entries and at every copy of the head, which is fast; `verify` looks at all.

        Args:
            directory: the data directory, which exists and which nobody else writes to.
            now: the clock for the copies of the head; aware.

        Raises:
            LedgerFormatError: made by a newer program, or no ledger.
            LedgerCorruptError: it doesn't hold together, is cut short, or is gone while copies of its head are there.
            LedgerError: the files can't be opened.
        """
        path = directory / ledger_db.FILE
        copies = posture.read_copies(directory)
        looked_at = False
        if not await ledger_db.is_begun(path):
            posture.refuse_if_gone(path, copies)
        else:
            with suppress(LedgerFormatError):  # of an older program, and converted below; or an error there too
                await posture.refuse_if_unfit(path, copies)  # by a reader, so that one which isn't fit stays as it is
                looked_at = True
        db = await LedgerDb.open(path)
        try:
            if not looked_at:
                await posture.refuse_if_unfit(path, copies)
            ledger = cls(db, directory / head_copies.FILE, now)
            await ledger._get_in_step()
        except BaseException:
            await db.close()
            raise
        return ledger

    @property
    def head(self) -> Head:
        """The last link that is durable."""
        return self._head

    @property
    def last(self) -> dict[str, Any] | None:
        """The content of the last durable entry; None if there is none or it was erased."""
        return self._last

    async def append(self, *contents: Mapping[str, Any]) -> int:
        """Add entries, all or none, next to each other; on return they are on the disk. Returns the last one's number.

        `v` is filled in where it isn't there, `salt` always. Once this has begun, cancelling it only stops the waiting:
        the entries are written all the same.

        Raises:
            LedgerFormatError: a content that no ledger could take, such as one with a float; trying again won't help.
            LedgerWriteError: nothing of this call was added; a later one may succeed.
        """
        if self._closed:
            raise LedgerWriteError("the ledger is closed")
        if len(contents) > MAX_BATCH:
            raise LedgerWriteError(f"{len(contents)} entries at once are too many (add {MAX_BATCH} at a time)")
        if not contents:
            return self._head.n
        return await self._queued(contents)

    async def erase(
        self,
        numbers: Collection[int],
        why: str,
        by: str,
        attachments: Collection[str] = (),
        *,
        counts: Counts | None = None,
    ) -> int:
        """Remove contents and say so in an entry, all or nothing; on return that is on the disk. Returns its number.

        What was erased before is passed over. `tidy` then sees to what may be left in the files' unused parts.

        Args:
            numbers: of entries, MAX_ERASED at most.
            why: the reason.
            by: who asked.
            attachments: sums of files that go with them.
            counts: the calls among them.

        Raises:
            UsageError: an entry is of a kind that is never erased, or none of them has a content.
            LedgerWriteError: nothing was erased.
        """
        if self._closed:
            raise LedgerWriteError("the ledger is closed")
        if len(numbers) > MAX_ERASED:
            raise LedgerWriteError(f"{len(numbers)} entries at once are too many (erase {MAX_ERASED} at a time)")
        kinds = await self._db.kinds(numbers)
        for n, kind in kinds.items():
            if kind in NEVER_ERASED:
                raise UsageError(f"entry {n}, “{kind}”, is never erased: {NEVER_ERASED[EntryKind(kind)]}")
        if not kinds:
            raise UsageError("none of these entries has a content that could be erased")
        content = erasure(self._now(), kinds, attachments=attachments, counts=counts or {}, why=why, by=by)
        return await self._queued([content], frozenset(kinds))

    async def tidy(self, rewrite_up_to: int | None = None) -> str:
        """After erasing: leave nothing of it in the files' unused parts. Returns what stands against it, else nothing.

        While the file is written anew nothing can be recorded, so that a call which was to be turned away rings.

        Args:
            rewrite_up_to: bytes of a file that is written anew; 0 never does it and says nothing of that, None always.

        Raises:
            LedgerError: it can't be done, for instance on a full disk.
        """
        whole = rewrite_up_to == 0
        if not whole:
            async with self._turn:
                whole = await self._db.rewrite(rewrite_up_to)
        for _ in range(TRIES):
            async with self._turn:
                if await self._db.empty_log():
                    break
            await asyncio.sleep(PAUSE_SECONDS)
        else:
            return (
                "another program is reading the ledger, so that SQLite's log still holds what was erased "
                "(it goes with the next erasure, or when the service stops)"
            )
        return "" if whole else TRACES

    async def _queued(self, contents: Collection[Mapping[str, Any]], erases: frozenset[int] = frozenset()) -> int:
        salted = [{"v": VERSION, **content, "salt": secrets.token_hex(16)} for content in contents]
        loop = asyncio.get_running_loop()
        waiting = _Waiting(salted, [_line(content) for content in salted], loop.create_future(), erases)
        self._queue.append(waiting)
        if self._writer is None or self._writer.done():
            self._writer = loop.create_task(self._write_queue(), name="ledger writer")
        return await waiting.durable

    async def copy_head(self, event: str) -> None:
        """Write the present head to the file beside the ledger, durably: at each `start`, `stop` and `seal`.

        Raises:
            LedgerWriteError: it could not be written.
        """
        async with self._copying:
            copy = HeadCopy(event, self._head, self._now())
            await asyncio.to_thread(head_copies.append_copy, self._copies, copy)

    async def close(self) -> None:
        """Write what waits, then close the file; further entries are refused. Doing it twice is fine."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._writer is not None:
                await asyncio.wait([self._writer])  # unlike `await`, doesn't cancel the writer along with us
        finally:
            await self._db.close()

    async def abandon(self) -> None:
        """Close it and write no further byte to it: what waits is refused, and SQLite's log stays as it is."""
        self._closed = True
        waiting, self._queue = self._queue, []
        _tell(waiting, "the ledger was found not to hold, and nothing is added to it")
        if self._writer is not None:
            await asyncio.wait([self._writer])
        await self._db.let_go()

    async def _write_queue(self) -> None:
        while self._queue:
            batch = self._take_batch()
            failure = "the ledger's writer was stopped"
            try:
                async with self._turn:
                    await self._write(batch)
                failure = ""
            except LedgerError as error:
                failure = str(error)
            finally:
                _tell(batch, failure)
            if not self._queue and not self._closed:
                with suppress(LedgerError):  # everything is on the disk already, only not where it will be in the end
                    async with self._turn:
                        await self._db.fold_log()

    def _take_batch(self) -> list[_Waiting]:
        size, taken = len(self._queue[0].lines), 1
        alone = bool(self._queue[0].erases)
        while not alone and taken < len(self._queue) and size + len(self._queue[taken].lines) <= MAX_BATCH:
            if self._queue[taken].erases:
                break
            size += len(self._queue[taken].lines)
            taken += 1
        batch, self._queue = self._queue[:taken], self._queue[taken:]
        return batch

    async def _write(self, batch: list[_Waiting]) -> None:
        if not self._in_step:
            await self._get_in_step()
        head, rows = self._head, []
        for waiting in batch:
            for content in waiting.lines:
                line = link_line(head.n + 1, head.sha256, sha256_hex(content))
                head = Head(head.n + 1, sha256_hex(line))
                rows.append((head.n, line, content))
            waiting.last_n = head.n
        self._in_step = False
        if erases := batch[0].erases:
            await self._db.erase(erases, rows[0])
        else:
            await self._db.append(rows)
        self._head, self._last, self._in_step = head, batch[-1].contents[-1], True

    async def _get_in_step(self) -> None:
        head, last = EMPTY, None
        for row in await self._db.tail(1):
            head = Head(row.n, sha256_hex(row.line))
            last = None if row.content is None else _content(row.n, row.content)
        self._head, self._last, self._in_step = head, last, True


def _tell(batch: list[_Waiting], failure: str) -> None:
    for waiting in batch:
        if waiting.durable.done():  # cancelled: nobody waits any more
            continue
        if failure:
            waiting.durable.set_exception(LedgerWriteError(failure))
        else:
            waiting.durable.set_result(waiting.last_n)


def _line(content: dict[str, Any]) -> bytes:
    try:
        check_common(content)
        return canonical(content)
    except LedgerFormatError as error:
        raise LedgerFormatError(f"a content can't be written: {error}") from error


def _content(n: int, line: bytes) -> dict[str, Any]:
    try:
        return parse(line)
    except LedgerFormatError as error:
        raise LedgerFormatError(f"the content of entry {n} of the ledger {error}") from error
