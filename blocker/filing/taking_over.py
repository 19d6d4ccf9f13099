"""Taking over what holds of a ledger that was kept: its calls, what was said of them, the household's file.

Decides what is taken over when: each entry once, however often it is asked for and wherever it was cut off, since what
was done stands right after the entries, in the same append. Also sees that what is erased here goes there too. Which
kinds, and what an entry says of its origin, is for `core/taken_over.py`; whether it holds there, for
`evidence/kept.py`. The methods take and return plain values, for the control socket.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from blocker.core.corrected import is_of_a_person
from blocker.core.entry import MAX_CONTENT, EntryKind, parse
from blocker.core.household_entries import FACTS
from blocker.core.imported import CALLS, still_counts
from blocker.core.ledger_ports import Entries, FlushedJournal
from blocker.core.ports import Clock
from blocker.core.taken_over import (
    MARK,
    STAYING,
    Numbered,
    Place,
    Stretch,
    carried,
    earlier_places,
    gone_there,
    is_taken_over,
    ledger_taken_over,
    stretch_of,
    whole,
)
from blocker.earlier import withdrawn
from blocker.errors import LedgerError, LedgerFormatError, LedgerWriteError

MOST_AT_ONCE = 20
"""Entries written in one go, so that the record of a call on hand never waits behind more."""

_ROOM = 10_000
"""Bytes by which a content may grow when it is taken over."""

_SHOWN = 5
"""Numbers of entries that don't hold, of how many they are told."""

_ABOUT_ENTRIES = (
    f'"kind":"{EntryKind.ERASURE}"'.encode(),
    f'"kind":"{EntryKind.LEDGER_TAKEN_OVER}"'.encode(),
    MARK.encode(),
)


class Held(Protocol):
    """An entry of a kept ledger."""

    @property
    def n(self) -> int: ...

    @property
    def link(self) -> str:
        """Its line, without LF."""
        ...

    @property
    def content(self) -> bytes | None:
        """Its bytes, where they are those that the link names."""
        ...

    @property
    def erased(self) -> bool:
        """Whether it has no content at all."""
        ...

    @property
    def verifies(self) -> bool:
        """Whether all links up to it hold."""
        ...


class Kept(Protocol):
    """A kept ledger."""

    @property
    def name(self) -> str:
        """Its folder in the data directory."""
        ...

    def walk(self) -> AsyncIterator[Sequence[Held]]:
        """Its entries, as far as they can be read, in order of number; raises LedgerError where none can."""
        ...

    async def remove(self, numbers: Collection[int], rewrite_up_to: int | None) -> str:
        """Remove contents; what then stands against their being gone. Raises LedgerError where that can't be done."""
        ...


@dataclass(slots=True)
class _Scan:
    """What a walk through a kept ledger found."""

    entries: int = 0
    verified: int = 0
    """The number up to which all links hold."""
    odd: list[int] = field(default_factory=list)
    """Entries whose content isn't the one that their link names, can't be read, or is missing."""
    missing: int = 0
    """Numbers without a link."""
    erased: set[int] = field(default_factory=set)
    """What erasures there list: it isn't taken over, even if it is there again. Nor what a later kept ledger has."""
    markers: list[Numbered] = field(default_factory=list)
    carried: set[Place] = field(default_factory=set)
    """Where its entries lie that were taken over into it."""
    error: str = ""

    def note(self, n: int, content: dict[str, Any]) -> None:
        self.carried.update(earlier_places(content))
        if content["kind"] == EntryKind.ERASURE:
            self.erased.update(content["entries"])
        elif content["kind"] == EntryKind.LEDGER_TAKEN_OVER:
            self.markers.append((n, content))


@dataclass(slots=True)
class _Batch:
    """What is written at once."""

    first: int
    numbers: list[int] = field(default_factory=list)
    contents: list[dict[str, Any]] = field(default_factory=list)
    earlier: list[tuple[int, str, int]] = field(default_factory=list)
    twins: list[tuple[int, int]] = field(default_factory=list)
    left: int = 0
    of_a_person: list[int] = field(default_factory=list)
    """Places in `numbers` of those that a person may take back."""


class TakingOver:
    """The use case."""

    def __init__(
        self,
        records: Callable[[], AbstractAsyncContextManager[Entries]],
        kept: Callable[[], Sequence[Kept]],
        journal: FlushedJournal,
        clock: Clock,
        alone: Callable[[], AbstractAsyncContextManager[Any]],
    ) -> None:
        """`kept` gives the kept ledgers, oldest first; within `alone` nothing is erased."""
        self._records, self._kept, self._journal, self._clock, self._alone = records, kept, journal, clock, alone

    async def take(self, *, dry_run: bool = False, by: str = "") -> Any:  # noqa: ANN401
        """Take over what holds of each kept ledger, but for what was taken over before; what that is, as JSON values.

        Args:
            dry_run: only look.
            by: who wants it.

        Raises:
            LedgerError: the ledger can't be read or written; what was taken over stays, and the next time goes on.
        """
        async with self._alone():  # or a call might go by age before the case that keeps it is there again
            if not await self._journal.flush():
                raise LedgerWriteError("the ledger can't be written, so nothing was taken over (see: blocker doctor)")
            every = self._kept()  # once, since another may be kept while this goes on
            scans = {kept.name: await _scanned(kept) for kept in every}
            read = [scan for scan in scans.values() if not scan.error]  # the others aren't taken over themselves
            elsewhere = [stretch_of(*marker) for scan in read for marker in scan.markers]
            for place in (place for scan in read for place in scan.carried if place.ledger in scans):
                scans[place.ledger].erased.add(place.n)  # also where what tells of that stretch is damaged
            done = [await self._one(kept, scans[kept.name], elsewhere, dry_run=dry_run, by=by) for kept in every]
        return {"ledgers": done}

    async def _one(
        self, kept: Kept, scan: _Scan, elsewhere: Sequence[Stretch], *, dry_run: bool, by: str
    ) -> dict[str, Any]:
        """`elsewhere` says what of it was taken over into later ledgers that were kept, too: it comes with those."""
        async with self._records() as ledger:
            markers = [(e.n, e.content) async for e in ledger.entries([EntryKind.LEDGER_TAKEN_OVER])]
            gone = await withdrawn(ledger)
            own = {
                entry.content["call"]: entry.n
                async for entry in ledger.entries([EntryKind.CALL_IMPORTED])
                if not is_taken_over(entry.content) and still_counts(entry.n, entry.content, gone)
            }
        before = [(n, stretch) for n, content in markers if (stretch := stretch_of(n, content)).ledger == kept.name]
        there = sum(len(stretch.taken) for _, stretch in before)
        one = _Taking(kept.name, scan, {c: n - len(s.taken) + i for n, s in before for i, c in enumerate(s.taken)}, own)
        came = [stretch for stretch in elsewhere if stretch.ledger == kept.name]
        came_along = any(stretch.ends for stretch in came)
        done = [stretch for _, stretch in before] + came
        if not scan.error and not any(stretch.ends for stretch in done):
            write = None if dry_run else self._journal.durable
            await self._go_through(kept, one, max((stretch.last for stretch in done), default=0), write, by)
        return one.told() | {"there": there, "came_along": came_along}

    async def _go_through(self, kept: Kept, one: "_Taking", after: int, write: Any, by: str) -> None:  # noqa: ANN401
        last = after
        one.begin(after + 1)
        async for chunk in kept.walk():
            for held in chunk:
                if held.n <= after:
                    continue
                if one.must_wait(held):
                    await self._write(one, last, write, by)
                one.batch.left += held.n - last - 1
                one.take(held)
                last = held.n
                if len(one.batch.numbers) >= MOST_AT_ONCE:
                    await self._write(one, last, write, by)
            await asyncio.sleep(0)
        await self._write(one, last, write, by, ends=True)

    async def _write(self, one: "_Taking", last: int, write: Any, by: str, *, ends: bool = False) -> None:  # noqa: ANN401
        batch, here = one.batch, 0
        stretch = Stretch(one.name, batch.first, last, batch.numbers, batch.earlier, batch.left, ends, batch.twins)
        if write is not None:
            marker = await write(*batch.contents, ledger_taken_over(self._clock.now(), stretch, by=by))
            here = marker - len(batch.numbers)
        one.written(here)
        one.begin(last + 1)

    async def erase_there(self, rewrite_up_to: int | None = None) -> list[str]:
        """Remove from the kept ledgers what was taken over from them and erased here; what can't be, as sentences.

        By what the ledger says was erased ever, so that what was cut off is finished the next time.

        Args:
            rewrite_up_to: bytes of a kept ledger that is written anew; 0 never does it and says nothing of that, None
                always.

        Raises:
            LedgerError: the ledger can't be read.
        """
        async with self._records() as ledger:
            told = [e async for e in ledger.entries([EntryKind.LEDGER_TAKEN_OVER])]
            erasures = [e async for e in ledger.entries([EntryKind.ERASURE])] if told else []
        gone, sentences = gone_there((entry.n, entry.content) for entry in (*told, *erasures)), []
        for kept in self._kept():
            try:
                if kept.name in gone and (left := await kept.remove(gone[kept.name], rewrite_up_to)):
                    sentences.append(f"{kept.name}: {left}")
            except LedgerError as error:
                sentences.append(
                    f"it could not be erased from {kept.name}, the ledger that it was taken over from: {error} "
                    "(remove that folder once you need nothing of it any more)"
                )
        return sentences

    async def not_reached(self) -> list[str]:
        """What erasing leaves in ledgers from before this one, as sentences; raises as `erase_there` does."""
        async with self._records() as ledger:
            markers = [(e.n, e.content) async for e in ledger.entries([EntryKind.LEDGER_TAKEN_OVER])]
        stretches = [stretch_of(*marker) for marker in markers]
        ended = whole(markers)
        left = Counter[str]()
        for stretch in stretches:
            left[stretch.ledger] += stretch.left
        here = [kept.name for kept in self._kept()]
        moved = sorted({stretch.ledger for stretch in stretches} - set(here))
        return [
            *(f"{name} holds an older ledger, which this doesn't reach (first: blocker take-over)" for name in here
              if name not in ended),
            *(f"{name} has {left[name]} damaged entries, which may hold it (remove that folder to be sure)"
              for name in here if name in ended and left[name]),
            *(f"{name}, an older ledger, was moved elsewhere and still holds it there" for name in moved),
        ]  # fmt: skip


class _Taking:
    """The taking over of one ledger: what goes into the next batch, and what went."""

    def __init__(self, name: str, scan: _Scan, numbers: dict[int, int], own: Mapping[str, int]) -> None:
        """`numbers` are those that entries taken over before have here; `own` those of calls imported here, by id."""
        self.name, self._scan, self._numbers, self._own = name, scan, numbers, own
        self.batch = _Batch(1)
        self._kinds: Counter[str] = Counter()
        self._after_fault = 0
        self._times: list[str] = []

    def begin(self, first: int) -> None:
        self.batch = _Batch(first)

    def must_wait(self, held: Held) -> bool:
        """Whether an entry takes back one that has no number here yet."""
        if not self.batch.numbers or held.content is None or _CORRECTS not in held.content:
            return False
        return bool((content := _read(held.content)) and content.get("entry") in self.batch.numbers)

    def take(self, held: Held) -> None:
        """Put it into the batch, if it is to be taken over."""
        if held.n in self._scan.erased or held.erased:
            return
        if (content := _read(held.content)) is None:
            self.batch.left += 1
            return
        kind, entry = content["kind"], None
        if kind == EntryKind.CALL_IMPORTED and (twin := self._own.get(content["call"])):
            self.batch.twins.append((twin, held.n))
            return
        if kind in STAYING:
            return
        if kind == EntryKind.CORRECTION and (entry := self._numbers.get(content["entry"])) is None:
            return  # of an entry that isn't taken over
        for place in earlier_places(content):
            self.batch.earlier.append((len(self.batch.numbers), *place))
        if is_of_a_person(content):
            self.batch.of_a_person.append(len(self.batch.numbers))
        self.batch.numbers.append(held.n)
        self.batch.contents.append(carried(content, self.name, held.link, verifies=held.verifies, entry=entry))
        self._kinds[kind] += 1
        self._after_fault += not held.verifies
        if kind in CALLS:
            at = content.get("began") or content["at"]
            self._times = [min([at, *self._times]), max([at, *self._times])]

    def written(self, here: int) -> None:
        """The batch is on the disk, its first entry as number `here`."""
        self._numbers |= {self.batch.numbers[i]: here + i for i in self.batch.of_a_person}

    def told(self) -> dict[str, Any]:
        scan, kinds = self._scan, self._kinds
        return {
            "ledger": self.name,
            "entries": scan.entries,
            "verified": scan.verified,
            "missing": scan.missing,
            "odd": len(scan.odd),
            "odd_shown": scan.odd[:_SHOWN],
            "error": scan.error,
            "taken": kinds.total(),
            "calls": sum(kinds[kind] for kind in CALLS),
            "statements": kinds[EntryKind.STATEMENT],
            "facts": sum(kinds[kind] for kind in FACTS),
            "files": kinds[EntryKind.ATTACHMENT],
            "after_fault": self._after_fault,
            "first": self._times[0] if self._times else None,
            "last": self._times[-1] if self._times else None,
        }


_CORRECTS = f'"kind":"{EntryKind.CORRECTION}"'.encode()


async def _scanned(kept: Kept) -> _Scan:
    scan, without, before = _Scan(), [], 0
    try:
        async for chunk in kept.walk():
            for held in chunk:
                scan.entries, scan.missing, before = scan.entries + 1, scan.missing + held.n - before - 1, held.n
                if held.verifies:
                    scan.verified = held.n
                if held.erased:
                    without.append(held.n)
                elif held.content is None:
                    scan.odd.append(held.n)
                elif any(mark in held.content for mark in _ABOUT_ENTRIES) and (content := _read(held.content)):
                    scan.note(held.n, content)
            await asyncio.sleep(0)
    except LedgerError as error:
        scan.error = str(error)
    scan.odd = sorted({*scan.odd, *(n for n in without if n not in scan.erased)})
    return scan


def _read(line: bytes | None) -> dict[str, Any] | None:
    """A content that can be taken over."""
    if line is None or len(line) + _ROOM > MAX_CONTENT:
        return None
    try:
        return parse(line)
    except LedgerFormatError:
        return None
