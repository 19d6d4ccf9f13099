"""The client's side of an exchange, as fast as blocking sockets go: one call after another, paced, or many at once."""

import selectors
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bench.measuring import percentile

_REPLY = b"200 result=1\n"


def environment(number: str) -> bytes:
    """As Asterisk 22 sends it, from one number."""
    fields = {
        "network": "yes", "network_script": "screen", "request": "agi://127.0.0.1:4573/screen",
        "channel": "PJSIP/mytrunk-00000001", "language": "en", "type": "PJSIP", "uniqueid": "1795000000.1",
        "version": "22.10.1", "callerid": number, "calleridname": "unknown", "callingpres": "0", "callingani2": "0",
        "callington": "0", "callingtns": "0", "dnid": "+3225550000", "rdnis": "unknown", "context": "blocker-screen",
        "extension": "s", "priority": "5", "enhanced": "0.0", "accountcode": "", "threadid": "140000000000000",
        "arg_1": "+3225550000",
    }  # fmt: skip
    return "".join(f"agi_{key}: {value}\n" for key, value in fields.items()).encode() + b"\n"


@dataclass(slots=True)
class Times:
    """Milliseconds of a number of exchanges."""

    first: list[float] = field(default_factory=list)
    """From the connection to the first command: the decision as Asterisk sees it."""
    whole: list[float] = field(default_factory=list)
    """From the connection to its end."""

    def row(self) -> list[float]:
        """p50 and p99 of both, in milliseconds."""
        return [percentile(values, at) for values in (self.first, self.whole) for at in (0.5, 0.99)]


def one_after_the_other(port: int, numbers: Iterable[str], action: str, pause_seconds: float = 0) -> Times:
    """Exchanges in a closed loop, or one each `pause_seconds` if that is given."""
    times = Times()
    due = time.perf_counter()
    for number in numbers:
        if pause_seconds:
            due += pause_seconds
            time.sleep(max(0, due - time.perf_counter()))
        first, whole, answer = _exchange(port, environment(number))
        assert f'BLOCKER_ACTION "{action}"' in answer, f"{action} was expected for {number}, not {answer}"
        times.first.append(first * 1000)
        times.whole.append(whole * 1000)
    return times


def _exchange(port: int, asked: bytes) -> tuple[float, float, str]:
    begun = time.perf_counter()
    with socket.socket() as sock:
        sock.connect(("127.0.0.1", port))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.sendall(asked)
        command = sock.recv(4096)
        first = time.perf_counter()
        said = b""
        while command:
            said = command
            sock.sendall(_REPLY)
            command = sock.recv(4096)
        return first - begun, time.perf_counter() - begun, said.decode()


def many_at_once(port: int, numbers: Iterable[str], at_once: int = 16) -> float:
    """Calls per second with so many connections open all the time."""
    waiting = iter(numbers)
    selector = selectors.DefaultSelector()

    def begin() -> bool:
        number = next(waiting, None)
        if number is not None:
            sock = socket.create_connection(("127.0.0.1", port))
            sock.sendall(environment(number))
            selector.register(sock, selectors.EVENT_READ)
        return number is not None

    begun, done = time.perf_counter(), 0
    under_way = sum(begin() for _ in range(at_once))
    while under_way:
        for key, _ in selector.select():
            sock = key.fileobj
            assert isinstance(sock, socket.socket)
            if sock.recv(4096):
                sock.sendall(_REPLY)
            else:
                selector.unregister(sock)
                sock.close()
                done += 1
                under_way += begin() - 1
    selector.close()
    return done / (time.perf_counter() - begun)


def timed(action: Callable[[], object], times: int, pause_seconds: float = 0) -> list[float]:
    """Milliseconds that an action takes, each of so many times."""
    found = []
    due = time.perf_counter()
    for _ in range(times):
        if pause_seconds:
            due += pause_seconds
            time.sleep(max(0, due - time.perf_counter()))
        begun = time.perf_counter()
        action()
        found.append((time.perf_counter() - begun) * 1000)
    return found
