"""Reading all rules again in a process of its own, so that no call waits for it.

Reading and checking takes Python some tenths of a second, on a small machine a second or two. `read_again` has this
very module run as another process (`child.py`), which hands back the finished books, or every fault. Unpacking them
takes some milliseconds more; a thread does it, which lets a call go first after 5 ms of it on any machine.

What comes back is unpickled: it is from our own program, through a pipe that nobody else holds. The examples and
the headers stay behind; they are for whoever writes rules.
"""

import asyncio
import json
import pickle
import sys
from dataclasses import replace
from pathlib import Path

from blocker import child
from blocker.errors import Fault, RulesError
from blocker.rulebook import RuleBook, load_rules
from blocker.rulefiles.packed import UNPICKLING, unpacked

TIME_LIMIT = 120
"""Seconds; far more than any machine needs."""


async def read_again(shipped: Path, household: Path) -> RuleBook:
    """All rules as the files are now, without their examples and headers.

    Args:
        shipped: the folder of those that come with the program.
        household: the household's own.

    Raises:
        RulesError: there are faults, or they can't be read at all.
    """
    request = json.dumps([str(shipped), str(household)]).encode()
    try:
        ended = await child.run(__name__, stdin=request, time_limit=TIME_LIMIT)
    except TimeoutError:
        raise _unread(household, f"reading the rules took longer than {TIME_LIMIT} s") from None
    except OSError as error:
        raise _unread(household, f"no process could be started to read the rules: {error.strerror}") from error
    if ended.status:
        raise _unread(household, f"the process that read the rules ended with {ended.status}: {ended.last_words}")
    try:
        answer: RuleBook | list[Fault] = await asyncio.to_thread(pickle.loads, ended.output)
    except UNPICKLING as error:
        what = f"they were read by another version of the program ({error})"
        raise RulesError([Fault(str(household), 0, what, "systemctl restart blocker")]) from error
    if isinstance(answer, list):
        raise RulesError(answer)
    return answer


def _unread(household: Path, why: str) -> RulesError:
    return RulesError([Fault(str(household), 0, why, "try again: blocker rules reload")])


def main() -> None:
    """The other process: two folders from standard input, a pickle to standard output."""
    shipped, household = map(Path, json.load(sys.stdin))
    try:
        rules = load_rules(shipped, household, unpacked())
        answer: RuleBook | list[Fault] = replace(rules, examples=(), headers={})
    except RulesError as error:
        answer = list(error.faults)
    sys.stdout.buffer.write(pickle.dumps(answer))


if __name__ == "__main__":
    main()
