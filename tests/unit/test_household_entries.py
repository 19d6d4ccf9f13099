"""The household's file as the ledger's entries leave it: what holds, what was wrong, what went to another company."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.entry import EntryKind, canonical
from blocker.core.household_entries import project
from blocker.core.household_facts import Fact, How, Says
from blocker.core.household_file import Consent, Contract, HouseholdFile, Objection
from blocker.errors import LedgerCorruptError, LedgerFormatError

NOW = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)
D2009, D2012, D2013, D2015, D2020 = (date(year, 5, 1) for year in (2009, 2012, 2013, 2015, 2020))


def contract(
    since: date | None = None, until: date | None = None, says: Says = Says.YES, company: str = "acme"
) -> Fact:
    return Fact(EntryKind.CONTRACT, says, company, "Acme", since=since, until=until)


def objection(on: date | None = None, how: How | None = None, says: Says = Says.YES) -> Fact:
    return Fact(EntryKind.OBJECTION, says, "acme", "Acme", on=on, how=how)


def consent(on: date | None = None, says: Says = Says.YES) -> Fact:
    return Fact(EntryKind.CONSENT, says, "acme", "Acme", on=on)


def after(*facts: Fact) -> HouseholdFile:
    return project([(n, fact.entry(NOW, "Ann")) for n, fact in enumerate(facts, 1)], lambda slug: slug)


CONTRACTS: dict[str, tuple[list[Fact], list[tuple[date | None, date | None]], bool]] = {
    "one that ended": ([contract(D2009, D2013)], [(D2009, D2013)], False),
    "its end said later": ([contract(D2009), contract(D2009, D2013)], [(D2009, D2013)], False),
    "two that don't meet": ([contract(D2009, D2012), contract(D2013)], [(D2009, D2012), (D2013, None)], False),
    "one that covers both": ([contract(D2009, D2012), contract(D2013), contract()], [(None, None)], False),
    "one day in common": ([contract(D2009, D2012), contract(D2012, D2015)], [(D2012, D2015)], False),
    "never after all": ([contract(D2009), contract(says=Says.NEVER)], [], True),
    "a contract after “never”": ([contract(says=Says.NEVER), contract(D2015)], [(D2015, None)], False),
    "taken back": ([contract(D2009), contract(says=Says.TAKEN_BACK)], [], False),
    "“never” taken back": ([contract(says=Says.NEVER), contract(says=Says.TAKEN_BACK)], [], False),
    "another company's": ([contract(D2009), contract(says=Says.NEVER, company="zeta")], [(D2009, None)], False),
}


@pytest.mark.parametrize(("facts", "spans", "never"), CONTRACTS.values(), ids=CONTRACTS)
def test_contracts(facts: list[Fact], spans: list[tuple[date | None, date | None]], *, never: bool) -> None:
    """A later contract stands for those it overlaps with, “never” and “taken back” for all before them."""
    file = after(*facts)

    assert list(file.contracts) == [Contract("acme", since, until) for since, until in spans]
    assert ("acme" in file.never_customer_of) is never


def test_objections_add_up() -> None:
    """Each objection counts, said twice it counts once, and one in a call is told apart; a mistake ends them all."""
    said = [objection(D2012, How.POST), objection(D2013, How.IN_THE_CALL), objection(D2012, How.POST), objection(D2015)]
    made = (
        Objection("acme", D2012, how="post"),
        Objection("acme", D2013, in_call=True, how="in-the-call"),
        Objection("acme", D2015),
    )

    assert after(*said).objections == made
    assert after(*said, objection(says=Says.TAKEN_BACK)).objections == ()


def test_consents() -> None:
    """“Never” ends the consents said before it; one that is said afterwards ends the “never”."""
    assert after(consent(D2012), consent(D2012)).consents == (Consent("acme", D2012),)
    never = after(consent(D2012), consent(says=Says.NEVER))
    assert (never.consents, never.never_consented_to) == ((), frozenset({"acme"}))
    again = after(consent(says=Says.NEVER), consent(D2015))
    assert (again.consents, again.never_consented_to) == ((Consent("acme", D2015),), frozenset())


def test_what_was_said_of_a_company_goes_with_it() -> None:
    """After a take-over contracts, objections and consents hold about both; that there never were any doesn't."""
    facts = [contract(D2009, D2013), objection(D2012), consent(D2012)]
    entries = [(n, fact.entry(NOW, "Ann")) for n, fact in enumerate(facts, 1)]
    file = project(entries, {"acme": "zeta"}.__getitem__)
    nothing = project([(1, contract(says=Says.NEVER).entry(NOW, "Ann"))], {"acme": "zeta"}.__getitem__)

    for items in (file.contracts, file.objections, file.consents):
        assert [getattr(item, "company", "") for item in items] == ["acme", "zeta"]
    assert nothing.never_customer_of == {"acme"}


def test_other_kinds_are_passed_over() -> None:
    """Entries about anything else say nothing about the household."""
    assert project([(1, {"v": 1, "kind": "gap"})], lambda slug: slug) == HouseholdFile()


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"v": 2}, LedgerFormatError),
        ({"says": "perhaps"}, LedgerCorruptError),
        ({"since": "2009"}, LedgerCorruptError),
        ({"since": 2009}, LedgerCorruptError),
        ({"company": None, "since": "2009-99-01"}, LedgerCorruptError),
    ],
)
def test_an_entry_that_isnt_whole_is_named(changed: dict[str, Any], error: type[Exception]) -> None:
    """What such an entry can't hold is an error that gives its number."""
    with pytest.raises(error, match="entry 7"):
        project([(7, contract().entry(NOW, "Ann") | changed)], lambda slug: slug)


DAYS = st.none() | st.dates(date(1950, 1, 1), date(2026, 11, 17))
SAID = st.builds(contract, DAYS, DAYS, st.sampled_from(Says)) | st.builds(
    objection, st.dates(), st.none() | st.sampled_from(How), st.sampled_from(Says)
)


@given(st.lists(SAID | st.builds(consent, st.dates(), st.sampled_from(Says)), max_size=8))
def test_any_entries_give_a_file_without_overlaps(facts: list[Fact]) -> None:
    """Whatever was said in whatever order, entries can be written, and no day lies in two contracts."""
    assert all(canonical(fact.entry(NOW, "Ann")) for fact in facts)
    spans = [
        (item.since or date.min, item.until or date.max)
        for item in after(*facts).contracts
        if (item.since or date.min) <= (item.until or date.max)
    ]
    assert all(one is other or one[1] < other[0] or other[1] < one[0] for one in spans for other in spans)
