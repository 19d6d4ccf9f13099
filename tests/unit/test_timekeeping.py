"""The clock: how well it is kept, and what becomes of the record when somebody sets it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.clock import StandingClock
from fakes.entries import BRUSSELS, Told, local
from fakes.ledger import MemoryLedger

from blocker import clock
from blocker.collecting import collect
from blocker.core import record
from blocker.core.entry import format_time
from blocker.core.report import Report
from blocker.core.timekeeping import Step, Steps, clock_changed
from blocker.core.week import Week
from blocker.errors import LedgerWriteError
from blocker.recording import Recorder
from blocker.renderers import json_report, markdown

HOUR = timedelta(hours=1)


def test_the_kernel_says_how_well_its_clock_is_kept() -> None:
    """Whether it is synchronised, and by how much it may be wrong."""
    state = clock.SystemClock().state()
    assert state.source == "kernel"
    assert state.synchronised in {True, False}
    assert state.error_ms is not None
    assert state.error_ms >= 0


@pytest.mark.parametrize(
    ("file", "content", "contained"),
    [
        ("run/.containerenv", b"", True),
        (".dockerenv", b"", True),
        ("run/systemd/container", b"lxc", True),
        ("proc/1/environ", b"PATH=/bin\0container=lxc\0", True),
        ("proc/1/environ", b"PATH=/bin\0not_a_container=1\0", False),
        ("etc/hostname", b"house", False),
    ],
)
def test_a_container_is_recognised(tmp_path: Path, file: str, content: bytes, *, contained: bool) -> None:
    """By what Podman, Docker, LXC and systemd leave behind; a machine of one's own leaves none of it."""
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_bytes(content)
    assert clock.in_a_container(tmp_path) is contained


@pytest.mark.parametrize("by", [-3600.0, -2.5, 2.5, 86400.0])
def test_a_clock_that_is_set_is_noticed_once(by: float) -> None:
    """Back or forth by more than two seconds; before and after are told, and the next look finds nothing."""
    start = datetime(2026, 11, 17, 8, tzinfo=UTC)
    steps = Steps(start, 100.0)
    step = steps.look(start + timedelta(seconds=60 + by), 160.0)
    assert step is not None
    assert (step.after - step.before).total_seconds() == pytest.approx(by)
    assert step.before == start + timedelta(seconds=60)
    assert steps.look(start + timedelta(seconds=70 + by), 170.0) is None


def test_small_steps_add_up() -> None:
    """A leap second is none; three of a second each are noticed."""
    start = datetime(2026, 11, 17, 8, tzinfo=UTC)
    steps = Steps(start, 0.0)
    assert [steps.look(start + timedelta(seconds=2 * n), float(n)) is not None for n in (1, 2, 3, 4)] == [
        False,
        False,
        True,
        False,
    ]


@pytest.mark.parametrize("now_or_later", ["durable", "later"])
async def test_a_clock_set_back_is_told_before_the_next_entry(ledger: MemoryLedger, now_or_later: str) -> None:
    """Nothing is lost, and a reader sees from where on the times are others."""
    house = StandingClock()
    recorder = Recorder(ledger, house)
    await recorder.durable(record.service_stopped(house.now(), "before"))
    house.pass_time(timedelta(minutes=5))
    before = house.now()
    house.set_by(-HOUR)
    entry = record.service_stopped(house.now(), "after")
    if now_or_later == "durable":
        await recorder.durable(entry)
    else:
        recorder.later(entry)
    await recorder.durable(record.service_stopped(house.now(), "last"))
    await recorder.close()
    kinds = [each["kind"] for each in ledger.entries]
    assert kinds.count("clock-changed") == 1
    assert kinds.index("clock-changed") < [each.get("why") for each in ledger.entries].index("after")
    assert {each["why"] for each in ledger.entries if "why" in each} == {"before", "after", "last"}
    (changed,) = ledger.of_kind("clock-changed")
    assert changed["by_ms"] == -3_600_000
    assert (changed["before"], changed["after"]) == (format_time(before), format_time(before - HOUR))


async def test_a_clock_set_while_the_disk_is_full_is_told_afterwards(ledger: MemoryLedger) -> None:
    """The entry waits like any other."""
    house = StandingClock()
    recorder = Recorder(ledger, house)
    house.set_by(HOUR)
    ledger.fault = "disk full"
    with pytest.raises(LedgerWriteError):
        await recorder.durable(record.service_stopped(house.now(), "lost"))
    ledger.fault = ""
    await recorder.flush()
    await recorder.close()
    assert [each["kind"] for each in ledger.entries] == ["clock-changed"]


async def test_a_report_tells_when_the_clock_was_set_and_calls_it_no_gap(tmp_path: Path) -> None:
    """It stands in the weeks of the times before and after, and between; a report of any other week is silent of it."""
    told = Told()
    told.started("2026-11-01 08:00")
    for before, after in (("2026-11-17 10:00", "2026-11-17 09:00"), ("2026-11-18 10:00", "2026-12-02 10:00:00.250")):
        told.add(clock_changed(Step(local(before), local(after))))

    async def week(name: str) -> Report:
        return await collect(told, Week.parse(name), BRUSSELS, lambda _: None, tmp_path)

    report = await week("2026-W47")
    assert [(step.before[:16], step.after[:16], step.by_ms) for step in report.clock_set.items] == [
        ("2026-11-17T10:00", "2026-11-17T09:00", -3_600_000),
        ("2026-11-18T10:00", "2026-12-02T10:00", 1_209_600_250),
    ]
    assert report.gaps.total == 0
    text = markdown.render(report).decode()
    assert "3600.000 s back" in text
    assert "1209600.250 s forward" in text
    assert json.loads(json_report.render(report))["clock_set"]["listed"][0]["by_ms"] == -3_600_000
    assert [(await week(f"2026-W{n}")).clock_set.total for n in (46, 48, 49, 50)] == [0, 1, 1, 0]
    assert "the clock was set" not in markdown.render(await week("2026-W46")).decode()
