"""How late the event loop gets: a stand-in for calls that come in all the time."""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

LONGEST_STALL = 0.025
"""Seconds by which other work may delay a decision."""

TRIES = 2
"""A virtual machine may stand still by itself, hardly twice; what the program does wrong, it does every time."""


class Watch:
    """Does something small every millisecond, as calls would, and notes the longest delay.

    Time in which this thread could run but the kernel let other programs run is taken off: a busy machine is not what
    is tested. Waiting for the interpreter's lock, for the disk or for our own callbacks stays in.
    """

    def __init__(self, each: Callable[[], object]) -> None:
        self.each = each
        self.longest = 0.0

    async def run(self) -> None:
        path = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        with path.open("rb", buffering=0) as schedstat:  # noqa: ASYNC230  (not a file on any disk)

            def waited_for_the_processor() -> float:
                return int(os.pread(schedstat.fileno(), 100, 0).split()[1]) / 1e9

            while True:
                queued, due = waited_for_the_processor(), time.perf_counter() + 0.001
                await asyncio.sleep(0.001)
                self.each()
                late = time.perf_counter() - due
                self.longest = max(self.longest, late - (waited_for_the_processor() - queued))


@contextlib.asynccontextmanager
async def watching(each: Callable[[], object]) -> AsyncIterator[Watch]:
    """While this is open, `each` is done."""
    watch = Watch(each)
    task = asyncio.create_task(watch.run())
    try:
        yield watch
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
