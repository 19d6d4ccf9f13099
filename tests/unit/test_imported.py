"""Calls that another device recorded: their ids, what their entries may say, and their place in a week's report."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import BRUSSELS, Told, local
from hypothesis import given
from hypothesis import strategies as st

from blocker.collecting import collect
from blocker.core.call_row import BadRow, CallRow, Item, PassedOver
from blocker.core.ended import Ended
from blocker.core.entry import EntryKind, canonical
from blocker.core.imported import Device, call_id, call_imported, fields_of, imported_call, still_counts
from blocker.core.number import NumberPlan
from blocker.core.observed import Happened, SeenCall, Standing, Statement
from blocker.core.week import Week
from blocker.errors import LedgerCorruptError, LedgerFormatError, LedgerWriteError, UsageError
from blocker.filing.feeding import HOPELESS, feed

PLAN = NumberPlan("BE")
WEEK = Week.parse("2026-W47")


def row(began: str = "2026-11-17 09:12", number: str = "025550345", **about: Any) -> CallRow:
    """A row; its time is local."""
    at = datetime.fromisoformat(began).replace(tzinfo=BRUSSELS)
    return CallRow(1, (began, number), at, number, **about)


def entry(read: CallRow, at: str = "2026-11-20 20:00", **changed: Any) -> dict[str, Any]:
    """Its entry, imported at a local time."""
    fields = fields_of(read, Device.ANDROID, PLAN) | changed
    file = {"name": "calls.xml", "sha256": "0" * 64, "row": read.row}
    return call_imported(
        local(at), fields, device=Device.ANDROID, file=file, line="mobile", zone="Europe/Brussels", by="Anna"
    )


def test_the_id_is_made_as_the_specification_says() -> None:
    """Anybody can make it again from the row."""
    words = b"android-call-log\n1700000000000\n+32475551234"
    assert call_id(Device.ANDROID, ("1700000000000", "+32475551234")) == hashlib.sha256(words).hexdigest()[:16]


@given(number=st.text(max_size=40), name=st.text(max_size=40), called=st.text(max_size=20))
def test_any_row_makes_an_entry_that_can_be_written(number: str, name: str, called: str) -> None:
    """Whatever stands in it, the ledger takes the entry, and the call can be told of."""
    texts = [text.encode("utf-8", "replace").decode("latin-1") for text in (number, name)]
    content = entry(row(number=texts[0], name=texts[1], called=called.encode("utf-8", "replace").decode()))
    assert canonical({**content, "salt": "0" * 32})
    assert imported_call(7, content).happened is Happened.ELSEWHERE


@pytest.mark.parametrize(
    "changed",
    [{"verdict": {}}, {"action": "reject"}, {"hook": "fastagi"}, {"seen_by": ""}, {"presented": {"presentation": 0}}],
)
def test_an_entry_never_claims_that_we_saw_the_call(changed: dict[str, Any]) -> None:
    """Fields of a screened call don't get into one."""
    with pytest.raises(LedgerFormatError, match="can't be kept"):
        entry(row(), **changed)


def test_an_entry_without_a_device_is_told_as_damaged() -> None:
    """Nobody takes it for a call of this blocker."""
    with pytest.raises(LedgerCorruptError, match="entry 3"):
        imported_call(3, entry(row()) | {"seen_by": ""})


def test_a_withheld_number_leaves_no_trace() -> None:
    """Neither the number beside it nor a name is kept."""
    content = entry(row(number="+32475551234", presentation=32, name="Anna"))
    assert content["presented"]["kind"] == "withheld"
    assert "551234" not in repr(content["presented"])
    assert "Anna" not in repr(content["presented"])


def test_how_it_ended_is_told_as_the_device_recorded_it() -> None:
    """Whether somebody talked, and how long, counts of a call on the mobile too; a memory is no record of it."""
    talked = entry(row(disposition="ANSWERED", seconds_talked=40))
    assert imported_call(1, talked).ended == Ended("ANSWERED", 40, None, "", silent=False)
    assert imported_call(1, talked | {"seen_by": "hand"}).ended is None
    assert imported_call(1, entry(row())).ended is None


def test_only_a_persons_word_can_be_taken_back() -> None:
    """A correction that names a device's record changes nothing."""
    assert still_counts(3, {"seen_by": "android-call-log"}, {3})
    assert not still_counts(3, {"seen_by": "hand"}, {3})


async def test_a_weeks_report_counts_them_apart(tmp_path: Path) -> None:
    """By when they began, not by when they were imported; in no figure but their own, and in the company's row."""
    told = Told()
    told.started("2026-11-16 00:00")
    seen = told.call("2026-11-17 08:00")
    told.says("2026-11-17 10:00", seen, "marketing", "Proximus", "proximus")
    calls = [row("2026-11-17 09:12"), row("2026-11-15 23:59"), row("2026-11-22 23:59"), row("2026-11-23 00:00")]
    contents = [entry(one, "2026-11-29 20:00") for one in calls]
    ids = [content["call"] for content in contents]
    for content in contents:
        told.add(content)
    told.says("2026-11-29 21:00", ids[0], "marketing", "Belgacom", "proximus")
    given_calls: list[SeenCall] = []
    report = await collect(told, WEEK, BRUSSELS, given_calls.append, tmp_path)
    assert (report.totals.calls, report.totals.let_through, report.totals.unwanted) == (1, 1, 1)
    assert (report.totals.elsewhere, report.totals.elsewhere_unwanted) == (2, 1)
    assert [call.call for call in report.elsewhere.items] == [ids[0], ids[2]]
    assert [call.call for call in given_calls] == [seen, ids[0], ids[2]]
    assert report.unwanted.total == 1
    assert [number.calls for number in report.numbers.items] == [1]
    (company,) = report.companies
    assert (company.calls, company.elsewhere, company.said) == (1, 1, ("Proximus", "Belgacom"))
    assert company.last == "2026-11-17T09:12:00.000+01:00"


def test_a_mark_decides_where_it_stands() -> None:
    """Without one, nothing is inferred."""
    content = entry(row())
    assert imported_call(1, content).standing is Standing.UNMARKED
    assert imported_call(1, content, Statement(2, "marketing", "", "", "")).standing is Standing.UNWANTED
    assert imported_call(1, content, Statement(2, "wanted", "", "", "")).standing is Standing.WANTED
    assert content["kind"] == EntryKind.CALL_IMPORTED


async def test_every_row_is_accounted_for() -> None:
    """What was read is the sum of what became of it, and each row that can't be read is named."""
    brought: list[int] = []

    async def send(rows: list[dict[str, Any]]) -> dict[str, int]:
        brought.append(len(rows))
        return {"new": len(rows) - 1, "there": 1, "seen": 0}

    rows: list[Item] = [row(), PassedOver(2, "outgoing"), BadRow(3, "odd"), row(ambiguous=True)]
    account = await feed(iter(rows * 150), Device.ANDROID, lambda _: PLAN, send)
    assert brought == [200, 100]
    assert account.read == 600 == account.new + account.there + account.seen + account.bad + account.passed.total()
    assert (account.ambiguous, len(account.first_bad), account.bad) == (150, 150, 150)


async def test_a_hopeless_file_is_given_up() -> None:
    """Before anything was brought."""

    async def send(_: list[dict[str, Any]]) -> dict[str, int]:
        raise AssertionError("nothing is to be brought")

    with pytest.raises(UsageError, match=r"none of the first 100 rows .* \(row 1: odd\)"):
        await feed(iter([BadRow(1, "odd")] * HOPELESS), Device.ANDROID, lambda _: PLAN, send)


async def test_a_failure_says_how_far_it_came() -> None:
    """So that nobody wonders whether to begin again."""
    answers = iter([{"new": 200, "there": 0, "seen": 0}])

    async def send(_: list[dict[str, Any]]) -> dict[str, int]:
        for answer in answers:
            return answer
        raise LedgerWriteError("the disk is full")

    with pytest.raises(LedgerWriteError, match=r"the disk is full \(200 calls were imported before that"):
        await feed(iter([row()] * 250), Device.ANDROID, lambda _: PLAN, send)
