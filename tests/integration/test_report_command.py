"""Promises about `blocker report`: of which weeks it tells, and what it says of a ledger that doesn't verify."""

import argparse
import json
from datetime import datetime
from pathlib import Path

import pytest
from fakes.entries import Told, local
from fakes.ledgers import tamper

from blocker import actions
from blocker.commands import NO, OK, report
from blocker.config import load_config
from blocker.core.verdict import Reason
from blocker.errors import UsageError
from blocker.evidence.ledger import Ledger

NAMES = ("report.md", "report.json", "calls.csv")
DURING, AFTER = local("2026-11-19 07:00:00.500"), local("2026-11-24 09:00")


def a_week() -> Told:
    """A refused call on Tuesday, and the service stopped on Wednesday evening."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    told.stopped("2026-11-18 18:00")
    return told


async def keep(told: Told, folder: Path) -> None:
    """Put a ledger where the configuration says, beside the configuration."""
    (folder / "data").mkdir()
    ledger = await Ledger.open(folder / "data")
    for entry in told.all():
        await ledger.append({key: value for key, value in entry.content.items() if key != "salt"})
    await ledger.close()
    (folder / "blocker.toml").write_text(
        f'region = "BE"\ntime_zone = "Europe/Brussels"\ndata_dir = "{folder / "data"}"\n', encoding="utf-8"
    )


async def reported(
    folder: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, week: str | None = "2026-W47", out: str = "out"
) -> int:
    """Make a report at a time; returns the exit status."""

    class Then:
        def now(self) -> datetime:
            return now

    monkeypatch.setattr(report, "SystemClock", Then)
    config = load_config(folder / "blocker.toml", {}, actions.names())
    return await report.run(config, argparse.Namespace(week=week, out=folder / out, lang=None))


@pytest.mark.parametrize(
    ("now", "week", "complete"),
    [
        (local("2026-11-22 23:59:59.999"), "2026-W48", "2026-W46"),
        (local("2026-11-23 00:00"), "2027-W01", "2026-W47"),
        (local("2026-01-02 12:00"), "2026-W48", "2026-W46"),  # the ledger ends in 2026-W47
    ],
)
async def test_a_week_that_hasnt_begun_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, week: str, complete: str
) -> None:
    """By the household's calendar, or by the ledger's where a demonstration is ahead of it; no file is written."""
    await keep(a_week(), tmp_path)
    with pytest.raises(UsageError, match=f"{week} hasn't begun; the last complete week is {complete}"):
        await reported(tmp_path, monkeypatch, now, week)
    assert not (tmp_path / "out").exists()


async def test_a_week_that_isnt_over_says_so_and_claims_nothing_of_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time after a stop ends now, not on Sunday."""
    await keep(a_week(), tmp_path)
    assert await reported(tmp_path, monkeypatch, DURING) == OK
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert "**This week isn't over:** made on Thu 2026-11-19 07:00:00 +01:00." in text.partition("\n## ")[0]
    made = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert made["made_on"] == "2026-11-19T07:00:00.500+01:00"
    assert made["gaps"]["listed"][0]["until"] == made["made_on"]


async def test_once_the_week_is_over_the_time_of_making_doesnt_show(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From its very end on: the same ledger, the same bytes; and it is the week that is reported of unasked."""
    await keep(a_week(), tmp_path)
    assert await reported(tmp_path, monkeypatch, local("2026-11-23 00:00"), out="one") == OK
    assert await reported(tmp_path, monkeypatch, AFTER, week=None, out="two") == OK
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    assert "isn't over" not in (tmp_path / "one" / "report.md").read_text(encoding="utf-8")


async def test_a_ledger_that_doesnt_verify_makes_no_evidence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The report is made, says in its first line what doesn't hold, each time alike; the exit status is 1."""
    await keep(a_week(), tmp_path)
    assert await reported(tmp_path, monkeypatch, AFTER, out="before") == OK
    assert json.loads((tmp_path / "before" / "report.json").read_bytes())["ledger"]["fault"] is None
    tamper(
        tmp_path / "data",
        """UPDATE contents SET content = replace(content, '"number":"+3225550345"', '"number":"+3225550346"')""",
    )
    capsys.readouterr()
    assert await reported(tmp_path, monkeypatch, AFTER, out="one") == NO
    assert "The ledger doesn't verify (entry 2: " in capsys.readouterr().err
    first = (tmp_path / "one" / "report.md").read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("**The ledger doesn't verify (entry 2: ")
    assert first.endswith("). This is no evidence.**")
    assert json.loads((tmp_path / "one" / "report.json").read_bytes())["ledger"]["fault"].startswith("entry 2: ")
    assert await reported(tmp_path, monkeypatch, AFTER, out="two") == NO
    for name in NAMES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
