"""Bringing a published list up to date: fetch it, make a book of it, look whether it may replace the old one, swap.

Whatever fails on the way, the last good one stays and goes on speaking. Decides whether a new list may replace an old
one; how it is fetched (`fetching.py`), read (`sources/`) and kept (`store/book.py`) is others' business, and the caller
tells the ledger of the result. No call waits for any of this.
"""

import hashlib
import re
from collections.abc import Mapping, Sized
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from blocker.core.ports import Clock
from blocker.errors import SourceError, UsageError

MAX_SLUG = 60

_SLUG = re.compile(rf"[a-z0-9][a-z0-9-]{{0,{MAX_SLUG - 1}}}")


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
    """What the content must come to, see `Bound.sha256`; empty where the publisher doesn't say."""
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
    """The country code of which its prefixes catch most, and how many thousandths of its numbers those are."""


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
    """What the numbers of the list must come to, where its publisher says that (hex); see `Bound.sha256`."""


class Fetch(Protocol):
    """Gets a list onto the disk."""

    async def __call__(self, origin: str, folder: Path) -> Path:
        """The file that the list is in; raises `SourceError` or `UsageError`."""
        ...


class Bind(Protocol):
    """Makes a book of a list, without keeping the event loop waiting."""

    async def __call__(self, order: Order) -> Bound:
        """What the book holds that is now, durably, in `order.book_file`; raises `SourceError`."""
        ...


class Shelf(Protocol):
    """Where the books in use are kept."""

    def source(self, slug: str) -> Sized | None:
        """The book in use for a source."""
        ...

    def workshop(self) -> AbstractAsyncContextManager[Path]:
        """A folder to make the next one in, for one at a time; raises `SourceError`."""
        ...

    async def adopt(self, made: Path) -> None:
        """Use this one from now on, durably; raises `SourceError`, and then nothing has changed."""
        ...


class Syncer:
    """Brings one list after the other up to date."""

    def __init__(self, *, shelf: Shelf, fetch: Fetch, bind: Bind, clock: Clock) -> None:
        self._shelf, self._fetch, self._bind, self._clock = shelf, fetch, bind, clock

    async def sync(
        self, origin: str, *, region: str, source: str = "", form: str = "", columns: Mapping[str, str] | None = None
    ) -> SyncResult:
        """Bring one list up to date.

        Args:
            origin: the list's URL, or its file's absolute path.
            region: ISO 3166-1 alpha-2 of the country whose national numbers it means.
            source: the slug to keep it under; made from `origin` where it isn't given.
            form: in which form it is written; see `Order`.
            columns: what its columns are for; see `Order`.

        Raises:
            UsageError: `origin` is neither, or `source` is no slug.
            SourceError: it can't be had, read, or trusted; the last good one stays.
        """
        source = source or slug_of(origin)
        if not _SLUG.fullmatch(source):
            raise UsageError(f"“{source}” can't name a list: small letters, digits and hyphens, at most {MAX_SLUG}")
        async with self._shelf.workshop() as folder:
            fetched_at = self._clock.now()
            list_file = await self._fetch(origin, folder)
            order = Order(list_file, folder / "made.book", region, source, origin, fetched_at, form, columns or {})
            bound = await self._bind(order)
            old = self._shelf.source(source)
            before = len(old) if old is not None else 0
            if why := objection(before, bound.entries):
                raise SourceError(f"{origin}: {why}")
            await self._shelf.adopt(order.book_file)
        return SyncResult(source, origin, bound.entries, bound.bad_lines, bound.sha256, before)


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
