"""`blocker check` on what community lists say: from their files, through the book, to the words and the JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes.running import Program

LATELY = datetime.now(UTC).date() - timedelta(days=30)
CLUB = f"""\
number,rating,votes,last_activity,listed_since
+3225551230,G_FRAUD,12,{LATELY},2025-03-04
+3225551231,G_FRAUD,3,{LATELY},
+3225551232,F_GAMBLE,7,,
+3225551233,F_GAMBLE,3,,
+3225551234,F_GAMBLE,5,,
+3225551240,A_LEGITIMATE,2,,
+3225551241,G_FRAUD,40,2019-10-01,
"""
COLUMNS = [
    word for name in ("rating", "votes", "last_activity", "listed_since") for word in ("--column", f"{name}={name}")
]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A household that wants four votes for fraud, with a list that has votes and one that hasn't."""
    folder = tmp_path_factory.mktemp("house")
    program = Program(folder, "[community.votes]\nfraud = 4\n")
    (folder / "club.csv").write_text(CLUB)
    (folder / "plain.txt").write_text("+3225551240\n+3225551250\n")
    program.run("sync", str(folder / "club.csv"), "--as", "csv", "--name", "club", *COLUMNS)
    program.run("sync", str(folder / "plain.txt"), "--name", "plain")
    return program


def checked(program: Program, number: str) -> dict[str, Any]:
    return dict(json.loads(program.run("check", number, "--json").stdout))


@pytest.mark.parametrize(
    ("number", "blocks", "weights"),
    [
        ("+3225551230", True, {"club": "counts"}),
        ("+3225551232", True, {"club": "counts"}),
        ("+3225551240", False, {"club": "mild", "plain": "contradicted"}),
        ("+3225551241", False, {"club": "faded"}),
        ("+3225551250", True, {"plain": "counts"}),
        ("+3225551260", False, {}),
        ("+32255512300", False, {}),
    ],
)
def test_each_list_is_weighed(program: Program, number: str, *, blocks: bool, weights: dict[str, str]) -> None:
    """What was in the file decides: votes, days, and what another list says for the number."""
    found = checked(program, number)
    assert found["decision"] == ("block" if blocks else "ring")
    assert {one["list"]: one["weight"] for one in found["community"]} == weights
    assert found["crowd"] is None


def test_a_hit_says_all_that_its_list_said(program: Program) -> None:
    """As the file had it, with the day on which the list was had."""
    (hit,) = checked(program, "+3225551230")["community"]
    assert hit.pop("had_on") > str(LATELY)
    assert hit == {
        "list": "club",
        "number": "+3225551230",
        "rating": "G_FRAUD",
        "votes": 12,
        "votes_counted": 12,
        "votes_needed": 4,
        "last_activity": str(LATELY),
        "listed_since": "2025-03-04",
        "licence": None,
        "weight": "counts",
    }


def test_a_number_with_too_few_votes_falls_with_its_neighbours(program: Program) -> None:
    """Three votes are too few where four are asked for; with four others of the ten it is unwanted all the same."""
    found = checked(program, "+3225551231")
    assert (found["decision"], found["community"][0]["weight"]) == ("block", "few")
    crowd = {"beginning": "+322555123", "digits": 1, "neighbours": 4, "lists": ["club"]}
    assert found["crowd"] == checked(program, "+3225551239")["crowd"] == crowd


def test_it_is_said_in_words(program: Program) -> None:
    """Each list has its line, with why it doesn't count."""
    said = program.run("check", "+3225551240").stdout
    assert "noted only: +3225551240 (club): doesn't count; +3225551240 (plain): doesn't count" in said
    _, _, lists = said.partition("What the community lists say:\n")
    assert "  +3225551240 (club): A_LEGITIMATE, 2 votes; list of " in lists
    assert "; doesn't count: another list calls it legitimate\n" in lists
    assert "  +322555123x (club): 4 of these 10 numbers are listed" in program.run("check", "+3225551239").stdout
    assert "community lists say" not in program.run("check", "+3225551260").stdout


def test_a_list_that_was_not_had_for_long_only_annotates(program: Program) -> None:
    """Asked about a day long after, a list no longer counts, and says why."""
    said = program.run("check", "+3225551250", "--at", "2099-01-01T12:00").stdout
    assert "list wasn't had for too long" in said
    assert "would ring" in said
