"""The report of a week goes to each recipient once: retried where they surely don't have it, left where they may.

Decides when something is tried, and what is told of it. Before the other end might have anything, that is noted
durably, so that no crash leads to a second one; what became of it is noted after. A recipient who fails holds up nobody
else. How each way works, `senders/` decides; what follows from what is known, `core/sending.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, Protocol

import structlog

from blocker.core.ports import Clock
from blocker.core.sending import PAUSES, Sent, State, is_passed, may_have_it, problem_of
from blocker.core.week import Week
from blocker.errors import BlockerError, DataDirError, SendError, UnsureError, UsageError
from blocker.report_config import Recipient

LONGEST = timedelta(minutes=20)
"""What one sending may take in all: a large mail over a slow line."""


class Records(Protocol):
    """What is known about what was sent, durably; every method raises `DataDirError` where that can't be."""

    async def of(self, week: str, recipient: str) -> Sent | None: ...
    async def latest(self, recipient: str) -> Sent | None: ...
    async def put(self, sent: Sent) -> None: ...


class Post(Protocol):
    """What packs a week's report for a recipient and hands it over; raises as the contract of `senders/` says."""

    async def preview(self, week: Week, recipient: Recipient) -> dict[str, Any]:
        """What would be sent, for a person to read; raises `SendError` where there is nothing that could be."""

    async def send(self, week: Week, recipient: Recipient, handing_over: Callable[[], Awaitable[None]]) -> None: ...


Pause = Callable[[float], Awaitable[None]]


class Sending:
    """Sends reports to the recipients that the household configured."""

    def __init__(
        self,
        recipients: Sequence[Recipient],
        records: Records | None,
        post: Post,
        clock: Clock,
        *,
        pause: Pause = asyncio.sleep,
    ) -> None:
        """What it works with; without `records` nothing is sent, since nobody would know of it."""
        self._recipients, self._records, self._post, self._clock = recipients, records, post, clock
        self._pause = pause
        self._problems: dict[str, str] = {}
        self._one_at_a_time = asyncio.Lock()
        self._turn = 0
        self._log = structlog.get_logger("sending")

    @property
    def problem(self) -> str:
        """What the household should know, as sentences; empty where all is well."""
        return "; ".join(self._problems.values())

    async def keep_sending(self, week: Week) -> None:
        """Send the report of a week to whoever should have it and doesn't, again after a while where that failed.

        Ends once nobody is left, or none of the tries helped; a later call takes over from an earlier one.
        """
        self._turn += 1
        turn = self._turn
        fresh = True
        for pause in (*PAUSES, None):
            async with self._one_at_a_time:
                left = [await self._by_itself(str(week), one, fresh=fresh) for one in self._recipients]
            if pause is None or not any(left):
                return
            fresh = False
            await self._pause(pause.total_seconds())
            if turn != self._turn:
                return

    async def _by_itself(self, week: str, recipient: Recipient, *, fresh: bool) -> bool:
        """Whether to come back to this one later. What needed mending is tried again once at each `fresh` start."""
        if self._records is None:
            return False
        try:
            known = await self._records.of(week, recipient.key)
            if is_passed(week, await self._records.latest(recipient.key)):
                return False
        except DataDirError as error:
            self._tell(recipient, str(error))
            return True
        if known is not None and (may_have_it(known) or (known.state is State.REFUSED and not fresh)):
            self._tell(recipient, problem_of(known, recipient.name))
            return False
        became = await self._try(week, recipient, known)
        log = self._log.info if became.state is State.SENT else self._log.warning
        log("weekly report", week=week, to=recipient.name, state=str(became.state), why=became.why)
        return became.state is State.FAILED

    async def send(
        self,
        week: str,
        to: Sequence[str] = (),
        *,
        again: bool = False,
        arrived: bool = False,
        dry_run: bool = False,
    ) -> list[dict[str, Any]]:
        """Send a week's report because a person asks for it; returns what became of each recipient.

        Args:
            week: ISO 8601.
            to: names of recipients; empty for all.
            again: also to those who have it, or may have it.
            arrived: send nothing, and note that those have it of whom nobody knew.
            dry_run: send nothing, and say what would be sent.

        Raises:
            UsageError: there is nobody of that name, or no such week.
            DataDirError: what was sent can't be read or noted.
        """
        if self._records is None:
            raise DataDirError("what was sent can't be noted, so nothing is sent (blocker doctor says why)")
        asked = Week.parse(week)
        async with self._one_at_a_time:
            told = []
            for one in self._meant(to):
                known = await self._records.of(week, one.key)
                if dry_run:
                    told.append(await self._preview(asked, one, known))
                    continue
                done = not may_have_it(known) or again
                if arrived:
                    known = await self._noted_as_arrived(week, one, known)
                elif done or known is None:
                    known = await self._try(week, one, known)
                told.append(_told(one, known, already=not (done or arrived)))
            return told

    def _meant(self, names: Sequence[str]) -> Sequence[Recipient]:
        known = ", ".join(f"“{one.name}”" for one in self._recipients)
        if not self._recipients:
            raise UsageError("nobody is named to send reports to (add a [[report.recipient]] to the configuration)")
        for name in names:
            if all(name != one.name for one in self._recipients):
                raise UsageError(f"there is no recipient “{name}” (there are: {known})")
        return [one for one in self._recipients if not names or one.name in names]

    async def _preview(self, week: Week, recipient: Recipient, known: Sent | None) -> dict[str, Any]:
        shown: dict[str, Any] = {"state": str(known.state) if known else "", "why": ""}
        try:
            shown |= await self._post.preview(week, recipient)
        except SendError as error:
            shown["why"] = str(error)
        return {"name": recipient.name} | shown

    async def _noted_as_arrived(self, week: str, recipient: Recipient, known: Sent | None) -> Sent:
        if known is None or not may_have_it(known):
            raise UsageError(f"the report of {week} was never handed over to {recipient.name}")
        known = known._replace(state=State.SENT, why="")
        await self._note(recipient, known)
        return known

    async def _try(self, week: str, recipient: Recipient, known: Sent | None) -> Sent:
        """Send it now; returns what became of it, which is noted as far as the disk takes it."""
        trying = Sent(week, recipient.key, State.HANDING_OVER, self._clock.now(), known.tries + 1 if known else 1)
        handed = False

        async def handing_over() -> None:
            nonlocal handed
            await self._noting(trying)
            handed = True

        try:
            async with asyncio.timeout(LONGEST.total_seconds()):
                await self._post.send(Week.parse(week), recipient, handing_over)
            state, why = State.SENT, ""
        except SendError as error:
            state, why = State.REFUSED if error.lasting else State.FAILED, str(error)
        except BlockerError as error:
            state, why = State.UNSURE if isinstance(error, UnsureError) else State.FAILED, str(error)
        except TimeoutError:
            state, why = State.UNSURE if handed else State.FAILED, f"it took longer than {LONGEST}"
        except Exception as error:  # noqa: BLE001  (a fault of ours must cost nobody else their report)
            state, why = State.UNSURE if handed else State.FAILED, str(error) or type(error).__name__
            self._log.error("a report couldn't be sent", to=recipient.name, why=why, exc_info=error)
        became = trying._replace(state=state, at=self._clock.now(), why=why)
        try:
            await self._note(recipient, became)
        except DataDirError as error:
            self._tell(recipient, f"what became of the report of {week} to {recipient.name} can't be noted: {error}")
        return became

    async def _noting(self, sent: Sent) -> None:
        if self._records is not None:
            await self._records.put(sent)

    async def _note(self, recipient: Recipient, sent: Sent) -> None:
        await self._noting(sent)
        self._tell(recipient, problem_of(sent, recipient.name))

    def _tell(self, recipient: Recipient, problem: str) -> None:
        self._problems.pop(recipient.key, None)
        if problem:
            self._problems[recipient.key] = problem


def _told(recipient: Recipient, known: Sent, *, already: bool) -> dict[str, Any]:
    return {"name": recipient.name, "state": str(known.state), "why": known.why, "already": already}
