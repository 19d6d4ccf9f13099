"""What a person says about a call: what of it can be kept, what is asked back, what a later word leaves standing."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.entry import canonical, parse
from blocker.core.plain_text import one_line
from blocker.core.statement import AGENT, DAYS, FIELDS, LENGTHS, WORDS, Said, after, private_note, read, said_in
from blocker.errors import FieldsError, LedgerCorruptError, LedgerFormatError, UsageError

TODAY = date(2026, 11, 22)
AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

EVERYTHING = {
    "mark": "marketing",
    "said_company": "Belgacom",
    "company": "proximus",
    "said_call_centre": "Horizon Calls",
    "call_centre": None,
    "answered_by": "Anna",
    "call_back": "0800 55 555",
    "product": "a subscription with a telephone",
    "identity_at_start": "no",
    "purpose_at_start": "unsure",
    "voice": "live",
    "consent": "withdrawn",
    "consent_on": "2022-03-01",
    "customer": "formerly",
    "customer_until": "2022-02-28",
    "said_stop": "yes",
    "stop_words": "Please take me off your list.",
    "stop_reaction": "“I only work for a subcontractor.”",
    "right_to_object": "no",
    "asked_source": "yes",
    "source_answer": "from the system",
    "pressure": "The offer ends tonight, she said.",
    "course": "A bad line at first.\nThen the offer.",
    "certainty": "sure",
}


def test_every_field_of_the_format_can_be_said_and_is_had_again() -> None:
    """Through JSON, the entry's bytes and back nothing changes."""
    said = after(Said(), read(json.loads(json.dumps(EVERYTHING)), TODAY))
    entry = said.entry(AT, "c0ffee", "Anna")
    assert set(EVERYTHING) | {AGENT} == set(FIELDS)
    assert said_in(9, parse(canonical(entry | {"salt": "0" * 32}))) == said
    assert {key: entry.get(key) for key in EVERYTHING} == EVERYTHING


def test_a_statement_of_the_first_version_is_read() -> None:
    """Those five fields have been written since the first ledger; what isn't in one wasn't said."""
    old = {"v": 1, "kind": "statement", "call": "c", "mark": "wanted", "said_company": None, "company": None, "by": ""}
    assert said_in(3, old) == Said(mark="wanted")
    assert said_in(3, old | {"invented_later": 7}) == Said(mark="wanted")


@pytest.mark.parametrize("broken", [{"mark": 7}, {"product": ["x"]}, {"consent": {}}])
def test_an_entry_that_holds_no_text_is_a_damaged_one(broken: dict[str, Any]) -> None:
    """The error names the entry."""
    with pytest.raises(LedgerCorruptError, match="entry 3"):
        said_in(3, {"v": 1, "kind": "statement", "mark": None} | broken)
    with pytest.raises(LedgerCorruptError, match="entry 3"):
        said_in(3, {"v": 1, "kind": "statement"})
    with pytest.raises(LedgerFormatError, match="newer"):
        said_in(3, {"v": 2, "kind": "statement", "mark": None})


FAULTY: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "an unknown field": ({"produkt": "x"}, {"produkt": "did you mean “product”?"}),
    "a field like none": ({"zzz": "x"}, {"zzz": "there is: mark, said_company"}),
    "a word that is none": ({"voice": "Life"}, {"voice": "did you mean “live”?"}),
    "another list's word": ({"consent": "yes"}, {"consent": "there is: never, given, withdrawn, unsure"}),
    "true for a word": ({"said_stop": True}, {"said_stop": "null: yes, no"}),
    "a number for a text": ({"product": 7}, {"product": "must be a text in quotes, or null"}),
    "lines in a name": ({"product": "a\nb"}, {"product": "must be one line"}),
    "an escape": ({"course": "a\n\x1b[2Jb"}, {"course": "control characters"}),
    "writing turned round": ({"said_company": "a\u202eb"}, {"said_company": "control characters"}),
    "half a character": ({"said_company": "a\ud800"}, {"said_company": "control characters"}),
    "too long a name": ({"answered_by": "x" * 201}, {"answered_by": "201 characters, and may have 200"}),
    "too long a telling": ({"pressure": "x" * 1001}, {"pressure": "1001 characters, and may have 1000"}),
    "too long a course": ({"course": "x" * 4001}, {"course": "4001 characters, and may have 4000"}),
    "no day": ({"consent": "given", "consent_on": "1 May 2020"}, {"consent_on": "write it as 2026-11-22"}),
    "a day that never was": ({"consent": "given", "consent_on": "2025-02-29"}, {"consent_on": "is no day"}),
    "tomorrow": ({"customer": "formerly", "customer_until": "2026-11-23"}, {"customer_until": "still to come"}),
    "a year of typing": ({"customer": "formerly", "customer_until": "0202-11-23"}, {"customer_until": "too long ago"}),
    "several at once": (
        {"voice": "loud", "produkt": "x", "mark": "marketing", "consent_on": "soon"},
        {"voice": "none of its words", "produkt": "product", "consent_on": "is no day"},
    ),
    "a day of no consent": ({"consent": "never", "consent_on": "2020-01-01"}, {"consent_on": "given or withdrawn"}),
    "a day of a running contract": (
        {"customer": "now", "customer_until": "2020-01-01"},
        {"customer_until": "only where customer is formerly"},
    ),
    "words that weren't said": (
        {"said_stop": "no", "stop_words": "Stop", "stop_reaction": "none"},
        {"stop_words": "only where said_stop is yes", "stop_reaction": "only where said_stop is yes"},
    ),
    "an answer to no question": ({"source_answer": "a list"}, {"source_answer": "only where asked_source is yes"}),
    "a company that nobody named": ({"company": "proximus"}, {"company": "only beside said_company"}),
}


@pytest.mark.parametrize(("said", "faults"), FAULTY.values(), ids=FAULTY)
def test_what_cannot_be_kept_is_told_all_at_once(said: dict[str, Any], faults: dict[str, str]) -> None:
    """Each field at fault is named, with the way to mend it, and nothing else is."""
    with pytest.raises(FieldsError) as caught:
        after(Said(), read(said, TODAY))
    assert caught.value.faults.keys() == faults.keys()
    assert [part for key, part in faults.items() if part not in caught.value.faults[key]] == [], caught.value.faults
    assert len(str(caught.value).splitlines()) == len(faults)


@pytest.mark.parametrize("raw", [[], "marketing", None, 7, {}])
def test_what_is_no_statement_is_told_what_one_is(raw: Any) -> None:
    """The message has an example, or the fields."""
    with pytest.raises(UsageError, match="mark"):
        read(raw, TODAY)


def test_what_is_not_said_anew_stays() -> None:
    """A later statement stands for the one before, so that it carries over what it doesn't mention."""
    before = after(Said(), read(EVERYTHING, TODAY))
    assert after(before, read({"product": "fibre"}, TODAY)) == replace(before, product="fibre")
    assert after(before, read({"product": None, "course": " "}, TODAY)) == replace(before, product=None, course=None)


def test_what_hung_on_something_said_differently_goes_with_it() -> None:
    """Whoever says now that there never was a consent doesn't leave the day of one standing."""
    before = after(Said(), read(EVERYTHING, TODAY))
    now = after(
        before, read({"consent": "never", "customer": "unsure", "said_stop": "no", "said_company": None}, TODAY)
    )
    gone = ("consent_on", "customer_until", "stop_words", "stop_reaction", "said_company", "company")
    assert [getattr(now, key) for key in gone] == [None] * len(gone)
    assert (now.asked_source, now.source_answer) == ("yes", "from the system")


def test_an_agents_name_is_no_part_of_the_statement() -> None:
    """It is read along with the rest, and has an entry of its own."""
    changes = read({"mark": "marketing", "agent": " Kim "}, TODAY)
    assert changes[AGENT] == "Kim"
    assert "Kim" not in str(after(Said(), changes).entry(AT, "c", "Anna"))
    note = private_note(AT, "c", agent="Kim", by="Anna")
    assert (note["kind"], note["call"], note["agent"], note["by"]) == ("private-note", "c", "Kim", "Anna")


_TEXT = st.text(max_size=30) | st.sampled_from(["yes", "no", "never", "given", "2026-01-01", "x" * 4001, "marketing"])
_VALUE = st.none() | st.booleans() | st.integers() | st.floats() | _TEXT | st.lists(st.none(), max_size=1)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=12), _VALUE, max_size=8), st.data())
def test_any_json_is_a_statement_or_our_error(raw: dict[str, Any], data: st.DataObject) -> None:
    """What is taken can be written as an entry, reads back the same, and stands under each later word."""
    try:
        said = after(Said(), read(raw, TODAY))
    except UsageError as error:
        assert [line for line in str(error).split("\n") if one_line(line) != line] == []
        return
    content = said.entry(AT, "c", "Anna") | {"salt": "0" * 32}
    assert said_in(9, parse(canonical(content))) == said
    field = data.draw(st.sampled_from(sorted(set(FIELDS) - {AGENT})))
    left = after(said, {field: None})
    assert getattr(left, field) is None
    assert left.fields().items() <= said.fields().items()


def test_each_field_is_of_one_kind() -> None:
    """A word of a list, a day, or a text of a length."""
    kinds = [set(WORDS), set(LENGTHS), set(DAYS)]
    assert sorted(key for kind in kinds for key in kind) == sorted(FIELDS)
