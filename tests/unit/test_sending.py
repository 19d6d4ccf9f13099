"""Promises about the sending of reports: each recipient once, again where they surely don't have it, never in doubt."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from fakes.clock import StandingClock

from blocker.core.sending import PAUSES, Sent, State, problem_of
from blocker.core.week import Week
from blocker.errors import DataDirError, SendError, UnsureError, UsageError
from blocker.filing.sending import Sending
from blocker.report_config import Recipient, Way
from blocker.store.household_db import HouseholdDb
from blocker.store.sent_db import SentDb

WEEK = Week.parse("2026-W47")
ANNA = Recipient(Way.EMAIL, "anna@example.org", "Anna")
BOB = Recipient(Way.EMAIL, "bob@example.org", "Bob")
DOWN = SendError("the server is down")
GONE = SendError("no such user", lasting=True)
LOST = UnsureError("the line dropped")


class Carrier:
    """Hands over as it is told: each recipient's outcomes in turn, then well."""

    def __init__(self, **outcomes: list[Exception]) -> None:
        self.outcomes = outcomes
        self.carried: list[tuple[str, str]] = []
        """Week and recipient, each time somebody might have got something."""

    async def preview(self, week: Week, recipient: Recipient) -> dict[str, Any]:
        """What would be sent."""
        return {"title": f"{week} for {recipient.name}"}

    async def send(self, week: Week, recipient: Recipient, handing_over: Callable[[], Awaitable[None]]) -> None:
        """One try."""
        left = self.outcomes.get(recipient.name.lower(), [])
        outcome = left.pop(0) if left else None
        if isinstance(outcome, SendError):
            raise outcome
        await handing_over()
        self.carried.append((str(week), recipient.name))
        if outcome is not None:
            raise outcome


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[HouseholdDb]:
    """The household's real file."""
    opened = await HouseholdDb.open(tmp_path)
    yield opened
    await opened.close()


class Pauses:
    """Remembers how long was waited, without waiting."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        """Wait."""
        self.seconds.append(seconds)


def sending(store: HouseholdDb, carrier: Carrier, *recipients: Recipient, pauses: Pauses | None = None) -> Sending:
    """As after a start of the program."""
    return Sending(recipients or (ANNA, BOB), SentDb(store), carrier, StandingClock(), pause=pauses or Pauses())


async def state(store: HouseholdDb, recipient: Recipient, week: Week = WEEK) -> Sent:
    """What is known."""
    known = await SentDb(store).of(str(week), recipient.key)
    assert known is not None
    return known


async def test_each_gets_it_once_however_often_the_job_runs(store: HouseholdDb) -> None:
    """Start, set time, a clock set back by an hour and a new start of the program: one report each."""
    carrier = Carrier()
    first = sending(store, carrier)
    await asyncio.gather(first.keep_sending(WEEK), first.keep_sending(WEEK))
    await first.keep_sending(WEEK)
    await sending(store, carrier).keep_sending(WEEK)
    assert carrier.carried == [("2026-W47", "Anna"), ("2026-W47", "Bob")]
    assert first.problem == ""


async def test_a_clock_set_back_by_weeks_sends_nothing_old(store: HouseholdDb) -> None:
    """Whoever has a later week's report isn't sent an earlier one, unless a person asks."""
    carrier = Carrier()
    await sending(store, carrier).keep_sending(WEEK)
    await sending(store, carrier).keep_sending(WEEK.previous)
    assert {week for week, _ in carrier.carried} == {"2026-W47"}
    await sending(store, carrier).send("2026-W46", ["Anna"])
    assert carrier.carried[-1] == ("2026-W46", "Anna")


async def test_what_failed_is_tried_again_with_longer_pauses(store: HouseholdDb) -> None:
    """The other one has it at once, and once; the pauses grow; all is well in the end."""
    carrier, pauses = Carrier(anna=[DOWN, DOWN, DOWN]), Pauses()
    house = sending(store, carrier, pauses=pauses)
    await house.keep_sending(WEEK)
    assert carrier.carried == [("2026-W47", "Bob"), ("2026-W47", "Anna")]
    assert pauses.seconds == [300, 900, 3600]
    assert ((await state(store, ANNA)).tries, house.problem) == (4, "")


async def test_what_keeps_failing_is_given_up_and_told(store: HouseholdDb) -> None:
    """After some five days no more is tried until the next start or the next week; the household is told why."""
    carrier, pauses = Carrier(anna=[DOWN] * 100), Pauses()
    house = sending(store, carrier, pauses=pauses)
    await house.keep_sending(WEEK)
    assert len(pauses.seconds) == len(PAUSES)
    assert "the report of 2026-W47 hasn't reached Anna yet: the server is down" in house.problem
    await sending(store, Carrier()).keep_sending(WEEK)
    assert (await state(store, ANNA)).state is State.SENT


async def test_what_needs_mending_waits_for_a_start_or_a_person(store: HouseholdDb) -> None:
    """A refusal for good isn't repeated by itself; a new start tries once, as the configuration may be another."""
    carrier, pauses = Carrier(bob=[GONE, GONE]), Pauses()
    house = sending(store, carrier, pauses=pauses)
    await house.keep_sending(WEEK)
    assert pauses.seconds == []
    assert "can't be sent to Bob: no such user (mend it, then: blocker report send --week 2026-W47" in house.problem
    again = sending(store, carrier)
    await again.keep_sending(WEEK)
    assert (await state(store, BOB)).tries == 2
    assert [one["state"] for one in await again.send("2026-W47", ["Bob"])] == ["sent"]
    assert again.problem == ""


async def test_what_may_have_arrived_is_never_sent_again_by_itself(store: HouseholdDb) -> None:
    """Not by the job, not after a start, not by a person who just sends; the household is asked to ask."""
    carrier, pauses = Carrier(anna=[LOST]), Pauses()
    house = sending(store, carrier, ANNA, pauses=pauses)
    await house.keep_sending(WEEK)
    await house.keep_sending(WEEK)
    later = sending(store, carrier, ANNA)
    await later.keep_sending(WEEK)
    (told,) = await later.send("2026-W47")
    assert (told["state"], told["already"]) == ("unsure", True)
    assert (len(carrier.carried), pauses.seconds) == (1, [])
    assert "nobody knows whether the report of 2026-W47 reached Anna: the line dropped" in later.problem


async def test_a_person_says_that_it_arrived_or_has_it_sent_again(store: HouseholdDb) -> None:
    """Either ends the doubt."""
    carrier = Carrier(anna=[LOST], bob=[LOST])
    house = sending(store, carrier)
    await house.keep_sending(WEEK)
    await house.send("2026-W47", ["Anna"], arrived=True)
    await house.send("2026-W47", ["Bob"], again=True)
    assert house.problem == ""
    assert [name for _, name in carrier.carried] == ["Anna", "Bob", "Bob"]
    with pytest.raises(UsageError, match="was never handed over to Anna"):
        await house.send("2026-W46", ["Anna"], arrived=True)


async def test_a_program_that_ends_while_it_hands_over_leaves_it_in_doubt(store: HouseholdDb) -> None:
    """The note made before it is what the next start finds: it isn't sent again."""
    begun = asyncio.Event()

    class Hanging(Carrier):
        async def send(self, week: Week, recipient: Recipient, handing_over: Callable[[], Awaitable[None]]) -> None:
            await super().send(week, recipient, handing_over)
            begun.set()
            await asyncio.Event().wait()

    carrier = Hanging()
    task = asyncio.create_task(sending(store, carrier, ANNA).keep_sending(WEEK))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    house = sending(store, carrier, ANNA)
    await house.keep_sending(WEEK)
    assert len(carrier.carried) == 1
    assert "reached Anna: the program ended while it was handed over" in house.problem


async def test_where_nothing_can_be_noted_nothing_goes_out(store: HouseholdDb) -> None:
    """A full disk holds the report back before anybody might have it, and is said; later it goes out, once."""
    carrier = Carrier()
    house = sending(store, carrier, ANNA)
    await store.run("CREATE TRIGGER full BEFORE INSERT ON report_sent BEGIN SELECT raise(ABORT, 'disk full'); END")
    with pytest.raises(DataDirError):
        await SentDb(store).put(Sent("2026-W47", "x", State.SENT, StandingClock().now(), 1))
    await house.keep_sending(WEEK)
    assert carrier.carried == []
    assert "can't be noted" in house.problem
    await store.run("DROP TRIGGER full")
    await house.keep_sending(WEEK)
    assert (carrier.carried, house.problem) == ([("2026-W47", "Anna")], "")


async def test_a_fault_of_ours_costs_nobody_else_their_report(store: HouseholdDb) -> None:
    """An exception that nobody foresaw, once something may be out, is doubt; the next one gets theirs."""
    carrier = Carrier(anna=[ZeroDivisionError("oops")])
    house = sending(store, carrier)
    await house.keep_sending(WEEK)
    assert ((await state(store, ANNA)).state, (await state(store, BOB)).state) == (State.UNSURE, State.SENT)


async def test_a_dry_run_sends_nothing(store: HouseholdDb) -> None:
    """It says what would go to whom."""
    carrier = Carrier()
    told = await sending(store, carrier).send("2026-W47", ["Anna"], dry_run=True)
    assert told == [{"name": "Anna", "state": "", "why": "", "title": "2026-W47 for Anna"}]
    assert carrier.carried == []
    assert await SentDb(store).of("2026-W47", ANNA.key) is None


async def test_who_isnt_there_is_said(store: HouseholdDb) -> None:
    """A wrong name, a wrong week or nobody at all: a clear message, and nothing sent."""
    house = sending(store, Carrier())
    with pytest.raises(UsageError, match="no recipient “Ana” "):
        await house.send("2026-W47", ["Ana"])
    with pytest.raises(UsageError, match="is no ISO week"):
        await house.send("47")
    nobody = Sending((), SentDb(store), Carrier(), StandingClock())
    with pytest.raises(UsageError, match="nobody is named to send reports to"):
        await nobody.send("2026-W47")
    unnoted = Sending((ANNA,), None, carrier := Carrier(), StandingClock())
    await unnoted.keep_sending(WEEK)
    with pytest.raises(DataDirError, match="so nothing is sent"):
        await unnoted.send("2026-W47")
    assert carrier.carried == []


def test_every_state_but_sent_is_told() -> None:
    """No report is missing in silence."""
    at = StandingClock().now()
    told = {one: problem_of(Sent("2026-W47", "x", one, at, 1, "why"), "Anna") for one in State}
    assert [one for one, said in told.items() if not said] == [State.SENT]
    assert all("2026-W47" in said and "Anna" in said for said in told.values() if said)
