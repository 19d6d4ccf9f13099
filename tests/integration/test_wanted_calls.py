"""Wanted calls through the whole program: its sockets, its command line, its files, and a restart."""

import json
from pathlib import Path

import aiohttp
from fakes.agi_client import call
from fakes.running import Program, running

BLOCKED, CANVASSING = "+3225551234", "+33162123456"
CARDS = """\
BEGIN:VCARD
VERSION:3.0
FN:Zoë
TEL:0162 12 34 56
TEL;TYPE=CELL:+33 6 39 98 00 01
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Bad
this is no line
END:VCARD
"""


async def outcome(program: Program, number: str, **fields: str) -> tuple[str, str]:
    said = await call(program.fastagi, number, **fields)
    return said["BLOCKER_ACTION"], said["BLOCKER_REASON"]


async def test_a_number_that_was_dialled_may_ring_back(tmp_path: Path) -> None:
    """Told over FastAGI or HTTP, it rings from then on, after a restart too; the ledger isn't told of it."""
    async with running(tmp_path) as program:
        assert await outcome(program, CANVASSING) == ("reject", "canvassing-range")
        assert await call(program.fastagi, "201", network_script="dialled", arg_1="0033 162 12 34 56") == {}
        assert await outcome(program, CANVASSING) == ("ring", "dialled")
        async with aiohttp.ClientSession(f"http://127.0.0.1:{program.http}") as client:
            answer = await client.post("/v1/dialled", json={"number": "+33162123457"})
            assert answer.status == 200
        assert await outcome(program, "+33162123457") == ("ring", "dialled")
        await program.stop()
        before = program.entries()
        await program.start()
        assert await outcome(program, CANVASSING) == ("ring", "dialled")
    known = {"service-started", "service-stopped", "rules-loaded", "call-screened", "outcome"}
    assert {entry["kind"] for entry in before} <= known
    assert [entry for entry in before if "33162123456" in str(entry)] == [
        entry for entry in before if entry["kind"] == "call-screened" and entry["presented"]["number"] == CANVASSING
    ]
    assert "dialled" in program.run("check", CANVASSING).stdout


async def test_after_a_call_for_help_nothing_is_blocked(tmp_path: Path) -> None:
    """Withheld and blocked callers ring, after a restart too; `doctor` and `check` say so, and /healthz stays well."""
    policy = '[policy]\nwithheld = "block"'
    async with running(tmp_path, more=policy) as program:
        program.run("block", "add", BLOCKED)
        assert await outcome(program, "anonymous", callingpres="32") == ("reject", "withheld")
        await call(program.fastagi, "201", network_script="dialled", arg_1="112")
        for _ in range(2):
            assert await outcome(program, BLOCKED) == ("ring", "emergency-call-back")
            assert await outcome(program, "anonymous", callingpres="32") == ("ring", "emergency-call-back")
            assert "blocking: no blocking until" in program.run("doctor", check=False).stdout
            assert "no blocking until" in program.run("check", BLOCKED).stdout
            async with aiohttp.ClientSession(f"http://127.0.0.1:{program.http}") as client:
                assert (await client.get("/healthz")).status == 200
            await program.stop()
            assert "blocking: no blocking until" in program.run("doctor", check=False).stdout
            await program.start()
    (entry,) = program.entries("blocking-paused")
    assert "112" not in entry["why"]
    program.run("verify")


async def test_a_call_that_is_expected_rings(tmp_path: Path) -> None:
    """A blocked caller in an open window, beside the running service and after its restart, until it is closed."""
    async with running(tmp_path) as program:
        program.run("block", "add", BLOCKED)
        assert "blocked numbers included, rings until" in program.run("expect", "--for", "1d").stdout
        assert await outcome(program, BLOCKED) == ("ring", "expected")
        await program.stop()
        await program.start()
        assert await outcome(program, BLOCKED) == ("ring", "expected")
        assert "rings until" in program.run("expect", "--list").stdout
        assert "1 closed" in program.run("expect", "--end").stdout
        assert await outcome(program, BLOCKED) == ("reject", "block-list")
        assert "No call is expected" in program.run("expect", "--list").stdout
        assert program.run("expect", "--for", "8d", check=False).returncode == 2
    said = [entry["verdict"]["matches"][0]["what"] for entry in program.entries("call-screened")[:2]]
    assert all(text.startswith("expecting a call until") for text in said)
    assert len(program.entries("expectation")) == 2


async def test_contacts_always_ring(tmp_path: Path) -> None:
    """Imported beside the running service, bad cards told; names and numbers get neither into the ledger nor out."""
    (tmp_path / "book.vcf").write_text(CARDS, encoding="utf-8")
    async with running(tmp_path, top="") as program:
        program.config.write_text(program.config.read_text().replace('"BE"', '"FR"'))
        done = program.run("contacts", "import", "book.vcf")
        assert "2 numbers in your contacts, 0 before" in done.stdout
        assert "line 7, Bad" in done.stderr
        assert await outcome(program, CANVASSING) == ("ring", "contact")
        listed = json.loads(program.run("contacts", "list", "--json").stdout)
        assert listed == [{"number": CANVASSING, "name": "Zoë"}, {"number": "+33639980001", "name": "Zoë"}]
        assert "2 numbers forgotten" in program.run("contacts", "clear").stdout
        assert await outcome(program, CANVASSING) == ("reject", "canvassing-range")
        assert program.run("contacts", "import", "missing.vcf", check=False).returncode == 2
    assert [entry["count"] for entry in program.entries("contacts-changed")] == [2, 0]
    assert "Zoë" not in json.dumps(program.entries(), ensure_ascii=False)
    (screened, *_) = program.entries("call-screened")
    assert [match["what"] for match in screened["verdict"]["matches"]] == ["a contact"]


async def test_a_large_address_book_passes_through_the_socket(tmp_path: Path) -> None:
    """Ten thousand cards are imported beside a running service."""
    card = "BEGIN:VCARD\nVERSION:3.0\nFN:Somebody with a long name {0}\nTEL:+3247555{0:04}\nEND:VCARD\n"
    (tmp_path / "book.vcf").write_text("".join(card.format(n) for n in range(10_000)))
    async with running(tmp_path) as program:
        assert "10000 numbers" in program.run("contacts", "import", "book.vcf").stdout
        assert await outcome(program, "+32475551234") == ("ring", "contact")
