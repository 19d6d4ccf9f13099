"""Reading the ledger: which entries come, in which order, and what a reader doesn't disturb."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.ledgers import chained, content, files_in, lay_out, lay_out_vector

from blocker.core.entry import EMPTY, format_time, parse_time
from blocker.errors import LedgerCorruptError, LedgerError, LedgerFormatError
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.store.ledger_db import CHUNK

WEEK = parse_time("2026-11-16T00:00:00.000Z")


def at(hours: float) -> datetime:
    """So many hours into the week."""
    return WEEK + timedelta(hours=hours)


CONTENTS = [
    content("a", format_time(at(1)), "call-screened"),
    content("a", format_time(at(1.1)), "outcome"),
    content("c", format_time(at(5)), "call-screened"),
    content("b", format_time(at(3)), "call-screened"),  # written later than it happened, as calls that ring are
    {"kind": "gap", "at": format_time(at(6)), "from": "x"},
    content("b", format_time(at(30)), "statement"),
]


@pytest.fixture
async def reader(tmp_path: Path) -> AsyncIterator[LedgerReader]:
    """A reader of a ledger with those entries."""
    await lay_out(tmp_path, chained({"v": 1, **one} for one in CONTENTS))
    opened = await LedgerReader.open(tmp_path)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({}, [1, 2, 3, 4, 5, 6]),
        ({"kinds": ["call-screened"]}, [1, 3, 4]),
        ({"kinds": {"gap", "statement"}}, [5, 6]),
        ({"kinds": []}, []),
        ({"kinds": ["no-such-kind"]}, []),
        ({"since": at(3)}, [3, 4, 5, 6]),
        ({"until": at(3)}, [1, 2]),
        ({"since": at(1.1), "until": at(5)}, [2, 4]),
        ({"since": at(5), "until": at(5)}, []),
        ({"calls": ["b"]}, [4, 6]),
        ({"calls": ("a", "c", "nobody's")}, [1, 2, 3]),
        ({"calls": []}, []),
        ({"kinds": ["call-screened"], "since": at(2), "until": at(6), "calls": ["b", "a"]}, [4]),
    ],
)
async def test_the_entries_that_meet_every_condition_come_in_order(
    reader: LedgerReader, wanted: dict[str, Any], numbers: list[int]
) -> None:
    """`since` is included, `until` isn't, conditions add up, and the order is that of writing."""
    found = [entry async for entry in reader.entries(**wanted)]
    assert [entry.n for entry in found] == numbers
    for entry in found:
        assert entry.content.items() >= CONTENTS[entry.n - 1].items()


async def test_times_in_any_zone_mean_the_instant(reader: LedgerReader) -> None:
    """A local midnight with its offset selects the same entries as that instant in UTC."""
    local = datetime.fromisoformat("2026-11-16T04:00:00+01:00")
    assert [entry.n async for entry in reader.entries(since=local, kinds=["call-screened"])] == [3, 4]


async def test_the_newest_entry_of_a_kind_can_be_had(reader: LedgerReader) -> None:
    """The last one written of any of these kinds, or none."""
    newest = await reader.newest(["call-screened", "outcome"])
    assert newest is not None
    assert newest.n == 4
    assert await reader.newest(["erasure"]) is None


async def test_calls_can_be_found_by_how_they_begin(tmp_path: Path) -> None:
    """A person types the first digits of a call's id; each call is named once."""
    await lay_out(tmp_path, chained(content(call) for call in ("ab12", "ab12", "ab9", "b1", "a")))
    reader = await LedgerReader.open(tmp_path)
    assert await reader.calls_beginning("ab") == ["ab12", "ab9"]
    assert await reader.calls_beginning("a", limit=2) == ["a", "ab12"]
    assert await reader.calls_beginning("%") == []
    with pytest.raises(LedgerError, match="can't be used"):
        await reader.calls_beginning("\udcff")
    await reader.close()


async def test_a_reader_sees_the_moment_it_was_opened(tmp_path: Path) -> None:
    """What is added while a report is made is in the next report; head and entries belong together."""
    ledger = await Ledger.open(tmp_path)
    empty = await LedgerReader.open(tmp_path)
    await ledger.append(content("a"))
    early = await LedgerReader.open(tmp_path)
    head = ledger.head
    await ledger.append(content("b"))
    late = await LedgerReader.open(tmp_path)
    assert (await empty.head(), await early.head(), await late.head()) == (EMPTY, head, ledger.head)
    for reader, count in ((empty, 0), (early, 1), (late, 2)):
        assert len([entry async for entry in reader.entries()]) == count
        await reader.close()
    await ledger.close()


async def test_a_reader_in_the_middle_does_not_hold_up_the_writer(tmp_path: Path) -> None:
    """Entries are added while somebody reads slowly, who gets all that were there and nothing else."""
    ledger = await Ledger.open(tmp_path)
    await ledger.append(*(content(str(i)) for i in range(2 * CHUNK + 10)))
    reader = await LedgerReader.open(tmp_path)
    seen = []
    async for entry in reader.entries():
        seen.append(entry.n)
        if entry.n % 100 == 0:
            await asyncio.wait_for(ledger.append(content("meanwhile")), 10)
    assert seen == list(range(1, 2 * CHUNK + 11))
    await reader.close()
    await ledger.close()


async def test_reading_can_stop_anywhere(tmp_path: Path) -> None:
    """Whoever has found what they looked for closes the reader, and nothing stays open."""
    await lay_out(tmp_path, chained(content(str(i)) for i in range(3 * CHUNK)))
    reader = await LedgerReader.open(tmp_path)
    async for entry in reader.entries():
        if entry.n == CHUNK + 3:
            break
    await reader.close()
    with pytest.raises(LedgerError, match="can't be used"):
        await reader.head()


async def test_erased_entries_are_left_out(tmp_path: Path) -> None:
    """An entry whose content was erased has nothing to say any more."""
    await lay_out_vector(tmp_path, "holds")
    reader = await LedgerReader.open(tmp_path)
    assert [entry.n async for entry in reader.entries()] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]
    await reader.close()


async def test_no_ledger_yet_is_an_error_that_says_so(tmp_path: Path) -> None:
    """Reading begins nothing."""
    with pytest.raises(LedgerFormatError, match="holds no ledger yet"):
        await LedgerReader.open(tmp_path)
    assert not files_in(tmp_path)


@pytest.mark.parametrize(
    ("changed", "error", "why"),
    [
        ("[]", LedgerCorruptError, "entry 4 .* can't be read"),
        ('{"kind":"outcome"}', LedgerCorruptError, "entry 4 .* can't be read"),
        ('{"v":2}', LedgerFormatError, "entry 4 .* version 2"),
    ],
)
async def test_a_content_that_cannot_be_read_is_named(
    tmp_path: Path, changed: str, error: type[LedgerError], why: str
) -> None:
    """A report stops at an entry that isn't what it should be, with its number, and asks for a check."""
    rows = chained({"v": 1, **one} for one in CONTENTS)
    await lay_out(tmp_path, [(n, link, f"{changed}\n".encode() if n == 4 else text) for n, link, text in rows])
    reader = await LedgerReader.open(tmp_path)
    with pytest.raises(error, match=why):
        [entry async for entry in reader.entries()]
    await reader.close()


async def test_a_content_that_is_no_json_ends_a_search(tmp_path: Path) -> None:
    """A search by kind or time over a text that isn't JSON is an error of ours, not one of SQLite's."""
    rows = chained({"v": 1, **one} for one in CONTENTS)
    await lay_out(tmp_path, rows)
    path, text = tmp_path / "ledger.sqlite3", (rows[3][2] or b"")[:-1]
    path.write_bytes(path.read_bytes().replace(text, b"!" + text[1:]))
    reader = await LedgerReader.open(tmp_path)
    with pytest.raises(LedgerCorruptError, match=r"malformed JSON|can't be read"):
        [entry async for entry in reader.entries(kinds=["call-screened"])]
    await reader.close()
