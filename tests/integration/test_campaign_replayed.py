"""Campaigns in a week that was replayed over a real socket, read out of its real ledger."""

import asyncio
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from blocker.core.campaign_signs import Sure, Why
from blocker.evidence.reading import LedgerReader
from blocker.filing.campaign_search import campaigns_between

YEAR = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)


async def test_the_demonstrations_week(tmp_path: Path) -> None:
    """The week of the demonstration holds one campaign: two numbers beside each other, for the same company."""
    command = [sys.executable, "-m", "blocker", "demo", "--data-dir", str(tmp_path / "demo")]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    ledger = await LedgerReader.open(tmp_path / "demo")
    try:
        found = await campaigns_between(ledger, *YEAR)
        again = await campaigns_between(ledger, *YEAR)
        none = await campaigns_between(ledger, YEAR[1], YEAR[1])
    finally:
        await ledger.close()
    assert found == again
    assert none == []
    (one,) = found
    assert one.sure is Sure.LIKELY
    assert {Why.BLOCK_OF_10, Why.SAID_COMPANY, Why.UNWANTED} <= {sign.why for sign in one.signs}
    assert {"+3225550345", "+3225550346"} <= {part.number for part in one.told}
    assert "+32475550199" not in {part.number for part in one.told}, "the household's own daughter"
