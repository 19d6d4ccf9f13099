"""Reading all rules again in a process of its own, so that no call waits for it.

Reading and checking takes Python some tenths of a second, on a small machine a second or two. `read_again` has this
very module run as another process (`child.py`), which hands back the finished books, or every fault. They come in
parts, and between two of them there is room for a call: unpacking one takes this process a few milliseconds.

What comes back is unpickled: it is from our own program, through a pipe that nobody else holds. The examples stay
behind; they are for whoever writes rules.
"""

import asyncio
import json
import pickle
import sys
from dataclasses import fields, replace
from pathlib import Path

from blocker import child
from blocker.errors import Fault, RulesError
from blocker.rulebook import RuleBook, load_rules

TIME_LIMIT = 120
"""Seconds; far more than any machine needs."""


async def read_again(shipped: Path, household: Path) -> RuleBook:
    """All rules as the files are now, without their examples.

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
        return await _unpacked(ended.output)
    except _UNPACKING as error:
        what = f"they were read by another version of the program ({error})"
        raise RulesError([Fault(str(household), 0, what, "systemctl restart blocker")]) from error


_UNPACKING = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError)
"""What a pickle of other classes than ours can raise: the program was replaced while it ran."""


async def _unpacked(output: bytes) -> RuleBook:
    answer = pickle.loads(output)  # noqa: S301 - see above
    if isinstance(answer, list):
        raise RulesError(answer)
    parts = {}
    for name, packed in answer.items():
        parts[name] = pickle.loads(packed)  # noqa: S301 - see above
        await asyncio.sleep(0)
    return RuleBook(**parts)


def _unread(household: Path, why: str) -> RulesError:
    return RulesError([Fault(str(household), 0, why, "try again: blocker rules reload")])


def main() -> None:
    """The other process: two folders from standard input, a pickle to standard output."""
    shipped, household = map(Path, json.load(sys.stdin))
    try:
        rules = replace(load_rules(shipped, household), examples=())
    except RulesError as error:
        sys.stdout.buffer.write(pickle.dumps(list(error.faults)))
        return
    parts = {field.name: pickle.dumps(getattr(rules, field.name)) for field in fields(rules)}
    sys.stdout.buffer.write(pickle.dumps(parts))


if __name__ == "__main__":
    main()
