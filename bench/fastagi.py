"""How long Asterisk waits for an answer: allowed and blocked calls, against a constant answer and one fsync'd append.

`python -m bench.fastagi`. The service runs on one core, the client on another. Three kinds of run: a closed loop (one
call after the other), paced (one each 20 ms, when caches have gone cold), sixteen calls at once. All take short turns
with their floors, since a shared disk is ten times slower in one second than in the next; a ratio of medians is the
median of the rounds' own ratios, one of p99 is of all rounds together.
"""

import os
import tempfile
from collections.abc import Iterator
from itertools import islice
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
TURN = 25
"""Calls of one side before the next has its turn."""

RECORD = b"x" * 800
"""About the bytes of one entry."""

KNOWN = "+3225559999"
"""A caller whose number has been read before; the others each call once."""


def strangers() -> Iterator[str]:
    """Numbers of one Brussels exchange, each once."""
    return (f"+322555{number:04d}" for number in range(9_999))


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
            _compare(findings, Sides(constant.port, service.port, directory), rounds=4 if quick else 20)
        finally:
            service.stop()
            constant.stop()
    return findings


class Sides:
    """The service and its floors, ready to be asked in turn."""

    def __init__(self, constant: int, service: int, directory: Path) -> None:
        self._constant, self._service, self._directory = constant, service, directory
        self._strangers, self._unwanted = strangers(), unwanted()

    def take_turns(self, rounds: int, pause_seconds: float = 0, calls: int = TURN) -> dict[str, list[Times]]:
        """So many rounds in which each side has its turn."""
        found: dict[str, list[Times]] = {}
        for _ in range(rounds):
            turn = {
                "constant answer": one_after_the_other(self._constant, [KNOWN] * calls, "ring", pause_seconds),
                "allowed, a stranger": one_after_the_other(self._service, self._new(calls), "ring", pause_seconds),
                "allowed, called before": one_after_the_other(self._service, [KNOWN] * calls, "ring", pause_seconds),
                "blocked": one_after_the_other(self._service, self._pests(calls), "reject", pause_seconds),
                "fsync'd append": self._append(calls, pause_seconds),
            }
            for name, times in turn.items():
                found.setdefault(name, []).append(times)
        return found

    def rates(self, calls: int) -> dict[str, float]:
        """Calls per second with sixteen at once."""
        return {
            "constant answer": many_at_once(self._constant, [KNOWN] * calls),
            "allowed, strangers": many_at_once(self._service, self._new(calls)),
            "blocked": many_at_once(self._service, self._pests(calls)),
        }

    def _new(self, calls: int) -> list[str]:
        return list(islice(self._strangers, calls))

    def _pests(self, calls: int) -> list[str]:
        return list(islice(self._unwanted, calls))

    def _append(self, times: int, pause_seconds: float) -> Times:
        with tempfile.NamedTemporaryFile(dir=self._directory) as file:

            def append() -> None:
                os.write(file.fileno(), RECORD)
                os.fsync(file.fileno())

            found = timed(append, times, pause_seconds)
        return Times(found, found)


def _compare(findings: Findings, sides: Sides, rounds: int) -> None:
    sides.take_turns(2)  # each has been asked before it is measured
    closed = sides.take_turns(rounds)
    _show(findings, "closed loop, ms", closed)
    findings.target("blocked p50 beyond constant + append, closed loop", _beyond_floors(closed), 0.6, "ms")
    paced = sides.take_turns(rounds // 2, PACE_SECONDS)
    _show(findings, "one call each 20 ms, ms", paced)
    for name in ("allowed, a stranger", "allowed, called before"):
        pairs = list(zip(paced[name], paced["constant answer"], strict=True))
        middle = median([median(ours.first) / median(floor.first) for ours, floor in pairs])
        worst = percentile(_all(paced[name]).first, 0.99) / percentile(_all(paced["constant answer"]).first, 0.99)
        findings.target(f"{name}: p50 to constant, paced", middle, 1.3, "times")
        findings.target(f"{name}: p99 to constant, paced", worst, 3, "times")
    findings.target("blocked p50 beyond constant + append, paced", _beyond_floors(paced), 1.1, "ms")
    rates = sides.rates(rounds * TURN)
    rows: list[list[str | float]] = [[name, rate, rate / rates["constant answer"]] for name, rate in rates.items()]
    findings.table("sixteen calls at once", ["", "calls/s", "ratio"], rows)


def _show(findings: Findings, title: str, found: dict[str, list[Times]]) -> None:
    rows: list[list[str | float]] = [[name, *_all(turns).row()] for name, turns in found.items()]
    findings.table(title, ["", "first p50", "p99", "whole p50", "p99"], rows)


def _all(turns: list[Times]) -> Times:
    return Times([t for turn in turns for t in turn.first], [t for turn in turns for t in turn.whole])


def _beyond_floors(found: dict[str, list[Times]]) -> float:
    triples = zip(found["blocked"], found["constant answer"], found["fsync'd append"], strict=True)
    return median([median(ours.first) - median(floor.first) - median(disk.first) for ours, floor, disk in triples])


if __name__ == "__main__":
    asked = options("FastAGI exchanges against a constant answer and one fsync'd append")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
