"""The floor of an exchange: an asyncio server that gives the same answer to everybody, without looking.

`python -m bench.constant_server PORT`. It has the same dialogue on the wire as the service: environment in, three
variables out with a reply each, close.
"""

import asyncio
import sys
from typing import cast

ANSWER = [
    b'SET VARIABLE BLOCKER_REASON "nothing-known"\n',
    b'SET VARIABLE BLOCKER_CALL "0123456789abcdef"\n',
    b'SET VARIABLE BLOCKER_ACTION "ring"\n',
]


class Constant(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""
        self._said = 0

    def data_received(self, data: bytes) -> None:
        if not self._said:
            self._received += data
            if not self._received.endswith(b"\n\n"):
                return
        if self._said < len(ANSWER):
            self._transport.write(ANSWER[self._said])
            self._said += 1
        else:
            self._transport.close()


async def main(port: int) -> None:
    """Serve until killed."""
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", port, backlog=256)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
