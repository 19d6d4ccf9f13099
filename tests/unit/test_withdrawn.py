"""What a person took back counts nowhere: not in a report, and not in what keeps a number blocked."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import BRUSSELS, CALLER, Told, local

from blocker.collecting import collect
from blocker.core.call_row import CallRow
from blocker.core.corrected import correction
from blocker.core.imported import Device, call_imported, fields_of
from blocker.core.number import NumberPlan
from blocker.core.observed import statement_of
from blocker.core.report import Report
from blocker.core.statement import Said
from blocker.core.week import Week
from blocker.earlier import marked_marketing, withdrawn
from blocker.errors import UsageError
from blocker.filing.naming import calls_naming
from blocker.filing.packing import Asked, choose
from blocker.renderers import json_report, markdown

AT = local("2026-11-18 10:00")


def week_with(*said: Said) -> tuple[Told, list[int]]:
    """A week with one call, and what was said of it; the numbers of these entries."""
    told = Told()
    told.started("2026-11-16 00:00")
    call = told.call("2026-11-17 09:00")
    return told, [told.add(one.entry(AT + timedelta(minutes=i), call, "Anna")) for i, one in enumerate(said)]


def take_back(told: Told, *entries: int) -> None:
    for entry in entries:
        told.add(correction(local("2026-11-30 10:00"), entry, why="a slip", by="Anna"))


async def reported(told: Told, folder: Path) -> Report:
    return await collect(told, Week.parse("2026-W47"), BRUSSELS, lambda _: None, folder)


async def test_the_statement_before_counts_again(tmp_path: Path) -> None:
    """Whoever takes back the last word lets the one before it stand, in the report of a week long past too."""
    told, (first, second) = week_with(
        Said(mark="marketing", said_company="Belgacom", company="proximus"), Said(mark="wanted")
    )
    assert (await reported(told, tmp_path)).totals.wanted == 1
    take_back(told, second)
    report = await reported(told, tmp_path)
    assert (report.totals.unwanted, [row.company for row in report.companies]) == (1, ["proximus"])
    assert await marked_marketing(told, CALLER) == ["0000000000000001"]
    take_back(told, first)
    report = await reported(told, tmp_path)
    assert (report.totals.unwanted, report.totals.unmarked, report.companies) == (0, 1, ())
    assert await marked_marketing(told, CALLER) == []
    assert await withdrawn(told) == {first, second}


async def test_a_correction_takes_back_no_fact(tmp_path: Path) -> None:
    """Whatever an entry claims to correct, calls, starts and gaps count as they did."""
    told, _ = week_with()
    take_back(told, 1, 2)
    report = await reported(told, tmp_path)
    assert (report.totals.calls, report.unwatched_seconds) == (
        1,
        (await reported(week_with()[0], tmp_path)).unwatched_seconds,
    )


async def test_a_report_tells_principal_and_call_centre_apart(tmp_path: Path) -> None:
    """As the caller said them, in words and for programs; a company's row holds the calls said to be for it only."""
    said: dict[str, Any] = {"said_call_centre": "Telenet", "call_centre": "telenet"}
    told, _ = week_with(Said(mark="marketing", said_company="Belgacom", company="proximus", **said))
    report = await reported(told, tmp_path)
    assert [row.company for row in report.companies] == ["proximus"]
    assert "|Belgacom; to be, or to work for: Telenet|" in markdown.render(report).decode().replace(" | ", "|")
    assert b'"said_call_centre": "Telenet",' in json_report.render(report)
    only, _ = week_with(Said(mark="marketing", **said))
    report = await reported(only, tmp_path)
    assert report.companies == ()
    assert "not said; to be, or to work for: Telenet" in markdown.render(report).decode()


def test_a_statement_that_marks_nothing_is_one_all_the_same() -> None:
    """What was said of a call may leave open what it was."""
    call, said = statement_of(9, Said(product="fibre").entry(AT, "c", "Anna"))
    assert (call, said.n, said.mark, said.said_company) == ("c", 9, "", "")


@pytest.mark.parametrize(("device", "counts"), [(Device.ANDROID, True), (Device.HAND, False)])
async def test_what_a_device_recorded_no_correction_takes_back(tmp_path: Path, device: Device, counts: int) -> None:
    """Only what a person told of can be taken back; that holds for reports, dossiers and packs alike."""
    told = Told()
    told.started("2026-11-16 00:00")
    row = CallRow(1, ("1", "2"), local("2026-11-17 09:12").astimezone(BRUSSELS), CALLER)
    fields = fields_of(row, device, NumberPlan("BE"))
    n = told.add(call_imported(AT, fields, device=device, file=None, line="mobile", zone="Europe/Brussels", by="Anna"))
    told.add(Said(mark="marketing", said_company="Belgacom", company="proximus").entry(AT, fields["call"], "Anna"))
    take_back(told, n)
    assert (await reported(told, tmp_path)).elsewhere.total == counts
    assert len(await calls_naming(told, ["proximus"], {}, "BE")) == counts
    try:
        chosen = await choose(told, Asked("company", "Proximus", companies=frozenset({"proximus"})))  # type: ignore[arg-type]
    except UsageError:
        assert not counts
    else:
        assert len(chosen.calls) == counts
