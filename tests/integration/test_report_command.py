"""Promises about `blocker report`: of which weeks it tells, and what it says of a ledger that doesn't verify."""

import argparse
import json
import sys
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
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    now: datetime,
    week: str | None = "2026-W47",
    out: str = "out",
    *,
    verify_all: bool = False,
) -> int:
    """Make a report at a time; returns the exit status."""

    class Then:
        def now(self) -> datetime:
            return now

    monkeypatch.setattr(report, "SystemClock", Then)
    config = load_config(folder / "blocker.toml", {}, actions.names())
    return await report.run(config, argparse.Namespace(week=week, out=folder / out, lang=None, verify_all=verify_all))


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


async def test_a_terminal_is_told_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Per cent of the year and of the week, on one line that is empty in the end; nothing of it where nobody looks."""
    await keep(a_week(), tmp_path)
    assert await reported(tmp_path, monkeypatch, AFTER) == OK
    assert "%" not in capsys.readouterr().err
    monkeypatch.setattr(report, "BETWEEN_SECONDS", 0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert await reported(tmp_path, monkeypatch, AFTER) == OK
    drawn = capsys.readouterr().err.split("\r")
    assert "counting the year:  50%" in drawn
    assert "counting the year: 100%" in drawn
    assert any(text.startswith("reading the week: ") for text in drawn)
    assert "checking the ledger" in drawn
    assert "\n" not in "".join(drawn[: drawn.index("checking the ledger")])
    assert set("".join(drawn[drawn.index("checking the ledger") + 1 :]).partition("note:")[0]) <= {" "}


async def test_a_week_that_was_verified_lately_is_checked_without_the_older_entries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was changed before it is found by `--verify-all`; the report says when the whole was last verified."""
    await keep(a_week(), tmp_path)
    ledger = await Ledger.open(tmp_path / "data", now=lambda: local("2026-11-22 03:10"))
    await ledger.copy_head("verified")
    await ledger.close()
    tamper(tmp_path / "data", "UPDATE contents SET content = replace(content, '0.1.0', '0.1.1') WHERE n = 1")
    assert await reported(tmp_path, monkeypatch, AFTER) == OK
    assert "the whole ledger was found to verify on 2026-11-22 03:10" in capsys.readouterr().out
    assert await reported(tmp_path, monkeypatch, AFTER, verify_all=True) == NO
    assert "The ledger doesn't verify (entry 1: " in capsys.readouterr().err
