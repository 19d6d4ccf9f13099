"""A ledger that doesn't hold is kept as it is, under another name, and a new one is begun that names it.

Decides where the old files go, in which order they are moved so that no crash mixes them with those of the new one, and
what the first entry of the new one is. Doesn't decide whether a ledger holds (`posture.py`, `verify.py`), nor what
happens to calls meanwhile (they ring; `recording.py`).

Theory of operation. What is done can be seen from the names alone, so that going on after a crash is the same as
beginning. A folder `ledger-kept-….part` says that its files are being moved: first the ledger, then what lies beside
it, each rename on the disk before the next. Then the folder gets its final name. A ledger without entries, beside a
kept one, begins with an entry that names the newest of those. `docs/spec/evidence-ledger.md`, section “In SQLite”.
"""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from blocker.core.entry import EMPTY, MAX_INTEGER, Head, sha256_hex
from blocker.core.ledger_begun import ledger_begun
from blocker.errors import LedgerCorruptError, LedgerError, LedgerWriteError
from blocker.evidence import head_copies, posture
from blocker.evidence.ledger import Ledger
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb, Row

T = TypeVar("T")

KEPT = "ledger-kept-"
"""What the names of the folders begin with; the time of keeping follows, `20261122T041229Z`."""

WHY = "why.txt"
"""In such a folder: what was wrong, in a sentence."""

_MOVING = ".part"
_STAMP = "%Y%m%dT%H%M%SZ"
_LEDGER = ledger_db.FILE
_FILES = (_LEDGER, f"{_LEDGER}-wal", f"{_LEDGER}-shm", f"{_LEDGER}-journal", head_copies.FILE)
"""In the order in which they are moved. The ledger itself goes first: where it still is, nothing has happened."""


class Begun(NamedTuple):
    """A ledger that is open, and what the household has to know about how it came to be."""

    ledger: Ledger
    told: str
    """Empty where it is the one that there was, and has the copies of its head."""


def kept(directory: Path) -> list[Path]:
    """The folders of the ledgers that could not go on, oldest first."""
    return sorted(path for path in directory.glob(f"{KEPT}*Z") if path.is_dir())


async def open_or_begin(directory: Path, now: Callable[[], datetime]) -> Begun:
    """Open a directory's ledger; where it doesn't hold, keep it and begin a new one, whose first entry is then durable.

    Args:
        directory: the data directory, which nobody else writes to.
        now: the clock; aware.

    Raises:
        LedgerFormatError: made by a newer program, or no ledger; nothing was moved.
        LedgerError: the files can't be opened, moved or written; trying again goes on where this ended.
    """
    await asyncio.to_thread(_in_our_words, finish, directory)
    try:
        ledger = await Ledger.open(directory, now=now)
    except LedgerCorruptError as error:
        return await begin_anew(directory, _in_short(error, directory), now)
    begun = await _begun(ledger, directory, now)
    if begun.told:
        return begun
    try:
        return Begun(ledger, await posture.copies_gone(directory))
    except LedgerCorruptError as error:
        await ledger.abandon()
        return await begin_anew(directory, _in_short(error, directory), now)
    except BaseException:
        await ledger.close()
        raise


def _in_short(error: LedgerCorruptError, directory: Path) -> str:
    return str(error).removesuffix(f" ({posture.MEND})").replace(f"{directory}/", "")


async def begin_anew(directory: Path, why: str, now: Callable[[], datetime]) -> Begun:
    """Keep the ledger, which nobody has open for writing, and begin a new one.

    Args:
        directory: the data directory.
        why: what is wrong with the old one, as a sentence.
        now: the clock; aware.

    Raises:
        LedgerError: as `open_or_begin`.
    """
    await asyncio.to_thread(_in_our_words, finish, directory)
    if any((directory / name).exists() for name in _FILES) and not await _is_to_begin(directory):
        await asyncio.to_thread(_in_our_words, keep, directory, why, now())
    return await _begun(await Ledger.open(directory, now=now), directory, now)


async def _is_to_begin(directory: Path) -> bool:
    """Whether what lies there is the new ledger of an earlier try, which got no entry into it."""
    if not kept(directory) or (directory / head_copies.FILE).exists():
        return False
    with suppress(LedgerError):
        if not await ledger_db.is_begun(directory / _LEDGER):
            return not ledger_db.size(directory / f"{_LEDGER}-wal")  # which would be of one that is gone
        db = await LedgerDb.open(directory / _LEDGER, read_only=True)
        try:
            return not await db.tail(1)
        finally:
            await db.close()
    return False


def keep(directory: Path, why: str, at: datetime) -> Path:
    """Move the ledger's files into a folder of their own; returns it, once that is on the disk.

    Raises:
        OSError: it can't be done now; the next `finish` goes on with it.
    """
    part = directory / f"{_free_name(directory, at)}{_MOVING}"
    part.mkdir(mode=0o700)
    _write(part / WHY, f"{why}\n")
    _sync(part, directory)
    _move_rest(directory, part)
    return _close(part)


def finish(directory: Path) -> None:
    """Go on with what a crash cut short; nothing where there is no such thing.

    Raises:
        OSError: as `keep`.
    """
    for part in sorted(directory.glob(f"{KEPT}*{_MOVING}")):
        if not _why(part).endswith("\n"):  # nothing was moved yet, and whether the ledger holds is looked at anew
            (part / WHY).unlink(missing_ok=True)
            part.rmdir()
            continue
        moved = any((part / name).exists() for name in _FILES)
        put_back = moved and (directory / _LEDGER).exists()  # by somebody, so that all that is there belongs to it
        if not put_back:
            _move_rest(directory, part)
        _close(part)


def _move_rest(directory: Path, part: Path) -> None:
    for name in _FILES:
        if (directory / name).exists():
            (directory / name).rename(part / name)
            _sync(part, directory)


def _close(part: Path) -> Path:
    folder = part.rename(part.with_name(part.name.removesuffix(_MOVING)))
    _sync(folder.parent)
    return folder


def _free_name(directory: Path, at: datetime) -> str:
    """A name that sorts after all there are, wherever the clock stands."""
    at = at.astimezone(UTC).replace(microsecond=0)
    if earlier := kept(directory):
        newest = datetime.strptime(earlier[-1].name.removeprefix(KEPT), _STAMP).replace(tzinfo=UTC)
        at = max(at, newest + timedelta(seconds=1))
    return f"{KEPT}{at:{_STAMP}}"


async def _begun(ledger: Ledger, directory: Path, now: Callable[[], datetime]) -> Begun:
    folders = kept(directory)
    if ledger.head != EMPTY or not folders:
        return Begun(ledger, "")
    folder = folders[-1]
    try:
        why = (await asyncio.to_thread(_in_our_words, _why, folder)).strip() or "it is not known why"
        head = await last_readable(folder / _LEDGER)
        copies, _ = head_copies.read_copies(folder / head_copies.FILE)
        old_copy = copies[-1].head if copies else None
        await ledger.append(ledger_begun(now(), old_head=head, old_copy=old_copy, kept_as=folder.name, why=why))
        await ledger.copy_head("start")
    except BaseException:
        await ledger.close()
        raise
    return Begun(
        ledger,
        f"the evidence ledger could not be continued ({why}): it is kept as it is in {folder}, and a new one was begun "
        "(blocker verify says how far the old one holds; its calls and your household's file aren't in reports any "
        "more until blocker take-over brings what holds of them into the new one)",
    )


async def last_readable(path: Path) -> Head:
    """The last link that can be read from a ledger which may be damaged or gone."""
    head = EMPTY
    if not ledger_db.is_there(path):
        return head
    try:
        db = await LedgerDb.open(path, read_only=True)
    except LedgerError:
        return head
    try:
        with suppress(LedgerError):
            return _head(await db.tail(1))
        with suppress(LedgerError):
            async for rows in db.walk():
                head = _head(rows)
    finally:
        await db.close()
    return head


def _head(rows: list[Row]) -> Head:
    if not rows or not 0 < rows[-1].n <= MAX_INTEGER:  # a number that no entry can have, nor be told in one
        return EMPTY
    return Head(rows[-1].n, sha256_hex(rows[-1].line))


def _why(folder: Path) -> str:
    """What was wrong; empty where a person has taken the text away."""
    path = folder / WHY
    return path.read_text("utf-8", errors="replace") if path.exists() else ""


def _write(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", errors="replace") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _sync(*folders: Path) -> None:
    """See that names in these folders are on the disk."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _in_our_words(work: Callable[..., T], *arguments: object) -> T:
    try:
        return work(*arguments)
    except OSError as error:
        what = f"a ledger that doesn't hold can't be put away: {error}"
        raise LedgerWriteError(f"{what} (see who may write there, and whether there is room)") from error
