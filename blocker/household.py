"""What the household does itself: keeping its two lists, by hand and by what it says of calls.

Each change is made durable in the lists' database and told in the ledger. The methods take and return plain values,
since they are called alike from the command line and through the control socket of a running service. What a listing
does to a call is decided in `core/decide.py`.
"""

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from blocker.core import record
from blocker.core.entry import format_time, parse_time
from blocker.core.ledger_ports import Journal
from blocker.core.listing import ListIndex, Listing, ListName, Target, doubts, parse_target
from blocker.core.ports import Clock
from blocker.core.typed import remark
from blocker.earlier import Calls, marked_marketing
from blocker.errors import UsageError

MARKED = "marked as marketing"
"""The comment of a listing that a mark made."""


class ListStore(Protocol):
    """Where the lists are kept."""

    async def listings(self) -> list[Listing]:
        """All listings of both lists."""
        ...

    async def add(self, listing: Listing) -> None:
        """Add or renew a listing; durable on return."""
        ...

    async def remove(self, list_name: ListName, target: str) -> Listing | None:
        """Take a listing off, durably; returns it, or None where there was none."""
        ...

    async def drop_ended(self, before: datetime) -> bool:
        """Take off every listing that ran out by an instant; whether there was any."""
        ...


class Foresight(Protocol):
    """What would become of a number's next call."""

    def turned_away(self, number: str) -> str:
        """The reason for which a call from an E.164 number would be blocked now; empty if it would ring."""
        ...

    def is_protected(self, text: str) -> bool:
        """Whether nobody may block an E.164 number or short code."""
        ...


class Household:
    """The acts of the household's members."""

    def __init__(
        self,
        *,
        store: ListStore,
        calls: Callable[[], AbstractAsyncContextManager[Calls]],
        journal: Journal,
        clock: Clock,
        foresight: Foresight,
        region: str,
        mark_blocks: timedelta,
    ) -> None:
        self._store, self._calls, self._journal = store, calls, journal
        self._clock, self._region, self._mark_blocks = clock, region, mark_blocks
        self._foresight = foresight
        self._indexes = {name: ListIndex() for name in ListName}
        self._one_at_a_time = asyncio.Lock()
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change, for whoever decides by the lists."""
        self.given_of: Callable[[str], Awaitable[list[str]]] = _nothing
        """What others were told against a number (E.164), as sentences; asked where its mark no longer holds."""

    async def load(self) -> bool:
        """Read the lists from their store; True when that is done."""
        listings = await self._store.listings()
        self._indexes = {name: ListIndex(item for item in listings if item.list is name) for name in ListName}
        self.on_change()
        return True

    def index(self, name: ListName) -> ListIndex:
        """One list as it stands."""
        return self._indexes[name]

    async def list_add(
        self, list_name: str, text: str, comment: str = "", until: str | None = None, by: str = ""
    ) -> Any:  # noqa: ANN401
        """Put a number or a prefix on a list; the same again renews it.

        Args:
            list_name: `allow` or `block`.
            text: what a person writes: `02 555 12 34`, `+32 2 555*`.
            comment: why, for the household's own use.
            until: UTC instant (RFC 3339) from which it no longer holds; None for no end.
            by: who asked.

        Raises:
            UsageError: the number, the comment or the date can't be used, or nobody may block that number.
            LedgerWriteError: the change could not be recorded, and is taken back.
        """
        comment = remark(comment, "the comment")
        target = self._target(ListName(list_name), text)
        now = self._clock.now()
        ends = parse_time(until) if until else None
        if ends is not None and ends <= now:
            raise UsageError(f"{until} is past: an entry until then would hold for nobody (give a later date)")
        listing = Listing(ListName(list_name), target.number, target.is_prefix, comment, now, by, ends)
        old = await self._change("add", listing)
        return {
            "number": listing.text,
            "list": str(listing.list),
            "comment": comment,
            "until": until,
            "before": {"comment": old.comment, "until": format_time(old.until) if old.until else None} if old else None,
            "warnings": doubts(listing, self._region) + self._warnings(listing),
        }

    async def list_remove(self, list_name: str, text: str, by: str = "") -> Any:  # noqa: ANN401
        """Take a number or a prefix off a list.

        Raises:
            UsageError: it isn't on that list.
        """
        target = parse_target(text, self._region)
        name = ListName(list_name)
        found = [item for item in await self._store.listings() if item.list is name and item.target == target]
        if not found:
            raise UsageError(f"{target.text} is not on the {name} list (see: blocker {name} list)")
        await self._change("remove", found[0], by=by)
        return {"number": target.text, "list": str(name)}

    async def list_show(self, list_name: str) -> Any:  # noqa: ANN401
        """A list's items as they stand, those that have run out included."""
        name = ListName(list_name)
        now = self._clock.now()
        return [
            {
                "number": item.text,
                "comment": item.comment,
                "added_at": format_time(item.added_at),
                "added_by": item.added_by,
                "until": format_time(item.until) if item.until else None,
                "holds": item.holds_at(now),
            }
            for item in sorted(await self._store.listings(), key=lambda item: item.text)
            if item.list is name
        ]

    async def drop_ended(self, before: datetime) -> bool:
        """Take off both lists what ran out by an instant; whether there was any.

        The ledger isn't told: it would name once more the numbers that are erased, and nothing is decided otherwise.
        """
        async with self._one_at_a_time:
            return await self._store.drop_ended(before) and await self.load()

    async def marked(self, call: str, number: str | None, mark: str, by: str) -> dict[str, Any]:
        """What follows from a mark: `marketing` blocks the number for a time, `wanted` takes such a block away.

        Args:
            call: the call's id.
            number: its presented number, E.164; None where none was.
            mark: `marketing` or `wanted`.
            by: who marked it.

        Raises:
            LedgerWriteError: the list's change could not be recorded, and is taken back.
        """
        if number is None:
            return {"blocked_until": None, "warnings": ["no number was presented, so there is none to block"]}
        if mark != "marketing":
            cleared = await self._cleared(number, by)
            return cleared | {"warnings": [*cleared["warnings"], *await self.given_of(number)]}
        old = await self._blocked(number)
        now = self._clock.now()
        if old is not None and not old.origin and old.holds_at(now):
            until = format_time(old.until) if old.until else None  # the household's own block stays as it is
            return {"blocked": True, "blocked_until": until, "warnings": self._warnings(old)}
        ends = now + self._mark_blocks
        listing = Listing(ListName.BLOCK, number, False, MARKED, now, by, ends, call)  # noqa: FBT003
        await self._change("add", listing)
        return {"blocked": True, "blocked_until": format_time(ends), "warnings": self._warnings(listing)}

    async def unmarked(self, call: str, number: str | None, by: str) -> dict[str, Any]:
        """What follows from taking a mark back: the block goes that this mark alone had made.

        Args and raises as `marked`.
        """
        if number is None:
            return {"warnings": []}
        async with self._calls() as ledger:
            others = await marked_marketing(ledger, number)
        given = [] if others else await self.given_of(number)
        old = await self._blocked(number)
        if old is None or old.origin != call:
            return {"warnings": given}
        if others:
            return {"warnings": [f"{number} stays blocked: {_marked_too(number, others)}"]}
        await self._change("remove", old, by=by)
        return {"unblocked": True, "warnings": given}

    async def _cleared(self, number: str, by: str) -> dict[str, Any]:
        """A call from the number was wanted: a block that a mark made goes, and what is left against it is told."""
        old = await self._blocked(number)
        unmarked = old is not None and bool(old.origin)
        if old is not None and unmarked:
            await self._change("remove", old, by=by)
        still = [] if old is None or unmarked else [f"{number} stays blocked: somebody put it on the block list"]
        if not still and (reason := self._foresight.turned_away(number)):
            still = [f"{number} would still be turned away ({reason}). To let it ring: blocker allow add {number}"]
        async with self._calls() as ledger:
            others = await marked_marketing(ledger, number)
        if others:
            still.append(_marked_too(number, others))
        return {"unblocked": unmarked, "warnings": still}

    async def _blocked(self, number: str) -> Listing | None:
        """The listing of just this number on the block list, if there is one."""
        found = [item for item in await self._store.listings() if item.list is ListName.BLOCK and item.text == number]
        return found[0] if found else None

    def _target(self, name: ListName, text: str) -> Target:
        """What is to be put on a list; a short code is no full number, but it is told apart from nonsense."""
        if name is ListName.BLOCK and self._foresight.is_protected(text.strip().rstrip("*")):
            raise UsageError(f"{text} is a protected number and can't be blocked")
        target = parse_target(text, self._region)
        if name is ListName.BLOCK and self._foresight.is_protected(target.number):
            raise UsageError(f"{target.text} is a protected number and can't be blocked")
        return target

    async def _change(self, change: str, listing: Listing, *, by: str = "") -> Listing | None:
        """Change a list and tell the ledger; a change that can't be told is taken back, so that both say the same.

        Returns what stood there before.

        One after the other, since each entry has the list's sum after its change.
        """
        async with self._one_at_a_time:
            return await self._change_alone(change, listing, by=by)

    async def _change_alone(self, change: str, listing: Listing, *, by: str) -> Listing | None:
        before = [item for item in await self._store.listings() if item.list is listing.list]
        old = next((item for item in before if item.target == listing.target), None)
        if old is not None:  # renewed: it stands there since it was first put there
            listing = dataclasses.replace(listing, added_at=old.added_at)
        after = [item for item in before if item.target != listing.target] + ([listing] if change == "add" else [])
        await self._put(listing, present=change == "add")
        at = listing.added_at if old is None else self._clock.now()  # the list's sum is made with the first
        entry = record.list_changed(at, change, listing, by=by or listing.added_by, sha256=ListIndex(after).sha256())
        try:
            await self._journal.durable(entry)
        except BaseException:
            await self._put(old or listing, present=old is not None)
            raise
        await self.load()
        return old

    async def _put(self, listing: Listing, *, present: bool) -> None:
        if present:
            await self._store.add(listing)
        else:
            await self._store.remove(listing.list, listing.text)

    def _warnings(self, listing: Listing) -> list[str]:
        if listing.list is ListName.BLOCK and (
            allowed := self._indexes[ListName.ALLOW].match(listing.number, self._clock.now())
        ):
            return [f"{allowed.text} is on the allow list, which wins: such calls still ring"]
        return []


async def _nothing(_: str) -> list[str]:
    return []


def _marked_too(number: str, others: list[str]) -> str:
    return f"other calls of {number} stay marked as marketing: {', '.join(map(str, others[:3]))}"
