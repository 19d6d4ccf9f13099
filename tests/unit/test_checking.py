"""Promises about the check beside a report: what it looks at, and that nothing wrong in that passes."""

import hashlib
import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import local
from fakes.ledgers import chained, content, lay_out, tamper

from blocker.core.entry import format_time
from blocker.errors import LedgerError, LedgerFormatError
from blocker.evidence import checking
from blocker.evidence.checking import Checked, Wanted, check, check_apart
from blocker.evidence.verify import verify

VERIFIED_AT = datetime(2026, 11, 21, 2, 10, tzinfo=UTC)
NOW = VERIFIED_AT + timedelta(days=2)
DAYS = 30
VERIFIED = 20
"""The entry whose link was the head then; the week of the report begins with entry 15."""


async def a_ledger(folder: Path) -> None:
    """An entry each day since 1 November; all up to the twentieth were found to verify."""
    days = [local(f"2026-11-{day:02}T12:00") for day in range(1, DAYS + 1)]
    await lay_out(folder, chained(content(f"c{n}", at=format_time(day)) for n, day in enumerate(days, 1)))
    copied(folder, VERIFIED)


def copied(folder: Path, n: int, at: datetime = VERIFIED_AT, event: str = "verified") -> None:
    """The head copied when it was entry `n`."""
    database = sqlite3.connect(folder / "ledger.sqlite3")
    ((line,),) = database.execute("SELECT line FROM links WHERE n = ?", [n])
    database.close()
    sum_of_line = hashlib.sha256(f"{line}\n".encode()).hexdigest()
    with (folder / "ledger-heads.txt").open("a", encoding="ascii") as file:
        file.write(f"{event} {n} {sum_of_line} {format_time(at)}\n")


def wanted(folder: Path, **other: Any) -> Wanted:
    """A check for the report of the days from the fifteenth on."""
    usual: dict[str, Any] = {
        "directory": folder,
        "since": local("2026-11-15"),
        "until": local("2026-11-22"),
        "now": NOW,
    }
    return Wanted(**usual | other)


async def test_what_was_verified_lately_isnt_looked_at_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The week and all since is read, and it is said when the whole was verified; another process says the same."""
    await a_ledger(tmp_path)
    assert await check_apart(wanted(tmp_path)) == Checked("", VERIFIED_AT)
    monkeypatch.setattr(checking, "verify", None)
    assert await check(wanted(tmp_path)) == Checked("", VERIFIED_AT)
    tamper(tmp_path, "UPDATE contents SET content = replace(content, 'c14', 'c00') WHERE n = 14")
    assert await check(wanted(tmp_path)) == Checked("", VERIFIED_AT)


@pytest.mark.parametrize(
    "other",
    [{"whole": True}, {"now": VERIFIED_AT + checking.LATELY}, {"now": VERIFIED_AT - timedelta(seconds=1)}],
    ids=["asked for", "too long ago", "clock set back"],
)
async def test_the_whole_is_looked_at_where_that_is_wanted_or_due(tmp_path: Path, other: dict[str, Any]) -> None:
    """Asked for it, eight days after the last time, or where that is yet to come, an old entry's change is found."""
    await a_ledger(tmp_path)
    assert await check(wanted(tmp_path, **other)) == Checked("", None)
    tamper(tmp_path, "UPDATE contents SET content = replace(content, 'c3', 'c0') WHERE n = 3")
    assert (await check(wanted(tmp_path, **other))).fault.startswith("entry 3: its content isn't the one")


async def test_without_a_verified_head_the_whole_is_looked_at(tmp_path: Path) -> None:
    """Copies that were made for other reasons vouch for nothing; nor does a file that has other lines in it."""
    await a_ledger(tmp_path)
    heads = tmp_path / "ledger-heads.txt"
    heads.write_text(heads.read_text("ascii").replace("verified", "seal"), encoding="ascii")
    assert await check(wanted(tmp_path)) == Checked("", None)
    copied(tmp_path, VERIFIED)
    assert await check(wanted(tmp_path)) == Checked("", VERIFIED_AT)
    heads.write_text(f"{heads.read_text('ascii')}something else\n", encoding="ascii")
    assert (await check(wanted(tmp_path))).fault.startswith("ledger-heads.txt, line 3")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE contents SET content = replace(content, 'c15', 'c00') WHERE n = 15",
        "UPDATE contents SET content = replace(content, 'c20', 'c00') WHERE n = 20",
        "UPDATE contents SET content = replace(content, 'c30', 'c00') WHERE n = 30",
        "UPDATE links SET line = replace(line, '0', '1') WHERE n = 16",
        "UPDATE links SET line = replace(line, '0', '1') WHERE n = 14",
        "DELETE FROM contents WHERE n = 17",
        "DELETE FROM links WHERE n = 18",
        "DELETE FROM links WHERE n = 14",
        "DELETE FROM links WHERE n = 30",
        "DELETE FROM links WHERE n >= 20",
        "DELETE FROM contents WHERE n >= 20; DELETE FROM links WHERE n >= 20",
    ],
)
async def test_whatever_is_wrong_in_that_part_is_said_as_a_full_check_says_it(tmp_path: Path, statement: str) -> None:
    """A change in the week, at the verified head, after it; an entry or a link taken out; the end cut off."""
    await a_ledger(tmp_path)
    tamper(tmp_path, *statement.split("; "))
    found = await check(wanted(tmp_path))
    assert found.fault
    assert found.whole is None
    assert found.fault == str((await verify(tmp_path)).faults[0])


async def test_a_forged_week_with_fitting_links_doesnt_come_by_the_verified_head(tmp_path: Path) -> None:
    """Whoever makes a content and all links after it anew is found out by the head that was verified."""
    await a_ledger(tmp_path)
    days = [local(f"2026-11-{day:02}T12:00") for day in range(1, DAYS + 1)]
    forged = tmp_path / "forged"
    forged.mkdir()
    calls = [f"c{n}" if n != 16 else "forged" for n in range(1, DAYS + 1)]
    await lay_out(forged, chained(content(call, at=format_time(day)) for call, day in zip(calls, days, strict=True)))
    (forged / "ledger-heads.txt").write_bytes((tmp_path / "ledger-heads.txt").read_bytes())
    assert (await check(wanted(forged))).fault.startswith("entry 20: its link isn't the one that was the head")


async def test_a_week_without_entries_is_checked_from_the_verified_head_on(tmp_path: Path) -> None:
    """There is nothing else that its report could rest on."""
    await a_ledger(tmp_path)
    empty = wanted(tmp_path, since=local("2026-12-07"), until=local("2026-12-14"))
    assert await check(empty) == Checked("", VERIFIED_AT)
    tamper(tmp_path, "UPDATE contents SET content = replace(content, 'c21', 'c00') WHERE n = 21")
    assert (await check(empty)).fault.startswith("entry 21: ")


async def test_what_the_other_process_cant_read_is_an_error_here(tmp_path: Path) -> None:
    """Its sentence is passed on."""
    with pytest.raises(LedgerFormatError) as here:
        await check(wanted(tmp_path))
    with pytest.raises(LedgerError) as apart:
        await check_apart(wanted(tmp_path))
    assert str(here.value) == str(apart.value)
    assert json.dumps(str(tmp_path))[1:-1] in str(apart.value)
