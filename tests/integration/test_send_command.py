"""Promises about sending by the real program: a service that catches up at its start, and a person who asks."""

import json
import os
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from fakes.running import Program

WEEK = "2020-W10"
REPORT: dict[str, Any] = {
    "week": WEEK,
    "to": "2020-03-08T23:00:00.000Z",
    "made_on": None,
    "ledger": {"fault": None},
    "totals": {"calls": 7, "unwanted": 4, "unwanted_refused": 3, "false_positives": 0},
    "to_do": [],
    "unwatched_seconds": 61,
}
TO = '[[report.recipient]]\nfolder = "out"\nlanguage = "fr"\n[[report.recipient]]\nfolder = "away"\nname = "NAS"\n'


def put_report(data: Path) -> Path:
    """A week's report, as far as sending looks at it."""
    folder = data / "reports" / WEEK
    folder.mkdir(parents=True)
    (folder / "report.json").write_text(json.dumps(REPORT))
    (folder / "calls.csv").write_text("entry\n")
    (folder / "report.html").write_text("Nederlands")
    (folder / "report.fr.html").write_text("Français")
    return folder


def test_a_person_sends_a_report(tmp_path: Path) -> None:
    """Whom it reached and why it didn't reach the other is said; a second time only the other is tried."""
    program = Program(tmp_path, more=TO)
    (tmp_path / "out").mkdir()
    none = program.run("report", "send", "--week", WEEK, check=False)
    assert (none.returncode, "there is no report of 2020-W10" in none.stdout) == (1, True)
    put_report(program.data)
    shown = program.run("report", "send", "--week", WEEK, "--dry-run", check=False)
    assert "“Le téléphone, semaine 10" in shown.stdout
    assert list((tmp_path / "out").iterdir()) == []
    sent = program.run("report", "send", "--week", WEEK, check=False)
    assert sent.returncode == 1
    assert sent.stdout.splitlines()[0] == f"{tmp_path / 'out'}: sent"
    assert "NAS: not sent: there is no folder" in sent.stdout
    assert {path.name: path.read_text() for path in (tmp_path / "out").glob("*.html")} == {
        "report-2020-W10.fr.html": "Français"
    }
    (tmp_path / "away").mkdir()
    again = program.run("report", "send", "--week", WEEK)
    assert again.stdout.splitlines()[0].endswith("sent before, and not again (--again)")
    assert (tmp_path / "away" / "report-2020-W10.html").read_text() == "Nederlands"


def test_a_report_of_a_week_that_was_not_over_is_not_sent(tmp_path: Path) -> None:
    """It would count as that week's, and the whole one would never come."""
    program = Program(tmp_path, more='[[report.recipient]]\nfolder = "."\n')
    folder = put_report(program.data)
    (folder / "report.json").write_text(json.dumps(REPORT | {"made_on": "2020-03-05T12:00:00.000+01:00"}))
    done = program.run("report", "send", "--week", WEEK, check=False)
    assert (done.returncode, "before the week was over" in done.stdout) == (1, True)


async def test_health_tells_of_a_report_that_was_not_sent(tmp_path: Path) -> None:
    """The service runs on, answers 503 with the reason, and all is well again once it was sent."""
    program = Program(tmp_path, more='[[report.recipient]]\nfolder = "away"\nname = "NAS"\n')
    put_report(program.data)
    os.chmod(program.data, 0o700)  # noqa: PTH101
    await program.start()
    try:
        program.run("report", "send", "--week", WEEK, check=False)
        assert "hasn't reached NAS yet" in _health(program)
        (tmp_path / "away").mkdir()
        program.run("report", "send", "--week", WEEK)
        assert "NAS" not in _health(program)
    finally:
        await program.stop()


def _health(program: Program) -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{program.http}/healthz") as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return error.read().decode()
