"""What a person reads who types commands that don't quite make sense, or that change less than they hope."""

import hashlib
import json
import os
import subprocess
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.running import Program, running

from blocker import clock
from blocker.commands import doctor
from blocker.config import load_config
from blocker.core.timekeeping import ClockState

NUMBER = "+3225551234"


def test_a_list_says_what_it_makes_of_a_number(tmp_path: Path) -> None:
    """A protected number isn't blocked, an odd one is doubted, and adding again says what changed."""
    program = Program(tmp_path)
    for written in ("112", "112*"):
        refused = program.run("block", "add", written, check=False)
        assert (refused.returncode, "is a protected number and can't be blocked" in refused.stderr) == (2, True)
    assert "BE has no number +3225551" in program.run("block", "add", "+3225551").stderr
    assert program.run("block", "add", NUMBER).stderr == ""
    again = program.run("block", "add", NUMBER, "--comment", "energy", "--until", "2099-01-31").stdout
    assert "until the end of 2099-01-31 (was there already; comment added; end changed from no end to" in again


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("block", "add", NUMBER, "--until", ""), 2, "is no end"),
        (("block", "add", NUMBER, "--comment", "x\x1b[2J"), 2, "one line without control characters"),
        (("block", "add", NUMBER, "--comment", "x" * 201), 2, "201 characters, and may have 200"),
        (("mark", "last", "wanted", "--for", " "), 2, "is blank"),
        (("calls", "--days", "x"), 2, "must be a whole number from 1 to 36500"),
        (("sync", "ftp://example.org/list"), 2, "only http and https URLs and files"),
    ],
)
def test_what_makes_no_sense_has_a_status_and_a_reason(
    tmp_path: Path, words: tuple[str, ...], status: int, says: str
) -> None:
    """Each refusal ends with its status and a sentence that says what to write."""
    done = Program(tmp_path).run(*words, check=False)
    assert (done.returncode, says in done.stderr) == (status, True), done.stderr


def test_the_configuration_is_named_in_three_ways(tmp_path: Path) -> None:
    """Before the command, after it, or in the environment, where the option wins."""
    program = Program(tmp_path)
    bare, named = program.command()[:3], str(program.config)
    for words, variable in (
        (["block", "list", "--config", named], ""),
        (["block", "list"], named),
        (["--config", named, "block", "list"], str(tmp_path / "none.toml")),
    ):
        environment = os.environ | {"BLOCKER_CONFIG": variable}
        done = subprocess.run([*bare, *words], env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "The block list is empty.\n"), done.stderr


def test_output_that_cant_be_written_ends_in_one_line(tmp_path: Path) -> None:
    """A full disk behind the output is no traceback."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        words = Program(tmp_path).command("block", "list")
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (3, 1), done.stderr


async def test_wanted_says_what_still_turns_the_call_away(tmp_path: Path) -> None:
    """Whoever marks a call as wanted learns that its range still convicts it, and that others remain marked."""
    async with running(tmp_path, top="", more='[policy]\ncanvassing = "block"\n') as program:
        other = await call(program.fastagi, "+33162001234")
        program.run("mark", other["BLOCKER_CALL"], "marketing")
        await call(program.fastagi, "+33162001234")
        said = program.run("mark", "LAST", "wanted").stderr
        assert "+33162001234 would still be turned away (canvassing-range)" in said
        assert f"stay marked as marketing: {other['BLOCKER_CALL']}" in said
        shown = _on_a_terminal(program.command("calls"))
        assert max(map(len, shown)) <= 100
        assert shown[-1].startswith(json.loads(program.run("calls", "--json").stdout)[-1]["call"][:8] + "  ")


def _on_a_terminal(words: list[str]) -> list[str]:
    """The lines that a program writes to a terminal of a hundred columns."""
    ours, its = os.openpty()
    subprocess.run(words, stdout=its, check=True, env=os.environ | {"COLUMNS": "100"})
    shown = os.read(ours, 4096).decode().splitlines()
    os.close(its)
    os.close(ours)
    return shown


@pytest.mark.parametrize(
    ("synchronised", "contained", "finding"),
    [(False, True, "look"), (False, False, "BAD"), (True, True, "ok"), (None, False, "look")],
)
async def test_a_container_keeps_no_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, synchronised: bool | None, contained: bool, finding: str
) -> None:
    """An unsynchronised clock is bad where somebody can set it, and worth a look where only the host can."""
    monkeypatch.setattr(clock, "state", lambda: ClockState("kernel", synchronised, None))
    monkeypatch.setattr(clock, "in_a_container", lambda: contained)
    config = load_config(Program(tmp_path).config, os.environ, ["reject"])
    assert (await doctor._clock(config))[0] == finding


def test_the_sum_of_a_list_is_that_of_its_entries_and_tells_nobody_who_is_on_it(tmp_path: Path) -> None:
    """Whoever has the entries makes the sum again; whoever only has the sum, out of a pack, can't guess a number."""
    program = Program(tmp_path)
    for words in (("add", "02 555 12 34"), ("add", "02 555*"), ("add", "02 555 12 34", "--until", "2030-01-01")):
        program.run("allow", *words)
    program.run("allow", "remove", "02 555*")
    changes = program.entries("list-changed")
    standing: dict[str, str] = {}
    for change in changes:
        number, before = change["number"], standing.pop(change["number"], "")
        if change["change"] == "add":
            since = before.split()[1] if before else change["at"]
            standing[number] = f"{number} {since} {change['until'] or '-'}\n"
        lines = "".join(sorted(standing.values()))
        assert change["sha256"] == hashlib.sha256(lines.encode()).hexdigest()
    assert len(changes) == 4
    guesses = (f"+3225551234 {end}\n" for end in ("-", changes[-1]["until"], changes[-2]["until"]))
    assert changes[-1]["sha256"] not in {hashlib.sha256(guess.encode()).hexdigest() for guess in guesses}
