"""`blocker household` and the dossier, by the real command: beside a running service and without one."""

import asyncio
import json
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.mounts import why_no_mount
from fakes.needs import needs
from fakes.running import Program, running

LINES = '\n[lines.landline]\nnumber = "+3225551234"\n\n[lines.mobile]\nnumber = "+32475551234"\n'


def proof(folder: Path, name: str = "bill.pdf", raw: bytes = b"%PDF the bill") -> str:
    (folder / name).write_bytes(raw)
    return name


class Secluded(Program):
    """A service that doesn't see a folder, as under systemd it sees nothing of /home and /tmp."""

    def command(self, *words: str) -> list[str]:
        if words != ("serve",):
            return super().command(*words)
        script = 'mount -t tmpfs tmpfs "$1"; shift; exec "$@"'
        hidden = ["unshare", "--mount", "--propagation=private", "sh", "-ec", script, "sh", str(self.folder / "home")]
        return hidden + super().command(*words)


@needs(why_no_mount)
async def test_a_service_that_sees_other_folders_keeps_a_proof_all_the_same(tmp_path: Path) -> None:
    """A letter in somebody's home is kept by a service to which systemd shows no /home; what isn't there is named."""
    (tmp_path / "home").mkdir()
    kept, letter = proof(tmp_path, "home/bill.pdf"), proof(tmp_path, "home/letter.txt", b"Sirs,\n")
    program = Secluded(tmp_path, more=LINES)
    await program.start()
    try:
        said = ["household", "object", "Proximus", "--on", "2025-01-10", "--text", letter, "--proof", kept]
        await asyncio.to_thread(program.run, *said)
        gone = await asyncio.to_thread(program.run, *said[:-1], "home/gone.pdf", check=False)
    finally:
        await program.stop()
    assert [entry["name"] for entry in program.entries("attachment")] == ["bill.pdf", "letter.txt"]
    assert f"blocker: {tmp_path / 'home/gone.pdf'} isn't there" in gone.stderr


async def test_the_file_is_kept_beside_a_running_service(tmp_path: Path) -> None:
    """All that a regulator asks is said and shown; proofs named by a relative path are copied in and verify."""
    async with running(tmp_path, more=LINES) as program:

        def says(*words: str) -> str:
            return program.run("household", *words).stdout

        def tell() -> str:
            said = says("line", "landline", "--holder", "Anna Peeters", "--proof", proof(tmp_path))
            said += says("register", "be-dncm", "--line", "landline", "--on", "2024-05-02")
            letter = proof(tmp_path, "letter.txt", b"Sirs,\r\nstop calling.\n")
            said += says("object", "Belgacom", "--on", "2025-01-10", "--how", "post", "--to", "PB 1", "--text", letter)
            said += says("delivered", "proximus", "--on", "2025-01-13", "--proof", proof(tmp_path, "r.png", b"receipt"))
            said += says("answered", "proximus", "--on", "2025-02-01", "--answer", "You are on no list.")
            said += says("contract", "Belgacom", "--since", "2009-05-01", "--until", "2013-05-01")
            said += says("consent", "*", "--never")
            said += says("agreed", "proximus", "--from", "2026-11-24T10:00", "--until", "2026-11-24T12:00")
            said += says("case", "proximus", "open", "--where", "FPS Economy")
            return said + says("attach", proof(tmp_path, "note.txt", b"a note"), "--what", "other", "--how", "by hand")

        said = await asyncio.to_thread(tell)
        known = json.loads((await asyncio.to_thread(program.run, "household", "show", "--json")).stdout)
        shown = (await asyncio.to_thread(program.run, "household", "show")).stdout
        verified = (await asyncio.to_thread(program.run, "verify")).stdout

    assert "Calls count from 2024-05-11 on, after a waiting time of 5 working days." in said
    (objection,) = known["objections"]
    assert (objection["text"], objection["delivered"], objection["answer"]) == (
        "Sirs,\nstop calling.",
        "2025-01-13",
        "You are on no list.",
    )
    assert [(item["name"], item["what"]) for item in objection["proofs"]] == [
        ("letter.txt", "letter"),
        ("r.png", "proof"),
    ]
    assert known["registrations"][0]["counts_from"] == "2024-05-11"
    assert all(file["there"] for file in known["files"])
    assert {path.name for path in (program.data / "attachments").iterdir()} == {
        file["sha256"] for file in known["files"]
    }
    for text in ("Anna Peeters holds the line “landline”", "FPS Economy", "[letter.txt, r.png]", "anybody", "by hand"):
        assert text in shown
    assert "verifies" in verified


def test_without_a_service_the_command_does_it_itself(tmp_path: Path) -> None:
    """Said and taken back with nobody running; before anything was said, looking makes no data directory."""
    program = Program(tmp_path, more=LINES)
    assert "Nothing is recorded" in program.run("household", "show").stdout
    assert not program.data.exists()
    program.run("household", "contract", "proximus", "--since", "2009-05-01")
    (entry,) = program.entries("contract")
    withdrawn = program.run("household", "withdraw", "1", "--why", "it was another company").stdout

    assert entry["since"] == "2009-05-01"
    assert "Entry 1 (contract) no longer counts" in withdrawn
    assert json.loads(program.run("household", "show", "--json").stdout)["contracts"] == []


def test_a_line_of_another_device_is_known_by_its_calls(tmp_path: Path) -> None:
    """A mobile telephone that the configuration doesn't name has a holder too, once a call to it was recorded."""
    program = Program(tmp_path)
    assert program.run("household", "line", "mobile", "--holder", "Anna", check=False).returncode == 2
    program.run("call", "add", "--at", "2025-03-03 14:03", "--line", "mobile", "--for", "Proximus", "--marketing")
    program.run("household", "line", "mobile", "--holder", "Anna")
    held = json.loads(program.run("company", "show", "proximus", "--json").stdout)["named_in"]["holders"]

    assert held == [{"line": "mobile", "holder": "Anna", "calls": 1}]


async def test_the_dossier_tells_what_calls_point_to(tmp_path: Path) -> None:
    """After a registration and an objection, a call that was answered and marked points to both, with its facts."""
    async with running(tmp_path, more=LINES) as program:
        await call(program.fastagi, "+3225550345", dnid="025551234")

        def tell() -> None:
            program.run("household", "register", "be-dncm", "--line", "landline", "--on", "2024-05-02")
            program.run("household", "object", "proximus", "--on", "2025-01-10", "--how", "post")
            program.run("household", "consent", "*", "--never")
            story = {"mark": "marketing", "said_company": "Belgacom", "voice": "live"}
            (tmp_path / "said.json").write_text(json.dumps(story))
            program.run("statement", "last", "--json", "said.json")

        await asyncio.to_thread(tell)
        shown = (await asyncio.to_thread(program.run, "company", "show", "proximus")).stdout
        known = json.loads((await asyncio.to_thread(program.run, "company", "show", "proximus", "--json")).stdout)

    pointed = {flag["provision"] for flag in known["calls"][0]["law"] if flag["finding"] == "points-to"}
    assert {"be-register", "be-objection"} <= pointed
    assert known["named_in"]["since_objection"] == {"on": "2025-01-10", "calls": 1}
    assert known["named_in"]["since_registration"] == 1
    assert "points to WER/CDE VI.110 § 2 (law of 2024-02-08)" in shown
    assert "marketing after the objection of 2025-01-10: 1" in shown
    assert "registered: 2024-05-02" in shown
    assert "Proximus called" not in shown


def test_a_proof_that_changes_or_vanishes_is_found(tmp_path: Path) -> None:
    """`verify` says which entry's file has other bytes, and which one's is gone, and its exit status is 1."""
    program = Program(tmp_path, more=LINES)
    program.run("household", "line", "landline", "--holder", "Anna", "--proof", proof(tmp_path))
    (kept,) = (program.data / "attachments").iterdir()
    kept.write_bytes(b"%PDF another bill")
    changed = program.run("verify", check=False)
    kept.unlink()
    gone = program.run("verify", check=False)
    assert "GONE" in program.run("household", "show").stdout
    program.run("household", "attach", proof(tmp_path))

    assert (changed.returncode, "entry 1: its file was changed" in changed.stdout) == (1, True)
    assert (gone.returncode, "entry 1: its file is gone" in gone.stdout) == (1, True)
    assert "`blocker household attach` puts it back" in changed.stdout
    assert program.run("verify").stdout.endswith("The ledger verifies.\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["line", "mobil", "--holder", "Anna"], "did you mean “mobile”?"),
        (["register", "be-dncn", "--on", "2024-05-02"], "did you mean “be-dncm”?"),
        (["object", "proximus", "--on", "2999-01-01"], "still to come"),
        (["object", "proximus", "--on", "2025-01-01", "--text", "gone.txt"], "gone.txt isn't there"),
        (["object", "proximus", "--on", "2025-01-01", "--proof", "gone.pdf"], "gone.pdf isn't there"),
        (["object", "proximus", "--on", "2025-01-01", "--proof", "."], "is a folder"),
        (["contract", "proximus", "--since", "2013-05-01", "--until", "2009-05-01"], "before it began"),
        (["delivered", "proximus", "--on", "2025-01-01"], "no objection to Proximus is recorded"),
        (["case", "proximus", "closed"], "no such case about Proximus is open"),
        (["withdraw", "7", "--why", "wrong"], "no entry 7"),
        (["attach", "gone.pdf"], "isn't there"),
    ],
)
def test_bad_input(tmp_path: Path, words: list[str], message: str) -> None:
    """Each mistake ends with status 2 and says how to mend it; nothing is half-recorded."""
    program = Program(tmp_path, more=LINES)
    done = program.run("household", *words, check=False)

    assert (done.returncode, message in done.stderr) == (2, True), done.stderr
    assert not (program.data / "ledger.sqlite3").exists() or program.entries() == []
    kept = program.data / "attachments"
    assert not kept.exists() or list(kept.iterdir()) == []


def test_words_and_files_are_told_apart(tmp_path: Path) -> None:
    """Words in quotes are the text; a plain text file is text and letter; any other file is the letter alone."""
    program = Program(tmp_path, more=LINES)
    picture = proof(tmp_path, "scan.png", b"\x89PNG\r\n\x1a\n")
    program.run("household", "object", "proximus", "--on", "2025-01-01", "--text", "stop calling me")
    program.run("household", "object", "telenet", "--on", "2025-01-01", "--text", picture)

    words, scan = program.entries("objection")
    assert (words["text"], words["proofs"]) == ("stop calling me", [])
    assert (scan["text"], len(scan["proofs"])) == ("", 1)
    assert program.entries("attachment")[0]["what"] == "letter"
