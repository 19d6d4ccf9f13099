"""What a list says of a number, packed into 64 bits.

    63..60  severity of the rating
    59..30  votes
    29..15  last activity, in days from 1999-12-31 on; 0: not said
    14..0   listed since, likewise

Decides how it lies in a book and no more; days after 2089 are kept as the last that fits.
"""

from datetime import date, timedelta

from blocker.core.community import FIRST_DAY, Rated, Rating
from blocker.core.listing import Target

_RATINGS = tuple(Rating)
_DAY_BITS = 15
_LAST_DAY = (1 << _DAY_BITS) - 1
_VOTES_AT = 2 * _DAY_BITS
_VOTES = (1 << 30) - 1
"""Not less than `MAX_VOTES`."""
_RATING_AT = 60
_BEFORE_ALL = FIRST_DAY - timedelta(days=1)


def pack(rated: Rated) -> int:
    """All that an item says but its target."""
    return (
        rated.rating.severity << _RATING_AT
        | rated.votes << _VOTES_AT
        | _days(rated.last_activity) << _DAY_BITS
        | _days(rated.listed_since)
    )


def unpack(record: int, target: Target) -> Rated:
    """An item as it was packed."""
    return Rated(
        target,
        _RATINGS[record >> _RATING_AT],
        record >> _VOTES_AT & _VOTES,
        _day(record >> _DAY_BITS & _LAST_DAY),
        _day(record & _LAST_DAY),
    )


def _days(day: date | None) -> int:
    return min((day - _BEFORE_ALL).days, _LAST_DAY) if day else 0


def _day(days: int) -> date | None:
    return _BEFORE_ALL + timedelta(days) if days else None


def is_weighty(record: int, votes: int) -> bool:
    """Whether it has so many votes, or the mildest rating; found out for a hundred records while a call waits."""
    return record >> _VOTES_AT & _VOTES >= votes or not record >> _RATING_AT


PLAIN = pack(Rated(Target("+0")))
"""Of a list that says no more than that a number is in it."""
