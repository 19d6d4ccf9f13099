"""Erasing: by age, as the household set it, and what a person asks for. In small pieces, so that no call waits for it.

Decides the order: contents first, then the files that only they rested on, then the unused parts of the databases, at
last the reports that told of them. What goes together and when its time is over, `core/retention.py` decides; what a
person means, `choosing.py`.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.core.attached import What
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.erasure import Counts
from blocker.core.household_entries import FACTS
from blocker.core.ledger_ports import Paged
from blocker.core.ports import Clock
from blocker.core.retention import (
    ABOUT_CALLS,
    DAILY_LIFE,
    Corrections,
    Terms,
    Whole,
    counts_of,
    files_alone,
    files_named,
    is_due,
    others_due,
    whole_calls,
)
from blocker.core.week import Week
from blocker.errors import LedgerWriteError

PAGE = 50
"""Entries read at once: no more work between two of them than a call on hand can wait for."""

BATCH = 100
"""Entries that one erasure names at most, so that a call which has to be recorded meanwhile doesn't wait for long."""

REWRITTEN_BESIDE_CALLS = 4 << 20
"""Bytes of a ledger that is written anew beside calls, where a person asks to have something erased: about as much as a
slow card takes while a call waits for its record. What goes by age relies on SQLite's `secure_delete` alone."""

PAUSE_SECONDS = 0.02
"""Between two batches: whoever calls gets the machine first."""

ATTACHING = FACTS | {EntryKind.ATTACHMENT}
"""Kinds that name files."""


class Eraser(Protocol):
    """The ledger that is written to."""

    async def erase(
        self,
        numbers: Collection[int],
        why: str,
        by: str,
        attachments: Collection[str] = (),
        *,
        counts: Counts | None = None,
    ) -> int:
        """Remove contents and say so; durable on return."""
        ...

    async def tidy(self, rewrite_up_to: int | None = None) -> str:
        """Leave nothing of them in unused parts of a file that has so many bytes at most; what stands against it."""
        ...


class Files(Protocol):
    """The files beside the ledger."""

    @property
    def changing(self) -> asyncio.Lock:
        """Held while files and what the ledger says of them don't agree yet."""
        ...

    def exists(self, sha256: str) -> bool: ...

    async def remove(self, sha256: str) -> None: ...


class Lists(Protocol):
    """The household's lists."""

    async def all_listed(self, since: datetime | None) -> Collection[tuple[str, str]]:
        """List and number of what stands on them and hasn't run out by an instant."""
        ...

    async def drop_ended(self, before: datetime) -> list[str]:
        """Take off what has run out by an instant; what couldn't be, as sentences."""
        ...


@dataclass(frozen=True, slots=True)
class Outside:
    """What erasing touches beside the ledger."""

    files: Files
    lists: Lists
    open_cases: Callable[[], Awaitable[Collection[str]]]
    """Slugs of companies about which a case is open; those they have gone into as well."""
    remake: Callable[[Mapping[str, datetime]], Awaitable[list[str]]]
    """Make anew the reports, by week, that are older than an instant; what couldn't be, as sentences."""
    drop_letters: Callable[[Collection[str]], Collection[str]]
    """Take away letters that weren't sent yet and name a call of one of these instants; their names."""
    erase_there: Callable[[int | None], Awaitable[list[str]]]
    """Erase also in the ledgers from which entries were taken over, and write those anew that have so many bytes at
    most (None: any); what can't be, as sentences."""


@dataclass(slots=True)
class Batch:
    """Entries that go at once."""

    numbers: list[int] = field(default_factory=list)
    calls: list[Whole] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """When entries about no call were written, UTC: reports of those weeks tell of them."""
    files: list[str] = field(default_factory=list)
    """Sums."""

    def counts(self, zone: ZoneInfo) -> dict[str, dict[str, int]]:
        """The calls among them by week and standing; also the weeks of which only something else went."""
        touched = {str(Week.containing(parse_time(at), zone)) for at in self.written}
        touched |= {str(call.week(zone)) for call in self.calls}
        return {week: {} for week in sorted(touched)} | counts_of(self.calls, zone)


@dataclass(slots=True)
class Erased:
    """What went, or would go."""

    entries: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    """By standing."""
    files: int = 0
    first: str = ""
    """When the first of the calls came, UTC."""
    last: str = ""
    warnings: list[str] = field(default_factory=list)

    def add(self, batch: Batch) -> None:
        self.entries += len(batch.numbers)
        self.files += len(batch.files)
        for call in batch.calls:
            if call.seen is not None:
                self.calls[str(call.seen.standing)] += 1
                self.first = min(self.first or call.seen.utc, call.seen.utc)
                self.last = max(self.last, call.seen.utc)

    def as_json(self) -> dict[str, Any]:
        """For the control socket."""
        return {
            "entries": self.entries,
            "calls": dict(sorted(self.calls.items())),
            "files": self.files,
            "first": self.first or None,
            "last": self.last or None,
            "warnings": self.warnings,
        }


class Erasing:
    """The use case."""

    def __init__(
        self,
        *,
        records: Callable[[], AbstractAsyncContextManager[Paged]],
        ledger: Callable[[], Eraser | None],
        outside: Outside,
        clock: Clock,
        zone: ZoneInfo,
        wanted_days: int,
        unwanted_days: int,
        beside_calls: bool,
    ) -> None:
        """`beside_calls`: whether calls may come meanwhile, which must not wait."""
        self._beside_calls = beside_calls
        self._records, self._ledger, self._outside, self._clock, self._zone = records, ledger, outside, clock, zone
        self._days = {"wanted_days": wanted_days, "unwanted_days": unwanted_days}
        self._one_at_a_time = asyncio.Lock()

    @property
    def alone(self) -> asyncio.Lock:
        """Held while something is erased: who holds it keeps all that is there."""
        return self._one_at_a_time

    async def due(self, *, dry_run: bool = False) -> Any:  # noqa: ANN401
        """Erase what has been kept for as long as the household wants; what went, as JSON values.

        Args:
            dry_run: only say what would go.

        Raises:
            LedgerError: the ledger can't be read or written; what was erased before stays erased.
        """
        kept = " or ".join(f"{days} days" for days in sorted(set(self._days.values())) if days)
        terms = Terms.at(self._clock.now(), **self._days, open_cases=await self._outside.open_cases())
        erased = await self.run(self._due(terms), f"kept for {kept}, as the household set it", dry_run=dry_run)
        if terms.long is not None and not dry_run:
            erased.warnings += await self._outside.lists.drop_ended(terms.long)
        return erased.as_json()

    async def run(self, batches: AsyncIterator[Batch], why: str, by: str = "", *, dry_run: bool = False) -> Erased:
        """Erase batch by batch, then see to what rested on it.

        Args:
            batches: what goes; each is read from the ledger when its turn comes.
            why: the reason, for the ledger.
            by: who asked; empty where age alone did.
            dry_run: erase nothing.

        Raises:
            LedgerError: as with `due`.
            DataDirError: a file couldn't be removed; the next run tries again.
        """
        erased = Erased()
        async with self._one_at_a_time:
            async for batch in batches:
                if not dry_run:
                    for letter in await self._erase(batch, why, by):
                        erased.warnings.append(
                            f"the letter {letter}, not marked as sent, named such a call: it went too"
                        )
                erased.add(batch)
                await asyncio.sleep(0 if dry_run else PAUSE_SECONDS)
            if not dry_run:
                await self._see_to_the_rest(erased, asked=bool(by))
        return erased

    async def _erase(self, batch: Batch, why: str, by: str) -> Collection[str]:
        """Returns the letters that went before it, so that none outlives the calls that it names."""
        ledger, instants = self._open(), {format_time(call.instant) for call in batch.calls}
        letters = self._outside.drop_letters(instants)
        counts = batch.counts(self._zone)
        async with self._outside.files.changing:
            if batch.files:
                await self._leave_named_anew(batch)
            for first in range(0, len(batch.numbers), BATCH):
                some = batch.numbers[first : first + BATCH]
                await ledger.erase(some, why, by, [] if first else batch.files, counts={} if first else counts)
        return letters

    async def _leave_named_anew(self, batch: Batch) -> None:
        """Take out of a batch the files that somebody has named since it was made, and the entries about them."""
        async with self._records() as ledger:
            attached = [(entry.n, entry.content) async for entry in ledger.entries(ATTACHING)]
        named = files_named((n, content) for n, content in attached if n not in batch.numbers)
        stay = named & set(batch.files)
        kept = {n for n, content in attached if content.get("sha256") in stay}
        batch.files = [sha256 for sha256 in batch.files if sha256 not in stay]
        batch.numbers = [n for n in batch.numbers if n not in kept]

    async def open_cases(self) -> Collection[str]:
        """Slugs of companies about which a case is open."""
        return await self._outside.open_cases()

    def _open(self) -> Eraser:
        ledger = self._ledger()
        if ledger is None:
            raise LedgerWriteError("the ledger can't be written, so nothing can be erased (see: blocker doctor)")
        return ledger

    async def _see_to_the_rest(self, erased: Erased, *, asked: bool) -> None:
        """Files, traces and reports. By what the ledger says was erased ever, so that a run cut short is finished."""
        async with self._outside.files.changing:
            weeks = await self._remove_files()
        at_most = None if not self._beside_calls else REWRITTEN_BESIDE_CALLS if asked else 0
        if (erased.entries or asked or not self._beside_calls) and (left := await self._open().tidy(at_most)):
            erased.warnings.append(left)
        erased.warnings += await self._outside.erase_there(at_most)
        erased.warnings += await self._outside.remake(weeks)

    async def _remove_files(self) -> dict[str, datetime]:
        """Returns the weeks of which anything was erased ever, and when that was last."""
        named, gone, weeks = set[str](), set[str](), dict[str, datetime]()
        async with self._records() as ledger:
            async for entry in ledger.entries([EntryKind.ERASURE, EntryKind.ATTACHMENT]):
                if entry.content["kind"] == EntryKind.ATTACHMENT:
                    named.add(entry.content["sha256"])
                    continue
                gone.update(entry.content.get("attachments", ()))
                weeks |= dict.fromkeys(entry.content.get("counts", ()), parse_time(entry.content["at"]))
        for sha256 in sorted(gone - named):
            if self._outside.files.exists(sha256):
                await self._outside.files.remove(sha256)
        return weeks

    async def _due(self, terms: Terms) -> AsyncIterator[Batch]:
        if (latest := terms.latest) is None:
            return
        listed = await self._outside.lists.all_listed(terms.long)
        async with self._records() as ledger:
            corrections = Corrections.among(
                [(entry.n, entry.content) async for entry in ledger.entries([EntryKind.CORRECTION])]
            )
            others = others_due(
                [(e.n, e.content) async for e in ledger.entries([*DAILY_LIFE, EntryKind.LIST_CHANGED])], listed, terms
            )
            attached = [(entry.n, entry.content) async for entry in ledger.entries(ATTACHING)]
        async for page in self._pages(latest):
            due = [whole for whole in whole_calls(page, corrections) if is_due(whole, terms)]
            for batch in in_batches(due):
                yield batch
        numbers = sorted(others)
        for first in range(0, len(numbers), BATCH):
            some = numbers[first : first + BATCH]
            yield Batch(some, written=[others[n] for n in some])
        imports = {n for n, content in attached if content.get("what") == What.IMPORT and _before(content, terms.short)}
        if terms.open_cases:
            imports.clear()  # they may hold calls of that company
        if files := files_alone(attached, imports):
            yield Batch(sorted(files), files=sorted(files.values()))

    async def _pages(self, until: datetime) -> AsyncIterator[list[tuple[int, Mapping[str, Any]]]]:
        """All about some calls that were recorded before an instant, then about the next ones, from the first on.

        Each is read by itself, so that no reader keeps SQLite's log from being folded in while much is erased.
        """
        after = 0
        while True:
            async with self._records() as ledger:
                page = await ledger.page(ABOUT_CALLS, after=after, limit=PAGE, until=until)
                calls = list(dict.fromkeys(entry.content["call"] for entry in page))
                found = [(entry.n, entry.content) async for entry in ledger.entries(ABOUT_CALLS, calls=calls)]
            if not page:
                return
            after = page[-1].n
            yield found


def in_batches(calls: Iterable[Whole]) -> Iterator[Batch]:
    """Calls in batches that one erasure can name; a call is never divided, unless it alone has more entries."""
    batch = Batch()
    for call in calls:
        if batch.numbers and len(batch.numbers) + len(call.numbers) > BATCH:
            yield batch
            batch = Batch()
        batch.numbers += call.numbers
        batch.calls.append(call)
    if batch.numbers:
        yield batch


def _before(content: Mapping[str, Any], end: datetime | None) -> bool:
    return end is not None and parse_time(content["at"]) < end
