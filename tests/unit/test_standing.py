"""What the household says about itself: recorded with its proofs, whole or not at all, and only if it makes sense."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fakes.clock import StandingClock
from fakes.ledger import MemoryLedger
from fakes.ledgers import files_in

from blocker.core.household_entries import project
from blocker.core.household_file import HouseholdFile
from blocker.dossiers import Here
from blocker.errors import BlockerError, LedgerWriteError, UsageError
from blocker.evidence.attachments import FOLDER, Attachments
from blocker.filing.objecting import Objecting
from blocker.filing.proofs import Proofs
from blocker.filing.standing import StandingFile
from blocker.recording import Recorder
from blocker.rulebook import load_rules, shipped_rules

RULES = load_rules(shipped_rules())
LINES = {"landline": "BE", "mobile": "BE", "cabin": "NL"}
NOW = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)  # the 18th at home


class House:
    """The use cases over a ledger in memory and real files."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.ledger = MemoryLedger()
        clock = StandingClock(NOW)
        here = Here(lambda: RULES.companies, clock, "BE", ZoneInfo("Europe/Brussels"))
        proofs = Proofs(Attachments(data), Recorder(self.ledger, clock), clock)
        self.standing = StandingFile(proofs, self.file, lambda: RULES.laws, self.lines, here)
        self.objecting = Objecting(proofs, self.file, here)

    async def file(self) -> HouseholdFile:
        return project(list(enumerate(self.ledger.entries, 1)), lambda slug: {"voo": "orange-be"}.get(slug, slug))

    async def lines(self) -> dict[str, str]:
        return LINES

    @property
    def kept(self) -> list[str]:
        return files_in(self.data / FOLDER) if (self.data / FOLDER).exists() else []


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A household that has said nothing yet."""
    (tmp_path / "data").mkdir()
    return House(tmp_path / "data")


@pytest.fixture
def bill(tmp_path: Path) -> str:
    """A proof."""
    (tmp_path / "bill.pdf").write_bytes(b"%PDF the bill")
    return str(tmp_path / "bill.pdf")


SUM = hashlib.sha256(b"%PDF the bill").hexdigest()


async def test_a_fact_and_its_proof_are_recorded_together(house: House, bill: str) -> None:
    """The file's entry comes just before that of what it proves, which names its sum; the file is there."""
    done = await house.standing.line("landline", holder="Anna Peeters", number="02 555 12 34", proofs=[bill], by="Ann")

    attached, held = house.ledger.entries
    assert (attached["kind"], attached["sha256"], attached["what"]) == ("attachment", SUM, "proof")
    assert (held["kind"], held["holder"], held["number"]) == ("line-holder", "Anna Peeters", "+3225551234")
    assert held["proofs"] == [SUM]
    assert (done["recorded"][0]["proofs"], [file["name"] for file in done["files"]]) == ([SUM], ["bill.pdf"])
    assert house.kept == [SUM]


async def test_what_the_ledger_refuses_leaves_no_file(house: House, bill: str) -> None:
    """Where the entries can't be written, the new file goes again; one that was there before stays."""
    house.ledger.fault = "the disk is full"
    with pytest.raises(LedgerWriteError):
        await house.standing.line("landline", holder="Anna", proofs=[bill])
    assert (house.kept, house.ledger.entries) == ([], [])
    house.ledger.fault = ""
    await house.standing.attach(bill)
    house.ledger.fault = "the disk is full"
    with pytest.raises(LedgerWriteError):
        await house.standing.line("landline", holder="Anna", proofs=[bill])
    assert house.kept == [SUM]


async def test_one_missing_proof_keeps_all_out(house: House, bill: str, tmp_path: Path) -> None:
    """Of several proofs one that has vanished is named, and neither the others nor the fact are recorded."""
    with pytest.raises(UsageError, match=r"gone\.pdf isn't there"):
        await house.standing.line("landline", holder="Anna", proofs=[bill, str(tmp_path / "gone.pdf")])
    assert (house.kept, house.ledger.entries) == ([], [])


async def test_a_registration_says_from_when_calls_count(house: House) -> None:
    """The waiting time is the register's, in working days of its country; a line elsewhere is warned of."""
    done = await house.standing.register("be-dncm", line="landline", on="2024-05-02")
    assert (done["wait"], done["counts_from"], done["warnings"]) == ("5 working days", "2024-05-11", [])
    abroad = await house.standing.register("be-dncm", line="cabin", on="2024-05-02")
    assert abroad["warnings"] == ["be-dncm is a register of BE, and no law of NL asks about it"]
    ended = await house.standing.register("fr-bloctel", on="2026-10-01")
    assert "no rule of law asks about fr-bloctel from 2026-10-01 on" in ended["warnings"]
    assert "counts_from" not in ended


async def test_an_objection_grows_by_its_delivery_and_its_answer(house: House, bill: str, tmp_path: Path) -> None:
    """Each is said beside what was there: one objection holds, with its text, its letter, both days and all proofs."""
    letter = tmp_path / "letter.txt"
    letter.write_text("Stop.")
    await house.objecting.object(
        "Belgacom", on="2025-01-10", how="post", to="PB 1", text="Stop.", letter=str(letter), proofs=[bill]
    )
    await house.objecting.object("proximus", on="2026-02-01")
    await house.objecting.delivered("Proximus", on="2025-01-13", objected_on="2025-01-10")
    await house.objecting.answered("Proximus", on="2025-02-01", objected_on="2025-01-10", answer="You are on no list.")

    first, second = (await house.file()).objections
    assert (first.company, first.how, first.to, first.text) == ("proximus", "post", "PB 1", "Stop.")
    assert (str(first.delivered), str(first.answered), first.answer) == (
        "2025-01-13",
        "2025-02-01",
        "You are on no list.",
    )
    assert first.proofs == (SUM, hashlib.sha256(b"Stop.").hexdigest())
    assert (str(second.when), second.delivered) == ("2026-02-01", None)
    whats = [entry["what"] for entry in house.ledger.entries if entry["kind"] == "attachment"]
    assert whats == ["proof", "letter"]


async def test_saying_an_objection_again_loses_nothing(house: House, bill: str) -> None:
    """The same day and way said again keeps the text and the proofs; another way is another objection."""
    await house.objecting.object("proximus", on="2025-01-10", how="post", text="Stop it.", proofs=[bill])
    await house.objecting.object("proximus", on="2025-01-10", how="post", to="PB 1")
    await house.objecting.object("proximus", on="2025-01-10", how="phone")

    first, second = (await house.file()).objections
    assert (first.text, first.to, first.proofs, second.how) == ("Stop it.", "PB 1", (SUM,), "phone")
    with pytest.raises(UsageError, match=r"in several ways: post, phone .say which, with --how"):
        await house.objecting.delivered("proximus", on="2025-01-13")
    await house.objecting.delivered("proximus", on="2025-01-13", how="post")
    assert [item.delivered is None for item in (await house.file()).objections] == [False, True]


async def test_a_delivery_is_that_of_the_company_objected_to(house: House) -> None:
    """An objection to a company that was taken over stays one, however its heir's name is used later."""
    await house.objecting.object("VOO", on="2022-01-10", how="post")
    await house.objecting.delivered("Orange", on="2022-01-12")

    assert [entry["company"] for entry in house.ledger.entries] == ["voo", "voo"]
    found = (await house.file()).objected("orange-be")
    assert [str(item.delivered) for item in found] == ["2022-01-12"]


async def test_a_consent_ends(house: House) -> None:
    """Its last day is added by saying it again; who allowed nobody says so of everybody."""
    await house.standing.consent("proximus", on="2020-01-10")
    await house.standing.consent("proximus", on="2020-01-10", until="2021-01-01")
    await house.standing.consent("*", says="never")

    file = await house.file()
    assert [(str(item.when), str(item.until)) for item in file.consents] == [("2020-01-10", "2021-01-01")]
    assert file.never_consented_to == {"*"}


async def test_an_agreed_time_is_by_the_households_clock(house: House) -> None:
    """The times are those of the wall clock; a mistake is taken back."""
    await house.standing.agreed("proximus", since="2026-11-24T10:00", until="2026-11-24T12:00")
    (agreed,) = (await house.file()).agreed_times
    assert agreed.since == datetime(2026, 11, 24, 9, tzinfo=UTC)
    await house.standing.agreed("proximus", take_back=True)
    assert (await house.file()).agreed_times == ()


async def test_a_case_opens_and_closes(house: House) -> None:
    """Opened once, closed once, today where no day is said, and about the company that the name has gone into."""
    done = await house.standing.case("VOO", "open", where="FPS Economy")
    assert (done["company"], done["recorded"][0]["company"], done["recorded"][0]["on"]) == (
        "orange-be",
        "orange-be",
        "2026-11-18",
    )
    with pytest.raises(UsageError, match=r"is open since 2026-11-18 .entry 1"):
        await house.standing.case("Orange", "open", where="FPS Economy")
    with pytest.raises(UsageError, match="those open are at: FPS Economy"):
        await house.standing.case("Orange", "closed", where="DPA")
    with pytest.raises(UsageError, match="on 2026-11-17, before it was opened on 2026-11-18"):
        await house.standing.case("Orange", "closed", on="2026-11-17")
    await house.standing.case("Orange", "closed")
    assert (await house.file()).open_cases == ()
    with pytest.raises(UsageError, match="none is"):
        await house.standing.case("Orange", "closed")


Act = Callable[[House], Awaitable[Any]]

REFUSED: dict[str, tuple[Act, str]] = {
    "no line": (lambda h: h.standing.line("mobil", holder="Anna"), "did you mean “mobile”"),
    "no holder": (lambda h: h.standing.line("mobile"), "add --holder NAME"),
    "no number": (lambda h: h.standing.line("mobile", holder="Anna", number="12 ab"), "is no telephone number"),
    "holder backwards": (
        lambda h: h.standing.line("mobile", holder="Anna", since="2020-01-01", until="2019-01-01"),
        "can't end on 2019-01-01, before it began on 2020-01-01",
    ),
    "no register": (lambda h: h.standing.register("be-dncn", on="2020-01-01"), "did you mean “be-dncm”"),
    "nothing like a register": (lambda h: h.standing.register("qqq", on="2020-01-01"), "known here: be-dncm"),
    "no line of a register": (
        lambda h: h.standing.register("be-dncm", line="x", on="2020-01-01"),
        "no line “x”.*import its calls",
    ),
    "no day of a register": (lambda h: h.standing.register("be-dncm"), "add --on DATE"),
    "register to come": (lambda h: h.standing.register("be-dncm", on="2026-11-19"), "still to come"),
    "register backwards": (
        lambda h: h.standing.register("be-dncm", on="2020-01-02", until="2020-01-01"),
        "a registration can't end",
    ),
    "unknown company": (lambda h: h.objecting.object("Proximux", on="2020-01-01"), "did you mean Proximus"),
    "unknown way": (lambda h: h.objecting.object("proximus", on="2020-01-01", how="pigeon"), "is none of: post"),
    "delivered before": (
        lambda h: h.objecting.object("proximus", on="2020-01-02", delivered="2020-01-01"),
        "can't be delivered on 2020-01-01",
    ),
    "control characters": (
        lambda h: h.objecting.object("proximus", on="2020-01-02", text="a\x07b"),
        "characters that can't be seen: “a␇b”",
    ),
    "a novel": (lambda h: h.objecting.object("proximus", on="2020-01-02", text="a" * 20_001), "attach it as a file"),
    "no objection": (lambda h: h.objecting.delivered("proximus", on="2020-01-02"), "no objection to Proximus is"),
    "none of that day": (
        lambda h: h.objecting.answered("proximus", on="2020-01-02", objected_on="2020-01-01"),
        "no objection to Proximus of 2020-01-01",
    ),
    "contract backwards": (
        lambda h: h.standing.contract("proximus", since="2020-01-02", until="2020-01-01"),
        "a contract can't end",
    ),
    "days of never": (lambda h: h.standing.contract("proximus", says="never", since="2020-01-02"), "not that there"),
    "consent without day": (lambda h: h.standing.consent("proximus"), "add --on DATE.*--never"),
    "days of no consent": (lambda h: h.standing.consent("proximus", says="never", on="2020-01-01"), "not that there"),
    "consent to all": (lambda h: h.standing.consent("*", on="2020-01-01"), "to one company; name it"),
    "consent backwards": (
        lambda h: h.standing.consent("proximus", on="2020-01-02", until="2020-01-01"),
        "a consent can't end",
    ),
    "half a time": (lambda h: h.standing.agreed("proximus", since="2026-11-24T10:00"), "add --from TIME --until"),
    "time backwards": (
        lambda h: h.standing.agreed("proximus", since="2026-11-24T10:00", until="2026-11-24T09:00"),
        "ends before it begins",
    ),
    "a time that comes twice": (
        lambda h: h.standing.agreed("proximus", since="2026-10-25T02:30", until="2026-10-25T04:00"),
        "comes twice",
    ),
    "no state": (lambda h: h.standing.case("proximus", "lost"), "is none of: open, closed"),
    "case to come": (lambda h: h.standing.case("proximus", "open", on="2027-01-01"), "still to come"),
    "too many files": (lambda h: h.standing.contract("proximus", proofs=["/x"] * 21), "21 files at once"),
    "no word": (lambda h: h.standing.attach("/etc/hostname", what="joke"), "is none of: proof"),
}


@pytest.mark.parametrize(("act", "message"), REFUSED.values(), ids=REFUSED)
async def test_what_makes_no_sense_records_nothing(house: House, act: Act, message: str) -> None:
    """Each mistake has its message, and neither an entry nor a file is left of it."""
    with pytest.raises(BlockerError, match=message) as raised:
        await act(house)
    assert isinstance(raised.value, UsageError)
    assert (house.ledger.entries, house.kept) == ([], [])
