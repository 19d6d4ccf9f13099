"""Backups with the real program: whole and checked or not there; nothing unchecked is put back in its place."""

import asyncio
import io
import json
import os
import signal
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.ledgers import chained, content, lay_out, raw_rows, tamper
from fakes.mounts import why_no_mount
from fakes.needs import needs
from fakes.running import Program, running

from blocker.evidence.backup import ABOUT, MANIFEST
from blocker.evidence.head_copies import FILE as HEADS

NUMBER = "+3225550345"


def program_with_data(folder: Path, entries: int = 30) -> Program:
    """A data directory as a service leaves it: ledger, copies of the head, a proof, a key, rules."""
    program = Program(folder)
    program.data.mkdir(mode=0o700)
    contents = [content(f"{n:016x}", number=NUMBER) for n in range(1, entries + 1)]
    asyncio.run(lay_out(program.data, chained(contents)))
    for name, text in {
        "attachments/" + "a" * 64: "a letter",
        "keys/seals": "private",
        "keys/seals.pub": "public",
        "rules/companies/README": "none of ours",
        "ledger-kept-20260101T000000Z/why.txt": "it was cut short",
        "reports/2026-W01/report.md": "a report",
        "book/neighbours.1.book": "a list",
    }.items():
        (program.data / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        (program.data / name).write_text(text)
    return program


def names_in(backup: Path) -> list[str]:
    with tarfile.open(backup) as tar:
        return tar.getnames()


async def test_a_backup_beside_a_running_service_comes_back_whole(tmp_path: Path) -> None:
    """Made while calls come in, it verifies; put back, it is a data directory like the one that it was made of."""
    async with running(tmp_path) as program:
        await asyncio.to_thread(program.run, "block", "add", NUMBER)
        calls = asyncio.create_task(_calls(program))
        made = await asyncio.to_thread(program.run, "backup", "--out", "safe.tar")
        calls.cancel()
        await asyncio.gather(calls, return_exceptions=True)
        assert "The copied ledger verifies" in made.stdout
        await call(program.fastagi, "+3225550777")
    assert (tmp_path / "safe.tar").stat().st_mode & 0o077 == 0
    put_back = await asyncio.to_thread(program.run, "restore", "safe.tar", "--into", "new")
    assert "Everything verifies" in put_back.stdout
    assert "came after that" in put_back.stdout
    assert "erase it again" in put_back.stderr
    kept = raw_rows(tmp_path / "new")
    assert kept == raw_rows(program.data)[: len(kept)]
    program.config.write_text(program.config.read_text().replace('"data"', '"new"'))
    assert NUMBER in program.run("block", "list").stdout
    assert "verifies" in program.run("verify").stdout


async def _calls(program: Program) -> None:
    while True:
        await call(program.fastagi, NUMBER)


@pytest.mark.parametrize("out", ["safe.tar", "safe"])
def test_what_a_backup_holds(tmp_path: Path, out: str) -> None:
    """All that can't be had again, in a file or a folder; `sha256sum -c` checks it; reports and lists aren't in it."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", out)
    folder = tmp_path / out
    if out.endswith(".tar"):
        folder = tmp_path / "unpacked"
        with tarfile.open(tmp_path / out) as tar:
            tar.extractall(folder, filter="data")
    found = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    assert found == [
        ABOUT, MANIFEST, "attachments/" + "a" * 64, "keys/seals", "keys/seals.pub",
        "ledger-kept-20260101T000000Z/why.txt", "ledger.sqlite3", "rules/companies/README",
    ]  # fmt: skip
    subprocess.run(["sha256sum", "--strict", "-c", MANIFEST], cwd=folder, check=True, capture_output=True)
    assert raw_rows(folder) == raw_rows(program.data)
    assert not list(tmp_path.glob(".*.part"))


def test_a_backup_without_the_key(tmp_path: Path) -> None:
    """It can leave the private key out, and warns where it doesn't."""
    program = program_with_data(tmp_path)
    assert "private key" in program.run("backup", "--out", "with.tar").stderr
    assert "private key" not in program.run("backup", "--out", "without.tar", "--without-key").stderr
    assert not [name for name in names_in(tmp_path / "without.tar") if name.startswith("keys")]


def test_a_ledger_that_does_not_verify_is_backed_up_and_said(tmp_path: Path) -> None:
    """The only copy may be worth having; but nobody is told that it holds, and it isn't put back without a word."""
    program = program_with_data(tmp_path)
    tamper(program.data, "UPDATE contents SET content = replace(content, 'c', 'd') WHERE n = 3")
    made = program.run("backup", "--out", "safe.tar", check=False)
    assert made.returncode == 1
    assert "does NOT verify" in made.stdout
    put_back = program.run("restore", "safe.tar", "--into", "new", check=False)
    assert (put_back.returncode, (tmp_path / "new").exists()) == (2, False)
    assert "doesn't verify" in put_back.stderr


def _changed(change: Callable[[dict[str, bytes]], object]) -> Callable[[Path], None]:
    def rewrite(backup: Path) -> None:
        with tarfile.open(backup) as tar:
            files = {name: file.read() for name in tar.getnames() if (file := tar.extractfile(name))}
        change(files)
        with tarfile.open(backup, "w") as tar:
            for name, raw in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(raw)
                tar.addfile(member, io.BytesIO(raw))

    return rewrite


def _cut(backup: Path) -> None:
    os.truncate(backup, backup.stat().st_size // 2)


BAD = {
    "a byte changed": (
        _changed(
            lambda files: files.update({"ledger.sqlite3": files["ledger.sqlite3"].replace(b"c0", b"c1", 1) + b"x"})
        ),
        "isn't as it was written",
    ),
    "a file missing": (_changed(lambda files: files.pop("keys/seals")), "“keys/seals” is missing"),
    "a file too many": (_changed(lambda files: files.update({"more": b"x"})), "“more” isn't in its MANIFEST"),
    "no manifest": (_changed(lambda files: files.pop(MANIFEST)), "has no MANIFEST"),
    "a file outside": (_changed(lambda files: files.update({"../out": b"x"})), "would lead out"),
    "another program's": (_changed(lambda files: files.update({ABOUT: b"{}"})), "is no backup"),
    "a newer version's": (
        _changed(lambda files: files.update({ABOUT: files[ABOUT].replace(b'"version": 1', b'"version": 9')})),
        "newer blocker",
    ),
    "cut off": (_cut, "was cut off"),
    "no archive": (lambda backup: backup.write_bytes(b"nonsense" * 1000), "is no backup"),
    "gone": (lambda backup: backup.unlink(), "can't be read"),
}


@pytest.mark.parametrize("spoil", BAD)
def test_a_bad_backup_is_put_nowhere(tmp_path: Path, spoil: str) -> None:
    """Changed, cut, foreign: refused with where it is wrong, and nothing is left of the attempt."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", "safe.tar")
    change, says = BAD[spoil]
    change(tmp_path / "safe.tar")
    done = program.run("restore", "safe.tar", "--into", "new", check=False)
    assert says in done.stderr, done.stderr
    assert done.returncode == 2
    assert not (tmp_path / "new").exists()
    assert not list(tmp_path.glob(".*.part"))
    assert not (tmp_path / "out").exists()


def test_nothing_is_written_over(tmp_path: Path) -> None:
    """A backup that is there, and a data directory with anything in it, stay as they are."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", "safe.tar")
    before = (tmp_path / "safe.tar").read_bytes()
    again = program.run("backup", "--out", "safe.tar", check=False)
    assert (again.returncode, "is there already" in again.stderr) == (2, True)
    assert (tmp_path / "safe.tar").read_bytes() == before
    into = program.run("restore", "safe.tar", "--into", "data", check=False)
    assert (into.returncode, "is there already" in into.stderr) == (2, True)
    assert "stop the service and move that folder away" in into.stderr
    (tmp_path / "empty").mkdir()
    program.run("restore", "safe.tar", "--into", "empty")
    assert raw_rows(tmp_path / "empty") == raw_rows(program.data)


def test_the_way_to_the_new_place_is_made(tmp_path: Path) -> None:
    """A new machine has no folder yet in which the data directory would lie; one that wasn't needed doesn't stay."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", "on/another disk/safe.tar")
    program.run("restore", "on/another disk/safe.tar", "--into", "new/share/blocker")
    assert raw_rows(tmp_path / "new/share/blocker") == raw_rows(program.data)
    program.run("restore", "blocker.toml", "--into", "newer/share/blocker", check=False)
    assert not (tmp_path / "newer").exists()


def test_what_came_after_is_told_from_what_is_left_of_the_old_one(tmp_path: Path) -> None:
    """The copies of the old ledger's head say how many entries at least aren't in the backup."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", "safe.tar")
    (program.data / HEADS).write_text(f"stop 41 {'ab' * 32} 2026-12-18T09:00:00.006Z\n")
    said = program.run("restore", "safe.tar", "--into", "new").stdout
    assert "At least 11 entries came after that (31 and later)" in said


def test_a_backup_that_is_killed_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    """`kill -9` while it works: no file of its name; what is left of the attempt is named, and is no backup."""
    program = program_with_data(tmp_path, 20_000)
    for line in ("copying the ledger", "verifying the copy", "writing the backup"):
        pid, terminal = os.forkpty()
        if pid == 0:
            os.chdir(tmp_path)
            words = program.command("backup", "--out", "safe.tar")
            os.execv(words[0], words)  # noqa: S606  (the real program, on a terminal)
        seen = b""
        while line.encode() not in seen:
            seen += os.read(terminal, 1024)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(terminal)
        assert not (tmp_path / "safe.tar").exists()
        again = program.run("backup", "--out", "safe.tar", check=False)
        assert "what is left of one that was cut off" in again.stderr
        assert program.run("restore", ".safe.tar.part", "--into", "new", check=False).returncode == 2
        subprocess.run(["rm", "-r", ".safe.tar.part"], cwd=tmp_path, check=True)
    program.run("backup", "--out", "safe.tar")


@needs(why_no_mount)
def test_a_full_disk_leaves_no_backup(tmp_path: Path) -> None:
    """Where there is no room for it: a sentence, and nothing is left there."""
    program = program_with_data(tmp_path, 3000)
    (tmp_path / "disk").mkdir()
    script = 'mount -t tmpfs -o size=500k,mode=700 tmpfs disk; "$@" || true; ls -A disk'
    command = ["unshare", "--mount", "sh", "-ec", script, "sh", *program.command("backup", "--out", "disk/safe.tar")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "make room" in done.stderr
    assert done.stdout == ""


def test_a_backup_in_another_form_is_refused(tmp_path: Path) -> None:
    """Who asks for a zip file is told which forms there are, and gets no folder of that name."""
    program = program_with_data(tmp_path)
    refused = program.run("backup", "--out", str(tmp_path / "safe.zip"), check=False)
    assert "safe.tar" in refused.stderr
    assert not (tmp_path / "safe.zip").exists()


def test_the_manifest_comes_first(tmp_path: Path) -> None:
    """So that a reader knows what to expect before it unpacks anything."""
    program = program_with_data(tmp_path)
    program.run("backup", "--out", "safe.tar")
    assert names_in(tmp_path / "safe.tar")[0] == MANIFEST
    with tarfile.open(tmp_path / "safe.tar") as tar:
        about = tar.extractfile(ABOUT)
        assert about is not None
        assert json.loads(about.read())["ledger"]["n"] == 30
