"""Wanted calls get through: contacts, numbers dialled, windows, and the hours after a call for help."""

from datetime import UTC, date, datetime, timedelta

import pytest
from fakes.community import Strangers

from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.company import Company, CompanyBook, KnownNumber, Purpose, Role
from blocker.core.decide import decide
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.number import NumberPlan, normalise
from blocker.core.policy import Policy
from blocker.core.provenance import Sure
from blocker.core.ranges import RangeBook
from blocker.core.verdict import Decision, Reason, Verdict
from blocker.core.wanted import Wanted, Window, parse_span
from blocker.errors import UsageError

NOW = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
HOME = Line("home", "BE", "Europe/Brussels")
NUMBER, PUBLISHED = "+3225551234", "+32800551234"
BLOCK_ALL = Policy(withheld=Decision.BLOCK, unavailable=Decision.BLOCK, unusable=Decision.BLOCK, invalid=Decision.BLOCK)


def acme() -> CompanyBook:
    """A company with a number, a prefix and a pattern of its caller name."""
    numbers = tuple(
        KnownNumber(prefix, whole=whole, purpose=Purpose.SERVICE, source="its site", where="acme.toml:9")
        for prefix, whole in ((PUBLISHED, True), ("+3278055", False))
    )
    return CompanyBook([
        Company(
            "acme", "Acme", Role.PRINCIPAL, "BE", "telecom", (), date(2026, 1, 1), Sure.VERIFIED, "acme.toml",
            numbers=numbers, caller_names=("ACME*",),
        )
    ])  # fmt: skip


def judged(
    raw: str, wanted: Wanted, *, name: str = "", presentation: int | None = None, policy: Policy = BLOCK_ALL
) -> Verdict:
    """What is decided of a caller whose every number the household blocks."""
    everybody = [Listing(ListName.BLOCK, "+32", is_prefix=True, comment="", added_at=NOW, added_by="Ann")]
    knowledge = Knowledge(ListIndex(), ListIndex(everybody), acme(), RangeBook(), Strangers(), policy, wanted=wanted)
    caller = normalise(raw, presentation, NumberPlan("BE"))
    sighting = Sighting("test", raw, name, presentation)
    return decide(IncomingCall("c0ffee", NOW, caller, HOME, sighting), knowledge, Moment(NOW))


@pytest.mark.parametrize(
    ("raw", "presentation"),
    [(NUMBER, None), (NUMBER, 32), ("", None), ("unknown", 67), ("201", None), ("x" * 99, None)],
)
def test_after_a_call_for_help_everything_rings(raw: str, presentation: int | None) -> None:
    """Whoever calls back, with a number on the block list, a withheld one or none, until the time is over."""
    over = judged(raw, Wanted(no_blocking_until=NOW), presentation=presentation)
    within = judged(raw, Wanted(no_blocking_until=NOW + SECOND), presentation=presentation)

    assert over.blocks
    assert (within.decision, within.reason) == (Decision.RING, Reason.EMERGENCY_CALL_BACK)
    assert "2026-11-17 09:30" in within.matches[0].what


@pytest.mark.parametrize(
    ("days_ago", "allowed_days", "reason"),
    [
        (0, 30, Reason.DIALLED),
        (29.9, 30, Reason.DIALLED),
        (30, 30, Reason.BLOCK_LIST),
        (0, 0, Reason.BLOCK_LIST),
        (-1, 30, Reason.DIALLED),
    ],
)
def test_a_number_dialled_from_here_is_allowed_for_a_time(days_ago: float, allowed_days: int, reason: Reason) -> None:
    """For the days that the household set; a clock that was set back costs no wanted call."""
    wanted = Wanted(dialled={NUMBER: NOW - timedelta(days=days_ago)})

    assert judged(NUMBER, wanted, policy=Policy(dialled=timedelta(days=allowed_days))).reason is reason


def test_neither_names_nor_times_of_ones_own_calls_stand_in_the_verdict() -> None:
    """What goes into the record says that it is a contact or was dialled, and not who it is or when."""
    contact = judged(NUMBER, Wanted(contacts=frozenset({NUMBER})))
    dialled = judged(NUMBER, Wanted(dialled={NUMBER: NOW - HOUR}))

    assert [match.what for match in (*contact.matches, *dialled.matches)] == ["a contact", "a number dialled from here"]
    assert not any(match.note for match in (*contact.matches, *dialled.matches))


@pytest.mark.parametrize(
    ("raw", "name", "presentation", "rings"),
    [
        (PUBLISHED, "", None, True),
        ("+3278055123", "", None, True),
        (NUMBER, "Acme Service", None, True),
        ("unknown", "ACME", 67, True),
        (NUMBER, "Other", None, False),
        (NUMBER, "", None, False),
        (PUBLISHED + "5", "", None, False),
        (NUMBER, "ACME", 32, False),
    ],
)
def test_a_window_for_one_company(raw: str, name: str, presentation: int | None, *, rings: bool) -> None:
    """Only what comes from a number it publishes or shows its name rings, which a withheld call may not."""
    wanted = Wanted(windows=(Window(NOW - HOUR, NOW + HOUR, "acme", "Ann"),))
    verdict = judged(raw, wanted, name=name, presentation=presentation)

    assert verdict.blocks is not rings
    assert (verdict.reason is Reason.EXPECTED) is rings


def test_an_open_window_lets_everybody_ring_until_it_is_over() -> None:
    """The block list and withheld numbers included, and the verdict says which window it was."""
    over, still = Window(NOW - HOUR, NOW, None, "Ann"), Window(NOW - HOUR, NOW + SECOND, None, "Bob")

    assert judged("anonymous", Wanted(windows=(over,))).blocks
    verdict = judged("anonymous", Wanted(windows=(over, still)))

    assert (verdict.decision, verdict.reason) == (Decision.RING, Reason.EXPECTED)
    assert (verdict.matches[0].what, verdict.matches[0].note) == ("expecting a call until 2026-11-17 09:30", "Bob")


def test_a_company_that_no_longer_has_a_file_lets_nobody_through() -> None:
    """A window for a company that the rules have lost since stays without effect, and breaks nothing."""
    assert judged(NUMBER, Wanted(windows=(Window(NOW, NOW + HOUR, "gone", "Ann"),)), name="ACME").blocks


@pytest.mark.parametrize(
    ("text", "span"),
    [("30m", timedelta(minutes=30)), ("2h", 2 * HOUR), (" 3 D ", timedelta(days=3)), ("1w", timedelta(weeks=1))],
)
def test_a_length_of_time_as_a_person_writes_it(text: str, span: timedelta) -> None:
    """Minutes, hours, days and weeks."""
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "2", "h", "0h", "-1h", "2 hours", "1h30", "1.5h", "٢h", "999999d"])
def test_what_is_no_length_of_time(text: str) -> None:
    """Anything else is refused with how to write it."""
    with pytest.raises(UsageError, match="30m, 2h or 3d"):
        parse_span(text)
