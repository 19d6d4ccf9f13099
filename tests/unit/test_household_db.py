"""The household's lists on disk."""

import dataclasses
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from blocker.core.community import Rating
from blocker.core.entry import format_time
from blocker.core.listing import Listing, ListName
from blocker.errors import DataDirError, UsageError
from blocker.store import database
from blocker.store.household_db import FILE_NAME, HouseholdDb
from blocker.store.sharing_db import SharingDb

NOW = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)
SELLER = Listing(
    ListName.BLOCK,
    "+3225551234",
    is_prefix=False,
    comment="thrice a day",
    added_at=NOW,
    added_by="Ann",
    until=NOW + timedelta(days=365),
)
SELLERS = dataclasses.replace(SELLER, is_prefix=True, comment="", until=None)
FAMILY = Listing(ListName.ALLOW, "+3225551234", is_prefix=False, comment="aunt “Zoë” 🙂", added_at=NOW, added_by="Ann")


@pytest.fixture
async def lists(tmp_path: Path) -> AsyncIterator[HouseholdDb]:
    """The lists of a new data directory."""
    opened = await HouseholdDb.open(tmp_path)
    yield opened
    await opened.close()


async def test_what_was_added_is_there_after_a_restart(tmp_path: Path) -> None:
    """Both lists come back whole and typed, a number and a prefix of the same digits side by side."""
    first = await HouseholdDb.open(tmp_path)
    for listing in (SELLER, SELLERS, FAMILY):
        await first.add(listing)
    await first.close()
    second = await HouseholdDb.open(tmp_path)
    assert await second.listings() == [FAMILY, SELLER, SELLERS]
    await second.close()


async def test_an_added_listing_is_on_disk_before_add_returns(tmp_path: Path, lists: HouseholdDb) -> None:
    """Somebody else who opens the file sees the listing although its writer hasn't closed it."""
    await lists.add(SELLER)
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        assert other.execute("SELECT number FROM listing").fetchall() == [("+3225551234",)]
    other.close()


async def test_adding_again_renews_comment_and_end(lists: HouseholdDb) -> None:
    """The same target on the same list stays one listing, which keeps who added it first, and when."""
    await lists.add(SELLER)
    later = dataclasses.replace(SELLER, comment="again", added_at=NOW + timedelta(days=1), added_by="Bob", until=None)
    await lists.add(later)
    assert await lists.listings() == [dataclasses.replace(SELLER, comment="again", until=None)]


async def test_removing_gives_back_what_stood_there(lists: HouseholdDb) -> None:
    """Only the target meant goes, from the list meant; what isn't there can't be removed."""
    for listing in (SELLER, SELLERS, FAMILY):
        await lists.add(listing)
    assert await lists.remove(ListName.BLOCK, "+3225551234*") == SELLERS
    assert await lists.remove(ListName.BLOCK, "+3225551234*") is None
    assert await lists.remove(ListName.BLOCK, "+32255512") is None
    assert await lists.listings() == [FAMILY, SELLER]


async def test_a_comment_that_is_no_text_is_refused(lists: HouseholdDb) -> None:
    """Bytes of another encoding on the command line are the typist's error, and nothing is changed."""
    with pytest.raises(UsageError, match="UTF-8"):
        await lists.add(dataclasses.replace(SELLER, comment="caf\udce9"))
    assert await lists.listings() == []


@pytest.mark.parametrize(
    "harm",
    [
        "DROP TABLE listing",
        "INSERT INTO listing VALUES ('block', '+3225551234', 0, '', 'yesterday', '', NULL, '')",
        "INSERT INTO listing VALUES ('block', '+3225551234', 0, '', '2026-11-17T08:12:33.123Z', '', 'soon', '')",
    ],
)
async def test_a_file_that_was_tampered_with_is_our_error(tmp_path: Path, lists: HouseholdDb, harm: str) -> None:
    """Whatever is wrong with the file, its reader sees a `DataDirError` that names it."""
    with sqlite3.connect(tmp_path / FILE_NAME) as other:
        other.execute(harm)
    other.close()
    with pytest.raises(DataDirError, match=FILE_NAME):
        await lists.listings()


async def test_a_file_that_is_no_database_is_our_error(tmp_path: Path) -> None:
    """Garbage in the file's place is named, not run over."""
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 100)
    with pytest.raises(DataDirError, match=FILE_NAME):
        await HouseholdDb.open(tmp_path)


async def test_a_closed_file_is_our_error(tmp_path: Path) -> None:
    """A change that arrives while the service stops gets an answer."""
    lists = await HouseholdDb.open(tmp_path)
    await lists.close()
    with pytest.raises(DataDirError, match="stopping"):
        await lists.add(SELLER)


async def test_what_an_older_program_had_given_is_known_as_what_it_was_given(tmp_path: Path) -> None:
    """The rating that stands as given in its file is the given one; of what was to follow nothing is made up."""
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as older:
        for script in database._migrations("household")[:6]:
            older.executescript(script)
        identity = database._KINDS["household"].application_id
        older.executescript(f"PRAGMA application_id = {identity}; PRAGMA user_version = 6")
        at, put = format_time(NOW), "INSERT INTO upload VALUES (?, ?, ?, '', 1, ?, ?, ?, 1, '', ?)"
        older.execute(put, ("rating", "+3225551231", "E_ADVERTISING", "given", at, at, at))
        older.execute(put, ("rating", "+3225551232", "A_LEGITIMATE", "waiting", at, at, at))
        older.execute(put, ("refused-call", "+3225551233", None, "given", at, at, at))
        older.commit()
    household = await HouseholdDb.open(tmp_path)
    items = {item.upload.number[-1]: item for item in await SharingDb(household).queue()}
    await household.close()
    assert {which: item.given for which, item in items.items()} == {"1": Rating.E_ADVERTISING, "2": None, "3": None}
