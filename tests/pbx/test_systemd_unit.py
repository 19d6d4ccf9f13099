"""The systemd unit: systemd itself accepts it, it keeps its narrow rights, and what it starts exists."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.needs import needs_command
from pbx.asterisk import PROJECT

UNIT = PROJECT / "deploy" / "systemd" / "blocker.service"

needs_systemd = needs_command("systemd-analyze")


def _command() -> list[str]:
    lines = [line for line in UNIT.read_text().splitlines() if line.startswith("ExecStart=")]
    assert len(lines) == 1
    return shlex.split(lines[0].removeprefix("ExecStart="))


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that exists on this machine, since systemd looks."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace(_command()[0], sys.executable))
    return copy


@needs_systemd
def test_systemd_has_nothing_to_say_against_it(unit: Path) -> None:
    """No unknown key, no value it ignores, no dependency that doesn't fit."""
    done = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@needs_systemd
def test_its_rights_stay_narrow(unit: Path) -> None:
    """The exposure that systemd computes, 0 to 10, stays in its best class, below 2."""
    check = ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", str(unit)]
    done = subprocess.run(check, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-200:]


def test_it_starts_the_program_as_it_is() -> None:
    """The command line of the unit is one that the program takes."""
    command = [sys.executable, "-m", "blocker", *_command()[1:], "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "usage: blocker serve" in done.stdout
