"""The call path takes the policy of the line and the hour, and remembers who called how often on a day."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from fakes.clock import StandingClock
from fakes.community import Strangers
from fakes.ledger import MemoryLedger

from blocker import actions
from blocker.core.call import Line, Sighting
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.policy import Policy
from blocker.core.policy_week import Hours, Layer, Policies, PolicyWeek
from blocker.core.ranges import RangeBook
from blocker.core.recent import MAX_NUMBERS, RecentCallers
from blocker.core.verdict import Decision, Reason
from blocker.recording import Recorder
from blocker.screening import Screener, Screening, Setting

NUMBER, OTHER = "+3225551234", "+3225555678"
HOME, OFFICE = (
    Line("home", "BE", "Europe/Brussels", "+3225550100"),
    Line("office", "US", "America/New_York", "+12025550100"),
)
NOON = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
"""A Wednesday; 13:00 in Brussels, 07:00 in New York."""


def listed(number: str) -> Listing:
    return Listing(ListName.BLOCK, number, is_prefix=False, comment="", added_at=NOON, added_by="")


def layer(hours: Hours | None = None, **changes: object) -> Layer:
    return Layer(changes, dict.fromkeys(changes, ""), "", hours)


def screener(clock: StandingClock, policies: Policies = Policies(), block: str = "") -> Screener:  # noqa: B008
    knowledge = Knowledge(
        allow=ListIndex(),
        block=ListIndex([listed(block)] if block else []),
        companies=CompanyBook(),
        ranges=RangeBook(),
        community=Strangers(OTHER),
        policy=Policy(),
    )
    return Screener(
        knowledge=knowledge,
        setting=Setting(HOME, (HOME, OFFICE)),
        treat=lambda verdict, action: actions.load()[action](verdict),
        recorder=Recorder(MemoryLedger(), clock),
        clock=clock,
        budget_seconds=1.2,
        policies=policies,
    )


def asking(calls: Screener) -> Callable[..., Screening]:
    """A call to a line."""
    return lambda number, called=HOME.number: calls.judge(Sighting("test", number, called=called), 0.0)


async def test_each_line_has_its_own_policy() -> None:
    """A setting of one line changes nothing on another, and the action is the one of that line."""
    lines: Mapping[str, PolicyWeek] = {
        "home": PolicyWeek((layer(withheld=Decision.BLOCK, action="busy"),)),
        "office": PolicyWeek((layer(withheld=Decision.BLOCK, observe_only=True),)),
    }
    ask = asking(screener(StandingClock(NOON), Policies(lines=lines)))
    assert ask("anonymous").treatment.action == "busy"
    watched = ask("anonymous", OFFICE.number)
    assert (watched.verdict.decision, watched.treatment.action, watched.observe_only) == (Decision.BLOCK, "ring", True)
    assert ask("", "+3225559999").verdict.decision is Decision.RING


async def test_hours_are_those_of_the_line_called() -> None:
    """At one instant it is night on one line and day on the other."""
    morning = PolicyWeek((layer(Hours(frozenset(range(7)), 6 * 60, 8 * 60), withheld=Decision.BLOCK),))
    ask = asking(screener(StandingClock(NOON), Policies(lines={"home": morning, "office": morning})))
    assert not ask("anonymous").verdict.blocks
    assert ask("anonymous", OFFICE.number).verdict.blocks


async def test_a_change_of_lists_keeps_the_policies() -> None:
    """What is swapped in while the service runs is judged by the same policies."""
    wanted = Policies(PolicyWeek((layer(community=Decision.RING),)))
    calls = screener(StandingClock(NOON), wanted)
    ask = asking(calls)
    assert not ask(OTHER).verdict.blocks
    calls.use(
        Knowledge(
            allow=ListIndex(),
            block=ListIndex([listed(NUMBER)]),
            companies=CompanyBook(),
            ranges=RangeBook(),
            community=Strangers(OTHER),
            policy=Policy(),
        )
    )
    assert ask(NUMBER).verdict.blocks
    assert not ask(OTHER).verdict.blocks


async def test_the_third_call_of_a_day_from_an_unknown_number_is_flagged() -> None:
    """It rings all the same; the day is the line's, and begins at its midnight."""
    clock = StandingClock(NOON)
    ask = asking(screener(clock))
    seen = []
    for hours in (0, 1, 9, 11, 12):  # 13:00, 14:00, 22:00, 00:00, 01:00 in Brussels
        clock.instant = NOON + timedelta(hours=hours)
        verdict = ask(NUMBER).verdict
        seen.append((verdict.decision, verdict.reason, verdict.flagged))
    assert seen == [
        (Decision.RING, Reason.NOTHING_KNOWN, False),
        (Decision.RING, Reason.NOTHING_KNOWN, False),
        (Decision.RING, Reason.OFTEN, True),
        (Decision.RING, Reason.NOTHING_KNOWN, False),
        (Decision.RING, Reason.NOTHING_KNOWN, False),
    ]


async def test_many_calls_alone_never_block() -> None:
    """Whatever else is set, the flag stays a flag, and says what it saw."""
    block = Decision.BLOCK
    every = layer(withheld=block, unavailable=block, unusable=block, invalid=block, premium=block)
    ask = asking(screener(StandingClock(NOON), Policies(PolicyWeek((every,)))))
    verdicts = [ask(NUMBER).verdict for _ in range(20)]
    assert not any(verdict.blocks for verdict in verdicts)
    assert [verdict.flagged for verdict in verdicts[:4]] == [False, False, True, True]
    match = verdicts[2].matches[0]
    assert (match.kind, match.what, match.note) == ("recent", NUMBER, "call number 3 on this day")


async def test_only_unknown_numbers_are_flagged_and_only_if_wanted() -> None:
    """What is on a list has its own reason; 0 switches the flag off."""
    ask = asking(screener(StandingClock(NOON), block=NUMBER))
    assert {ask(NUMBER).verdict.reason for _ in range(5)} == {Reason.BLOCK_LIST}
    ask = asking(screener(StandingClock(NOON), Policies(PolicyWeek((layer(flag_after=0, repeat=timedelta()),)))))
    assert {ask(NUMBER).verdict.reason for _ in range(5)} == {Reason.NOTHING_KNOWN}


def test_the_memory_of_callers_is_bounded() -> None:
    """Numbers that change with every call can't fill the memory; who called last is remembered longest."""
    callers = RecentCallers()
    for place in range(3 * MAX_NUMBERS):
        callers.call(f"+32{place}", NOON, NOON.date())
    assert len(callers._calls) == MAX_NUMBERS
    assert callers.call(f"+32{3 * MAX_NUMBERS - 1}", NOON, NOON.date()) == (NOON, 2)
    assert callers.call("+320", NOON, NOON.date()) == (None, 1)
