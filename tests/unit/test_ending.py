"""The end of a call: whose may be told, once, and which seconds are believed."""

from datetime import timedelta
from typing import Any

import pytest
from fakes.clock import StandingClock

from blocker.core.ended import CallEnd
from blocker.core.entry import canonical
from blocker.filing.ending import MAX_CALLS, MAX_SECONDS, Endings

CALL = "0123456789abcdef"
END = CallEnd(CALL, "ANSWERED", 55, 63, "household", 16, 2750, "1795000000.1")


class Journal:
    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []

    def later(self, content: dict[str, Any]) -> None:
        canonical(content)
        self.entries.append(content)


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
def journal() -> Journal:
    return Journal()


@pytest.fixture
def endings(journal: Journal, clock: StandingClock) -> Endings:
    return Endings(journal, clock)


def test_the_end_of_a_call_is_recorded_as_it_was_told(endings: Endings, journal: Journal, clock: StandingClock) -> None:
    """Everything the phone system said, at the time at which it said so."""
    endings.begin(CALL)
    clock.pass_time(timedelta(seconds=63))
    assert endings.note(END)
    assert journal.entries == [
        {
            "v": 1,
            "kind": "call-ended",
            "at": "2026-11-17T08:13:36.123Z",
            "call": CALL,
            "disposition": "ANSWERED",
            "seconds_talked": 55,
            "seconds_in_all": 63,
            "hung_up_by": "household",
            "cause": 16,
            "audio_packets": 2750,
            "uniqueid": "1795000000.1",
        }
    ]


def test_an_end_counts_once_and_only_of_a_call_that_was_screened_lately(
    endings: Endings, journal: Journal, clock: StandingClock
) -> None:
    """A forged id, a second report and one a day late change nothing."""
    assert not endings.note(END)
    endings.begin(CALL)
    assert not endings.note(END._replace(call="f" * 16))
    assert endings.note(END)
    assert not endings.note(END._replace(disposition="BUSY"))
    endings.begin("late")
    clock.pass_time(timedelta(seconds=MAX_SECONDS + 1))
    assert not endings.note(END._replace(call="late"))
    assert len(journal.entries) == 1


def test_calls_without_an_end_take_no_memory_for_ever(endings: Endings) -> None:
    """Where the phone system never tells, the oldest is forgotten."""
    for n in range(MAX_CALLS + 1):
        endings.begin(f"{n:016x}")
    assert not endings.note(END._replace(call=f"{0:016x}"))
    assert endings.note(END._replace(call=f"{1:016x}"))


@pytest.mark.parametrize("by", [-3600, 3600])
def test_after_the_clock_was_set_only_our_own_seconds_count(
    endings: Endings, journal: Journal, clock: StandingClock, by: int
) -> None:
    """The phone system counts by a clock that somebody set; how long the call was talked isn't known then."""
    endings.begin(CALL)
    clock.pass_time(timedelta(seconds=30))
    clock.set_by(timedelta(seconds=by))
    clock.pass_time(timedelta(seconds=33))
    assert endings.note(END._replace(seconds_talked=55 + max(by, 0), seconds_in_all=63 + max(by, 0)))
    (entry,) = journal.entries
    assert (entry["seconds_talked"], entry["seconds_in_all"]) == (None, 63)
