"""`blocker sync`: bring community lists up to date now."""

import argparse
import asyncio
import contextlib
import sys
import time
from collections.abc import Collection
from pathlib import Path
from typing import Any

from blocker import commanding, looking
from blocker.bookbinding import FORMS
from blocker.commands import NO, OK, say, warn
from blocker.config import Config
from blocker.core.list_source import ListSource
from blocker.errors import BlockerError, UsageError

BAR_WIDTH = 30
BETWEEN_SECONDS = 0.2
_STEPS = ("fetching", "reading", "swapping")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "sync",
        help="bring community lists up to date now, or fetch another one",
        description="Without a name, bring all lists that are on up to date (blocker lists shows them); with the name "
        "of a list, that one. With a file or an http(s) address, fetch a list of plain numbers (one a line, # for "
        "comments, a trailing * for a prefix), or one in another form (--as, docs/lists.md), and let it speak as a "
        "community list; it isn't asked for again by itself. Whatever goes wrong, the last good one stays.",
    )
    parser.add_argument("origin", nargs="?", default="", metavar="LIST", help="a list's name, a file, or an address")
    parser.add_argument("--name", default="", help="what to call the list; by default made from where it comes from")
    parser.add_argument("--as", dest="form", choices=FORMS, help="how it is written (docs/lists.md); plain-lines")
    parser.add_argument(
        "--column",
        action="append",
        default=[],
        metavar="WHAT=NAME",
        help="in a table: what a column is for (number, rating, votes, last_activity, listed_since) and its name",
    )
    parser.add_argument(
        "--anyway",
        action="store_true",
        help="use it though it lost, gained or catches more than it should, or isn't the list that it should be",
    )
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Bring lists up to date."""
    if not arguments.origin and (arguments.name or arguments.form or arguments.column or arguments.anyway):
        raise UsageError("--name, --as, --column and --anyway are about one list: name it, or its file or address")
    sources, faults = looking.list_sources(config, looking.rules_of(config)[0])
    warn(list(map(str, faults)))
    had = [one.source.slug for one in await looking.source_states(config) if one.used]
    orders = [_order(arguments, sources, had)] if arguments.origin else [{"source": slug} for slug in _on(sources)]
    if not orders:
        raise UsageError("no list is on; name one (blocker lists shows those there are), a file or an address")
    if arguments.anyway:
        orders = [order | {"anyway": True} for order in orders]
    failed: BlockerError | None = None
    for order in orders:
        try:
            _tell(await _synced(config, order))
        except BlockerError as error:
            if len(orders) == 1:
                raise
            failed = error
            say(f"{order['source']}: {error}")
    return NO if failed else OK


def _on(sources: dict[str, ListSource]) -> list[str]:
    return sorted(slug for slug, source in sources.items() if source.on)


def _order(arguments: argparse.Namespace, sources: dict[str, ListSource], had: Collection[str]) -> dict[str, Any]:
    """What is asked for: a list that is known, or one at an address or in a file. `had`: the lists that are here."""
    word, columns = arguments.origin, dict(map(_column, arguments.column))
    if word in sources and not (arguments.name or arguments.form or columns):
        return {"source": word}
    remote = "://" in word  # which of them can be fetched, `fetching.py` says
    if not remote and "/" not in word and not Path(word).exists():
        if word in sources:
            raise UsageError(f"“{word}” is described already; give it without --name, --as and --column")
        if word in had:
            raise UsageError(
                f"{word} was had once, by hand; give its file or address again, with --name {word}, or describe it in "
                f"[sources.{word}] (docs/lists.md)"
            )
        known = f" ({', '.join(sorted(sources))})" if sources else ""
        raise UsageError(f"“{word}” is no list that is known here{known}, and no file")
    origin = word if remote else str(Path.cwd() / word)
    return {"origin": origin, "source": arguments.name, "form": arguments.form or FORMS[0], "columns": columns}


async def _synced(config: Config, order: dict[str, Any]) -> dict[str, Any]:
    """Have it done, and show meanwhile how far it is."""
    async with commanding.many(config) as do:
        working: asyncio.Future[dict[str, Any]] = asyncio.ensure_future(do("sync", **order))
        bar = _Bar() if sys.stderr.isatty() else None
        try:
            while bar and not working.done():
                await asyncio.wait({working}, timeout=BETWEEN_SECONDS)
                with contextlib.suppress(BlockerError):
                    bar.draw(await do("sync-progress"))
            return await working
        finally:
            if bar:
                bar.end()
            if not working.done():
                working.cancel()


class _Bar:
    """Draws on standard error, in one line, what is being done and for how long already."""

    def __init__(self) -> None:
        self._began, self._drawn = time.monotonic(), ""

    def draw(self, doing: dict[str, str]) -> None:
        """Draw what is being done, list by list."""
        for slug, step in doing.items():
            share = (_STEPS.index(step) + 1) / (len(_STEPS) + 1)
            bar = "#" * round(share * BAR_WIDTH)
            self._put(f"[{bar:<{BAR_WIDTH}}] {slug}: {step}, {time.monotonic() - self._began:.0f} s")

    def end(self) -> None:
        """Leave nothing on the line."""
        self._put("")

    def _put(self, text: str) -> None:
        if self._drawn or text:
            sys.stderr.write(f"\r{text:<{len(self._drawn)}}\r{text}")
            sys.stderr.flush()
        self._drawn = text


def _tell(done: dict[str, Any]) -> None:
    if done["unchanged"]:
        say(f"{done['source']}: nothing new; {done['entries']} numbers and prefixes.")
        return
    change = f", {done['entries_before']} before" if done["entries_before"] else ""
    say(f"{done['source']}: {done['entries']} numbers and prefixes{change}.")
    if done["bad_lines"]:
        warn([f"passed over: {done['bad_lines']} that are no numbers, or may not be listed", *done["bad_named"]])
    if done["left_out"]:
        warn([f"left out: {done['left_out']} of emergency and help lines, or your own numbers"])
    if done["without_votes"]:
        warn([f"left out: {done['without_votes']} with 0 votes, of which the list says nothing"])
    warn(list(done["notes"]))


def _column(text: str) -> tuple[str, str]:
    what, separator, name = text.partition("=")
    if not separator or not name.strip():
        raise UsageError(f"“{text}” names no column; write what it is for and its name, as in number=Telephone")
    return what.strip(), name.strip()
