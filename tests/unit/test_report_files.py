"""Promises about a report as a whole: what it counts, that it is whole or absent, that its bytes can be had again."""

import json
import os
import shutil
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fakes.entries import BLOCK_LISTED, BRUSSELS, WITHHELD, Entry, Told, local

from blocker.core.report import Report
from blocker.core.verdict import Match, Reason
from blocker.core.week import Week
from blocker.errors import LedgerCorruptError, UsageError
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms, default_week, last_week_with_calls, write_report

WEEK = Week.parse("2026-W47")
FORMS = Forms(("calls.csv", calls_csv.writer), {"report.json": json_report.render, "report.md": markdown.render})
GOLDEN = Path(__file__).parents[1] / "vectors" / "report"
FRENCH_RANGE = (Match("range", "+33162", "ranges/fr.toml:3"),)


def a_week() -> Told:
    """A week with something of everything."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call("2026-11-15 23:59:59.999", name="Last week's")
    bad_line = told.call("2026-11-16 10:02:31")
    told.call("2026-11-16 13:20:12")
    third = told.call("2026-11-16 16:31:40")
    told.says("2026-11-16 16:40", third, "marketing", "Telenet", "telenet")
    told.says("2026-11-16 16:41", third, "marketing", "Proximus", "proximus")
    told.says("2026-11-16 16:42", bad_line, "marketing")
    told.listed("2026-11-16 16:42", "+3225550345", until="2027-11-16 16:42")
    told.call("2026-11-17 09:05:02", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,))
    told.call("2026-11-17 09:07:40", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED,), acknowledged=False)
    hospital = told.call("2026-11-17 10:05", number=WITHHELD, name="Anonymous", reason=Reason.WITHHELD)
    told.says("2026-11-17 10:09", hospital, "wanted")
    told.call("2026-11-18 11:20:16", number="+33162001234", reason=Reason.CANVASSING_RANGE, matches=FRENCH_RANGE)
    bank = told.call("2026-11-18 11:25", number="+33162001299", reason=Reason.CANVASSING_RANGE, matches=FRENCH_RANGE)
    told.stopped("2026-11-20 11:00")
    told.gap("2026-11-20 12:00", "2026-11-20 11:00", "2026-11-20 12:00")
    told.started("2026-11-20 12:00")
    told.call("2026-11-21 15:40:09", number="+3290312345", reason=Reason.PREMIUM_RANGE)
    told.call("2026-11-22 23:59:59.999", number="+32475550199", name="Zoë 📞 | <b>grand-mère</b>")
    told.call("2026-11-23 00:00:00.000", name="Next week's")
    told.says("2026-11-24 09:00", bank, "wanted", "Banque 'X'")
    return told


def files(folder: Path) -> dict[str, bytes]:
    """What lies in a folder, hidden things too."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def read_json(folder: Path) -> Any:
    """The JSON form of a report."""
    return json.loads((folder / "report.json").read_bytes())


async def test_the_golden_week(tmp_path: Path) -> None:
    """The report of a kept ledger is, byte for byte, the one that was looked at and kept with it.

    Where it changes on purpose: run with BLOCKER_RENEW_GOLDEN=1, and look at what git shows.
    """
    told = Told()
    for line in (GOLDEN / "entries.jsonl").read_text(encoding="utf-8").splitlines():
        told.add(json.loads(line))
    await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    made = files(tmp_path)
    if os.environ.get("BLOCKER_RENEW_GOLDEN"):
        shutil.copytree(tmp_path, GOLDEN, dirs_exist_ok=True)
    kept = files(GOLDEN)
    assert {name: kept[name] for name in made} == made


async def test_the_same_ledger_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the ledger shows in a report: no clock, no zone or language of the machine, no earlier report."""
    await write_report(a_week(), WEEK, BRUSSELS, tmp_path / "one", FORMS)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("LC_ALL", "nl_BE.UTF-8")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "report.md").write_bytes(b"an earlier one")
    await write_report(a_week(), WEEK, BRUSSELS, tmp_path / "two", FORMS)
    assert files(tmp_path / "one") == files(tmp_path / "two")


async def test_only_the_weeks_own_calls_count_and_each_by_its_latest_statement(tmp_path: Path) -> None:
    """A call a millisecond before Monday or after Sunday is another week's; a correction replaces what it corrects."""
    report = await write_report(a_week(), WEEK, BRUSSELS, tmp_path, FORMS)
    totals = report.totals
    assert (totals.calls, totals.refused, totals.rang_or_unknown, totals.let_through) == (10, 3, 1, 6)
    assert (totals.unwanted, totals.unwanted_refused, totals.suspected) == (4, 2, 1)
    assert (totals.false_positives, totals.wanted, totals.unmarked) == (1, 1, 3)
    assert totals.without_number == 1
    assert [(row.company, row.said, row.calls) for row in report.companies] == [
        ("proximus", ("Proximus",), 1),
        ("", ("Banque 'X'",), 1),
    ]


async def test_a_statement_made_after_the_week_is_in_its_report(tmp_path: Path) -> None:
    """Whoever finds the time on Tuesday to say that it was the bank has it counted as such."""
    report = await write_report(a_week(), WEEK, BRUSSELS, tmp_path, FORMS)
    (bank,) = report.false_positives.items
    assert bank.number == "+33162001299"


async def test_the_figures_add_up(tmp_path: Path) -> None:
    """Each call is in exactly one row of each kind, as the report claims."""
    totals = (await write_report(a_week(), WEEK, BRUSSELS, tmp_path, FORMS)).totals
    fates = (totals.refused, totals.rang_or_unknown, totals.let_through)
    standings = (totals.unwanted, totals.suspected, totals.false_positives, totals.wanted, totals.refused_by_policy)
    assert sum(fates) == sum(standings) + totals.unmarked == totals.calls


async def test_an_outcome_after_midnight_belongs_to_the_call_before_it(tmp_path: Path) -> None:
    """The phone system's acknowledgement may come in the next week."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call("2026-11-22 23:59:59.998", reason=Reason.BLOCK_LIST)
    report = await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    assert (report.totals.refused, report.unwanted.total) == (1, 1)


async def test_both_half_past_twos_of_the_long_night_are_told_apart(tmp_path: Path) -> None:
    """On 25 October 2026 two calls at 02:30 come an hour apart; the report says so with their offsets."""
    told = Told()
    told.started("2026-10-01 08:00")
    for at in ("2026-10-25 02:30", "2026-10-25 02:30*", "2026-10-25 23:59:59.999", "2026-10-26 00:00"):
        told.call(at, reason=Reason.BLOCK_LIST)
    report = await write_report(told, Week.parse("2026-W43"), BRUSSELS, tmp_path, FORMS)
    assert [call.local for call in report.unwanted.items] == [
        "2026-10-25T02:30:00.000+02:00",
        "2026-10-25T02:30:00.000+01:00",
        "2026-10-25T23:59:59.999+01:00",
    ]


async def test_an_empty_week_has_a_report_that_says_so(tmp_path: Path) -> None:
    """No calls is an answer, and the ledger's head is printed all the same."""
    told = Told()
    told.started("2026-11-09 08:00")
    await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "No call was recorded.\n" in text
    assert (await told.head()).sha256 in text
    assert (tmp_path / "calls.csv").read_bytes().count(b"\r\n") == 1
    assert read_json(tmp_path)["totals"]["calls"] == 0


async def test_one_call_is_a_report_too(tmp_path: Path) -> None:
    """Singular and all."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    assert "**Kept away:** 1 unwanted call refused.\n" in (tmp_path / "report.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ("2026-11-17 09:00", "The ledger has no entry after Tue 2026-11-17 09:00:00 +01:00."),
        ("2026-11-12 09:00", "The ledger has no entry after Mon 2026-11-16 00:00:00 +01:00."),
        ("2026-11-23 00:00", "The ledger tells of no such time this week."),
    ],
)
async def test_what_came_after_the_last_entry_is_not_claimed_as_watched(tmp_path: Path, last: str, says: str) -> None:
    """A service that died in silence can't be told from one that heard nothing, until the next entry."""
    told = Told()
    told.started("2026-11-09 08:00")
    told.call(last)
    await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    assert says in (tmp_path / "report.md").read_text(encoding="utf-8")


class Growing(Told):
    """A ledger that is added to while it is being read."""

    async def entries(
        self,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """As it stands, and a blocked call more each time."""
        async for entry in super().entries(kinds, since, until, calls):
            yield entry
        self.call("2026-11-18 09:00", reason=Reason.BLOCK_LIST)


async def test_what_comes_while_the_report_is_made_is_for_the_next_one(tmp_path: Path) -> None:
    """The head that is printed is that of exactly the entries which the report rests on."""
    told = Growing()
    told.started("2026-11-09 08:00")
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    report = await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    assert (report.head.n, report.totals.calls, report.gaps.total) == (3, 1, 0)


@pytest.mark.parametrize(
    ("calls", "now", "week"),
    [
        (["2026-11-17 09:00"], "2026-11-23 06:00", "2026-W47"),
        (["2026-11-17 09:00"], "2026-11-23 00:00", "2026-W47"),
        (["2026-11-17 09:00"], "2026-11-22 23:59:59.999", None),
        (["2026-11-17 09:00", "2026-11-24 09:00"], "2026-11-26 06:00", "2026-W47"),
        (["2026-11-17 09:00", "2026-11-24 09:00"], "2026-11-30 06:00", "2026-W48"),
        (["2026-11-17 09:00"], "2027-02-01 06:00", "2026-W47"),
        (["2026-12-31 09:00"], "2027-01-04 06:00", "2026-W53"),
        (["2027-02-01 09:00"], "2026-11-26 06:00", None),
        ([], "2026-11-26 06:00", None),
    ],
)
async def test_the_default_week_is_the_last_complete_one_that_holds_calls(
    calls: list[str], now: str, week: str | None
) -> None:
    """Quiet weeks are passed over, the running week is never taken for a whole one, and none is invented."""
    told = Told()
    told.started("2026-11-09 08:00")
    for at in calls:
        told.call(at)
    found = await last_week_with_calls(told, local(now), BRUSSELS)
    assert (str(found) if found else None) == week


async def test_without_a_complete_week_the_error_names_the_present_one() -> None:
    """Somebody who installed it yesterday is told how to look at today."""
    with pytest.raises(UsageError, match="--week 2026-W47"):
        await default_week(Told(), datetime(2026, 11, 18, tzinfo=UTC), BRUSSELS)


def fails(_: Report) -> NoReturn:
    """A renderer that meets a full disk."""
    raise OSError(28, "No space left on device")


def breaks(_: Report) -> NoReturn:
    """A renderer with a fault."""
    raise ZeroDivisionError


@pytest.mark.parametrize(("render", "error"), [(fails, UsageError), (breaks, ZeroDivisionError)])
async def test_when_anything_fails_the_folder_is_as_before(
    tmp_path: Path, render: Callable[[Report], bytes], error: type[Exception]
) -> None:
    """An earlier report stays whole beside nothing half-written."""
    await write_report(a_week(), WEEK, BRUSSELS, tmp_path, FORMS)
    before = files(tmp_path)
    forms = Forms(FORMS.calls, {"report.json": json_report.render, "report.md": render})
    with pytest.raises(error):
        await write_report(Told(), WEEK, BRUSSELS, tmp_path, forms)
    assert files(tmp_path) == before


async def test_a_broken_ledger_leaves_no_report(tmp_path: Path) -> None:
    """What can't be read isn't reported on."""
    told = a_week()
    told.add({"v": 1, "kind": "call-screened", "at": "2026-11-18T10:00:00.000Z", "call": "x"})
    with pytest.raises(LedgerCorruptError, match="verify"):
        await write_report(told, WEEK, BRUSSELS, tmp_path, FORMS)
    assert files(tmp_path) == {}


async def test_folders_are_made_as_needed(tmp_path: Path) -> None:
    """A report can go where nothing is yet."""
    await write_report(a_week(), WEEK, BRUSSELS, tmp_path / "a" / "b", FORMS)
    assert sorted(files(tmp_path / "a" / "b")) == ["calls.csv", "report.json", "report.md"]


@pytest.mark.parametrize("out", ["file", "file/below"])
async def test_a_file_in_the_way_is_an_error_that_says_so(tmp_path: Path, out: str) -> None:
    """What is there stays there."""
    (tmp_path / "file").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"file.*name a folder"):
        await write_report(a_week(), WEEK, BRUSSELS, tmp_path / out, FORMS)
    assert files(tmp_path) == {"file": b"mine"}


async def test_a_folder_under_a_files_name_is_an_error_before_anything_is_written(tmp_path: Path) -> None:
    """The report would otherwise be half replaced."""
    (tmp_path / "report.md").mkdir()
    with pytest.raises(UsageError, match=r"report\.md is a folder"):
        await write_report(a_week(), WEEK, BRUSSELS, tmp_path, FORMS)
    assert not (tmp_path / "calls.csv").exists()


async def test_a_folder_that_takes_no_files_is_an_error_that_says_why() -> None:
    """/proc takes no files from anybody, root included."""
    with pytest.raises(UsageError, match=r"/proc.*choose another"):
        await write_report(a_week(), WEEK, BRUSSELS, Path("/proc"), FORMS)
