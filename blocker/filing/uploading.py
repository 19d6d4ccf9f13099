"""Sending what is due to a community list: each upload noted before, recorded after, and tried again where it must be.

Decides that each upload is noted durably before the other end might have it, that none goes while the ledger can't be
told, that it is told of each as soon as it can be, and that a fault of the other end is no storm of tries. What follows
from an answer, `core/sharing_answer.py` decides; what is due, `core/sharing_queue.py`.
"""

import dataclasses
from datetime import datetime

import structlog

from blocker.core.sharing import Upload
from blocker.core.sharing_answer import Answer, outcome
from blocker.core.sharing_queue import Item, Sharing, State, due, later, shared
from blocker.errors import BlockerError, LedgerError
from blocker.filing.sharing_desk import Desk


class Uploading:
    """What the service does about the queue at set times."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._log = structlog.get_logger("sharing")

    async def run(self) -> None:
        """Bring the queue up to date, and give what is due; safe to run at any time."""
        async with self._desk.one_at_a_time:
            sharing = await self._desk.store.sharing()
            if sharing is None:
                return
            await self._desk.align()
            self._desk.problem = self._desk.stopped(sharing)
            now = self._desk.clock.now()
            resting = sharing.not_before is not None and now < sharing.not_before
            if self._desk.problem or resting:
                return
            for item in due(await self._desk.store.queue(), now):
                if self._desk.journal.problem or not await self._upload(item, sharing):  # nothing is given unrecorded
                    return

    async def _upload(self, item: Item, sharing: Sharing) -> bool:
        """Give it; whether the next one may follow."""
        now, giving = self._desk.clock.now(), self._desk.giving
        item = dataclasses.replace(item, state=State.SENDING, tries=item.tries + 1)
        await self._desk.store.put(item)
        try:
            answer = await giving.give(item.upload)
        except BlockerError as error:
            await self._desk.store.put(later(item, now, str(error)))
            await self._stop(sharing, f"nothing is given to {giving.name}: {error} (then: blocker share on)")
            return False
        became = outcome(item, answer, now, giving.name)
        if not answer.unsent:  # first, so that what was given is recorded wherever the program ends
            await self._tell(item.upload, answer, now)
        await self._desk.store.put(became.item)
        if became.stop:
            await self._stop(sharing, became.stop)
        elif became.rest is not None:
            self._log.warning("an upload will be tried again", to=giving.slug, why=became.item.why)
            await self._desk.store.set_sharing(dataclasses.replace(sharing, not_before=now + became.rest))
        return not became.stop and became.rest is None

    async def _tell(self, upload: Upload, answer: Answer, at: datetime) -> None:
        sent, number = self._desk.giving.sent(upload), upload.number
        entry = shared(at, self._desk.giving.slug, number, sent=sent, status=answer.status, answer=answer.sha256)
        try:
            await self._desk.journal.durable(entry)
        except LedgerError as error:
            self._log.error("an upload couldn't be recorded yet", what=str(upload.what), why=str(error))
            self._desk.journal.later(entry)

    async def _stop(self, sharing: Sharing, why: str) -> None:
        self._desk.problem = why
        self._log.error("giving back has stopped", why=why)
        await self._desk.store.set_sharing(dataclasses.replace(sharing, stopped=why))
