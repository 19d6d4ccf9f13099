"""Promises about report.json: a program that knows schema version 1 finds what it knows, where it knows it."""

import json
from pathlib import Path
from typing import Any

from fakes.entries import BRUSSELS, WITHHELD, Told

from blocker.collecting import collect
from blocker.core.verdict import Reason
from blocker.core.week import Week
from blocker.renderers import json_report

CALL = {
    "entry", "call", "standing", "utc", "local_time", "time_zone", "line", "called_number", "presented", "verdict",
    "action", "happened", "seen_by", "acknowledged_after_ms", "ended", "law", "statement",
}  # fmt: skip


async def rendered(told: Told, folder: Path) -> Any:
    """The report of the test week, read back."""
    report = await collect(told, Week.parse("2026-W47"), BRUSSELS, lambda _: None, folder)
    made = json_report.render(report)
    assert made.endswith(b"}\n")
    return json.loads(made)


async def test_schema_version_1_keeps_its_keys(tmp_path: Path) -> None:
    """Whoever removes or renames one of these raises the version, and this test is where they notice."""
    told = Told()
    told.started("2026-11-16 00:00")
    call = told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST)
    told.says("2026-11-17 10:00", call, "marketing", "Proximus", "proximus")
    told.listed("2026-11-17 10:00", "+3225550345")
    told.gap("2026-11-18 10:00", "2026-11-18 09:00", "2026-11-18 10:00")
    made = await rendered(told, tmp_path)
    assert (made["schema"], made["schema_version"]) == ("blocker-weekly-report", 1)
    assert list(made) == [
        "schema", "schema_version", "week", "time_zone", "from", "to", "made_on", "ledger", "clock", "totals",
        "companies", "numbers", "unwanted", "suspected", "odd", "false_positives", "elsewhere", "refused", "erased",
        "gaps", "unwatched_seconds", "silent_after", "stale_lists", "asked", "clock_set", "list_changes",
        "unjudged", "weeks", "unwanted_by_hour", "marked_days", "to_do", "days", "campaigns", "campaign_weeks",
        "scores", "review",
    ]  # fmt: skip
    assert set(made["ledger"]) == {"entries", "sha256", "fault"}
    assert set(made["totals"]) == {
        "calls", "refused", "rang_or_unknown", "let_through", "unwanted", "unwanted_refused", "suspected",
        "false_positives", "wanted", "refused_by_policy", "unmarked", "without_number", "unscreened", "observe_only",
        "observed_blocks", "elsewhere", "elsewhere_unwanted",
    }  # fmt: skip
    assert set(made["companies"][0]) == {
        "company", "said", "calls", "unwanted", "refused", "wanted", "without_number", "numbers", "first", "last",
        "elsewhere",
    }  # fmt: skip
    assert set(made["numbers"]["listed"][0]) == {
        "number", "calls", "unwanted", "refused", "suspected", "false_positives", "first", "last",
    }  # fmt: skip
    assert set(made["unwanted"]["listed"][0]) == CALL
    assert set(made["unwanted"]["listed"][0]["statement"]) == {
        "entry", "mark", "said_company", "company", "said_call_centre", "call_centre", "by",
    }  # fmt: skip
    assert set(made["gaps"]["listed"][0]) == {"since", "until", "seconds", "why", "calls_lost"}
    assert set(made["list_changes"]["listed"][0]) == {"n", "local", "list", "change", "number", "until"}


async def test_what_is_unknown_is_null(tmp_path: Path) -> None:
    """An empty text would be a claim that there was one."""
    told = Told()
    told.started("2026-11-16 00:00", clock="simulated")
    call = told.call("2026-11-17 09:00", number=WITHHELD, reason=Reason.WITHHELD)
    told.says("2026-11-17 10:00", call, "marketing")
    made = await rendered(told, tmp_path)
    (listed,) = made["unwanted"]["listed"]
    assert listed["presented"] == {"kind": "withheld", "number": None, "name": None}
    assert (listed["statement"]["said_company"], listed["statement"]["company"]) == (None, None)
    assert listed["verdict"]["match"] is None
    assert made["clock"] == "simulated"


async def test_names_stay_what_they_were(tmp_path: Path) -> None:
    """Markup, quotes and emoji are JSON's smallest worry."""
    told = Told()
    told.started("2026-11-16 00:00")
    told.call("2026-11-17 09:00", reason=Reason.BLOCK_LIST, name='<b>"Zoë" 📞\n')
    made = await rendered(told, tmp_path)
    assert made["unwanted"]["listed"][0]["presented"]["name"] == '<b>"Zoë" 📞␊'
