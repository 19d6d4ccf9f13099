"""The household's word about a company: what each setting does to a number or a caller name, and to nothing else."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from fakes.community import Everybody, Strangers

from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.company import Company, CompanyBook, Ending, KnownNumber, Purpose, Role
from blocker.core.company_setting import Calls, CompanySetting, digest
from blocker.core.decide import decide
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.number import NumberPlan, normalise
from blocker.core.policy import Policy
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.verdict import Decision, Match, Reason, Verdict

NOW = datetime(2026, 11, 17, 9, 30, tzinfo=UTC)
SERVICE, MARKETING, OTHER, OLD = "+3225551234", "+3225551235", "+3225559999", "+3225551236"
RING, BLOCK = Decision.RING, Decision.BLOCK


def company(slug: str, numbers: dict[str, Purpose], *patterns: str, ending: Ending | None = None) -> Company:
    known = tuple(KnownNumber(number, True, use, "its site", f"{slug}.toml:9") for number, use in numbers.items())
    facts = ("BE", "telecom", (), date(2026, 1, 1), Sure.VERIFIED, f"{slug}.toml")
    return Company(slug, slug.title(), Role.PRINCIPAL, *facts, numbers=known, caller_names=patterns, ending=ending)


BOOK = CompanyBook(
    [
        company("acme", {SERVICE: Purpose.SERVICE, MARKETING: Purpose.MARKETING}, "acme*", "*télé-acme*"),
        company("acme-energy", {}, "acme energy*"),
        company("ancient", {OLD: Purpose.SERVICE}, ending=Ending("merged-into", date(2025, 1, 1), "press", "acme")),
    ]
)


def verdict(number: str, name: str = "", *, at: datetime = NOW, **parts: Any) -> Verdict:
    everything: dict[str, Any] = {
        "allow": ListIndex(),
        "block": ListIndex(),
        "companies": BOOK,
        "ranges": RangeBook(),
        "community": Everybody(),
        "policy": Policy(),
    }
    caller = normalise(number, None, NumberPlan("BE"))
    call = IncomingCall("c0ffee", at, caller, Line("home", "BE", "Europe/Brussels"), Sighting("test", number, name))
    return decide(call, Knowledge(**(everything | parts)), Moment(at))


def setting(calls: Calls, slug: str = "acme") -> dict[str, CompanySetting]:
    return {slug: CompanySetting(calls, "blocker.toml:7")}


# Strangers speak against every number here, so that ring under the company's row means: lets through.
BY_NUMBER = [
    (Calls.DEFAULT, MARKETING, BLOCK, Reason.COMPANY),
    (Calls.DEFAULT, SERVICE, BLOCK, Reason.COMMUNITY),
    (Calls.MARKETING_BLOCKED, MARKETING, BLOCK, Reason.COMPANY),
    (Calls.MARKETING_BLOCKED, SERVICE, RING, Reason.COMPANY),
    (Calls.ALL_BLOCKED, MARKETING, BLOCK, Reason.COMPANY),
    (Calls.ALL_BLOCKED, SERVICE, BLOCK, Reason.COMPANY),
    (Calls.ALL_ALLOWED, MARKETING, RING, Reason.COMPANY),
    (Calls.ALL_ALLOWED, SERVICE, RING, Reason.COMPANY),
    (Calls.ALL_ALLOWED, OTHER, BLOCK, Reason.COMMUNITY),
]


@pytest.mark.parametrize(("calls", "number", "decision", "reason"), BY_NUMBER)
def test_a_published_number(calls: Calls, number: str, decision: Decision, reason: Reason) -> None:
    """A setting decides about the numbers that the company publishes, and about no others."""
    found = verdict(number, settings=setting(calls))

    assert (found.decision, found.reason) == (decision, reason)


def test_without_a_setting_it_is_as_with_the_default() -> None:
    """Who sets nothing gets what the default gives."""
    for number in (MARKETING, SERVICE):
        plain, default = verdict(number), verdict(number, settings=setting(Calls.DEFAULT))
        assert (plain.decision, plain.reason) == (default.decision, default.reason)


BY_NAME = [
    (Calls.DEFAULT, "ACME Sales", BLOCK, Reason.COMMUNITY),
    (Calls.MARKETING_BLOCKED, "ACME Sales", BLOCK, Reason.COMMUNITY),
    (Calls.ALL_BLOCKED, "ACME Sales", BLOCK, Reason.COMPANY),
    (Calls.ALL_BLOCKED, "Anna", BLOCK, Reason.COMMUNITY),
    (Calls.ALL_BLOCKED, "", BLOCK, Reason.COMMUNITY),
    (Calls.ALL_BLOCKED, "le télé-acme".encode().decode("latin-1"), BLOCK, Reason.COMPANY),
    (Calls.ALL_ALLOWED, "ACME Sales", RING, Reason.COMPANY),
    (Calls.ALL_ALLOWED, "acme" + "x" * 100_000, RING, Reason.COMPANY),
]


@pytest.mark.parametrize(("calls", "name", "decision", "reason"), BY_NAME)
def test_a_caller_name_alone(calls: Calls, name: str, decision: Decision, reason: Reason) -> None:
    """A caller name that fits blocks only where all calls are blocked, and lets through only where all are allowed."""
    found = verdict(OTHER, name, settings=setting(calls))

    assert (found.decision, found.reason) == (decision, reason)


def test_a_caller_name_is_called_what_it_is() -> None:
    """The matches say that only a caller name was presented, and where the setting stands."""
    found = verdict(OTHER, "ACME Sales", settings=setting(Calls.ALL_BLOCKED))

    assert found.matches == (
        Match("company", "Acme", "acme.toml", "caller name presented"),
        Match("company-setting", "all-blocked", "blocker.toml:7"),
    )


@pytest.mark.parametrize(
    ("acme", "energy"), [(Calls.ALL_BLOCKED, Calls.ALL_ALLOWED), (Calls.ALL_ALLOWED, Calls.ALL_BLOCKED)]
)
def test_where_two_settings_differ_it_rings(acme: Calls, energy: Calls) -> None:
    """A caller name that fits two companies with opposite settings rings."""
    found = verdict(OTHER, "Acme Energy", settings=setting(acme) | setting(energy, "acme-energy"))

    assert found.decision is RING


def test_a_number_says_more_than_a_name() -> None:
    """A number that a company publishes is judged by that company, whatever the caller name beside it says."""
    settings = setting(Calls.ALL_ALLOWED) | setting(Calls.ALL_BLOCKED, "acme-energy")

    assert verdict(SERVICE, "Acme Energy", settings=settings).decision is RING


@pytest.mark.parametrize(("day", "decision"), [(date(2024, 12, 31), RING), (date(2025, 1, 1), BLOCK)])
def test_a_setting_holds_for_what_was_taken_over(day: date, decision: Decision) -> None:
    """From the day of a take-over the numbers of the old company are those of the new one."""
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    nobody: dict[str, Any] = {"community": Strangers()}

    assert verdict(OLD, at=at, settings=setting(Calls.ALL_BLOCKED), **nobody).decision is decision


def test_a_setting_of_the_old_company_goes_before() -> None:
    """What was said of the company that was taken over still holds for its numbers."""
    settings = setting(Calls.ALL_BLOCKED) | setting(Calls.ALL_ALLOWED, "ancient")

    assert verdict(OLD, settings=settings).decision is RING


def ranged(range_class: RangeClass) -> dict[str, Any]:
    return {"ranges": RangeBook([Range(range_class, SERVICE, "BE", "a law", "be.toml:1", Sure.VERIFIED)])}


def listed(name: ListName) -> dict[str, Any]:
    return {str(name): ListIndex([Listing(name, SERVICE, False, "", NOW, "Ann")])}


@pytest.mark.parametrize(
    ("parts", "calls", "reason"),
    [
        (ranged(RangeClass.PROTECTED), Calls.ALL_BLOCKED, Reason.PROTECTED),
        (listed(ListName.ALLOW), Calls.ALL_BLOCKED, Reason.ALLOW_LIST),
        (listed(ListName.BLOCK), Calls.ALL_ALLOWED, Reason.BLOCK_LIST),
        (ranged(RangeClass.CANVASSING), Calls.ALL_ALLOWED, Reason.COMPANY),
    ],
)
def test_what_stands_above_and_below(parts: dict[str, Any], calls: Calls, reason: Reason) -> None:
    """Help lines and the household's own lists go before a company's setting, ranges and strangers after it."""
    assert verdict(SERVICE, settings=setting(calls), **parts).reason is reason


@pytest.mark.parametrize(("presented", "reason"), [("", Reason.UNAVAILABLE), ("anonymous", Reason.WITHHELD)])
def test_a_name_without_a_number_is_not_looked_at(presented: str, reason: Reason) -> None:
    """Where no number was presented the name isn't shown, and decides nothing."""
    assert verdict(presented, "ACME Sales", settings=setting(Calls.ALL_BLOCKED)).reason is reason


def test_a_name_beside_a_text_that_is_no_number() -> None:
    """An odd number with a fitting name is judged by the name."""
    assert verdict("201", "ACME Sales", settings=setting(Calls.ALL_BLOCKED)).reason is Reason.COMPANY


def test_the_sum_is_over_what_isnt_the_default() -> None:
    """A setting that is the default is as none; the order doesn't count, each other setting does."""
    one, other = setting(Calls.ALL_BLOCKED), setting(Calls.ALL_ALLOWED, "zeta")

    assert digest({}) == digest(setting(Calls.DEFAULT))
    assert digest(one | other) == digest(other | one)
    assert len({digest(some) for some in ({}, one, other, one | other, setting(Calls.ALL_ALLOWED))}) == 5
