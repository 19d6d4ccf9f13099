"""A network, and a mount table, that belong to the tests alone.

Loopback is the network's only interface, so ports never clash and nothing leaves the machine. What is mounted in the
mount table is seen by nobody else, and is gone with the last process in it, however that ends. For root on Linux only.
Decides nothing about Asterisk or the service.
"""

import ctypes
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWNET = 0x40000000
_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1
"""Source: linux/sched.h, linux/sockios.h, linux/if.h."""

_libc = ctypes.CDLL(None, use_errno=True)


class PrivateNetworkError(Exception):
    """The kernel doesn't let us have a network of our own."""


@contextmanager
def private_network() -> Iterator[None]:
    """Moves this thread, and what it starts from now on, into a network of its own, and moves it back at the end.

    Raises:
        PrivateNetworkError: not root, or the kernel or container forbids it.
    """
    outside = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.unshare(_CLONE_NEWNET) != 0:
            why = os.strerror(ctypes.get_errno())
            raise PrivateNetworkError(f"no network of our own: {why}; these tests need root and network namespaces")
        try:
            _bring_loopback_up()
            yield
        finally:
            if _libc.setns(outside, _CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "the way back into the machine's own network is lost")
    finally:
        os.close(outside)


def _bring_loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))


class MountTable:
    """Mounts that only the commands run through it can see."""

    def __init__(self, holder_pid: int) -> None:
        self.prefix = ["nsenter", f"--target={holder_pid}", "--mount", f"--wd={Path.cwd()}"]
        """What a command is run with, to see these mounts; its process id is then still the command's own."""

    def make_read_only(self, folder: Path) -> None:
        """Even root can't write below the folder any more. Nothing may have a file there open for writing."""
        self._mount("--bind", folder, folder)
        self._mount("-o", "remount,bind,ro", folder)

    def make_small(self, folder: Path, size: str) -> None:
        """Puts an empty file system of a size such as `2m` over the folder."""
        self._mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)

    def fill(self, folder: Path) -> None:
        """Writes to a file below the folder until the disk is full, to the byte."""
        for size in ("64K", "1"):
            append = ["dd", "if=/dev/zero", f"of={folder}/filler", f"bs={size}", "oflag=append", "conv=notrunc"]
            filling = subprocess.run([*self.prefix, *append], stderr=subprocess.DEVNULL, check=False)
            assert filling.returncode != 0, "the disk never became full"

    def _mount(self, *arguments: str | Path) -> None:
        subprocess.run([*self.prefix, "mount", *arguments], check=True)


@contextmanager
def mount_table() -> Iterator[MountTable]:
    """A mount table of our own while the block runs."""
    with subprocess.Popen(
        ["unshare", "--mount", "--propagation=private", "sh", "-c", "echo ready && exec cat"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n", "no mount table of our own"
        yield MountTable(holder.pid)
        holder.stdin.close()
