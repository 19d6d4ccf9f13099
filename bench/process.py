"""What the service is as a process: how soon it decides its first call, what it holds in memory, how still it lies.

`python -m bench.process`. Start is from the exec to the answer to a call, on an existing household; the floor is an
interpreter that imports what the service depends on. Memory is read from /proc after the start and after calls. Idle is
how often its threads were woken within some seconds in which nobody called.
"""

import subprocess
import sys
import time
from pathlib import Path

from bench.exchange import one_after_the_other
from bench.fastagi import strangers, unwanted
from bench.measuring import CLIENT_CORE, Findings, Server, finish, household, median, options, pinned

DEPENDENCIES = (
    "import aiohttp.web, aiosqlite, apscheduler.schedulers.asyncio, phonenumbers, prometheus_client, structlog"
)


def memory(pid: int) -> dict[str, float]:
    """Megabytes by kind: Rss (all), Pss (its share of what is shared), Anonymous (its own)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    kilobytes = {name: int(rest.split()[0]) for name, rest in (line.split(":") for line in lines)}
    return {name: kilobytes[name] / 1024 for name in ("Rss", "Pss", "Anonymous")}


def wake_ups(pid: int) -> int:
    """How often the threads of a process have given up the core of their own accord, so far."""
    total = 0
    for status in Path(f"/proc/{pid}/task").glob("*/status"):
        for line in status.read_text(encoding="ascii").splitlines():
            if line.startswith("voluntary_ctxt_switches:"):
                total += int(line.split()[1])
    return total


def measure(directory: Path, *, quick: bool) -> Findings:
    """All runs."""
    findings = Findings("process")
    pinned(CLIENT_CORE)
    with household(directory) as home:
        home.run("block", "add", "+3247555*")
        imports, starts = [], []
        for _ in range(2 if quick else 7):
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", DEPENDENCIES], check=True)  # noqa: S603 (our own interpreter)
            imports.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            service = home.serve()
            service.wait_listening()
            one_after_the_other(home.fastagi_port, ["+32475551234"], "reject")
            starts.append(time.perf_counter() - begun)
            service.stop()
        findings.table(
            "start, s",
            ["", "median", "worst"],
            [
                ["imports of the dependencies alone", median(imports), max(imports)],
                ["start to the first call turned away", median(starts), max(starts)],
            ],
        )
        service = home.serve()
        service.wait_listening()
        try:
            _measure_memory(findings, service, calls=100 if quick else 1000)
            _measure_idleness(findings, service, seconds=3 if quick else 20)
        finally:
            service.stop()
    findings.target("start to the first decision", median(starts), 1, "s")
    return findings


def _measure_memory(findings: Findings, service: Server, calls: int) -> None:
    one_after_the_other(service.port, ["+3225551234"], "ring")
    before = memory(service.process.pid)
    callers, pests = strangers(), unwanted()
    for _ in range(calls):
        one_after_the_other(service.port, [next(callers)], "ring")
        one_after_the_other(service.port, [next(pests)], "reject")
    after = memory(service.process.pid)
    findings.table(
        "memory, MB",
        ["", *before],
        [["after the first call", *before.values()], [f"after {2 * calls} more", *after.values()]],
    )
    findings.target("resident memory after calls", after["Rss"], 80, "MB")


def _measure_idleness(findings: Findings, service: Server, seconds: float) -> None:
    time.sleep(1)  # what the last call left to be written
    before = wake_ups(service.process.pid)
    time.sleep(seconds)
    found = wake_ups(service.process.pid) - before
    findings.table(f"idle for {seconds:g} s", ["", "wake-ups"], [["the service", found]])
    findings.target("wake-ups of an idle service", found, 0, "times")


if __name__ == "__main__":
    asked = options("the service as a process: start, memory, idleness")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
