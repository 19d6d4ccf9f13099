"""`report.json`: the report for programs.

Decides the names and the order of the keys, which `docs/spec/weekly-report.md` describes; none goes away or
changes its meaning without a new `SCHEMA_VERSION`. Lists hold at most 500 items beside their `total`; `calls.csv` has
every call.
"""

import json
from collections.abc import Sequence
from typing import Any

from blocker.core.asked import Asked
from blocker.core.campaign import Campaign
from blocker.core.counts import Span, WeekCounts
from blocker.core.followups import FollowUp
from blocker.core.law import LawFlag
from blocker.core.law_shown import shown_flag
from blocker.core.ledger_before import Before
from blocker.core.observed import SeenCall
from blocker.core.report import LISTED, CompanyRow, ErasedCalls, Listed, Report
from blocker.core.scoreboard import Score
from blocker.core.stale import StaleList
from blocker.core.weekly import Beside, Task, came_through, is_kept_away, is_unwanted, reviews, tasks

SCHEMA = "blocker-weekly-report"
SCHEMA_VERSION = 1

NOTHING_BESIDE = Beside(Span(()))
"""For a report of which nothing but its own week is known."""


def render(report: Report, beside: Beside = NOTHING_BESIDE) -> bytes:
    """The report as one JSON object, with what is shown beside it: UTF-8, indented, a line feed at the end."""

    def calls(listed: Listed[SeenCall]) -> dict[str, Any]:
        return _listed(listed, [_call(call, beside.flags.get(call.call, ())) for call in listed.items])

    before = {"earlier_ledger": _before(report.before)} if report.before else {}
    document = {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "week": str(report.week),
        "time_zone": report.time_zone,
        "from": report.start,
        "to": report.end,
        "made_on": report.made_on or None,
        "ledger": {"entries": report.head.n, "sha256": report.head.sha256, "fault": report.fault or None},
        "clock": "simulated" if report.simulated_clock else "system",
        "totals": {name: getattr(report.totals, name) for name in report.totals.__slots__},
        "companies": [_company(row) for row in report.companies],
        "numbers": _listed(report.numbers, [row._asdict() for row in report.numbers.items]),
        "unwanted": calls(report.unwanted),
        "suspected": calls(report.suspected),
        "odd": calls(report.odd),
        "false_positives": calls(report.false_positives),
        "elsewhere": calls(report.elsewhere),
        "refused": calls(report.refused),
        "erased": _erased(report.erased),
        **before,
        "gaps": _listed(report.gaps, [gap._asdict() for gap in report.gaps.items]),
        "unwatched_seconds": report.unwatched_seconds,
        "silent_after": report.silent_after or None,
        "stale_lists": _first([_stale(one) for one in beside.stale]),
        "asked": _first([_asked(one) for one in beside.asked]),
        "clock_set": _listed(report.clock_set, [step._asdict() for step in report.clock_set.items]),
        "list_changes": _listed(
            report.changes, [change._asdict() | {"until": change.until or None} for change in report.changes.items]
        ),
        "unjudged": beside.unjudged,
        "weeks": [_week(week) for week in beside.year.weeks],
        "unwanted_by_hour": beside.year.per_hour(is_unwanted),
        "marked_days": [day._asdict() | {"day": str(day.day)} for day in beside.marked],
        "to_do": [_task(task) for task in tasks(report, beside)],
        "days": [_day(day) for day in beside.followups],
        "campaigns": [_campaign(one) for one in beside.campaigns],
        "campaign_weeks": beside.campaign_weeks,
        "scores": [_score(one) for one in beside.scores],
        "review": [one._asdict() | {"number": one.number or None} for one in reviews(report)],
    }
    return (json.dumps(document, ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _before(before: Before) -> dict[str, Any]:
    return {
        "kept_as": before.kept_as,
        "until": before.at.isoformat(timespec="milliseconds"),
        "taken_over": before.taken_over,
        "left": before.left,
    }


def _listed(listed: Listed[Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"total": listed.total, "listed": items}


def _first(items: list[dict[str, Any]]) -> dict[str, Any]:
    return {"total": len(items), "listed": items[:LISTED]}


def _stale(one: StaleList) -> dict[str, Any]:
    return {name: value or None for name, value in one._asdict().items()}


def _asked(one: Asked) -> dict[str, Any]:
    answer = [
        {
            "target": rated.target.text,
            "rating": rated.rating,
            "votes": rated.votes,
            "last_activity": str(rated.last_activity) if rated.last_activity else None,
        }
        for rated in one.said.answer
    ]
    call = {"call": one.call, "local_time": one.local, "line": one.line, "number": one.number or None}
    return {**call, "source": one.said.source, "asked_at": one.said.at, "answer": answer}


def _erased(erased: ErasedCalls | None) -> dict[str, Any] | None:
    if erased is None:
        return None
    return {"total": erased.total, "calls": dict(erased.calls), "first": erased.first, "last": erased.last}


def _company(row: CompanyRow) -> dict[str, Any]:
    return row._asdict() | {"company": row.company or None}


def _task(task: Task) -> dict[str, Any]:
    return task._asdict() | {"name": task.name or None, "due": _day(task.due) if task.due else None}


def _day(day: FollowUp) -> dict[str, Any]:
    extended = str(day.extended) if day.extended else None
    return day._asdict() | {"on": str(day.on), "since": str(day.since), "extended": extended}


def _campaign(one: Campaign) -> dict[str, Any]:
    signs = [sign._asdict() | {"about": sign.about or None} for sign in one.signs]
    return one._asdict() | {"signs": signs, "told": [part.n for part in one.told]}


def _score(one: Score) -> dict[str, Any]:
    marks = [mark._asdict() | {"points": round(float(mark.points), 2)} for mark in one.marks]
    return one._asdict() | {"marks": marks, "got": round(float(one.got), 2)}


def _week(week: WeekCounts) -> dict[str, Any]:
    kept, through = week.calls(is_kept_away), week.calls(came_through)
    return {"week": str(week.week), "unwanted_refused": kept, "unwanted_came_through": through}


def _call(call: SeenCall, flags: Sequence[LawFlag]) -> dict[str, Any]:
    said = call.statement
    return {
        "entry": call.n,
        "call": call.call,
        "standing": call.standing,
        "utc": call.utc,
        "local_time": call.local,
        "time_zone": call.zone,
        "line": call.line,
        "called_number": call.called,
        "presented": {"kind": call.presented, "number": call.number or None, "name": call.name or None},
        "verdict": {
            "decision": call.decision,
            "reason": call.reason,
            "match": call.match or None,
            "flagged": call.flagged,
            "observe_only": call.observe_only,
        },
        "action": call.action,
        "happened": call.happened,
        "seen_by": call.seen_by or None,
        "acknowledged_after_ms": call.after_ms,
        "ended": call.ended._asdict() if call.ended else None,
        "law": [shown_flag(flag) for flag in flags],
        "statement": {
            "entry": said.n,
            "mark": said.mark or None,
            "said_company": said.said_company or None,
            "company": said.company or None,
            "said_call_centre": said.said_call_centre or None,
            "call_centre": said.call_centre or None,
            "by": said.by or None,
        }
        if said.n
        else None,
    }
