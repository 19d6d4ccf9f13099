"""Promises about what the ledger's order and silence mean: outcomes find their calls, and unwatched hours are told."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import pytest
from fakes.entries import BRUSSELS, Told, local
from hypothesis import given
from hypothesis import strategies as st

from blocker.core import watching
from blocker.core.entry import EMPTY
from blocker.core.ledger_begun import ledger_begun
from blocker.core.settling import CALLS_IN_HAND, Settled, Settling
from blocker.core.watching import BEFORE_FIRST_START, Watch
from blocker.core.week import Week
from blocker.errors import LedgerCorruptError

WEEK = Week.parse("2026-W47")
RUNNING = "2026-11-01 08:00"


def watched(told: Told, week: Week = WEEK, now: datetime | None = None) -> Watch:
    """What a watch says after reading the ledger."""
    watch = Watch(*week.bounds(BRUSSELS), BRUSSELS, now)
    for entry in told.all():
        if entry.content["kind"] in watching.KINDS:
            watch.take(entry.n, entry.content)
    return watch


def seen(watch: Watch) -> list[tuple[str, str, str]]:
    """Each gap with local times to the minute, and why."""
    return [(gap.since[:16], gap.until[:16], gap.why) for gap in watch.gaps()]


def test_a_week_watched_throughout_has_no_gap() -> None:
    """A service that started earlier and didn't stop leaves nothing to tell."""
    told = Told()
    told.started(RUNNING)
    watch = watched(told)
    assert (watch.gaps(), watch.unwatched_seconds(), watch.watching_at_end) == ([], 0, True)


def test_gaps_are_cut_to_the_week_and_told_even_if_recorded_after_it() -> None:
    """A gap is recorded when it is over; its part in this week counts, to the second."""
    told = Told()
    told.started(RUNNING)
    told.gap("2026-11-16 09:00", "2026-11-14 12:00", "2026-11-16 09:00")
    told.gap("2026-11-19 10:30", "2026-11-19 10:00", "2026-11-19 10:30", "disk full", 2)
    told.gap("2026-11-30 08:00", "2026-11-22 23:00", "2026-11-30 08:00")
    told.gap("2026-12-02 08:00", "2026-12-01 08:00", "2026-12-02 08:00")
    watch = watched(told)
    assert seen(watch) == [
        ("2026-11-16T00:00", "2026-11-16T09:00", "not running"),
        ("2026-11-19T10:00", "2026-11-19T10:30", "disk full"),
        ("2026-11-22T23:00", "2026-11-23T00:00", "not running"),
    ]
    assert [gap.calls_lost for gap in watch.gaps()] == [None, 2, None]
    assert watch.unwatched_seconds() == 9 * 3600 + 1800 + 3600


def test_gaps_that_overlap_count_once() -> None:
    """The total is time in which nobody watched, not a sum of rows."""
    told = Told()
    told.started(RUNNING)
    told.gap("2026-11-17 13:00", "2026-11-17 10:00", "2026-11-17 13:00")
    told.gap("2026-11-17 13:00", "2026-11-17 11:00", "2026-11-17 12:00", "disk full", 1)
    told.gap("2026-11-17 14:00", "2026-11-17 12:30", "2026-11-17 14:00", "disk full", 1)
    assert watched(told).unwatched_seconds() == 4 * 3600


def test_a_gap_whose_clock_was_set_back_is_told_the_right_way_round() -> None:
    """Where the end reads earlier than the beginning, the stretch between them is what is unsure."""
    told = Told()
    told.started(RUNNING)
    told.gap("2026-11-17 10:00", "2026-11-17 11:00", "2026-11-17 10:00")
    assert seen(watched(told)) == [("2026-11-17T10:00", "2026-11-17T11:00", "not running")]


@pytest.mark.parametrize("lasts", ["2026-11-17 11:00", "2026-11-17 09:00"])
def test_a_start_with_the_clock_behind_is_told_with_its_reason(lasts: str) -> None:
    """Set back, or back at the very time of the last entry: nobody knows how long it was, and it doesn't vanish."""
    told = Told()
    told.started(RUNNING)
    told.gap("2026-11-17 09:00", "2026-11-17 09:00", lasts, "the clock stood behind")
    expected = ("2026-11-17T09:00", lasts.replace(" ", "T"), "the clock stood behind")
    assert seen(watched(told)) == [expected]


def test_a_gap_without_length_belongs_to_one_week_and_hides_no_stop() -> None:
    """It is told once over the weeks, at their edge too, and beside a stop that lasted."""
    told = Told()
    told.started(RUNNING)
    told.gap("2026-11-23 00:00", "2026-11-23 00:00", "2026-11-23 00:00")
    told.stopped("2026-11-24 09:00", "upgrade")
    told.gap("2026-11-24 10:00", "2026-11-24 09:30", "2026-11-24 09:30")
    told.started("2026-11-24 10:00")
    assert seen(watched(told)) == []
    next_week = watched(told, Week.parse("2026-W48"))
    assert [gap.seconds for gap in next_week.gaps()] == [0, 3600, 0]
    assert next_week.unwatched_seconds() == 3600


def test_of_a_week_that_isnt_over_nothing_is_told_beyond_the_present() -> None:
    """After a stop nobody watched until now; what comes then isn't known."""
    told = Told()
    told.started(RUNNING)
    told.stopped("2026-11-18 18:00")
    assert seen(watched(told, now=local("2026-11-19 07:00"))) == [
        ("2026-11-18T18:00", "2026-11-19T07:00", "the service was stopped (asked to)")
    ]


def test_a_stop_that_no_gap_covers_is_a_gap_until_the_next_start() -> None:
    """A service that was stopped on purpose didn't watch either."""
    told = Told()
    told.started(RUNNING)
    told.stopped("2026-11-17 10:00", "upgrade")
    told.started("2026-11-17 10:05")
    assert seen(watched(told)) == [("2026-11-17T10:00", "2026-11-17T10:05", "the service was stopped (upgrade)")]


def test_a_stop_that_a_gap_covers_is_told_once() -> None:
    """The entry that was written for it says why."""
    told = Told()
    told.started(RUNNING)
    told.stopped("2026-11-17 10:00", "upgrade")
    told.gap("2026-11-17 10:05", "2026-11-17 10:00", "2026-11-17 10:05")
    told.started("2026-11-17 10:05")
    assert seen(watched(told)) == [("2026-11-17T10:00", "2026-11-17T10:05", "not running")]


@pytest.mark.parametrize("stopped", ["2026-11-20 18:00", "2026-11-02 18:00"])
def test_a_service_that_is_still_stopped_leaves_the_rest_of_the_week_open(stopped: str) -> None:
    """The trailing state counts: nobody watched from the stop, or from Monday, to the week's end."""
    told = Told()
    told.started(RUNNING)
    told.stopped(stopped)
    watch = watched(told)
    since = max(stopped, "2026-11-16 00:00").replace(" ", "T")
    assert seen(watch) == [(since, "2026-11-23T00:00", "the service was stopped (asked to)")]
    assert not watch.watching_at_end


def test_before_the_first_start_nobody_watched() -> None:
    """The week in which the program was installed isn't told as a quiet one."""
    told = Told()
    told.listed("2026-11-16 12:00", "+3225550345")
    told.started("2026-11-18 09:00")
    assert seen(watched(told)) == [("2026-11-16T00:00", "2026-11-18T09:00", BEFORE_FIRST_START)]


def test_an_empty_ledger_watched_nothing() -> None:
    """A whole week is a whole week."""
    watch = watched(Told())
    assert seen(watch) == [("2026-11-16T00:00", "2026-11-23T00:00", BEFORE_FIRST_START)]
    assert watch.unwatched_seconds() == 7 * 24 * 3600


def test_a_gap_over_a_clock_change_is_as_long_as_it_really_was() -> None:
    """The night of 25 October 2026 has an hour more."""
    told = Told()
    told.started("2026-10-01 08:00")
    told.gap("2026-10-25 04:00", "2026-10-25 01:00", "2026-10-25 04:00")
    (gap,) = watched(told, Week.parse("2026-W43")).gaps()
    assert (gap.seconds, gap.since, gap.until) == (
        4 * 3600,
        "2026-10-25T01:00:00.000+02:00",
        "2026-10-25T04:00:00.000+01:00",
    )


def test_a_simulated_clock_shows_for_the_calls_made_under_it() -> None:
    """A demonstration can't pass for evidence, and doesn't taint what came before or after it."""
    told = Told()
    told.started(RUNNING)
    told.call("2026-11-16 09:00")
    told.started("2026-11-17 09:00", clock="simulated")
    told.call("2026-11-17 10:00")
    told.started("2026-11-18 09:00")
    told.call("2026-11-18 10:00")
    watch = watched(told)
    runs = [(1, 2), (3, 4), (5, 6), (1, 6), (2, 3), (4, 5), (0, 0)]
    assert [watch.by_simulated_clock(*run) for run in runs] == [False, True, False, True, True, True, False]


def test_a_broken_entry_is_named() -> None:
    """What isn't whole isn't guessed at."""
    watch = Watch(*WEEK.bounds(BRUSSELS), BRUSSELS)
    with pytest.raises(LedgerCorruptError, match="entry 7"):
        watch.take(7, {"v": 1, "kind": "gap", "at": "2026-11-17T10:00:00.000Z"})


def blocked(call: int) -> dict[str, Any]:
    """A call that was to be turned away."""
    return {"call": str(call), "action": "reject"}


def pairs(settled: Iterable[Settled[Any]]) -> list[tuple[int, bool]]:
    """Which calls came out, and whether with an outcome."""
    return [(each.n, each.outcome is not None) for each in settled]


def test_calls_come_out_in_order_each_with_its_outcome() -> None:
    """Outcomes of calls that came together are told apart, and a call that rang doesn't overtake one that didn't."""
    settling = Settling[Any]()
    assert pairs(settling.call(1, {"call": "1", "action": "ring"})) == [(1, False)]
    assert pairs(settling.call(2, blocked(2))) == []
    assert pairs(settling.call(3, blocked(3))) == []
    assert pairs(settling.call(4, {"call": "4", "action": "ring"})) == []
    assert pairs(settling.outcome({"call": "3"})) == []
    assert pairs(settling.outcome({"call": "2"})) == [(2, True), (3, True), (4, False)]
    assert pairs(settling.rest()) == []


def test_an_outcome_that_never_comes_holds_nothing_up_for_long() -> None:
    """After a thousand calls the others go ahead; the call itself comes last, or with an outcome that is very late."""
    settling = Settling[Any]()
    assert pairs(settling.call(1, blocked(1))) == []
    assert pairs(settling.call(2, blocked(2))) == []
    came = [
        n
        for call in range(3, CALLS_IN_HAND + 10)
        for settled in (settling.call(call, blocked(call)), settling.outcome({"call": str(call)}))
        for n, _ in pairs(settled)
    ]
    assert came == list(range(3, CALLS_IN_HAND + 10))
    assert pairs(settling.outcome({"call": "2"})) == [(2, True)]
    assert pairs(settling.rest()) == [(1, False)]


def test_an_outcome_of_a_call_of_another_week_is_passed_over() -> None:
    """The week's first outcomes may belong to calls before it."""
    assert pairs(Settling[Any]().outcome({"call": "1"})) == []


@given(
    st.lists(st.tuples(st.integers(0, 20), st.booleans()), max_size=60, unique_by=lambda item: item[0]), st.randoms()
)
def test_each_call_comes_out_once_however_outcomes_come(calls: list[tuple[int, bool]], random: Any) -> None:
    """No call is lost or doubled, whatever order outcomes have, missing ones included."""
    settling, came = Settling[Any](), []
    outcomes = [call for call, has_outcome in calls if has_outcome]
    random.shuffle(outcomes)
    for n, (call, _) in enumerate(calls):
        came += pairs(settling.call(n, blocked(call)))
    for call in outcomes:
        came += pairs(settling.outcome({"call": str(call)}))
    came += pairs(settling.rest())
    assert sorted(came) == [(n, has_outcome) for n, (_, has_outcome) in enumerate(calls)]


def test_the_week_of_a_fake_is_the_week_of_the_calendar() -> None:
    """The tests' own clock reading is right about the night that has two half past twos."""
    assert (local("2026-10-25 02:30*") - local("2026-10-25 02:30")).total_seconds() == 3600


def test_what_an_earlier_ledger_holds_is_told_as_such() -> None:
    """Where a new ledger was begun in the week, the time before is one that another ledger tells of, up to the gap."""
    told = Told()
    begun = ledger_begun(
        local("2026-11-18 10:05"),
        old_head=EMPTY,
        old_copy=None,
        kept_as="ledger-kept-20261118T090500Z",
        why="entry 7: its content isn't the one",
    )
    told.add(begun)
    told.gap("2026-11-18 10:05", "2026-11-18 10:00", "2026-11-18 10:05")
    told.started("2026-11-18 10:05")
    why = "recorded in an earlier ledger, kept as ledger-kept-20261118T090500Z: entry 7: its content isn't the one"
    assert seen(watched(told)) == [
        ("2026-11-16T00:00", "2026-11-18T10:00", why),
        ("2026-11-18T10:00", "2026-11-18T10:05", "not running"),
    ]
    assert seen(watched(told, Week.parse("2026-W46"))) == [("2026-11-09T00:00", "2026-11-16T00:00", why)]
    assert seen(watched(told, Week.parse("2026-W48"))) == []


def test_a_span_in_which_nobody_watched_is_told_from_one_in_part() -> None:
    """A week before the first start is unknown; one that was watched for an hour of it, or throughout, isn't."""
    told = Told()
    told.started("2026-11-15 23:00")
    told.stopped("2026-11-16 01:00")
    entries = [(entry.n, entry.content) for entry in told.all() if entry.content["kind"] in watching.KINDS]
    spans = [Week.parse(week).bounds(BRUSSELS) for week in ("2026-W45", "2026-W46", "2026-W47", "2026-W48")]
    assert watching.unwatched(entries, spans, BRUSSELS) == (True, False, False, True)
    assert watching.unwatched([], spans[:1], BRUSSELS) == (True,)
