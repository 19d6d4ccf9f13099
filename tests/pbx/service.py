"""The real service as a household runs it: a process with a configuration file, asked through its command line.

Starts it, stops it in every way a process can end, and reads what it recorded. Decides nothing about calls.
"""

import contextlib
import http.client
import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ADDRESS = "127.0.0.1:4573"
HTTP_PORT = 8073
"""The defaults: in a network of our own nobody else has them."""

UNWANTED_NUMBER = "+32475551239"
"""What is on the block list of the household that the fixture `service` makes."""

STARTS_WITHIN_SECONDS = 30.0
"""Far more than it needs; a machine that runs other tests at the same time may be slow."""

RECORDS_WITHIN_SECONDS = 5.0
"""What is recorded after a call."""


class Service:
    """A `blocker` with a data directory of its own."""

    def __init__(self, folder: Path, prefix: Sequence[str] = ()) -> None:
        """Args: folder: for configuration and data. prefix: what every command is run with."""
        self._folder = folder
        self.data = folder / "data"
        self.data.mkdir()
        (folder / "blocker.toml").write_text(f'region = "BE"\ndata_dir = "{self.data}"\n')
        self._command = [*prefix, sys.executable, "-m", "blocker", "--config", str(folder / "blocker.toml")]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Starts it and waits until it serves. Returns False where it ended instead."""
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*self._command, "serve"], stdout=log, stderr=log)
        deadline = time.monotonic() + STARTS_WITHIN_SECONDS
        while self._process.poll() is None:
            if self.health():
                return True
            assert time.monotonic() < deadline, f"it neither serves nor ends:\n{self.log()}"
            time.sleep(0.02)
        return False

    def health(self) -> int:
        """The status of /healthz, or 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", HTTP_PORT, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status
        except ConnectionError:
            return 0
        finally:
            connection.close()

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """Ends it, if it still runs, and waits until it is gone."""
        if self._process is not None and self._process.poll() is None:
            self.send(number)
            self._process.wait(30)

    def log(self) -> str:
        return (self._folder / "log").read_text(errors="replace")

    def run(self, *arguments: str) -> str:
        """What a `blocker` command prints. Raises AssertionError where it fails."""
        done = subprocess.run([*self._command, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"blocker {' '.join(arguments)} ended with {done.returncode}: {done.stderr}"
        return done.stdout

    def calls(self) -> list[dict[str, Any]]:
        """The calls it has on record, the newest last."""
        calls: list[dict[str, Any]] = json.loads(self.run("calls", "--json", "--limit", "1000"))
        return calls

    def entries(self, kind: str) -> list[dict[str, Any]]:
        """The entries of a kind, read past the program."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'ledger.sqlite3'}?mode=ro", uri=True)) as ledger:
            rows = ledger.execute("SELECT content FROM contents ORDER BY n").fetchall()
        return [entry for entry in (json.loads(content) for (content,) in rows) if entry["kind"] == kind]

    def entry(self, kind: str, call_id: str) -> dict[str, Any]:
        """The one entry of a kind about a call, as soon as it is there."""
        deadline = time.monotonic() + RECORDS_WITHIN_SECONDS
        while not (found := [entry for entry in self.entries(kind) if entry["call"] == call_id]):
            assert time.monotonic() < deadline, f"no {kind} of {call_id}:\n{self.log()}"
            time.sleep(0.02)
        assert len(found) == 1, found
        return found[0]

    def call(self, call_id: str) -> dict[str, Any]:
        """The one call of that id."""
        found = [call for call in self.calls() if call["call"] == call_id]
        assert len(found) == 1, f"{len(found)} calls {call_id} on record"
        return found[0]
