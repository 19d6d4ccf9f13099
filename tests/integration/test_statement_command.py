"""`blocker statement` as a person types it: the talk in a terminal, files, taking back, and what each leaves behind."""

import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.running import Program, running
from fakes.terminal import CTRL_C, CTRL_D, talk

NUMBER = "+3225551234"
EARLIER = json.dumps({"product": "fibre", "said_company": "Belgacom"})


@pytest.fixture
async def program(tmp_path: Path) -> AsyncIterator[Program]:
    """A service that has just let a call ring."""
    async with running(tmp_path) as started:
        assert (await call(started.fastagi, NUMBER))["BLOCKER_ACTION"] == "ring"
        yield started


def from_stdin(program: Program, text: bytes, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        program.command("statement", "last", "--json", "-", *words), input=text, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def test_a_person_is_asked_and_what_was_said_is_recorded(program: Program) -> None:
    """From the question to the ledger and the block list, a typing error mended on the way; then it is shown."""
    answers = {
        "What kind of call": "1",
        "For which company": "Belgacm",
        "one of these": "1",
        "work for": "Horizon Calls",
        "What was offered": "a télévision subscription",
        "Did you say that you don't": "yes",
        "What did you say?": "Please don't call again.",
        "Record it?": "y",
    }
    status, shown = await talk(program.command("statement", "last"), answers, program.folder)
    assert (status, f"{NUMBER} is blocked until" in shown) == (0, True), shown
    (entry,) = program.entries("statement")
    assert {key: entry[key] for key in ("mark", "said_company", "company", "said_call_centre", "product")} == {
        "mark": "marketing",
        "said_company": "Belgacm",
        "company": "proximus",
        "said_call_centre": "Horizon Calls",
        "product": "a télévision subscription",
    }
    assert (entry["said_stop"], entry["stop_words"]) == ("yes", "Please don't call again.")
    assert "given name" not in shown.lower()
    assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "reject"
    printed = program.run("statement", entry["call"][:8], "--show").stdout
    assert "The caller said: for: Belgacm (proximus in the rules)" in printed
    assert f"entry {program.entries().index(entry) + 1}:" in printed


BROKEN_OFF: list[tuple[dict[str, str], int, str]] = [
    ({"What was offered": CTRL_C}, 130, "Nothing was recorded."),
    ({"What was offered": CTRL_D}, 130, "Nothing was recorded."),
    ({"What was offered": "gas", "Record it?": CTRL_C}, 130, "Nothing was recorded."),
    ({"What was offered": "gas", "Record it?": "n"}, 1, "Nothing was recorded; what was said before stays"),
    ({}, 1, "Nothing was recorded; what was said before stays"),
]


async def test_a_talk_that_is_broken_off_records_nothing_and_says_so(program: Program) -> None:
    """One Ctrl-C is enough, wherever the talk is; earlier words stand as they were."""
    assert from_stdin(program, EARLIER.encode())[0] == 0
    for answers, status, says in BROKEN_OFF:
        ended, shown = await talk(program.command("statement", "last"), answers, program.folder)
        assert (ended, says in shown, "Traceback" in shown) == (status, True, False), shown
        assert len(program.entries("statement")) == 1


FILES: dict[str, tuple[bytes, str]] = {
    "no JSON": (b"{mark: marketing}", "standard input isn't JSON"),
    "no UTF-8": ('{"product": "télé"}'.encode("latin-1"), "isn't UTF-8"),
    "too long": (b" " * 300_000, "longer than 262144 bytes"),
    "no object": (b"[1]", "must be an object of fields"),
    "twice": (b'{"mark": "wanted", "mark": "marketing"}', "a field is given twice"),
    "deep": (b"[" * 100_000, "isn't JSON"),
    "empty": (b"", "isn't JSON"),
    "faults": (
        b'{"markk": "wanted", "voice": "loud", "consent": "given", "consent_on": "2030-01-01"}',
        (
            "markk: there is no such field (did you mean “mark”?)\n"
            "voice: “loud” is none of its words (there is: live, recorded, silent)\n"
            "consent_on: 2030-01-01 (consent on) is still to come"
        ),
    ),
}


async def test_a_file_that_is_no_statement_is_told_why(program: Program) -> None:
    """With status 2 and a sentence for each fault; nothing is recorded."""
    for what, (text, says) in FILES.items():
        status, _, error = from_stdin(program, text)
        assert (what, status, says in error) == (what, 2, True), error
    missing = program.run("statement", "last", "--json", "missing.json", check=False)
    assert (missing.returncode, "missing.json can't be read: No such file" in missing.stderr) == (2, True)
    without = program.run("statement", "last", check=False)
    assert (without.returncode, "no terminal to ask in: give a file (--json FILE)" in without.stderr) == (2, True)
    unknown = program.run("statement", "ffff", "--show", check=False)
    assert (unknown.returncode, "no call “ffff” has been recorded" in unknown.stderr) == (2, True)
    assert program.entries("statement") == []


async def test_what_was_said_can_be_taken_back(program: Program) -> None:
    """A withdrawn mark blocks no more and shows nowhere; the ledger keeps both, and verifies."""
    file = program.folder / "said.json"
    file.write_text('\ufeff{"mark": "marketing", "said_company": "Belgacom", "agent": "Kim"}', encoding="utf-8")
    said = program.run("statement", "last", "--json", str(file))
    assert "is blocked until" in said.stdout
    assert "the agent's name is not kept" in said.stderr
    assert "Kim" not in (program.data / "ledger.sqlite3-wal").read_bytes().decode("latin-1")
    assert json.loads(program.run("company", "show", "proximus", "--json").stdout)["named_in"]["calls"] == 1

    back = program.run("statement", "last", "--withdraw", "it was the wrong call").stdout
    assert f"{NUMBER} is no longer blocked." in back
    assert (await call(program.fastagi, NUMBER))["BLOCKER_ACTION"] == "ring"
    assert [item["statement"] for item in json.loads(program.run("calls", "--json").stdout)] == [None, None]
    assert json.loads(program.run("company", "show", "proximus", "--json").stdout)["named_in"]["calls"] == 0
    assert len(program.entries("statement")) == len(program.entries("correction")) == 1
    assert "verifies" in program.run("verify").stdout


async def test_one_entry_is_taken_back_by_its_number(program: Program) -> None:
    """What a person said, and nothing else, with the reason beside it."""
    assert from_stdin(program, b'{"product": "gas"}')[0] == 0
    n = len(program.entries())
    assert f"Entry {n} (statement) no longer counts" in program.run("correct", str(n), "it", "was", "fibre").stdout
    (correction,) = program.entries("correction")
    assert (correction["entry"], correction["why"]) == (n, "it was fibre")
    for entry, says in ((str(n), "taken back before"), ("1", "isn't what a person said"), ("x", "must be a number")):
        refused = program.run("correct", entry, "why", check=False)
        assert (refused.returncode, says in refused.stderr) == (2, True), refused.stderr


async def test_an_agents_name_stays_apart_where_it_is_kept(tmp_path: Path) -> None:
    """Asked for only then, kept in an entry of its own, shown to the household."""
    async with running(tmp_path, more="[statements]\nkeep_agent_names = true\n") as program:
        await call(program.fastagi, NUMBER)
        answers = {"given name": "Kim", "What was offered": "gas", "Record it?": "y"}
        status, shown = await talk(program.command("statement", "last"), answers, program.folder)
        assert (status, "Given name, for yourselves: Kim" in shown) == (0, True), shown
        (note,) = program.entries("private-note")
        assert (note["agent"], "Kim" in str(program.entries("statement"))) == ("Kim", False)
        assert "Given name, for yourselves: Kim" in program.run("statement", "last", "--show").stdout
