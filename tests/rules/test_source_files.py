"""Promises of the files that describe community lists: those shipped, and what may not stand in one."""

from pathlib import Path

import pytest

from blocker.bookbinding import FORMS
from blocker.core import list_source
from blocker.core.community import Rating
from blocker.core.list_source import Kind
from blocker.errors import RulesError
from blocker.rulebook import load_rules, shipped_rules
from blocker.sources_config import SourceSetting, in_force

GOOD = """\
slug = "acme"
name = "A list"
country = "BE"
checked = 2026-11-22
sure = "verified"
false_positives = []

[list]
origin = "https://lists.example/acme.csv"
form = "csv"
source = "page"

[licence]
name = "CC0"
source = "page"

[bounds]
fewest = 10
must_list = ["+3225551234"]

[[source]]
label = "page"
title = "lists.example"
seen = 2026-11-22
quality = "primary"
"""
FAULTS = {
    "no address": ('origin = "https://lists.example/acme.csv"\n', "", ":8: origin is missing"),
    "no https": ("https://lists", "http://lists", ":9: origin “http://lists.example/acme.csv” is no address of a list"),
    "a password": ("https://lists", "https://me:secret@lists", ":9: origin “https://me:secret@lists"),
    "unknown form": ('"csv"', '"xlsx"', ":10: form can't be “xlsx”"),
    "unknown kind": ('form = "csv"', 'form = "csv"\nkind = "guessed"', ":11: kind can't be “guessed”"),
    "address without source": ('form = "csv"\nsource = "page"', 'form = "csv"', ":8: source is missing"),
    "no licence": ('name = "CC0"\n', "", ":13: name is missing"),
    "on": ('name = "A list"', 'name = "A list"\non = true', ":3: on is true (leave it out: every list is off"),
    "canary": ('"+3225551234"', '"02 555 12 34"', ":19: “02 555 12 34” isn't in E.164 form"),
    "bounds": ("fewest = 10", "fewest = 10\nmost = 5", ":19: most is less than fewest"),
    "votes without source": ("[bounds]", "[votes]\nfraud = 4\n[bounds]", ":17: source is missing"),
    "votes for nothing": ("[bounds]", '[votes]\nfraud = 0\nsource = "page"\n[bounds]', ":18: fraud is 0"),
    "unknown key": ("[bounds]", "[bound]", ":17: unknown key “bound” (did you mean “bounds”?)"),
    "no region": ('form = "csv"', 'form = "csv"\nregion = "EU"', ":11: region can't be “EU”"),
}


def write(folder: Path, text: str) -> Path:
    """A folder of rules with one list."""
    path = folder / "sources" / "acme.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_a_file_describes_a_list(tmp_path: Path) -> None:
    """What stands in the file is what is known of the list."""
    write(tmp_path, GOOD)
    found = load_rules(shipped_rules(), tmp_path).sources["acme"]
    assert (found.origin, found.form, found.licence) == ("https://lists.example/acme.csv", "csv", "CC0")
    assert (found.bounds.fewest, found.bounds.must_list) == (10, ("+3225551234",))
    assert not found.on


@pytest.mark.parametrize(("old", "new", "says"), FAULTS.values(), ids=FAULTS)
def test_each_fault_is_said_with_its_line(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Whatever is wrong with a file, its line and its mend come out."""
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(RulesError) as raised:
        load_rules(shipped_rules(), tmp_path)
    assert any(f"{path}{says}" in str(fault) for fault in raised.value.faults), raised.value


def test_no_shipped_list_is_on() -> None:
    """Nobody's address is shown to anybody unless it says so; each list has a licence and an address for complaints."""
    sources = load_rules(shipped_rules()).sources
    assert {"phoneblock", "saracroche", "ftc-dnc"} <= set(sources)
    for source in sources.values():
        assert not source.on
        assert source.licence
        assert source.complain_to.startswith("https://")
        assert source.form or source.kind is not Kind.FETCHED


def test_the_forms_that_files_may_name_are_those_that_can_be_read() -> None:
    """The rule files' words and the readers are in step."""
    assert set(list_source.FORMS) == set(FORMS)


def test_votes_of_a_file_hold_until_the_household_says_otherwise(tmp_path: Path) -> None:
    """A list's own file may ask for more votes than one; the household changes that rating by rating."""
    write(tmp_path, GOOD + '[votes]\nfraud = 4\nping = 10\nsource = "page"\n')
    shipped = load_rules(tmp_path).sources
    assert shipped["acme"].own_votes == {Rating.G_FRAUD: 4, Rating.C_PING: 10}
    setting = SourceSetting("acme", {"votes": {Rating.G_FRAUD: 2}})
    sources, faults = in_force(shipped, {"acme": setting})
    assert (sources["acme"].votes, faults) == ({Rating.G_FRAUD: 2}, [])


def test_who_subscribes_to_phoneblock_blocks_nobody_on_one_vote() -> None:
    """One person's word is no reason to turn a call away where anybody may vote."""
    votes = load_rules(shipped_rules()).sources["phoneblock"].own_votes
    assert {rating for rating in Rating if rating.may_block} == set(votes)
    assert min(votes.values()) > 1
