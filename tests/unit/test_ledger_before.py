"""What a page says of the ledger before this one, as long as something isn't here since it is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.entries import screened

from blocker.collecting import collect
from blocker.core.entry import EMPTY
from blocker.core.languages import Language
from blocker.core.ledger_before import Before, before_of
from blocker.core.ledger_begun import ledger_begun
from blocker.core.report import Report
from blocker.core.taken_over import Stretch, ledger_taken_over
from blocker.core.week import Week
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.language import Words
from blocker.pages.report_words import doubts
from blocker.renderers import json_report, markdown

AT = datetime(2026, 11, 18, 4, 12, tzinfo=UTC)
NAME = "ledger-kept-20261118T041200Z"
BEGUN = ledger_begun(AT, old_head=EMPTY, old_copy=None, kept_as=NAME, why="why")
WEEK, ZONE = Week.parse("2026-W47"), ZoneInfo("Europe/Brussels")


def taken(last: int, left: int, *, ends: bool) -> dict[str, Any]:
    return ledger_taken_over(AT, Stretch(NAME, 1, last, [], [], left, ends), by="Anna")


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        ([], None),
        ([BEGUN], (False, 0)),
        ([BEGUN, taken(50, 2, ends=False)], (False, 2)),
        ([BEGUN, taken(50, 2, ends=False), taken(70, 1, ends=True)], (True, 3)),
    ],
)
def test_it_is_taken_over_once_its_end_was_reached(contents: list[dict[str, Any]], said: tuple[bool, int]) -> None:
    """One that was cut off in the middle isn't, and nothing is said where there never was another."""
    before = before_of(enumerate(contents, 1), ZONE)
    assert (before and (before.taken_over, before.left)) == said


async def report_of(folder: Path, week: Week, *contents: dict[str, Any]) -> Report:
    ledger = await Ledger.open(folder)
    await ledger.append(BEGUN, *contents, screened(AT + timedelta(hours=1), "a" * 16))
    await ledger.close()
    reader = await LedgerReader.open(folder)
    try:
        return await collect(reader, week, ZONE, lambda _: None, folder)
    finally:
        await reader.close()


async def test_the_report_says_what_it_lacks_and_how_to_get_it(tmp_path: Path) -> None:
    """In each of its forms, until that was taken over; for a year, since the year's figures lack it."""
    (tmp_path / "later").mkdir()
    assert (await report_of(tmp_path / "later", Week.parse("2027-W50"))).before is None
    report = await report_of(tmp_path, Week.parse("2027-W46"))
    assert report.before == Before(NAME, AT.astimezone(ZONE), taken_over=False, left=0)
    assert f"isn't counted here: it lies in another ledger, kept as {NAME}" in markdown.render(report).decode()
    assert '"earlier_ledger": {' in json_report.render(report).decode()
    for language in Language:
        (block,) = doubts(Words(language), before=report.before)
        assert "blocker take-over" in str(block)
        assert ("recorded before" in str(block)) == (language is Language.EN)


async def test_what_was_taken_over_is_told_in_reports_of_that_time_alone(tmp_path: Path) -> None:
    """The week of the break says how much of it is damaged; the weeks after it say nothing more."""
    whole = taken(70, 3, ends=True)
    (tmp_path / "later").mkdir()
    assert (await report_of(tmp_path / "later", Week.parse("2026-W48"), whole)).before is None
    report = await report_of(tmp_path, WEEK, whole)
    assert "damaged or missing: 3" in markdown.render(report).decode()
    for language in Language:
        (block,) = doubts(Words(language), before=report.before)
        assert "3" in str(block)
        assert "take-over" not in str(block)
