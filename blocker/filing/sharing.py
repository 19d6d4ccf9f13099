"""Giving a community list what the household lets it: looked at before, switched on by a person, dropped, taken back.

Decides that nothing is given before somebody saw it as it would be sent and said yes, and that this is recorded. What
may be given and when, `core/sharing.py` and `core/sharing_queue.py` decide; who sends it is `uploading.py`. The methods
take and return plain values.
"""

import dataclasses
import hashlib
from collections.abc import Callable, Collection
from typing import Any

from blocker.core.community import Rating
from blocker.core.entry import format_time
from blocker.core.number import parse_typed
from blocker.core.sharing import TERMS, Upload, What
from blocker.core.sharing_queue import FORGOTTEN_AFTER, Item, Sharing, State, sharing_set, taken_back
from blocker.errors import UsageError
from blocker.filing.sharing_desk import Desk

EXAMPLES = (
    Upload(What.RATING, "+12025550123", Rating.E_ADVERTISING),
    Upload(What.REFUSED_CALL, "+12025550123"),
)
"""Shown of each kind where nothing of it waits; the number is set aside for fiction."""


class Giver:
    """What a person does about giving to a community list."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.on_change: Callable[[bool], None] = lambda _: None
        """Called with whether something is given, when that was switched."""

    async def preview(self) -> dict[str, Any]:
        """What would be given, exactly as it would be sent, with what to know first; `sum` names all of it."""
        async with self._desk.one_at_a_time:
            return await self._preview()

    async def _preview(self) -> dict[str, Any]:
        desk = self._desk
        now, wishes = desk.clock.now(), await desk.wishes()
        change = await desk.planned(wishes)
        held = {item.key: item for item in [*await desk.store.queue(), *change.put] if item.key not in change.remove}
        waiting = [item.upload for item in held.values() if item.state is State.WAITING]
        kinds = {upload.what for upload in waiting} | ({What.REFUSED_CALL} if not desk.home.refused_calls else set())
        requests = [desk.giving.shown(upload) for upload in sorted(waiting, key=lambda one: (one.number, one.what))]
        examples = [desk.giving.shown(example) for example in EXAMPLES if example.what not in kinds]
        barred = desk.barred(wishes)
        fresh = {wish.upload.number for wish in wishes.wishes if now - wish.at <= FORGOTTEN_AFTER}
        return {
            "source": desk.giving.slug,
            "name": desk.giving.name,
            "on": await desk.store.sharing() is not None,
            "terms": list(TERMS),
            "requests": requests,
            "examples": examples,
            "left_out": [{"number": number, "why": why} for number in sorted(fresh) if (why := barred(number))],
            "sum": hashlib.sha256("\n\n".join([*TERMS, *requests, *examples]).encode()).hexdigest(),
        }

    async def on(self, shown: str, by: str = "") -> dict[str, Any]:
        """Give from now on, as it was shown.

        Args:
            shown: the `sum` of what a person was shown.
            by: who said yes.

        Raises:
            UsageError: something else would be given by now, or there is no token.
            SourceError: the token can't be read.
            LedgerWriteError: it could not be recorded, and nothing is given.
        """
        desk, giving = self._desk, self._desk.giving
        async with desk.one_at_a_time:
            preview = await self._preview()
            if shown != preview["sum"]:
                raise UsageError("by now something else would be given than was shown (look again: blocker share on)")
            await giving.ready()
            now = desk.clock.now()
            before = await desk.store.sharing()
            if before is not None and before.address != giving.address:
                await self._forget_all()
            texts = [*TERMS, *preview["requests"], *preview["examples"]]
            entry = sharing_set(now, source=giving.slug, address=giving.address, on=True, shown=texts, by=by)
            await desk.journal.durable(entry)
            await desk.store.set_sharing(Sharing(giving.slug, giving.address, now, by))
            await desk.align()
            desk.problem = ""
        self.on_change(True)  # noqa: FBT003  (its only argument)
        return await self.show()

    async def off(self, by: str = "") -> dict[str, Any]:
        """Give nothing any more; what waits goes, what was given stays given.

        Raises:
            LedgerWriteError: it could not be recorded; nothing is given all the same.
        """
        desk = self._desk
        async with desk.one_at_a_time:
            before = await desk.store.sharing()
            await desk.store.set_sharing(None)
            for item in await desk.store.queue():
                if item.state is State.WAITING and item.given_at:
                    await desk.store.put(item.as_given())
                elif item.state is State.WAITING:
                    await desk.store.remove(item.key)
            desk.problem = ""
            self.on_change(False)  # noqa: FBT003
            if before is not None:
                now, source = desk.clock.now(), before.source
                await desk.journal.durable(
                    sharing_set(now, source=source, address=before.address, on=False, shown=(), by=by)
                )
        return {"was_on": before is not None}

    async def show(self) -> dict[str, Any]:
        """Whether something is given, and the queue."""
        desk = self._desk
        async with desk.one_at_a_time:
            sharing = await desk.store.sharing()
            if sharing is not None:
                await desk.align()
            wishes = await desk.wishes()
            marked = {w.upload.number for w in wishes.wishes if w.upload.what is What.RATING} - wishes.wanted
            return {
                "on": sharing is not None,
                "name": desk.giving.name,
                "address": sharing.address if sharing else desk.giving.address,
                "since": format_time(sharing.since) if sharing else None,
                "by": sharing.by if sharing else "",
                "problem": desk.stopped(sharing) if sharing else "",
                "not_before": format_time(sharing.not_before) if sharing and sharing.not_before else None,
                "items": [self._shown(item, marked) for item in await desk.store.queue()],
            }

    def _shown(self, item: Item, marked: Collection[str]) -> dict[str, Any]:
        upload, given = item.upload, item.given_at is not None
        stands = upload.number in marked or upload.takes_back or upload.what is What.REFUSED_CALL
        return {
            "what": str(upload.what),
            "number": upload.number,
            "rating": str(upload.rating) if upload.rating else None,
            "comment": upload.comment,
            "state": str(item.state),
            "due_at": format_time(item.due_at),
            "given_at": format_time(item.given_at) if item.given_at else None,
            "why": item.why,
            "mark_taken_back": given and not stands,
            "request": self._desk.giving.shown(upload),
        }

    async def drop(self, number: str, *, take_back: bool = False, by: str = "") -> dict[str, Any]:
        """Take what is to be given about a number out of the queue; or give the contrary of what was given.

        Args:
            number: as a person writes it.
            take_back: whether A_LEGITIMATE is to be given, where a rating was.
            by: who asked.

        Raises:
            UsageError: nothing about it is in the queue, or nothing was given that could be taken back.
        """
        desk = self._desk
        read = parse_typed(number, desk.home.region)
        async with desk.one_at_a_time:
            found = [item for item in await desk.store.queue() if read and item.upload.number == read.number]
            if not found:
                raise UsageError(f"nothing about “{number}” is in the queue or was given (see: blocker share show)")
            about = found[0].upload.number
            entries = [wish.entry for wish in (await desk.wishes()).wishes if wish.upload.number == about]
            latest = max([*entries, *(item.entry for item in found)])
            given = [item for item in found if item.upload.what is What.RATING and item.given_at]
            if take_back:
                await self._take_back(given, latest)
            dropped = []
            for item in found:
                if item.state is State.WAITING and not (take_back and item in given):
                    why = f"taken out by {by}" if by else "taken out"
                    await desk.store.put(dataclasses.replace(item, state=State.DROPPED, entry=latest, why=why))
                    dropped.append(str(item.upload.what))
        told = [
            {"rating": str(one.given or one.upload.rating), "at": format_time(one.given_at)}
            for one in given
            if one.given_at
        ]
        return {"number": about, "dropped": dropped, "given": told, "taking_back": take_back}

    async def given_of(self, number: str) -> list[str]:
        """What was given against a number (E.164), as sentences that tell how to take it back."""
        queue = await self._desk.store.queue()
        return [
            f"{number} was already given to {self._desk.giving.name} as {item.given} "
            f"(blocker share drop {number} --take-back gives A_LEGITIMATE instead)"
            for item in queue
            if item.key == (What.RATING, number) and item.given and not _corrected(item)
        ]

    async def _take_back(self, given: list[Item], latest: int) -> None:
        desk = self._desk
        if await desk.store.sharing() is None:
            raise UsageError("to give what takes it back, giving must be on (blocker share on)")
        if not given:
            raise UsageError("no rating was given that could be taken back")
        for item in given:
            upload = Upload(What.RATING, item.upload.number, Rating.A_LEGITIMATE)
            stands_for = dataclasses.replace(item, entry=latest)
            await desk.store.put(taken_back(stands_for, upload, desk.clock.now(), desk.wait()))

    async def _forget_all(self) -> None:
        for item in await self._desk.store.queue():
            await self._desk.store.remove(item.key)


def _corrected(item: Item) -> bool:
    """Whether what was given is taken back, or will be."""
    return item.given is Rating.A_LEGITIMATE or (item.upload.takes_back and item.state is State.WAITING)
