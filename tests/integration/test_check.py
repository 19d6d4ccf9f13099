"""`blocker check` through the real program: what decides, where it is written, and what the law of the day says."""

import json
from pathlib import Path
from typing import Any

import pytest
from fakes.running import Program

LINES = """
[policy]
withheld = "block"
[[policy.hours]]
from = "22:00"
to = "07:00"
withheld = "ring"
[[policy.hours]]
from = "23:00"
to = "01:00"
withheld = "block"
repeat_minutes = 10
[lines.home]
number = "02 555 01 00"
[lines.amsterdam]
region = "NL"
number = "020 555 0123"
[lines.paris]
region = "FR"
[lines.paris.policy]
observe_only = true
[lines.madrid]
region = "ES"
[lines.leeds]
region = "GB"
[trunks.provider]
number_format = "e164-without-plus"
"""


def checked(program: Program, *words: str) -> dict[str, Any]:
    return dict(json.loads(program.run("check", *words, "--json").stdout))


DATES: dict[str, tuple[tuple[str, ...], str, tuple[str, str], str, str]] = {
    "NL, a former customer of two years ago": (
        (
            "+31201234567",
            "--line",
            "amsterdam",
            "--customer-until",
            "2025-01-31",
            "--sector",
            "telecom",
            "--outcome",
            "answered",
        ),
        "nl-consent",
        ("2026-06-30T11:00", "2026-07-01T11:00"),
        "",
        "Telecommunicatiewet art. 11.7",
    ),
    "FR, the rest after a refusal ends": (
        ("+33162000001", "--line", "paris", "--refused-on", "2026-06-15", "--outcome", "answered"),
        "fr-refusal-rest",
        ("2026-08-09T11:00", "2026-08-12T11:00"),
        "D223-9",
        "",
    ),
    "FR, opt-in begins": (
        ("+33162000001", "--line", "paris", "--never-customer", "--sector", "telecom", "--outcome", "answered"),
        "fr-consent",
        ("2026-08-09T11:00", "2026-08-12T11:00"),
        "",
        "L223-1",
    ),
    "ES, the range 400": (
        ("+34910123456", "--line", "madrid", "--outcome", "answered"),
        "es-range-400",
        ("2026-10-16T11:00", "2026-10-17T11:00"),
        "",
        "BOE-A-2026-8409",
    ),
    "GB, a blocked attempt counts": (
        ("+441632960123", "--line", "leeds", "--registered-on", "2020-01-15", "--outcome", "attempt"),
        "gb-tps",
        ("2026-02-04T11:00", "2026-02-05T11:00"),
        "",
        "DUAA 2025 s. 110",
    ),
}


@pytest.mark.parametrize(("words", "provision", "days", "before", "after"), DATES.values(), ids=DATES)
def test_the_same_call_on_two_days(
    tmp_path: Path, words: tuple[str, ...], provision: str, days: tuple[str, str], before: str, after: str
) -> None:
    """On each side of the day on which the law changed: what it points to, with citation, version and place."""
    program = Program(tmp_path, more=LINES)
    told = ("--company", "Somebody", "--marketing", "--never-consented")
    for day, citation in zip(days, (before, after), strict=True):
        flags = {flag["provision"]: flag for flag in checked(program, *words, *told, "--at", day)["law"]}
        if not citation:
            assert provision not in flags
            continue
        flag = flags[provision]
        assert flag["finding"] == "points-to"
        assert citation in flag["citation"]
        assert flag["sentence"].startswith(f"points to {flag['citation']}")
        assert flag["where"].startswith("rules/law/")
        text = program.run("check", *words, *told, "--at", day).stdout
        assert flag["sentence"] in text
        assert f"{provision}, {flag['version']}, {flag['where']}" in text


def test_what_must_be_looked_up_says_so_in_the_sentence(tmp_path: Path) -> None:
    """A provision with a check mark is never shown without it."""
    program = Program(tmp_path, more=LINES)
    found = checked(program, "+34910123456", "--line", "madrid", "--at", "2026-10-17", "--marketing")
    marked = [flag for flag in found["law"] if flag["check"]]
    assert marked
    assert all("(to be looked up before relying on it)" in flag["sentence"] for flag in marked)


def test_what_the_household_has_said_counts(tmp_path: Path) -> None:
    """A contract that was said to the program needs no option."""
    program = Program(tmp_path, more=LINES)
    program.run("company", "set", "proximus", "--objected-on", "2026-01-15")
    asked = ("+3225551234", "--line", "home", "--at", "2026-11-17T11:00", "--marketing", "--outcome", "answered")
    flags = {flag["provision"]: flag["finding"] for flag in checked(program, *asked, "--company", "Proximus")["law"]}
    assert flags["be-objection"] == "points-to"
    others = {flag["provision"] for flag in checked(program, *asked, "--company", "Telenet")["law"]}
    assert "be-objection" not in others


def test_each_row_says_what_it_saw_and_where_it_is_written(tmp_path: Path) -> None:
    """Settings name file and line; what holds at the hour wins, and what it overrules is said."""
    program = Program(tmp_path, more=LINES)
    lines = program.config.read_text().splitlines()
    ring, block = (
        f"{program.config}:{[i for i, line in enumerate(lines, 1) if line.startswith('withheld')][which]}"
        for which in (1, 2)
    )
    late = checked(program, "anonymous", "--line", "home", "--at", "2026-11-18T23:30")
    row = next(row for row in late["rows"] if row["reason"] == "withheld")
    assert (late["decision"], row["setting"], row["setting_where"]) == ("block", 'withheld = "block"', block)
    text = program.run("check", "anonymous", "--line", "home", "--at", "2026-11-18T23:30").stdout
    assert f'[[policy.hours]] holds: withheld = "ring" ({ring}, overruled by {block})' in text
    evening = checked(program, "anonymous", "--line", "home", "--at", "2026-11-18T22:30")
    assert (evening["decision"], evening["flagged"]) == ("ring", True)
    paris = checked(program, "anonymous", "--line", "paris", "--at", "2026-11-18T12:00")
    assert (paris["decision"], paris["rings"]) == ("block", True)


def test_listings_that_ran_out_or_begin_later_are_named(tmp_path: Path) -> None:
    """They decide nothing at that time, and the person learns why."""
    program = Program(tmp_path, more=LINES)
    program.run("block", "add", "02 555 12 34", "--until", "2w", "--comment", "rang at dinner")
    assert checked(program, "+3225551234")["reason"] == "block-list"
    before = checked(program, "+3225551234", "--at", "2020-01-01")
    assert (before["reason"], before["beside"][0]["how"]) == ("nothing-known", "begins later")
    after = checked(program, "+3225551234", "--at", "2099-01-01")
    assert (after["reason"], after["beside"][0]["how"]) == ("nothing-known", "ran out")
    assert "rang at dinner" in program.run("check", "+3225551234", "--at", "2099-01-01").stdout


def test_line_and_trunk_by_name_or_number(tmp_path: Path) -> None:
    """The trunk says how the number is written, the called number which line; ranges are those of the day."""
    program = Program(tmp_path, more=LINES)
    found = checked(program, "3225551234", "--trunk", "provider", "--called", "31205550123")
    assert (found["number"], found["line"], found["trunk"]) == ("+3225551234", "amsterdam", "provider")


UNUSABLE = {
    "no such line": (("--line", "hom"), "no line “hom” in the configuration (did you mean “home”?)"),
    "no such trunk": (("--trunk", "x"), "no trunk “x” in the configuration (known here: provider)"),
    "no time": (("--at", "tomorrow"), "“tomorrow” is no time: write it as 2026-08-12 19:30"),
    "twice": (("--at", "2026-10-25T02:30"), "comes twice in Europe/Brussels"),
    "line twice": (("--line", "home", "--called", "1"), "not allowed with argument"),
    "no company": (("--objected-on", "2026-01-01"), "--objected-on is about a company: add --company NAME"),
    "no day": (("--objected-on", "1 May"), "“1 May” is no day; write it as 2026-11-22"),
}


@pytest.mark.parametrize(("words", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_makes_no_sense_is_said(tmp_path: Path, words: tuple[str, ...], message: str) -> None:
    """With the known names, or how to write it."""
    done = Program(tmp_path, more=LINES).run("check", "+3225551234", *words, check=False)
    assert done.returncode == 2
    assert message in " ".join(done.stderr.split())


def test_facts_about_a_number_never_name_a_carrier(tmp_path: Path) -> None:
    """Kind, country, and whether its plan has it: to whom a number was first given says nothing of who uses it."""
    text = Program(tmp_path).run("check", "+32475551234").stdout
    assert text.startswith("+32475551234: +32475551234 (mobile, BE, valid)")
    assert not {"proximus", "orange", "telenet", "carrier"} & set(text.casefold().split())
    odd = Program(tmp_path).run("check", "+32199999999").stdout
    assert "possible only: its numbering plan has no such number" in odd
