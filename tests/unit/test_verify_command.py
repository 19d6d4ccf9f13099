"""How `blocker verify` shows what it does and what it found."""

import argparse
import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.ledgers import chained, content, lay_out, lay_out_vector, tamper

from blocker import actions
from blocker.commands import verify
from blocker.config import load_config
from blocker.evidence import renewal

AT = datetime(2026, 11, 22, 4, 12, 29, tzinfo=UTC)


async def said(directory: Path, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[int, str]:
    """Its exit status, and what it prints."""
    asked = argparse.Namespace(json=as_json, pack=None, part=False)
    file = directory.parent / "blocker.toml"
    file.write_text(f'region = "BE"\ndata_dir = "{directory}"\n')
    status = await verify.run(load_config(file, {}, actions.names()), asked)
    return status, capsys.readouterr().out


async def test_how_far_a_kept_ledger_holds_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The present ledger decides the exit status; of each kept one it says up to where it verifies."""
    await lay_out(tmp_path, chained(content(str(i)) for i in range(30)))
    tamper(tmp_path, "UPDATE contents SET content = '{}' WHERE n = 21")
    renewal.keep(tmp_path, "entry 21", AT)
    await lay_out_vector(tmp_path, "holds")
    status, text = await said(tmp_path, capsys)
    assert status == 0
    assert (
        "Kept beside it, ledger-kept-20261122T041229Z: 30 entries could be read, it verifies up to entry 20; entry 21: "
        in text
    )
    status, text = await said(tmp_path, capsys, as_json=True)
    found = json.loads(text)
    assert (found["holds"], found["entries"], found["faults"], found["files"]) == (True, 12, [], [])
    assert list(found["kept"]) == ["ledger-kept-20261122T041229Z"]


async def test_faults_are_said_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """For whoever reads it by program: number, name and sentence of each fault."""
    await lay_out_vector(tmp_path, "content-changed")
    status, text = await said(tmp_path, capsys, as_json=True)
    assert status == 1
    (fault,) = json.loads(text)["faults"]
    assert (fault["n"], fault["fault"]) == (6, "content-changed")


def test_progress_is_drawn_in_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Share and speed, at most ten times a second, under 80 characters, and a line's end when all is done."""
    now = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    bar = verify.ProgressBar()
    for done in range(0, 1_000_001, 10_000):
        bar(done, 1_000_000)
        now[0] += 0.01
    drawn = capsys.readouterr().err.split("\r")[1:]
    assert 9 <= len(drawn) <= 12
    assert all(len(line.rstrip("\n")) < 80 for line in drawn)
    assert "50% of 1,000,000 entries, 1,000,000/s" in "".join(drawn)
    assert drawn[-1].startswith(f"[{'#' * verify.BAR_WIDTH}] 100%")
    assert drawn[-1].endswith("\n")


def test_progress_of_nothing_is_all() -> None:
    """A ledger without entries is no division by zero."""
    verify.ProgressBar()(0, 0)
