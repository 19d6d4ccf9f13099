"""The weekly report as a use case: which week, and whole files or none.

There is no clock here, no locale and no order but the ledger's, so that the same ledger gives the same bytes; only the
report of a week that isn't over depends on the present, which is an argument. What a report says is decided in `core/`,
what its files look like in `renderers/`, what it rests on in `collecting.py`.
"""

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from blocker.collecting import PLAIN, EachCall, EntryReader, Making, collect, first
from blocker.core.entry import EntryKind, parse_time
from blocker.core.report import Report
from blocker.core.week import Week
from blocker.errors import UsageError
from blocker.outfolder import made_where_missing


@dataclass(frozen=True, slots=True)
class Forms:
    """The files of a report, by name, and what renders each."""

    calls: tuple[str, Callable[[TextIO], EachCall]]
    """The file with a row for each call: given the open file, what writes a call's row to it."""
    documents: Mapping[str, Callable[[Report], bytes]]
    """The files that show the whole. The last one is put in place last, so that where it is, all are."""


Pages = Callable[[Report, Path], Awaitable[None]]
"""Writes the pages of a report, whose names `is_page` knows, to the folder given, where its other files lie already."""

_PAGE = re.compile(r"report(\.[a-z]{2})?\.(html|pdf|ics)")


def is_page(name: str) -> bool:
    """Whether a file of this name is a page of a report: `report.html`, `report.fr.pdf` and so on."""
    return _PAGE.fullmatch(name) is not None


async def no_pages(_: Report, __: Path) -> None:
    """For a report that is only its data."""


async def present(reader: EntryReader, now: datetime) -> datetime:
    """The later of `now` and the ledger's latest entry: one that a simulated clock made may end after today."""
    latest = now
    async for entry in reader.entries(since=now):
        latest = max(latest, parse_time(entry.content["at"]))
    return latest


def require_begun(week: Week, now: datetime, zone: ZoneInfo) -> None:
    """Refuse a week that lies in the future.

    Raises:
        UsageError: it hasn't begun at `now`.
    """
    start, _ = week.bounds(zone)
    if now < start:
        raise UsageError(f"{week} hasn't begun; the last complete week is {Week.containing(now, zone).previous}")


async def last_week_with_calls(reader: EntryReader, now: datetime, zone: ZoneInfo) -> Week | None:
    """The latest week that is over at `now` and holds a call; None if there is none."""
    earliest = await first(reader.entries(kinds=[EntryKind.CALL_SCREENED]))
    if earliest is None:
        return None
    since = parse_time(earliest.content["at"])
    while older := await first(reader.entries(kinds=[EntryKind.CALL_SCREENED], until=since)):  # one that was taken over
        since = parse_time(older.content["at"])
    week, stop = Week.containing(now, zone), Week.containing(since, zone)
    while week > stop:
        week = week.previous
        start, end = week.bounds(zone)
        if await first(reader.entries(kinds=[EntryKind.CALL_SCREENED], since=start, until=end)):
            return week
    return None


async def default_week(reader: EntryReader, now: datetime, zone: ZoneInfo) -> Week:
    """The week that a report is about where nobody names one: the latest that is over and holds a call.

    Raises:
        UsageError: there is none.
    """
    week = await last_week_with_calls(reader, now, zone)
    if week is None:
        this = Week.containing(now, zone)
        raise UsageError(f"no week before {this} holds a call yet (see the present one with: --week {this})")
    return week


async def write_report(
    reader: EntryReader,
    week: Week,
    zone: ZoneInfo,
    folder: Path,
    forms: Forms,
    *,
    making: Making = PLAIN,
    pages: Pages = no_pages,
) -> Report:
    """Write the report of a week to a folder, which is made where it is missing; an earlier report there is replaced.

    Pages of the earlier report that this one doesn't have go: they would tell of another state of the ledger.

    Raises:
        UsageError: the folder can't be written to; then nothing in it has changed.
        LedgerError: the ledger can't be read; likewise.
    """
    name, rows_to = forms.calls
    with _all_or_nothing(folder, [name, *forms.documents]) as building:
        with (building / name).open("w", encoding="utf-8", newline="") as file:
            report = await collect(reader, week, zone, rows_to(file), building, making=making)
        for document, render in forms.documents.items():
            (building / document).write_bytes(render(report))
        await pages(report, building)
    return report


@contextlib.contextmanager
def _all_or_nothing(folder: Path, names: Iterable[str]) -> Iterator[Path]:
    """A hidden folder to build files in; they are moved to `folder` when all are whole and on the disk."""
    names = list(names)
    try:
        with made_where_missing(folder), _hidden_in(folder) as building:
            _refuse_folders(folder, names)
            yield building
            pages = sorted(path.name for path in building.iterdir() if is_page(path.name))
            _refuse_folders(folder, pages)
            for name in (*pages, *names):
                _sync(building / name)
            for path in [path for path in folder.iterdir() if is_page(path.name) and path.name not in pages]:
                path.unlink()
            for name in (*pages, *names):
                (building / name).replace(folder / name)
            _sync(folder)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"{folder} is a file, or leads through one (name a folder for the report)") from error
    except OSError as error:
        raise UsageError(f"can't write the report to {folder}: {error.strerror} (choose another folder)") from error


@contextlib.contextmanager
def _hidden_in(folder: Path) -> Iterator[Path]:
    """A folder to build in, which goes whatever happens."""
    building = Path(tempfile.mkdtemp(prefix=".report-", dir=folder))
    try:
        yield building
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _refuse_folders(folder: Path, names: Iterable[str]) -> None:
    if taken := [name for name in names if (folder / name).is_dir()]:
        raise UsageError(f"{folder / taken[0]} is a folder, but the report needs that name (choose another --out)")


def _sync(path: Path) -> None:
    """Make a file, or a folder's list of files, survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
