"""What the household's file holds about one number, taken out when the household erases all about it.

Decides what goes and what stays: a listing stays unless it is asked for, since a number taken off the block list rings
again. What the ledger holds, `choosing.py` sees to.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from blocker.core.entry import format_time
from blocker.core.listing import ListName


class Lists(Protocol):
    """The household's two lists."""

    async def list_show(self, list_name: str) -> Any:  # noqa: ANN401
        """A list's items."""
        ...

    async def list_remove(self, list_name: str, text: str, by: str = "") -> Any:  # noqa: ANN401
        """Take a number off a list."""
        ...

    async def drop_ended(self, before: datetime) -> bool:
        """Take off all that ran out by an instant; whether there was any."""
        ...


class WantedCalls(Protocol):
    """What makes calls wanted beside the lists."""

    async def forget(self, number: str, by: str) -> list[str]:
        """Take a number out of it; where it was, as words."""
        ...


class Uploads(Protocol):
    """What was or is to be given to a community list."""

    async def forget(self, number: str) -> bool:
        """Forget all about a number; whether there was anything."""
        ...


class Projections:
    """The household's file, as far as it is about a number."""

    def __init__(self, lists: Lists, wanted: WantedCalls, uploads: Uploads, tidy: Callable[[], Awaitable[str]]) -> None:
        """`tidy` leaves nothing of what was deleted in the file; it returns what stands against it, else nothing."""
        self._lists, self._wanted, self._uploads, self._tidy = lists, wanted, uploads, tidy

    async def listed(self, number: str) -> list[str]:
        """The lists that a number, E.164, is on by itself."""
        return [
            str(name)
            for name in ListName
            if any(item["number"] == number for item in await self._lists.list_show(str(name)))
        ]

    async def all_listed(self, since: datetime | None) -> set[tuple[str, str]]:
        """List and number of everything that stands on the lists and hasn't run out by an instant."""
        end = format_time(since) if since else ""
        return {
            (str(name), item["number"])
            for name in ListName
            for item in await self._lists.list_show(str(name))
            if item["until"] is None or item["until"] > end
        }

    async def drop_ended(self, before: datetime) -> list[str]:
        """Take off the lists what ran out by an instant; what stands against it, as sentences.

        Raises:
            DataDirError: the file can't be written.
        """
        return list(filter(None, [await self._tidy()])) if await self._lists.drop_ended(before) else []

    async def forget(self, number: str, *, also_listed: bool, by: str) -> list[str]:
        """Take a number, E.164, out of the file; what was done and what wasn't, as sentences.

        Raises:
            DataDirError: the file can't be written.
            LedgerWriteError: the ledger can't be told.
        """
        done = [f"it is no longer {where}" for where in await self._wanted.forget(number, by)]
        if await self._uploads.forget(number):
            done.append("what was to be given of it to a community list is gone; what was given stays there")
        for name in await self.listed(number):
            if also_listed:
                await self._lists.list_remove(name, number, by)
                done.append(f"it is no longer on the {name} list")
            else:
                done.append(f"it stays on the {name} list, with the comment there (--also-listed takes it off)")
        return [*done, *filter(None, [await self._tidy()])]
