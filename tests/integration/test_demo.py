"""`blocker demo`: the week plays out as told, and what it leaves can be looked at with the other commands."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

# Local time, what the phone did, why: the story of a household's week, call by call.
WEEK = [
    ("Mon 09:14:07", "rings", "withheld"),
    ("Mon 10:02:31", "rings", "nothing-known"),
    ("Mon 11:47:55", "rings", "unusable-number"),
    ("Mon 13:20:12", "rings", "nothing-known"),
    ("Mon 16:31:40", "rings", "called-often"),
    ("Tue 09:05:02", "kept quiet", "block-list"),
    ("Tue 12:10:00", "rings", "allow-list"),
    ("Tue 14:05:44", "rings", "nothing-known"),
    ("Wed 11:20:16", "kept quiet", "canvassing-range"),
    ("Wed 11:21:03", "kept quiet", "canvassing-range"),
    ("Thu 08:55:21", "rings", "nothing-known"),
    ("Thu 15:40:09", "rings", "premium-range"),
    ("Fri 10:00:48", "rings", "nothing-known"),
    ("Fri 14:12:30", "kept quiet", "block-list"),
    ("Sat 11:02:17", "kept quiet", "community-list"),
    ("Sat 17:45:00", "rings", "nothing-known"),
    ("Sun 18:30:26", "rings", "allow-list"),
]


def blocker(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "blocker", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)
    assert "Traceback" not in done.stderr, done.stderr
    return done


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The week, played once: the folder it left, and what it printed."""
    folder = tmp_path_factory.mktemp("demo") / "week"
    done = blocker("demo", "--data-dir", str(folder), cwd=folder.parent)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def ask(played: tuple[Path, str], *words: str) -> str:
    folder, _ = played
    done = blocker("--config", str(folder / "blocker.toml"), *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_each_verdict_falls_as_told(played: tuple[Path, str]) -> None:
    """Every call of the week is shown with what the phone did and why, in order."""
    _, shown = played
    at = 0
    for when, phone, why in WEEK:
        line = next(line for line in shown[at:].splitlines() if line.startswith(when))
        assert phone in line
        assert why in line
        at = shown.index(line)


FILES = ["calls.csv", "report.html", "report.json", "report.md", "report.pdf"]


def test_the_report_lies_where_it_says(played: tuple[Path, str]) -> None:
    """The report's files are there, pages too; refusals and marks make ten unwanted calls, named for two companies."""
    folder, shown = played
    report = folder / "reports" / "2026-W46"
    assert str(report) in shown
    assert sorted(path.name for path in report.iterdir()) == FILES
    found: dict[str, Any] = json.loads((report / "report.json").read_text())
    assert (found["totals"]["unwanted"], found["totals"]["refused"]) == (10, 5)
    assert "simulated" in (report / "report.md").read_text()


def test_the_same_ledger_gives_the_same_bytes(played: tuple[Path, str], tmp_path: Path) -> None:
    """A report made again is the same, byte for byte."""
    folder, _ = played
    ask(played, "report", "--week", "2026-W46", "--out", str(tmp_path), "--lang", "nl")
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / "reports" / "2026-W46" / name).read_bytes()


def test_its_data_can_be_looked_at(played: tuple[Path, str]) -> None:
    """`calls`, `check` and `verify` work on what the demonstration left; Belgacom is Proximus, Odido is Odido."""
    calls = json.loads(ask(played, "calls", "--json"))
    companies = [call["statement"]["company"] for call in calls if call["statement"]]
    assert companies.count("proximus") == 2
    assert companies.count("odido") == 1
    assert json.loads(ask(played, "check", "02 555 03 45", "--json"))["decision"] == "block"
    assert "The ledger verifies." in ask(played, "verify")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (("dossier", "proximus"), "dossier.html"),
        (("complaint", "--regulator", "be-fps-economy", "--company", "proximus"), "complaint.txt"),
    ],
)
def test_what_is_made_of_it_passes_for_no_evidence(
    played: tuple[Path, str], tmp_path: Path, words: tuple[str, ...], file: str
) -> None:
    """A dossier and a complaint made of the demonstration say at their beginning that its times are made up."""
    own = shutil.copytree(played[0], tmp_path / "week"), ""  # the ledger notes each pack
    ask(own, *words, "--out", str(tmp_path / "made"), "--lang", "en" if words[0] == "dossier" else "nl")
    text = (tmp_path / "made" / file).read_text()
    assert ("A simulated clock" if words[0] == "dossier" else "Een nagebootste klok") in text


def test_it_never_mixes_with_real_calls(played: tuple[Path, str]) -> None:
    """A folder that holds something is refused, and nothing in it changes."""
    folder, _ = played
    before = sorted(folder.iterdir())
    done = blocker("demo", "--data-dir", str(folder), cwd=folder)
    assert done.returncode == 2
    assert "isn't empty" in done.stderr
    assert sorted(folder.iterdir()) == before
