"""Files that somebody names while they are being erased: they stay, and the ledger tells the same as the disk."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock

from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact
from blocker.evidence.attachments import Attachments
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.filing.erasing import Batch, Erasing, Outside
from blocker.filing.proofs import Named, Proofs
from blocker.recording import Recorder

NOW = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)


class Meanwhile(Attachments):
    """Files of which one is put there again just as it is taken away."""

    begin: Callable[[], asyncio.Task[object]] | None = None
    begun: asyncio.Task[object] | None = None

    async def remove(self, sha256: str) -> None:
        if self.begin:
            self.begun = self.begin()
            await asyncio.wait({self.begun}, timeout=0.2)  # time enough to be done, if nothing holds it back
        await super().remove(sha256)


class House:
    """A ledger and files, both real, with one file kept."""

    def __init__(self, data: Path, ledger: Ledger) -> None:
        self.data, self.ledger = data, ledger
        self.files = Meanwhile(data)
        clock = StandingClock(NOW)
        self.proofs = Proofs(self.files, Recorder(ledger, clock), clock)
        self.letter = data.parent / "letter.pdf"
        self.letter.write_bytes(b"%PDF please stop")
        self.erasing = Erasing(
            records=self.reader,
            ledger=lambda: ledger,
            outside=Outside(
                self.files, _nothing_listed, _nothing_open, _nothing_made, lambda _: (), _nothing_elsewhere
            ),
            clock=clock,
            zone=ZoneInfo("Europe/Brussels"),
            wanted_days=30,
            unwanted_days=1095,
            beside_calls=True,
        )

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[LedgerReader]:
        reader = await LedgerReader.open(self.data)
        try:
            yield reader
        finally:
            await reader.close()

    async def attach(self) -> str:
        """Keep the letter; its sum."""
        done = await self.proofs.record(None, [Named(self.letter)], "Anna")
        return str(done["files"][0]["sha256"])

    async def entries(self, kind: EntryKind) -> list[int]:
        async with self.reader() as ledger:
            return [entry.n async for entry in ledger.entries([kind])]


class _NoLists:
    async def all_listed(self, _: datetime | None) -> Collection[tuple[str, str]]:
        return ()

    async def drop_ended(self, _: datetime) -> list[str]:
        return []


_nothing_listed = _NoLists()


async def _nothing_open() -> Collection[str]:
    return ()


async def _nothing_made(_: Mapping[str, datetime]) -> list[str]:
    return []


async def _nothing_elsewhere(_: int | None) -> list[str]:
    return []


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A household with a file of its own."""
    (tmp_path / "data").mkdir(mode=0o700)
    ledger = await Ledger.open(tmp_path / "data")
    yield House(tmp_path / "data", ledger)
    await ledger.close()


async def _one(batch: Batch) -> AsyncIterator[Batch]:
    yield batch


async def test_a_file_attached_anew_while_it_is_removed_is_there_afterwards(house: House) -> None:
    """Whoever attaches it waits until it is gone, and puts it there again."""
    sha256 = await house.attach()
    (n,) = await house.entries(EntryKind.ATTACHMENT)
    house.files.begin = lambda: asyncio.create_task(house.attach())
    await house.erasing.run(_one(Batch([n], files=[sha256])), "asked", "Anna")
    assert house.files.begun is not None
    assert await house.files.begun == sha256
    assert house.files.exists(sha256)
    assert await house.files.verify() == []


async def test_a_file_named_since_it_was_found_due_stays(house: House) -> None:
    """A proof that somebody rests a fact on at the last moment stays with its entry, and the rest goes."""
    sha256 = await house.attach()
    other = house.letter.with_name("other.pdf")
    other.write_bytes(b"%PDF of no use")
    done = await house.proofs.record(None, [Named(other)], "Anna")
    first, second = await house.entries(EntryKind.ATTACHMENT)
    due = Batch([first, second], files=[sha256, done["files"][0]["sha256"]])
    fact = Fact(EntryKind.REGISTRATION, register="be-dncm", on=date(2026, 1, 2), proofs=(sha256,))
    await house.proofs.record(fact, [], "Anna")
    erased = await house.erasing.run(_one(due), "asked", "Anna")
    assert (erased.entries, erased.files) == (1, 1)
    assert await house.entries(EntryKind.ATTACHMENT) == [first]
    assert house.files.sums() == {sha256}
    assert await house.files.verify() == []
