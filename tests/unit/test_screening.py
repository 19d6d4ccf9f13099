"""The call path: fails open, never turns a call away without a durable record, and says what it doesn't know."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest
from fakes.clock import StandingClock
from fakes.community import Broken, Everybody, Strangers
from fakes.ledger import MemoryLedger

from blocker import actions, recording
from blocker.core.call import Line, Sighting, Trunk
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.number import NumberFormat, NumberPlan
from blocker.core.policy import Policy
from blocker.core.policy_week import Layer, Policies, PolicyWeek
from blocker.core.ranges import RangeBook
from blocker.core.treatment import Treatment
from blocker.core.verdict import Decision, Reason, Verdict
from blocker.errors import LedgerWriteError
from blocker.recording import Recorder
from blocker.screening import Screener, Screening, Setting

BLOCKED, OTHER = "+3225551234", "+3225555678"
BUDGET = 1.2


CLOCK = StandingClock()
KNOWLEDGE = Knowledge(
    allow=ListIndex(),
    block=ListIndex([Listing(ListName.BLOCK, BLOCKED, is_prefix=False, comment="", added_at=CLOCK.now(), added_by="")]),
    companies=CompanyBook(),
    ranges=RangeBook(),
    community=Strangers(),
    policy=Policy(),
)
HOME = Line("home", "BE", "Europe/Brussels", "+3225550100")


def treat(verdict: Verdict, action: str) -> Treatment:
    return actions.load()[action](verdict)


def policies(**changes: object) -> Policies:
    """What holds everywhere and always."""
    return Policies(PolicyWeek((Layer(changes, dict.fromkeys(changes, ""), "[policy]"),)))


def screener(
    recorder: Recorder,
    knowledge: Knowledge = KNOWLEDGE,
    clock: StandingClock = CLOCK,
    wanted: Policies = Policies(),  # noqa: B008 - immutable
) -> Screener:
    office = Line("office", "NL", "Europe/Amsterdam", "+31205550100")
    german = Trunk("german", NumberPlan("DE", NumberFormat.E164_WITHOUT_PLUS))
    return Screener(
        knowledge=knowledge,
        setting=Setting(HOME, (HOME, office), {"german": german}),
        treat=treat,
        recorder=recorder,
        clock=clock,
        budget_seconds=BUDGET,
        policies=wanted,
    )


def seen(number: str, **fields: str) -> Sighting:
    return Sighting("test", number, **fields)  # type: ignore[arg-type]


def now() -> float:
    return asyncio.get_running_loop().time()


async def finish(recorder: Recorder) -> None:
    assert await recorder.flush()


async def arrival_of(ledger: MemoryLedger, recorder: Recorder, kind: str) -> None:
    """Let other tasks go on until an entry of a kind is there."""
    while not ledger.of_kind(kind):
        await asyncio.sleep(0)
        await recorder.flush()


async def test_a_blocked_call_is_recorded_before_the_answer(ledger: MemoryLedger, recorder: Recorder) -> None:
    """When `secure` comes back turning away, the entry is durable already; the outcome follows the acknowledgement."""
    calls = screener(recorder)

    screening = await calls.secure(calls.judge(seen("02 555 12 34"), now()))

    assert screening.treatment.action == "reject"
    (entry,) = ledger.entries
    assert (entry["call"], entry["presented"]["number"], entry["action"]) == (screening.call_id, BLOCKED, "reject")
    calls.settle(screening, screening.accepted_at + 0.02)
    await finish(recorder)
    (outcome,) = ledger.of_kind("outcome")
    assert (outcome["result"], outcome["after_ms"]) == ("refused", 20)


@pytest.mark.parametrize("acknowledged_after", [None, BUDGET + 0.1])
async def test_an_answer_not_taken_in_time_is_not_a_refusal(
    ledger: MemoryLedger, recorder: Recorder, acknowledged_after: float | None
) -> None:
    """Without an acknowledgement in time the outcome says that the call rang or that nothing is known."""
    calls = screener(recorder)
    screening = await calls.secure(calls.judge(seen(BLOCKED), now()))

    calls.settle(screening, None if acknowledged_after is None else screening.accepted_at + acknowledged_after)
    await finish(recorder)

    assert ledger.of_kind("outcome")[0]["result"] == "rang-or-unknown"


async def test_an_allowed_call_is_answered_first(ledger: MemoryLedger, recorder: Recorder) -> None:
    """A call that rings has its entry after the answer, with the acknowledgement in it."""
    calls = screener(recorder)
    screening = calls.judge(seen(OTHER), now())
    assert not ledger.entries

    calls.settle(screening, screening.accepted_at + 0.003)
    await finish(recorder)

    (entry,) = ledger.entries
    assert (entry["action"], entry["answer"]) == ("ring", {"acknowledged": True, "after_ms": 3})


async def test_no_record_no_refusal(ledger: MemoryLedger, recorder: Recorder) -> None:
    """With a full disk a call that would be blocked rings, says “unscreened”, and is recorded once there is room."""
    calls = screener(recorder)
    ledger.fault = "disk full"

    screening = await calls.secure(calls.judge(seen(BLOCKED), now()))
    calls.settle(screening, screening.accepted_at)
    assert not await recorder.flush()
    assert recorder.problem == "disk full"
    ledger.fault = ""
    await finish(recorder)

    assert (screening.treatment.action, screening.verdict.reason) == ("ring", Reason.UNSCREENED)
    assert [entry["kind"] for entry in ledger.entries] == ["call-screened"]
    assert ledger.entries[0]["verdict"]["reason"] == "unscreened"
    assert not recorder.problem


async def test_a_stalled_disk_costs_no_more_than_the_budget(ledger: MemoryLedger, recorder: Recorder) -> None:
    """If the record isn't durable within the budget the call rings, and what was written late is put right."""
    calls = screener(recorder)
    ledger.stalled = asyncio.Event()
    begun = now()

    screening = await calls.secure(calls.judge(seen(BLOCKED), begun - BUDGET + 0.05))

    assert now() - begun < BUDGET
    assert screening.treatment.action == "ring"
    calls.settle(screening, screening.accepted_at)
    ledger.stalled.set()
    await arrival_of(ledger, recorder, "outcome")
    assert [entry["kind"] for entry in ledger.entries] == ["call-screened", "outcome"]
    assert ledger.entries[1]["result"] == "rang-or-unknown"


async def test_a_record_that_fails_late_is_made_anew(ledger: MemoryLedger, recorder: Recorder) -> None:
    """If the late record fails after all, the call is recorded as it was: let through, unscreened."""
    calls = screener(recorder)
    ledger.stalled = asyncio.Event()
    screening = await calls.secure(calls.judge(seen(BLOCKED), now() - BUDGET + 0.05))
    calls.settle(screening, screening.accepted_at)

    ledger.fault = "disk full"
    ledger.stalled.set()
    await asyncio.sleep(0)
    ledger.fault = ""
    await arrival_of(ledger, recorder, "call-screened")

    assert ledger.of_kind("call-screened")[0]["verdict"]["reason"] == "unscreened"


@pytest.mark.parametrize("broken", ["knowledge", "treat"])
async def test_a_fault_of_ours_lets_the_call_ring(ledger: MemoryLedger, recorder: Recorder, broken: str) -> None:
    """Whatever raises on the call path, the call rings unscreened and is recorded."""
    calls = screener(recorder)
    number = BLOCKED
    if broken == "knowledge":
        number = OTHER
        calls.use(dataclasses.replace(KNOWLEDGE, community=Broken()))
    else:
        calls._treat = lambda verdict, action: 1 / 0  # type: ignore[assignment,return-value]  # noqa: ARG005

    screening = calls.judge(seen(number), now())
    calls.settle(screening, screening.accepted_at)
    await finish(recorder)

    assert (screening.treatment.action, screening.verdict.reason) == ("ring", Reason.UNSCREENED)
    assert ledger.entries[0]["verdict"]["reason"] == "unscreened"


async def test_observe_only_rings_and_says_what_it_would_have_done(ledger: MemoryLedger, recorder: Recorder) -> None:
    """With observe_only a block is decided and recorded as such, and rings."""
    calls = screener(recorder, wanted=policies(observe_only=True))

    screening = calls.judge(seen(BLOCKED), now())
    calls.settle(screening, screening.accepted_at)
    await finish(recorder)

    (entry,) = ledger.entries
    assert (entry["verdict"]["decision"], entry["action"], entry["observe_only"]) == ("block", "ring", True)


async def test_a_withheld_number_is_kept_nowhere(ledger: MemoryLedger, recorder: Recorder) -> None:
    """A number that arrived although its presentation is restricted is in no entry, nor is the name beside it."""
    calls = screener(recorder)
    sighting = Sighting("test", OTHER, "Somebody Real", presentation=32)

    screening = calls.judge(sighting, now())
    calls.settle(screening, screening.accepted_at)
    await finish(recorder)

    assert OTHER not in str(ledger.entries)
    assert "Somebody" not in str(ledger.entries)
    assert ledger.entries[0]["presented"]["kind"] == "withheld"


@pytest.mark.parametrize(
    ("fields", "number", "line", "trunk"),
    [
        ({}, OTHER, "home", ""),
        ({"called": "020 555 0100"}, OTHER, "home", ""),  # that is no Dutch number as the Belgian trunk writes it
        ({"called": "+31205550100"}, OTHER, "office", ""),
        ({"called": "02 555 01 00"}, OTHER, "home", ""),
        ({"channel": "PJSIP/german-0000001a"}, "+4915112345678", "home", "german"),
        ({"channel": "PJSIP/other-0000001a"}, OTHER, "home", ""),
    ],
)
async def test_lines_and_trunks(
    ledger: MemoryLedger, recorder: Recorder, fields: dict[str, str], number: str, line: str, trunk: str
) -> None:
    """The called number names the line, the channel's endpoint the trunk, and that says how numbers are written."""
    calls = screener(recorder)
    raw = "4915112345678" if trunk else number

    calls.settle(calls.judge(seen(raw, **fields), now()), None)
    await finish(recorder)

    (entry,) = ledger.entries
    assert (entry["presented"]["number"], entry["line"], entry["trunk"]) == (number, line, trunk)
    assert entry["answer"]["acknowledged"] is False


async def test_the_same_number_again_gets_through(recorder: Recorder) -> None:
    """A second call within the set minutes passes the community lists; after them it doesn't."""
    clock = StandingClock()
    calls = screener(recorder, dataclasses.replace(KNOWLEDGE, community=Everybody()), clock)

    def call_after(span: timedelta) -> Verdict:
        clock.pass_time(span)
        return calls.judge(seen(OTHER), now()).verdict

    assert call_after(timedelta()).decision is Decision.BLOCK
    assert call_after(timedelta(minutes=2)).reason is Reason.REPEAT
    assert call_after(timedelta(minutes=4)).decision is Decision.BLOCK


async def test_counts_are_kept(recorder: Recorder) -> None:
    """Each settled call is counted once, by what was done and why."""
    calls = screener(recorder)
    for number in (OTHER, BLOCKED, BLOCKED):
        screening: Screening = calls.judge(seen(number), now())
        if screening.treatment.turns_away:
            screening = await calls.secure(screening)
        calls.settle(screening, screening.accepted_at)

    assert calls.counts == {("ring", "nothing-known"): 1, ("reject", "block-list"): 2}


async def test_a_ledger_that_never_opened_lets_everything_ring() -> None:
    """Without a ledger every call rings, and the recorder says why."""
    recorder = Recorder(None, StandingClock(), fault="the ledger is of a newer version")
    calls = screener(recorder)

    screening = await calls.secure(calls.judge(seen(BLOCKED), now()))
    calls.settle(screening, screening.accepted_at)

    assert screening.treatment.action == "ring"
    assert "newer" in recorder.problem
    with pytest.raises(LedgerWriteError, match="newer"):
        await recorder.durable({"kind": "x"})
    await recorder.close()


async def test_an_entry_that_no_ledger_takes_holds_up_nothing(ledger: MemoryLedger, recorder: Recorder) -> None:
    """Content that can't be written is given up with a gap entry, and what waits behind it is written."""
    for content in ({"kind": "first"}, {"kind": "call-screened", "é": 1.5}, {"kind": "last"}):
        recorder.later(content)

    await finish(recorder)

    assert sorted(entry["kind"] for entry in ledger.entries) == ["first", "gap", "last"]
    assert ledger.of_kind("gap")[0]["calls_lost"] == 1
    assert not recorder.problem


async def test_what_is_lost_is_counted_and_told(
    ledger: MemoryLedger, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no room left in memory the oldest go, and a gap entry tells how many calls; nothing else is missing."""
    monkeypatch.setattr(recording, "MAX_WAITING", 5)
    ledger.fault = "disk full"
    for index in range(8):
        recorder.later({"kind": "call-screened", "index": index})
        assert not await recorder.flush()
    ledger.fault = ""
    await finish(recorder)

    assert [entry["index"] for entry in ledger.of_kind("call-screened")] == [3, 4, 5, 6, 7]
    assert [entry["calls_lost"] for entry in ledger.of_kind("gap")] == [3]


async def test_a_mended_disk_is_noticed_by_whoever_writes_next(ledger: MemoryLedger, recorder: Recorder) -> None:
    """A write that must be durable and is ends the trouble, even where nothing waited for the disk."""
    ledger.fault = "disk full"
    with pytest.raises(LedgerWriteError):
        await recorder.durable({"kind": "x"})
    assert recorder.problem == "disk full"
    ledger.fault = ""
    await recorder.durable({"kind": "x"})

    assert not recorder.problem
