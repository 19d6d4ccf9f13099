"""Which numbers go to telephones that this program doesn't screen, and what is told of each: where from, licence, age.

Decides that of the community lists only those numbers are given away which would be turned away here by themselves, not
those of which a neighbour or a beginning is listed, and nobody whom the household lets through.
"""

import heapq
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from blocker.core.community import Hit
from blocker.core.community_judgement import Terms, judge
from blocker.core.plain_text import one_line


class Exported(NamedTuple):
    """A number to be written."""

    number: str
    """E.164."""
    note: str = ""
    """Which list says so, its licence and when it was had; empty for the household's own list."""


def of_lists(
    listed: Iterable[Hit],
    ask: Callable[[str], tuple[Hit, ...]],
    terms: Terms,
    today: date,
    *,
    spared: Callable[[str], bool],
    most: int,
) -> tuple[list[Exported], int]:
    """The numbers on community lists that are turned away, those with most votes first; and how many more there are.

    Args:
        listed: what each list says of each number.
        ask: what all lists say of one.
        terms: on which strangers' words count.
        today: the day (UTC).
        spared: whether a number isn't exported whatever strangers say.
        most: so many at most.
    """
    hits = (hit for hit in listed if terms.votes_left(hit, today) and not spared(hit.rated.target.number))
    votes: dict[str, tuple[int, str]] = {}
    alone = Terms(terms.votes, terms.half_life, ranges=False, sources=terms.sources)
    for hit in hits:
        number = hit.rated.target.number
        if number not in votes and judge(number, ask(number), lambda _: (), alone, today).blocks:
            votes[number] = (terms.votes_left(hit, today), _note(hit))
    best = heapq.nsmallest(most, votes, key=lambda number: (-votes[number][0], number))
    return [Exported(number, votes[number][1]) for number in best], len(votes) - len(best)


def _note(hit: Hit) -> str:
    licence = f", {one_line(hit.licence)}" if hit.licence else ""
    return f"{hit.source}{licence}, {hit.had_on}"
