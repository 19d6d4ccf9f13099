"""Putting files beside the ledger together with what they prove: both are recorded, or neither.

Decides the order: files first, then all entries in one append; what an append refuses takes its new files away again.
Which files can be kept, `evidence/attachments.py` decides.
"""

import asyncio
import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from blocker.core.attached import Stored, What, attachment
from blocker.core.household_facts import Fact
from blocker.core.ledger_ports import Journal
from blocker.core.ports import Clock
from blocker.errors import UsageError

MAX_FILES = 20
"""Named at once."""


class Files(Protocol):
    """Where files are kept."""

    @property
    def changing(self) -> asyncio.Lock:
        """Held while files and what the ledger says of them don't agree yet."""
        ...

    async def put(self, path: Path) -> Stored:
        """Copy a file in; durable on return."""
        ...

    def sums(self) -> frozenset[str]:
        """The sums of all that are there."""
        ...

    async def remove(self, sha256: str) -> None:
        """Take it away."""
        ...


class Named(NamedTuple):
    """A file as somebody names it."""

    path: Path
    """Absolute."""
    what: What = What.PROOF
    how: str = ""


class Proofs:
    """Records facts with the files that prove them."""

    def __init__(self, files: Files, journal: Journal, clock: Clock) -> None:
        self._files, self._journal, self._clock = files, journal, clock

    async def record(self, fact: Fact | None, named: Sequence[Named], by: str) -> dict[str, Any]:
        """Keep files and what they are proof of, as `record_all` does; without a fact, only the files."""
        return await self.record_all([] if fact is None else [fact], named, by)

    async def record_all(self, facts: Sequence[Fact], named: Sequence[Named], by: str) -> dict[str, Any]:
        """Keep files and everything that they are proof of.

        Args:
            facts: what is said; the files' sums are added to the proofs of each.
            named: the files.
            by: who says so.

        Returns:
            `recorded`: the facts' entries; `entry`: the number of the last one; `files`: what was kept.

        Raises:
            UsageError: a file can't be kept. Nothing was recorded, as after any other error.
            DataDirError: the disk can't take a file.
            LedgerWriteError: it can't take the entries.
        """
        now = self._clock.now()
        async with self._files.changing:
            before = self._files.sums()
            kept: list[Stored] = []
            try:
                for file in named:
                    kept.append(await self._files.put(file.path))  # noqa: PERF401  (what is kept must be known if one fails)
                about = [
                    attachment(now, stored, what=file.what, how=file.how, by=by)
                    for file, stored in zip(named, kept, strict=True)
                ]
                said = [_proven(fact, kept).entry(now, by) for fact in facts]
                n = await self._journal.durable(*about, *said)
            except BaseException:
                for sha256 in {stored.sha256 for stored in kept} - before:
                    await self._files.remove(sha256)
                raise
        return {"recorded": said, "entry": n, "files": [stored._asdict() for stored in kept]}


def named_files(paths: Sequence[str], what: What = What.PROOF) -> list[Named]:
    """Files as a command names them; an empty path names none.

    Raises:
        UsageError: too many.
    """
    if len(paths) > MAX_FILES:
        raise UsageError(f"{len(paths)} files at once are too many (name {MAX_FILES} at most)")
    return [Named(Path(path), what) for path in paths if path]


def _proven(fact: Fact, kept: list[Stored]) -> Fact:
    sums = (stored.sha256 for stored in kept)
    return dataclasses.replace(fact, proofs=tuple(dict.fromkeys([*fact.proofs, *sums])))
