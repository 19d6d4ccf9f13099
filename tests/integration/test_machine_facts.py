"""The whole service over real sockets: what it records of a call beside the verdict, and of a clock that is set."""

import base64
import contextlib
import json
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from fakes.agi_client import call
from fakes.clock import StandingClock

from blocker import actions
from blocker.config import load_config
from blocker.service import Service

BLOCKED = "+3225551234"
CONFIG = """\
region = "BE"
time_zone = "Europe/Brussels"
data_dir = "{}"
[fastagi]
port = 0
[http]
port = 0
"""


def facts(**texts: str) -> str:
    """The fourth argument as the dialplan writes it."""
    coded = {name: base64.b64encode(b"((((((((" + text.encode("latin-1")).decode() for name, text in texts.items()}
    return "".join(f"&{name.replace('_', '-')}={code}" for name, code in coded.items())


@asynccontextmanager
async def serving(folder: Path, clock: StandingClock) -> AsyncIterator[Service]:
    """A service with one number on the block list."""
    file = folder / "blocker.toml"
    file.write_text(CONFIG.format(folder / "data"))
    service = Service(load_config(file, os.environ, actions.names()), clock)
    await service.start()
    try:
        assert service.owner.household is not None
        await service.owner.household.list_add("block", BLOCKED, by="test")
        yield service
    finally:
        await service.stop("the test is over")


def entries(folder: Path, kind: str = "") -> list[dict[str, Any]]:
    with contextlib.closing(sqlite3.connect(f"file:{folder}/data/ledger.sqlite3?mode=ro", uri=True)) as ledger:
        rows = ledger.execute("SELECT content FROM contents ORDER BY n").fetchall()
    found = [json.loads(content) for (content,) in rows]
    return [entry for entry in found if not kind or entry["kind"] == kind]


async def ended(service: Service, **told: Any) -> int:
    async with (
        aiohttp.ClientSession(f"http://127.0.0.1:{service.web.port}") as client,
        client.post("/v1/ended", json=told) as response,
    ):
        return response.status


async def test_a_clock_set_back_an_hour_between_two_calls_loses_nothing(tmp_path: Path) -> None:
    """Both calls, their ends and the change are there in the order of writing, and no duration goes by that clock."""
    clock = StandingClock()
    async with serving(tmp_path, clock) as service:
        first = await call(service.fastagi.port, "0475 55 56 78")
        clock.pass_time(timedelta(seconds=40))
        clock.set_by(timedelta(hours=-1))
        second = await call(service.fastagi.port, BLOCKED)
        clock.pass_time(timedelta(seconds=20))
        told = {"disposition": "ANSWERED", "seconds_talked": -3545, "seconds_in_all": -3540}
        assert await ended(service, call=first["BLOCKER_CALL"], **told) == 200
        assert await ended(service, call=second["BLOCKER_CALL"], seconds_talked=0, seconds_in_all=0) == 200
    kinds = [entry["kind"] for entry in entries(tmp_path)]
    assert kinds.count("clock-changed") == 1
    order = [kind for kind in kinds if kind in {"call-screened", "outcome", "call-ended", "clock-changed"}]
    assert order == ["call-screened", "clock-changed", "call-screened", "outcome", "call-ended", "call-ended"]
    assert entries(tmp_path, "clock-changed")[0]["by_ms"] == -3_600_000
    (outcome,) = entries(tmp_path, "outcome")
    assert outcome["result"] == "refused"
    assert 0 <= outcome["after_ms"] < 1200
    ends = {
        entry["call"]: (entry["seconds_talked"], entry["seconds_in_all"]) for entry in entries(tmp_path, "call-ended")
    }
    assert ends == {first["BLOCKER_CALL"]: (None, 60), second["BLOCKER_CALL"]: (0, 0)}


async def test_the_record_says_what_the_decision_was_made_by_and_how_the_clock_was_kept(tmp_path: Path) -> None:
    """The sums are those of the start, until a list changes."""
    async with serving(tmp_path, StandingClock()) as service:
        await call(service.fastagi.port, "0475 55 56 78")
        assert service.owner.household is not None
        await service.owner.household.list_add("allow", "0475 55 56 78", by="test")
        await call(service.fastagi.port, "0475 55 56 78")
    (started,) = entries(tmp_path, "service-started")
    before, after = entries(tmp_path, "call-screened")
    assert before["clock"] == {"source": "kernel", "synchronised": True, "error_ms": 12}
    assert before["rules"] == after["rules"] == started["rules"]
    assert before["lists"]["allow"] == started["lists"]["allow"] != after["lists"]["allow"]
    assert before["lists"]["block"] == after["lists"]["block"] == entries(tmp_path, "list-changed")[0]["sha256"]


@pytest.mark.parametrize(
    ("argument", "headers", "reference"),
    [
        (facts(from_="<sip:1>", call_id="abc@trunk"), {}, "abc@trunk"),
        (facts(**{"from": 'A (b) :) "\xe9"', "privacy": "", "x-evil": "1"}), {"from": 'A (b) :) "\xe9"'}, ""),
        ("&from=%%%&privacy=aWQ&identity=A&call-id=\xe9&=&&", {}, ""),
        ("", {}, ""),
    ],
)
async def test_what_the_dialplan_adds_is_taken_as_far_as_it_can_be_read(
    tmp_path: Path, argument: str, headers: dict[str, str], reference: str
) -> None:
    """Known names in Base64; whatever else stands there is passed over, and the call is decided as ever."""
    async with serving(tmp_path, StandingClock()) as service:
        answer = await call(service.fastagi.port, BLOCKED, arg_4=argument, rdnis="025550100")
    assert answer["BLOCKER_ACTION"] == "reject"
    (entry,) = entries(tmp_path, "call-screened")
    assert entry["headers"] == headers
    assert entry["references"].get("sip_call_id", "") == reference
    assert entry["redirecting"] == {"number": "025550100", "name": "", "reason": ""}


@pytest.mark.parametrize("pres", ["prohib", "unavailable"])
async def test_whoever_forwarded_and_isnt_to_be_shown_isnt_kept(tmp_path: Path, pres: str) -> None:
    """Neither number, nor name, nor reason."""
    argument = f"&redirecting-pres={pres}" + facts(redirecting_name="Secret", redirecting_reason="cfu")
    async with serving(tmp_path, StandingClock()) as service:
        await call(service.fastagi.port, "0475 55 56 78", arg_4=argument, rdnis="025550100")
    (entry,) = entries(tmp_path, "call-screened")
    assert entry["redirecting"] is None
    assert "025550100" not in str(entry)
