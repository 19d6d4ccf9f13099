"""A published list in our own form: the whole of it, or the changes of some versions, one file behind the other.

Reads what `snapshots.py` put on the disk, whose sums agreed with what the publisher signed. Decides that only changes
follow on changes, the older first, and that publishers list nothing which strangers may not list. That the last word
about a number holds, `store/book_items.py` sees to.
The format is `docs/spec/snapshot.md`.
"""

from collections.abc import Iterator
from itertools import count
from typing import BinaryIO

from blocker.core.community import Rated, rated_target
from blocker.core.snapshot import decode
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here

MAX_BYTES = 256 * 1024 * 1024


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a list, or changes to one; see `RatedReader`."""
    raw = stream.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise SourceError(f"a published list of more than {MAX_BYTES >> 20} MB isn't read")
    places = count(1)
    file, rest = decode(raw)
    del raw
    yield from (_checked(next(places), item, here) for item in file.items())
    while rest:
        before = file
        file, rest = decode(rest)
        if not before.base or (file.list, file.base) != (before.list, before.version):
            raise SourceError(f"changes from version {file.base} don't follow on version {before.version}")
        yield from (_checked(next(places), item, here) for item in file.items())


def _checked(place: int, item: Rated, here: Here) -> Rated | BadItem:
    try:
        if item.votes and rated_target(item.target.text, here.region) != item.target:
            return BadItem(f"item {place}", f"{item.target.text} is written in another way")
    except UsageError as error:
        return BadItem(f"item {place}", str(error))
    return item
