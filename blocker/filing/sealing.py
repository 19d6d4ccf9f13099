"""Sealing the ledger: its head is signed, and authorities outside put their time on it.

Decides when there is something to seal, what a seal names, who is asked for a time-stamp and when again after a
failure. Doesn't sign (`evidence/signing.py`) nor talk to anybody (`evidence/stamping.py`). A call waits for none of it:
entries go on being written while a key signs or an authority thinks.

A seal without a token can be read from the ledger, so that an authority which didn't answer is asked again after a
restart too. Only the last seal is ever stamped: its head covers all that earlier ones cover.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog

from blocker.core.entry import EntryKind, Head, format_time, parse_time
from blocker.core.ledger_ports import Entries, FlushedJournal
from blocker.core.ports import Clock
from blocker.core.seal import (
    NAMESPACE,
    Seal,
    Sealed,
    Token,
    head_line,
    seal_entry,
    seal_of,
    stamp_entry,
    stamp_of,
)
from blocker.errors import LedgerError, LedgerWriteError, StampError

FIRST_PAUSE, LONGEST_PAUSE = 300.0, 6 * 3600.0
"""Seconds before an authority that failed is asked again; twice as long each time."""

PERIODS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}

_SET_BACK = timedelta(days=30)
"""How far before its seal a token may be dated, where the clock was set back in between."""


class Signer(Protocol):
    """The household's key."""

    async def sign(self, data: bytes, namespace: str) -> str: ...

    async def public_key(self) -> str: ...


class LedgerEnd(Protocol):
    """The ledger that is written to."""

    @property
    def head(self) -> Head: ...

    async def copy_head(self, event: str) -> None: ...


class Sealer:
    """Makes seals, and sees to it that they are stamped."""

    def __init__(
        self,
        *,
        signer: Signer,
        identity: str,
        authorities: Collection[str],
        stamp: Callable[[str, bytes], Awaitable[Token]],
        journal: FlushedJournal,
        ledger: Callable[[], LedgerEnd | None],
        read: Callable[[], AbstractAsyncContextManager[Entries]],
        clock: Clock,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """What it works with.

        Args:
            signer: signs heads.
            identity: in whose name.
            authorities: the addresses of those who are asked for time-stamps.
            stamp: asks one of them to stamp bytes; raises StampError.
            journal: where entries go.
            ledger: the one that is written to at present, if any.
            read: opens it for reading.
            clock: the time of entries.
            pause: waits for so many seconds.
        """
        self._signer, self._identity, self._stamp = signer, identity, stamp
        self._authorities = tuple(authorities)
        self._journal, self._ledger, self._read, self._clock, self._pause = journal, ledger, read, clock, pause
        self._failing: set[str] = set()
        self._sealing, self._asking, self._failed = asyncio.Lock(), asyncio.Lock(), asyncio.Event()
        self._log = structlog.get_logger("sealing")

    async def seal(self) -> dict[str, Any]:
        """Seal what was added since the last seal, and ask for what time-stamps the last one lacks.

        Returns `entry` (number of the new seal, or null where nothing was added), `head` (of the last seal, as `n` and
        `sha256`; null where there is none), `new` (how many entries it covers that none did before) and `stamps`: for
        each authority that was asked its address as `authority`, with `gen_time` or, where it failed, `fault`.

        Raises:
            SigningError: nothing can be signed.
            LedgerError: the ledger can't be read or written.
        """
        async with self._sealing:
            made, new = await self._seal()
        stamps = await self.ask()
        last = (await self.sealed()).last
        head = {"n": last.head.n, "sha256": last.head.sha256} if last else None
        return {"entry": made, "head": head, "new": new, "stamps": stamps}

    async def catch_up(self, every: str) -> None:
        """After a start: seal where downtime missed the time for it; raises as `seal` does."""
        last = (await self.sealed()).last
        since = last.at if last is not None else await self._beginning()
        if since is not None and self._clock.now() - since > PERIODS[every]:
            await self.seal()

    async def keep_asking(self) -> None:
        """For as long as a service runs: ask again for time-stamps that failed; sleeps while none is missing."""
        await self.ask()
        while True:
            pause = FIRST_PAUSE
            while self._failing:
                await self._pause(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                await self.ask()
            self._failed.clear()
            await self._failed.wait()

    async def ask(self) -> list[dict[str, str]]:
        """Ask for the time-stamps that the last seal lacks; never raises for an authority that fails.

        Returns, for each that was asked, its address and its time or what failed, as `seal` tells it.
        """
        async with self._asking:  # nobody waits for this but whoever else would ask the same
            try:
                sealed = await self.sealed()
            except LedgerError as error:
                self._log.error("time-stamps can't be asked for", why=str(error))
                return []
            missing = sealed.without_token(self._authorities)
            self._failing &= set(missing)
            if sealed.last is None:
                return []
            return list(await asyncio.gather(*(self._ask_one(authority, sealed.last) for authority in missing)))

    async def sealed(self) -> Sealed:
        """The last seal and its tokens, as the ledger has them; raises LedgerError."""
        async with self._read() as reader:
            return await read_sealed(reader)

    async def _seal(self) -> tuple[int | None, int]:
        await self._journal.flush()
        ledger = self._ledger()
        if ledger is None:
            raise LedgerWriteError("there is no ledger to seal: it couldn't be opened (blocker doctor says why)")
        before = await self.sealed()
        head = ledger.head
        if not (new := before.unsealed(head)):
            return None, 0
        entry = seal_entry(
            self._clock.now(),
            head,
            await self._signer.sign(head_line(head), NAMESPACE),
            identity=self._identity,
            public_key=await self._signer.public_key(),
            previous_tokens=before.new_tokens(),
        )
        number = await self._journal.durable(entry)
        await ledger.copy_head("seal")
        return number, new

    async def _ask_one(self, authority: str, seal: Seal) -> dict[str, str]:
        try:
            token = await self._stamp(authority, head_line(seal.head))
            await self._journal.durable(stamp_entry(self._clock.now(), seal, authority, token))
        except (StampError, LedgerError) as error:
            if authority not in self._failing:
                self._log.error("no time-stamp; it will be asked for again", authority=authority, why=str(error))
            self._failing.add(authority)
            self._failed.set()
            return {"authority": authority, "fault": str(error)}
        if authority in self._failing:
            self._log.warning("time-stamps come again", authority=authority)
        self._failing.discard(authority)
        return {"authority": authority, "gen_time": format_time(token.gen_time)}

    async def _beginning(self) -> datetime | None:
        async with self._read() as reader:
            async for entry in reader.entries():
                return parse_time(entry.content["at"])
        return None


async def read_sealed(reader: Entries) -> Sealed:
    """The last seal in a ledger, and the tokens since its head; raises LedgerError."""
    last = None
    async for entry in reader.entries(kinds={EntryKind.SEAL}):
        last = seal_of(entry.n, entry.content)
    if last is None:
        return Sealed()
    later = reader.entries(kinds={EntryKind.TIME_STAMP}, since=last.at - _SET_BACK)
    return Sealed(last, tuple([stamp_of(entry.n, entry.content) async for entry in later if entry.n > last.head.n]))
