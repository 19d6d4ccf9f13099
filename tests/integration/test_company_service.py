"""What the household says of a company, beside the running service: it holds for the next call, and is recorded."""

import asyncio
import json
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.running import Program, running

PROXIMUS = "+3280022800"
"""A service number that it publishes; `rules/companies/proximus.toml` has the source."""

OWN_RULE = """\
slug = "acme"
name = "Acme"
role = "principal"
country = "BE"
sector = "telecom"
checked = 2026-11-22
sure = "verified"
false_positives = []
caller_names = ["acme*"]

[[source]]
label = "site"
title = "acme.example"
seen = 2026-11-22
quality = "primary"
"""


async def test_a_setting_holds_for_the_next_call(tmp_path: Path) -> None:
    """All blocked: its published number is refused at once; all allowed: it rings although a list names it."""
    (tmp_path / "list.txt").write_text(PROXIMUS + "\n")
    async with running(tmp_path) as program:
        assert (await call(program.fastagi, PROXIMUS))["BLOCKER_ACTION"] == "ring"
        await asyncio.to_thread(program.run, "sync", str(tmp_path / "list.txt"))
        strangers = await call(program.fastagi, PROXIMUS)
        await asyncio.to_thread(program.run, "company", "set", "Belgacom", "--calls", "all-blocked")
        blocked = await call(program.fastagi, PROXIMUS)
        await asyncio.to_thread(program.run, "company", "set", "proximus", "--calls", "all-allowed")
        allowed = await call(program.fastagi, PROXIMUS)

    assert strangers["BLOCKER_REASON"] == "repeat-call"
    assert (blocked["BLOCKER_ACTION"], blocked["BLOCKER_REASON"]) == ("reject", "company-rule")
    assert (allowed["BLOCKER_ACTION"], allowed["BLOCKER_REASON"]) == ("ring", "company-rule")
    assert [entry["calls"] for entry in program.entries("company-set")] == ["all-blocked", "all-allowed"]
    assert [entry["company"] for entry in program.entries("company-set")] == ["proximus"] * 2
    screened = program.entries("call-screened")[-1]["verdict"]["matches"]
    assert [match["kind"] for match in screened] == ["company", "company-setting"]
    assert "verifies" in program.run("verify").stdout


async def test_a_setting_survives_a_restart_and_a_killed_service(tmp_path: Path) -> None:
    """What was set holds after kill -9; the start's entry gives the sum that the change gave."""
    program = Program(tmp_path)
    await program.start()
    await asyncio.to_thread(program.run, "company", "set", "proximus", "--calls", "all-blocked")
    await program.kill()
    await program.start()
    blocked = await call(program.fastagi, PROXIMUS)
    await program.stop()

    assert blocked["BLOCKER_ACTION"] == "reject"
    (change,) = program.entries("company-set")
    assert program.entries("service-started")[-1]["lists"]["companies"] == change["sha256"]


async def test_a_caller_name_blocks_only_where_all_is_blocked(tmp_path: Path) -> None:
    """With the household's own rule file: its pattern alone does nothing, with all-blocked it refuses."""
    folder = tmp_path / "data" / "rules" / "companies"
    folder.mkdir(parents=True)
    (folder / "acme.toml").write_text(OWN_RULE)
    async with running(tmp_path) as program:
        before = await call(program.fastagi, "+32475551234", calleridname="ACME Sales")
        await asyncio.to_thread(program.run, "company", "set", "acme", "--calls", "all-blocked")
        after = await call(program.fastagi, "+32475551235", calleridname="ACME Sales")

    assert before["BLOCKER_ACTION"] == "ring"
    assert (after["BLOCKER_ACTION"], after["BLOCKER_REASON"]) == ("reject", "company-rule")
    noted = program.entries("call-screened")[-1]["verdict"]["matches"][0]
    assert noted["note"] == "caller name presented"


async def test_the_dossier_of_a_company(tmp_path: Path) -> None:
    """Set, marked and shown beside the service: the facts are there, and what a caller said stays what he said."""
    async with running(tmp_path) as program:
        await call(program.fastagi, "+32475551234")
        await asyncio.to_thread(program.run, "mark", "last", "marketing", "--for", "Belgacom")
        words = ["--customer-since", "2009-05-01", "--customer-until", "2013-05-01", "--objected-on", "2024-03-01"]
        said = await asyncio.to_thread(program.run, "company", "set", "Belgacom", *words, "--no-consent")
        shown = (await asyncio.to_thread(program.run, "company", "show", "proximus")).stdout
        known = json.loads((await asyncio.to_thread(program.run, "company", "show", "RTT", "--json")).stdout)

    assert "recorded that you were a customer from 2009-05-01 until 2013-05-01" in said.stdout
    assert "the caller said: for “Belgacom”" in shown
    assert "Proximus called" not in shown
    assert "you objected on 2024-03-01" in shown
    assert "0202.239.951" in shown
    assert "Koning Albert II-laan 27" in shown
    assert (known["named_in"]["calls"], known["household"]["never_consented"]) == (1, True)
    assert [entry["kind"] for entry in program.entries()][-4:-1] == ["contract", "objection", "consent"]


def test_without_a_service_the_command_does_it_itself(tmp_path: Path) -> None:
    """Set and read back with nobody running; the list shows the setting, and check decides by it."""
    program = Program(tmp_path)
    program.run("company", "set", "proximus", "--calls", "all-blocked")

    listed = json.loads(program.run("company", "list", "belgacom", "--json").stdout)
    assert [(item["slug"], item["calls"]) for item in listed] == [("proximus", "all-blocked")]
    checked = json.loads(program.run("check", PROXIMUS, "--json").stdout)
    assert (checked["decision"], checked["reason"]) == ("block", "company-rule")


def test_the_list_changes_nothing(tmp_path: Path) -> None:
    """Looking at the companies makes no data directory; filters leave what fits."""
    program = Program(tmp_path)
    banks = program.run("company", "list", "--country", "BE", "--role", "wanted-organisation", "deutsche").stdout

    assert "deutsche-bank-be" in banks
    assert "proximus" not in banks
    assert "No company" in program.run("company", "list", "qqqqq").stdout
    assert not program.data.exists()


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (["list", "--country", "Belgium"], 2, "write two capital letters"),
        (["show", "Proximux"], 2, "did you mean Proximus?"),
        (["set", "proximus"], 2, "say what to set"),
        (["set", "proximus", "--calls", "none"], 2, "invalid choice"),
        (["set", "proximus", "--customer", "--never-customer"], 2, "not allowed with"),
        (["set", "proximus", "--objected-on", "2999-01-01"], 2, "still to come"),
        (["set", "Orange", "--customer-until", "2001-05-01", "--calls", "all-blocked"], 2, "telenet"),
    ],
)
def test_bad_input(tmp_path: Path, words: list[str], status: int, message: str) -> None:
    """Each mistake ends with its status and says how to mend it."""
    done = Program(tmp_path).run("company", *words, check=False)

    assert (done.returncode, message in done.stderr) == (status, True), done.stderr


SETTING = '[companies.proximus]\ncalls = "all-blocked"\n'


async def test_the_configuration_sets_it_too(tmp_path: Path) -> None:
    """A setting in the file holds, and the entry of a call says where it stands; one by command beats it."""
    async with running(tmp_path, more=SETTING) as program:
        blocked = await call(program.fastagi, PROXIMUS)
        done = await asyncio.to_thread(program.run, "company", "set", "proximus", "--calls", "all-allowed")
        allowed = await call(program.fastagi, PROXIMUS)

    assert (blocked["BLOCKER_ACTION"], allowed["BLOCKER_ACTION"]) == ("reject", "ring")
    where = program.entries("call-screened")[0]["verdict"]["matches"][1]["where"]
    assert where.startswith(f"{program.config}:")
    assert "says all-blocked; what you set now holds instead" in done.stderr


async def test_an_unknown_company_in_the_configuration(tmp_path: Path) -> None:
    """Commands refuse it with file, line and the nearest name; the service runs on with the rest, and says so."""
    unknown = SETTING + '[companies.proximux]\ncalls = "all-blocked"\n'
    program = Program(tmp_path, more=unknown)
    line = program.config.read_text().splitlines().index("[companies.proximux]") + 2
    message = f"{program.config}:{line}: no rule file names a company “proximux” (did you mean “proximus”?)"
    for words in (["check", PROXIMUS], ["company", "list"], ["company", "show", "proximus"]):
        done = program.run(*words, check=False)
        assert (done.returncode, message in done.stderr) == (3, True), done.stderr
    assert message in program.run("doctor", check=False).stdout
    await program.start()
    blocked = await call(program.fastagi, PROXIMUS)
    await program.stop()

    assert blocked["BLOCKER_ACTION"] == "reject"
    assert any(message in str(entry) for entry in program.log)
