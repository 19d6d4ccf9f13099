"""What the household does itself: keeping its two lists, and saying afterwards what a call was.

Each change is made durable in the lists' database and told in the ledger. The methods take and return plain values,
since they are called alike from the command line and through the control socket of a running service. What a listing
does to a call is decided in `core/decide.py`.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

from blocker.core import record
from blocker.core.company import CompanyBook
from blocker.core.entry import format_time, parse_time
from blocker.core.listing import ListIndex, Listing, ListName, Target, doubts, parse_target
from blocker.core.ports import Clock
from blocker.core.record import Content
from blocker.core.typed import remark
from blocker.earlier import Calls, call_meant, marked_marketing
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


class Journal(Protocol):
    """Where entries go."""

    async def durable(self, *contents: Content) -> int:
        """Write entries; on return they are durable."""
        ...

    async def flush(self) -> bool:
        """Write what waits, such as the entry of a call that has just come."""
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
        companies: Callable[[], CompanyBook],
        clock: Clock,
        foresight: Foresight,
        region: str,
        mark_blocks: timedelta,
    ) -> None:
        self._store, self._calls, self._journal = store, calls, journal
        self._companies, self._clock, self._region, self._mark_blocks = companies, clock, region, mark_blocks
        self._foresight = foresight
        self._indexes = {name: ListIndex() for name in ListName}
        self._one_at_a_time = asyncio.Lock()
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change, for whoever decides by the lists."""

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

    async def mark(self, call: str, mark: str, company: str | None = None, by: str = "") -> Any:  # noqa: ANN401
        """Say what a call was. `marketing` also blocks its number for a time; `wanted` takes such a block away.

        Args:
            call: the call's id, a beginning of it that fits one call only, or `last`.
            mark: `marketing` or `wanted`.
            company: for whom the caller said to call, as said.
            by: who says so.

        Raises:
            UsageError: no such call, or more than one, or a company that can't be kept as said.
        """
        if company is not None:
            company = remark(company, "the company's name (--for)", blank=False)
        screened = await self._find(call)
        now = self._clock.now()
        resolved, suggestions = self._resolve(company, parse_time(screened["at"]))
        call_id, number = screened["call"], screened["presented"]["number"]
        entry = record.statement(now, call_id, mark=mark, said_company=company, company=resolved, by=by)
        await self._journal.durable(entry)
        done = {"call": call_id, "mark": mark, "company": resolved, "suggestions": suggestions, "number": number}
        if number is None:
            return done | {"blocked_until": None, "warnings": ["no number was presented, so there is none to block"]}
        old = await self._blocked(number)
        if mark == "marketing":
            ends = now + self._mark_blocks
            listing = Listing(ListName.BLOCK, number, False, MARKED, now, by, ends, call_id)  # noqa: FBT003
            if old is not None and not old.origin and old.holds_at(now):
                until = format_time(old.until) if old.until else None  # the household's own block stays as it is
                return done | {"blocked": True, "blocked_until": until, "warnings": self._warnings(old)}
            await self._change("add", listing)
            return done | {"blocked": True, "blocked_until": format_time(ends), "warnings": self._warnings(listing)}
        unmarked = old is not None and bool(old.origin)
        if old is not None and unmarked:
            await self._change("remove", old, by=by)
        still = [] if old is None or unmarked else [f"{number} stays blocked: somebody put it on the block list"]
        if not still and (reason := self._foresight.turned_away(number)):
            still = [f"{number} would still be turned away ({reason}). To let it ring: blocker allow add {number}"]
        async with self._calls() as ledger:
            others = await marked_marketing(ledger, number)
        if others:
            still.append(f"other calls of {number} stay marked as marketing: {', '.join(map(str, others[:3]))}")
        return done | {"unblocked": unmarked, "warnings": still}

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
        after = [item for item in before if item.target != listing.target] + ([listing] if change == "add" else [])
        await self._put(listing, present=change == "add")
        entry = record.list_changed(
            self._clock.now(), change, listing, by=by or listing.added_by, sha256=ListIndex(after).sha256()
        )
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

    def _resolve(self, said: str | None, on: datetime) -> tuple[str | None, list[str]]:
        """The one company that a said name means, or, where it isn't one, names that it may have been."""
        if not said:
            return None, []
        book = self._companies()
        found = book.resolve(said, on.date(), self._region) or book.resolve(said, on.date())
        if len(found) == 1:
            return found[0].company.slug, []
        return None, [candidate.company.name for candidate in found] or book.suggest(said)

    async def _find(self, call: str) -> Mapping[str, Any]:
        """What the entry of a call says, by what a person types for it."""
        await self._journal.flush()
        async with self._calls() as ledger:
            return await call_meant(ledger, call)
