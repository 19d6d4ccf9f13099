"""The decision: the order of precedence, row by row, and that it always gives a verdict."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.community import Strangers
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.company import Company, CompanyBook, KnownNumber, Purpose, Role
from blocker.core.company_setting import BY_COMMAND, Calls, CompanySetting
from blocker.core.decide import ROWS, decide, walk
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.number import Caller, NumberPlan, Unusable, normalise
from blocker.core.policy import Policy
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.verdict import Decision, Reason
from blocker.core.wanted import Wanted, Window

NOW = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
HOME = Line("home", "BE", "Europe/Brussels")
NUMBER = "+3225551234"


def listed(name: ListName, number: str, *, is_prefix: bool = False, until: datetime | None = None) -> ListIndex:
    return ListIndex([Listing(name, number, is_prefix, "", NOW, "test", until)])


def ranged(range_class: RangeClass, prefix: str, *, short: bool = False) -> RangeBook:
    return RangeBook([Range(range_class, prefix, "BE", "a law", "be.toml:1", Sure.VERIFIED, short=short)])


def published(purpose: Purpose) -> CompanyBook:
    number = KnownNumber(NUMBER, whole=True, purpose=purpose, source="its site", where="acme.toml:9")
    acme = Company(
        "acme",
        "Acme",
        Role.PRINCIPAL,
        "BE",
        "telecom",
        (),
        date(2026, 1, 1),
        Sure.VERIFIED,
        "acme.toml",
        numbers=(number,),
    )
    return CompanyBook([acme])


def window(company: str | None = None, until: datetime = NOW + timedelta(hours=1)) -> Window:
    return Window(NOW - timedelta(hours=1), until, company, "Ann")


def set_to(calls: Calls) -> dict[str, CompanySetting]:
    return {"acme": CompanySetting(calls, BY_COMMAND)}


def knowing(**parts: object) -> Knowledge:
    everything: dict[str, object] = {
        "allow": ListIndex(),
        "block": ListIndex(),
        "companies": CompanyBook(),
        "ranges": RangeBook(),
        "community": Strangers(),
        "policy": Policy(),
    }
    return Knowledge(**(everything | parts))  # type: ignore[arg-type]


def call_from(raw: str = NUMBER, presentation: int | None = None) -> IncomingCall:
    return by(normalise(raw, presentation, NumberPlan("BE")))


def by(caller: Caller) -> IncomingCall:
    return IncomingCall("c0ffee", NOW, caller, HOME, Sighting("test", ""))


BLOCK_ALL = Policy(
    withheld=Decision.BLOCK,
    unavailable=Decision.BLOCK,
    unusable=Decision.BLOCK,
    invalid=Decision.BLOCK,
    premium=Decision.BLOCK,
)

# What speaks for a reason, strongest first: each row of the table is a piece of knowledge that alone gives that reason.
Sign = tuple[Reason, Decision, dict[str, object]]
SIGNS: list[Sign] = [
    (Reason.PROTECTED, Decision.RING, {"ranges": ranged(RangeClass.PROTECTED, NUMBER)}),
    (Reason.EMERGENCY_CALL_BACK, Decision.RING, {"wanted": Wanted(no_blocking_until=NOW + timedelta(hours=1))}),
    (Reason.ALLOW_LIST, Decision.RING, {"allow": listed(ListName.ALLOW, NUMBER)}),
    (Reason.CONTACT, Decision.RING, {"wanted": Wanted(contacts=frozenset({NUMBER}))}),
    (Reason.DIALLED, Decision.RING, {"wanted": Wanted(dialled={NUMBER: NOW - timedelta(days=29)})}),
    (Reason.EXPECTED, Decision.RING, {"wanted": Wanted(windows=(window(),))}),
    (Reason.BLOCK_LIST, Decision.BLOCK, {"block": listed(ListName.BLOCK, "+32255", is_prefix=True)}),
    (Reason.COMPANY, Decision.BLOCK, {"companies": published(Purpose.MARKETING)}),
    (Reason.COMPANY, Decision.BLOCK, {"companies": published(Purpose.SERVICE), "settings": set_to(Calls.ALL_BLOCKED)}),
    (Reason.COMPANY, Decision.RING, {"companies": published(Purpose.MARKETING), "settings": set_to(Calls.ALL_ALLOWED)}),
    (Reason.CANVASSING_RANGE, Decision.BLOCK, {"ranges": ranged(RangeClass.CANVASSING, "+32255")}),
    (Reason.PREMIUM_RANGE, Decision.BLOCK, {"ranges": ranged(RangeClass.PREMIUM, "+32255"), "policy": BLOCK_ALL}),
    (Reason.REPEAT, Decision.RING, {}),
    (Reason.COMMUNITY, Decision.BLOCK, {"community": Strangers(NUMBER)}),
    (Reason.NOTHING_KNOWN, Decision.RING, {}),
]


def moment_for(*reasons: Reason) -> Moment:
    return Moment(NOW, NOW - timedelta(minutes=1) if Reason.REPEAT in reasons else None)


@pytest.mark.parametrize(("reason", "decision", "parts"), SIGNS, ids=[str(row[0]) for row in SIGNS])
def test_each_sign_alone(reason: Reason, decision: Decision, parts: dict[str, object]) -> None:
    """Each sign by itself gives its own reason and decision."""
    verdict = decide(call_from(), knowing(**parts), moment_for(reason))

    assert (verdict.decision, verdict.reason) == (decision, reason)


# Two signs in one part of what is known can't be given as one; tests further down have such pairs.
PAIRS = [
    (high, low)
    for high, low in itertools.combinations(SIGNS, 2)
    if not any(part in high[2] and part in low[2] for part in ("ranges", "wanted"))
]


@pytest.mark.parametrize(("stronger", "weaker"), PAIRS, ids=[f"{high[0]}-{low[0]}" for high, low in PAIRS])
def test_the_stronger_sign_wins(stronger: Sign, weaker: Sign) -> None:
    """Of any two signs the one that stands higher in the table decides."""
    parts = weaker[2] | stronger[2]

    assert decide(call_from(), knowing(**parts), moment_for(stronger[0], weaker[0])).reason is stronger[0]


def test_a_help_line_in_a_premium_range_rings() -> None:
    """A protected number rings although its range is premium and that is blocked, as with Belgium's poison centre."""
    ranges = RangeBook([*ranged(RangeClass.PROTECTED, "+3270245245"), *ranged(RangeClass.PREMIUM, "+3270")])

    assert (
        decide(call_from("070 245 245"), knowing(ranges=ranges, policy=BLOCK_ALL), Moment(NOW)).reason
        is Reason.PROTECTED
    )


def test_an_emergency_code_as_caller_rings() -> None:
    """A short code that shows as the caller is odd, and never blocked."""
    ranges = ranged(RangeClass.PROTECTED, "112", short=True)

    assert decide(call_from("112"), knowing(ranges=ranges, policy=BLOCK_ALL), Moment(NOW)).reason is Reason.PROTECTED


@pytest.mark.parametrize(
    ("raw", "presentation", "reason"),
    [
        ("+3225551234", 32, Reason.WITHHELD),
        ("anonymous", None, Reason.WITHHELD),
        ("unknown", None, Reason.UNAVAILABLE),
        ("201", None, Reason.UNUSABLE),
        ("+32999999999999", None, Reason.INVALID),
    ],
)
@pytest.mark.parametrize("policy", [Policy(), BLOCK_ALL])
def test_callers_without_a_good_number(raw: str, presentation: int | None, reason: Reason, policy: Policy) -> None:
    """They ring and are flagged by default, and are blocked where the household says so."""
    verdict = decide(call_from(raw, presentation), knowing(policy=policy), Moment(NOW))

    assert verdict.reason is reason
    assert verdict.flagged == (policy == Policy())
    assert verdict.decision is (Decision.RING if policy == Policy() else Decision.BLOCK)


def test_a_service_number_accuses_nobody() -> None:
    """A number that a company publishes for service is noted, and the call rings."""
    verdict = decide(call_from(), knowing(companies=published(Purpose.SERVICE)), Moment(NOW))

    assert verdict.decision is Decision.RING
    assert [match.what for match in verdict.matches] == ["Acme"]


def test_a_listing_that_ran_out_no_longer_blocks() -> None:
    """A block until a day doesn't hold after it."""
    block = listed(ListName.BLOCK, NUMBER, until=NOW)

    assert decide(call_from(), knowing(block=block), Moment(NOW - timedelta(seconds=1))).blocks
    assert not decide(call_from(), knowing(block=block), Moment(NOW)).blocks


@pytest.mark.parametrize(("minutes_ago", "rings"), [(0, True), (3, True), (4, False), (-1, False)])
def test_only_a_call_shortly_before_counts_as_repeated(minutes_ago: int, *, rings: bool) -> None:
    """The same number again gets past strangers' opinions within minutes; a clock set back counts for nothing."""
    previous = NOW - timedelta(minutes=minutes_ago)
    verdict = decide(call_from(), knowing(community=Strangers(NUMBER)), Moment(NOW, previous))

    assert verdict.blocks is not rings


def test_a_number_that_a_company_publishes_is_not_unknown() -> None:
    """Calling often is odd only of a number of which nothing is known."""
    often = Moment(NOW, today=3)
    assert decide(call_from(), knowing(), often).reason is Reason.OFTEN
    service = knowing(companies=published(Purpose.SERVICE))
    assert decide(call_from(), service, often).reason is Reason.NOTHING_KNOWN


def test_a_range_for_canvassing_may_ring_where_the_household_says_so() -> None:
    """With canvassing set to ring the call rings, flagged, under the name of the range."""
    parts = {"ranges": ranged(RangeClass.CANVASSING, "+32255"), "policy": Policy(canvassing=Decision.RING)}

    verdict = decide(call_from(), knowing(**parts), Moment(NOW))

    assert (verdict.decision, verdict.reason, verdict.flagged) == (Decision.RING, Reason.CANVASSING_RANGE, True)


def test_every_reason_has_its_row() -> None:
    """Each reason but “unscreened” is decided in exactly one row, which says why it stands there."""
    assert sorted(row.reason for row in ROWS) == sorted(set(Reason) - {Reason.UNSCREENED})
    assert all(len(row.because) > 20 for row in ROWS)


def test_walking_shows_all_rows() -> None:
    """Who asks why sees each row, those after the deciding one too."""
    seen = [row.reason for row, _ in walk(call_from(), knowing(block=listed(ListName.BLOCK, NUMBER)), Moment(NOW))]

    assert seen == [row.reason for row in ROWS]


@pytest.mark.parametrize("strangest", [Unusable("", ""), Unusable("\x00" * 40, "x"), Unusable("+", "x")])
def test_odd_values_decide_too(strangest: Caller) -> None:
    """Values that only an error could make don't raise either."""
    assert decide(by(strangest), knowing(), Moment(NOW)).decision is Decision.RING


@given(st.text(max_size=60), st.none() | st.integers(0, 127), st.sampled_from([sign[2] for sign in SIGNS]))
def test_any_call_gets_a_verdict(raw: str, presentation: int | None, parts: dict[str, object]) -> None:
    """No caller ID makes it raise, and a reason that blocks never comes with a ringing phone or the other way round."""
    verdict = decide(call_from(raw, presentation), knowing(**parts), moment_for(Reason.REPEAT))

    assert verdict.reason in Reason
    assert verdict.blocks == (verdict.decision is Decision.BLOCK)
