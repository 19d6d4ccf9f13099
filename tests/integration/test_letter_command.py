"""`blocker letter`, by the real command: made, sent, waited for, answered; beside a service and without one."""

import asyncio
import json
import subprocess
from pathlib import Path

import pytest
import vobject
from fakes.mounts import why_no_mount
from fakes.needs import needs
from fakes.running import Program, running
from pypdf import PdfReader

LINES = '\n[lines.landline]\nnumber = "+3225551234"\n'


def with_holder(folder: Path, top: str = "") -> Program:
    program = Program(folder, top=top, more=LINES)
    program.run("household", "line", "landline", "--holder", "Anna Peeters")
    return program


def backdated(program: Program, name: str, day: str) -> None:
    """Mark a letter as made and sent long ago, since the test can't wait for a month."""
    about = program.data / "letters" / name / "letter.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"made": day}))
    program.run("letter", "sent", name, "--on", day, "--delivered", day)


def only(folder: Path, suffix: str) -> Path:
    (path,) = folder.glob(f"*{suffix}")
    return path


async def test_a_letter_counts_from_the_day_it_was_sent(tmp_path: Path) -> None:
    """Made, it counts for nothing; marked as sent beside a service, it is an objection with its file as proof."""
    async with running(tmp_path, more=LINES) as program:

        def tell() -> tuple[str, str, str]:
            program.run("household", "line", "landline", "--holder", "Anna Peeters")
            made = program.run(
                "letter", "both", "Belgacom", "--lang", "fr", "--out", "out", "--address", "Rue 1, 1000 B"
            )
            before = program.run("household", "show").stdout
            name = only(tmp_path / "out", ".pdf").stem
            program.run("letter", "sent", name, "--proof", str(program.config))
            again = program.run("letter", "sent", name, check=False)
            assert again.returncode == 2
            return name, made.stdout + before, program.run("verify").stdout

        name, said, verified = await asyncio.to_thread(tell)
        known = json.loads((await asyncio.to_thread(program.run, "household", "show", "--json")).stdout)

    assert "you objected" not in said
    assert f"blocker letter sent {name}" in said
    (objection,), (request,) = known["objections"], known["requests"]
    assert objection["proofs"] == request["proofs"]
    assert [item["name"] for item in objection["proofs"]] == [f"{name}.pdf", "blocker.toml"]
    assert (objection["company"], objection["how"], request["asks"]) == ("proximus", "post", "access")
    assert "Je m’oppose" in objection["text"]
    assert "verifies" in verified
    assert not list((program.data / "letters").iterdir())
    pdf = PdfReader(only(tmp_path / "out", ".pdf"))
    assert "Rue 1" in pdf.pages[0].extract_text()


def test_an_answer_is_waited_for_asked_for_and_recorded(tmp_path: Path) -> None:
    """Overdue, it is shown and in the calendar; a reminder can be made; an answer ends it all, found by its letter."""
    program = with_holder(tmp_path)
    assert "Nothing is due" in program.run("letter", "due", "--lang", "en").stdout
    program.run("letter", "both", "proximus", "--out", "out", "--lang", "nl")
    name = only(tmp_path / "out", ".pdf").stem
    too_early = program.run("letter", "follow-up", "proximus", "--out", "out", check=False)
    assert (too_early.returncode, "no letter to it is recorded" in too_early.stderr) == (2, True)
    backdated(program, name, "2026-03-05")

    due = program.run("letter", "due", "--lang", "en", "--ics", "days.ics").stdout
    assert "2026-04-08  No answer from Proximus: remind it, or complain" in due
    assert "2026-04-07" not in due, "a day that is past and asks for nothing isn't due"
    assert "blocker letter follow-up proximus" in due
    calendar = vobject.readOne((tmp_path / "days.ics").read_text())
    assert [str(event.dtstart.value) for event in calendar.vevent_list] == ["2026-04-08"]
    assert "letters: No answer from Proximus: remind it, or complain" in program.run("doctor", check=False).stdout
    program.run("letter", "follow-up", "proximus", "--out", "out2", "--lang", "de")
    assert "endete am 7. April 2026" in only(tmp_path / "out2", ".txt").read_text()
    backdated(program, only(tmp_path / "out2", ".pdf").stem, "2026-04-09")
    assert "2026-04-23  No answer from Proximus to the reminder" in program.run("letter", "due", "--lang", "en").stdout

    answer = tmp_path / "answer.txt"
    answer.write_text("You are on no list.\n")
    program.run("letter", "answered", name, "--on", "2026-05-01", "--answer", "answer.txt")
    assert "Nothing is due" in program.run("letter", "due", "--lang", "en").stdout
    known = json.loads(program.run("household", "show", "--json").stdout)
    (objection,) = known["objections"]
    assert (objection["answered"], objection["answer"]) == ("2026-05-01", "You are on no list.")
    assert {item["asks"]: item["answered"] for item in known["requests"]} == {"access": "2026-05-01", "answer": None}
    assert [item["what"] for item in objection["proofs"]] == ["letter", "answer"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("letter", "objection", "Nobody & Co", "--out", "out"), "no rule file names a company"),
        (("letter", "objection", "proximus", "--out", "taken"), "taken is a file"),
        (("letter", "objection", "proximus", "--to", "a\x07b", "--out", "out"), "one line"),
        (("letter", "identity", "proximus", "--calls", "last", "--out", "out"), "Telecom Ombudsman"),
        (("letter", "sent", "../ledger"), "no letter “../ledger”"),
        (("letter", "answered", "2026-01-01-x-both", "--on", "2026-02-01"), "is recorded as sent"),
    ],
)
def test_what_makes_no_sense_leaves_nothing_behind(tmp_path: Path, words: tuple[str, ...], why: str) -> None:
    """A clear message, no letter and no entry."""
    program = with_holder(tmp_path)
    (tmp_path / "taken").write_text("x")
    done = program.run(*words, check=False)

    assert done.returncode == 2
    assert why in done.stderr
    assert not (tmp_path / "out").exists()
    assert not list((program.data / "letters").glob("*"))
    assert len(program.entries()) == 1


def test_a_letter_made_anew_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    """The same letter of a day waits once, also with another address; a file that somebody changed stays."""
    program = with_holder(tmp_path)
    program.run("letter", "both", "proximus", "--out", "out")
    again = program.run("letter", "both", "proximus", "--out", "out", "--address", "Rue 1, 1000 B")
    assert "takes the place" in again.stderr
    assert program.run("letter", "list").stdout.count("proximus-both") == 1
    text = only(tmp_path / "out", ".txt")
    assert "Rue 1" in text.read_text()
    text.write_text("mine")
    refused = program.run("letter", "both", "proximus", "--out", "out", check=False)
    assert (refused.returncode, "is there already" in refused.stderr) == (2, True)
    assert text.read_text() == "mine"


def test_a_letter_goes_or_is_dropped(tmp_path: Path) -> None:
    """It can't have gone out before its own day; one that nobody wants is taken away, and a sent one can't be."""
    program = with_holder(tmp_path)
    program.run("letter", "both", "proximus", "--out", "out")
    name = only(tmp_path / "out", ".txt").stem
    early = program.run("letter", "sent", name, "--on", "2020-01-01", check=False)
    assert (early.returncode, "can't have gone out on 2020-01-01" in early.stderr) == (2, True)
    assert program.entries("objection") == []
    program.run("letter", "drop", name)
    assert "No letter waits" in program.run("letter", "list").stdout
    gone = program.run("letter", "drop", name, check=False)
    assert (gone.returncode, "there is no letter" in gone.stderr) == (2, True)


@needs(why_no_mount)
@pytest.mark.parametrize(
    "words",
    [
        ("letter", "both", "proximus", "--out"),
        ("report", "--week", "2026-W46", "--out"),
        ("dossier", "proximus", "--out"),
        ("pack", "--company", "proximus", "--out"),
    ],
)
def test_a_full_disk_leaves_nothing_of_what_is_handed_out(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Neither a file nor a folder that was only made for it; the message says so."""
    program = with_holder(tmp_path)
    program.run("call", "add", "--at", "2026-11-10 10:15", "--line", "landline", "--number", "+3225550345",
                "--marketing", "--for", "Proximus")  # fmt: skip
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=8k,nr_inodes=3,mode=700 tmpfs disk; "$@" || true; ls -A disk'
    command = ["unshare", "--mount", "sh", "-ec", script, "sh", *program.command(*words, "disk/out")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "No space left" in done.stderr
    assert done.stdout == ""


def test_a_company_that_went_into_another(tmp_path: Path) -> None:
    """The letter goes to its heir, whoever was said, and the household is told so."""
    program = with_holder(tmp_path)
    done = program.run("letter", "objection", "VOO", "--out", "out")

    assert "Orange Belgium" in done.stdout
    assert "VOO went into Orange Belgium" in done.stderr
    assert "waits" not in program.run("letter", "list").stdout
    assert "orange-be-objection" in program.run("letter", "list").stdout


def test_who_called_without_a_number_is_asked_of_the_provider(tmp_path: Path) -> None:
    """A Dutch household names the withheld call by its id; the request is recorded, and no objection with it."""
    program = with_holder(tmp_path)
    text = program.config.read_text().replace('"BE"', '"NL"').replace("+3225551234", "+31205551234")
    program.config.write_text(text)
    program.run("household", "line", "landline", "--holder", "Anna", "--number", "+31205551234")
    program.run("call", "add", "--at", "2026-11-16 10:15", "--line", "landline")
    call = json.loads(program.run("calls", "--json").stdout)[0]["call"]
    made = program.run("letter", "identity", "KPN", "--calls", call, "--out", "out", "--address", "Straat 1, 1000 AA X")
    text = only(tmp_path / "out", ".txt").read_text()
    assert "artikel 11.11" in text
    assert "tot op de seconde" not in text
    assert "wasn't recorded here" in made.stderr
    assert "look up before you send it: the address (The post code was not found)" in made.stderr
    program.run("letter", "sent", only(tmp_path / "out", ".pdf").stem)

    (request,) = program.entries("request")
    assert (request["asks"], request["company"]) == ("identity", "kpn")
    assert program.entries("objection") == []
