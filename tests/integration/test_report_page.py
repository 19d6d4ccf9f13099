"""Promises about the weekly report as a page: what it says first, which law it cites, what it never says."""

import ast
import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import BLOCK_LISTED, WITHHELD, Told
from fakes.report_house import WEEK, found, house, made, objected, stated

from blocker.collecting import Making
from blocker.core.document import Bullets, Figure, Heading, Table
from blocker.core.languages import Language
from blocker.core.report import Listed
from blocker.core.statement import Said
from blocker.core.verdict import Match, Reason
from blocker.core.weekly import MOST_TASKS, What, tasks
from blocker.language import Words
from blocker.pages.law_words import UNKNOWN
from blocker.pages.report_front import headline
from blocker.pages.report_page import report_page

RANGE = (Match("range", "+33162", "ranges/fr.toml:3"),)
CORE = Path(__file__).parents[2] / "blocker" / "core"


def started() -> Told:
    """A service that watches since the week before."""
    told = Told()
    told.started("2026-11-09 08:00")
    return told


def a_week() -> Told:
    """A call for Proximus after an objection, one that nobody named, two refused, one of them by the house rules."""
    told = started()
    told.call("2026-11-12 10:00", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,))
    objected(told, "proximus", date(2026, 9, 1))
    recorded = told.call("2026-11-17 10:02:31")
    stated(told, recorded, Said("marketing", "Proximus", "proximus", voice="recorded", consent="never"))
    unnamed = told.call("2026-11-18 11:00")
    told.says("2026-11-18 11:05", unnamed, "marketing")
    told.call("2026-11-18 12:00", number="+33162001234", reason=Reason.CANVASSING_RANGE, matches=RANGE)
    told.call("2026-11-19 12:00")
    return told


UNWANTED = "In the order of time; numbers in the column Law are explained below"


async def test_the_first_sheet_says_what_matters_first(tmp_path: Path) -> None:
    """One sentence, figures against the week before, at most five things to do, for whom, and the weeks compared."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t")
    texts = it.texts
    assert texts[0] == "3 unwanted calls this week: 1 turned away, 2 came through."
    assert "1 unwanted, turned away as many as the week before" in texts
    assert "2 unwanted, came through 2 more than the week before" in texts
    headings = [block.text for block in it.page.blocks if isinstance(block, Heading)]
    assert headings[:3] == ["What to do now", "For whom the callers said they called", "How the weeks compare"]
    assert [task.what for task in tasks(it.report, it.beside)] == [What.OVERDUE, What.SAY_WHO, What.COMPLAIN]
    assert "Proximus: 1 unwanted call" in texts
    assert "not said: 2 unwanted calls" in texts
    assert "this week | 3 | 1 | 2" in texts
    assert "the week before | 1 | 1 | 0" in texts


HEADLINES = {
    "no call": ([], "Not one call this week: the telephone had a holiday."),
    "one quiet call": ([("2026-11-17 10:00", "")], "Quiet week: 1 call, and nobody called it marketing."),
    "one came through": ([("2026-11-17 10:00", "marketing")], "1 unwanted call came through this week."),
    "one kept away": (
        [("2026-11-17 10:00", "blocked")],
        "1 unwanted call knocked this week, and the door stayed shut.",
    ),
}


@pytest.mark.parametrize(("calls", "expected"), HEADLINES.values(), ids=HEADLINES)
async def test_a_week_in_one_sentence(tmp_path: Path, calls: list[tuple[str, str]], expected: str) -> None:
    """A week without calls, with one, kept away or not: the sentence says just that, and no drawing is empty."""
    told = started()
    for at, what in calls:
        blocked: dict[str, Any] = {"reason": Reason.BLOCK_LIST, "matches": (BLOCK_LISTED,)} if what == "blocked" else {}
        call = told.call(at, **blocked)
        if what == "marketing":
            told.says("2026-11-17 12:00", call, "marketing")
    it = await made(await house(told, tmp_path), tmp_path / "t")
    assert headline(it.report, Words(Language.EN)) == expected
    unwanted = it.report.totals.unwanted
    assert sum(isinstance(block, Figure) for block in it.page.blocks) == (3 if unwanted else 0)


async def test_a_call_points_to_the_law_of_its_day_and_is_cited(tmp_path: Path) -> None:
    """A recorded voice without consent points to its provision; a call of which nobody said so much can't be told."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t")
    table = it.table(UNWANTED)
    law = [column.label for column in table.columns].index("Law")
    cited = ["".join(span.text for span in row[law]) for row in table.rows]
    assert cited[2] == ""  # the refused one: no person said that it was marketing
    assert all("?" in part for part in cited[1].split(", "))
    place = it.page.blocks.index(Heading(1, "What the law says of these calls", "law"))
    rules = it.page.blocks[place + 2]
    assert isinstance(rules, Bullets)
    numbered = ["".join(span.text for span in item) for item in rules.items]
    (voice,) = (number for number, text in enumerate(numbered, 1) if text.startswith("WER/CDE VI.110 § 1:"))
    assert str(voice) in cited[0].split(", ")
    assert "1 call points to it." in numbered[voice - 1]
    assert "since this isn't known: " in numbered[voice - 1]
    assert any(text.startswith("WER/CDE VI.110") and "object" in text.lower() for text in numbered)


def test_what_the_law_leaves_open_can_be_translated() -> None:
    """Each text that core says isn't known is among those that have translations."""
    said: set[str] = set()
    for name in ("law", "law_case", "exemptions", "call_predicates", "household_predicates"):
        for node in ast.walk(ast.parse((CORE / f"{name}.py").read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said |= {node.value} if node.value.startswith(("whether ", "for whom ", "what was ")) else set()
    assert said == set(UNKNOWN)


async def test_refused_calls_that_may_have_been_wanted_have_a_command_each(tmp_path: Path) -> None:
    """A person's word first, then lists, then house rules; what the household itself had blocked isn't among them."""
    told = a_week()
    bank = told.call("2026-11-20 09:00", number="+33162001299", reason=Reason.CANVASSING_RANGE, matches=RANGE)
    told.says("2026-11-20 10:00", bank, "wanted")
    it = await made(await house(told, tmp_path), tmp_path / "t")
    rows = [row.split(" | ") for row in it.texts if " | blocker allow add " in row]
    assert [row[0] for row in rows] == ["+33162001299", "+33162001234"]
    assert rows[0][1] == "somebody marked it as wanted"
    assert rows[0][4] == "blocker allow add +33162001299"
    assert tasks(it.report, it.beside)[0].what is What.WANTED


async def test_more_calls_than_are_listed(tmp_path: Path) -> None:
    """A page lists what the report lists, and says how many there are and where they all stand."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t")
    many = Listed(100_000, it.report.unwanted.items[:1] * 500)
    page = report_page(dataclasses.replace(it.report, unwanted=many), it.beside, Words(Language.NL))
    tables = [block for block in page.blocks if isinstance(block, Table)]
    (table,) = (table for table in tables if table.caption == Words(Language.NL)(UNWANTED))
    assert len(table.rows) == 500
    assert "100.000 oproepen; calls.csv heeft ze allemaal" in table.note


async def test_a_merged_company_is_called_what_it_is_now(tmp_path: Path) -> None:
    """A caller said VOO, which has gone into Orange: that is who is objected to, and the words stay as said."""
    told = started()
    call = told.call("2026-11-17 10:00")
    told.says("2026-11-17 10:05", call, "marketing", "VOO", "voo")
    it = await made(await house(told, tmp_path), tmp_path / "t")
    (task,) = tasks(it.report, it.beside)
    assert (task.what, task.about) == (What.OBJECT, "orange-be")
    assert "VOO" in it.table(UNWANTED).rows[0][3][0].text


async def test_strangers_words_stay_words(tmp_path: Path) -> None:
    """Markup, formulas, emoji and turned-round text are shown as they are, cut where they are long."""
    told = started()
    call = told.call("2026-11-17 10:00", name="=cmd|' /C calc'!A0")
    evil = "<img src=x onerror=alert(1)> {0} {count} שלום 📞" + "x" * 190
    told.says("2026-11-17 10:05", call, "marketing", evil[:200])
    it = await made(await house(told, tmp_path), tmp_path / "t", Language.FR)
    cell = it.table(Words(Language.FR)(UNWANTED)).rows[0][3][0].text
    assert cell.startswith("<img src=x onerror=alert(1)> {0} {count} שלום 📞x")
    assert len(cell) == 80


async def test_no_number_is_no_more_than_that(tmp_path: Path) -> None:
    """Where none was presented the page says so, and never that somebody hid it."""
    told = started()
    call = told.call("2026-11-17 10:00", number=WITHHELD, reason=Reason.WITHHELD)
    told.says("2026-11-17 10:05", call, "marketing", "Acme")
    it = await made(await house(told, tmp_path), tmp_path / "t")
    assert it.table(UNWANTED).rows[0][1][0].text == "no number was presented"
    assert not [text for text in it.texts if "hid" in text.lower().split() or "Acme called" in text]


async def test_what_weakens_it_comes_before_all(tmp_path: Path) -> None:
    """A ledger that doesn't hold, said in the first line; then there are at most five things to do, this one first."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t", making=Making(fault=found("entry 2: changed")))
    assert it.texts[0] == "The ledger doesn't verify (entry 2: changed). This is no evidence."
    assert tasks(it.report, it.beside)[0].what is What.LEDGER
    assert len(tasks(it.report, it.beside)) <= MOST_TASKS


@pytest.mark.parametrize("language", list(Language))
async def test_it_is_whole_in_each_language(tmp_path: Path, language: Language) -> None:
    """The same blocks in each language, and no text of one in another where both have words for it."""
    config = await house(a_week(), tmp_path)
    english, other = await made(config, tmp_path / "t"), await made(config, tmp_path / "t", language)
    assert [type(block) for block in other.page.blocks] == [type(block) for block in english.page.blocks]
    assert other.page.language == language
    same = [one for one, two in zip(other.texts, english.texts, strict=True) if one == two and " calls " in one]
    assert not same or language is Language.EN
    assert other.page.dated == english.page.dated == "2026-11-22T23:00:00.000Z"
    assert str(WEEK) in other.page.footer


@pytest.mark.parametrize("language", Language)
async def test_what_to_do_now_is_short(language: Language, tmp_path: Path) -> None:
    """A sentence and a command each; the reasons stand further down, where there is time for them."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t", language)
    to_do = next(block for block in it.page.blocks if isinstance(block, Bullets) and block.numbered)
    for sentence, typed in to_do.items:
        assert len(sentence.text) < 120, sentence.text
        assert typed.text.startswith("blocker ")


async def test_weeks_in_which_nobody_watched_are_a_gap_in_the_year(tmp_path: Path) -> None:
    """Nought is a count; before the program was started nobody counted, which the picture says and its text too."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t")
    year = next(block for block in it.page.blocks if isinstance(block, Figure))
    unwatched = [week.week for week in it.beside.year.weeks if week.week in it.beside.unwatched]
    assert unwatched, "the ledger of this house begins within the year"
    assert ": watched for less than a day, or not at all" in year.alternative
    assert all(not week.cells for week in it.beside.year.weeks if week.week in it.beside.unwatched)


async def test_no_caption_repeats_its_heading(tmp_path: Path) -> None:
    """What stands above a table isn't said again below it."""
    it = await made(await house(a_week(), tmp_path), tmp_path / "t")
    headings = {block.text for block in it.page.blocks if isinstance(block, Heading)}
    assert not headings & {block.caption for block in it.page.blocks if isinstance(block, Table)}


async def test_what_a_list_says_is_told_in_the_readers_words(tmp_path: Path) -> None:
    """Beside a call to be looked at stands what kind of list said marketing; what was only noted isn't said to."""
    told = started()
    noted = Match("community-noted", "+33162001234", "friends")
    told.call("2026-11-18 12:00", number="+33162001234", reason=Reason.CANVASSING_RANGE, matches=(*RANGE, noted))
    listed = (Match("community", "+33162001235", "neighbours"),)
    told.call("2026-11-18 13:00", number="+33162001235", reason=Reason.COMMUNITY, matches=listed)
    it = await made(await house(told, tmp_path), tmp_path / "t", Language.NL)
    rows = [row.split(" | ") for row in it.texts if " | blocker allow add " in row]
    assert [row[1].partition(": ")[2] for row in rows] == [
        "nummerreeks +33162 (ranges/fr.toml:3)", "gemeenschapslijst +33162001235 (neighbours)",
    ]  # fmt: skip


async def test_a_company_that_no_rule_knows_is_drawn_as_it_was_spelt(tmp_path: Path) -> None:
    """Spellings that differ in capitals and spaces only are one company, under the last of them."""
    told = started()
    for day, name in enumerate(("ACME  énergie", "Acme Énergie"), 17):
        call = told.call(f"2026-11-{day} 10:00")
        told.says(f"2026-11-{day} 10:05", call, "marketing", name)
    it = await made(await house(told, tmp_path), tmp_path / "t")
    (drawn,) = (block for block in it.page.blocks if isinstance(block, Figure) and "For whom" in block.caption)
    assert "Acme Énergie" in drawn.alternative
    assert "acme" not in drawn.alternative
    assert What.OBJECT not in [task.what for task in tasks(it.report, it.beside)]


async def test_a_calendar_is_named_where_there_is_one(tmp_path: Path) -> None:
    """What is overdue is an open step and no day to come; only days to come are said to be in the calendar."""
    told = started()
    objected(told, "proximus", date(2026, 3, 2))
    it = await made(await house(told, tmp_path), tmp_path / "t")
    assert "Steps still open" in it.texts
    assert not [text for text in it.texts if "report.ics" in text]
    objected(told, "odido", date(2026, 11, 20), at="2026-11-20 09:00")
    (tmp_path / "later").mkdir()
    later = await made(await house(told, tmp_path / "later"), tmp_path / "t")
    assert "Steps still open, and days to come" in later.texts
    assert "Those to come are in report.ics too, for the calendar that you have already." in later.texts
