"""`blocker import` and `blocker call add`, by the real command: beside a running service, and without one."""

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.agi_client import call
from fakes.imports import FRITZBOX, android, master, write_android
from fakes.running import Program, running

from blocker.__main__ import main

LINE = '\n[lines.landline]\nnumber = "+3225550100"\n'


def imported(program: Program) -> list[str]:
    """The ids of the calls that were taken over; none where no ledger was begun."""
    if not (program.data / "ledger.sqlite3").exists():
        return []
    return [entry["call"] for entry in program.entries("call-imported")]


@pytest.mark.parametrize("beside_a_service", [True, False])
async def test_a_call_log_is_taken_over_once(tmp_path: Path, *, beside_a_service: bool) -> None:
    """Twice imported is once there; a longer export adds only what is new; nothing claims that we saw it."""
    texts = [android(1), android(2, kind="2"), android(3, kind="3"), android(4, kind="99"), android(5, number="-2")]
    short = write_android(tmp_path / "calls-1.xml", iter(texts))
    longer = write_android(tmp_path / "calls-2.xml", iter([*texts, android(6)]))
    program = Program(tmp_path, more=LINE)

    def commands() -> list[subprocess.CompletedProcess[str]]:
        words = ("import", "--line", "mobile")
        dry = program.run(*words, "--dry-run", str(short), check=False)
        return [dry, *(program.run(*words, str(file), check=False) for file in (short, short, longer))]

    if beside_a_service:
        async with running(tmp_path, more=LINE) as program:
            done = await asyncio.to_thread(commands)
    else:
        done = commands()
    assert [one.returncode for one in done] == [1, 1, 1, 1]
    assert [one.stdout for one in done] == [
        "5 read, 3 would be new, 1 outgoing passed over, 1 bad (row 4).\n",
        "5 read, 3 new, 1 outgoing passed over, 1 bad (row 4).\n",
        "5 read, 0 new, 3 already there, 1 outgoing passed over, 1 bad (row 4).\n",
        "6 read, 1 new, 3 already there, 1 outgoing passed over, 1 bad (row 4).\n",
    ]
    assert done[1].stderr == "note: row 4: line 6: “99” is no type of call that is known; skipped\n"
    entries = program.entries("call-imported")
    assert [entry["file"]["row"] for entry in entries] == [1, 3, 5, 6]
    assert {entry["seen_by"] for entry in entries} == {"android-call-log"}
    assert {entry["line"] for entry in entries} == {"mobile"}
    assert entries[2]["presented"]["kind"] == "withheld"
    assert not any({"hook", "verdict", "action", "outcome"} & entry.keys() for entry in entries)
    assert program.run("verify").returncode == 0


def test_an_import_says_that_erased_calls_come_back(tmp_path: Path) -> None:
    """Before and as it happens: how many new calls are of weeks from which a person had calls erased."""
    program = Program(tmp_path, more=LINE)
    log = write_android(tmp_path / "calls.xml", iter([android(1, number="+3225550345")]))
    words = ("import", "--line", "mobile", str(log))
    assert "erased" not in program.run(*words).stderr
    program.run("erase", "--number", "+3225550345", "--why", "asked", "--yes")
    assert imported(program) == []
    assert "what was erased comes back" in program.run(*words, "--dry-run").stderr
    assert imported(program) == []
    assert "what was erased has come back" in program.run(*words).stderr
    assert len(imported(program)) == 1


async def test_what_this_blocker_saw_is_not_imported(tmp_path: Path) -> None:
    """A record with the uniqueid of a screened call is that call, even where its zone was misread."""
    async with running(tmp_path, more=LINE) as program:
        await call(program.fastagi, "025550345", uniqueid="1795162353.1")
        now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
        file = tmp_path / "Master.csv"
        file.write_text(master(now) + master("2026-01-05 09:00:00", unique="1767600000.7"))
        done = await asyncio.to_thread(program.run, "import", str(file), "--time-zone", "Etc/GMT-5")
        again = await asyncio.to_thread(program.run, "import", str(file), "--time-zone", "UTC")
    assert done.stdout == "2 read, 1 new, 1 already seen by this blocker.\n"
    assert again.stdout == "2 read, 0 new, 1 already there, 1 already seen by this blocker.\n"
    assert [entry["began"] for entry in program.entries("call-imported")] == ["2026-01-05T04:00:00.000Z"]


def test_a_call_from_memory(tmp_path: Path) -> None:
    """It is recorded once, listed, marked, blocked and counted apart; what can't be is refused."""
    program = Program(tmp_path, more=LINE)
    words = ("call", "add", "--at", "2026-11-16 14:03", "--number", "02 555 03 99", "--line", "mobile")
    first = program.run(*words, "--lasted", "1m40s", "--for", "Proximus", "--marketing", "--note", "a bad line")
    again = program.run(*words)
    assert "is recorded, as told by you" in first.stdout
    assert "was there already" in again.stdout
    (entry,) = program.entries("call-imported")
    assert (entry["seen_by"], entry["file"], entry["note"]) == ("hand", None, "a bad line")
    assert (entry["began"], entry["seconds_talked"]) == ("2026-11-16T13:03:00.000Z", 100)
    (listed,) = json.loads(program.run("calls", "--json").stdout)
    assert (listed["happened"], listed["seen_by"], listed["standing"]) == ("elsewhere", "hand", "unwanted")
    assert [item["number"] for item in json.loads(program.run("block", "list", "--json").stdout)] == ["+3225550399"]
    program.run("report", "--week", "2026-W47", "--out", "out")
    report = json.loads((tmp_path / "out" / "report.json").read_bytes())
    assert report["totals"]["calls"] == report["totals"]["unwanted"] == 0
    assert (report["totals"]["elsewhere"], report["totals"]["elsewhere_unwanted"]) == (1, 1)
    assert [call["call"] for call in report["elsewhere"]["listed"]] == [entry["call"]]
    assert report["companies"][0]["elsewhere"] == 1
    assert len(imported(program)) == 1


def test_what_is_remembered_is_nowhere_shown_as_a_devices_record(tmp_path: Path) -> None:
    """Every list, page and pack says that a person told of the call, not that a device called “hand” recorded it."""
    program = Program(tmp_path, more=LINE)
    words = ("call", "add", "--at", "2026-11-16 14:03", "--number", "02 555 03 99", "--line", "mobile")
    program.run(*words, "--for", "Proximus", "--marketing")
    assert "from memory" in program.run("calls").stdout
    assert "this machine has seen no call yet" in program.run("mark", "last", "wanted", check=False).stderr
    assert "told from memory" in program.run("company", "show", "proximus").stdout
    call = imported(program)[0]
    assert "told from memory" in program.run("statement", call, "--show").stdout
    program.run("report", "--week", "2026-W47", "--out", "out")
    assert "told from memory" in (tmp_path / "out" / "report.md").read_text("utf-8")
    assert "uit het geheugen; aangemerkt" in (tmp_path / "out" / "report.html").read_text("utf-8")
    program.run("pack", "--company", "proximus", "--out", "pack", "--lang", "en")
    summary = (tmp_path / "pack" / "SUMMARY.txt").read_text("utf-8")
    assert "told from memory" in summary
    assert "recorded by hand" not in summary


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("--at", "2199-01-01 10:00"), "still to come"),
        (("--at", "2026-11-16"), "has no hour"),
        (("--at", "2026-10-25 02:30"), "comes twice"),
        (("--at", "2026-03-29 02:30"), "never comes"),
        (("--number", "hello"), "no telephone number"),
        (("--region", "Belgium"), "no country"),
        (("--time-zone", "Mars/Crater"), "no time zone"),
        (("--lasted", "25h"), "seconds"),
        (("--note", "two\nlines"), "one line"),
    ],
)
def test_what_cannot_be_remembered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: tuple[str, str], why: str
) -> None:
    """It is refused with what is wrong, and nothing is recorded."""
    program = Program(tmp_path, more=LINE)
    words = ["call", "add", "--at", "2026-11-16 14:03", "--number", "02 555 03 99", "--line", "mobile", *change]
    assert main(["--config", str(program.config), *words]) == 2
    assert why in capsys.readouterr().err
    assert imported(program) == []


@pytest.mark.parametrize(
    ("name", "raw", "more", "why"),
    [
        ("gone.xml", None, (), "can't be read"),
        (".", None, (), "can't be read"),
        ("empty.csv", b"", (), "it is empty"),
        ("text.txt", b"hello\nworld\n", (), "--as asterisk-cdr or --as android or --as fritzbox"),
        ("calls.xml", b"<?xml version='1.0'?><calls/>", ("--line", "a\nb"), "one line"),
        ("calls.xml", b"<?xml version='1.0'?><calls/>", (), "--line mobile"),
    ],
)
def test_what_cannot_be_imported(  # a row of the table
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, raw: bytes | None, more: tuple[str, ...], why: str
) -> None:
    """Each file is refused with what is wrong and how to mend it."""
    program = Program(tmp_path, more=LINE)
    if raw is not None:
        (tmp_path / name).write_bytes(raw)
    assert main(["--config", str(program.config), "import", str(tmp_path / name), *more]) == 2
    assert why in capsys.readouterr().err


def test_what_is_found_out_while_reading(tmp_path: Path) -> None:
    """A file of another kind, or of more calls than a house has, leaves nothing behind."""
    program = Program(tmp_path, more=LINE)
    files = {
        "sms.xml": (b"<?xml version='1.0'?><smses></smses>", "android", "messages and no call log"),
        "list.csv": (FRITZBOX.encode() + b"x;y;z;1;2;3;4;5\n" * 150, "fritzbox", "none of the first 100 rows"),
        "large.csv": (b"x", "fritzbox", "1000 MB"),
    }
    for name, (raw, kind, why) in files.items():
        (tmp_path / name).write_bytes(raw)
        os.truncate(tmp_path / name, 1_000_000_001 if name == "large.csv" else len(raw))
        refused = program.run("import", "--as", kind, "--line", "mobile", name, check=False)
        assert (refused.returncode, why in refused.stderr) == (2, True), refused.stderr
    assert imported(program) == []


@pytest.mark.parametrize("beside_a_service", [True, False])
async def test_a_file_can_be_kept(tmp_path: Path, *, beside_a_service: bool) -> None:
    """With `--keep` its bytes lie beside the ledger, under the sum that each of its calls names."""
    program = Program(tmp_path, more=LINE)
    file = write_android(tmp_path / "calls.xml", iter([android(1)]))
    words = ("import", "--line", "mobile", "--keep", str(file))
    if beside_a_service:
        async with running(tmp_path, more=LINE) as program:
            await asyncio.to_thread(program.run, *words)
    else:
        program.run(*words)
    (entry,) = program.entries("call-imported")
    (kept,) = program.entries("attachment")
    assert kept["sha256"] == entry["file"]["sha256"]
    assert (kept["what"], kept["name"]) == ("import", "calls.xml")
    assert (program.data / "attachments" / kept["sha256"]).read_bytes() == file.read_bytes()


async def test_an_import_that_was_killed_is_completed_by_the_next(tmp_path: Path) -> None:
    """Neither a call twice nor one missing, wherever the first was cut off."""
    file = write_android(tmp_path / "calls.xml", (android(row) for row in range(3_000)))
    program = Program(tmp_path, more=LINE)
    process = await asyncio.create_subprocess_exec(
        *program.command("import", "--line", "mobile", str(file)), cwd=tmp_path, stdout=subprocess.DEVNULL
    )
    for _ in range(2_000):
        await asyncio.sleep(0.01)  # waits for the first entries, not for a time
        if (program.data / "ledger.sqlite3").exists() and (program.data / "ledger.sqlite3-wal").exists():
            with_entries = (program.data / "ledger.sqlite3-wal").stat().st_size > 200_000
            if with_entries or process.returncode is not None:
                break
    if process.returncode is None:
        process.kill()
    await process.wait()
    done = program.run("import", "--line", "mobile", str(file))
    assert "3,000 read" in done.stdout
    calls = imported(program)
    assert len(calls) == len(set(calls)) == 3_000
    assert program.run("verify").returncode == 0


async def _import_of(folder: Path, calls: int) -> tuple[int, int]:
    """Import so many calls beside a running service; how many bytes they were, and by how many KiB it grew."""
    file = write_android(folder / "calls.xml", (android(row % 200_000, kind="2") if row % 50 else android(row // 50)
                                                for row in range(calls)))  # fmt: skip
    async with running(folder, more=LINE) as program:
        assert program.process is not None
        before = _resident(program.process.pid)
        done = await asyncio.to_thread(program.run, "import", "--line", "mobile", str(file))
        assert f"{calls:,} read, {calls // 50:,} new" in done.stdout
        return file.stat().st_size, _resident(program.process.pid) - before


# A process begins with the peak of the one that it was split from, so that one that has as good as none stands between.
_MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def _peak_of_import(folder: Path, calls: int) -> int:
    """The most memory that the command has at a time, in KiB."""
    home = folder / "alone"
    home.mkdir()
    program = Program(home, more=LINE)
    file = write_android(home / "calls.xml", (android(row) for row in range(calls)))
    command = program.command("import", "--line", "mobile", str(file))
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, *command], capture_output=True, text=True, check=True, cwd=home
    )
    return int(done.stdout)


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks in /proc, which only Linux has")
async def test_five_megabytes_in_flat_memory(tmp_path: Path) -> None:
    """A long export leaves the service as small as it was, and the command takes no more than for a short one."""
    size, grown = await _import_of(tmp_path, 30_000)
    assert size > 5_000_000
    assert grown < 40_000, "KiB"
    assert _peak_of_import(tmp_path, 30_000) < 250_000, "KiB"


@pytest.mark.soak
async def test_two_hundred_megabytes(tmp_path: Path) -> None:
    """The same holds for a file forty times as long."""
    size, grown = await _import_of(tmp_path, 1_250_000)
    assert size > 200_000_000
    assert grown < 60_000, "KiB"
