"""The time of this machine. `SystemClock` is the only place where the program asks for it.

Decides what the kernel's answers mean; what is done about a clock that isn't kept well, `doctor` and the ledger say.
"""

import ctypes
import functools
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from blocker.core.timekeeping import ClockState

_TIME_ERROR = 5
"""What adjtimex(2) returns while the kernel's clock isn't synchronised."""

_UNMOVED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""On Linux it goes on while the machine sleeps, as the wall clock does."""


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` of adjtimex(2), and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),  # microseconds
        ("_rest", ctypes.c_char * 512),
    )


class SystemClock:
    """The machine's own clock."""

    name = "system"

    def now(self) -> datetime:
        """The present instant: aware, UTC, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def elapsed(self) -> float:
        """Seconds since the machine was started, by a clock that nobody sets."""
        return time.clock_gettime(_UNMOVED)

    def state(self) -> ClockState:
        """What the kernel says of its clock; takes a few microseconds, never waits."""
        return state()


def state() -> ClockState:
    """What the kernel says of its clock; adjtimex(2) with no mode set only reads."""
    adjtimex = _adjtimex()
    if adjtimex is None:
        return ClockState("kernel", None, None)
    timex = _Timex()
    said = adjtimex(ctypes.byref(timex))
    if said < 0:
        return ClockState("kernel", None, None)
    return ClockState("kernel", said != _TIME_ERROR, -(-timex.maxerror // 1000))


@functools.cache
def _adjtimex() -> Callable[..., int] | None:
    try:
        return ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None


def in_a_container(root: Path = Path("/")) -> bool:
    """Whether the clock is somebody else's to keep: under Podman, Docker, LXC, systemd-nspawn and their like.

    The first two leave files; the others name themselves to systemd or in the environment of the first process, which
    only root may read.
    """
    if any((root / mark).exists() for mark in ("run/.containerenv", ".dockerenv", "run/systemd/container")):
        return True
    try:
        return any(each.startswith(b"container=") for each in (root / "proc/1/environ").read_bytes().split(b"\0"))
    except OSError:
        return False
