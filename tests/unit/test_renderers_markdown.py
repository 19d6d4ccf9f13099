"""Promises about report.md: the words it must and mustn't use, and that no name breaks the page."""

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import BLOCK_LISTED, BRUSSELS, WITHHELD, Told
from fakes.report_house import found
from hypothesis import given
from hypothesis import strategies as st

from blocker.collecting import Making, collect
from blocker.core.number import Unusable
from blocker.core.report import LISTED
from blocker.core.verdict import Match, Reason
from blocker.core.week import Week
from blocker.renderers import markdown
from blocker.renderers.markdown_text import LONGEST_TEXT, cell, duration, moment, plural, table

WEEK = Week.parse("2026-W47")
BORDER = re.compile(r"(?<!\\)(?:\\\\)*\|")
"""A pipe that a table takes for a border: one that no backslash escapes."""


async def page(told: Told, folder: Path) -> str:
    """The report of the test week."""
    return markdown.render(await collect(told, WEEK, BRUSSELS, lambda _: None, folder)).decode()


def running() -> Told:
    """A ledger whose service watches all week."""
    told = Told()
    told.started("2026-11-09 08:00")
    return told


def section(text: str, heading: str) -> str:
    """What stands under a heading."""
    return text.partition(f"## {heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Proximus", "Proximus"),
        ("a|b", r"a\|b"),
        (r"a\|b", r"a\\\|b"),
        ("<script>alert(1)</script>", r"\<script\>alert(1)\</script\>"),
        ("[x](http://192.0.2.1)", r"\[x\](http\://192.0.2.1)"),
        ("www.example.org", r"www\.example.org"),
        ("**loud** _soft_ ~gone~ `code` $x$", r"\*\*loud\*\* \_soft\_ \~gone\~ \`code\` \$x\$"),
        ("&lt;", r"\&lt;"),
        ("a\r\nb", "a␍␊b"),
        ("  x  ", "x"),
        ("שלום", "\u2068שלום\u2069"),
        ("x\u202ey", "x\ufffdy"),
        ("📞 Zoë", "📞 Zoë"),
        ("x" * 100, "x" * (LONGEST_TEXT - 1) + "…"),
    ],
)
def test_a_strangers_text_is_only_text(text: str, made: str) -> None:
    """No markup, no link, no table border, no new line, and right-to-left writing stays in its place."""
    assert cell(text) == made


@given(st.text())
def test_whatever_a_text_is_its_row_keeps_its_columns(text: str) -> None:
    """A table row has as many cells as its heading, on one line, with writing directions closed."""
    made = table("One|Two", [(cell(text), "x")])
    row = made.splitlines()[2]
    assert len(made.splitlines()) == 3
    assert len(BORDER.findall(row)) == 3
    assert row.count("\u2068") == row.count("\u2069")
    assert not any(unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} for c in row)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min 0 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 0 min"),
        (86_400, "1 day 0 h"),
        (604_800, "7 days 0 h"),
    ],
)
def test_durations(seconds: int, text: str) -> None:
    """As a person says them."""
    assert duration(seconds) == text


def test_moments_and_plurals() -> None:
    """To the second begun, with the offset; one is not many."""
    assert moment("2026-11-17T09:12:33.999+01:00") == "Tue 2026-11-17 09:12:33 +01:00"
    assert moment("2026-11-17T09:12:33.123-03:30") == "Tue 2026-11-17 09:12:33 -03:30"
    assert [plural(n, "entry", "entries") for n in (0, 1, 2)] == ["0 entries", "1 entry", "2 entries"]


async def test_names_that_break_pages_dont_break_this_one(tmp_path: Path) -> None:
    """Markup, pipes, line ends and right-to-left text in names, of callers and of companies."""
    nasty = "</td>|<b>x\n\n# Not a heading\n| a | b |שלום"
    told = running()
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST, name=nasty, matches=(Match("block-list", nasty, nasty),))
    rang = told.call("2026-11-17 10:00", number=Unusable(nasty, "noise"), raw=nasty, name=nasty)
    told.says("2026-11-17 11:00", rang, "marketing", nasty)
    text = await page(told, tmp_path)
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert not any("Not a heading" in line for line in headings)
    for rows in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({len(BORDER.findall(row)) for row in rows.splitlines()}) == 1, rows
    assert "<" not in text.replace(r"\<", "")


async def test_a_company_is_never_said_to_have_called(tmp_path: Path) -> None:
    """“The caller said: for X” is what is known; who really called is not."""
    told = running()
    call = told.call("2026-11-17 09:00")
    told.says("2026-11-17 10:00", call, "marketing", "Proximus", "proximus")
    text = await page(told, tmp_path)
    assert "| The caller said: for |" in text
    assert "**Said to be for:** Proximus (1)." in text
    assert not re.search(r"Proximus (called|rang|phoned)", text)


async def test_only_calls_whose_statement_names_a_company_are_in_its_row(tmp_path: Path) -> None:
    """The same number without a statement stays out, however likely it is; spellings of one company come together."""
    told = running()
    for at, said, company in [
        ("2026-11-17 09:00", "Proximus", "proximus"),
        ("2026-11-17 10:00", "Belgacom", "proximus"),
        ("2026-11-17 11:00", "Sunny  Roofs", None),
        ("2026-11-17 12:00", "sunny roofs", None),
    ]:
        told.says("2026-11-17 18:00", told.call(at), "marketing", said, company)
    told.call("2026-11-17 13:00", reason=Reason.BLOCK_LIST)
    report = await collect(told, WEEK, BRUSSELS, lambda _: None, tmp_path)
    assert [(row.company, row.said, row.calls) for row in report.companies] == [
        ("proximus", ("Proximus", "Belgacom"), 2),
        ("", ("Sunny  Roofs", "sunny roofs"), 2),
    ]
    text = markdown.render(report).decode()
    assert "Proximus / Belgacom (proximus)" in text
    assert "1 unwanted call had no such statement" in text


async def test_a_withheld_number_is_not_told_and_nobody_is_blamed_for_it(tmp_path: Path) -> None:
    """Networks leave numbers out too, so the report says only that none was presented."""
    told = running()
    call = told.call("2026-11-17 09:00", number=WITHHELD, raw="+32475551234", name="0475551234")
    told.says("2026-11-17 10:00", call, "marketing")
    text = await page(told, tmp_path)
    assert "| no number was presented |" in section(text, "Every unwanted call")
    assert "475551234" not in text
    assert not re.search(r"\b(hid|hidden|anonymous)\b", text, re.IGNORECASE)


async def test_a_refusal_that_nobody_acknowledged_is_none(tmp_path: Path) -> None:
    """It is told as “rang or unknown”, among the suspected, and up in the short part."""
    told = running()
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,), acknowledged=None)
    text = await page(told, tmp_path)
    assert "**Kept away:** nothing." in text
    assert "**Rang or unknown:** 1 call to be turned away, not acknowledged" in text
    assert "| rang or unknown |" in section(text, "Suspected")
    assert "Every unwanted call" not in text


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (
            {"reason": Reason.BLOCK_LIST, "observe_only": True},
            "**Only watching.** 1 call came while everything was let",
        ),
        ({"reason": Reason.BLOCK_LIST, "observe_only": True}, "1 of them would have been turned away."),
        ({"reason": Reason.UNSCREENED}, "**Not looked at.** 1 call rang because the program could not tell in time"),
        (
            {"number": Unusable("23 45", "short"), "raw": "23 45", "reason": Reason.COMMUNITY},
            "“23 45”, no telephone number",
        ),
    ],
)
async def test_what_the_household_must_know_stands_in_the_report(
    tmp_path: Path, about: dict[str, Any], says: str
) -> None:
    """Only watching, and calls that nobody could look at, are said openly."""
    told = running()
    told.call("2026-11-17 09:00", **about)
    assert says in await page(told, tmp_path)


async def test_odd_calls_that_nobody_explained_are_shown(tmp_path: Path) -> None:
    """A premium number that rang is worth a look, until somebody says what it was."""
    told = running()
    call = told.call("2026-11-17 09:00", number="+3290312345", reason=Reason.PREMIUM_RANGE)
    text = await page(told, tmp_path)
    assert "**Worth a look:** 1 call let through" in text
    assert "+3290312345" in section(text, "Worth a look")
    told.says("2026-11-17 10:00", call, "wanted")
    assert "Worth a look" not in await page(told, tmp_path)


async def test_a_demonstration_says_so_at_the_top(tmp_path: Path) -> None:
    """A simulated clock makes no evidence."""
    told = Told()
    told.started("2026-11-09 08:00", clock="simulated")
    told.call("2026-11-17 09:00")
    text = await page(told, tmp_path)
    assert "**A simulated clock.**" in text.partition("\n## ")[0]


async def test_long_lists_are_cut_and_say_so(tmp_path: Path) -> None:
    """A page stays readable; what is left out is counted, and calls.csv is named."""
    told = running()
    for call in range(LISTED + 1):
        told.call(f"2026-11-17 09:{call // 60 % 60:02d}:{call % 60:02d}", reason=Reason.BLOCK_LIST)
    text = await page(told, tmp_path)
    assert f"{LISTED} of {LISTED + 1} are listed here. `calls.csv` has every call." in text
    assert len(section(text, "Every unwanted call").splitlines()) == LISTED + 5


async def test_an_empty_week_says_how_long_nobody_was_watching(tmp_path: Path) -> None:
    """A quiet week that nobody watched isn't a quiet week; where the length isn't known, that is said too."""
    told = running()
    assert "No call was recorded.\n" in await page(told, tmp_path)
    told.gap("2026-11-17 10:00", "2026-11-17 10:00", "2026-11-17 10:00", "the clock stood behind")
    text = await page(told, tmp_path)
    assert "No call was recorded. Nobody was watching for a time that isn't known.\n" in text
    assert "| 0 s | the clock stood behind |" in section(text, "When nobody was watching")
    told.gap("2026-11-18 10:00", "2026-11-18 08:00", "2026-11-18 10:00")
    assert "No call was recorded. Nobody was watching for 2 h 0 min.\n" in await page(told, tmp_path)


async def test_what_was_done_several_times_on_a_day_is_one_row(tmp_path: Path) -> None:
    """Marking each call of a number puts it on the list each time: the last counts, and its end is local time."""
    told = running()
    for at in ("2026-11-17 09:00", "2026-11-17 09:05", "2026-11-18 09:00"):
        told.listed(at, "+3225550345", until=at.replace("2026", "2027"))
    told.listed("2026-11-18 10:00", "+3225550345", change="remove")
    told.listed("2026-11-18 11:00", "+3225550345")
    rows = section(await page(told, tmp_path), "What changed on your lists").strip().splitlines()[2:]
    twice = "added (2 times that day; this is the last)"
    assert rows == [
        f"| Tue 2026-11-17 09:05:00 +01:00 | block list | {twice} | +3225550345 | Wed 2027-11-17 09:05:00 +01:00 | 3 |",
        "| Wed 2026-11-18 09:00:00 +01:00 | block list | added | +3225550345 | Thu 2027-11-18 09:00:00 +01:00 | 4 |",
        "| Wed 2026-11-18 10:00:00 +01:00 | block list | removed | +3225550345 |  | 5 |",
        "| Wed 2026-11-18 11:00:00 +01:00 | block list | added | +3225550345 |  | 6 |",
    ]


async def test_a_ledger_that_doesnt_verify_is_said_in_the_first_line(tmp_path: Path) -> None:
    """Nobody can take the page for evidence, whatever somebody wrote into the ledger."""
    making = Making(fault=found("entry 4: its content was <b>changed</b>"))
    report = await collect(running(), WEEK, BRUSSELS, lambda _: None, tmp_path, making=making)
    said = r"entry 4: its content was \<b\>changed\</b\>"
    first, blank, title, *_ = markdown.render(report).decode().splitlines()
    assert first == f"**The ledger doesn't verify ({said}). This is no evidence.**"
    assert (blank, title) == ("", "# The telephone in week 2026-W47")


async def test_nothing_but_facts_and_nobody_is_called_names(tmp_path: Path) -> None:
    """No joke stands where it could be taken for evidence, and the person at the other end was doing a job."""
    told = running()
    text = await page(told, tmp_path)
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    text += await page(told, tmp_path)
    assert not re.search(r"agent|scammer|spammer|idiot|pest|nuisance|\btea\b|polite|enjoy", text, re.IGNORECASE)
