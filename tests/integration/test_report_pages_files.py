"""Promises about the files of a weekly report: which there are, in which languages, and never half of them."""

import csv
import dataclasses
import errno
import io
import json
from datetime import date
from pathlib import Path
from typing import NoReturn

import pypdf
import pytest
from fakes.entries import BLOCK_LISTED, BRUSSELS, LANDLINE, REJECT, WITHHELD, Told, local
from fakes.report_house import WEEK, house, made, objected, stated

from blocker import reportroom
from blocker.collecting import PLAIN
from blocker.config import Config
from blocker.core.document import KeyFigures
from blocker.core.languages import Language
from blocker.core.report import ErasedCalls
from blocker.core.stale import went_stale
from blocker.core.statement import Said
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.core.weekly import MOST_TASKS, tasks
from blocker.errors import PaperError, UsageError
from blocker.filing.remaking import Remaking
from blocker.language import Words
from blocker.looking import reader
from blocker.pages.report_page import report_page
from blocker.renderers.pdf import render_pdf

DATA = {"calls.csv", "report.json", "report.md"}
HOSTILE = "<script>alert(1)</script> =1+1 שלום 📞"


def a_week(*, letter: bool = True) -> Told:
    """A marketing call with a recorded voice, by somebody who said a strange name; a letter waits for its answer."""
    told = Told()
    told.started("2026-11-09 08:00")
    call = told.call("2026-11-17 10:00")
    stated(told, call, Said("marketing", HOSTILE, voice="recorded", consent="never"))
    if letter:
        objected(told, "proximus", date(2026, 11, 10))
    return told


async def written(config: Config, folder: Path, *languages: Language) -> list[str]:
    """Have the report written; returns what there was to say of it."""
    async with reader(config) as ledger:
        return await reportroom.write(config, ledger, WEEK, folder, languages or (Language.EN,), making=PLAIN)


def names(folder: Path) -> set[str]:
    """What lies in a folder, hidden things too."""
    return {path.name for path in folder.iterdir()}


async def test_the_first_languages_files_have_the_plain_names(tmp_path: Path) -> None:
    """Others have their language in the name; a page of before that isn't made any more goes; all bytes come again."""
    config = await house(a_week(), tmp_path)
    pages = {"report.html", "report.pdf", "report.ics"}
    french = {"report.fr.html", "report.fr.pdf", "report.fr.ics"}
    assert await written(config, tmp_path / "out", Language.NL, Language.FR) == []
    assert names(tmp_path / "out") == DATA | pages | french
    assert b'<html lang="nl">' in (tmp_path / "out" / "report.html").read_bytes()
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    await written(config, tmp_path / "out", Language.NL)
    assert names(tmp_path / "out") == DATA | pages
    assert all((tmp_path / "out" / name).read_bytes() == before[name] for name in DATA | pages)


async def test_a_strangers_words_do_nothing_in_any_file(tmp_path: Path) -> None:
    """Markup is shown as text, a formula is none; the PDF carries the same data as lies beside it."""
    config = await house(a_week(), tmp_path)
    await written(config, tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; =1+1" in page
    pdf = pypdf.PdfReader(tmp_path / "out" / "report.pdf")
    assert "<script>alert(1)" in "".join(sheet.extract_text() for sheet in pdf.pages).replace("\n", "")
    attached = {name: contents[0] for name, contents in pdf.attachments.items()}
    assert attached == {name: (tmp_path / "out" / name).read_bytes() for name in ("report.json", "calls.csv")}


async def test_the_data_has_the_law_too(tmp_path: Path) -> None:
    """`report.json` tells of each call what it points to, and `calls.csv` by which ids; the days that follow, too."""
    config = await house(a_week(), tmp_path)
    await written(config, tmp_path / "out")
    told = json.loads((tmp_path / "out" / "report.json").read_bytes())
    (call,) = told["unwanted"]["listed"]
    pointing = [flag["provision"] for flag in call["law"] if flag["finding"] == "points-to"]
    assert "be-recorded-voice" in pointing
    with (tmp_path / "out" / "calls.csv").open(newline="", encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    assert row["law_points_to"].split() == pointing
    assert told["days"][0]["due"] == "answer-due"
    assert told["weeks"][-1] == {"week": "2026-W47", "unwanted_refused": 0, "unwanted_came_through": 1}
    assert len(told["weeks"]) == 52
    assert told["unwanted_by_hour"][1][10] == 1
    assert told["marked_days"] == [{"day": "2026-11-10", "kind": "objection", "name": "Proximus"}]


async def test_without_typst_there_is_all_but_paper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for all languages it is said how to have it; a PDF of before is gone, since it may tell other things."""
    config = await house(a_week(letter=False), tmp_path)
    await written(config, tmp_path / "out")
    monkeypatch.setattr(reportroom, "can_render", lambda: False)
    (note,) = await written(config, tmp_path / "out", Language.EN, Language.DE)
    assert "pip install 'blocker[report]'" in note
    assert names(tmp_path / "out") == DATA | {"report.html", "report.de.html"}  # no letter, no days, no calendar


async def test_a_page_that_cant_be_set_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Typst may fail or take too long; the report is there, and says so."""

    async def fails(*_: object) -> NoReturn:
        raise PaperError("it took too long")

    config = await house(a_week(letter=False), tmp_path)
    monkeypatch.setattr(reportroom, "render_pdf", fails)
    assert await written(config, tmp_path / "out") == ["it took too long"]
    assert names(tmp_path / "out") == DATA | {"report.html"}


async def test_a_full_disk_leaves_the_report_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file of it has changed, and nothing half-made lies about."""

    async def full(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")

    config = await house(a_week(), tmp_path)
    await written(config, tmp_path / "out")
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    monkeypatch.setattr(reportroom, "render_pdf", full)
    with pytest.raises(UsageError, match="No space left on device"):
        await written(config, tmp_path / "out", Language.DE)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


async def test_a_folder_in_the_way_of_a_page_is_refused(tmp_path: Path) -> None:
    """Before anything is put in place."""
    config = await house(a_week(), tmp_path)
    (tmp_path / "out" / "report.pdf").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"report\.pdf is a folder"):
        await written(config, tmp_path / "out")
    assert names(tmp_path / "out") == {"report.pdf"}


async def test_pages_that_tell_of_what_was_erased_go_with_the_rest(tmp_path: Path) -> None:
    """Where a report can't be made anew after an erasure, none of its pages stays, in no language."""
    config = await house(a_week(), tmp_path)
    await written(config, tmp_path / str(WEEK), Language.NL, Language.FR)
    (tmp_path / str(WEEK) / "my notes.txt").touch()

    async def fails(_: Week, __: Path) -> None:
        raise UsageError("no")

    later = WEEK.bounds(BRUSSELS)[1].replace(year=9000)
    failures = await Remaking(tmp_path, ["calls.csv", "report.json", "report.md"], fails)({str(WEEK): later})
    assert len(failures) == 1
    assert names(tmp_path / str(WEEK)) == {"my notes.txt"}


@pytest.mark.parametrize(
    ("setting", "environ", "expected"),
    [
        ("", {}, ["nl"]),
        ("", {"LANG": "fr_BE.UTF-8"}, ["fr"]),
        ("", {"LC_ALL": "C", "LANG": "fr_BE.UTF-8"}, ["nl"]),
        ('[report]\nlanguages = ["de", "nl", "de"]\n', {"LANG": "fr_BE.UTF-8"}, ["de", "nl"]),
    ],
)
async def test_the_language_of_a_report(
    tmp_path: Path, setting: str, environ: dict[str, str], expected: list[str]
) -> None:
    """What is configured, each once; else the system's, where it is one of ours; else the region's."""
    config = await house(Told(), tmp_path, setting)
    assert [str(language) for language in reportroom.languages_of(config, environ)] == expected


@pytest.mark.parametrize("language", list(Language))
async def test_a_full_week_leaves_the_first_sheet_whole(tmp_path: Path, language: Language) -> None:
    """All kinds of figures and remarks, five things to do, six companies, a year to compare with: still one sheet."""
    told = Told()
    told.started("2025-11-10 08:00")
    told.call("2025-12-03 10:00", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,))
    mobile = dataclasses.replace(LANDLINE, name="mobile")
    told.call("2026-11-10 10:00", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,), line=mobile)
    told.call("2026-11-19 10:00", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,), line=mobile)
    told.says("2026-11-20 12:00", told.call("2026-11-20 11:00", reason=Reason.COMMUNITY), "wanted")
    told.call("2026-11-20 13:00", number=WITHHELD, reason=Reason.WITHHELD, action=REJECT)
    told.call("2026-11-20 14:00", reason=Reason.COMMUNITY, observe_only=True)
    told.says("2026-11-20 16:00", told.call("2026-11-20 15:00"), "marketing")
    told.gap("2026-11-19 08:00", "2026-11-19 02:00", "2026-11-19 08:00")
    stated(told, told.call("2026-11-17 10:00"), Said("marketing", HOSTILE))
    told.add(went_stale(local("2026-11-18 09:00"), "sellers", since=local("2026-11-18 09:00"), error="answered 500"))
    objected(told, "odido", date(2026, 6, 1))
    it = await made(await house(told, tmp_path), tmp_path / "t", language)
    totals = dataclasses.replace(it.report.totals, unwanted=9, rang_or_unknown=1, unscreened=2, elsewhere=4)
    companies = tuple(it.report.companies[0]._replace(said=(f"Company {n}",)) for n in range(6))
    erased = ErasedCalls((("unwanted", 3),), "2026-11-20T10:00:00.000+01:00", "2026-11-20T10:00:00.000+01:00")
    full = dataclasses.replace(it.report, totals=totals, companies=companies, erased=erased)
    assert len(tasks(full, it.beside)) == MOST_TASKS
    page = report_page(full, it.beside, Words(language))
    (figures,) = (block for block in page.blocks if isinstance(block, KeyFigures))
    assert len(figures.items) == 6
    second = pypdf.PdfReader(io.BytesIO(await render_pdf(page, []))).pages[1].extract_text()
    assert second.startswith(Words(language)("The year in pictures"))
