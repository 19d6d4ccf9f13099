"""Why calls seem to belong together: the signs of a campaign, each with what it weighs, for and against.

Decides what a run of calls is worth as a campaign, and how sure that is. Weights are ours, chosen on made-up weeks
whose answer is known (`docs/campaigns.md` has the error rates); no sign is proof, and none alone is enough. Which calls
make a run, `campaign.py` decides.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import NamedTuple


class Why(StrEnum):
    """A sign. Those from `TALKED` on speak against a campaign."""

    BLOCK_OF_10 = "block-of-10"
    """The presented numbers differ in the last digit only; `about` is what they have in common."""
    BLOCK_OF_100 = "block-of-100"
    BLOCK_OF_1000 = "block-of-1000"
    SAID_COMPANY = "said-company"
    """Callers said that they called for the same company; `about` has its names as they were said."""
    SILENCE = "silence"
    """Answered, and no sound came from the caller."""
    GIVEN_UP = "given-up"
    """It stopped ringing after a few seconds, before anybody answered."""
    RING_ALIKE = "ring-alike"
    """They rang for the same time, to a second."""
    EVEN_SPACING = "even-spacing"
    """The time between one call and the next was nearly always the same; `about` is that time in minutes."""
    SAME_HOURS = "same-hours"
    """They came at the same time of day; `about` is from which hour to which, such as `9-11`."""
    UNWANTED = "unwanted"
    """Marked as marketing by a person, refused as such, or on a list of such."""
    TALKED = "talked"
    """Somebody talked for minutes and didn't mark it as marketing."""
    WANTED = "wanted"
    """Marked as wanted, or let through by the household's own word."""


AGAINST = frozenset({Why.TALKED, Why.WANTED})


class Sure(StrEnum):
    """How sure it is that these calls belong together."""

    LIKELY = "likely"
    POSSIBLE = "possible"


class Sign(NamedTuple):
    """One of the reasons."""

    why: Why
    calls: int
    """How many of the calls show it."""
    about: str = ""


LIKELY, POSSIBLE = 6, 4
"""Points from which on a campaign is called so; with less there is none."""

EVIDENT = frozenset({Why.SILENCE, Why.GIVEN_UP, Why.UNWANTED, Why.SAID_COMPANY})
"""One of these there must be: a hospital's extensions lie in one block too."""

FEWEST = 3
"""Calls of a campaign."""

_WEIGHT: Mapping[Why, int] = {
    Why.BLOCK_OF_10: 3,
    Why.BLOCK_OF_100: 2,
    Why.BLOCK_OF_1000: 1,
    Why.SAID_COMPANY: 3,
    Why.SILENCE: 3,
    Why.GIVEN_UP: 2,
    Why.RING_ALIKE: 1,
    Why.EVEN_SPACING: 1,
    Why.SAME_HOURS: 1,
    Why.UNWANTED: 2,
}
_BLOCKS = ((1, Why.BLOCK_OF_10), (2, Why.BLOCK_OF_100), (3, Why.BLOCK_OF_1000))
_MOST_OF = 0.8
"""A block or a ringing time is a sign where it is that of so large a part of the calls."""

_SPACED = 5
"""Calls from which on their spacing says something."""
_HOURS = 3
"""Hours of a day that calls at the same time of day fall into, begun ones counted."""


class Traits(NamedTuple):
    """What a run of calls shows, as far as it was kept."""

    numbers: Mapping[str, int]
    """Calls by presented number, E.164."""
    companies: Mapping[str, int]
    """Calls by the company that was said, by slug or by its name."""
    said: Sequence[str]
    """Their names as they were said, each once."""
    silent: int
    given_up: int
    rang: Sequence[int]
    """Seconds that the calls rang, of those of which that is known."""
    unwanted: int
    talked: int
    wanted: int
    moments: Sequence[datetime]
    """In order."""


def signs_of(traits: Traits) -> tuple[Sign, ...]:
    """The signs of a run, in the order of `Why`."""
    return tuple(sorted(_signs(traits), key=lambda sign: list(Why).index(sign.why)))


def points(signs: Sequence[Sign]) -> int:
    """What the signs are worth together: their weights; against it, 2 for each talk and 4 for each wanted call."""
    against = {Why.TALKED: 2, Why.WANTED: 4}
    return sum(-against[sign.why] * sign.calls if sign.why in AGAINST else _WEIGHT[sign.why] for sign in signs)


def _signs(traits: Traits) -> Iterator[Sign]:
    numbered = sum(traits.numbers.values())
    if len(traits.numbers) > 1:
        for digits, why in _BLOCKS:
            blocks = Counter[str]()
            for number, calls in traits.numbers.items():
                blocks[number[:-digits]] += calls
            block, calls = max(blocks.items(), key=lambda item: (item[1], item[0]))
            if calls >= max(2, _MOST_OF * numbered):
                yield Sign(why, calls, block)
                break
    if traits.companies:
        calls = sum(traits.companies.values())
        if calls > 1 and len(traits.companies) == 1:
            yield Sign(Why.SAID_COMPANY, calls, " / ".join(traits.said))
    counted = (
        (Why.SILENCE, traits.silent, 2),
        (Why.GIVEN_UP, traits.given_up, 2),
        (Why.UNWANTED, traits.unwanted, 1),
        (Why.TALKED, traits.talked, 1),
        (Why.WANTED, traits.wanted, 1),
    )
    yield from (Sign(why, calls) for why, calls, fewest in counted if calls >= fewest)
    yield from _of_time(traits)


def _of_time(traits: Traits) -> Iterator[Sign]:
    if len(traits.rang) >= FEWEST:
        middle = median(traits.rang)
        alike = sum(abs(seconds - middle) <= 1 for seconds in traits.rang)
        if alike >= _MOST_OF * len(traits.rang):
            yield Sign(Why.RING_ALIKE, alike)
    moments = traits.moments
    if len(moments) < FEWEST:
        return
    hours = sorted({moment.hour for moment in moments})
    if hours[-1] - hours[0] < _HOURS and len({moment.date() for moment in moments}) > 1:
        yield Sign(Why.SAME_HOURS, len(moments), f"{hours[0]}-{hours[-1] + 1}")
    if len(moments) >= _SPACED:
        gaps = [(later - moment).total_seconds() for moment, later in pairwise(moments)]
        middle = median(gaps)
        if middle >= 60 and sum(abs(gap - middle) <= middle / 5 for gap in gaps) >= _MOST_OF * len(gaps):  # noqa: PLR2004
            yield Sign(Why.EVEN_SPACING, len(moments), str(round(middle / 60)))
