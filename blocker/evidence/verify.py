"""Checking a whole ledger: every link, every content, every copy of the head, every seal, and the file itself.

Decides what is read and in which order; what counts as a fault is `chain.py`'s and `seals.py`'s. Reports and never
repairs, writes nothing, needs no service and disturbs none: it reads one moment of the ledger while others write on.
Memory doesn't grow with the ledger but for a few bytes for each erased entry, and for each seal.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from blocker.core.entry import Head, format_time
from blocker.errors import LedgerCorruptError, LedgerFormatError
from blocker.evidence import head_copies
from blocker.evidence.chain import MAX_FAULTS, Chain, EntryFault, FaultKind
from blocker.evidence.head_copies import HeadCopy
from blocker.evidence.seals import SealsFound, check_seals
from blocker.store import ledger_db
from blocker.store.ledger_db import LedgerDb

Progress = Callable[[int, int], None]
"""Told now and then: entries done, entries in all."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found."""

    entries: int
    """Links that are there."""
    erased: int
    """Entries among them whose content was erased, as a later entry says."""
    head: Head
    faults: tuple[EntryFault, ...]
    """At most MAX_FAULTS of them, in the order of the walk."""
    fault_count: int
    last_copy: HeadCopy | None
    """The latest copy of the head: up to there, nothing can have been cut off unnoticed."""
    seals: SealsFound
    """What was found about seals and time-stamps; its faults are among `faults`."""

    @property
    def holds(self) -> bool:
        """Whether there is no fault."""
        return not self.fault_count

    @property
    def unseen(self) -> str:
        """What no check of these files can tell, as a sentence (spec, “What cannot be seen”)."""
        if self.last_copy is None:
            return f"There is no copy of the head ({head_copies.FILE}): entries cut off at the end would not be missed."
        return (
            f"The last copy of the head is of {format_time(self.last_copy.at)} ({self.last_copy.event}, entry "
            f"{self.last_copy.head.n}): entries added after it and cut off since would not be missed."
        )


async def verify(
    directory: Path, *, on_progress: Progress | None = None, erased_elsewhere: Iterable[int] = ()
) -> Verification:
    """Check the ledger in a directory, which needn't be writable.

    A file that SQLite finds malformed is a fault like others; the walk ends there.

    Args:
        directory: where it is.
        on_progress: is told how far it is.
        erased_elsewhere: entries of a kept ledger whose contents went, as the one that follows it says.

    Raises:
        LedgerFormatError: there is no ledger and never was, or it was made by a newer program.
        LedgerError: the files can't be read, for instance for lack of permission.
    """
    # The copies first: an entry is durable before its copy is, so that a moment of the ledger seen later has them all.
    copies, problems = head_copies.read_copies(directory / head_copies.FILE)
    chain = Chain(copies)
    for problem in problems:
        chain.fault(0, FaultKind.COPY_MALFORMED, problem)
    path, seals = directory / ledger_db.FILE, SealsFound()
    if ledger_db.is_there(path):
        try:
            seals = await _walk(path, chain, on_progress, erased_elsewhere)
        except LedgerCorruptError as error:
            chain.fault(0, FaultKind.FILE_DAMAGED, f"{error}; entries that could be read before: {chain.entries}")
    elif any(copy.head.n for copy in copies):
        chain.end()
    else:
        raise LedgerFormatError(f"{directory} holds no ledger yet (it begins when the service first starts)")
    if copies and 0 < seals.first < copies[0].head.n and copies[0].event != "seal":
        seals.notes.append(
            f"the copies of the head begin with that of entry {copies[0].head.n}, though one was made at the seal that "
            f"is entry {seals.first}: earlier ones are gone, and what was cut off before that wouldn't be missed"
        )
    return Verification(
        entries=chain.entries,
        erased=chain.erased,
        head=chain.head,
        faults=tuple(chain.faults),
        fault_count=chain.fault_count,
        last_copy=copies[-1] if copies else None,
        seals=seals,
    )


async def _walk(path: Path, chain: Chain, on_progress: Progress | None, erased: Iterable[int]) -> SealsFound:
    db = await LedgerDb.open(path, read_only=True, unguarded=True)
    try:
        total = max((row.n for row in await db.tail(1)), default=0)
        async for rows in db.walk():
            for row in rows:
                chain.add(*row)
            if on_progress is not None:
                on_progress(chain.head.n, total)
        chain.erased_elsewhere(erased)
        chain.end()
        for n in await db.contents_without_link(MAX_FAULTS):
            chain.fault(n, FaultKind.CONTENT_WITHOUT_LINK, "its content is there, but no link")
        for what in await db.gone():
            chain.fault(0, FaultKind.FILE_DAMAGED, f"{path}: its {what} isn't as blocker makes it")
        for text in await db.file_faults(MAX_FAULTS):
            chain.fault(0, FaultKind.FILE_DAMAGED, f"{path}: SQLite says “{text}”")
        seals = await check_seals(db)
        for fault in seals.faults:
            chain.fault(fault.n, fault.kind, fault.what)
        return seals
    finally:
        await db.close()
