"""A syncer as the program has it, for lists on this machine; and lists to give it."""

from pathlib import Path
from typing import Any

from fakes.clock import StandingClock

from blocker import bookbinding
from blocker.core.list_source import Kind, ListSource
from blocker.core.ports import Clock
from blocker.store.book import Book
from blocker.store.source_states import SourceStates
from blocker.supplying import FileSupplier
from blocker.syncing import Syncer, slug_of


def a_list(origin: str, slug: str = "", **fields: Any) -> ListSource:
    """A list at an address of this machine, or in a file of it."""
    given: dict[str, Any] = {"form": "plain-lines", "allow_private": True} | fields
    return ListSource(slug or slug_of(origin), "a list", origin, **given)


def a_syncer(book: Book, folder: Path, clock: Clock | None = None) -> Syncer:
    """What syncs into a book that lies in a folder."""
    return Syncer(
        shelf=book,
        states=SourceStates(folder),
        suppliers={Kind.FETCHED: FileSupplier()},
        bind=bookbinding.bind,
        clock=clock or StandingClock(),
        region="BE",
        chance=lambda: 0.5,
    )
