"""The book: what the community lists say about a number, asked on the call path.

A folder with one file per source, `SLUG.GENERATION.book`. A sync adds the next generation with one rename and keeps the
one before, so that a crash at any point leaves a whole book, old or new, and a damaged file's predecessor stands in.
What is asked is one tuple of mapped files, which is swapped by one assignment.

Decides which file speaks for a source. Doesn't decide whether a new list is good enough (`syncing.py`) nor what a hit
leads to (`core/community_judgement.py`).
"""

import asyncio
import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path

from blocker.core.community import Hit, Rated
from blocker.core.community_judgement import NEIGHBOUR_VOTES
from blocker.core.number import MAX_DIGITS
from blocker.errors import SourceError
from blocker.store.book_file import BookFile
from blocker.store.source_states import SourceStates

_E164 = re.compile(rf"\+[1-9][0-9]{{0,{MAX_DIGITS - 1}}}", re.ASCII)
_NAME = re.compile(r"(?P<source>[a-z0-9][a-z0-9-]*)\.(?P<generation>[0-9]{8})\.book")
_HUNDRED = 100
_WORKSHOP = "incoming-"


class Book:
    """All sources' files. Anybody may ask; only the process that owns the data directory may add to them."""

    def __init__(self, directory: Path) -> None:
        """Map what is there; a folder that isn't there yet is an empty book. Never raises for a bad file."""
        self._directory = directory
        self._one_at_a_time = asyncio.Lock()
        self.faults: tuple[SourceError, ...] = ()
        """What could not be used when it was opened, to be told to the household; an older file stands in for it."""
        self._files: tuple[BookFile, ...] = ()
        self._confirmed: dict[str, date] = {}
        try:
            paths = self._paths()
        except OSError as error:
            self.faults += (SourceError(f"the lists in {directory} can't be read: {error.strerror}"),)
            return
        for _, generations in groupby(paths, key=_source_of):
            if newest_good := self._first_good(reversed(list(generations))):
                self._files += (newest_good,)
        for slug, state in SourceStates(directory).all().items():
            file = self.source(slug)
            if state.good_at is not None and file is not None and file.sha256 == state.sha256:
                self.confirm(slug, state.good_at.date())

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """What each list says about an E.164 number: its exact hit, or else its longest prefix.

        Never raises and never waits, but for a page of the file that isn't in memory yet.
        """
        files = self._files
        if not files or not _E164.fullmatch(number):
            return ()
        digits = number[1:]
        return tuple([self._hit(file, rated) for file in files if (rated := file.about(digits))])

    def neighbours(self, number: str) -> tuple[Hit, ...]:
        """What each list says about the other numbers of the same hundred; see `CommunityList`."""
        files = self._files
        if not files or not _E164.fullmatch(number):
            return ()
        key = int(number[1:])
        first = key - key % _HUNDRED
        return tuple(
            self._hit(file, rated)
            for file in files
            for rated in file.between(first, first + _HUNDRED, NEIGHBOUR_VOTES)
            if rated.target.number != number
        )

    def _hit(self, file: BookFile, rated: Rated) -> Hit:
        said = file.provenance
        return Hit(said.source, rated, self._confirmed.get(said.source, said.fetched_at.date()), said.licence)

    def listed(self) -> Iterator[Hit]:
        """What each list says of each number that it lists by itself; millions, and never for the call path."""
        return (self._hit(file, rated) for file in self._files for rated in file.listed())

    def source(self, slug: str) -> BookFile | None:
        """The file that speaks for a source."""
        return next((file for file in self._files if file.provenance.source == slug), None)

    def confirm(self, slug: str, on: date) -> None:
        """Take note of a day (UTC) on which a source was asked and found unchanged: what it says is as of then."""
        file = self.source(slug)
        if file is not None and on > file.provenance.fetched_at.date():
            self._confirmed[slug] = on

    def sums(self) -> dict[str, str]:
        """The sum (SHA-256, hex) of each source's numbers, by its name."""
        return {file.provenance.source: file.sha256 for file in self._files}

    @contextlib.asynccontextmanager
    async def workshop(self) -> AsyncIterator[Path]:
        """A folder on the same disk in which the next file is made, for one at a time; what a crash left there goes.

        Raises:
            SourceError: the data directory can't be written.
        """
        async with self._one_at_a_time:
            try:
                folder = await asyncio.to_thread(self._clean_workshop)
            except OSError as error:
                raise SourceError(f"the lists can't be kept in {self._directory}: {error.strerror}") from error
            try:
                yield folder
            finally:
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)

    async def adopt(self, made: Path) -> None:
        """Take a durable book file from the workshop as its source's next generation, and let it speak from now on.

        Raises:
            SourceError: it isn't whole, or can't be kept; everything stays as it was.
        """
        new = await asyncio.to_thread(self._keep, made)
        await self._use(new.provenance.source, new)

    async def back(self, slug: str) -> BookFile:
        """Let the file before speak for a source again, durably, and let go of the one in use.

        Raises:
            SourceError: there is none before that can be used; everything stays as it was.
        """
        async with self._one_at_a_time:
            before = await asyncio.to_thread(self._go_back, slug)
            await self._use(slug, before)
        return before

    async def remove(self, slug: str) -> bool:
        """Forget a source, durably; whether there was anything of it.

        Raises:
            SourceError: its files can't be removed; it may speak again after the next start.
        """
        async with self._one_at_a_time:
            await self._use(slug, None)
            return await asyncio.to_thread(self._unlink_all, slug)

    async def _use(self, slug: str, new: BookFile | None) -> None:
        old = self.source(slug)
        files = [file for file in self._files if file is not old] + ([new] if new else [])
        self._files = tuple(sorted(files, key=lambda file: file.provenance.source))
        self._confirmed.pop(slug, None)
        if old is not None:
            await asyncio.to_thread(old.close)

    async def close(self) -> None:
        files, self._files = self._files, ()
        for file in files:
            await asyncio.to_thread(file.close)

    def _paths(self) -> list[Path]:
        """Every source's files, in alphabetical order of the slugs, each from its oldest generation on."""
        try:
            names = sorted(path for path in self._directory.iterdir() if _NAME.fullmatch(path.name))
        except FileNotFoundError:
            return []
        return sorted(names, key=lambda path: (_source_of(path), path.name))

    def _first_good(self, paths: Iterator[Path]) -> BookFile | None:
        for path in paths:
            try:
                return BookFile(path)
            except SourceError as fault:
                self.faults += (fault,)
            except OSError as error:
                self.faults += (SourceError(f"the book {path} can't be opened: {error.strerror}"),)
        return None

    def _clean_workshop(self) -> Path:
        self._directory.mkdir(parents=True, exist_ok=True)
        for leftover in self._directory.glob(_WORKSHOP + "*"):
            shutil.rmtree(leftover, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=_WORKSHOP, dir=self._directory))

    def _keep(self, made: Path) -> BookFile:
        try:
            checked = BookFile(made)
            slug = checked.provenance.source
            checked.close()
            earlier, spoke = self._generations(slug), self.source(slug)
            generation = int(earlier[-1].name.split(".")[1]) + 1 if earlier else 1
            path = self._directory / f"{slug}.{generation:08}.book"
            made.rename(path)
            _sync_directory(self._directory)
            for outdated in earlier:
                if spoke is None or outdated != spoke.path:
                    with contextlib.suppress(OSError):  # it only takes room, until the next time
                        outdated.unlink()
            return BookFile(path)
        except OSError as error:
            raise self._not_kept(error) from error

    def _go_back(self, slug: str) -> BookFile:
        in_use = self.source(slug)
        try:
            paths = self._generations(slug)
            before = self._first_good(path for path in reversed(paths) if in_use and path.name < in_use.path.name)
            if before is None:
                raise SourceError(f"of {slug} there is no list of before to go back to")
            for path in reversed(paths):  # so that whatever is left if this is broken off is one of those
                if path.name > before.path.name:
                    path.unlink()
            _sync_directory(self._directory)
        except OSError as error:
            raise self._not_kept(error) from error
        return before

    def _unlink_all(self, slug: str) -> bool:
        try:
            paths = self._generations(slug)
            for path in paths:  # the newest last: none that was replaced ever speaks again
                path.unlink()
            if paths:
                _sync_directory(self._directory)
        except OSError as error:
            raise SourceError(f"the list can't be removed from {self._directory}: {error.strerror}") from error
        return bool(paths)

    def _not_kept(self, error: OSError) -> SourceError:
        return SourceError(f"the list can't be kept in {self._directory}: {error.strerror}")

    def _generations(self, slug: str) -> list[Path]:
        """A source's files, the oldest first."""
        return [path for path in self._paths() if _source_of(path) == slug]


def _source_of(path: Path) -> str:
    return path.name.partition(".")[0]


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
