"""What is to be erased by age, as the household set it.

Decides which entries go together and how long a call is kept. A call goes with everything
that was said of it, or not at all. What is never erased, `erasure.py` says; what the household says about itself stays
until the household erases it. Reads no ledger: entries come in as values, a chunk at a time.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.erasure import NEVER_ERASED
from blocker.core.imported import CALLS, call_instant, imported_call
from blocker.core.observed import SeenCall, Standing, seen_call
from blocker.core.spoken import Spoken
from blocker.core.week import Week

Content = Mapping[str, Any]
Numbered = tuple[int, Content]
"""An entry: its number and its content."""

SAID_OF_CALLS = frozenset({
    EntryKind.OUTCOME, EntryKind.CALL_ENDED, EntryKind.LOOKED_UP, EntryKind.STATEMENT, EntryKind.PRIVATE_NOTE
})  # fmt: skip
ABOUT_CALLS = CALLS | SAID_OF_CALLS
"""Kinds whose entries name a call."""

DAILY_LIFE = frozenset({
    EntryKind.EXPECTATION, EntryKind.BLOCKING_PAUSED, EntryKind.CONTACTS_CHANGED,
    EntryKind.SHARING_SET, EntryKind.SHARED,
})  # fmt: skip
"""Kinds that say why a call rang, or what was told of it, and nothing once nobody asks about that call any more."""

ERASABLE = frozenset(EntryKind) - NEVER_ERASED.keys()

_KEPT_LONG = frozenset({Standing.UNWANTED, Standing.SUSPECTED, Standing.REFUSED})


@dataclass(frozen=True, slots=True)
class Terms:
    """How long what is kept, at one moment."""

    short: datetime | None
    """Ordinary calls from before it go; None keeps them for ever."""
    long: datetime | None
    """Likewise unwanted ones, and those that were flagged or turned away."""
    open_cases: frozenset[str] = frozenset()
    """Slugs of companies about which nothing goes by age."""

    @classmethod
    def at(cls, now: datetime, *, wanted_days: int, unwanted_days: int, open_cases: Collection[str]) -> "Terms":
        """The terms of a moment; 0 days is for ever."""
        short, long = (now - timedelta(days=days) if days else None for days in (wanted_days, unwanted_days))
        return cls(short, long, frozenset(open_cases))

    @property
    def latest(self) -> datetime | None:
        """What isn't from before it needn't be looked at; None where nothing goes by age."""
        ends = [end for end in (self.short, self.long) if end is not None]
        return max(ends, default=None)


AWAY = timedelta(days=30)
"""A house that nobody watched for longer may as well be a clock that has lost its time."""


def may_trust(now: datetime, watched: datetime | None, *, synchronised: bool | None) -> bool:
    """Whether anything may be erased by age alone: a clock that is years ahead would take all evidence with it.

    Args:
        now: what the clock shows.
        watched: the last sign of watching before the program started; None where there is none.
        synchronised: whether the system keeps its clock by others; None where it doesn't say.
    """
    return synchronised is not False or watched is None or now - watched < AWAY


class Whole(NamedTuple):
    """A call with everything that was said of it."""

    call: str
    numbers: tuple[int, ...]
    """Of all its entries."""
    seen: SeenCall | None
    """None where the call's own entry has gone before."""
    since: datetime
    """From when its age counts: when it was recorded here, for a call from elsewhere when it was imported."""
    instant: datetime
    """When it came."""

    def week(self, zone: tzinfo) -> Week:
        return Week.containing(self.instant, zone)


class Corrections(NamedTuple):
    """Which entries persons took back."""

    of: Mapping[int, tuple[int, ...]]
    """By the entry that was wrong, the corrections that say so: they go with it, and never without it."""

    @classmethod
    def among(cls, entries: Iterable[Numbered]) -> "Corrections":
        """Those in these entries."""
        found: dict[int, tuple[int, ...]] = {}
        for n, content in entries:
            if content["kind"] == EntryKind.CORRECTION:
                found[content["entry"]] = (*found.get(content["entry"], ()), n)
        return cls(found)

    def with_those_of(self, numbers: Iterable[int]) -> tuple[int, ...]:
        """Entries, and the corrections of each."""
        return tuple(sorted({one for n in numbers for one in (n, *self.of.get(n, ()))}))


def whole_calls(entries: Iterable[Numbered], corrections: Corrections) -> Iterator[Whole]:
    """Each call of these entries, which must be all that there are about it.

    Raises:
        LedgerFormatError: a newer program wrote one of them.
        LedgerCorruptError: one lacks what such an entry holds.
    """
    calls: dict[str, list[Numbered]] = {}
    for n, content in entries:
        if content["kind"] in ABOUT_CALLS:
            calls.setdefault(content["call"], []).append((n, content))
    for call, about in calls.items():
        numbers = corrections.with_those_of(n for n, _ in about)
        own = next((entry for entry in about if entry[1]["kind"] in CALLS), about[0])
        seen = _seen(own, about, corrections) if own[1]["kind"] in CALLS else None
        instant = call_instant(own[1]) if seen else parse_time(own[1]["at"])
        yield Whole(call, numbers, seen, parse_time(own[1]["at"]), instant)


def _seen(own: Numbered, about: list[Numbered], corrections: Corrections) -> SeenCall:
    spoken, outcome = Spoken(corrections.of), None
    for n, content in about:
        spoken.take(n, content)
        if content["kind"] == EntryKind.OUTCOME:
            outcome = content
    n, content = own
    statement = spoken.of(content["call"])
    if content["kind"] == EntryKind.CALL_IMPORTED:
        return imported_call(n, content, statement)
    return seen_call(n, content, outcome, statement)


def is_kept_long(call: SeenCall) -> bool:
    """Whether it may be evidence: unwanted, suspected, turned away, or flagged and not marked as wanted."""
    return call.standing in _KEPT_LONG or (call.flagged and call.standing is Standing.UNMARKED)


def is_due(whole: Whole, terms: Terms) -> bool:
    """Whether a call's time is over."""
    call = whole.seen
    if call is not None and terms.open_cases & {call.statement.company, call.statement.call_centre}:
        return False
    end = terms.long if call is not None and is_kept_long(call) else terms.short
    return end is not None and whole.since < end


def others_due(entries: Iterable[Numbered], listed: Collection[tuple[str, str]], terms: Terms) -> dict[int, str]:
    """Entries about no call whose time is over: DAILY_LIFE, and changes of listings that ended as long ago.

    Returns their numbers, and of each when it was written.

    Args:
        entries: in the ledger's order; memory grows with the listings that were ever made.
        listed: list and number (a prefix with its `*`) of what stands on the lists now, and hasn't run out by `terms`.
        terms: how long things are kept; these as long as an unwanted call.
    """
    if terms.long is None:
        return {}
    end, due = format_time(terms.long), {}
    changes: dict[tuple[str, str], dict[int, str]] = {}
    for n, content in entries:
        if content["kind"] in DAILY_LIFE and max(content["at"], content.get("until") or "") < end:
            due[n] = content["at"]
        elif content["kind"] == EntryKind.LIST_CHANGED:
            changes.setdefault((content["list"], content["number"]), {})[n] = content["at"]
    for key, made in changes.items():
        if key not in listed and max(made.values()) < end:
            due |= made
    return due


def files_alone(entries: Iterable[Numbered], going: Collection[int]) -> dict[int, str]:
    """Files that nothing rests on any more once some entries are gone: number of each one's entry, and its sum.

    Args:
        entries: all that name files: those of the kind `attachment`, and those with `proofs`.
        going: numbers of entries that go; of a file's own entry, to have it go unless it is still a proof.
    """
    named: dict[int, str] = {}
    proofs: dict[bool, set[str]] = {True: set(), False: set()}
    for n, content in entries:
        if content["kind"] == EntryKind.ATTACHMENT:
            named[n] = content["sha256"]
        else:
            proofs[n in going] |= set(content.get("proofs") or ())
    loose = proofs[True] | {sha256 for n, sha256 in named.items() if n in going}
    return {n: sha256 for n, sha256 in named.items() if sha256 in loose - proofs[False]}


def files_named(entries: Iterable[Numbered]) -> frozenset[str]:
    """Sums of the files that these entries are about, or have as proofs."""
    return frozenset(
        sha256
        for _, content in entries
        for sha256 in ([content["sha256"]] if content["kind"] == EntryKind.ATTACHMENT else content.get("proofs") or ())
    )


def counts_of(calls: Iterable[Whole], zone: tzinfo) -> dict[str, dict[str, int]]:
    """How many calls of which week and standing these are, for the entry that says that they were erased."""
    counted = Counter((str(one.week(zone)), str(one.seen.standing)) for one in calls if one.seen is not None)
    counts: dict[str, dict[str, int]] = {}
    for (week, standing), calls_so in sorted(counted.items()):
        counts.setdefault(week, {})[standing] = calls_so
    return counts
