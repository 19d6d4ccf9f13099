"""Checking seals and time-stamps: each of this ledger's own links, signed by the key it names, stamped as it says.

Decides what of it is a fault, and what can't be told here, which is a note: keys that changed, certificates that have
expired since, tokens by whom nobody vouches. Doesn't look at the chain, which is `verify.py`; a seal is compared with
the link line that is there. `docs/spec/evidence-ledger.md`, section “What a verifier does”.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from blocker.core.entry import EntryKind, Head, parse, sha256_hex
from blocker.core.seal import NAMESPACE, Seal, Stamp, head_line, seal_of, stamp_of
from blocker.errors import LedgerCorruptError, LedgerFormatError, SigningError, StampError
from blocker.evidence.chain import EntryFault, SealFaultKind
from blocker.evidence.signing import allowed_signers_line, verify
from blocker.evidence.stamping import check_token
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

_A_MILLISECOND = 0.001
"""What an entry's time leaves off."""

AT_ONCE = 4
"""Signatures checked at the same time, each by a process of its own."""

_KINDS = frozenset({EntryKind.SEAL, EntryKind.TIME_STAMP})


@dataclass(slots=True)
class SealsFound:
    """What was found about seals and time-stamps."""

    seals: int = 0
    first: int = 0
    """Number of the first seal."""
    stamps: int = 0
    faults: list[EntryFault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """Sentences for the household about what is no fault."""


async def check_seals(db: LedgerDb, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> SealsFound:
    """Check all of them, in order; memory grows by two sums for each.

    Args:
        db: the ledger, at one moment.
        now: to say which certificates have expired since.

    Raises:
        LedgerError: the file can't be read.
    """
    check = _Check(db, now())
    async for chunk in db.contents(kinds=_KINDS):
        for start in range(0, len(chunk), AT_ONCE):
            await check.take(chunk[start : start + AT_ONCE])
    check.end()
    return check.found


async def last_seal_ok(directory: Path) -> str:
    """Whether the last seal in a data directory is a good signature of a head it has: empty if so, else what is wrong.

    Empty too where nothing is sealed yet, and where signatures can't be checked on this machine. Fast: one signature.

    Raises:
        LedgerError: the file can't be read.
    """
    db = await LedgerDb.open(directory / ledger_db.FILE, read_only=True)
    try:
        last: list[tuple[int, bytes]] = []
        async for chunk in db.contents(kinds={EntryKind.SEAL}):
            last = chunk[-1:]
        check = _Check(db, datetime.now(UTC), from_the_first=False)
        await check.take(last)
    finally:
        await db.close()
    return str(check.found.faults[0]) if check.found.faults else ""


class _Check:
    def __init__(self, db: LedgerDb, now: datetime, *, from_the_first: bool = True) -> None:
        self.found = SealsFound()
        self._db, self._now, self._from_the_first = db, now, from_the_first
        self._seals: dict[int, Head] = {}
        self._tokens: set[str] = set()
        self._key = ""
        self._unchecked: dict[str, list[int]] = {}
        self._unvouched = 0
        self._expired: dict[datetime, list[int]] = {}

    async def take(self, contents: list[tuple[int, bytes]]) -> None:
        """Some entries that follow each other."""
        items = [item for n, content in contents if (item := self._read(n, content)) is not None]
        lines = await self._db.lines({item.head.n for item in items})
        signed = await asyncio.gather(*(self._signature(item) for item in items if isinstance(item, Seal)))
        verdicts = dict(zip((item.n for item in items if isinstance(item, Seal)), signed, strict=True))
        for item in items:
            line = lines.get(item.head.n)
            if line is None or item.head.n >= item.n or sha256_hex(line) != item.head.sha256:
                self._fault(item.n, SealFaultKind.SEAL_HEAD_DIFFERS, "it is of a head that this ledger never had")
            if isinstance(item, Seal):
                self._take_seal(item, verdicts[item.n])
            else:
                await self._take_stamp(item)

    def end(self) -> None:
        """There are no more; say what couldn't be told."""
        notes = self.found.notes
        for why, numbers in self._unchecked.items():
            notes.append(f"not checked ({_entries(numbers)}): {why}")
        if self._unvouched:
            notes.append(
                f"{self._unvouched} of {self.found.stamps} time-stamps were kept without an authority's certificates: "
                "who signed them wasn't checked (openssl ts -verify can, with the authority's root)"
            )
        for until, numbers in self._expired.items():
            notes.append(
                f"the authority's certificate of {_entries(numbers)} expired on {until:%Y-%m-%d}, after it signed: the "
                "time-stamp holds, and openssl ts -verify needs -attime with its own time"
            )

    def _read(self, n: int, content: bytes) -> Seal | Stamp | None:
        try:
            parsed = parse(content)
            return seal_of(n, parsed) if parsed["kind"] == EntryKind.SEAL else stamp_of(n, parsed)
        except (LedgerFormatError, LedgerCorruptError) as error:
            self._fault(n, SealFaultKind.SEAL_MALFORMED, f"it is no whole seal or time-stamp: {error}")
            return None

    async def _signature(self, seal: Seal) -> str | SigningError:
        if seal.namespace != NAMESPACE:
            return f"it was made for another purpose, “{seal.namespace}”"
        try:
            allowed = allowed_signers_line(seal.identity, seal.public_key, [NAMESPACE])
        except SigningError as error:
            return str(error)
        try:
            return await verify(seal.signature, head_line(seal.head), allowed, seal.identity, NAMESPACE)
        except SigningError as error:
            return error

    def _take_seal(self, seal: Seal, signed: str | SigningError) -> None:
        self.found.seals += 1
        self.found.first = self.found.first or seal.n
        self._seals[seal.n] = seal.head
        if isinstance(signed, SigningError):
            self._unchecked.setdefault(str(signed), []).append(seal.n)
        elif signed:
            self._fault(seal.n, SealFaultKind.SEAL_SIGNATURE_BAD, f"its signature doesn't hold: {signed}")
        if self._key and seal.public_key != self._key:
            self.found.notes.append(f"from entry {seal.n} on, seals are by another key than before: {seal.public_key}")
        self._key = seal.public_key
        if self._from_the_first and not self._tokens.issuperset(seal.previous_tokens):
            self._fault(seal.n, SealFaultKind.SEAL_TOKENS_DIFFER, "it names a time-stamp that no entry before it holds")

    async def _take_stamp(self, stamp: Stamp) -> None:
        self.found.stamps += 1
        token = stamp.token
        self._tokens.add(stamp.sha256)
        if token.sha256 != stamp.sha256 or self._seals.get(stamp.seal) != stamp.head:
            what = "it isn't the time-stamp that it says it is: its sum or its seal differs"
            self._fault(stamp.n, SealFaultKind.STAMP_DIFFERS, what)
        try:
            checked = await asyncio.to_thread(check_token, token.reply, head_line(stamp.head), token.certificates)
        except StampError as error:
            if error.unchecked:
                self._unchecked.setdefault(str(error), []).append(stamp.n)
            else:
                self._fault(stamp.n, SealFaultKind.STAMP_BAD, f"its time-stamp doesn't hold: {error}")
            return
        if abs((checked.gen_time - token.gen_time).total_seconds()) >= _A_MILLISECOND:
            self._fault(
                stamp.n, SealFaultKind.STAMP_DIFFERS, f"its token is of {checked.gen_time}, which it doesn't say"
            )
        self._unvouched += not checked.vouched
        if checked.signer_until is not None and checked.signer_until < self._now:
            self._expired.setdefault(checked.signer_until, []).append(stamp.n)

    def _fault(self, n: int, kind: SealFaultKind, what: str) -> None:
        self.found.faults.append(EntryFault(n, kind, what))


def _entries(numbers: list[int]) -> str:
    some = numbers[:3]
    return f"{'entry' if len(numbers) == 1 else 'entries'} {', '.join(map(str, some))}" + " …" * (
        len(numbers) > len(some)
    )
