"""How long what is kept: ordinary calls briefly, unwanted ones long, and all while a case about the company is open."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.entries import Told, local, many_calls, screened

from blocker.core import record
from blocker.core.asked import looked_up
from blocker.core.corrected import correction
from blocker.core.mention import Mention
from blocker.core.number import Withheld
from blocker.core.retention import (
    Corrections,
    Terms,
    Whole,
    counts_of,
    files_alone,
    is_due,
    may_trust,
    others_due,
    whole_calls,
)
from blocker.core.statement import private_note
from blocker.core.verdict import Match, Reason

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTED = (Match("community", "+3225550345", "neighbours"),)
TERMS = Terms.at(NOW, wanted_days=30, unwanted_days=1096, open_cases=())


def days_ago(days: int) -> str:
    """A local time so many days and an hour before NOW, as `Told` takes it."""
    return (NOW - timedelta(days=days, hours=1)).astimezone(BRUSSELS).strftime("%Y-%m-%d %H:%M:%S.000")


def wholes(told: Told) -> list[Whole]:
    """The calls of a ledger, with all about them."""
    entries = [(entry.n, entry.content) for entry in told.all()]
    return list(whole_calls(entries, Corrections.among(entries)))


ORDINARY = [
    ("nobody marked it", {}, ""),
    ("marked as wanted", {}, "wanted"),
    ("to be blocked, and marked as wanted", {"reason": Reason.BLOCK_LIST, "acknowledged": False}, "wanted"),
    ("withheld, and marked as wanted", {"number": Withheld(), "reason": Reason.WITHHELD}, "wanted"),
]
KEPT_LONG = [
    ("marked as marketing", {}, "marketing"),
    ("refused as marketing", {"reason": Reason.BLOCK_LIST}, ""),
    ("to be refused, nobody knows whether it was", {"reason": Reason.BLOCK_LIST, "acknowledged": None}, ""),
    ("suspected", {"matches": LISTED}, ""),
    ("flagged", {"number": Withheld(), "reason": Reason.WITHHELD}, ""),
]


@pytest.mark.parametrize(("about", "mark"), [row[1:] for row in ORDINARY], ids=[row[0] for row in ORDINARY])
def test_an_ordinary_call_is_kept_for_thirty_days(about: dict[str, Any], mark: str) -> None:
    """It goes on the day after, with its outcome and everything that was said of it."""
    for days, due in ((29, False), (30, True), (2000, True)):
        told = Told()
        call = told.call(days_ago(days), **about)
        if mark:
            told.says(days_ago(days - 1), call, mark)
        (whole,) = wholes(told)
        assert is_due(whole, TERMS) is due
        assert whole.numbers == tuple(entry.n for entry in told.all())


@pytest.mark.parametrize(("about", "mark"), [row[1:] for row in KEPT_LONG], ids=[row[0] for row in KEPT_LONG])
def test_a_call_that_may_be_evidence_is_kept_for_three_years(about: dict[str, Any], mark: str) -> None:
    """Marked, refused, suspected or flagged calls stay for three years, then go."""
    for days, due in ((31, False), (1095, False), (1096, True)):
        told = Told()
        call = told.call(days_ago(days), **about)
        if mark:
            told.says(days_ago(days - 1), call, mark)
        (whole,) = wholes(told)
        assert is_due(whole, TERMS) is due


def test_nothing_about_a_company_goes_while_a_case_is_open() -> None:
    """As principal or as call centre, wanted or not: it stays until the case is closed."""
    told = Told()
    named = told.call(days_ago(1500))
    told.says(days_ago(1499), named, "marketing", "Belgacom", "proximus")
    wanted = told.call(days_ago(40))
    told.says(days_ago(39), wanted, "wanted", "Proximus", "proximus")
    other = told.call(days_ago(1500))
    told.says(days_ago(1499), other, "marketing", "Engie", "engie")
    open_case = Terms.at(NOW, wanted_days=30, unwanted_days=1096, open_cases={"proximus"})
    assert [whole.call for whole in wholes(told) if is_due(whole, open_case)] == [other]
    assert [whole.call for whole in wholes(told) if is_due(whole, TERMS)] == [named, wanted, other]


def test_zero_days_keep_for_ever() -> None:
    """Each of the two terms can be switched off."""
    told = Told()
    told.call(days_ago(5000))
    told.call(days_ago(5000), reason=Reason.BLOCK_LIST)
    for wanted_days, unwanted_days, due in ((0, 0, 0), (30, 0, 1), (0, 30, 1)):
        terms = Terms.at(NOW, wanted_days=wanted_days, unwanted_days=unwanted_days, open_cases=())
        assert sum(is_due(whole, terms) for whole in wholes(told)) == due
        assert (terms.latest is None) is not due


def test_a_statement_that_was_taken_back_counts_for_nothing_and_goes_with_its_call() -> None:
    """What a correction names doesn't keep a call; both go with it, and so does what stayed in the house."""
    told = Told()
    call = told.call(days_ago(31))
    told.says(days_ago(30), call, "marketing")
    told.add(correction(local(days_ago(29)), 2, why="the wrong call", by="Anna"))
    told.add(private_note(local(days_ago(29)), call, agent="Kim", by="Anna"))
    (whole,) = wholes(told)
    assert is_due(whole, TERMS)
    assert whole.numbers == (1, 2, 3, 4)


def test_what_was_said_of_a_call_that_is_gone_goes_too() -> None:
    """A statement made after its call was erased is kept as long as an ordinary call, from its own day on."""
    told = Told()
    told.says(days_ago(10), "c0ffee", "marketing")
    (whole,) = wholes(told)
    assert whole.seen is None
    assert not is_due(whole, TERMS)
    assert is_due(whole, Terms.at(NOW, wanted_days=10, unwanted_days=1096, open_cases=()))


def test_what_others_said_of_a_call_goes_with_it() -> None:
    """Their answer names the caller, so that it is kept no longer than the call."""
    entries = [
        (1, screened(NOW, "c0ffee")),
        (2, looked_up(NOW, "c0ffee", "phoneblock", asked={"sha1": "3D1D"}, answer=(), after_ms=9)),
    ]
    (whole,) = whole_calls(entries, Corrections.among(entries))
    assert whole.numbers == (1, 2)


def test_the_age_of_an_imported_call_counts_from_its_import() -> None:
    """Four years of another device's calls don't vanish the night after they were imported."""
    content = screened(local(days_ago(3)), "c0ffee")
    began = "2022-11-17T08:12:33.123Z"
    imported = {
        "v": 1, "kind": "call-imported", "at": content["at"], "call": "c0ffee", "seen_by": "android-call-log",
        "file": None, "began": began, "zone": "Europe/Brussels", "offset": "+01:00", "ambiguous": False, "line": "",
        "called": "", "presented": content["presented"], "by": "Anna",
        "disposition": None, "seconds_talked": None, "seconds_in_all": None,
    }  # fmt: skip
    told = Told()
    told.add(imported)
    (whole,) = wholes(told)
    assert not is_due(whole, TERMS)
    assert is_due(whole, Terms.at(NOW, wanted_days=3, unwanted_days=1096, open_cases=()))
    assert counts_of([whole], BRUSSELS) == {"2022-W46": {"unmarked": 1}}


def test_changes_of_a_list_go_three_years_after_the_listing_ended() -> None:
    """Every change of a listing stays while it stands, and for three years after its last change."""
    told = Told()
    told.listed(days_ago(2000), "+3225550345")  # 1: still on the list
    told.listed(days_ago(2000), "+3225550346")  # 2, 4: taken off lately
    told.listed(days_ago(2000), "+3225550347")  # 3, 5: taken off long ago
    told.listed(days_ago(500), "+3225550346", change="remove")
    told.listed(days_ago(1200), "+3225550347", change="remove")
    told.add(record.blocking_paused(local(days_ago(1200)), until=local(days_ago(1199)), why="112"))  # 6
    told.add(record.blocking_paused(local(days_ago(1200)), until=local(days_ago(10)), why="112"))
    entries = [(entry.n, entry.content) for entry in told.all()]
    assert sorted(others_due(entries, {("block", "+3225550345")}, TERMS)) == [3, 5, 6]
    assert others_due(entries, set(), Terms.at(NOW, wanted_days=30, unwanted_days=0, open_cases=())) == {}


def test_a_file_goes_with_the_last_entry_that_rests_on_it() -> None:
    """A proof of two objections stays with the second; one that nothing ever rested on goes when it is asked for."""
    entries: list[tuple[int, dict[str, Any]]] = [
        (1, {"kind": "attachment", "sha256": "aa"}),
        (2, {"kind": "attachment", "sha256": "bb"}),
        (3, {"kind": "objection", "proofs": ["aa"]}),
        (4, {"kind": "objection", "proofs": ["aa", "bb"]}),
        (5, {"kind": "contract"}),
        (6, {"kind": "attachment", "sha256": "cc"}),
    ]
    assert files_alone(entries, {4}) == {2: "bb"}
    assert files_alone(entries, {3, 4}) == {1: "aa", 2: "bb"}
    assert files_alone(entries, {6}) == {6: "cc"}
    assert files_alone(entries, {1}) == {}


WRITTEN = ["+3225550345", "0032 2 555 03 45", "02/555.03.45", "tel. +32 (0)2 555-03-45.", "2 555 03 45", "32 25550345"]
OTHERS = ["+32255503456", "+3225550346", "1225550345", "+33225550345", "2026-11-17T08:12:33.123Z"]


@pytest.mark.parametrize("text", WRITTEN)
def test_a_number_is_found_however_it_is_written(text: str) -> None:
    """In the forms in which people and trunks write it, inside longer texts and inside objects and arrays."""
    mention = Mention("+3225550345")
    assert mention.in_text(text)
    assert mention.in_content({"presented": {"raw": text}})
    assert mention.in_content({"matches": [{"what": f"they said: {text}, at ten"}]})
    assert not mention.in_content({"called": text, "salt": text})


@pytest.mark.parametrize("text", OTHERS)
def test_other_numbers_are_not_taken_for_it(text: str) -> None:
    """Longer numbers, neighbours and other countries' are others."""
    assert not Mention("+3225550345").in_text(text)


def test_a_clock_in_doubt_erases_nothing() -> None:
    """Where nobody keeps the clock, and it shows a time long after the last sign of life, age proves nothing."""
    for days, synchronised, trusted in ((29, False, True), (31, False, False), (31, None, True), (4000, True, True)):
        assert may_trust(NOW, NOW - timedelta(days=days), synchronised=synchronised) is trusted
    assert may_trust(NOW, None, synchronised=False)


def test_weeks_and_standings_are_counted() -> None:
    """What stays of erased calls: how many of a week stood where, by the household's calendar."""
    told = Told()
    told.call("2026-11-15 23:59:59.000")
    told.call("2026-11-16 00:00:00.000")
    told.call("2026-11-16 00:00:01.000", reason=Reason.BLOCK_LIST)
    assert counts_of(wholes(told), BRUSSELS) == {
        "2026-W46": {"unmarked": 1},
        "2026-W47": {"unmarked": 1, "unwanted": 1},
    }


def test_a_made_up_ledger_can_be_gone_through_in_pieces() -> None:
    """Nothing is kept between chunks: each is a function of its own entries."""

    def pieces() -> Iterator[list[tuple[int, dict[str, Any]]]]:
        piece = []
        for n, content in enumerate(many_calls(3000, numbers=10), 1):
            piece.append((n, content))
            if len(piece) == 300:
                yield piece
                piece = []

    kept = sum(not is_due(whole, TERMS) for piece in pieces() for whole in whole_calls(piece, Corrections({})))
    assert kept > 2900
