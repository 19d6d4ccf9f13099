"""Promises about the report of a real ledger on disk: it says what it would from memory, and waits for no writer."""

import csv
import json
from pathlib import Path

from fakes.entries import BRUSSELS, Told, local

from blocker.collecting import collect
from blocker.core.ended import CallEnd, call_ended
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms, last_week_with_calls, write_report

WEEK = Week.parse("2026-W47")
FORMS = Forms(("calls.csv", calls_csv.writer), {"report.json": json_report.render, "report.md": markdown.render})


def a_week() -> Told:
    """Calls before, in and after the week, and a statement long after it."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call("2026-11-12 09:00")
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    marked = told.call("2026-11-17 10:00")
    told.gap("2026-11-19 10:00", "2026-11-19 09:00", "2026-11-19 10:00")
    told.call("2026-11-24 09:00")
    told.says("2026-12-24 09:00", marked, "marketing", "Proximus", "proximus")
    return told


async def kept(told: Told, folder: Path) -> Ledger:
    """A ledger on disk with these entries; the salt is the ledger's own."""
    ledger = await Ledger.open(folder)
    for entry in told.all():
        await ledger.append({key: value for key, value in entry.content.items() if key != "salt"})
    return ledger


async def test_a_report_from_disk_says_what_one_from_memory_says(tmp_path: Path) -> None:
    """But for the head's sum, in which the salts are, the two are one value."""
    told = a_week()
    ledger = await kept(told, tmp_path)
    await ledger.close()
    reader = await LedgerReader.open(tmp_path)
    try:
        from_disk = await write_report(reader, WEEK, BRUSSELS, tmp_path / "out", FORMS)
        assert await last_week_with_calls(reader, local("2026-12-01 06:00"), BRUSSELS) == Week.parse("2026-W48")
    finally:
        await reader.close()
    from_memory = await collect(told, WEEK, BRUSSELS, lambda _: None, tmp_path)
    assert from_disk.head == ledger.head
    assert from_disk.head.n == from_memory.head.n
    assert (from_disk.totals, from_disk.companies) == (from_memory.totals, from_memory.companies)
    assert (from_disk.unwanted, from_disk.numbers, from_disk.gaps) == (
        from_memory.unwanted,
        from_memory.numbers,
        from_memory.gaps,
    )


async def test_a_report_can_be_made_while_the_service_writes(tmp_path: Path) -> None:
    """The reader sees the ledger of its beginning; the writer goes on, and its entries come in the next report."""
    told = a_week()
    ledger = await kept(told, tmp_path)
    before = ledger.head
    reader = await LedgerReader.open(tmp_path)
    try:
        more = a_week().all()[3].content
        await ledger.append({**{key: value for key, value in more.items() if key != "salt"}, "call": "later"})
        await write_report(reader, WEEK, BRUSSELS, tmp_path / "out", FORMS)
    finally:
        await reader.close()
        await ledger.close()
    made = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert made["ledger"] == {"entries": before.n, "sha256": before.sha256, "fault": None}
    assert made["totals"]["calls"] == 2


async def test_each_row_says_how_its_call_ended_however_late_that_came(tmp_path: Path) -> None:
    """The phone system tells after the talk, which may be hours later or in the next week; no call is told twice."""
    told = a_week()
    calls = {told.call(f"2026-11-{day} 11:00"): seconds for day, seconds in ((17, 7), (18, 65), (22, 7200))}
    late = iter(("2026-11-17 12:00", "2026-11-21 12:00", "2026-11-25 08:00"))
    for call, seconds in calls.items():
        told.add(call_ended(local(next(late)), CallEnd(call, "ANSWERED", seconds, seconds + 9, "household")))
    await (await kept(told, tmp_path)).close()
    reader = await LedgerReader.open(tmp_path)
    try:
        report = await write_report(reader, WEEK, BRUSSELS, tmp_path / "out", FORMS)
    finally:
        await reader.close()
    with (tmp_path / "out" / "calls.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == report.totals.calls == 5
    assert {row["call"]: row["seconds_talked"] for row in rows if row["ended"]} == {
        call: str(seconds) for call, seconds in calls.items()
    }
