"""What the benchmarks share: percentiles, tables, targets, a service to measure, and a core for each side.

Decides nothing about what is measured. Every figure is meant to be read as a ratio to a floor of the same run: the same
loop shifts by a factor of two between two minutes of a shared machine.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

SERVER_CORE, CLIENT_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))
"""The same core on a machine with one; then every figure has both sides in it."""

START_SECONDS = 30.0
"""How long a server may take to come up before the benchmark gives up."""


def percentile(values: Sequence[float], fraction: float) -> float:
    """The value that this fraction of the values doesn't exceed; 0.5 is the median."""
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return percentile(values, 0.5)


@dataclass(slots=True)
class Findings:
    """What one benchmark found: tables for a person, and the same as JSON."""

    name: str
    tables: list[dict[str, Any]] = field(default_factory=list)
    targets: list[dict[str, Any]] = field(default_factory=list)

    def table(self, title: str, header: Sequence[str], rows: Sequence[Sequence[str | float]]) -> None:
        """Print a table; its first column is text, the others are numbers or text."""
        self.tables.append({"title": title, "header": list(header), "rows": [list(row) for row in rows]})
        shown = [list(header), *([cell if isinstance(cell, str) else f"{cell:.3g}" for cell in row] for row in rows)]
        widths = [max(len(row[column]) for row in shown) for column in range(len(header))]
        print(f"\n{title}")
        for row in shown:
            first, *others = [cell.rjust(width) for cell, width in zip(row, widths, strict=True)]
            print("  " + "  ".join([first.strip().ljust(widths[0]), *others]))

    def target(self, what: str, measured: float, limit: float, unit: str) -> None:
        """Hold a figure against the design's; printed, not asserted, since it depends on the machine and its mood."""
        met = measured <= limit
        self.targets.append({"what": what, "measured": measured, "limit": limit, "unit": unit, "met": met})
        print(f"  {'met   ' if met else 'MISSED'}  {what}: {measured:.3g} {unit} (at most {limit:g})")


def options(what: str) -> argparse.Namespace:
    """The command line that all benchmarks have."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there as well")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work, for a first look")
    parser.add_argument("--dir", type=Path, default=Path(), help="where to put data; its disk is what is measured")
    return parser.parse_args()


def finish(findings: Sequence[Findings], file: Path | None) -> None:
    """Write the figures, where that was asked for."""
    if file is not None:
        found = {one.name: {"tables": one.tables, "targets": one.targets} for one in findings}
        file.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def pinned(core: int) -> None:
    """Keep this process on one core, so that the two sides of an exchange don't take each other's."""
    os.sched_setaffinity(0, {core})


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@dataclass(slots=True)
class Server:
    """A server in a process of its own, on its own core."""

    process: subprocess.Popen[bytes]
    port: int

    @classmethod
    def start(cls, port: int, *command: str) -> Self:
        """Start it; it need not be listening yet."""
        process = subprocess.Popen(  # noqa: S603 (our own interpreter)
            [sys.executable, *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: pinned(SERVER_CORE),  # noqa: PLW1509 (nothing else runs in this process)
        )
        return cls(process, port)

    def wait_listening(self) -> None:
        """Return as soon as it takes connections."""
        give_up_at = time.monotonic() + START_SECONDS
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
            except ConnectionRefusedError:
                if self.process.poll() is not None or time.monotonic() > give_up_at:
                    raise SystemExit(f"the server did not come up (exit code {self.process.poll()})") from None
                time.sleep(0.002)
            else:
                return

    def stop(self) -> None:
        """Ask it to stop and wait until it has."""
        self.process.terminate()
        self.process.wait(timeout=START_SECONDS)


@dataclass(frozen=True, slots=True)
class Household:
    """A data directory with its configuration, for a service to be started on."""

    config: Path
    fastagi_port: int

    def run(self, *command: str) -> None:
        """Have a command done, such as `block add`; it must succeed."""
        subprocess.run(  # noqa: S603 (as above)
            [sys.executable, "-m", "blocker", "--config", str(self.config), *command], check=True, capture_output=True
        )

    def serve(self) -> Server:
        """Start the service; the caller stops it."""
        return Server.start(self.fastagi_port, "-m", "blocker", "--config", str(self.config), "serve")


@contextmanager
def household(directory: Path) -> Iterator[Household]:
    """A new household in a Belgian home, on the disk of `directory`, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="blocker-bench-", dir=directory.resolve()) as folder:
        config, port = Path(folder, "config.toml"), free_port()
        config.write_text(
            f'region = "BE"\ndata_dir = "{folder}/data"\n[fastagi]\nport = {port}\n[http]\nport = {free_port()}\n',
            encoding="utf-8",
        )
        yield Household(config, port)
