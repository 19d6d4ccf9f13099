"""Saying something about a call: which call, which company, what stays of earlier words, what the lists are told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.entries import screened

from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, Says
from blocker.core.household_file import EVERYBODY
from blocker.core.statement import Said
from blocker.earlier import marked_marketing
from blocker.errors import FieldsError, LedgerWriteError, UnknownCallError, UsageError
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.filing.corrections import Corrections
from blocker.filing.statements import Statements
from blocker.recording import Recorder
from blocker.rulebook import load_rules, shipped_rules

BOOK = load_rules(shipped_rules()).companies
CALL_AT = datetime(2026, 11, 17, 8, 12, 33, tzinfo=UTC)
CALL, OTHER, MOBILE = "a81f0e6c97d24b35", "a81f1111aaaa2222", "b000000000000001"
NUMBER = "+3225550345"
FROM_ELSEWHERE = {
    "v": 1, "kind": "call-imported", "at": "2026-11-18T08:00:00.000Z", "call": MOBILE, "seen_by": "android-call-log",
    "file": None, "began": "2009-04-30T22:30:00.000Z", "zone": "Europe/Brussels", "offset": "+02:00",
    "ambiguous": False, "line": "mobile", "called": "", "by": "Anna",
    "presented": {
        "kind": "e164", "why": "", "number": NUMBER, "valid": True, "raw": NUMBER, "name": "", "presentation": None,
    },
}  # fmt: skip


class Lists:
    """Notes what it is told of marks."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    async def marked(self, call: str, number: str | None, mark: str, by: str) -> dict[str, Any]:
        self.told.append((call, number, mark, by))
        return {"blocked": True, "warnings": ["a remark of the lists"]}

    async def unmarked(self, call: str, number: str | None, by: str) -> dict[str, Any]:
        self.told.append((call, number, None, by))
        return {"unblocked": True, "warnings": []}


class House:
    """The use cases over a real ledger with three calls in it."""

    def __init__(self, folder: Path, ledger: Ledger, clock: StandingClock) -> None:
        self.folder, self.ledger, self.clock, self.lists = folder, ledger, clock, Lists()
        self.recorder = Recorder(ledger, clock)
        self.statements = self.keeping(agents=False)
        self.corrections = Corrections(self.reader, self.recorder, clock)

    def keeping(self, *, agents: bool) -> Statements:
        return Statements(
            calls=self.reader,
            journal=self.recorder,
            lists=self.lists,
            companies=lambda: BOOK,
            clock=self.clock,
            region="BE",
            zone=ZoneInfo("Europe/Brussels"),
            keep_agents=agents,
        )

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[LedgerReader]:
        reader = await LedgerReader.open(self.folder)
        try:
            yield reader
        finally:
            await reader.close()

    async def entries(self, *kinds: str) -> list[dict[str, Any]]:
        async with self.reader() as reader:
            return [entry.content async for entry in reader.entries(kinds)]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A house in which nobody has said anything yet, an hour after its last call."""
    clock = StandingClock(CALL_AT + timedelta(hours=1))
    ledger = await Ledger.open(tmp_path, now=clock.now)
    await ledger.append(FROM_ELSEWHERE, screened(CALL_AT - timedelta(minutes=5), OTHER), screened(CALL_AT, CALL))
    house = House(tmp_path, ledger, clock)
    yield house
    await house.recorder.close()
    await ledger.close()


async def test_what_the_households_file_denies_is_remarked(house: House) -> None:
    """What is said is kept as said, and whoever says it learns that the file has it otherwise."""
    never = Fact(EntryKind.CONSENT, Says.NEVER, company=EVERYBODY, said_company=EVERYBODY)
    await house.ledger.append(never.entry(CALL_AT, "Anna"))
    done = await house.statements.say("last", {"said_company": "Belgacom", "consent": "given"}, "Anna")
    (remark,) = done["warnings"]
    assert "had allowed it, but the household's file says that you never did; see which is right" in remark
    assert done["statement"]["consent"] == "given"


async def test_words_of_a_caller_who_didnt_speak_are_remarked(house: House) -> None:
    """Both stay as they were said, and whoever says them learns that they can't both be so, before a company does."""
    await house.statements.say("last", {"said_company": "Belgacom"}, "Anna")
    done = await house.statements.say("last", {"voice": "silent"}, "Anna")
    assert done["warnings"] == ["it is said that nobody spoke, and also what the caller said; see which is right"]
    assert not (await house.statements.say("last", {"said_company": None}, "Anna"))["warnings"]


async def test_later_words_stand_on_the_earlier_ones(house: House) -> None:
    """Each statement is whole: mark and statement, made one after the other, lose nothing that was said before."""
    await house.statements.say("last", {"said_company": "Belgacom", "customer": "formerly"}, "Anna")
    await house.statements.mark(CALL[:6], "marketing", by="Bart")
    done = await house.statements.say(CALL, {"said_call_centre": "A subcontractor", "customer": None}, "Anna")

    first, second, third = await house.entries("statement")
    assert (first["said_company"], first["company"], first["mark"]) == ("Belgacom", "proximus", None)
    assert (second["company"], second["customer"], second["mark"], second["by"]) == (
        "proximus",
        "formerly",
        "marketing",
        "Bart",
    )
    assert "customer" not in third
    assert (third["mark"], third["said_company"], third["said_call_centre"]) == (
        "marketing",
        "Belgacom",
        "A subcontractor",
    )
    assert house.lists.told == [(CALL, NUMBER, "marketing", "Bart")]
    assert done["entry"] == 6
    assert (
        "“A subcontractor” is kept as said, but isn't clear to the program: no rule file names it" in done["warnings"]
    )


async def test_principal_and_call_centre_are_two_companies(house: House) -> None:
    """Each name is resolved by itself, as of the day of the call, and kept beside what was said."""
    done = await house.statements.say(MOBILE, {"said_company": "Belgacom", "said_call_centre": "Telenet"}, "Anna")
    assert {key: done["statement"][key] for key in ("said_company", "company", "said_call_centre", "call_centre")} == {
        "said_company": "Belgacom",
        "company": "proximus",
        "said_call_centre": "Telenet",
        "call_centre": "telenet",
    }
    again = await house.statements.say(MOBILE, {"said_company": "Nobody's Energy"}, "Anna")
    assert "company" not in again["statement"]
    assert again["statement"]["call_centre"] == "telenet"


async def test_a_typing_error_is_asked_back_and_can_be_chosen(house: House) -> None:
    """What was typed stays; the suggestions come with their slugs, of which one may be given."""
    done = await house.statements.say(CALL, {"said_company": "Proximsu"}, "Anna")
    assert done["choices"] == {"company": [{"company": "proximus", "name": "Proximus"}]}
    assert done["warnings"] == ["“Proximsu” is kept as said, but isn't clear to the program: did you mean Proximus?"]
    chosen = await house.statements.say(CALL, {"company": "proximus"}, "Anna")
    assert (chosen["statement"]["said_company"], chosen["statement"]["company"]) == ("Proximsu", "proximus")
    with pytest.raises(FieldsError) as caught:
        await house.statements.say(CALL, {"company": "Belgacom"}, "Anna")
    assert caught.value.faults == {"company": "no rule file has a company “Belgacom” (did you mean proximus?)"}


REFUSED: dict[str, tuple[str, dict[str, Any], type[UsageError], str]] = {
    "no such call": ("ffff", {"mark": "wanted"}, UnknownCallError, "no call “ffff” has been recorded"),
    "a beginning of two": ("a81f", {"mark": "wanted"}, UnknownCallError, f"begins several calls: {CALL}, {OTHER}"),
    "blank": (" ", {"mark": "wanted"}, UnknownCallError, "has been recorded"),
    "faults": (CALL, {"mark": "bad", "prodct": "x"}, FieldsError, "prodct: there is no such field (did you mean"),
    "tomorrow": (CALL, {"consent": "given", "consent_on": "2026-11-18"}, FieldsError, "still to come"),
    "nothing": (CALL, {}, UsageError, "nothing is said"),
}


@pytest.mark.parametrize(("call", "said", "error", "message"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_be_recorded_is_not(
    house: House, call: str, said: dict[str, Any], error: type[UsageError], message: str
) -> None:
    """The message says what to mend, and neither ledger nor lists have changed."""
    with pytest.raises(error) as caught:
        await house.statements.say(call, said, "Anna")
    assert message in str(caught.value)
    assert await house.entries("statement", "private-note") == []
    assert house.lists.told == []


async def test_a_statement_is_never_older_than_its_call(house: House) -> None:
    """With the clock set back nothing is recorded that would seem to have been said before the call."""
    house.clock.pass_time(-timedelta(hours=1, minutes=1))
    with pytest.raises(UsageError, match="clock is behind the call of 2026-11-17T08:12:33"):
        await house.statements.mark(CALL, "marketing")
    assert (await house.statements.mark(OTHER, "marketing"))["recorded"]


async def test_an_agents_name_is_kept_only_where_the_household_wants_it(house: House) -> None:
    """By default it is dropped, with a remark; where it is kept, it is an entry apart."""
    done = await house.statements.say(CALL, {"product": "fibre", "agent": "Kim"}, "Anna")
    assert "the agent's name is not kept" in done["warnings"][0]
    only = await house.statements.say(CALL, {"agent": "Kim"}, "Anna")
    assert (only["recorded"], len(await house.entries("statement"))) == (False, 1)
    assert "Kim" not in str(await house.entries("statement", "private-note"))

    kept = await house.keeping(agents=True).say(CALL, {"agent": "Kim"}, "Anna")
    assert (kept["recorded"], kept["warnings"]) == (True, [])
    (note,) = await house.entries("private-note")
    assert (note["agent"], note["call"], note["by"]) == ("Kim", CALL, "Anna")
    assert (await house.statements.about(CALL))["agent"] == "Kim"
    assert "Kim" not in str(await house.entries("statement"))


async def test_the_same_again_is_not_recorded_twice(house: House) -> None:
    """A page that saves twice makes one entry; a mark given again is an act, and blocks anew."""
    said = {"product": "fibre", "said_company": "Proximus"}
    assert (await house.statements.say(CALL, said, "Anna"))["entry"] == 4
    again = await house.statements.say(CALL, said, "Anna")
    assert (again["recorded"], again["entry"], len(await house.entries("statement"))) == (False, 4, 1)
    await house.statements.mark(CALL, "marketing")
    await house.statements.mark(CALL, "marketing")
    assert len(house.lists.told) == 2


async def test_what_was_said_can_be_taken_back(house: House) -> None:
    """All of it, once: then nothing is said about the call, its mark is undone, and something new can be said."""
    await house.keeping(agents=True).say(CALL, {"mark": "marketing", "agent": "Kim"}, "Anna")
    await house.statements.say(CALL, {"product": "fibre"}, "Anna")
    with pytest.raises(UsageError, match="nothing would be left"):
        await house.statements.say(CALL, {"mark": None, "product": None}, "Anna")
    for why in ("", " ", "x" * 201, "a\nb"):
        with pytest.raises(UsageError, match="the reason"):
            await house.statements.withdraw(CALL, why, "Anna")
    done = await house.statements.withdraw(CALL, "it was another call", "Anna")

    assert done["entries"] == [4, 5, 6]
    assert [entry["entry"] for entry in await house.entries("correction")] == [4, 5, 6]
    assert house.lists.told[-1] == (CALL, NUMBER, None, "Anna")
    known = await house.statements.about(CALL)
    assert (known["statement"], known["agent"]) == (None, None)
    async with house.reader() as reader:
        assert await marked_marketing(reader, NUMBER) == []
    with pytest.raises(UsageError, match="nothing that counts has been said"):
        await house.statements.withdraw(CALL, "again", "Anna")
    anew = await house.statements.say(CALL, {"course": "short"}, "Anna")
    assert anew["statement"] == Said(course="short").fields()


async def test_a_full_disk_leaves_nothing_half_said(house: House) -> None:
    """What can't be recorded is told, changes no list, and can be said again."""
    await house.ledger.close()
    with pytest.raises(LedgerWriteError):
        await house.statements.mark(CALL, "marketing")
    assert house.lists.told == []


async def test_one_entry_of_a_person_can_be_taken_back(house: House) -> None:
    """Then what was said before it counts again; facts, unknown entries and what was taken back are refused."""
    await house.statements.say(CALL, {"product": "fibre"}, "Anna")
    await house.statements.say(CALL, {"product": "gas"}, "Anna")
    done = await house.corrections.correct(5, "it was fibre", "Anna")
    assert (done["kind"], done["correction"]) == ("statement", 6)
    assert (await house.statements.about(CALL))["statement"]["said"] == {"product": "fibre"}
    for entry, why in (
        (1, "isn't what a person said"),
        (3, "isn't what a person said"),
        (6, "isn't what a person said"),
        (5, "taken back before"),
        (7, "has no entry 7"),
        (0, "has no entry 0"),
    ):
        with pytest.raises(UsageError, match=why):
            await house.corrections.correct(entry, "wrong", "Anna")
    with pytest.raises(UsageError, match="the reason is blank"):
        await house.corrections.correct(4, " ", "Anna")


async def test_a_call_entered_by_hand_and_taken_back_is_no_call_any_more(house: House) -> None:
    """Nobody can say anything about it; one that a device recorded stands."""
    by_hand = "c000000000000001"
    n = await house.ledger.append(FROM_ELSEWHERE | {"seen_by": "hand", "call": by_hand})
    await house.statements.mark(by_hand, "marketing")
    await house.corrections.correct(n, "entered twice", "Anna")
    with pytest.raises(UnknownCallError):
        await house.statements.mark(by_hand, "wanted")
    known = await house.statements.about(MOBILE)
    assert (known["seen_by"], known["local"], known["number"]) == (
        "android-call-log",
        "2009-05-01T00:30:00.000+02:00",
        NUMBER,
    )


async def test_two_at_once_lose_nothing(house: House) -> None:
    """Two members of the household who save at the same moment both find their words in the last statement."""
    said = [{"product": "fibre"}, {"course": "short"}, {"answered_by": "Bart"}, {"voice": "live"}]
    await asyncio.gather(*(house.statements.say(CALL, one, "Anna") for one in said))
    last = (await house.statements.about(CALL))["statement"]["said"]
    assert last == {key: value for one in said for key, value in one.items()}
