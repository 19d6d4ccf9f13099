"""What holds of a ledger that could not go on is taken over into the next: all of it, once, and nothing else."""

import asyncio
import contextlib
import gc
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.entries import screened
from fakes.ledgers import raw_rows, tamper
from fakes.stall import LONGEST_STALL, TRIES, watching

from blocker import looking
from blocker.config import load_config
from blocker.core import record
from blocker.core.asked import looked_up
from blocker.core.call_row import CallRow
from blocker.core.corrected import correction
from blocker.core.entry import EntryKind, parse, parse_link, sha256_hex
from blocker.core.household_entries import project
from blocker.core.household_facts import Fact
from blocker.core.household_file import HouseholdFile
from blocker.core.imported import Device, call_imported, fields_of
from blocker.core.number import NumberPlan
from blocker.core.spoken import Spoken
from blocker.core.statement import Said
from blocker.core.taken_over import FIELD, recorded
from blocker.core.watching import Watch
from blocker.errors import LedgerWriteError
from blocker.evidence import renewal
from blocker.evidence.kept import kept_beside, kept_ledgers
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.evidence.verify import verify
from blocker.filing.taking_over import TakingOver
from blocker.reporting import last_week_with_calls

AT = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
CALLS = 60
SCREENED = range(2, 2 * CALLS + 2, 2)
"""The numbers of the calls' entries; the outcome of each is the next one."""

Content = dict[str, Any]


def registration(on: str) -> Content:
    return Fact(EntryKind.REGISTRATION, register="be-dncm", on=date.fromisoformat(on)).entry(AT, "Anna")


def objection(company: str) -> Content:
    return Fact(EntryKind.OBJECTION, company=company, said_company=company, on=date(2025, 1, 10)).entry(AT, "Anna")


def imported_call_of(number: str) -> Content:
    row = CallRow(1, (number,), AT, number, disposition="ANSWERED", seconds_talked=9)
    fields = fields_of(row, Device.ANDROID, NumberPlan("BE"))
    file = {"name": "calls.xml", "sha256": "0" * 64, "row": 1}
    return call_imported(AT, fields, device=Device.ANDROID, file=file, line="mobile", zone="Europe/Brussels", by="Anna")


def started(at: datetime) -> Content:
    return record.service_started(
        at, program="b", clock="system", region="BE", time_zone="UTC", observe_only=False, rules="", lists={}
    )


def everything() -> list[Content]:
    """A house's entries: a start, calls with outcomes, an objection, one that was withdrawn, a registration, a stop."""
    calls: list[Content] = []
    for i in range(CALLS):
        at = AT + timedelta(hours=i)
        calls += [
            screened(at, f"{i:016x}", number=f"+3225550{i:03}"),
            record.outcome(at, f"{i:016x}", acknowledged=True, after_ms=8),
        ]
    facts = [objection("proximus"), objection("orange-be"), correction(AT, 2 * CALLS + 3, why="no", by="Anna")]
    return [started(AT), *calls, *facts, registration("2024-05-02"), record.service_stopped(AT, "asked to")]


class Journal:
    """Where entries go; cut off after so many batches, where that is wanted."""

    def __init__(self, ledger: Ledger, batches: int | None) -> None:
        self._ledger, self._left = ledger, batches

    async def durable(self, *contents: Content) -> int:
        if self._left == 0:
            raise LedgerWriteError("the power is gone")
        self._left = None if self._left is None else self._left - 1
        return await self._ledger.append(*contents)

    async def flush(self) -> bool:
        return True


@contextlib.asynccontextmanager
async def reader(directory: Path) -> AsyncIterator[LedgerReader]:
    opened = await LedgerReader.open(directory)
    try:
        yield opened
    finally:
        await opened.close()


@contextlib.asynccontextmanager
async def taking_over(directory: Path, batches: int | None = None) -> AsyncIterator[tuple[TakingOver, Ledger]]:
    """The use case, with the ledger that it writes to."""
    ledger, alone = await Ledger.open(directory), asyncio.Lock()
    try:
        yield (
            TakingOver(
                lambda: reader(directory),
                lambda: kept_ledgers(directory),
                Journal(ledger, batches),
                StandingClock(AT + timedelta(days=30)),
                lambda: alone,
            ),
            ledger,
        )
    finally:
        await ledger.close()


async def filled(directory: Path, *more: Content) -> None:
    ledger = await Ledger.open(directory)
    for content in [*everything(), *more]:
        await ledger.append(content)
    await ledger.copy_head("stop")
    await ledger.close()


async def begun_anew(directory: Path) -> Path:
    begun = await renewal.begin_anew(directory, "it doesn't hold", lambda: AT + timedelta(days=30))
    await begun.ledger.close()
    return renewal.kept(directory)[-1]


async def taken(directory: Path) -> Any:
    """Take over, and see that the new ledger holds."""
    async with taking_over(directory) as (use_case, _):
        done = await use_case.take(by="Anna")
    assert (await verify(directory)).holds
    return done["ledgers"][-1]


def entries(directory: Path) -> dict[int, Content]:
    return {n: parse(content) for n, _, content in raw_rows(directory) if content is not None}


def from_where(directory: Path) -> dict[int, Content]:
    """The entries that were taken over, by their number in the kept ledger."""
    found = [content for content in entries(directory).values() if FIELD in content]
    numbers = [int(content[FIELD]["link"].split()[0]) for content in found]
    assert len(set(numbers)) == len(numbers)
    return dict(zip(numbers, found, strict=True))


def household(directory: Path) -> HouseholdFile:
    return project(entries(directory).items(), str)


WHOLE = set(range(1, 2 * CALLS + 7))
"""The entries of `everything`."""


@pytest.mark.parametrize(
    ("damage", "lost", "behind"),
    [
        ("SELECT 1", set(), set()),
        ("UPDATE contents SET content = replace(content, '3225550009', '3225550008') WHERE n = 20", {20}, set()),
        ("UPDATE contents SET content = '{}' WHERE n = 20", {20}, set()),
        ("DELETE FROM contents WHERE n = 20", {20}, set()),
        ("DELETE FROM links WHERE n = 20", {20}, set(range(21, 127))),
        ("UPDATE links SET line = replace(line, substr(line, 10, 1), 'x') WHERE n = 20", {20}, set(range(21, 127))),
        ("UPDATE links SET line = '20 ' || substr(line, 68) || ' ' || substr(line, 4, 64) WHERE n = 20", {20},
         set(range(21, 127))),
        ("DELETE FROM contents WHERE n > 100", set(range(101, 127)), set()),
        ("DELETE FROM links WHERE n = 1", {1}, set(range(2, 127))),
    ],
)  # fmt: skip
async def test_what_holds_is_taken_over_and_nothing_else(
    tmp_path: Path, damage: str, lost: set[int], behind: set[int]
) -> None:
    """One damaged entry costs that entry; those behind a link that doesn't hold come along, and say so."""
    await filled(tmp_path)
    tamper(tmp_path, damage)
    folder = await begun_anew(tmp_path)
    done = await taken(tmp_path)
    found = from_where(tmp_path)
    withdrawn = set() if 2 * CALLS + 3 not in lost else {2 * CALLS + 4}  # what it takes back isn't there
    assert set(found) == WHOLE - lost - withdrawn
    assert {n for n, content in found.items() if not content[FIELD]["verifies"]} == behind - lost - withdrawn
    assert (done["taken"], done["after_fault"]) == (len(found), len(behind - lost - withdrawn))
    assert done["verified"] == min(behind, default=127) - (2 if behind else 1)
    links = {n: line for n, line, _ in raw_rows(folder) if line}
    for n, content in found.items():
        assert content[FIELD]["ledger"] == folder.name
        assert content[FIELD]["link"].encode() + b"\n" == links[n]
        assert sha256_hex(recorded(content)) == parse_link(links[n]).content_sha256


async def test_doing_it_again_adds_nothing(tmp_path: Path) -> None:
    """Each entry is taken over once, however often that is asked for; looking alone adds nothing."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    async with taking_over(tmp_path) as (use_case, ledger):
        would = (await use_case.take(dry_run=True))["ledgers"][0]
        assert ledger.head.n == 1
    done = await taken(tmp_path)
    assert would == done
    head = len(raw_rows(tmp_path))
    again = await taken(tmp_path)
    assert (again["taken"], again["there"], len(raw_rows(tmp_path))) == (0, done["taken"], head)


@pytest.mark.parametrize("batches", [0, 1, 2, 3])
async def test_a_power_cut_costs_and_doubles_nothing(tmp_path: Path, batches: int) -> None:
    """Where it was cut off it goes on, and what is taken back still is."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    async with taking_over(tmp_path, batches) as (use_case, _):
        with pytest.raises(LedgerWriteError):
            await use_case.take()
    await taken(tmp_path)
    assert set(from_where(tmp_path)) == WHOLE
    assert [one.company for one in household(tmp_path).objections] == ["proximus"]


async def test_what_was_erased_stays_erased(tmp_path: Path) -> None:
    """What an erasure of the old ledger lists isn't taken over, even where somebody has put it back."""
    await filled(tmp_path)
    ledger = await Ledger.open(tmp_path)
    await ledger.erase([20, 21], "a wish", "Anna")
    await ledger.close()
    tamper(tmp_path, "INSERT INTO contents (n, content) SELECT 20, content FROM contents WHERE n = 22")
    await begun_anew(tmp_path)
    await taken(tmp_path)
    assert set(from_where(tmp_path)) == WHOLE - {20, 21}


async def test_pages_that_cannot_be_read_cost_no_more_than_what_is_on_them(tmp_path: Path) -> None:
    """A card that wears out: a page of rubbish in the middle of the contents, and what lies behind it comes along."""
    await filled(tmp_path)
    file = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        query = "SELECT pageno FROM dbstat WHERE name = 'contents' AND pagetype = 'leaf' ORDER BY path"
        try:
            pages = [page for (page,) in database.execute(query)]
        except sqlite3.OperationalError:  # a build of SQLite without that table
            pages = []
    raw = bytearray(file.read_bytes())
    if not pages:
        at = raw.find(b"+3225550030")
        pages = [at // 4096 + 1] * 3
    page = pages[len(pages) // 2]
    raw[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    file.write_bytes(raw)
    await begun_anew(tmp_path)
    done = await taken(tmp_path)
    found = from_where(tmp_path)
    assert 0 < len(WHOLE - set(found)) < 30
    assert done["odd"] == len(WHOLE - set(found))
    assert all(content[FIELD]["verifies"] for content in found.values())  # the links are on other pages
    assert {min(WHOLE), max(WHOLE)} <= set(found)
    (sentence,) = await erased(tmp_path, [number_of(tmp_path, f"{2:016x}")])
    assert "perhaps not all traces" in sentence  # the file can't be written anew
    assert holds(renewal.kept(tmp_path)[0], "+3225550002") == []


async def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    """Nothing can be had from it, nothing is added, and another kept ledger beside it is taken over all the same."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    (tmp_path / "ledger-kept-20200101T000000Z").mkdir()
    (tmp_path / "ledger-kept-20200101T000000Z" / "ledger.sqlite3").write_bytes(b"rubbish " * 1000)
    async with taking_over(tmp_path) as (use_case, _):
        broken, whole = (await use_case.take())["ledgers"]
        assert await use_case.erase_there() == []  # nothing is to be erased from it
    assert "not a database" in broken["error"]
    assert (broken["taken"], whole["error"], whole["taken"]) == (0, "", len(WHOLE))


async def test_what_was_said_anew_since_holds(tmp_path: Path) -> None:
    """The household told its registration again before it found out: the old word doesn't come back over that."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    ledger = await Ledger.open(tmp_path)
    await ledger.append(registration("2024-06-03"))
    await ledger.close()
    await taken(tmp_path)
    assert [str(one.on) for one in household(tmp_path).registrations] == ["2024-06-03"]


async def test_the_old_calls_are_older_than_all_that_came_since(tmp_path: Path) -> None:
    """Whoever asks for the newest call gets the newest, and somebody watched from the first start on."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    later = AT + timedelta(days=30)
    ledger = await Ledger.open(tmp_path)
    await ledger.append(
        record.gap(later, since=AT, until=later, why="off", calls_lost=None), started(later), screened(later, "f" * 16)
    )
    await ledger.close()
    await taken(tmp_path)
    async with reader(tmp_path) as opened:
        newest = await opened.newest(["call-screened"])
        assert str(await last_week_with_calls(opened, later, ZoneInfo("UTC"))) == "2026-W45"
    assert newest is not None
    assert newest.content["call"] == "f" * 16
    watch = Watch(AT - timedelta(days=1), later + timedelta(days=1), UTC)
    for n, content in entries(tmp_path).items():
        watch.take(n, content)
    assert [(gap.seconds, gap.why) for gap in watch.gaps()][1:] == [(30 * 86_400, "off")]
    assert watch.gaps()[0].seconds == 86_400
    assert watch.watching_at_end


async def test_what_others_said_back_then_is_in_no_memory(tmp_path: Path) -> None:
    """`check` decides by the answers that the service has had since its last start, not by those taken over since."""
    then = looked_up(AT, "0" * 16, "mine", asked={}, answer=(), after_ms=9)
    await filled(tmp_path, started(AT), then)
    await begun_anew(tmp_path)
    ledger, later = await Ledger.open(tmp_path), AT + timedelta(days=30)
    since = looked_up(later, "f" * 16, "mine", asked={}, answer=(), after_ms=9)
    await ledger.append(started(later), since)
    await ledger.close()
    await taken(tmp_path)
    (tmp_path / "blocker.toml").write_text(f'region = "BE"\ndata_dir = "{tmp_path}"\n')
    said, held = await looking.answers(load_config(tmp_path / "blocker.toml", {}, []))
    assert [[one.call for one in some] for some in (said, held)] == [["0" * 16, "f" * 16], ["f" * 16]]


async def erased(directory: Path, numbers: list[int]) -> list[str]:
    async with taking_over(directory) as (use_case, ledger):
        await ledger.erase(numbers, "a wish", "Anna")
        return await use_case.erase_there()


def number_of(directory: Path, call: str) -> int:
    return next(n for n, content in entries(directory).items() if content.get("call") == call)


def holds(folder: Path, text: str) -> list[str]:
    """The files that hold a text."""
    return [path.name for path in folder.iterdir() if path.is_file() and text.encode() in path.read_bytes()]


async def test_what_is_erased_goes_from_the_kept_ledger_too(tmp_path: Path) -> None:
    """Its content is in no byte of the old files any more, its link is, and who verifies those is told of it."""
    await filled(tmp_path)
    tamper(tmp_path, "UPDATE contents SET content = replace(content, '3225550009', '3225550008') WHERE n = 20")
    folder = await begun_anew(tmp_path)
    await taken(tmp_path)
    assert holds(folder, "+3225550012")
    links = [line for _, line, _ in raw_rows(folder)]
    assert await erased(tmp_path, [number_of(tmp_path, f"{12:016x}")]) == []
    assert holds(folder, "+3225550012") == []
    assert [line for _, line, _ in raw_rows(folder)] == links
    found = await verify(folder, erased_elsewhere=[26])
    assert (found.erased, [fault.n for fault in found.faults]) == (1, [20])
    assert await erased(tmp_path, [number_of(tmp_path, f"{13:016x}")]) == []  # and again


async def test_beside_calls_an_old_ledger_is_not_written_anew(tmp_path: Path) -> None:
    """What goes by age keeps no disk busy; what a person asks for and is too large says so, and offline it is done."""
    await filled(tmp_path)
    folder = await begun_anew(tmp_path)
    await taken(tmp_path)
    with closing(sqlite3.connect(folder / "ledger.sqlite3")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = (folder / "ledger.sqlite3").stat().st_size
    async with taking_over(tmp_path) as (use_case, ledger):
        await ledger.erase([number_of(tmp_path, f"{i:016x}") for i in range(CALLS)], "age", "")
        assert await use_case.erase_there(0) == []
        assert holds(folder, "+3225550012") == []
        assert (folder / "ledger.sqlite3").stat().st_size == size
        await ledger.erase([number_of(tmp_path, f"{CALLS - 1:016x}")], "a wish", "Anna")
        (sentence,) = await use_case.erase_there(1)
        assert "too large to be written anew while calls come in" in sentence
        assert await use_case.erase_there(None) == []
        assert (folder / "ledger.sqlite3").stat().st_size < size


async def test_where_an_erasure_is_damaged_the_kept_ledgers_are_told_of_all_the_same(tmp_path: Path) -> None:
    """Who verifies a second ledger that broke is told what is wrong with it, not that the first can't be looked at."""
    await filled(tmp_path)
    folder = await begun_anew(tmp_path)
    await taken(tmp_path)
    await erased(tmp_path, [number_of(tmp_path, f"{12:016x}")])
    (there,) = await kept_beside(tmp_path)
    assert (there.folder, there.taken_over, len(there.erased)) == (folder, True, 1)
    tamper(tmp_path, "UPDATE contents SET content = json_remove(content, '$.entries') WHERE kind = 'erasure'")
    (there,) = await kept_beside(tmp_path)
    assert (there.folder, there.erased) == (folder, frozenset())


async def test_what_cannot_be_erased_there_is_said(tmp_path: Path) -> None:
    """Where the old file is too damaged to be changed, the household is told which folder to remove."""
    await filled(tmp_path)
    folder = await begun_anew(tmp_path)
    await taken(tmp_path)
    (folder / "ledger.sqlite3").write_bytes(b"rubbish " * 1000)
    (sentence,) = await erased(tmp_path, [number_of(tmp_path, f"{12:016x}")])
    assert folder.name in sentence
    assert "remove that folder" in sentence


async def test_a_ledger_that_broke_twice_is_followed_back(tmp_path: Path) -> None:
    """Nothing is taken over twice, what was recorded first can still be had, and erasing reaches all of them."""
    await filled(tmp_path)
    first = await begun_anew(tmp_path)
    await taken(tmp_path)
    second = await begun_anew(tmp_path)
    async with taking_over(tmp_path) as (use_case, _):
        one, two = (await use_case.take())["ledgers"]
    assert (one["taken"], one["came_along"], two["taken"]) == (0, True, len(WHOLE))
    found = [content for content in entries(tmp_path).values() if FIELD in content]
    assert len(found) == len(WHOLE)
    for content in found:
        before = parse(recorded(content))
        was = parse_link(before[FIELD]["link"].encode() + b"\n")
        assert sha256_hex(recorded(before)) == was.content_sha256
    assert await erased(tmp_path, [number_of(tmp_path, f"{12:016x}")]) == []
    assert holds(first, "+3225550012") == holds(second, "+3225550012") == []
    async with taking_over(tmp_path) as (use_case, _):
        assert await use_case.not_reached() == []


async def test_where_it_broke_twice_no_call_is_there_twice(tmp_path: Path) -> None:
    """Also where just those entries are damaged that say what the second ledger took over from the first."""
    await filled(tmp_path)
    await begun_anew(tmp_path)
    await taken(tmp_path)
    tamper(tmp_path, "UPDATE contents SET content = '{}' WHERE kind = 'ledger-taken-over'")
    await begun_anew(tmp_path)
    await taken(tmp_path)
    calls = [content["call"] for content in entries(tmp_path).values() if content["kind"] == EntryKind.CALL_SCREENED]
    assert sorted(calls) == [f"{i:016x}" for i in range(CALLS)]


async def test_what_erasing_does_not_reach_is_said(tmp_path: Path) -> None:
    """Before it was taken over, while damaged entries are in it, and where somebody has moved it elsewhere."""
    await filled(tmp_path)
    tamper(tmp_path, "UPDATE contents SET content = '{}' WHERE n = 20")
    folder = await begun_anew(tmp_path)
    async with taking_over(tmp_path) as (use_case, _):
        assert "doesn't reach (first: blocker take-over)" in (await use_case.not_reached())[0]
        await use_case.take()
        assert "has 1 damaged entries" in (await use_case.not_reached())[0]
        folder.rename(tmp_path / "elsewhere")
        assert "was moved elsewhere" in (await use_case.not_reached())[0]


async def test_a_call_that_was_imported_again_is_there_once(tmp_path: Path) -> None:
    """The household brought its telephone's export anew before: no call counts twice, and erasing reaches both.

    What it said of the call since is not undone by what it had said before.
    """
    imported = imported_call_of("+3225550990")
    await filled(tmp_path, imported, Said(mark="marketing").entry(AT, imported["call"], "Anna"))
    folder = await begun_anew(tmp_path)
    ledger = await Ledger.open(tmp_path)
    await ledger.append(imported, Said(mark="wanted").entry(AT + timedelta(days=30), imported["call"], "Anna"))
    await ledger.close()
    await taken(tmp_path)
    assert Spoken.among(entries(tmp_path).items()).of(imported["call"]).mark == "wanted"
    (n,) = [n for n, content in entries(tmp_path).items() if content["kind"] == EntryKind.CALL_IMPORTED]
    assert holds(folder, "+3225550990")
    assert await erased(tmp_path, [n]) == []
    assert holds(folder, "+3225550990") == holds(tmp_path, "+3225550990") == []


@pytest.mark.soak
async def test_no_call_waits_for_it(tmp_path: Path) -> None:
    """While thousands of entries are taken over, no decision is held up for longer than other work may."""
    stalls: list[float] = []
    while len(stalls) < TRIES and min(stalls, default=1.0) > LONGEST_STALL:
        house = tmp_path / str(len(stalls))
        house.mkdir()
        await filled(house, *(screened(AT + timedelta(minutes=i), f"{i:016x}") for i in range(10**6, 10**6 + 5_000)))
        await begun_anew(house)
        gc.collect()
        gc.freeze()  # as the service does, and a run of tests has loaded far more
        async with taking_over(house) as (use_case, _), watching(lambda: None) as watch:
            assert (await use_case.take())["ledgers"][0]["taken"] > 5_000
        gc.unfreeze()
        stalls.append(watch.longest)
    assert min(stalls) <= LONGEST_STALL
