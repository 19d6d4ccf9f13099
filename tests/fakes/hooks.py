"""Hooks that listen on a free port for the length of a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fakes.screener import FakeScreener, FakeScreening

from blocker.core.ended import CallEnd
from blocker.hooks.fastagi import FastAgiServer


class FakeDialled:
    """Remembers which calls out of the house it was told of, each with its channel."""

    def __init__(self) -> None:
        self.noted: list[tuple[str, str]] = []

    def note(self, number: str, channel: str) -> None:
        self.noted.append((number, channel))


class FakeEndings:
    """Knows some calls as under way, and remembers how they ended."""

    def __init__(self, *under_way: str) -> None:
        self.under_way = set(under_way)
        self.noted: list[CallEnd] = []

    def note(self, end: CallEnd) -> bool:
        if end.call not in self.under_way:
            return False
        self.under_way.remove(end.call)
        self.noted.append(end)
        return True


@asynccontextmanager
async def fastagi(
    screener: FakeScreener, dialled: FakeDialled | None = None, **settings: Any
) -> AsyncIterator[FastAgiServer[FakeScreening]]:
    """A FastAGI server; its budget for an environment is the screener's, unless said otherwise."""
    server = FastAgiServer(
        screener, dialled or FakeDialled(), **{"port": 0, "budget_seconds": screener.budget_seconds} | settings
    )
    await server.start()
    try:
        yield server
    finally:
        await server.close(timeout_seconds=5)
