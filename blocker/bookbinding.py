"""Making a book of a list in a process of its own, so that no call waits for it.

Reading a million lines keeps Python busy for a minute, and sorting them holds the interpreter's lock: a thread would
stall every decision (measured: 200 ms at a time). `bind` has this very module run as another process (`child.py`),
gives it the order as JSON and gets the result as JSON. There `main` is the composition root: it knows the readers and
the book.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from blocker import child
from blocker.baditems import BadItems
from blocker.core.community import Rated
from blocker.core.guards import Never, widest
from blocker.errors import BlockerError, SourceError, UnfitError, UsageError
from blocker.sources import (
    BadItem,
    Here,
    RatedReader,
    astdb,
    csv_table,
    digit_patterns,
    fritzbox_book,
    phoneblock,
    plain_lines,
    snapshot,
)
from blocker.store import book_writer
from blocker.store.book_file import BookFile, Provenance
from blocker.store.book_items import BookItems
from blocker.syncing import Bound, Order

_PLAIN = "plain-lines"
_TABLES = {
    "csv": csv_table.PLAIN,
    "ftc": csv_table.FTC,
    "freepbx-csv": csv_table.FREEPBX,
    "spamblocker": csv_table.SPAMBLOCKER,
}
_COMPLAINTS = "ftc"
"""The form in which each item is one person's complaint."""


def _cards(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    from blocker.sources import vcard  # noqa: PLC0415  (its library is slow to load, and only the other process needs it)

    return vcard.read_list(stream, here)


_READERS: dict[str, RatedReader] = {
    "astdb": astdb.read,
    "digit-patterns": digit_patterns.read,
    "fritzbox": fritzbox_book.read,
    "phoneblock": phoneblock.read,
    "snapshot": snapshot.read,
    "vcard": _cards,
}
FORMS = (_PLAIN, *_TABLES, *_READERS)
"""The names of the forms that a list may be written in."""

TIME_LIMIT = 3600
"""Seconds. A small machine takes six times as long as a large one, and nobody waits."""


async def bind(order: Order) -> Bound:
    """Make a book, durable on return.

    Raises:
        UsageError: the list's form isn't known, or it is no table and has columns all the same.
        UnfitError: all of a list came, and it is none.
        SourceError: so do changes to one, the disk is full, or it took too long.
    """
    if order.form and order.form not in FORMS:
        raise UsageError(f"no list is written as “{order.form}”; there are {', '.join(FORMS)}")
    if order.columns and order.form not in _TABLES:
        raise UsageError(f"only tables have columns ({', '.join(_TABLES)})")
    if order.columns:
        csv_table.named(_TABLES[order.form], order.columns)  # so that a misspelt one is told as what it is
    request = json.dumps(asdict(order) | {"columns": dict(order.columns)}, default=str).encode()
    try:
        ended = await child.run(__name__, stdin=request, time_limit=TIME_LIMIT)
    except TimeoutError as error:
        raise SourceError(f"{order.origin}: reading it took longer than {TIME_LIMIT} s") from error
    except OSError as error:
        raise SourceError(f"{order.origin}: no process could be started to read it: {error.strerror}") from error
    try:
        answer = json.loads(ended.output)
        if "fault" in answer:
            unfit = answer["unfit"] and order.old_file is None
            raise (UnfitError if unfit else SourceError)(f"{order.origin}: {answer['fault']}")
        return Bound(**answer)
    except (ValueError, TypeError) as error:
        raise SourceError(
            f"{order.origin}: the process that read it ended with {ended.status}: {ended.last_words or 'no word'}"
        ) from error


def main() -> None:
    """The other process: one order from standard input, one answer to standard output."""
    said = json.load(sys.stdin)
    paths = {name: Path(said[name]) for name in ("list_file", "book_file", "old_file") if said[name]}
    order = Order(**said | paths | {"fetched_at": datetime.fromisoformat(said["fetched_at"])})
    try:
        answer = asdict(_bind_here(order))
    except BlockerError as error:
        answer = {"fault": str(error), "unfit": True}
    except OSError as error:
        answer = {"fault": f"{error.filename or order.book_file.parent}: {error.strerror}", "unfit": False}
    json.dump(answer, sys.stdout)


def _bind_here(order: Order) -> Bound:
    named, left_out, without_votes, bad = _Named(order), 0, 0, BadItems()
    items = BookItems(changes=order.old_file is not None, complaints=order.form == _COMPLAINTS)
    never = Never(order.never)
    with order.list_file.open("rb") as stream:
        for item in _read(stream, order):
            bad.items += 1
            if isinstance(item, BadItem):
                bad.add(f"{item.where}: {item.why}")
                continue
            named.look(item)
            without_votes += not item.votes and order.old_file is None
            if never.holds(item.target):
                left_out += 1
            else:
                items.add(item)
    form, region = order.form or _PLAIN, order.region
    bad.refuse_too_many("items", f"is it a list of the form {form}, and are its national numbers those of {region}?")
    _write(items, order, partial=bool(left_out or bad.bad))
    made = BookFile(order.book_file)
    try:
        made.verify()
        # Of a partial one the whole would come out no better, and asking for it would tell its publisher, who may have
        # put this household's own number there to find out, that something was left out.
        if order.expected and not made.provenance.partial and made.numbers_sha256 != order.expected:
            raise SourceError("what came of it isn't what its publisher says it is; try again later")
        return Bound(
            *(len(made), bad.bad, made.sha256, left_out),
            bad_named=bad.named,
            listed=named.or_in(made),
            covers=widest(made.prefixes),
            without_votes=without_votes,
        )
    finally:
        made.close()


def _read(stream: BinaryIO, order: Order) -> Iterator[Rated | BadItem]:
    here = Here(order.region, order.fetched_at.astimezone(UTC).date())
    if order.form in _TABLES:
        return csv_table.read(stream, here, csv_table.named(_TABLES[order.form], order.columns))
    return _READERS.get(order.form, plain_lines.read)(stream, here)


def _write(items: BookItems, order: Order, *, partial: bool) -> None:
    provenance = Provenance(order.source, order.origin, order.fetched_at, order.licence, partial)
    if order.old_file is None:
        book_writer.write_whole(order.book_file, items.numbers(), items.prefixes, provenance)
        return
    old = BookFile(order.old_file)
    try:
        provenance = replace(provenance, partial=partial or old.provenance.partial)
        book_writer.write_changed(order.book_file, old, items.numbers(), items.prefixes, provenance)
    finally:
        old.close()


class _Named:
    """Which of the numbers that are asked about a list names, those included that are left out of the book."""

    def __init__(self, order: Order) -> None:
        self._asked = frozenset(order.ask)
        self._named: set[str] = set()

    def look(self, item: Rated) -> None:
        """Take note of an item; the last word about a number holds."""
        if item.target.number in self._asked and not item.target.is_prefix:
            (self._named.add if item.votes else self._named.discard)(item.target.number)

    def or_in(self, made: BookFile) -> tuple[str, ...]:
        """All of them."""
        return tuple(sorted(number for number in self._asked if number in self._named or made.about(number[1:])))


if __name__ == "__main__":
    main()
