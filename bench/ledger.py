"""What a ledger of a million entries costs: to verify all of it, in time and memory, and to add to it.

`python -m bench.ledger`. Verification is the command `blocker verify`, from its start to its end; its floors are to
hash the same bytes, and to walk the same tables with Python's own sqlite3. Memory is the most that the command held,
at the full size and at a tenth. Appending is one blocked call's entries, each waited for, on the large ledger and on
one of a thousand entries, in turns.
"""

import asyncio
import hashlib
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.measuring import Findings, finish, median, options, percentile
from blocker.evidence.ledger import MAX_BATCH, Ledger
from blocker.store import ledger_db

SIZE, QUICK_SIZE, SMALL = 1_000_000, 100_000, 1_000


def contents(n: int) -> list[dict[str, Any]]:
    """A call and its outcome, as large as real ones, each with a number of its own."""
    call, at = f"{n:016x}", f"2026-{1 + n % 12:02d}-{1 + n % 28:02d}T{n % 24:02d}:{n % 60:02d}:12.{n % 1000:03d}Z"
    presented = {
        "kind": "e164",
        "why": None,
        "number": f"+32475{n % 1_000_000:06d}",
        "valid": True,
        "raw": "",
        "name": "",
    }
    match = {"kind": "list", "what": "+3247555*", "where": "block list", "note": ""}
    verdict = {"decision": "block", "reason": "block-list", "flagged": True, "matches": [match]}
    references = {
        "uniqueid": f"17950{n}.1",
        "linkedid": f"17950{n}.1",
        "channel": f"PJSIP/trunk-{n:08x}",
        "peer": "127.0.0.1",
    }
    screened = {
        "kind": "call-screened", "line": "home", "called": "+3225550000", "zone": "Europe/Brussels", "offset": "+01:00",
        "hook": "fastagi", "trunk": "trunk", "presented": presented, "verdict": verdict, "action": "reject",
        "observe_only": False, "references": references,
    }  # fmt: skip
    outcome = {"kind": "outcome", "result": "refused", "acknowledged": True, "after_ms": 4}
    return [{"v": 1, "at": at, "call": call, **one} for one in (screened, outcome)]


async def filled(directory: Path, size: int) -> None:
    """Make a ledger of so many entries."""
    directory.mkdir()  # noqa: ASYNC240  (nobody waits)
    ledger = await Ledger.open(directory)
    for begun in range(0, size // 2, MAX_BATCH // 2):
        await ledger.append(*(one for n in range(begun, begun + MAX_BATCH // 2) for one in contents(n)))
    await ledger.copy_head("stop")
    await ledger.close()


def verified(directory: Path) -> tuple[float, float]:
    """Seconds that the command takes, and the most megabytes that it holds."""
    config = directory / "config.toml"
    config.write_text(f'region = "BE"\ndata_dir = "{directory}"\n', encoding="utf-8")
    begun = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 (our own interpreter)
        [sys.executable, "-m", "blocker", "--config", str(config), "verify"], stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - begun, used.ru_maxrss / 1024


def walked(directory: Path) -> float:
    """Seconds for a walk along both tables."""
    begun = time.perf_counter()
    with closing(sqlite3.connect(directory / ledger_db.FILE)) as database:
        for _ in database.execute("SELECT n, line, content FROM links LEFT JOIN contents USING (n) ORDER BY n"):
            pass
    return time.perf_counter() - begun


def hashed(directory: Path) -> float:
    """Seconds to hash the same lines, without the time to read them."""
    spent = 0.0
    with closing(sqlite3.connect(directory / ledger_db.FILE)) as database:
        cursor = database.execute("SELECT CAST(line AS BLOB), CAST(content AS BLOB) FROM links JOIN contents USING (n)")
        while rows := cursor.fetchmany(1000):
            begun = time.perf_counter()
            for line, content in rows:
                hashlib.sha256(line).hexdigest()
                hashlib.sha256(content).hexdigest()
            spent += time.perf_counter() - begun
    return spent


async def appended(ledger: Ledger, count: int) -> list[float]:
    """Microseconds of each of so many blocked calls' entries."""
    times = []
    for i in range(count):
        screened, outcome = contents(ledger.head.n + i)
        begun = time.perf_counter()
        await ledger.append(screened)
        times.append((time.perf_counter() - begun) * 1e6)
        await ledger.append(outcome)
    return times


async def both_appended(large: Path, small: Path, rounds: int) -> tuple[list[list[float]], list[list[float]]]:
    """Appends to either ledger, in turns."""
    ledgers = [await Ledger.open(large), await Ledger.open(small)]
    for ledger in ledgers:
        await appended(ledger, 20)
    times = [([await appended(ledger, 50) for ledger in ledgers]) for _ in range(rounds)]
    for ledger in ledgers:
        await ledger.close()
    return [pair[0] for pair in times], [pair[1] for pair in times]


def measure(directory: Path, *, quick: bool) -> Findings:
    """All runs."""
    findings, size = Findings("ledger"), QUICK_SIZE if quick else SIZE
    with tempfile.TemporaryDirectory(prefix="blocker-bench-", dir=directory.resolve()) as folder:
        large, tenth, small = (Path(folder, name) for name in ("large", "tenth", "small"))
        for path, entries in ((large, size), (tenth, size // 10), (small, SMALL)):
            asyncio.run(filled(path, entries))
        times, memory, walks, hashes = [], [], [], []
        for _ in range(1 if quick else 3):
            walks.append(walked(large))
            hashes.append(hashed(large))
            spent, held = verified(large)
            times.append(spent)
            memory.append(held)
        _, held_by_a_tenth = verified(tenth)
        on_large, on_small = asyncio.run(both_appended(large, small, 4 if quick else 20))
    rows: list[list[str | float]] = [
        ["hashing the same bytes", median(hashes), median(hashes) / median(times)],
        ["walking the tables with sqlite3", median(walks), median(walks) / median(times)],
        ["blocker verify", median(times), 1],
    ]
    findings.table(f"a full verification of {size:,} entries, s", ["", "median", "share"], rows)
    findings.table(
        "memory of a full verification, MB",
        ["", "most"],
        [[f"{size // 10:,} entries", held_by_a_tenth], [f"{size:,} entries", max(memory)]],
    )
    flat = {
        name: [one for run in runs for one in run] for name, runs in ((f"{size:,}", on_large), (f"{SMALL:,}", on_small))
    }
    findings.table(
        "one durable append, µs",
        ["to a ledger of", "p50", "p90", "p99"],
        [[name, *(percentile(values, at) for at in (0.5, 0.9, 0.99))] for name, values in flat.items()],
    )
    ratio = median([median(one) / median(other) for one, other in zip(on_large, on_small, strict=True)])
    findings.target(f"full verification of {size:,} entries", median(times), 30 * size / SIZE, "s")
    findings.target("memory at ten times the size", max(memory) / held_by_a_tenth, 1.1, "times")
    findings.target(f"append at {size:,} entries to append at {SMALL:,}, p50", ratio, 1.2, "times")
    return findings


if __name__ == "__main__":
    asked = options("a ledger of a million entries: verifying it, adding to it")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
