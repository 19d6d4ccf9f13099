"""Promises about what may be said of a call: what counts as refused, unwanted or suspected, and what is never shown."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.entries import BLOCK_LISTED, REJECT, local, screened

from blocker.core import record
from blocker.core.call import Line
from blocker.core.number import Unavailable, Unusable, Withheld
from blocker.core.observed import NO_STATEMENT, Happened, Standing, Statement, list_change_of, seen_call, statement_of
from blocker.core.statement import Said
from blocker.core.verdict import Match, Reason
from blocker.errors import LedgerCorruptError, LedgerFormatError

AT = local("2026-11-17 09:12:33.123")
REFUSED = record.outcome(AT, "c", acknowledged=True, after_ms=7)
NOT_CONFIRMED = record.outcome(AT, "c", acknowledged=False, after_ms=None)
MARKETING = Statement(9, "marketing", "", "", "Anna")
WANTED = Statement(9, "wanted", "", "", "Anna")
NOTHING = NO_STATEMENT
TURNED_AWAY, UNKNOWN, RANG = Happened.REFUSED, Happened.UNKNOWN, Happened.LET_THROUGH
ONLY_WATCHED = {"reason": Reason.BLOCK_LIST, "observe_only": True}
COMMUNITY = (Match("community", "+3225550345", "PhoneBlock"),)
SERVICE_NUMBER = (Match("company", "Proximus", "companies/proximus.toml:9"),)


@pytest.mark.parametrize(
    ("about", "outcome", "statement", "happened", "standing"),
    [
        # Turned away: refused only with the phone system's acknowledgement.
        ({"reason": Reason.BLOCK_LIST}, REFUSED, NOTHING, TURNED_AWAY, Standing.UNWANTED),
        ({"reason": Reason.COMPANY}, REFUSED, NOTHING, TURNED_AWAY, Standing.UNWANTED),
        ({"reason": Reason.CANVASSING_RANGE}, REFUSED, NOTHING, TURNED_AWAY, Standing.UNWANTED),
        ({"reason": Reason.COMMUNITY}, REFUSED, NOTHING, TURNED_AWAY, Standing.UNWANTED),
        ({"reason": Reason.BLOCK_LIST}, NOT_CONFIRMED, NOTHING, UNKNOWN, Standing.SUSPECTED),
        ({"reason": Reason.BLOCK_LIST}, None, NOTHING, UNKNOWN, Standing.SUSPECTED),
        ({"reason": Reason.BLOCK_LIST}, None, MARKETING, UNKNOWN, Standing.UNWANTED),
        ({"reason": Reason.BLOCK_LIST}, REFUSED, MARKETING, TURNED_AWAY, Standing.UNWANTED),
        ({"reason": Reason.BLOCK_LIST}, REFUSED, WANTED, TURNED_AWAY, Standing.FALSE_POSITIVE),
        ({"reason": Reason.BLOCK_LIST}, NOT_CONFIRMED, WANTED, UNKNOWN, Standing.FALSE_POSITIVE),
        # Turned away under a policy that says nothing of marketing.
        ({"reason": Reason.WITHHELD, "action": REJECT}, REFUSED, NOTHING, TURNED_AWAY, Standing.REFUSED),
        ({"reason": Reason.PREMIUM_RANGE, "action": REJECT}, None, NOTHING, UNKNOWN, Standing.UNMARKED),
        ({"reason": Reason.WITHHELD, "action": REJECT}, REFUSED, WANTED, TURNED_AWAY, Standing.FALSE_POSITIVE),
        # Only watching: a block that rang.
        (ONLY_WATCHED, None, NOTHING, RANG, Standing.SUSPECTED),
        (ONLY_WATCHED, None, WANTED, RANG, Standing.FALSE_POSITIVE),
        # Let through: what a list says is a suspicion, what a person says holds.
        ({}, None, NOTHING, RANG, Standing.UNMARKED),
        ({}, None, MARKETING, RANG, Standing.UNWANTED),
        ({}, None, WANTED, RANG, Standing.WANTED),
        ({"matches": COMMUNITY}, None, NOTHING, RANG, Standing.SUSPECTED),
        ({"matches": COMMUNITY, "reason": Reason.REPEAT}, None, NOTHING, RANG, Standing.SUSPECTED),
        ({"matches": COMMUNITY, "reason": Reason.ALLOW_LIST}, None, NOTHING, RANG, Standing.UNMARKED),
        ({"matches": SERVICE_NUMBER}, None, NOTHING, RANG, Standing.UNMARKED),
        ({"reason": Reason.PREMIUM_RANGE}, None, NOTHING, RANG, Standing.UNMARKED),
        ({"reason": Reason.UNSCREENED}, None, NOTHING, RANG, Standing.UNMARKED),
    ],
)
def test_standing(
    about: dict[str, Any], outcome: dict[str, Any] | None, statement: Statement, happened: Happened, standing: Standing
) -> None:
    """Each way a call can end has one fate and one standing, and silence of the phone system is never a refusal."""
    call = seen_call(3, screened(AT, "c", **about), outcome, statement)
    assert (call.happened, call.standing) == (happened, standing)


def test_an_outcome_that_says_refused_without_an_acknowledgement_is_none() -> None:
    """Both fields of the outcome must say so before a report does."""
    odd = {**NOT_CONFIRMED, "result": "refused"}
    assert seen_call(3, screened(AT, "c", reason=Reason.BLOCK_LIST), odd).happened is Happened.UNKNOWN


@pytest.mark.parametrize(
    ("utc", "zone", "shown"),
    [
        ("2026-11-17T08:12:33.123+00:00", "Europe/Brussels", "2026-11-17T09:12:33.123+01:00"),
        ("2026-10-25T00:30:00.000+00:00", "Europe/Brussels", "2026-10-25T02:30:00.000+02:00"),
        ("2026-10-25T01:30:00.000+00:00", "Europe/Brussels", "2026-10-25T02:30:00.000+01:00"),
        ("2026-11-17T02:12:33.000+00:00", "America/St_Johns", "2026-11-16T22:42:33.000-03:30"),
        ("2026-11-17T20:12:33.000+00:00", "Asia/Kathmandu", "2026-11-18T01:57:33.000+05:45"),
    ],
)
def test_local_time_is_exact_and_tells_its_offset(utc: str, zone: str, shown: str) -> None:
    """The two 02:30 of a night when clocks go back can be told apart, and no zone is rounded to hours."""
    call = seen_call(1, screened(datetime.fromisoformat(utc), "c", line=Line("l", "BE", zone)), None)
    assert (call.local, call.zone) == (shown, zone)


@pytest.mark.parametrize("caller", [Withheld(), Unavailable("presentation unavailable")])
def test_a_number_that_was_not_presented_is_never_shown(caller: Withheld | Unavailable) -> None:
    """Whatever the entry holds beside it: a provider may trust us with a number that must not be shown."""
    content = screened(AT, "c", number=caller)
    content["presented"] |= {"raw": "+32475551234", "name": "+32475551234 Ann", "number": "+32475551234"}
    call = seen_call(1, content, None)
    assert (call.number, call.name) == ("", "")
    assert "475551234" not in repr(call)


@pytest.mark.parametrize(
    ("raw", "name", "number_shown", "name_shown"),
    [
        ("+3225550345", "Jos\xc3\xa9", "+3225550345", "José"),  # UTF-8 bytes, kept as latin-1 text
        ("+3225550345", "Jos\xe9", "+3225550345", "José"),  # latin-1 bytes
        ("+3225550345", "José €", "+3225550345", "José €"),  # text already
        ("+3225550345", "a\r\nb\tc\x00\x7f\x85", "+3225550345", "a␍␊b␉c␀␡\ufffd"),
        ("+3225550345", "safe\u202egnp.exe\u2066\ufeff", "+3225550345", "safe\ufffdgnp.exe\ufffd\ufffd"),
        ("+3225550345", "👨\u200d👩\u200d👧", "+3225550345", "👨\u200d👩\u200d👧"),
        ("23 45\n", "Desk", "23 45␊", "Desk"),
        ("S\xc3\xa9verine", "", "Séverine", ""),
    ],
)
def test_texts_are_one_visible_line(raw: str, name: str, number_shown: str, name_shown: str) -> None:
    """No text of a caller breaks a line or turns the writing round, and none is quietly dropped."""
    number: Any = raw if raw.startswith("+") else Unusable(raw, "no number")
    call = seen_call(1, screened(AT, "c", number=number, raw=raw, name=name), None)
    assert (call.number, call.name) == (number_shown, name_shown)


def test_the_acknowledgement_is_told_where_there_was_one() -> None:
    """Refused or let through, the time the phone system took to confirm is there; where it never did, nothing is."""
    refused = screened(AT, "c", reason=Reason.BLOCK_LIST)
    assert seen_call(1, refused, REFUSED).after_ms == 7
    assert seen_call(1, refused, None).after_ms is None
    assert seen_call(1, refused, NOT_CONFIRMED).after_ms is None
    rang = screened(AT, "c")
    assert seen_call(1, rang, None).after_ms == 4
    assert seen_call(1, {**rang, "answer": record.answer(acknowledged=False, after_ms=None)}, None).after_ms is None


def test_what_matched_says_where_it_is_written() -> None:
    """A reader can look up every reason."""
    call = seen_call(1, screened(AT, "c", reason=Reason.BLOCK_LIST, matches=(BLOCK_LISTED, *COMMUNITY)), REFUSED)
    assert call.match == "block-list +3225550345 (the household's own list); community +3225550345 (PhoneBlock)"


def test_a_statement_is_what_was_said() -> None:
    """The name of the company stands as stated, on one line."""
    said = Said(mark="marketing", said_company=" Proxi\nmus ", company="proximus").entry(AT, "c", "Anna")
    assert statement_of(9, said) == ("c", Statement(9, "marketing", "Proxi␊mus", "proximus", "Anna"))


@pytest.mark.parametrize("gone", ["call", "at", "offset", "zone", "presented", "verdict", "action", "line"])
def test_an_entry_that_lacks_something_is_an_error_that_names_it(gone: str) -> None:
    """A report is never made from half an entry."""
    content = screened(AT, "c")
    del content[gone]
    with pytest.raises(LedgerCorruptError, match=r"entry 42 .*verify"):
        seen_call(42, content, None)


@pytest.mark.parametrize("changed", [{"offset": "x"}, {"presented": None}, {"verdict": []}, {"at": "yesterday"}])
def test_an_entry_with_nonsense_in_it_is_an_error_that_names_it(changed: dict[str, Any]) -> None:
    """Nor from a broken one."""
    with pytest.raises(LedgerCorruptError, match="entry 42"):
        seen_call(42, {**screened(AT, "c"), **changed}, None)


def test_an_entry_of_a_newer_program_is_not_guessed_at() -> None:
    """The household is told to update, for statements and changes of lists as well."""
    newer = {"v": 2, "kind": "any"}
    with pytest.raises(LedgerFormatError, match=r"42 .*update"):
        seen_call(42, newer, None)
    with pytest.raises(LedgerFormatError, match=r"42 .*update"):
        statement_of(42, newer)
    with pytest.raises(LedgerFormatError, match=r"42 .*update"):
        list_change_of(42, newer, UTC)
