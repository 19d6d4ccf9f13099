"""Runs `blocker` commands as processes forked from one that has loaded the program already.

Most of what a short command takes is to load Python and the program, more than a thousand times in a run of all tests.
A command started here is still a process of its own, with its own arguments, environment, folder, output and exit
status, and ends as any other does; it only begins where loading has ended. That each can be loaded from nothing,
`test_command_line.py` shows; services, and what tests start otherwise, always are.
"""

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_LARGEST = 128 * 1024
"""Bytes of a request."""

_OF_PYTHON = ("PYTHON", "LANG", "LC_")
"""How the names of variables begin that an interpreter reads once, when it starts."""


def run(words: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """`python -m blocker WORDS` in a folder, to its end."""
    requests, started_with = _loaded()
    if _read_at_start(os.environ) != started_with:
        command = [sys.executable, "-m", "blocker", *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    request = json.dumps([list(words), str(folder), dict(os.environ)]).encode()
    ended, its_end = os.pipe()
    with open(ended) as status, tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:  # noqa: PTH123
        try:
            socket.send_fds(requests, [request], [out.fileno(), err.fileno(), its_end])
        finally:
            os.close(its_end)
        returncode = status.readline()
        assert returncode, "the process that had the program loaded has ended; what it said stands above"
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(list(words), int(returncode), out.read(), err.read())


@functools.cache
def _loaded() -> tuple[socket.socket, dict[str, str]]:
    """Who is asked for processes, one for each process that runs tests; and what it was started with."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = [sys.executable, "-P", __file__, str(its.fileno())]
        process = subprocess.Popen(command, pass_fds=[its.fileno()], stdin=subprocess.DEVNULL)
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours, _read_at_start(os.environ)


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_OF_PYTHON)}


# --- the other process ---------------------------------------------------------------------------------------------


def _load() -> None:
    import blocker  # noqa: PLC0415  (tests that start nothing need it not)

    for module in pkgutil.walk_packages(blocker.__path__, "blocker."):
        if not module.name.startswith(("blocker.__main__", "blocker.demo")):
            with contextlib.suppress(ImportError):  # an extra that isn't here
                importlib.import_module(module.name)
    gc.collect()
    gc.freeze()  # what is loaded stays shared between the processes


def _serve(requests: socket.socket) -> bytes:
    """Fork for each request and tell how each process ended; returns a request in the process that is to do it."""
    with requests, selectors.DefaultSelector() as waiting:
        waiting.register(requests, selectors.EVENT_READ)
        while True:
            for key, _ in waiting.select():
                if key.data is not None:
                    pid, status = key.data
                    waiting.unregister(key.fd)
                    os.close(key.fd)
                    with open(status, "w") as told:  # noqa: PTH123
                        told.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
                    continue
                request, files, _, _ = socket.recv_fds(requests, _LARGEST, 3)
                if not request:  # whoever asked has ended
                    sys.exit()
                out, err, status = files
                if not (pid := os.fork()):
                    os.close(status)
                    os.dup2(out, 1)
                    os.dup2(err, 2)
                    os.close(out)
                    os.close(err)
                    return request
                os.close(out)
                os.close(err)
                waiting.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, status))


def _become(request: bytes) -> None:
    words, folder, environment = json.loads(request)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["blocker", *words]
    runpy.run_module("blocker", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _load()
    _become(_serve(socket.socket(fileno=int(sys.argv[1]))))
