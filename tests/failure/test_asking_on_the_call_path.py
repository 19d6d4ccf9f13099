"""A call that waits for what others say of its number: a stranger's alone, never longer than it may, and it rings."""

import asyncio
from dataclasses import replace

import pytest
from fakes.clock import StandingClock
from fakes.community import Strangers
from fakes.ledger import MemoryLedger

from blocker import actions
from blocker.core.call import Line, Sighting
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.listing import ListIndex
from blocker.core.machine_facts import Sums
from blocker.core.policy import Policy
from blocker.core.policy_week import Layer, Policies, PolicyWeek
from blocker.core.ranges import RangeBook
from blocker.core.verdict import Reason
from blocker.recording import Recorder
from blocker.screening import ROOM_TO_RECORD, Screener, Screening, Setting

NUMBER = "+32475551234"
BUDGET = 1.2


class Answering(Strangers):
    """Others who say of everybody that he is unwanted, once they were asked; a list and an inquiry at once."""

    def __init__(self, budget_seconds: float = 0.5, error: Exception | None = None, silent: bool = False) -> None:  # noqa: FBT001, FBT002
        super().__init__()
        self.budget_seconds, self.error, self.silent = budget_seconds, error, silent
        self.waited: list[float] = []
        self.planned: list[str] = []

    async def now(self, call: str, number: str, within_seconds: float) -> bool:
        assert call
        self.waited.append(within_seconds)
        if self.error:
            raise self.error
        if not self.silent:
            self.numbers = (number,)
        return not self.silent

    def later(self, call: str, number: str) -> None:
        assert call
        self.planned.append(number)


def screener(recorder: Recorder, others: Answering, **policy: object) -> Screener:
    """A call path that may ask."""
    knowledge = Knowledge(ListIndex(), ListIndex(), CompanyBook(), RangeBook(), others, Policy())
    return Screener(
        knowledge=knowledge,
        setting=Setting(Line("home", "BE", "Europe/Brussels")),
        treat=lambda verdict, action: actions.load()[action](verdict),
        recorder=recorder,
        clock=StandingClock(),
        budget_seconds=BUDGET,
        policies=Policies(PolicyWeek((Layer(policy, dict.fromkeys(policy, ""), "[policy]"),))),
        inquiry=others,
    )


async def screened(calls: Screener, number: str = NUMBER, since: float = 0) -> Screening:
    """A call, as a hook does it; `since` seconds ago it was accepted."""
    screening = calls.judge(Sighting("test", number), asyncio.get_running_loop().time() - since)
    if screening.must_wait:
        screening = await calls.secure(screening)
    calls.settle(screening, asyncio.get_running_loop().time())
    return screening


async def test_an_answer_in_time_decides(ledger: MemoryLedger, recorder: Recorder) -> None:
    """The call is turned away on the others' word, recorded before the answer, and says why."""
    others = Answering()
    screening = await screened(screener(recorder, others))
    assert (screening.treatment.action, screening.verdict.reason) == ("reject", Reason.COMMUNITY)
    assert others.waited == [0.5]
    assert [entry["verdict"]["reason"] for entry in ledger.of_kind("call-screened")] == ["community-list"]


@pytest.mark.parametrize("others", [Answering(silent=True), Answering(error=RuntimeError("broken"))])
async def test_without_an_answer_it_rings(ledger: MemoryLedger, recorder: Recorder, others: Answering) -> None:
    """Silence and a fault of ours ring, as a call of which nothing is known."""
    screening = await screened(screener(recorder, others))
    assert (screening.treatment.action, screening.verdict.reason) == ("ring", Reason.NOTHING_KNOWN)
    assert await recorder.flush()
    assert [entry["verdict"]["reason"] for entry in ledger.of_kind("call-screened")] == ["nothing-known"]


async def test_there_is_always_time_left_for_the_record(recorder: Recorder) -> None:
    """A call that came late to be judged waits less, or not at all."""
    others = Answering(silent=True)
    calls = screener(recorder, others)
    await screened(calls, since=0.5)
    (waited,) = others.waited
    assert 0 < waited <= BUDGET - 0.5 - ROOM_TO_RECORD
    await screened(calls, since=0.9)
    assert len(others.waited) == 1


async def test_without_a_budget_nobody_waits(recorder: Recorder) -> None:
    """The call is answered at once, and asked about later."""
    others = Answering(budget_seconds=0)
    screening = await screened(screener(recorder, others))
    assert not screening.must_wait
    assert others.waited == []
    assert others.planned == [NUMBER]


@pytest.mark.parametrize("number", ["anonymous", "", "112", "12345", "+32475551"])
async def test_nobody_is_asked_about_who_is_no_number(recorder: Recorder, number: str) -> None:
    """Neither before the answer nor after it."""
    others = Answering()
    await screened(screener(recorder, others), number)
    assert (others.waited, others.planned) == ([], [])


async def test_nobody_is_asked_about_whom_a_list_knows(recorder: Recorder) -> None:
    """What is known here, for or against, is nobody else's business."""
    others = Answering()
    others.numbers = (NUMBER,)
    await screened(screener(recorder, others))
    await screened(screener(recorder, others, community="ring"))
    assert (others.waited, others.planned) == ([], [])


async def test_who_only_watches_turns_nobody_away(recorder: Recorder) -> None:
    """With observe_only the verdict says block, and the phone rings."""
    screening = await screened(screener(recorder, Answering(), observe_only=True))
    assert screening.verdict.blocks
    assert screening.treatment.action == "ring"


async def test_the_record_names_what_the_call_was_decided_by_at_last(ledger: MemoryLedger, recorder: Recorder) -> None:
    """Where the household's lists changed while others were asked, the sums are those of the new ones."""
    calls = screener(recorder, others := Answering())
    screening = calls.judge(Sighting("test", NUMBER), asyncio.get_running_loop().time())
    sums = Sums("5a", {"phoneblock": "6b"})
    calls.use(Knowledge(ListIndex(), ListIndex(), CompanyBook(), RangeBook(), others, Policy(), sums=sums))
    assert (await calls.secure(screening)).treatment.action == "reject"
    assert [entry["lists"] for entry in ledger.of_kind("call-screened")] == [{"phoneblock": "6b"}]


async def test_lists_that_became_unreadable_meanwhile(recorder: Recorder) -> None:
    """Where the household's lists went away while others were asked, nobody's no counts."""
    others = Answering()
    calls = screener(recorder, others)
    screening = calls.judge(Sighting("test", NUMBER), asyncio.get_running_loop().time())
    calls.use(None)
    assert (await calls.secure(replace(screening))).treatment.action == "ring"
