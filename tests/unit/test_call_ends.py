"""Promises about how the ends of calls are found beside the reading: each, however late, once."""

from pathlib import Path

import pytest
from fakes.entries import local, screened
from fakes.ledgers import chained, lay_out

from blocker.core.ended import CallEnd, Ended, call_ended
from blocker.evidence.reading import LedgerReader
from blocker.filing import call_ends
from blocker.filing.call_ends import Ends

AT, UNTIL = local("2026-11-17 09:00"), local("2026-11-18 09:00")


@pytest.mark.parametrize(("ahead", "in_hand"), [(2_000, 10_000), (3, 10_000), (0, 1), (40, 2)])
async def test_every_end_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ahead: int, in_hand: int) -> None:
    """Those that follow at once, those of long calls, one after the span, and none for a call that hasn't ended.

    So it is however far is read ahead, and however few are kept.
    """
    monkeypatch.setattr(call_ends, "AHEAD", ahead)
    monkeypatch.setattr(call_ends, "IN_HAND", in_hand)
    calls = [f"{n:04x}" for n in range(20)]
    ends = {call: CallEnd(call, "ANSWERED", n, n + 5, "caller") for n, call in enumerate(calls) if n != 7}
    long, last = ends.pop(calls[2]), ends.pop(calls[3])
    contents = [screened(AT, call) for call in calls[:4]]
    for call in calls[4:]:
        contents += [screened(AT, call), *[call_ended(AT, ends[call]) for _ in [0] if call in ends]]
    contents += [call_ended(AT, ends[call]) for call in calls[:2]]
    contents += [call_ended(AT, long), call_ended(UNTIL, last)]
    await lay_out(tmp_path, chained(contents))
    ledger = await LedgerReader.open(tmp_path)
    found: dict[str, Ended] = {}
    try:
        asked = Ends(ledger, len(contents) + 1, AT, UNTIL)
        numbers = [n for n, content in enumerate(contents, 1) if content["kind"] == "call-screened"]
        for at in range(0, 20, 5):
            found |= await asked.of(set(calls[at : at + 5]), numbers[at + 4])
        await asked.aclose()
    finally:
        await ledger.close()
    assert {call: end.seconds_talked for call, end in found.items()} == {
        call: n for n, call in enumerate(calls) if n != 7
    }
