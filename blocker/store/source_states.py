"""What is remembered of each list from one sync to the next: a small JSON file `SLUG.state` beside its book.

Decides how that is written and read. A file that can't be read is as none: the list is then had anew.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from blocker.core.list_source import SourceState
from blocker.errors import SourceError

SUFFIX = ".state"


class SourceStates:
    """The states in one folder; who doesn't own the data directory only reads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def get(self, slug: str) -> SourceState:
        """What is remembered of a list; nothing where that can't be read."""
        return await asyncio.to_thread(_read, self._folder / f"{slug}{SUFFIX}")

    def all(self) -> Mapping[str, SourceState]:
        """What is remembered of every list, by slug."""
        return {path.name.removesuffix(SUFFIX): _read(path) for path in sorted(self._folder.glob(f"*{SUFFIX}"))}

    async def put(self, slug: str, state: SourceState) -> None:
        """Remember it, durably.

        Raises:
            SourceError: the disk refuses.
        """
        try:
            await asyncio.to_thread(self._write, slug, state)
        except OSError as error:
            raise SourceError(f"the state of the list {slug} can't be kept: {error.strerror}") from error

    async def remove(self, slug: str) -> None:
        """Forget a list.

        Raises:
            SourceError: the disk refuses.
        """
        try:
            await asyncio.to_thread((self._folder / f"{slug}{SUFFIX}").unlink, missing_ok=True)
        except OSError as error:
            raise SourceError(f"the state of the list {slug} can't be removed: {error.strerror}") from error

    def _write(self, slug: str, state: SourceState) -> None:
        text = json.dumps(asdict(state), default=lambda moment: moment.isoformat(), indent=1)
        new = self._folder / f"{slug}{SUFFIX}.new"
        with new.open("w") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._folder / f"{slug}{SUFFIX}")


def _read(path: Path) -> SourceState:
    try:
        said = json.loads(path.read_bytes())
        return SourceState(**{each.name: _value(each.default, said[each.name]) for each in fields(SourceState)})
    except (OSError, ValueError, OverflowError, RecursionError, TypeError, KeyError):
        return SourceState()


def _value(default: object, said: object) -> Any:  # noqa: ANN401  (whatever the field holds)
    """A value of the kind that its field has: a text, a whole number, or an instant."""
    if default is None:
        if said is None:
            return None
        if not isinstance(said, str):
            raise TypeError
        return datetime.fromisoformat(said).astimezone(UTC)
    if type(said) is not type(default):
        raise TypeError
    return said
