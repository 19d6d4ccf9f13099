"""Running this same program as a niced process of its own, for work that would keep calls waiting.

Python's threads share one lock, and a long C loop holds it; another process shares nothing. Decides how such a process
is started and that none is left behind; what it does is its caller's business.
"""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import blocker

NICENESS = 10


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    status: int
    output: bytes
    last_words: str
    """The last line it wrote to standard error."""


async def run(*arguments: str, stdin: bytes = b"", time_limit: float = 3600) -> Ended:
    """Run `python -m …` to its end; cancelling this kills it.

    Args:
        arguments: the module and what it is given.
        stdin: what it reads.
        time_limit: seconds after which it is killed.

    Raises:
        TimeoutError: it took too long.
        OSError: no process could be started.
    """
    async with asyncio.timeout(time_limit):
        process = await asyncio.create_subprocess_exec(
            *("nice", "-n", str(NICENESS), sys.executable, "-P", "-m", *arguments),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": _module_path()},
        )
        try:
            output, complaint = await process.communicate(stdin)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    words = complaint.decode(errors="replace").strip().rpartition("\n")[2]
    return Ended(process.returncode or 0, output, words)


def _module_path() -> str:
    """Where the other process finds this same program, installed or not."""
    own = str(Path(blocker.__file__).parent.parent)
    return os.pathsep.join(filter(None, (own, os.environ.get("PYTHONPATH"))))
