"""What an entry says about each thing that happened: the contents of the evidence ledger, as plain values.

One function per kind that this program writes at present; `docs/spec/evidence-ledger.md` is the format. An entry states
what is known and no more: “call screened” states the decision, never the outcome. How entries are written as bytes and
chained is `entry.py`'s business, when they are written is `recording.py`'s.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from blocker.core.call import IncomingCall
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.listing import Listing
from blocker.core.machine_facts import Sums, machine_facts
from blocker.core.presented import presented
from blocker.core.timekeeping import ClockState
from blocker.core.treatment import Treatment
from blocker.core.verdict import Verdict

Content = dict[str, Any]

SIGNS_OF_WATCHING = frozenset(
    {EntryKind.SERVICE_STARTED, EntryKind.SERVICE_STOPPED, EntryKind.CALL_SCREENED, EntryKind.OUTCOME}
)
"""Kinds that only a running service writes; commands may add others while nobody watches."""


def _entry(kind: EntryKind, at: datetime, **fields: Any) -> Content:  # noqa: ANN401  (fields of an entry are JSON values)
    return {"v": 1, "kind": str(kind), "at": format_time(at), **fields}


def service_started(
    at: datetime,
    *,
    program: str,
    clock: str,
    region: str,
    time_zone: str,
    observe_only: bool,
    rules: str,
    lists: Mapping[str, str],
) -> Content:
    """The service begins to watch; `rules` and `lists` are SHA-256 sums of what it will decide by."""
    return _entry(
        EntryKind.SERVICE_STARTED,
        at,
        program=program,
        clock=clock,
        region=region,
        time_zone=time_zone,
        observe_only=observe_only,
        rules=rules,
        lists=dict(lists),
    )


def service_stopped(at: datetime, why: str) -> Content:
    """The service stops watching because it was asked to."""
    return _entry(EntryKind.SERVICE_STOPPED, at, why=why)


def gap(at: datetime, *, since: datetime, until: datetime, why: str, calls_lost: int | None) -> Content:
    """A stretch of time in which calls may have come that no entry tells of."""
    return _entry(
        EntryKind.GAP, at, **{"from": format_time(since), "to": format_time(until)}, why=why, calls_lost=calls_lost
    )


def gap_at_start(last: Mapping[str, Any] | None, now: datetime) -> list[Content]:
    """The time in which nobody watched before this start, judged by the ledger's last entry; nothing in a new ledger.

    After a stop that was not asked for, nobody knows until when calls were seen, so that the gap begins at the last
    entry: it may say too much, never too little.
    """
    if last is None:
        return []
    stopped = last["kind"] == EntryKind.SERVICE_STOPPED
    why = (
        "the service was stopped"
        if stopped
        else "the service ended without stopping; its last entry is where this begins"
    )
    since = parse_time(last["at"])
    if now < since:
        why = "the clock stood behind the last entry at this start, so for how long nobody watched isn't known"
    return [gap(now, since=min(since, now), until=max(since, now), why=why, calls_lost=None)]


def call_screened(
    call: IncomingCall,
    local: datetime,
    verdict: Verdict,
    treatment: Treatment,
    *,
    observe_only: bool,
    clock: ClockState,
    sums: Sums,
) -> Content:
    """A call was looked at and decided upon.

    Args:
        call: the call; its `received_at` becomes the entry's time.
        local: the same instant in the line's zone.
        verdict: the decision.
        treatment: what the hook was told to do.
        observe_only: whether the household only watches, so that a block still rings.
        clock: how well the clock was kept.
        sums: what the decision was made by.
    """
    return _entry(
        EntryKind.CALL_SCREENED,
        call.received_at,
        call=call.id,
        line=call.line.name,
        called=call.sighting.called,
        zone=call.line.time_zone,
        offset=local.isoformat()[-6:],
        hook=call.sighting.hook,
        trunk=call.trunk,
        presented=presented(call.caller, call.sighting.number, call.sighting.name, call.sighting.presentation),
        verdict={
            "decision": str(verdict.decision),
            "reason": str(verdict.reason),
            "flagged": verdict.flagged,
            "matches": [{"kind": m.kind, "what": m.what, "where": m.where, "note": m.note} for m in verdict.matches],
        },
        action=treatment.action,
        observe_only=observe_only,
        **machine_facts(call, clock, sums),
    )


def answer(*, acknowledged: bool, after_ms: int | None) -> Content:
    """Part of `call_screened` for a call that was let ring: whether the phone system took the answer, and when.

    `after_ms` counts from the moment the hook was asked.
    """
    return {"acknowledged": acknowledged, "after_ms": after_ms}


def outcome(at: datetime, call_id: str, *, acknowledged: bool, after_ms: int | None) -> Content:
    """What became of a call that was to be turned away; refused only where the phone system confirmed it in time."""
    return _entry(
        EntryKind.OUTCOME,
        at,
        call=call_id,
        result="refused" if acknowledged else "rang-or-unknown",
        acknowledged=acknowledged,
        after_ms=after_ms,
    )


def list_changed(at: datetime, change: str, listing: Listing, *, by: str, sha256: str) -> Content:
    """The household put something on one of its lists or took it off; `sha256` is the list's sum afterwards."""
    return _entry(
        EntryKind.LIST_CHANGED,
        at,
        list=str(listing.list),
        change=change,
        number=listing.text,
        comment=listing.comment,
        until=format_time(listing.until) if listing.until else None,
        by=by,
        sha256=sha256,
    )


def rules_loaded(at: datetime, *, sha256: str, files: int) -> Content:
    """The rules that calls are judged by from now on: the sum over all their files, and how many those are."""
    return _entry(EntryKind.RULES_LOADED, at, sha256=sha256, files=files)


def list_synced(at: datetime, *, source: str, origin: str, entries: int, sha256: str) -> Content:
    """A community list was replaced by a newer one."""
    return _entry(EntryKind.LIST_SYNCED, at, source=source, origin=origin, entries=entries, sha256=sha256)


def contacts_changed(at: datetime, *, count: int, sha256: str, by: str) -> Content:
    """The household's contacts were replaced as a whole. Whose numbers they are stays with the household."""
    return _entry(EntryKind.CONTACTS_CHANGED, at, list="contacts", count=count, sha256=sha256, by=by)


def expectation(at: datetime, *, since: datetime, until: datetime, company: str | None, by: str) -> Content:
    """The household expects a call; told again with an earlier `until` where the window was closed before its time."""
    span = {"from": format_time(since), "until": format_time(until)}
    return _entry(EntryKind.EXPECTATION, at, **span, company=company, by=by)


def blocking_paused(at: datetime, *, until: datetime, why: str) -> Content:
    """From now on nothing is blocked for a time. The number that was dialled isn't told."""
    return _entry(EntryKind.BLOCKING_PAUSED, at, until=format_time(until), why=why)
