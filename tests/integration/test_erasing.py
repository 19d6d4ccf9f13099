"""Erasing with the real program: what somebody asks for is in no byte of any file afterwards, and all verifies."""

import asyncio
import json
import sqlite3
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.agi_client import call
from fakes.entries import BRUSSELS, screened
from fakes.ledgers import raw_rows
from fakes.running import Program, running

from blocker.app import Owner
from blocker.config import load_config
from blocker.core import record
from blocker.core.attached import What, attachment
from blocker.core.entry import format_time
from blocker.core.listing import Listing, ListName
from blocker.core.statement import Said
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.errors import UsageError
from blocker.evidence.attachments import Attachments
from blocker.evidence.ledger import Ledger
from blocker.store.household_db import HouseholdDb

NUMBER, OTHER = "+3225550345", "+3225550346"
FORMS = ["3225550345", "25550345", "2 555 03 45"]
CONTACTS = """\
BEGIN:VCARD
VERSION:3.0
FN:Mo the plumber
TEL:02 555 03 45
END:VCARD
"""


def held(program: Program, texts: list[str]) -> list[str]:
    """Those of the texts that lie in any byte of the data directory, in UTF-8 or Latin-1."""
    raw = b"".join(path.read_bytes() for path in sorted(program.data.rglob("*")) if path.is_file())
    return [text for text in texts if text.encode() in raw or text.encode("latin-1") in raw]


def erasures(program: Program) -> list[dict[str, Any]]:
    return program.entries("erasure")


async def in_thread(program: Program, *words: str, check: bool = True) -> str:
    """Run a command beside the service; what it printed."""
    done = await asyncio.to_thread(program.run, *words, check=check)
    return done.stdout + done.stderr


async def test_a_number_goes_from_every_byte_of_every_file(tmp_path: Path) -> None:
    """Calls, statements, lists, contacts, dialled numbers, reports: nothing of it is left, beside a running service."""
    (tmp_path / "people.vcf").write_text(CONTACTS)
    async with running(tmp_path) as program:
        for number, name in ((NUMBER, "Zoë"), ("0032 2 555 03 45", "Zoë"), (OTHER, "Anna")):
            await call(program.fastagi, number, calleridname=name)
        await in_thread(program, "mark", "last", "wanted")
        await in_thread(program, "block", "add", NUMBER, "--comment", "rang twice")
        await in_thread(program, "contacts", "import", str(tmp_path / "people.vcf"))
        week = Week.containing(datetime.now(UTC), BRUSSELS)
        await in_thread(program, "report", "--week", str(week))
        assert held(program, FORMS) == FORMS

        shown = await in_thread(program, "erase", "--number", "02 555 03 45", "--dry-run")
        assert "call-screened: 2" in shown
        assert "on the block list: stays there" in shown
        assert "backups" in shown
        assert erasures(program) == []
        said = await in_thread(
            program, "erase", "--number", "02 555 03 45", "--also-listed", "--why", "asked by whoever it was", "--yes"
        )
        assert "It is no longer in your address book." in said
        assert "It is no longer on the block list." in said
        assert held(program, FORMS) == []
        assert held(program, [OTHER, "Anna"]) == [OTHER, "Anna"]
        assert "Zo" not in (program.data / "reports" / str(week) / "calls.csv").read_text("utf-8")
        assert "verifies" in await in_thread(program, "verify")
        assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "ring"
    told = erasures(program)
    assert {erasure["why"] for erasure in told} == {"asked by whoever it was"}
    assert [erasure["counts"][str(week)] for erasure in told] == [{"unmarked": 2}, {}]


async def test_a_pack_made_before_still_verifies_and_is_named(tmp_path: Path) -> None:
    """What was handed out stays good, with `sha256sum` too, and whoever erases is told that it is out there."""
    async with running(tmp_path) as program:
        await call(program.fastagi, NUMBER)
        await in_thread(program, "mark", "last", "marketing")
        (marked,) = program.entries("call-screened")
        await in_thread(program, "pack", "--calls", marked["call"], "--out", str(tmp_path / "pack"))
        (program.data / "ledger-kept-20260101T000000Z").mkdir()
        shown = await in_thread(program, "erase", "--call", "last", "--dry-run")
        (pack,) = program.entries("pack-made")
        assert f"the pack {pack['name']}" in shown
        assert "ledger-kept-20260101T000000Z holds an older ledger, which this doesn't reach" in shown
        await in_thread(program, "erase", "--call", "last", "--why", "a wish", "--yes")
        await in_thread(program, "verify", "--pack", str(tmp_path / "pack"))
        checked = await asyncio.to_thread(
            subprocess.run, ["sh", "verify.sh"], cwd=tmp_path / "pack", capture_output=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
        assert "verifies" in await in_thread(program, "verify")


async def test_a_listing_stays_unless_it_is_asked_for(tmp_path: Path) -> None:
    """Erasing all about a blocked number doesn't let it ring again."""
    async with running(tmp_path) as program:
        await call(program.fastagi, NUMBER)
        await in_thread(program, "mark", "last", "marketing")
        said = await in_thread(program, "erase", "--number", NUMBER, "--why", "tidy", "--yes")
        assert "It stays on the block list" in said
        assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "reject"


async def test_one_call_goes_with_all_about_it(tmp_path: Path) -> None:
    """The call, its outcome and what was said of it; the other call of the same number stays."""
    async with running(tmp_path) as program:
        await call(program.fastagi, NUMBER)
        await call(program.fastagi, NUMBER)
        await in_thread(program, "mark", "last", "marketing", "--for", "Proximus")
        said = await in_thread(program, "erase", "--call", "last", "--why", "a private matter", "--yes")
        assert "2 entries about 1 call" in said
        assert len(program.entries("call-screened")) == 1
        assert program.entries("statement") == []
        assert "verifies" in await in_thread(program, "verify")


async def test_a_letter_that_was_not_sent_goes_with_a_call_it_names(tmp_path: Path) -> None:
    """One that names the erased call goes and is told of; one that names no call stays."""
    async with running(tmp_path, more='[lines.landline]\nnumber = "02 555 01 00"') as program:
        await in_thread(program, "household", "line", "landline", "--holder", "Anna Peeters")
        await call(program.fastagi, NUMBER)
        await in_thread(program, "mark", "last", "marketing", "--for", "Proximus")
        await in_thread(program, "letter", "objection", "Proximus", "--with-calls", "--out", "named")
        await in_thread(program, "letter", "access", "Proximus", "--out", "unnamed")
        said = await in_thread(program, "erase", "--call", "last", "--why", "a private matter", "--yes")
    assert "not marked as sent, named such a call: it went too" in said
    (left,) = (program.data / "letters").iterdir()
    assert left.name.endswith("access")


async def test_all_about_a_company_goes(tmp_path: Path) -> None:
    """The calls said to be for it, and what the household recorded of it; other companies' stay."""
    async with running(tmp_path) as program:
        for said_for in ("Proximus", "Engie"):
            await call(program.fastagi, NUMBER)
            await in_thread(program, "mark", "last", "marketing", "--for", said_for)
        await in_thread(program, "company", "set", "proximus", "--objected-on", "2026-01-02", "--objected-how", "post")
        await in_thread(program, "erase", "--company", "Proximus", "--why", "the case is over", "--yes")
        assert [entry["company"] for entry in program.entries("statement")] == ["engie-be"]
        assert program.entries("objection") == []
        assert len(program.entries("call-screened")) == 1


async def test_what_makes_no_sense_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """No such call, no reason, a reason with a number, one's own line, what is never erased: and nothing happens."""
    program = Program(tmp_path, more='[lines.home]\nnumber = "02 555 01 00"')
    program.data.mkdir(mode=0o700)
    ledger = await Ledger.open(program.data)
    at = datetime.now(UTC)
    await ledger.append(record.service_stopped(at, "asked to"), screened(at, "c0ffee", number=NUMBER))
    await ledger.close()
    owner = Owner(load_config(program.config, {}, ["reject"]))
    await owner.open()
    for asked, says in (
        ({"call": "nonsense"}, "no call"),
        ({"call": "last", "why": " "}, "is blank"),
        ({"call": "last", "why": f"{NUMBER} asked"}, "can't hold a number"),
        ({"call": "last", "why": "call 025550345 rang"}, "can't hold a number"),
        ({"number": "025550100"}, "a line of your own"),
        ({"number": "none"}, "is no telephone number"),
        ({"company": "Nobody Knows"}, "no rule file names"),
        ({"company": "Proximus"}, "nothing is recorded"),
        ({"entry": 1}, "is never erased"),
        ({"entry": 999}, "there is no entry 999"),
        ({}, "say what to erase"),
    ):
        with pytest.raises(UsageError, match=says):
            await owner.handlers()["erase"](**{"why": "x", "by": "Anna", **asked})
    await owner.close()
    for words, says in (
        (("--call", "last"), "say why"),
        (("--call", "last", "--why", "x"), "nobody is there to be asked"),
        (("--call", "last", "--why", "x", "--also-listed"), "is about a number"),
    ):
        assert says in program.run("erase", *words, check=False).stderr
    assert erasures(program) == []


async def filled_with_the_past(data: Path, now: datetime) -> None:
    """A ledger with ordinary and unwanted calls of the last five years."""
    data.mkdir(mode=0o700)
    ledger = await Ledger.open(data)
    for days in (1800, 1500, 1097, 1095, 400, 40, 31, 29, 20, 1):
        at = now - timedelta(days=days, hours=1)
        for kind, number in (("ordinary", f"+3225551{days:04d}"), ("unwanted", f"+3225552{days:04d}")):
            about = screened(at, f"{kind}{days:08d}", number=number)
            if kind == "unwanted":
                about = screened(at, f"{kind}{days:08d}", number=number, reason=Reason.BLOCK_LIST)
            await ledger.append(about)
            if kind == "unwanted":
                done = record.outcome(at, f"{kind}{days:08d}", acknowledged=True, after_ms=8)
                await ledger.append(done)
    await ledger.close()


async def test_what_is_old_goes_by_itself(tmp_path: Path) -> None:
    """Started once, the service erases what is due: ordinary calls after 30 days, unwanted ones after three years."""
    program = Program(tmp_path)
    await filled_with_the_past(program.data, datetime.now(UTC))
    would = program.run("erase", "--due", "--dry-run").stdout
    assert "13 entries about 10 calls" in would
    assert "would be erased" in would
    await program.start()
    await program.logged("erased what was kept for long enough")
    left = {entry["call"] for entry in program.entries("call-screened")}
    assert left == {f"ordinary{days:08d}" for days in (1, 20, 29)} | {
        f"unwanted{days:08d}" for days in (1, 20, 29, 31, 40, 400, 1095)
    }
    assert held(program, ["+32255510031", "+32255521097"]) == []
    assert "Nothing erased" in await in_thread(program, "erase", "--due")
    assert "verifies" in await in_thread(program, "verify")
    await program.stop()
    (erasure,) = erasures(program)
    assert sum(sum(week.values()) for week in erasure["counts"].values()) == 10


async def test_a_listing_that_ran_out_goes_three_years_later(tmp_path: Path) -> None:
    """A mark blocks a number for a year: three years after that neither the list nor the ledger knows it any more."""
    program, now = Program(tmp_path), datetime.now(UTC)
    program.data.mkdir(mode=0o700)
    store, ledger = await HouseholdDb.open(program.data), await Ledger.open(program.data)
    for number, days in ((NUMBER, 1100), (OTHER, 1000)):
        made, ended = now - timedelta(days + 365), now - timedelta(days)
        listing = Listing(ListName.BLOCK, number, False, "marked as marketing", made, "Anna", ended)
        await store.add(listing)
        await ledger.append(record.list_changed(made, "add", listing, by="Anna", sha256="ab" * 32))
    await store.close()
    await ledger.close()

    assert "1 entry erased" in await in_thread(program, "erase", "--due")
    assert held(program, [NUMBER, OTHER]) == [OTHER]
    assert "Nothing erased" in await in_thread(program, "erase", "--due")
    assert OTHER in await in_thread(program, "block", "list")


async def test_no_call_waits_for_the_file_to_be_written_anew(tmp_path: Path) -> None:
    """What goes by age beside calls leaves the file as large as it was; a command alone then writes it anew."""
    program = Program(tmp_path)
    program.data.mkdir(mode=0o700)
    old = datetime.now(UTC) - timedelta(days=40)
    ledger = await Ledger.open(program.data)
    await ledger.append(*(screened(old, f"{n:016x}", name="Zoë") for n in range(200)))
    await ledger.append(record.service_stopped(datetime.now(UTC), "asked to"))
    await ledger.close()

    def unused() -> int:
        with closing(sqlite3.connect(program.data / "ledger.sqlite3")) as database:
            return int(database.execute("PRAGMA freelist_count").fetchone()[0])

    await program.start()
    await program.logged("erased what was kept for long enough")
    assert unused() > 10
    assert await program.stop() == 0
    assert "Nothing erased" in program.run("erase", "--due").stdout
    assert unused() == 0
    assert held(program, ["Zoë"]) == []


async def test_files_go_with_what_rested_on_them(tmp_path: Path) -> None:
    """An imported export goes with the ordinary calls; a proof goes with the last that rests on it, and is told of."""
    program = Program(tmp_path)
    program.data.mkdir(mode=0o700)
    old = format_time(datetime.now(UTC) - timedelta(days=40))
    files = Attachments(program.data)
    export = await files.put_bytes(b"all the calls of a telephone: +3225550345", "calls.xml")
    letter = await files.put_bytes(b"a letter", "letter.pdf")
    ledger = await Ledger.open(program.data)
    common = {"v": 1, "at": old, "how": "", "by": "Anna"}
    await ledger.append(
        {**common, "kind": "attachment", **export._asdict(), "what": "import"},
        {**common, "kind": "attachment", **letter._asdict(), "what": "letter"},
        {
            "v": 1,
            "kind": "objection",
            "at": old,
            "company": "proximus",
            "said_company": "Proximus",
            "says": "yes",
            "on": "2026-01-02",
            "how": "post",
            "proofs": [letter.sha256],
            "by": "Anna",
        },
    )
    await ledger.close()
    assert "1 file beside the ledger" in program.run("erase", "--due").stdout
    assert (files.exists(export.sha256), files.exists(letter.sha256)) == (False, True)
    program.run("erase", "--entry", "3", "--why", "a mistake", "--yes")
    assert not files.exists(letter.sha256)
    assert [told["attachments"] for told in erasures(program)] == [[export.sha256], [letter.sha256]]
    assert await files.verify() == []
    assert "verifies" in program.run("verify").stdout


@pytest.mark.parametrize(("named", "about"), [("proximus", "proximus"), ("voo", "orange-be")])
async def test_an_open_case_keeps_all_about_its_company(tmp_path: Path, named: str, about: str) -> None:
    """While a case is open nothing about the company goes by age, nor about one that has gone into it; then it does."""
    program = Program(tmp_path)
    program.data.mkdir(mode=0o700)
    at = datetime.now(UTC) - timedelta(days=2000)
    ledger = await Ledger.open(program.data)
    common = {"v": 1, "company": about, "said_company": about, "by": "Anna", "where": "", "proofs": []}
    export = await Attachments(program.data).put_bytes(b"all the calls of a telephone", "calls.xml")
    await ledger.append(
        screened(at, "c0ffee"),
        Said(mark="marketing", said_company=named, company=named).entry(at, "c0ffee", "Anna"),
        attachment(at, export, what=What.IMPORT, by="Anna"),
        common | {"kind": "case", "at": "2026-01-02T08:00:00.000Z", "state": "open", "on": "2026-01-02"},
    )
    await ledger.close()
    assert "Nothing erased" in program.run("erase", "--due").stdout
    asked = program.run("erase", "--call", "c0ffee", "--dry-run").stdout
    assert f"a case about {named} is open, and 1 of these calls may be evidence in it" in asked
    ledger = await Ledger.open(program.data)
    await ledger.append(
        common | {"kind": "case", "at": "2026-02-02T08:00:00.000Z", "state": "closed", "on": "2026-02-02"}
    )
    await ledger.close()
    assert "3 entries about 1 call" in program.run("erase", "--due").stdout
    assert raw_rows(program.data)[0][2] is None


async def test_a_report_of_a_week_that_lost_calls_says_so(tmp_path: Path) -> None:
    """It is made anew, and tells how many calls of the week it no longer knows."""
    program = Program(tmp_path)
    now = datetime.now(UTC)
    await filled_with_the_past(program.data, now)
    week = str(Week.containing(now - timedelta(days=40, hours=1), UTC))
    program.run("report", "--week", week)
    folder = program.data / "reports" / week
    assert "+32255510040" in (folder / "calls.csv").read_text()
    program.run("erase", "--due")
    assert held(program, ["+32255510040"]) == []
    assert "1 call of this week was erased" in (folder / "report.md").read_text("utf-8")
    assert json.loads((folder / "report.json").read_text())["erased"]["calls"] == {"unmarked": 1}


async def test_nothing_of_the_household_file_is_left_either(tmp_path: Path) -> None:
    """Numbers dialled and deleted listings leave no bytes in household.sqlite3 or its log."""
    async with running(tmp_path) as program:
        await in_thread(program, "allow", "add", NUMBER, "--comment", "someone dear")
        with closing(sqlite3.connect(program.data / "household.sqlite3")) as other:
            other.execute("INSERT INTO dialled VALUES (?, '2026-11-17T08:12:33.123Z')", [NUMBER])
            other.commit()
        said = await in_thread(program, "erase", "--number", NUMBER, "--also-listed", "--why", "a wish", "--yes")
        assert "no longer on the allow list" in said
        assert held(program, [NUMBER, "someone dear"]) == []
