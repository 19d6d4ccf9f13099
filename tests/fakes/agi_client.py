"""A peer that plays Asterisk over a real socket: sends an environment, carries out SET VARIABLE, can misbehave.

For whatever needs calls without a phone system: tests, benchmarks, the demonstration's own tests.
"""

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

_SET = re.compile(rb'SET VARIABLE (\w+) "((?:[^"\\]|\\.)*)"\n')


def environment(number: str = "+3225551234", **fields: str) -> bytes:
    """What Asterisk 22 sends first, with some fields of one's own; a field of None is left out by giving `without`."""
    values = {
        "network": "yes",
        "network_script": "screen",
        "request": "agi://127.0.0.1/screen",
        "channel": "PJSIP/mytrunk-00000001",
        "language": "en",
        "type": "PJSIP",
        "uniqueid": "1795000000.1",
        "version": "22.10.1",
        "callerid": number,
        "calleridname": "unknown",
        "callingpres": "0",
        "callingani2": "0",
        "callington": "0",
        "callingtns": "0",
        "dnid": "+3225550000",
        "rdnis": "unknown",
        "context": "blocker-screen",
        "extension": "s",
        "priority": "5",
        "enhanced": "0.0",
        "accountcode": "",
        "threadid": "140000000000000",
    } | fields
    return "".join(f"agi_{key}: {value}\n" for key, value in values.items()).encode("latin-1", "replace") + b"\n"


@dataclass(slots=True)
class AgiClient:
    """One connection, seen from Asterisk's side."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    variables: dict[str, str] = field(default_factory=dict)
    """Channel variables in the order in which they were set."""

    @classmethod
    async def connect(cls, port: int, host: str = "127.0.0.1") -> Self:
        return cls(*await asyncio.open_connection(host, port))

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def command(self) -> tuple[str, str] | None:
        """The next SET VARIABLE, as (name, value); None once the service closed or reset the connection.

        Fails where a read didn't hold exactly one command, since Asterisk loses what comes behind the first.
        """
        try:
            data = await self.reader.read(4096)
        except ConnectionError:
            return None
        if not data:
            return None
        command = _SET.fullmatch(data)
        assert command, f"not one whole SET VARIABLE: {data!r}"
        name, value = command.groups()
        return name.decode(), re.sub(rb"\\(.)", rb"\1", value).decode()

    async def carry_out(self, replies: Mapping[str, bytes] | None = None) -> dict[str, str]:
        """Do as the service says until it closes; returns the variables.

        Args:
            replies: what to say instead of `200 result=1`, by variable.
        """
        while (command := await self.command()) is not None:
            name, value = command
            self.variables[name] = value
            await self.send((replies or {}).get(name, b"200 result=1\n"))
        return self.variables

    async def close(self) -> None:
        """Close the socket; a second time does nothing."""
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()

    def reset(self) -> None:
        """Close with a RST, as a peer that was killed."""
        self.writer.transport.abort()


async def call(port: int, number: str = "+3225551234", **fields: str) -> dict[str, str]:
    """One whole call; returns the channel variables it ended with."""
    client = await AgiClient.connect(port)
    try:
        await client.send(environment(number, **fields))
        return await client.carry_out()
    finally:
        await client.close()
