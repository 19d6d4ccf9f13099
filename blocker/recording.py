"""Getting entries into the ledger: now and durably, or soon; and saying so when some could not be written.

Decides when an entry is written, and what is kept in memory while the disk can't take it. Doesn't decide what an entry
says (`core/record.py`) nor how it is chained (`evidence/ledger.py`). Nothing that was written is ever touched again.

Whether the clock was set is looked at with each entry, and told before it: so nothing wakes up for that between calls.
"""

import asyncio
from collections import deque
from typing import Any

import structlog

from blocker.core import record
from blocker.core.entry import EntryKind
from blocker.core.ports import Clock, LedgerWriter
from blocker.core.record import Content
from blocker.core.timekeeping import Steps, clock_changed
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError

MAX_WAITING = 10_000
"""Entries kept in memory while the disk can't take them: months of a household's calls, some 10 MB."""

RETRY_SECONDS = 5.0
"""How long to wait before the disk is tried again; only while something waits, so that an idle service sleeps."""

_CALLS = frozenset({EntryKind.CALL_SCREENED})

MAX_BATCH = 500
"""Entries handed over at once, so that a blocked call which needs its record now never waits behind thousands."""


class Recorder:
    """The one way to the ledger for everything in this process."""

    def __init__(self, ledger: LedgerWriter | None, clock: Clock, *, fault: str = "") -> None:
        """`ledger` is None where it could not be opened; then `fault` says why, and every call rings."""
        self._ledger = ledger
        self._clock = clock
        self._fault = fault
        self._waiting: deque[Content] = deque()
        self._wakeup = asyncio.Event()
        self._failing_since = self._lost_since = clock.now()
        self._steps = Steps(self._failing_since, clock.elapsed())
        self._lost = 0
        """Calls whose records had to be given up and that no gap entry has told of yet."""
        self._writer: asyncio.Task[None] | None = None
        self._flushing = asyncio.Lock()
        self._log = structlog.get_logger("recording")

    @property
    def problem(self) -> str:
        """Why records can't be written at present; empty while all is well."""
        return self._fault

    def attach(self, ledger: LedgerWriter) -> None:
        """Use a ledger that could be opened after all; what waited is written to it."""
        self._ledger = ledger
        self._recovered()
        self._wakeup.set()

    def detach(self, fault: str) -> None:
        """Write to its ledger no more, for the reason given; until another is attached, calls ring and entries wait."""
        self._ledger = None
        self._failed(fault)

    @property
    def waiting(self) -> int:
        """How many entries wait in memory for the disk."""
        return len(self._waiting)

    async def durable(self, *contents: Content) -> int:
        """Write entries now; on return they are on the disk. Returns the last one's number.

        Raises:
            LedgerWriteError: they are not, and nothing of them is kept.
            LedgerFormatError: no ledger could take them.
        """
        if (ledger := self._ledger) is None:
            raise LedgerWriteError(self._fault)
        clock = self._clock_changed()
        try:
            number = await ledger.append(*clock, *contents)
        except LedgerFormatError:
            self._waiting.extendleft(clock)
            raise  # the fault is in the entry; the ledger is well
        except LedgerError as error:
            self._waiting.extendleft(clock)
            if ledger is self._ledger:
                self._failed(str(error))
            raise
        if self._fault and ledger is self._ledger:  # that one which was given up still took it says nothing
            self._recovered()
            self._wakeup.set()
        return number

    def later(self, content: Content) -> None:
        """Write an entry as soon as the disk takes it; never waits, never raises."""
        if len(self._waiting) >= MAX_WAITING:
            self._give_up(self._waiting.popleft())
        self._waiting.extend((*self._clock_changed(), content))
        self._wakeup.set()
        self._see_to_it()

    async def flush(self) -> bool:
        """Write what waits now; False where the disk can't take it, and it goes on waiting."""
        async with self._flushing:
            return await self._flush()

    async def close(self) -> None:
        """Write what still waits, once more at most; what remains is lost, and the log says how much."""
        written = await self.flush()  # waits for a batch that is on its way, which must not be cut off
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        if not written and self._waiting:
            self._log.error("entries lost at stop", entries=len(self._waiting), why=self._fault)

    async def _write_waiting(self) -> None:
        while True:
            await self._wakeup.wait()
            self._wakeup.clear()
            if not await self.flush():
                await asyncio.sleep(RETRY_SECONDS)
                self._wakeup.set()

    async def _flush(self) -> bool:
        """Write what waits; False where the disk can't take it. What isn't durable goes back in front of the queue."""
        size = MAX_BATCH
        while (ledger := self._ledger) and (self._waiting or self._lost):  # it may be given up meanwhile
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), size))]
            gap, told = self._gap(), self._lost
            try:
                await ledger.append(*gap, *batch)
            except LedgerFormatError:
                if len(batch) == 1:  # a fault of ours, which must not hold up the others for ever
                    self._log.error("an entry can't be written and is lost", content=repr(batch[0]))
                    self._give_up(batch.pop())
                self._waiting.extendleft(reversed(batch))
                size = 1  # one by one, to find which it is
            except LedgerError as error:
                self._waiting.extendleft(reversed(batch))
                if ledger is self._ledger:
                    self._failed(str(error))
                    return False
            except BaseException:
                self._waiting.extendleft(reversed(batch))
                raise
            else:
                self._lost -= told
                if ledger is self._ledger:
                    self._recovered()
        return ledger is not None

    def _clock_changed(self) -> list[Content]:
        """The entry that tells that the clock was set, where it was since the last entry."""
        step = self._steps.look(self._clock.now(), self._clock.elapsed())
        if step is None:
            return []
        self._log.warning("the clock was set", before=step.before.isoformat(), after=step.after.isoformat())
        return [clock_changed(step)]

    def _give_up(self, content: Content) -> None:
        """Count what is lost, since when; the next entry that is written tells of it."""
        if not self._lost:
            self._lost_since = self._clock.now()
        self._lost += content.get("kind") in _CALLS

    def _gap(self) -> list[dict[str, Any]]:
        if not self._lost:
            return []
        now = self._clock.now()
        why = "records of calls were lost: the disk couldn't take them, and there were too many to keep in memory"
        return [record.gap(now, since=self._lost_since, until=now, why=why, calls_lost=self._lost)]

    def _failed(self, why: str) -> None:
        if not self._fault:
            self._failing_since = self._clock.now()
            self._log.error("records can't be written; calls ring until they can", why=why)
        self._fault = why
        self._wakeup.set()
        self._see_to_it()

    def _recovered(self) -> None:
        if self._fault:
            self._log.warning("records can be written again", since=self._failing_since.isoformat())
        self._fault = ""

    def _see_to_it(self) -> None:
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write_waiting())
