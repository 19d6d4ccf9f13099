"""Bringing a published list up to date: have it supplied, make a book of it, look whether it may be used, swap.

Whatever fails on the way, the last good one stays and goes on speaking, and the failure is remembered. Decides whether
a new list may replace an old one; how it is had (`Supplier`), read (`sources/`) and kept (`store/book.py`) are others'
business, and the caller tells the ledger of the result. No call waits for any of this.
"""

import asyncio
import contextlib
import hashlib
import re
from collections.abc import Callable, Mapping, Sized
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from blocker.core.guards import Made, Spared, objections, suspicious
from blocker.core.list_schedule import failed, forgotten, good
from blocker.core.list_source import Kind, ListSource, SourceState, digest_of
from blocker.core.ports import Clock
from blocker.errors import SourceError, UnfitError, UsageError

MAX_SLUG = 60

_SLUG = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_SLUG - 1}}}")

Step = Callable[[str], None]
"""Is told what is begun, in a word."""


def nobody(_: str) -> None:
    """Is told nothing."""


@dataclass(frozen=True, slots=True)
class Order:
    """A book to be made."""

    list_file: Path
    book_file: Path
    """Where to put it; doesn't exist yet."""
    region: str
    """ISO 3166-1 alpha-2 of the country whose national numbers the list means."""
    source: str
    origin: str
    fetched_at: datetime
    """Aware, UTC."""
    form: str = ""
    """In which form the list is written, a name that `Bind` knows; empty for plain numbers."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """What the columns of a table are for, each with its name in the heading, where the form leaves that open."""
    licence: str = ""
    """As its publisher names it; empty where nobody said."""
    old_file: Path | None = None
    """The book that the list holds changes to; None where it is the whole list."""
    expected: str = ""
    """What its numbers must come to, see `Supplied.sha256`; empty where its publisher doesn't say."""
    never: tuple[str, ...] = ()
    """What no list may hold, E.164 numbers and beginnings of such: items within are left out."""
    ask: tuple[str, ...] = ()
    """E.164 numbers of which the result says whether they are listed."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a made book holds."""

    entries: int
    """Numbers and prefixes."""
    bad_lines: int
    sha256: str
    """Of its content (hex), as `BookFile.sha256` has it."""
    left_out: int = 0
    """Items that no list may hold."""
    listed: tuple[str, ...] = ()
    """Which of the numbers that were asked about it lists, by themselves or by a prefix."""
    covers: tuple[str, int] = ("", 0)
    """Which numbers its prefixes catch most of, and how many thousandths of them; see `guards.widest`."""
    bad_named: tuple[str, ...] = ()
    """The first items that couldn't be read, each with its place and why."""
    without_votes: int = 0
    """Items of a whole list that nobody votes for, which are left out too."""


@dataclass(frozen=True, slots=True)
class SyncResult:
    """A list that was brought up to date."""

    source: str
    origin: str
    entries: int
    bad_lines: int
    sha256: str
    entries_before: int
    """0 for a source that is new."""
    unchanged: bool = False
    """Whether its publisher has nothing new."""
    bad_named: tuple[str, ...] = ()
    """As in `Bound`."""
    left_out: int = 0
    """As in `Bound`."""
    without_votes: int = 0
    """As in `Bound`."""
    notes: tuple[str, ...] = ()
    """What the household should know of it, as sentences."""


@dataclass(frozen=True, slots=True)
class Supplied:
    """What is new of a list, on the disk."""

    file: Path | None
    """None: nothing is new."""
    changes: bool = False
    """Whether it holds changes to the list of before: an item with no votes leaves it. Else it is the whole list."""
    version: str = ""
    etag: str = ""
    last_modified: str = ""
    form: str = ""
    """In which form the file is written; empty for the source's own."""
    sha256: str = ""
    """What the numbers of the list must come to, where its publisher says so: SHA-256 (hex) over the numbers in
    ascending order, the digits of each as an unsigned integer of 64 bits, little-endian, then over the digits of each
    prefix in alphabetical order, with an LF."""
    licence: str = ""
    """As the list itself names it; what the source's description says goes before it."""


class Supplier(Protocol):
    """Gets what is new of lists of one kind onto the disk."""

    async def supply(self, source: ListSource, state: SourceState, folder: Path) -> Supplied:
        """What is new since `state`, in files in `folder`; one that lies on this machine is used where it is.

        Where `state.full_at` is None the whole list is wanted, whatever version was had.

        Raises:
            UsageError: the source can't be asked as it is described.
            SourceError: it can't be had; a `StatusError` may say for how long it wants to be left alone.
        """
        ...


class Bind(Protocol):
    """Makes a book of a list, without keeping the event loop waiting."""

    async def __call__(self, order: Order) -> Bound:
        """What the book holds that is now, durably, in `order.book_file`; raises `SourceError`."""
        ...


class Shelved(Sized, Protocol):
    """A book in use."""

    @property
    def path(self) -> Path: ...

    @property
    def sha256(self) -> str:
        """As in `Bound`."""
        ...


class Shelf(Protocol):
    """Where the books in use are kept."""

    def source(self, slug: str) -> Shelved | None:
        """The book in use for a source."""
        ...

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        """A folder to make the next one in, for one at a time; raises `SourceError`."""
        ...

    def confirm(self, slug: str, on: date) -> None:
        """Take note of a day (UTC) on which a source was asked and found unchanged."""
        ...

    async def adopt(self, made: Path) -> None:
        """Use this one from now on, durably; raises `SourceError`, and then nothing has changed."""
        ...


class States(Protocol):
    """What is remembered of each source."""

    async def get(self, slug: str) -> SourceState:
        """What is remembered of one; never raises, for what can't be read is as if it had not been had."""
        ...

    async def put(self, slug: str, state: SourceState) -> None:
        """Remember it, durably; raises `SourceError`."""
        ...


class Syncer:
    """Brings one list after the other up to date."""

    def __init__(
        self,
        *,
        shelf: Shelf,
        states: States,
        suppliers: Mapping[Kind, Supplier],
        bind: Bind,
        clock: Clock,
        region: str,
        chance: Callable[[], float],
        spared: Callable[[], Spared] = Spared,
    ) -> None:
        """What it works with.

        Args:
            shelf: holds the books.
            states: what is remembered of each source.
            suppliers: get what is new of a list.
            bind: makes a book of it.
            clock: the time.
            region: ISO 3166-1 alpha-2 of the household, for lists that are of no country of their own.
            chance: a number from 0 up to 1, so that not all households ask at the same time.
            spared: what a list may not hold, and what the household is to be told of.
        """
        self._shelf, self._states, self._suppliers, self._bind = shelf, states, suppliers, bind
        self._clock, self._region, self._chance, self._spared = clock, region, chance, spared

    async def sync(self, source: ListSource, step: Step = nobody, *, anyway: bool = False) -> SyncResult:
        """Bring one list up to date, and remember how that went, where that says something of a list that is here.

        Args:
            source: the list.
            step: is told what is begun.
            anyway: whether it is used though a guard speaks against it; never if it is empty.

        Raises:
            UsageError: its name is no slug, or it can't be asked as it is described.
            SourceError: it can't be had, read, or trusted; the last good one stays.
        """
        if not _SLUG.fullmatch(source.slug):
            raise UsageError(
                f"“{source.slug}” can't name a list: small letters, digits and hyphens, at most {MAX_SLUG}"
            )
        async with self._shelf.workshop() as folder:
            state = await self._states.get(source.slug)
            try:
                result, state = await self._brought(source, state, folder, step, anyway)
            except (SourceError, UsageError) as error:
                if not self._lasting(source, state, error):
                    raise
                await self._remember(source, failed(source, state, self._clock.now(), self._chance(), error))
                raise
            await self._remember(source, good(source, state, self._clock.now(), self._chance()))
        return result

    def _lasting(self, source: ListSource, state: SourceState, error: SourceError | UsageError) -> bool:
        """Whether a failure is to be remembered: always of a list that is on, for it will be asked for again.

        Of one that somebody asked for by hand it isn't where what was typed can't be meant, which says nothing of the
        list, nor where the list never came, for then there is none.
        """
        here = state.good_at is not None or self._shelf.source(source.slug) is not None
        return source.on or (here and isinstance(error, SourceError))

    async def _remember(self, source: ListSource, state: SourceState) -> None:
        """Keep what is remembered, if the disk takes it: without it the list is had anew, and nothing else is lost."""
        with contextlib.suppress(SourceError):
            await self._states.put(source.slug, state)

    async def _brought(
        self,
        source: ListSource,
        state: SourceState,
        folder: Path,
        step: Step,
        anyway: bool,  # noqa: FBT001  (handed on)
    ) -> tuple[SyncResult, SourceState]:
        old = self._shelf.source(source.slug)
        described = digest_of(source)
        state = _of_this(state, described, old)
        fetched_at = self._clock.now()
        step("fetching")
        supplied = await self._suppliers[source.kind].supply(source, state, folder)
        if supplied.file is None:
            return self._unchanged(source, old), replace(state, version=supplied.version or state.version)
        if supplied.changes and old is None:
            raise SourceError(f"{source.origin} sent changes to a list that isn't here")
        step("reading")
        spared = self._spared()
        order = Order(
            list_file=supplied.file,
            book_file=folder / "made.book",
            region=source.region or self._region,
            source=source.slug,
            origin=source.origin,
            fetched_at=fetched_at,
            form=supplied.form or source.form,
            columns=source.columns,
            licence=source.licence or supplied.licence,
            old_file=old.path if supplied.changes and old else None,
            expected=supplied.sha256,
            never=spared.never,
            ask=(*source.bounds.must_list, *source.bounds.must_not_list, *spared.own, *spared.allowed),
        )
        if (bound := await self._bound(order)) is None:
            return await self._brought(source, replace(state, full_at=None), await _inside(folder), step, anyway)
        made = Made(bound.entries, bound.listed, bound.covers)
        before = len(old) if old is not None else 0
        _refuse(source, made, before, anyway=anyway, why=SourceError if supplied.changes else UnfitError)
        step("swapping")
        await self._shelf.adopt(order.book_file)
        result = SyncResult(
            *(source.slug, source.origin, bound.entries, bound.bad_lines, bound.sha256, before),
            bad_named=tuple(bound.bad_named),
            left_out=bound.left_out,
            without_votes=bound.without_votes,
            notes=tuple(suspicious(made, spared)),
        )
        return result, replace(
            state,
            full_at=state.full_at if supplied.changes else fetched_at,
            version=supplied.version,
            etag=supplied.etag,
            last_modified=supplied.last_modified,
            entries=bound.entries,
            sha256=bound.sha256,
            described=described,
        )

    async def _bound(self, order: Order) -> Bound | None:
        """What the book holds; None where changes don't lead to what the publisher says the list comes to.

        Then the list here isn't the one that they are of, and the whole of it is wanted.
        """
        try:
            return await self._bind(order)
        except SourceError:
            if order.old_file is None or not order.expected:
                raise
            return None

    def _unchanged(self, source: ListSource, old: Shelved | None) -> SyncResult:
        if old is None:
            raise SourceError(f"{source.origin} says that nothing is new, although nothing of it is here")
        self._shelf.confirm(source.slug, self._clock.now().date())
        return SyncResult(source.slug, source.origin, len(old), 0, old.sha256, len(old), unchanged=True)


def _of_this(state: SourceState, described: str, old: Shelved | None) -> SourceState:
    """What of it still holds for a list as it is described now, and for the book that is here."""
    if described != state.described:
        return replace(forgotten(state), version="")  # it is about another list
    return state if old is not None and old.sha256 == state.sha256 else forgotten(state)


def _refuse(source: ListSource, made: Made, before: int, *, anyway: bool, why: type[SourceError]) -> None:
    """Keep a list from replacing one of `before` items; `why` is raised where it must not, `SourceError` if empty."""
    if empty := objection(before, made.entries):  # nothing came that would be a burden to ask for again
        raise SourceError(f"{source.origin}: {empty}")
    if not anyway and (said := objections(made, before, source.bounds)):
        stays = "the list of before stays" if before else "it isn't used"
        raise why(
            f"{source.origin}: {'; '.join(said)}; {stays}. If it is right all the same, give “blocker sync” --anyway"
        )


async def _inside(folder: Path) -> Path:
    """A new folder in another."""
    inside = folder / "whole"
    await asyncio.to_thread(inside.mkdir)
    return inside


def objection(before: int, after: int) -> str:
    """Why a list of `after` entries must not replace one of `before`; empty where it may."""
    if before and not after:
        return f"it is empty, where it had {before} entries; the list of before stays"
    if not after:
        return "there is no number in it; is it the right file?"
    return ""


def slug_of(origin: str) -> str:
    """A name for a source that nobody named: what its URL or path says, in `[a-z0-9-]`, at most `MAX_SLUG` long."""
    name = origin.partition("://")[2] or Path(origin).name
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    if slug and len(slug) <= MAX_SLUG:
        return slug
    # Cut off, or of letters that don't count here: the digest keeps two such origins apart.
    digest = hashlib.sha256(origin.encode(errors="surrogateescape")).hexdigest()[:8]
    return f"{slug[: MAX_SLUG - 9]}-{digest}".strip("-")
