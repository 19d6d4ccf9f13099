"""The real program as a process of its own, with its own data directory and free ports, for tests from outside."""

import asyncio
import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from fakes import warm

CONFIG = """\
region = "BE"
data_dir = "data"
log_format = "json"
{top}

[fastagi]
port = 0

[http]
port = 0
{more}
"""


class Program:
    """`blocker --config FILE …` in a folder."""

    def __init__(self, folder: Path, top: str = "", more: str = "") -> None:
        self.folder = folder
        self.data = folder / "data"
        self.config = folder / "blocker.toml"
        self.config.write_text(CONFIG.format(top=top, more=more))
        self.fastagi = self.http = 0
        self.process: asyncio.subprocess.Process | None = None
        self.log: list[dict[str, Any]] = []
        """The service's log lines as far as they were read."""

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "blocker", "--config", str(self.config), *words]

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        done = warm.run(["--config", str(self.config), *words], self.folder)
        assert not check or done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        return done

    async def start(self) -> None:
        """Start the service and wait until it says that it is ready."""
        self.process = await asyncio.create_subprocess_exec(
            *self.command("serve"), stderr=subprocess.PIPE, cwd=self.folder, env=os.environ | {"PYTHONUNBUFFERED": "1"}
        )
        ready = await self.logged("ready")
        self.fastagi, self.http = ready["fastagi"], ready["http"]

    async def logged(self, event: str) -> dict[str, Any]:
        """The next log line of an event; what the service logs before it is kept in `log`."""
        assert self.process is not None
        assert self.process.stderr is not None
        while line := await self.process.stderr.readline():
            entry = json.loads(line)
            self.log.append(entry)
            if entry["event"] == event:
                return dict(entry)
        raise AssertionError(f"the service ended without “{event}”: {self.log}")

    async def stop(self) -> int:
        """Ask it to stop; returns its exit status."""
        assert self.process is not None
        self.process.terminate()
        _, rest = await self.process.communicate()
        self.log += [json.loads(line) for line in rest.splitlines()]
        return int(self.process.returncode or 0)

    async def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.communicate()

    def entries(self, kind: str = "") -> list[dict[str, Any]]:
        """The ledger's contents, read past the program."""
        database = sqlite3.connect(f"file:{self.data / 'ledger.sqlite3'}?mode=ro", uri=True)
        with contextlib.closing(database):
            rows = database.execute("SELECT content FROM contents ORDER BY n").fetchall()
        found = [json.loads(content) for (content,) in rows]
        return [entry for entry in found if not kind or entry["kind"] == kind]


@contextlib.asynccontextmanager
async def running(folder: Path, top: str = "", more: str = "") -> AsyncIterator[Program]:
    """The service, started and in the end stopped."""
    program = Program(folder, top, more)
    await program.start()
    try:
        yield program
    finally:
        if program.process is not None and program.process.returncode is None:
            await program.stop()
