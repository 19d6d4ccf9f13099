"""Rule files through the real program: everything wrong at once, examples tried, and the running service kept whole."""

import asyncio
import json
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path

import aiohttp
import pytest
from fakes.agi_client import call
from fakes.rule_folder import COMPANY, RANGES
from fakes.running import Program, running
from fakes.stall import LONGEST_STALL, TRIES, watching

from blocker.rulebinding import read_again
from blocker.rulebook import load_rules, shipped_rules

CALLER = "+3290012345"
GOOD = RANGES.replace("Sales numbers", "Sales numbers of ours")


def own(folder: Path, name: str, text: str) -> Path:
    """One of the household's rule files, in its default place."""
    path = folder / "data" / "rules" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_shipped_rules_are_clean(tmp_path: Path) -> None:
    """With nothing of the household's own, everything is read, every example holds, and the count says so."""
    done = Program(tmp_path).run("rules", "check")
    assert done.stdout.endswith("nothing is wrong.\n")
    found = json.loads(Program(tmp_path).run("rules", "check", "--json").stdout)
    assert found["faults"] == []
    assert found["files"] > 50
    assert found["examples"] > 100


def test_all_faults_come_out_at_once(tmp_path: Path) -> None:
    """Several files, several faults: each with file, line and remedy, and a count at the end; exit status 1."""
    company = own(tmp_path, "companies/acme.toml", COMPANY.replace('role = "principal"', 'role = "boss"'))
    ranges = own(tmp_path, "ranges/be-sales.toml", RANGES.replace('slug = "be-sales"', 'slug = "be-sale"\nfoo = 1'))
    done = Program(tmp_path).run("rules", "check", check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 1
    assert any(line.startswith(f"{company}:3: role can't be “boss” (") for line in lines), lines
    assert any(line.startswith(f"{ranges}:1: slug is “be-sale”") for line in lines), lines
    assert any(line.startswith(f"{ranges}:2: unknown key “foo”") for line in lines), lines
    assert lines[-1] == "3 faults in 2 files; no example was tried."
    as_json = json.loads(Program(tmp_path).run("rules", "check", "--json", check=False).stdout)
    assert {(fault["file"], fault["line"]) for fault in as_json["faults"]} == {
        (str(company), 3), (str(ranges), 1), (str(ranges), 2)
    }  # fmt: skip


def test_an_example_that_doesnt_hold_is_a_fault(tmp_path: Path) -> None:
    """`rules check` and `doctor` run the examples of the household's own files."""
    path = own(tmp_path, "companies/acme.toml", COMPANY.replace('said = "ancient acme"', 'said = "proximus"'))
    done = Program(tmp_path).run("rules", "check", check=False)
    assert done.returncode == 1
    assert f"{path}:{COMPANY.splitlines().index('[[example]]') + 1}: " in done.stdout
    assert done.stdout.endswith("example tried: 1 fault in 1 file.\n") or "tried: 1 fault in 1 file." in done.stdout
    assert "examples in the household's own rules don't hold" in Program(tmp_path).run("doctor", check=False).stdout


def test_one_file_is_checked_as_an_override(tmp_path: Path) -> None:
    """A file given by its path replaces the shipped one of that name and needs no configuration file."""
    path = tmp_path / "companies" / "proximus.toml"
    path.parent.mkdir()
    path.write_text(COMPANY.replace("acme", "proximus").replace("Acme", "Proximus"), "utf-8")
    program = Program(tmp_path)
    program.config.unlink()
    done = program.run("rules", "check", str(path), check=False)
    assert f"{path}:" in done.stdout or "nothing is wrong" in done.stdout
    path.write_text("slug = 1", "utf-8")
    assert f"{path}:1: slug is a whole number" in program.run("rules", "check", str(path), check=False).stdout


@pytest.mark.parametrize("place", ["nothing.toml", "company/acme.toml"])
def test_a_path_that_is_no_rule_file(tmp_path: Path, place: str) -> None:
    """What isn't there, or lies where nothing reads it, is said, with where it belongs."""
    path = tmp_path / place
    if "/" in place:
        path.parent.mkdir()
        path.write_text(COMPANY, "utf-8")
    done = Program(tmp_path).run("rules", "check", str(path), check=False)
    said = done.stdout + done.stderr
    assert done.returncode in {1, 2}
    assert "there is no such file or folder" in said or "did you mean companies/?" in said


def test_the_list_shows_every_file(tmp_path: Path) -> None:
    """By kind, with the day it was checked, how sure it is, and whose it is."""
    own(tmp_path, "companies/acme.toml", COMPANY)
    lines = Program(tmp_path).run("rules", "list").stdout.splitlines()
    assert lines[0].split() == ["kind", "file", "country", "checked", "sure", "whose"]
    acme = next(line for line in lines if "acme.toml" in line)
    assert acme.split() == ["companies", "acme.toml", "BE", "2026-11-22", "verified", "household"]
    assert {line.split()[0] for line in lines[1:-1]} == {"companies", "ranges", "law", "regulators", "sources"}


async def problems(program: Program) -> list[str]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{program.http}/healthz") as answer,
    ):
        return list((await answer.json())["problems"])


async def action(program: Program, number: str = CALLER) -> str:
    return (await call(program.fastagi, number))["BLOCKER_ACTION"]


async def command(program: Program, *words: str) -> tuple[int, str]:
    """A command beside the running service, which this test goes on reading."""
    process = await asyncio.create_subprocess_exec(
        *program.command(*words), stdout=asyncio.subprocess.PIPE, cwd=program.folder
    )
    output, _ = await process.communicate()
    return int(process.returncode or 0), output.decode()


async def test_reloading_takes_good_rules_and_keeps_them_over_bad_ones(tmp_path: Path) -> None:
    """Changed rules decide the next call; faulty ones change nothing and are complained about until they are mended."""
    async with running(tmp_path) as program:
        assert len(program.entries("rules-loaded")) == 1
        assert await action(program) == "ring"

        own(tmp_path, "ranges/be-sales.toml", GOOD)
        status, said = await command(program, "rules", "reload")
        assert (status, said.startswith("In force: ")) == (0, True)
        assert await action(program) == "reject"
        first, second = program.entries("rules-loaded")
        assert first["sha256"] != second["sha256"]
        assert second["files"] == first["files"] + 1

        faulty = own(tmp_path, "companies/acme.toml", "slug = 1")
        assert program.process is not None
        program.process.send_signal(signal.SIGHUP)
        complaint = await program.logged("rules not in force")
        assert complaint["level"] == "error"
        assert f"{faulty}:1: slug is a whole number" in complaint["why"]
        assert await action(program) == "reject"
        (problem,) = await problems(program)
        assert f"{faulty}:1: slug is a whole number" in problem
        assert "role is missing" in problem
        status, said = await command(program, "rules", "reload")
        assert (status, said.splitlines()[-1].endswith("faults; the rules from before stay in force.")) == (1, True)
        assert "role is missing" in (await command(program, "doctor"))[1]

        faulty.unlink()
        program.process.send_signal(signal.SIGHUP)
        await program.logged("rules loaded")
        assert await problems(program) == []
        assert await action(program) == "reject"
    assert [entry["event"] for entry in program.log].count("rules not in force") == 1


async def test_rules_that_were_faulty_at_the_start_are_taken_once_mended(tmp_path: Path) -> None:
    """The shipped ones hold meanwhile, and health says why until the reload."""
    path = own(tmp_path, "ranges/be-sales.toml", "slug = 1")
    async with running(tmp_path) as program:
        assert f"{path}:1: " in (await problems(program))[0]
        path.write_text(GOOD, "utf-8")
        await command(program, "rules", "reload")
        assert await problems(program) == []
        assert await action(program) == "reject"


async def test_a_start_records_rules_only_if_they_changed(tmp_path: Path) -> None:
    """The same files again are no news."""
    for count in (1, 1, 2):
        if count == 2:
            own(tmp_path, "companies/acme.toml", COMPANY)
        async with running(tmp_path) as program:
            pass
        assert len(program.entries("rules-loaded")) == count


def test_reloading_without_a_service(tmp_path: Path) -> None:
    """There is nobody to tell, and the command says so."""
    done = Program(tmp_path).run("rules", "reload", check=False)
    assert (done.returncode, "no service runs" in done.stderr) == (2, True)


async def test_no_decision_waits_for_a_reload(tmp_path: Path) -> None:
    """Reading all rules again holds up no call: the longest delay of the event loop meanwhile is small."""
    path = own(tmp_path, "ranges/be-sales.toml", GOOD)
    household = path.parent.parent
    before = load_rules(shipped_rules(), household)
    stalls: list[float] = []
    again = before
    while len(stalls) < TRIES and min(stalls, default=1.0) > LONGEST_STALL:
        async with watching(lambda: before.ranges.match(CALLER, date(2026, 11, 17))) as watch:
            again = await read_again(shipped_rules(), household)
        stalls.append(watch.longest)
    assert again == replace(
        before, examples=(), headers={}, companies=again.companies, ranges=again.ranges, laws=again.laws
    )
    assert list(again.companies) == list(before.companies)
    assert list(again.ranges) == list(before.ranges)
    assert list(again.laws) == list(before.laws)
    assert min(stalls) <= LONGEST_STALL
