"""Promises about what came from outside in a report: lists that were out of date, and opinions, never as facts."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.entries import Told, local
from fakes.report_house import WEEK, house, made

from blocker import reportroom
from blocker.collecting import PLAIN
from blocker.core.asked import looked_up
from blocker.core.community import Rated, Rating
from blocker.core.document import Bullets, Heading, Table
from blocker.core.languages import Language
from blocker.core.listing import Target
from blocker.core.stale import Ended, stale_no_more, went_stale
from blocker.core.weekly import What, tasks
from blocker.looking import reader
from blocker.renderers import json_report

NUMBER = "+3225550345"
FRAUD = Rated(Target(NUMBER), Rating.G_FRAUD, 12, date(2026, 11, 10))
BLOCK = Rated(Target(NUMBER[:-1], is_prefix=True), Rating.B_MISSED, 3)


def started() -> Told:
    """A service that watches since the week before."""
    told = Told()
    told.started("2026-11-09 08:00")
    return told


def failed(told: Told, source: str, at: str) -> None:
    """A list went stale."""
    told.add(went_stale(local(at), source, since=local(at), error=f"https://lists.example/{source} answered 500"))


async def test_a_list_that_stayed_stale_is_told_and_to_be_looked_at(tmp_path: Path) -> None:
    """It is in the table under the gaps and, with its command, among what to do; one that was mended isn't to do."""
    told = started()
    failed(told, "sellers", "2026-11-18 09:00")
    failed(told, "friends", "2026-11-17 09:00")
    told.add(stale_no_more(local("2026-11-17 12:00"), "friends", since="2026-11-17T08:00:00.000Z", ended=Ended.LET_GO))
    it = await made(await house(told, tmp_path), tmp_path / "t")
    rows = [[span.text for cell in row for span in cell] for row in it.table("Lists that were out of date").rows]
    assert [row[0] for row in rows] == ["friends", "sellers"]
    assert "switched off or removed" in rows[0][2]
    assert rows[1][2] == "not over, as far as the ledger knows"
    assert [(task.what, task.about) for task in tasks(it.report, it.beside)] == [(What.STALE, "sellers")]
    (first,) = (text for text in it.texts if "blocker sync sellers" in text)
    assert "“sellers”" in first
    shown = json.loads(json_report.render(it.report, it.beside))
    assert [(one["source"], one["ended"]) for one in shown["stale_lists"]["listed"]] == [
        ("friends", "let-go"), ("sellers", None),
    ]  # fmt: skip
    assert shown["stale_lists"]["listed"][1]["why"] == "https://lists.example answered 500"
    assert shown["to_do"][0]["what"] == "stale"


async def test_a_list_that_was_had_after_the_week_is_nothing_to_do(tmp_path: Path) -> None:
    """The ledger knows of the end, so nobody is sent to look; several that go on are one thing to do."""
    told = started()
    for source in ("sellers", "friends", "others"):
        failed(told, source, "2026-11-18 09:00")
    told.add(
        stale_no_more(local("2026-11-23 05:00"), "others", since="2026-11-18T08:00:00.000Z", ended=Ended.HAD_AGAIN)
    )
    it = await made(await house(told, tmp_path), tmp_path / "t")
    assert len(it.table("Lists that were out of date").rows) == 3
    assert [(task.what, task.about) for task in tasks(it.report, it.beside)] == [(What.STALE, "")]
    (bullets,) = (block for block in it.page.blocks if isinstance(block, Bullets) and block.numbered)
    assert "blocker lists" in "".join(span.text for span in bullets.items[0])


@pytest.mark.parametrize("language", list(Language))
async def test_an_opinion_stands_with_its_call_and_as_no_fact(tmp_path: Path, language: Language) -> None:
    """Who was asked, when, and what came back; it changes no figure, and what wasn't known is counted."""
    told = started()
    calls = [told.call(f"2026-11-{day} 10:00") for day in (17, 18)]
    late = told.call("2026-11-22 23:50")
    for call, answer in zip([*calls, late], [(FRAUD, BLOCK), (), (FRAUD,)], strict=True):
        at = local("2026-11-23 00:40") if call == late else local("2026-11-18 11:00")
        told.add(looked_up(at, call, "phoneblock", asked={"sha1": "3D1D"}, answer=answer, after_ms=181))
    before = told.call("2026-11-15 10:00")
    told.add(looked_up(local("2026-11-16 08:00"), before, "phoneblock", asked={}, answer=(FRAUD,), after_ms=1))
    it = await made(await house(told, tmp_path), tmp_path / "t", language)
    assert [one.call for one in it.beside.asked] == [*calls, late]
    assert (it.report.totals.unwanted, it.report.totals.suspected) == (0, 0)
    place = next(n for n, block in enumerate(it.page.blocks) if isinstance(block, Heading) and block.anchor == "asked")
    table = it.page.blocks[place + 2]
    assert isinstance(table, Table)
    rows = [["".join(span.text for span in cell) for cell in row] for row in table.rows]
    assert [row[4] for row in rows] == [calls[0][:8], late[:8]]
    assert rows[0][1] == NUMBER
    assert "phoneblock" in rows[0][2]
    if language is Language.EN:
        of_block = "of all numbers that begin with +322555034: missed calls, of whatever sort (3 votes)"
        assert rows[0][3] == f"fraud (12 votes); {of_block}"
        assert any("it isn't a fact" in text for text in it.texts)
        assert "Of the caller of 1 call nothing was known there." in it.texts


async def test_opinions_are_data_too(tmp_path: Path) -> None:
    """`report.json` has each with its call, an answer that knew nothing as an empty one."""
    told = started()
    call = told.call("2026-11-17 10:00")
    told.add(looked_up(local("2026-11-17 11:00"), call, "phoneblock", asked={}, answer=(FRAUD,), after_ms=1))
    it = await made(await house(told, tmp_path), tmp_path / "t")
    (one,) = json.loads(json_report.render(it.report, it.beside))["asked"]["listed"]
    assert (one["call"], one["number"], one["asked_at"]) == (call, NUMBER, "2026-11-17T10:00:00.000Z")
    assert one["answer"] == [{"target": NUMBER, "rating": "G_FRAUD", "votes": 12, "last_activity": "2026-11-10"}]


async def test_a_week_that_was_hardly_watched_is_no_quiet_week(tmp_path: Path) -> None:
    """Less than a day of watching: hatched in the year's drawing; a day and more is a week like any other."""
    told = Told()
    told.started("2026-11-08 23:30")  # the last half hour of W45
    week, before = WEEK, WEEK.previous
    it = await made(await house(told, tmp_path), tmp_path / "t")
    assert {before.previous, before.previous.previous} <= it.beside.unwatched
    assert not {before, week} & it.beside.unwatched
    assert before.previous.sunday - before.previous.monday == timedelta(days=6)


async def test_the_plain_page_tells_of_both_too(tmp_path: Path) -> None:
    """`report.md` has each list with its time and reason, and each opinion as one; without any it has neither part."""
    told = started()
    failed(told, "sel|lers", "2026-11-18 09:00")
    calls = [told.call(f"2026-11-{day} 10:00") for day in (17, 18)]
    for call, answer in zip(calls, [(FRAUD, BLOCK), ()], strict=True):
        told.add(looked_up(local("2026-11-18 11:00"), call, "phoneblock", asked={}, answer=answer, after_ms=1))
    night = told.call("2026-11-19 00:30")
    told.add(looked_up(local("2026-11-19 00:30"), night, "phoneblock", asked={}, answer=(FRAUD,), after_ms=1))
    config = await house(told, tmp_path)
    async with reader(config) as ledger:
        await reportroom.write(config, ledger, WEEK, tmp_path / "out", [Language.NL], making=PLAIN)
        week = WEEK.previous
        await reportroom.write(config, ledger, week, tmp_path / "before", [Language.NL], making=PLAIN)
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert f"| phoneblock, 2026-11-19 | fraud (12 votes) | {night} |" in text, "at 23:30 UTC of the day before"
    since = "Wed 2026-11-18 09:00:00 +01:00"
    assert (
        rf"| sel\|lers | {since} | not over, as far as the ledger knows | https\://lists.example answered 500 |" in text
    )
    said = "fraud (12 votes); of all numbers that begin with +322555034: missed calls, of whatever sort (3 votes)"
    assert f"| phoneblock, 2026-11-18 | {said} | {calls[0]} |" in text
    assert "Of the callers of 1 call nothing was known there." in text
    before = (tmp_path / "before" / "report.md").read_text(encoding="utf-8")
    assert "Lists that were out of date" not in before
    assert "What others said" not in before
