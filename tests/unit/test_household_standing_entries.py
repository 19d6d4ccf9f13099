"""Holders, registrations, objections with their delivery, cases: what the entries say, and what they leave standing."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.corrected import correction
from blocker.core.entry import EntryKind, canonical
from blocker.core.household_entries import FACTS, project
from blocker.core.household_facts import Asks, CaseState, Fact, How, Says
from blocker.core.household_file import (
    EVERYBODY,
    AgreedTime,
    Consent,
    Holder,
    HouseholdFile,
    Objection,
    OpenCase,
    Registration,
)
from blocker.errors import LedgerCorruptError, UsageError

NOW = datetime(2026, 11, 17, 8, 12, 33, 123000, tzinfo=UTC)
D2012, D2013, D2015, D2020 = (date(year, 5, 1) for year in (2012, 2013, 2015, 2020))
SUM = "ab" * 32


def contents(*facts: Fact | dict[str, Any]) -> list[tuple[int, dict[str, Any]]]:
    return [(n, fact.entry(NOW, "Ann") if isinstance(fact, Fact) else fact) for n, fact in enumerate(facts, 1)]


def after(*facts: Fact | dict[str, Any]) -> HouseholdFile:
    return project(contents(*facts), lambda slug: slug)


def holder(name: str, since: date | None = None, until: date | None = None, says: Says = Says.YES) -> Fact:
    return Fact(EntryKind.LINE_HOLDER, says, line="landline", holder=name, since=since, until=until)


def registered(
    on: date | None, until: date | None = None, line: str = "landline", says: Says = Says.YES, key: str = "be-dncm"
) -> Fact:
    return Fact(EntryKind.REGISTRATION, says, register=key, line=line, on=on, until=until)


def objection(on: date = D2015, how: How | None = How.POST, **more: Any) -> Fact:
    return Fact(EntryKind.OBJECTION, Says.YES, "acme", "Acme", on=on, how=how, **more)


def case(state: CaseState, where: str = "", company: str = "acme") -> Fact:
    return Fact(EntryKind.CASE, company=company, said_company="Acme", on=D2020, state=state, where=where)


WRITTEN: dict[str, tuple[Fact, dict[str, Any]]] = {
    "holder": (
        Fact(EntryKind.LINE_HOLDER, line="landline", holder="Anna", number="+3225551234", proofs=(SUM,)),
        {
            "line": "landline",
            "holder": "Anna",
            "number": "+3225551234",
            "since": None,
            "until": None,
            "proofs": [SUM],
            "says": "yes",
        },
    ),
    "registration": (
        registered(D2015),
        {"register": "be-dncm", "line": "landline", "on": "2015-05-01", "until": None, "proofs": [], "says": "yes"},
    ),
    "objection": (
        objection(to="PB 123", text="stop", delivered=D2020),
        {
            "company": "acme",
            "said_company": "Acme",
            "on": "2015-05-01",
            "how": "post",
            "to": "PB 123",
            "text": "stop",
            "delivered": "2020-05-01",
            "answered": None,
            "answer": "",
            "proofs": [],
            "says": "yes",
        },
    ),
    "request": (
        Fact(EntryKind.REQUEST, company="acme", said_company="Acme", asks=Asks.ACCESS, on=D2015, how=How.POST),
        {
            "company": "acme",
            "said_company": "Acme",
            "asks": "access",
            "on": "2015-05-01",
            "how": "post",
            "to": "",
            "text": "",
            "delivered": None,
            "answered": None,
            "answer": "",
            "proofs": [],
            "says": "yes",
        },
    ),
    "agreed time": (
        Fact(EntryKind.AGREED_TIME, company="acme", said_company="Acme", begins=NOW, ends=NOW + timedelta(hours=1)),
        {
            "company": "acme",
            "said_company": "Acme",
            "from": "2026-11-17T08:12:33.123Z",
            "until": "2026-11-17T09:12:33.123Z",
            "says": "yes",
        },
    ),
    "case": (
        case(CaseState.OPEN, "FPS Economy"),
        {"company": "acme", "said_company": "Acme", "state": "open", "on": "2020-05-01", "where": "FPS Economy"},
    ),
}


@pytest.mark.parametrize(("fact", "fields"), WRITTEN.values(), ids=WRITTEN)
def test_an_entry_has_the_fields_of_the_specification(fact: Fact, fields: dict[str, Any]) -> None:
    """Each kind is written with all its fields and no others, null where nothing is known."""
    common = {"v": 1, "kind": str(fact.kind), "at": "2026-11-17T08:12:33.123Z", "by": "Ann"}
    assert fact.entry(NOW, "Ann") == common | fields


def test_a_line_has_one_holder_at_a_time() -> None:
    """A later holder stands for earlier ones of those days; two lines may have different ones."""
    mobile = Fact(EntryKind.LINE_HOLDER, line="mobile", holder="Bea")
    file = after(holder("Anna", D2012, D2013), holder("Bert", D2015), holder("Bart", D2020), mobile)

    assert [item.holder for item in file.holders] == ["Anna", "Bart", "Bea"]
    held = {day: file.held_by("landline", day) for day in (D2012, D2015, D2020)}
    assert held[D2012] == Holder("landline", "Anna", since=D2012, until=D2013)
    assert held[D2015] is None
    assert held[D2020] == Holder("landline", "Bart", since=D2020)
    assert after(holder("Anna"), holder("", says=Says.TAKEN_BACK)).holders == ()


def test_registrations_of_one_line_follow_each_other() -> None:
    """One that overlaps stands for the earlier; other lines and registers are untouched; a mistake ends them all."""
    others = [registered(D2012, line="mobile"), registered(D2012, key="be-other")]
    ended = after(*others, registered(D2012), registered(D2012, D2013), registered(D2015))
    assert ended.registrations == (
        Registration("be-dncm", D2012, line="mobile"),
        Registration("be-other", D2012, line="landline"),
        Registration("be-dncm", D2012, D2013, "landline"),
        Registration("be-dncm", D2015, line="landline"),
    )
    assert len(after(*others, registered(D2012), registered(None, says=Says.TAKEN_BACK)).registrations) == 2


def test_a_request_stands_beside_the_objection_of_its_letter() -> None:
    """Said again it stands for the earlier one; a mistake takes back only what was asked alike; the heir has it too."""

    def request(asks: Asks, says: Says = Says.YES, **more: Any) -> Fact:
        return Fact(EntryKind.REQUEST, says, "acme", "Acme", asks=asks, on=D2015, how=How.POST, **more)

    said = (objection(), request(Asks.ACCESS), request(Asks.ANSWER), request(Asks.ACCESS, answered=D2020))
    file = project(contents(*said), lambda _: "heir")
    assert [(item.company, item.asks, item.answered) for item in file.requested("heir")] == [
        ("heir", "access", D2020),
        ("heir", "answer", None),
    ]
    assert file.objections[0].n == 1
    kept = after(*said, request(Asks.ACCESS, Says.TAKEN_BACK)).requests
    assert [item.asks for item in kept] == ["answer"]


def test_an_objection_said_again_stands_for_the_earlier() -> None:
    """Delivery and answer are added by saying the objection again; one of another day or way is another one."""
    file = after(objection(text="stop"), objection(D2013), objection(text="stop", delivered=D2020, proofs=(SUM,)))

    assert file.objections == (
        Objection("acme", D2015, how="post", text="stop", delivered=D2020, proofs=(SUM,)),
        Objection("acme", D2013, how="post"),
    )
    assert [item.n for item in file.objections] == [3, 2]


def test_a_consent_may_end_and_everybody_may_be_refused() -> None:
    """A consent's end is added by saying it again; “never” to everybody leaves what was said of one company."""
    given = Fact(EntryKind.CONSENT, Says.YES, "acme", "Acme", on=D2015)
    ended = Fact(EntryKind.CONSENT, Says.YES, "acme", "Acme", on=D2015, until=D2020)
    never = Fact(EntryKind.CONSENT, Says.NEVER, EVERYBODY, "*")
    file = after(given, ended, never)

    assert file.consents == (Consent("acme", D2015, D2020),)
    assert file.never_consented_to == {EVERYBODY}
    assert after(never, Fact(EntryKind.CONSENT, Says.TAKEN_BACK, EVERYBODY, "*")).never_consented_to == frozenset()


def test_agreed_times_add_up() -> None:
    """Each agreed time holds, and a mistake ends those of the company."""
    one = Fact(EntryKind.AGREED_TIME, company="acme", begins=NOW, ends=NOW + timedelta(hours=1))
    assert after(one, one).agreed_times == (AgreedTime("acme", NOW, NOW + timedelta(hours=1)),)
    assert after(one).agreed("acme", NOW + timedelta(minutes=5))
    assert after(one, Fact(EntryKind.AGREED_TIME, Says.TAKEN_BACK, company="acme")).agreed_times == ()


CASES: dict[str, tuple[list[Fact], list[str]]] = {
    "opened": ([case(CaseState.OPEN, "FPS")], ["FPS"]),
    "opened twice": ([case(CaseState.OPEN, "FPS"), case(CaseState.OPEN, "FPS")], ["FPS"]),
    "at two places": ([case(CaseState.OPEN, "FPS"), case(CaseState.OPEN, "DPA")], ["FPS", "DPA"]),
    "one closed": (
        [case(CaseState.OPEN, "FPS"), case(CaseState.OPEN, "DPA"), case(CaseState.CLOSED, "FPS")],
        ["DPA"],
    ),
    "all closed": ([case(CaseState.OPEN, "FPS"), case(CaseState.OPEN), case(CaseState.CLOSED)], []),
    "another company's": ([case(CaseState.OPEN), case(CaseState.CLOSED, company="zeta")], [""]),
    "opened again": ([case(CaseState.OPEN), case(CaseState.CLOSED), case(CaseState.OPEN)], [""]),
}


@pytest.mark.parametrize(("facts", "places"), CASES.values(), ids=CASES)
def test_a_case_is_open_until_it_is_closed(facts: list[Fact], places: list[str]) -> None:
    """Each place has its case; closing without naming one closes all of the company."""
    assert [item.where for item in after(*facts).open_cases] == places
    assert all(isinstance(item, OpenCase) for item in after(*facts).open_cases)


def test_what_a_correction_names_doesnt_count() -> None:
    """Withdrawn entries have said nothing: what they replaced holds again, what they ended goes on."""
    facts = [objection(text="stop"), objection(text="stop", delivered=D2020), case(CaseState.OPEN, "FPS")]
    file = after(*facts, case(CaseState.CLOSED), correction(NOW, 2, why="wrong letter", by="Ann"))
    assert [(item.n, item.delivered) for item in file.objections] == [(1, None)]
    assert file.open_cases == ()
    again = after(*facts, case(CaseState.CLOSED), correction(NOW, 4, why="it goes on", by="Ann"))
    assert [item.where for item in again.open_cases] == ["FPS"]


OLD: list[dict[str, Any]] = [
    {"kind": "contract", "company": "acme", "said_company": "Acme", "says": "yes", "since": None, "until": None},
    {"kind": "objection", "company": "acme", "said_company": "Acme", "says": "yes", "on": "2015-05-01", "how": "post"},
    {"kind": "consent", "company": "acme", "said_company": "Acme", "says": "yes", "on": "2015-05-01"},
]


def test_entries_of_the_first_writers_still_read() -> None:
    """Entries without the later fields say what they always said."""
    file = after(*[{"v": 1, "at": "2026-11-17T08:12:33.123Z", "by": "Ann"} | entry for entry in OLD])

    assert file.objections == (Objection("acme", D2015, how="post"),)
    assert file.consents == (Consent("acme", D2015),)
    assert len(file.contracts) == 1


@pytest.mark.parametrize(
    ("fact", "changed"),
    [
        (objection(), {"proofs": "ab"}),
        (objection(), {"proofs": [1]}),
        (objection(), {"text": 7}),
        (objection(), {"delivered": "soon"}),
        (registered(D2015), {"on": None}),
        (holder("Anna"), {"since": "2009"}),
        (case(CaseState.OPEN), {"state": "lost"}),
        (Fact(EntryKind.AGREED_TIME, company="acme", begins=NOW, ends=NOW), {"from": "today"}),
    ],
)
def test_an_entry_that_isnt_whole_is_named(fact: Fact, changed: dict[str, Any]) -> None:
    """What such an entry can't hold is an error that gives its number."""
    with pytest.raises(LedgerCorruptError, match="entry 7"):
        project([(7, fact.entry(NOW, "Ann") | changed)], lambda slug: slug)


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (holder("Anna", D2015, D2012), "a line can't end on 2012-05-01, before it began on 2015-05-01"),
        (registered(D2015, D2012), "a registration can't end"),
        (objection(delivered=D2012), "an objection can't be delivered on 2012-05-01, before it was made"),
        (objection(answered=D2012), "an objection can't be answered"),
        (Fact(EntryKind.AGREED_TIME, begins=NOW, ends=NOW), "the agreed time ends before it begins"),
    ],
)
def test_days_that_cant_be_true_together(fact: Fact, message: str) -> None:
    """What ends before it began is refused, with both days."""
    with pytest.raises(UsageError, match=message):
        fact.sensible()


DAY = st.dates(date(1990, 1, 1), date(2026, 11, 17))
ANY = (
    st.builds(holder, st.sampled_from(["Anna", "Bert"]), st.none() | DAY, st.none() | DAY, st.sampled_from(Says))
    | st.builds(registered, DAY, st.none() | DAY, st.sampled_from(["", "landline"]), st.sampled_from(Says))
    | st.builds(objection, DAY, st.none() | st.sampled_from(How), text=st.text(), proofs=st.just((SUM,)))
    | st.builds(case, st.sampled_from(CaseState), st.sampled_from(["", "FPS"]), st.sampled_from(["acme", "zeta"]))
)


@given(st.lists(ANY, max_size=8), st.data())
def test_withdrawing_is_as_if_it_was_never_said(facts: list[Fact], data: st.DataObject) -> None:
    """Whatever was said: a correction leaves the file that there would be without the entry, and all can be written."""
    entries = contents(*facts)
    assert all(canonical(content) for _, content in entries)
    assert {content["kind"] for _, content in entries} <= FACTS
    if not entries:
        return
    wrong = data.draw(st.integers(1, len(entries)))
    corrected = [*entries, (len(entries) + 1, correction(NOW, wrong, why="wrong", by="Ann"))]
    without = [entry for entry in entries if entry[0] != wrong]
    assert project(corrected, lambda slug: slug) == project(without, lambda slug: slug)
