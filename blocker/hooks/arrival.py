"""When a call really asked: a connection may have waited in the kernel long before this process looked at it.

The kernel accepts connections for a process that is stopped, swapped out or busy. Counted from the process's own
accept, such a call would have its whole budget left when its phone system gave up long ago, and would be turned away
late. This module decides only how long the wait was; what is too late is the screening's deadline.
"""

import socket
import struct

# struct tcp_info of linux/tcp.h: 8 bytes of flags, then 32-bit words; tcpi_last_data_recv is the twelfth.
_LAST_DATA_RECV = struct.Struct("=8x44xI")
_TCP_INFO = getattr(socket, "TCP_INFO", None)


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
