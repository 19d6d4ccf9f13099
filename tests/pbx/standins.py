"""Stand-ins for the blocker, one for each way in which a service can misbehave, and one that behaves.

They speak FastAGI to a real Asterisk. What the blocker itself does is not their business: the tests run the real one.
"""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

TOO_LATE_SECONDS = 2.5
"""Longer than the dialplan waits, shorter than the three seconds in which the phone must ring."""


async def hung(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Takes the connection and says nothing until Asterisk gives up."""
    await reader.read()


async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Would turn the call away, after three seconds."""
    await asyncio.sleep(3)
    await _say(reader, writer, "reject")


async def too_late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Would turn the call away, just after the dialplan has stopped waiting."""
    await asyncio.sleep(TOO_LATE_SECONDS)
    await _say(reader, writer, "reject")


async def stays_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Gives all but the action, then hangs."""
    await _set(reader, writer, "BLOCKER_REASON", "block-list")
    await _set(reader, writer, "BLOCKER_CALL", "0123456789abcdef")
    await reader.read()


async def rejects_and_stays_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Turns the call away but never closes, so that its word comes in time and the end of the exchange doesn't."""
    await _set(reader, writer, "BLOCKER_ACTION", "reject")
    await reader.read()


async def closes_at_once(_: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Closes without a word."""


async def resets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends the connection with a TCP reset."""
    linger = struct.pack("ii", 1, 0)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)


async def garbage(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends bytes that mean nothing, some of which look like a verdict."""
    writer.write(bytes(range(256)) + b"\nBLOCKER_ACTION=reject\nHTTP/1.1 403 reject\r\n\r\n" + b"\xff" * 20_000 + b"\n")
    await writer.drain()


async def partial_line(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Sends the beginning of a command, waits a second, and dies."""
    writer.write(b'SET VARIABLE BLOCKER_ACTION "rej')
    await writer.drain()
    await asyncio.sleep(1)


def says(action: str, reason: str = "block-list", call: str = "0123456789abcdef") -> Behaviour:
    """Behaves: sets the three variables in their order and closes."""

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _set(reader, writer, "BLOCKER_REASON", reason)
        await _set(reader, writer, "BLOCKER_CALL", call)
        await _set(reader, writer, "BLOCKER_ACTION", action)

    return behave


async def _say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, action: str) -> None:
    await says(action)(reader, writer)


async def _set(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, value: str) -> None:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    writer.write(f'SET VARIABLE {name} "{quoted}"\n'.encode())
    await writer.drain()
    await reader.readline()


class StandIn:
    """A FastAGI server that behaves in one way, and remembers what it was asked."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour
        self.asked: list[list[str]] = []
        """The lines of each request, as latin-1."""
        self.address = ""
        self.was_asked = asyncio.Event()
        self.was_left = asyncio.Event()
        """Whether the first connection has ended."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer):
            try:
                head = await reader.readuntil(b"\n\n")
                self.asked.append(head.decode("latin-1").split("\n")[:-2])
                self.was_asked.set()
                await self._behaviour(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                pass  # Asterisk gave up on us, as it should on most of these.
            finally:
                self.was_left.set()

    def environment(self) -> dict[str, str]:
        """What the last request said. Raises AssertionError where a line came twice."""
        pairs = [line.split(": ", 1) for line in self.asked[-1]]
        environment = {pair[0]: pair[-1] for pair in pairs}
        assert len(environment) == len(pairs), f"a line came twice: {self.asked[-1]}"
        return environment


@asynccontextmanager
async def standing_in(behaviour: Behaviour, port: int = 0) -> AsyncIterator[StandIn]:
    """Runs a stand-in, on a free port unless one is named, while the block runs."""
    stand_in = StandIn(behaviour)
    server = await asyncio.start_server(stand_in._serve, "127.0.0.1", port, backlog=200)
    stand_in.address = "{}:{}".format(*server.sockets[0].getsockname())
    async with server:
        yield stand_in
