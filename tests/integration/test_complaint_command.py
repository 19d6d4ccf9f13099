"""`blocker complaint` as it is typed, with the real program: a folder with everything, or nothing at all."""

import json
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from fakes.imports import android, write_android
from fakes.running import Program

from blocker.renderers.pdf import can_render

LINES = '\n[lines.mobile]\nnumber = "+32475551234"\n'
FILES = {"complaint.html", "complaint.txt", "letter.html", "pack"} | ({"letter.pdf"} if can_render() else set())


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    """A house with three calls from another device: two for a company, one of which nobody said for whom it was."""
    folder = tmp_path_factory.mktemp("house")
    made = Program(folder, more=LINES)
    first = datetime(2026, 11, 16, 9, tzinfo=UTC)
    calls = (android(0, at=first + timedelta(days=day), number="+3225550345") for day in range(3))
    write_android(folder / "calls.xml", calls)
    made.run("import", "--line", "mobile", "calls.xml")
    said = [{"mark": "marketing", "said_company": "Belgacom", "voice": "live"}] * 2 + [{"mark": "marketing"}]
    for entry, words in zip(made.entries("call-imported"), said, strict=True):
        (folder / "said.json").write_text(json.dumps(words))
        made.run("statement", entry["call"], "--json", "said.json")
    made.run("household", "line", "mobile", "--holder", "Anna Peeters")
    return made


def test_a_draft_lies_in_a_folder_with_its_evidence(program: Program) -> None:
    """Text to paste, what is missing first, a letter, and a pack that verifies by itself; nothing is left beside it."""
    words = ("complaint", "--regulator", "be-fps-economy", "--company", "belgacom", "--lang", "fr")
    packs = len(program.entries("pack-made"))
    done = program.run(*words, "--out", "draft")
    assert "2 calls" in done.stdout
    assert "Nothing was sent" in done.stdout
    folder = program.folder / "draft"
    assert {path.name for path in folder.iterdir()} == FILES
    assert folder.stat().st_mode & 0o077 == 0
    text = (folder / "complaint.txt").read_text("utf-8")
    assert "aucune entreprise n’est nommée" in text.lower()
    assert text.index("Ce qui manque") < text.index("16 novembre 2026, 10:00:00 (+01:00): +3225550345")
    checked = subprocess.run(["sh", "verify.sh"], cwd=folder / "pack", capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(program.entries("pack-made")) == packs + 1
    program.run(*words, "--out", "again")
    for name in FILES - {"pack"}:
        assert (folder / name).read_bytes() == (program.folder / "again" / name).read_bytes()
    assert not list(program.folder.glob(".draft*"))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--regulator", "be-fps-economy", "--company", "proximus"), 2, "say whose form and where to"),
        (("--regulator", "be-fps-econmy", "--out", "x"), 2, "did you mean “be-fps-economy”?"),
        (("--regulator", "be-fps-economy", "--out", "x"), 2, "add --company NAME"),
        (("--regulator", "be-fps-economy", "--company", "nobody", "--out", "x"), 2, "no rule file names a company"),
        (("--regulator", "be-fps-economy", "--company", "proximus", "--out", "data"), 2, "data is there already"),
        (("--regulator", "be-fps-economy", "--company", "proximus", "--out", "no/x"), 2, "isn't a folder"),
        (("--regulator", "be-fps-economy", "--company", "proximus", "--since", "soon", "--out", "x"), 2, "is no day"),
        (("--regulator", "gb-tps", "--company", "proximus", "--out", "x"), 1, "No call of yours"),
        (
            ("--regulator", "be-data-protection-authority", "--company", "proximus", "--out", "x"),
            1,
            "write to Proximus",
        ),
    ],
)
def test_where_there_is_no_draft_nothing_is_made(
    program: Program, words: tuple[str, ...], status: int, said: str
) -> None:
    """It says why, makes no folder, and records no pack."""
    packs = len(program.entries("pack-made"))
    done = program.run("complaint", "--lang", "en", *words, check=False)
    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert not (program.folder / "x").exists()
    assert not list(program.folder.glob(".x*"))
    assert len(program.entries("pack-made")) == packs


def test_regulators_are_listed_for_the_lines(program: Program) -> None:
    """The list has those of the countries where the lines are, or of the one asked for."""
    assert "be-telecom-ombudsman" in program.run("complaint", "list").stdout
    assert "gb-ico" not in program.run("complaint", "list").stdout
    assert "gb-ico" in program.run("complaint", "list", "--country", "GB").stdout
    assert "No regulator of JP" in program.run("complaint", "list", "--country", "JP").stdout
