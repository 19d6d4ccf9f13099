"""Connections as they arrive: whether a peer may ask at all, when it really asked, and the loop that accepts them.

Decides who is let in, and how long a connection waited in the kernel before this process looked at it. The kernel
accepts connections for a process that is stopped, swapped out or busy; counted from the process's own accept, such a
call would have its whole budget left when its phone system gave up long ago, and would be turned away late. What is too
late is the screening's deadline, not decided here.
"""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from blocker.errors import ConfigError, Fault

RETRY_SECONDS = 1.0
"""How long to wait before accepting again where the system has no descriptor or memory left for a connection."""

# struct tcp_info of linux/tcp.h: 8 bytes of flags, then 32-bit words; tcpi_last_data_recv is the twelfth.
_LAST_DATA_RECV = struct.Struct("=8x44xI")
_TCP_INFO = getattr(socket, "TCP_INFO", None)

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def waited_seconds(sock: socket.socket) -> float:
    """Seconds since the peer last sent anything, or connected if it hasn't yet; to the kernel's tick, 1 to 10 ms.

    Zero where the system doesn't say, which is what counting from the accept amounts to.
    """
    if _TCP_INFO is None:
        return 0.0
    try:
        info = sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, _LAST_DATA_RECV.size)
        return float(_LAST_DATA_RECV.unpack(info)[0]) / 1000
    except (OSError, struct.error):
        return 0.0


class Arrival(NamedTuple):
    """A connection that was just accepted."""

    connection: socket.socket
    """Not blocking."""
    host: str
    port: int
    asked_at: float
    """Loop time in seconds at which the peer connected, or sent what it has to say; not when it was accepted."""


class Peers:
    """Who may ask. A phone system gives no password, so only its address can tell."""

    def __init__(self, table: str, host: str, allowed: Sequence[str]) -> None:
        """Judge the address to listen on against those that may ask.

        Args:
            table: the configuration's table that says all this, for the error.
            host: the address to listen on.
            allowed: addresses or networks; none means whoever reaches the machine's own loopback.

        Raises:
            ConfigError: `host` can be reached from elsewhere and nobody is named, or an address isn't one.
        """
        self._table = f"[{table}]"
        self._allowed = [self._network(address) for address in allowed]
        if not self._network(host).is_loopback and not self._allowed:
            what = f"host {host} can be reached from other machines, and whoever asks gives no password"
            mend = 'name those that may ask, as in allowed_peers = ["192.0.2.10"], or listen on 127.0.0.1'
            raise ConfigError([Fault(self._table, 0, what, mend)])

    def admit(self, peer: str) -> bool:
        """Whether the peer with this address may ask; an address that is no address may not."""
        if not self._allowed:
            return True
        try:
            address = ipaddress.ip_address(peer)
        except ValueError:  # gone before it could be asked who it was
            return False
        return any(address in network for network in self._allowed)

    def _network(self, address: str) -> _Network:
        try:
            return ipaddress.ip_network(address, strict=False)
        except ValueError as error:
            mend = "write it in numbers, as in 127.0.0.1 or 192.0.2.0/24: a name would have to be looked up"
            raise ConfigError([Fault(self._table, 0, f"{address!r} is no address", mend)]) from error


class Listener:
    """A listening socket on the running loop; hands over each connection, not blocking, as it is accepted.

    asyncio's own server would put a transport around it, which takes as long as a whole decision; a dialogue of one
    short command at a time needs none of its buffers.
    """

    def __init__(self, host: str, port: int, backlog: int, arrived: Callable[[Arrival], None]) -> None:
        """Listen at once.

        Args:
            host: a literal address.
            port: 0 takes a free one.
            backlog: connections that the kernel may keep for us; a call beyond them waits two seconds for nothing.
            arrived: called for each connection.

        Raises:
            OSError: the address can't be had, most likely because something listens on it already.
        """
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, port), family=family, backlog=backlog)
        self._socket.settimeout(0)
        self.port: int = self._socket.getsockname()[1]
        self._arrived = arrived
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._socket, self._accept)
        self._pause: asyncio.TimerHandle | None = None

    def close(self) -> None:
        """Refuse further connections, those that the kernel still keeps included."""
        if self._pause is not None:
            self._pause.cancel()
        self._loop.remove_reader(self._socket)
        self._socket.close()

    def _accept(self) -> None:
        """One connection; where more wait, the loop calls again, and the calls in hand have their turn between."""
        try:
            connection, (host, port, *_) = self._socket.accept()
        except (BlockingIOError, ConnectionAbortedError):  # gone already
            return
        except OSError as error:
            structlog.get_logger("arrival").error("no connection can be accepted; calls ring", why=str(error))
            self._loop.remove_reader(self._socket)  # it stays readable, and would keep this process busy
            self._pause = self._loop.call_later(RETRY_SECONDS, self._loop.add_reader, self._socket, self._accept)
            return
        connection.settimeout(0)
        self._arrived(Arrival(connection, host, port, self._loop.time() - waited_seconds(connection)))
