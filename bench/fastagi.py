"""How long Asterisk waits for an answer: allowed and blocked calls, against a constant answer and one fsync'd append.

`python -m bench.fastagi`. The service runs on one core, the client on another. Three kinds of run: a closed loop (one
call after the other), paced (one each 20 ms, when caches have gone cold), sixteen calls at once. All are interleaved
with their floors in rounds; a ratio is the median of the rounds' own ratios. Every allowed call comes from a number not
seen before, which is what a call from a stranger is.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.exchange import Times, many_at_once, one_after_the_other, timed
from bench.measuring import (
    CLIENT_CORE,
    Findings,
    Server,
    finish,
    free_port,
    household,
    median,
    options,
    percentile,
    pinned,
)

PACE_SECONDS = 0.02
RECORD = b"x" * 800
"""About the bytes of one entry."""

HEADER = ["", "first p50", "p99", "whole p50", "p99"]


def strangers() -> Iterator[str]:
    """Numbers of one Brussels exchange, each once."""
    return (f"+322555{number:04d}" for number in range(10_000))


def unwanted() -> Iterator[str]:
    """Numbers of the blocked prefix, each once."""
    return (f"+3247555{number:04d}" for number in range(10_000))


def measure(directory: Path, *, quick: bool) -> Findings:
    """All runs; prints as it goes."""
    findings = Findings("fastagi")
    pinned(CLIENT_CORE)
    with household(directory) as home:
        home.run("block", "add", "+3247555*")
        service = home.serve()
        constant = Server.start(port := free_port(), "-m", "bench.constant_server", str(port))
        try:
            service.wait_listening()
            constant.wait_listening()
            _compare(findings, constant.port, service.port, directory, quick=quick)
        finally:
            service.stop()
            constant.stop()
    return findings


def _compare(findings: Findings, constant: int, service: int, directory: Path, *, quick: bool) -> None:
    calls, callers, pests = (100, 3) if quick else (300, 7), strangers(), unwanted()

    def some(numbers: Iterator[str], count: int) -> list[str]:
        return [next(numbers) for _ in range(count)]

    with tempfile.TemporaryFile(dir=directory) as file:

        def append() -> None:
            os.write(file.fileno(), RECORD)
            os.fsync(file.fileno())

        def rounds(count: int, each: int, pause: float) -> dict[str, list[Times]]:
            found: dict[str, list[Times]] = {"constant": [], "allowed": [], "blocked": [], "fsync'd append": []}
            for _ in range(count):
                found["constant"].append(one_after_the_other(constant, some(callers, each), "ring", pause))
                found["allowed"].append(one_after_the_other(service, some(callers, each), "ring", pause))
                found["blocked"].append(one_after_the_other(service, some(pests, each), "reject", pause))
                appended = timed(append, each, pause)
                found["fsync'd append"].append(Times(appended, appended))
            return found

        one_after_the_other(constant, some(callers, 50), "ring")
        one_after_the_other(service, some(callers, 50), "ring")
        one_after_the_other(service, some(pests, 50), "reject")
        _show(findings, "closed loop, ms", rounds(calls[1], calls[0], 0), excess_limit=0.6)
        _show(findings, "paced, one call each 20 ms, ms", rounds(3, calls[0] // 2, PACE_SECONDS), excess_limit=1.1)
    count = calls[0] * 2
    rates = {
        "constant": many_at_once(constant, some(callers, count)),
        "allowed": many_at_once(service, some(callers, count)),
        "blocked": many_at_once(service, some(pests, count)),
    }
    findings.table(
        "sixteen calls at once",
        ["", "calls/s", "ratio"],
        [[name, rate, rate / rates["constant"]] for name, rate in rates.items()],
    )


def _show(findings: Findings, title: str, found: dict[str, list[Times]], excess_limit: float) -> None:
    def pooled(name: str) -> Times:
        runs = found[name]
        return Times([t for run in runs for t in run.first], [t for run in runs for t in run.whole])

    findings.table(title, HEADER, [[name, *pooled(name).row()] for name in found])

    def over_rounds(figure: Callable[[Times, Times, Times, Times], float]) -> float:
        return median([figure(*each) for each in zip(*found.values(), strict=True)])

    def ratio(at: float) -> float:
        return over_rounds(lambda floor, allowed, _, __: percentile(allowed.first, at) / percentile(floor.first, at))

    excess = over_rounds(
        lambda floor, _, blocked, disk: median(blocked.first) - median(floor.first) - median(disk.first)
    )
    findings.target(f"{title}: allowed p50 to constant p50", ratio(0.5), 1.3, "times")
    findings.target(f"{title}: allowed p99 to constant p99", ratio(0.99), 3, "times")
    findings.target(f"{title}: blocked p50 beyond constant + fsync'd append", excess, excess_limit, "ms")


if __name__ == "__main__":
    asked = options("FastAGI exchanges against a constant answer and one fsync'd append")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
