"""Making a book of a list in a process of its own, so that no call waits for it.

Reading a million lines keeps Python busy for a minute, and sorting them holds the interpreter's lock: a thread would
stall every decision (measured: 200 ms at a time). `bind` has this very module run as another process (`child.py`),
gives it the order as JSON and gets the result as JSON. There `main` is the composition root: it knows the readers and
the book.
"""

import json
import sys
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from blocker import child
from blocker.baditems import BadItems
from blocker.core.community import Rated
from blocker.errors import BlockerError, SourceError, UsageError
from blocker.sources import (
    BadItem,
    Here,
    RatedReader,
    Reading,
    astdb,
    csv_table,
    digit_patterns,
    fritzbox_book,
    phoneblock,
    plain_lines,
)
from blocker.store import book_file
from blocker.syncing import Bound, Order

_PLAIN = "plain-lines"
_TABLES = {
    "csv": csv_table.PLAIN,
    "ftc": csv_table.FTC,
    "freepbx-csv": csv_table.FREEPBX,
    "spamblocker": csv_table.SPAMBLOCKER,
}


def _cards(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    from blocker.sources import vcard  # noqa: PLC0415  (its library is slow to load, and only the other process needs it)

    return vcard.read_list(stream, here)


_READERS: dict[str, RatedReader] = {
    "astdb": astdb.read,
    "digit-patterns": digit_patterns.read,
    "fritzbox": fritzbox_book.read,
    "phoneblock": phoneblock.read,
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
        SourceError: the list is no list, the disk is full, or it took too long.
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
            raise SourceError(f"{order.origin}: {answer['fault']}")
        return Bound(**answer)
    except (ValueError, TypeError) as error:
        raise SourceError(
            f"{order.origin}: the process that read it ended with {ended.status}: {ended.last_words or 'no word'}"
        ) from error


def main() -> None:
    """The other process: one order from standard input, one answer to standard output."""
    said = json.load(sys.stdin)
    paths = {name: Path(said[name]) for name in ("list_file", "book_file")}
    order = Order(**said | paths | {"fetched_at": datetime.fromisoformat(said["fetched_at"])})
    try:
        answer = asdict(_bind_here(order))
    except BlockerError as error:
        answer = {"fault": str(error)}
    except OSError as error:
        answer = {"fault": f"{error.filename or order.book_file.parent}: {error.strerror}"}
    json.dump(answer, sys.stdout)


def _bind_here(order: Order) -> Bound:
    with order.list_file.open("rb") as stream:
        reading = _read(stream, order)
    provenance = book_file.Provenance(order.source, order.origin, order.fetched_at)
    book_file.write(order.book_file, reading.numbers, reading.prefixes, provenance)
    made = book_file.BookFile(order.book_file)
    made.verify()
    return Bound(len(made), reading.bad_lines, made.sha256)


def _read(stream: BinaryIO, order: Order) -> Reading:
    if order.form in {"", _PLAIN}:
        return plain_lines.read(stream, order.region)
    here = Here(order.region, order.fetched_at.astimezone(UTC).date())
    if order.form in _TABLES:
        columns = csv_table.named(_TABLES[order.form], order.columns)
        return _gathered(csv_table.read(stream, here, columns), order.form)
    return _gathered(_READERS[order.form](stream, here), order.form)


def _gathered(items: Iterable[Rated | BadItem], form: str) -> Reading:
    """What a list holds that speaks against a number; a book has no place yet for ratings and votes."""
    numbers, prefixes, bad = array("Q"), set[str](), BadItems()
    for item in items:
        bad.items += 1
        if isinstance(item, BadItem):
            bad.add(f"{item.where}: {item.why}")
        elif not item.rating.may_block or not item.votes:
            continue
        elif item.target.is_prefix:
            prefixes.add(item.target.number[1:])
        else:
            numbers.append(int(item.target.number[1:]))
    bad.refuse_too_many("items", f"is it a list of the form {form}?")
    return Reading(numbers, frozenset(prefixes), bad.bad)


if __name__ == "__main__":
    main()
