"""Whether links and contents hold together, as values: entries go in one by one, faults come out.

Implements the section “What a verifier does” of `docs/spec/evidence-ledger.md`. Pure: no file, no database, no clock;
`verify.py` feeds it a whole ledger, `ledger.py` the last entries when one is opened. Decides what is a fault and what
it is called; not what is done about it. Memory: 9 bytes for each erased entry, and no more than MAX_FAULTS faults.
"""

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from blocker.core.entry import EMPTY, EntryKind, Head, link_line, parse, parse_link, sha256_hex
from blocker.errors import LedgerFormatError
from blocker.evidence.head_copies import HeadCopy

MAX_FAULTS = 1_000
"""Faults kept; more are only counted."""

_SAYS_ERASURE = f'"kind":"{EntryKind.ERASURE}"'.encode()


class FaultKind(StrEnum):
    """What can be wrong. The names belong to the format: other verifiers use the same."""

    LINK_MISSING = "link-missing"
    LINK_MALFORMED = "link-malformed"
    LINK_MISPLACED = "link-misplaced"
    CHAIN_BROKEN = "chain-broken"
    CONTENT_CHANGED = "content-changed"
    CONTENT_MISSING = "content-missing"
    CONTENT_NOT_ERASED = "content-not-erased"
    CONTENT_WITHOUT_LINK = "content-without-link"
    ERASURE_MALFORMED = "erasure-malformed"
    CUT_SHORT = "cut-short"
    COPY_DIFFERS = "copy-differs"
    COPY_MALFORMED = "copy-malformed"
    FILE_DAMAGED = "file-damaged"


class SealFaultKind(StrEnum):
    """What can be wrong with seals and time-stamps (`seals.py`), after the walk. The names belong to the format too."""

    SEAL_MALFORMED = "seal-malformed"
    SEAL_HEAD_DIFFERS = "seal-head-differs"
    SEAL_SIGNATURE_BAD = "seal-signature-bad"
    SEAL_TOKENS_DIFFER = "seal-tokens-differ"
    STAMP_DIFFERS = "stamp-differs"
    STAMP_BAD = "stamp-bad"


@dataclass(frozen=True, slots=True)
class EntryFault:
    """One thing that doesn't hold."""

    n: int
    """The entry's number; 0 where it is about no entry."""
    kind: FaultKind | SealFaultKind
    what: str
    """A sentence for the household."""

    def __str__(self) -> str:
        return f"entry {self.n}: {self.what}" if self.n else self.what


class Chain:
    """A walk along the links, from the first or from a later one on."""

    def __init__(self, copies: Iterable[HeadCopy] = (), after: Head = EMPTY) -> None:
        """Begin after the link `after`; copies of heads before it are not looked at."""
        self.head = after
        self.entries = 0
        """Links seen."""
        self.faults: list[EntryFault] = []
        self.fault_count = 0
        self._first = after.n + 1
        self._copies: dict[int, list[HeadCopy]] = {}
        for copy in copies:
            if copy.head.n >= after.n:
                self._copies.setdefault(copy.head.n, []).append(copy)
        self._absent = array("q")  # numbers without a content, ascending …
        self._accounted = bytearray()  # … and for each, 1 once an erasure names it
        self._compare_copies()

    @property
    def erased(self) -> int:
        """Entries without content of which a later entry says that it was erased."""
        return sum(self._accounted)

    def fault(self, n: int, kind: FaultKind | SealFaultKind, what: str) -> None:
        """Note what somebody else found, such as a line of the copies that can't be read."""
        self.fault_count += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(EntryFault(n, kind, what))

    def add(self, n: int, line: bytes, content: bytes | None) -> None:
        """Take the next entry: its number by its place, its link line, its content if there is one."""
        self.entries += 1
        content_sha256 = None if content is None else sha256_hex(content)
        if n != self.head.n + 1 or content_sha256 is None or line != link_line(n, self.head.sha256, content_sha256):
            self._say_what_differs(n, line, content_sha256)
        self.head = Head(n, sha256_hex(line))
        self._compare_copies()
        if content is None:
            self._absent.append(n)
            self._accounted.append(0)
        elif _SAYS_ERASURE in content:
            self._account(n, content)

    def erased_elsewhere(self, numbers: Iterable[int]) -> None:
        """Entries without content of which another ledger says that they were erased; to be called before `end`."""
        for number in numbers:
            place = bisect_left(self._absent, number)
            if place < len(self._absent) and self._absent[place] == number:
                self._accounted[place] = 1

    def end(self) -> None:
        """There are no more entries."""
        for n, accounted in zip(self._absent, self._accounted, strict=True):
            if not accounted:
                self.fault(n, FaultKind.CONTENT_MISSING, "its content is missing, and no entry says that it was erased")
        last = max(self._copies, default=0)
        if last > self.head.n:
            copy = self._copies[last][-1].line.strip()
            what = f"the ledger is cut short: entries missing at its end: {last - self.head.n} or more"
            self.fault(self.head.n + 1, FaultKind.CUT_SHORT, f"{what} (there were {last} at the copy “{copy}”)")

    def _say_what_differs(self, n: int, line: bytes, content_sha256: str | None) -> None:
        if n != self.head.n + 1:
            what = f"its link is missing; the next one there is that of entry {n}"
            self.fault(self.head.n + 1, FaultKind.LINK_MISSING, what)
        try:
            link = parse_link(line)
        except LedgerFormatError as error:
            self.fault(n, FaultKind.LINK_MALFORMED, f"its link {error}")
            return
        if link.n != n:
            self.fault(n, FaultKind.LINK_MISPLACED, f"its link says that it is number {link.n}")
        if n == self.head.n + 1 and link.prev != self.head.sha256:
            self.fault(
                n, FaultKind.CHAIN_BROKEN, "its link doesn't follow the one before it: one of the two was changed"
            )
        if content_sha256 not in {None, link.content_sha256}:
            self.fault(n, FaultKind.CONTENT_CHANGED, "its content isn't the one that its link was made for")

    def _compare_copies(self) -> None:
        for copy in self._copies.get(self.head.n, ()):
            if copy.head != self.head:
                what = f"its link isn't the one that was the head when it was copied (“{copy.line.strip()}”)"
                self.fault(self.head.n, FaultKind.COPY_DIFFERS, what)

    def _account(self, n: int, content: bytes) -> None:
        try:
            erasure = parse(content)
        except LedgerFormatError as error:
            self.fault(n, FaultKind.ERASURE_MALFORMED, f"its content, an erasure, {error}")
            return
        if erasure["kind"] != EntryKind.ERASURE:
            return
        erased = erasure.get("entries")
        if not isinstance(erased, list) or not erased or not all(type(k) is int and 0 < k < n for k in erased):
            self.fault(n, FaultKind.ERASURE_MALFORMED, "its content, an erasure, doesn't list the entries it erased")
            return
        for number in erased:
            place = bisect_left(self._absent, number)
            if place < len(self._absent) and self._absent[place] == number:
                self._accounted[place] = 1
            elif number >= self._first:
                what = f"its content is there, though entry {n} says that it was erased"
                self.fault(number, FaultKind.CONTENT_NOT_ERASED, what)
