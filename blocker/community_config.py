"""Reads `[community]`: on which terms strangers' opinions of a number count.

Decides which of these settings there are and how votes are written, here and under `[sources.SLUG]`. What they do,
`core/community_judgement.py` says.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from blocker.core.community import MAX_VOTES, Rating
from blocker.core.community_judgement import Terms
from blocker.tomlfile import Table

MAX_DAYS = 36_500


def read_community(table: Table) -> Terms:
    """`[community]` and its `[community.votes]`; what is known of each list isn't in it."""
    standard = Terms()
    days = table.whole("half_life_days", standard.half_life.days, low=0, high=MAX_DAYS)
    return replace(
        standard,
        votes=MappingProxyType({**standard.votes, **read_votes(table.section("votes"))}),
        half_life=timedelta(days=days),
        ranges=table.flag("ranges", standard.ranges),
    )


def read_votes(table: Table) -> Mapping[Rating, int]:
    """From how many votes a rating counts: `fraud = 4` and the like, for ratings that say something against a number.

    Args:
        table: `[community.votes]`, `[sources.SLUG.votes]`, or `[votes]` of a rule file, which goes from one process to
            another: hence a plain dictionary.
    """
    words = {rating.partition("_")[2].lower(): rating for rating in Rating if rating.may_block}
    read = {word: table.whole(word, 1, low=1, high=MAX_VOTES) for word in words}
    return {rating: read[word] for word, rating in words.items() if word in table}
