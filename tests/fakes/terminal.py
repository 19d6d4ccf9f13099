"""A terminal of a hundred columns with a person at it, for commands that ask."""

import asyncio
import os
import pty
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Final

CTRL_C: Final = "\x03"
CTRL_D: Final = "\x04"

PROMPTS = (b"> ", b"(y/n) ")
"""What a command's last words end with when it waits for an answer."""


async def talk(words: list[str], answers: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a command that asks; returns its exit status and all that the terminal showed.

    Args:
        words: the command.
        answers: by a text of the question, what is typed; Enter to every other. CTRL_C and CTRL_D are typed as such.
        folder: where it runs.
    """
    return await asyncio.to_thread(_talk, words, answers, folder)


def _talk(words: list[str], answers: Mapping[str, str], folder: Path) -> tuple[int, str]:
    child, terminal = pty.fork()
    if not child:
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a run in the background passes on that it is ignored
        os.execve(words[0], words, os.environ | {"COLUMNS": "100", "TERM": "dumb"})  # noqa: S606  (a terminal's child)
    shown, answered = b"", 0
    try:
        while True:
            try:
                chunk = os.read(terminal, 4096)
            except OSError:  # Linux: the other side is closed
                break
            if not chunk:
                break
            shown += chunk
            question = shown[answered:].decode("utf-8", "replace")
            if shown.endswith(PROMPTS) and question.strip():
                answered = len(shown)
                typed = next((typed for asked, typed in answers.items() if asked in question), "")
                os.write(terminal, (typed if typed in {CTRL_C, CTRL_D} else f"{typed}\n").encode())
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        os.close(terminal)
        _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), shown.decode().replace("\r\n", "\n")
