"""What couldn't be opened at the start is tried again, without anybody's hand."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from blocker import actions, service
from blocker.config import load_config
from blocker.service import Service


async def test_a_ledger_that_could_not_be_opened_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once what was in the way is gone, the service records and blocks again by itself."""
    in_the_way = tmp_path / "data" / "ledger.sqlite3"
    in_the_way.mkdir(parents=True)
    path = tmp_path / "blocker.toml"
    path.write_text('region = "BE"\ndata_dir = "data"\n[fastagi]\nport = 0\n[http]\nport = 0\n')
    health: asyncio.Queue[list[str]] = asyncio.Queue()
    start = Service.start

    async def watched(self: Service) -> None:
        await start(self)
        health.put_nowait(self.health())

    monkeypatch.setattr(Service, "start", watched)
    monkeypatch.setattr(service, "RETRY_SECONDS", 0.05)
    serving = asyncio.create_task(service.serve(load_config(path, {}, actions.names())))
    try:
        async with asyncio.timeout(60):
            assert await health.get()
            in_the_way.rmdir()
            while await health.get():
                pass
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(serving, 30)
