"""What the program writes is what `docs/spec/evidence-ledger.md` says, kind by kind and field by field."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import screened

from blocker.core import record
from blocker.core.asked import looked_up
from blocker.core.attached import Stored, What, attachment
from blocker.core.call import HEADERS, IncomingCall, Line, Redirecting, Sighting
from blocker.core.call_row import CallRow
from blocker.core.corrected import CORRECTABLE, correction
from blocker.core.ended import DISPOSITIONS, HANGING_UP, CallEnd, call_ended
from blocker.core.entry import EMPTY, EntryKind
from blocker.core.erasure import NEVER_ERASED, erasure
from blocker.core.household_facts import Asks, CaseState, Fact, How, Says, company_set
from blocker.core.imported import Device, call_imported, fields_of
from blocker.core.ledger_begun import ledger_begun
from blocker.core.listing import Listing, ListName
from blocker.core.machine_facts import UNDECIDED, machine_facts
from blocker.core.number import E164, NumberPlan
from blocker.core.pack import pack_made
from blocker.core.seal import Seal, Token, seal_entry, stamp_entry
from blocker.core.sharing_queue import shared, sharing_set
from blocker.core.stale import Ended, stale_no_more, went_stale
from blocker.core.statement import FIELDS, WORDS, Said, private_note
from blocker.core.taken_over import STAYING, Stretch, carried, ledger_taken_over
from blocker.core.timekeeping import ClockState, Step, clock_changed

SPEC = (Path(__file__).parents[2] / "docs/spec/evidence-ledger.md").read_text("utf-8")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SUM = "0" * 64
COMMON = {"v", "kind", "at", "salt"}


def section(title: str) -> str:
    """The text under a heading."""
    return re.split(r"^#+ ", SPEC.split(f"# {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def names(text: str) -> list[str]:
    """The words in back-ticks that stand in no bracket, before a semicolon outside brackets."""
    while (less := re.sub(r"\([^()]*\)", "", text)) != text:
        text = less
    return re.findall(r"`([^`]+)`", text.split(";")[0])


def table(title: str) -> dict[str, str]:
    """The fields that a section's table names, with what it says of them."""
    return {name: cells[1] for cells in rows(section(title)) for name in names(cells[0])}


def specified() -> dict[str, set[str]]:
    """By kind, the fields that the specification names."""
    below = {kind: set(table(kind)) for kind in ("call-ended", "call-imported")}
    below["call-screened"] = {*table("call-screened"), *table("What `call-screened` says of the machine")}
    below["statement"] = {"call", "by", *table("statement")}
    for paragraph in section("seal and time-stamp").split("\n\n"):
        if (found := names(paragraph)) and found[0] in {"seal", "time-stamp"}:
            below[found[0]] = set(found[1:])
    kinds: dict[str, set[str]] = {}
    for kind, _, fields in rows(section("Kinds")):
        (name,) = names(kind)
        kinds[name] = below[name] if "see below" in fields else set(names(fields))
    kinds["request"] = kinds["request"] - {"objection"} | kinds["objection"]  # “and the fields of `objection`”
    return kinds


def call_with_everything() -> dict[str, Any]:
    """An entry of a call of which all is known."""
    content = screened(NOW, "a" * 16)
    headers = dict.fromkeys(HEADERS, "x")
    sighting = Sighting("fastagi", "+3225550345", headers=headers, redirecting=Redirecting("+3225550346"))
    call = IncomingCall("a" * 16, NOW, E164("+3225550345"), Line("landline", "BE", "Europe/Brussels"), sighting)
    return content | machine_facts(call, ClockState("kernel", synchronised=True, error_ms=1), UNDECIDED)


def imported() -> dict[str, Any]:
    """An entry of a call that another device recorded."""
    fields = fields_of(CallRow(1, ("1", "2"), NOW, "025550345"), Device.ANDROID, NumberPlan("BE"))
    file = {"name": "calls.xml", "sha256": SUM, "row": 1}
    return call_imported(NOW, fields, device=Device.ANDROID, file=file, line="mobile", zone="UTC", by="Anna")


def written() -> list[Mapping[str, Any]]:
    """One entry of each kind, as this program makes it, with all that such an entry can say."""
    listing = Listing(ListName.BLOCK, "+3225550345", False, "", NOW, "Anna", None)
    token = Token(b"reply", NOW, None)
    seal = Seal(2, NOW, EMPTY, "s", "n", "i", "k", ())
    words: dict[str, Any] = {
        field: WORDS[field][0] if field in WORDS else "text" for field in FIELDS if field != "agent"
    }
    facts = [EntryKind.LINE_HOLDER, EntryKind.REGISTRATION, EntryKind.CONTRACT, EntryKind.OBJECTION]
    facts += [EntryKind.REQUEST, EntryKind.CONSENT, EntryKind.AGREED_TIME, EntryKind.CASE]
    filled: dict[str, Any] = {
        "begins": NOW,
        "ends": NOW,
        "state": CaseState.OPEN,
        "on": date(2026, 1, 2),
        "asks": Asks.ACCESS,
    }
    return [
        record.service_started(
            NOW, program="b", clock="system", region="BE", time_zone="UTC", observe_only=False, rules=SUM, lists={}
        ),
        record.service_stopped(NOW, "asked to"),
        record.gap(NOW, since=NOW, until=NOW, why="why", calls_lost=None),
        call_with_everything(),
        record.outcome(NOW, "a" * 16, acknowledged=True, after_ms=8),
        call_ended(NOW, CallEnd("a" * 16)),
        imported(),
        Said(**words).entry(NOW, "a" * 16, "Anna"),
        private_note(NOW, "a" * 16, agent="Zoë", by="Anna"),
        record.list_changed(NOW, "add", listing, by="Anna", sha256=SUM),
        record.list_synced(NOW, source="s", origin="o", entries=1, sha256=SUM),
        went_stale(NOW, "s", since=NOW, error="why"),
        stale_no_more(NOW, "s", since="2026-11-22T08:00:00.000Z", ended=Ended.HAD_AGAIN),
        looked_up(NOW, "a" * 16, "phoneblock", asked={"sha1": "3D1D"}, answer=(), after_ms=9),
        sharing_set(NOW, source="s", address="https://list.example", on=True, shown=["POST …"], by="Anna"),
        shared(NOW, "s", "+3225550345", sent={"address": "a", "body": "b"}, status=200, answer=SUM),
        record.contacts_changed(NOW, count=1, sha256=SUM, by="Anna"),
        record.expectation(NOW, since=NOW, until=NOW, company=None, by="Anna"),
        record.blocking_paused(NOW, until=NOW, why="why"),
        record.rules_loaded(NOW, sha256=SUM, files=1),
        company_set(NOW, "proximus", "all-blocked", by="Anna", sha256=SUM),
        *(Fact(kind, **filled).entry(NOW, "Anna") for kind in facts),
        attachment(NOW, Stored(SUM, 1, "text/plain", "a.txt"), what=What.PROOF, by="Anna"),
        correction(NOW, 1, why="why", by="Anna"),
        seal_entry(NOW, EMPTY, "s", identity="i", public_key="k", previous_tokens=[]),
        stamp_entry(NOW, seal, "https://tsa.example", token),
        pack_made(NOW, name="p", of="o", span=(1, 2), contents=1, manifest=SUM, seal=None, by="Anna"),
        clock_changed(Step(NOW, NOW)),
        ledger_begun(NOW, old_head=EMPTY, old_copy=None, kept_as="k", why="why"),
        ledger_taken_over(NOW, Stretch("k", 1, 2, [2], [], 0, ends=True), by="Anna"),
        erasure(NOW, [1], attachments=[], counts={}, why="why", by=""),
    ]


def test_every_kind_is_specified_and_written() -> None:
    """The document, the program's list of kinds, and what is looked at here name the same."""
    assert set(specified()) == set(map(str, EntryKind)) == {str(content["kind"]) for content in written()}


@pytest.mark.parametrize("content", written(), ids=lambda content: content["kind"])
def test_an_entry_has_the_fields_of_the_specification(content: Mapping[str, Any]) -> None:
    """No field is missing, and none is there that a reader of the document wouldn't know."""
    assert content.keys() - COMMON == specified()[content["kind"]]


@pytest.mark.parametrize(
    ("title", "field"),
    [
        ("call-screened", "presented"),
        ("call-screened", "verdict"),
        ("What `call-screened` says of the machine", "clock"),
        ("What `call-screened` says of the machine", "headers"),
        ("What `call-screened` says of the machine", "redirecting"),
        ("call-imported", "file"),
    ],
)
def test_what_is_within_a_field_is_specified_too(title: str, field: str) -> None:
    """The objects within the entries of calls have the fields that the tables give them."""
    content = imported() if title == "call-imported" else call_with_everything()
    assert set(content[field]) == set(names(table(title)[field]))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        *((table("statement")[field], values) for field, values in WORDS.items()),
        (table("call-ended")["disposition"], DISPOSITIONS),
        (table("call-ended")["hung_up_by"], HANGING_UP),
        (table("call-imported")["seen_by"], tuple(Device)),
        (section("What the household says about itself"), tuple(Says)),
        (SPEC, (*How, *Asks, *What, *CaseState, *ListName)),
    ],
)
def test_words_of_a_few_are_specified(text: str, words: tuple[str, ...]) -> None:
    """Each word that a field may hold stands where the field is explained."""
    assert [word for word in words if f"`{word}`" not in text] == []


def test_what_taken_over_adds_is_specified() -> None:
    """The kinds that aren't taken over, and the fields of one that was, however it came to be."""
    text = section("Taken over")
    assert set(names(text.split("The kinds ")[1].split("aren't")[0])) == set(map(str, STAYING))
    first = carried(correction(NOW, 1, why="why", by="Anna") | {"salt": "s"}, "k", "l", verifies=True, entry=7)
    again = carried(first | {"salt": "s"}, "k", "l", verifies=True, entry=9)
    assert set(again["taken_over"]) == set(table("Taken over"))


def test_what_is_never_erased_is_specified() -> None:
    """The kinds that must stay are the ones that the document names."""
    named = set(names(section("Erasure").split("\n\n")[1]))
    assert set(map(str, NEVER_ERASED)) - named == {"erasure"}
    assert CORRECTABLE.isdisjoint(NEVER_ERASED)
