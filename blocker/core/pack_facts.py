"""What a pack's texts tell its reader, as one value: what was asked for, what the pack has, what it has not.

Decides nothing; `filing/packing.py` gathers it, `renderers/pack_texts.py` puts it into words.
"""

from dataclasses import dataclass

from blocker.core.contents import Content
from blocker.core.observed import SeenCall
from blocker.core.taken_over import Told


@dataclass(frozen=True, slots=True)
class PackFacts:
    """All of it."""

    asked: str
    """`week`, `company` or `calls`."""
    what: str
    """The week, the company's name, or the calls' ids."""
    calls: tuple[SeenCall, ...]
    """By time."""
    file: tuple[tuple[int, Content], ...]
    """Number and content of the entries of the household's own file."""
    first: int
    last: int
    before: str
    """The sum of the link before the first; 64 zeros where the first is entry 1."""
    contents: int
    erased: int
    left_out: int
    """Calls that would belong here, had the household not said that they were wanted."""
    missing: tuple[str, ...]
    """Names of proofs that are no longer kept, each with its sum."""
    identity: str
    """Who signs the pack; empty where nobody does."""
    stamped: bool
    """Whether an authority's time is, or may be, on the pack or on a seal in it."""
    taken_over: Told | None = None
    """What of its contents was recorded in an earlier ledger; None where nothing was."""
