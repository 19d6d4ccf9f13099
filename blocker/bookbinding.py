"""Making a book of a list in a process of its own, so that no call waits for it.

Reading a million lines keeps Python busy for a minute, and sorting them holds the interpreter's lock: a thread would
stall every decision (measured: 200 ms at a time). `bind` has this very module run as another process (`child.py`),
gives it the order as JSON and gets the result as JSON. There `main` is the composition root: it knows the reader and
the book.
"""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from blocker import child
from blocker.errors import BlockerError, SourceError
from blocker.sources import plain_lines
from blocker.store import book_file
from blocker.syncing import Bound, Order

TIME_LIMIT = 3600
"""Seconds. A small machine takes six times as long as a large one, and nobody waits."""


async def bind(order: Order) -> Bound:
    """Make a book, durable on return.

    Raises:
        SourceError: the list is no list, the disk is full, or it took too long.
    """
    request = json.dumps(asdict(order), default=str).encode()
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
        reading = plain_lines.read(stream, order.region)
    provenance = book_file.Provenance(order.source, order.origin, order.fetched_at)
    book_file.write(order.book_file, reading.numbers, reading.prefixes, provenance)
    made = book_file.BookFile(order.book_file)
    made.verify()
    return Bound(len(made), reading.bad_lines, made.sha256)


if __name__ == "__main__":
    main()
