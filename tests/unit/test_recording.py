"""Entries on their way to a ledger that is given up meanwhile."""

import asyncio
from typing import Any

import pytest
from fakes.clock import StandingClock
from fakes.ledger import MemoryLedger

from blocker.errors import LedgerWriteError
from blocker.recording import Recorder


def entry(i: int) -> dict[str, Any]:
    return {"v": 1, "kind": "outcome", "at": "2026-11-22T04:12:29.123Z", "call": f"{i:016x}"}


@pytest.mark.parametrize("fault", ["", "the ledger is closed"])
async def test_a_ledger_that_was_given_up_says_nothing_of_the_next(fault: str) -> None:
    """What it took or refused late mends no fault and makes none; what it refused goes to the next one, in order."""
    old, new = MemoryLedger(), MemoryLedger()
    old.stalled = asyncio.Event()
    recorder = Recorder(old, StandingClock())
    late = asyncio.ensure_future(recorder.durable(entry(1)))
    recorder.later(entry(2))
    writing = asyncio.ensure_future(recorder.flush())
    await asyncio.sleep(0)
    recorder.detach("it doesn't hold")
    recorder.later(entry(3))
    old.fault = fault
    old.stalled.set()
    assert isinstance(*await asyncio.gather(late, return_exceptions=True), LedgerWriteError if fault else int)
    assert await writing is False
    assert recorder.problem == "it doesn't hold"
    with pytest.raises(LedgerWriteError, match="it doesn't hold"):
        await recorder.durable(entry(4))
    recorder.attach(new)
    assert await recorder.flush()
    assert recorder.problem == ""
    assert [one["call"][-1] for one in (*old.entries, *new.entries)] == (["2", "3"] if fault else ["1", "2", "3"])
    await recorder.close()
