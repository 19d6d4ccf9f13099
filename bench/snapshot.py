"""How small a published list is, and how long it takes to pack and unpack: `python -m bench.snapshot [--quick]`.

Ten million numbers as real lists have them, in runs of neighbours within blocks, and as many drawn evenly, which is the
worst case. The floor is zlib over the same numbers, 8 bytes each.
"""

import random
import time
import zlib
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bench.measuring import Findings, finish, options
from blocker.core import snapshot_codec as codec

T = TypeVar("T")

SOME = 100_000
"""Items of which what is said is packed."""

BLOCKS = ((3225, 6), (3247, 7), (3316, 7), (4420, 8), (4930, 8), (3118, 7), (34910, 6))
"""Beginnings of numbers, and how many digits follow."""


FULL = (5,) * 20 + (20,) * 8 + (100,) * 3 + (500,)
"""How many numbers of a thousand are listed: of most a few, of a call centre's half."""


def clustered(count: int, dice: random.Random) -> "array[int]":
    """Numbers in thousands of which more or fewer are listed."""
    found = set[int]()
    while len(found) < count:
        start, digits = dice.choice(BLOCKS)
        thousand = start * 10**digits + dice.randrange(10 ** (digits - 3)) * 1_000
        found.update(thousand + place for place in dice.sample(range(1_000), dice.choice(FULL)))
    return array("Q", sorted(found))


def uniform(count: int, dice: random.Random) -> "array[int]":
    """Numbers without any pattern."""
    return array("Q", sorted({32_000_000_000 + dice.randrange(5_000_000_000) for _ in range(count)}))


def said_of(count: int, dice: random.Random) -> bytes:
    """What is said of that many: mostly advertising, few votes, this quarter."""
    weeks = 1_404
    return b"".join(
        bytes((dice.choice((4, 4, 4, 2, 6)), min(2 + int(dice.expovariate(0.7)), 19)))
        + (weeks - dice.randrange(8)).to_bytes(2, "little")
        + (weeks - dice.randrange(26)).to_bytes(2, "little")
        for _ in range(count)
    )


def measure(_: Path, *, quick: bool) -> Findings:
    """Pack and unpack."""
    found = Findings("snapshot")
    count = 1_000_000 if quick else 10_000_000
    dice = random.Random(6)  # noqa: S311  (the same numbers each time)
    rows = [
        packing(name, numbers)
        for name, numbers in (("clustered", clustered(count, dice)), ("even", uniform(count, dice)))
    ]
    said = len(codec.pack_said(said_of(SOME, dice))) / SOME
    header = ("numbers", "how many", "bytes each", "plain zlib", "pack s", "unpack s", "plain zlib s")
    found.table("A published list", header, rows)
    found.table("What is said of them, apart", ("", "bytes each"), [("rating, votes, two weeks", said)])
    found.target("clustered numbers", float(rows[0][2]), 1.1, "bytes each")
    return found


def packing(name: str, numbers: "array[int]") -> tuple[str | float, ...]:
    """A row of the table."""
    packed, pack_seconds = timed(lambda: codec.pack_numbers(numbers))
    back, seconds = timed(lambda: codec.unpack_numbers(packed, len(numbers)))
    plain, plain_seconds = timed(lambda: zlib.compress(numbers.tobytes(), 6))
    if back != numbers:
        raise SystemExit("what was unpacked isn't what was packed")
    many = len(numbers)
    return name, many, len(packed) / many, len(plain) / many, pack_seconds, seconds, plain_seconds


def timed(do: Callable[[], T]) -> tuple[T, float]:
    """What comes of it, and how many seconds it took."""
    start = time.perf_counter()
    result = do()
    return result, time.perf_counter() - start


if __name__ == "__main__":
    asked = options("published lists")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
