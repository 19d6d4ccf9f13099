"""A ledger in memory that tests fill with what happened in a house, read as the real one is.

Contents are made by `core/record.py`, so that they are those the program writes; `changed` is for what it never would.
"""

import itertools
import json
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker.core import record
from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.entry import EMPTY, Head, canonical, format_time, link_line, sha256_hex
from blocker.core.gist import FIELDS
from blocker.core.listing import Listing, ListName, parse_target
from blocker.core.machine_facts import UNDECIDED
from blocker.core.number import E164, Caller, Withheld
from blocker.core.statement import Said
from blocker.core.timekeeping import ClockState
from blocker.core.treatment import RING, HangUp, Treatment
from blocker.core.verdict import Decision, Match, Reason, Verdict

BRUSSELS = ZoneInfo("Europe/Brussels")
LANDLINE = Line("landline", "BE", "Europe/Brussels", "+3225550100")
REJECT = Treatment("reject", (HangUp(21),))
CALLER = "+3225550345"

BLOCK_LISTED = Match("block-list", CALLER, "the household's own list")


def local(text: str, zone: ZoneInfo = BRUSSELS) -> datetime:
    """`2026-11-17 09:12:33.123`, a local time of the house, as an instant; a trailing `*` is the second of two."""
    return datetime.fromisoformat(text.removesuffix("*")).replace(tzinfo=zone, fold=text.endswith("*")).astimezone(UTC)


def screened(  # a call has that many sides
    at: datetime,
    call: str,
    *,
    number: str | Caller = CALLER,
    raw: str | None = None,
    name: str = "",
    reason: Reason = Reason.NOTHING_KNOWN,
    action: Treatment | None = None,
    matches: tuple[Match, ...] = (),
    observe_only: bool = False,
    line: Line = LANDLINE,
    called: str = "025550100",
) -> dict[str, Any]:
    """What `call-screened` says. The reason decides whether it was to be blocked; `raw` is what the trunk sent."""
    blocks = reason in {Reason.BLOCK_LIST, Reason.COMPANY, Reason.CANVASSING_RANGE, Reason.COMMUNITY}
    if action is None:
        action = REJECT if blocks and not observe_only else RING
    caller = E164(number) if isinstance(number, str) else number
    if raw is None:
        raw = caller.number if isinstance(caller, E164) else ""
    sighting = Sighting("fastagi", raw, name, None, called, "PJSIP/trunk-00000001")
    flagged = reason in {Reason.WITHHELD, Reason.UNAVAILABLE, Reason.UNUSABLE, Reason.INVALID, Reason.PREMIUM_RANGE}
    verdict = Verdict(Decision.BLOCK if blocks or action.turns_away else Decision.RING, reason, matches, flagged)
    there = at.astimezone(ZoneInfo(line.time_zone))
    content = record.call_screened(
        IncomingCall(call, at, caller, line, sighting),
        there,
        verdict,
        action,
        observe_only=observe_only,
        clock=ClockState("kernel", synchronised=True, error_ms=12),
        sums=UNDECIDED,
    )
    if not action.turns_away:
        content["answer"] = record.answer(acknowledged=True, after_ms=4)
    return content


@dataclass(frozen=True, slots=True)
class Entry:
    """As `evidence/reading.py` gives it."""

    n: int
    content: dict[str, Any]


class Told:
    """A ledger that a test tells what happened; read it as `LedgerReader` is read."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._head = EMPTY
        self._ids = (f"{number:016x}" for number in itertools.count(1))

    def add(self, content: Mapping[str, Any], **changed: Any) -> int:
        """Add an entry, with some of its fields changed or added; returns its number."""
        whole = {**content, "salt": "0" * 32, **changed}
        n = len(self._entries) + 1
        self._entries.append(Entry(n, whole))
        self._head = Head(n, sha256_hex(link_line(n, self._head.sha256, sha256_hex(canonical(whole)))))
        return n

    def begin_anew(self) -> None:
        """Another ledger follows, with nothing in it."""
        self._entries, self._head = [], EMPTY

    def started(self, at: str, *, clock: str = "system", observe_only: bool = False) -> None:
        """The service begins to watch."""
        self.add(
            record.service_started(
                local(at),
                program="blocker 0.1.0",
                clock=clock,
                region="BE",
                time_zone="Europe/Brussels",
                observe_only=observe_only,
                rules="0" * 64,
                lists={},
            )
        )

    def stopped(self, at: str, why: str = "asked to") -> None:
        """The service stops."""
        self.add(record.service_stopped(local(at), why))

    def gap(self, at: str, since: str, until: str, why: str = "not running", lost: int | None = None) -> None:
        """A gap, told at `at`."""
        self.add(record.gap(local(at), since=local(since), until=local(until), why=why, calls_lost=lost))

    def call(self, at: str, *, acknowledged: bool | None = True, **about: Any) -> str:
        """A call, and its outcome where it was to be turned away (None: it never came); returns its id."""
        call, instant = next(self._ids), local(at)
        content = screened(instant, call, **about)
        self.add(content)
        if content["action"] != "ring" and acknowledged is not None:
            after = 7 if acknowledged else None
            when = instant + timedelta(milliseconds=7)
            self.add(record.outcome(when, call, acknowledged=acknowledged, after_ms=after))
        return call

    def says(self, at: str, call: str, mark: str, said: str | None = None, company: str | None = None) -> None:
        """A member of the household says what a call was."""
        self.add(Said(mark=mark, said_company=said, company=company).entry(local(at), call, "Anna"))

    def listed(self, at: str, number: str, name: str = "block", change: str = "add", until: str | None = None) -> None:
        """A list of the household changes."""
        target = parse_target(number, "BE")
        ends = local(until) if until else None
        listing = Listing(ListName(name), target.number, target.is_prefix, "", local(at), "Anna", ends)
        self.add(record.list_changed(local(at), change, listing, by="Anna", sha256="0" * 64))

    def all(self) -> list[Entry]:
        """Everything told so far."""
        return list(self._entries)

    async def head(self) -> Head:
        """As `LedgerReader.head`."""
        return self._head

    async def entries(
        self,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """As `LedgerReader.entries`."""
        for entry in _chosen(self._entries, kinds, since, until):
            if calls is None or entry.content.get("call") in calls:
                yield entry

    async def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """As `LedgerReader.begun`."""
        for entry in _begun(self._entries, since, until):
            yield entry

    async def gists(self, *_: datetime) -> AsyncIterator[str]:
        """As `LedgerReader.gists`, of all entries."""
        for text in _gists(self._entries):
            yield text

    async def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """As `LedgerReader.numbered`."""
        for entry in self._entries:
            if entry.n in numbers:
                yield entry


class MadeUp:
    """A ledger of any length whose entries are made anew at each reading, so that it takes no memory itself."""

    def __init__(self, entries: int, make: Callable[[], Iterator[dict[str, Any]]]) -> None:
        """`make` gives the contents in order, `entries` is how many."""
        self._entries, self._make = entries, make

    async def head(self) -> Head:
        """As `LedgerReader.head`, with a made-up sum."""
        return Head(self._entries, "ab" * 32)

    async def entries(
        self,
        kinds: Collection[str] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        calls: Collection[str] | None = None,
    ) -> AsyncIterator[Entry]:
        """As `LedgerReader.entries`."""
        made = (Entry(n, content) for n, content in enumerate(self._make(), 1))
        for entry in _chosen(made, kinds, since, until):
            if calls is None or entry.content.get("call") in calls:
                yield entry

    async def begun(self, since: datetime, until: datetime) -> AsyncIterator[Entry]:
        """As `LedgerReader.begun`."""
        made = (Entry(n, content) for n, content in enumerate(self._make(), 1))
        for entry in _begun(made, since, until):
            yield entry

    async def gists(self, *_: datetime) -> AsyncIterator[str]:
        """As `LedgerReader.gists`, of all entries."""
        for text in _gists(Entry(n, content) for n, content in enumerate(self._make(), 1)):
            yield text

    async def numbered(self, numbers: Collection[int]) -> AsyncIterator[Entry]:
        """As `LedgerReader.numbered`."""
        for n, content in enumerate(self._make(), 1):
            if n in numbers:
                yield Entry(n, content)


def many_calls(calls: int, *, numbers: int) -> Iterator[dict[str, Any]]:
    """A start, then calls spread over 16 to 20 November 2026 (UTC) from `numbers` numbers, each second one refused."""
    first = datetime(2026, 11, 16, tzinfo=UTC)
    yield record.service_started(
        first, program="blocker 0.1.0", clock="system", region="BE", time_zone="Europe/Brussels",
        observe_only=False, rules="0" * 64, lists={},
    )  # fmt: skip
    in_range = (Match("range", "+33162", "ranges/fr.toml:3"),)
    refused = screened(first, "", reason=Reason.CANVASSING_RANGE, matches=in_range)
    rang = screened(first, "", name="Anna")
    outcome = record.outcome(first, "", acknowledged=True, after_ms=7)
    for i in range(calls):
        seconds, ms = divmod(i * 432_000_000 // calls, 1000)
        minutes, hours = seconds // 60, seconds // 3600
        at = f"2026-11-{16 + hours // 24}T{hours % 24:02d}:{minutes % 60:02d}:{seconds % 60:02d}.{ms:03d}Z"
        about = {"at": at, "call": f"{i:016x}"}
        number = f"+33162{i % numbers:07d}"
        if i % 2:
            yield {**rang, **about, "presented": {**rang["presented"], "number": number}}
        else:
            yield {**refused, **about, "presented": {**refused["presented"], "number": number}}
            yield {**outcome, **about}


def gist_line(n: int, content: Mapping[str, Any]) -> str:
    """The line that SQLite makes of an entry."""
    values = [_field(content, *path.split(".")) for path in FIELDS]
    return f"{n} {json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(',', ':'))}"


def _field(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _gists(entries: Iterable[Entry]) -> Iterator[str]:
    """Texts of a few lines."""
    entries = iter(entries)
    while some := list(itertools.islice(entries, 100)):
        yield "\n".join(gist_line(entry.n, entry.content) for entry in some)


def _begun(entries: Iterable[Entry], since: datetime, until: datetime) -> list[Entry]:
    span = format_time(since), format_time(until)
    found = [entry for entry in entries if span[0] <= entry.content.get("began", "") < span[1]]
    return sorted(found, key=lambda entry: (str(entry.content["began"]), entry.n))


def _chosen(
    entries: Iterable[Entry], kinds: Collection[str] | None, since: datetime | None, until: datetime | None
) -> Iterator[Entry]:
    first, after = format_time(since) if since else "", format_time(until) if until else "9999"
    return (e for e in entries if first <= e.content["at"] < after and (kinds is None or e.content["kind"] in kinds))


WITHHELD = Withheld()
