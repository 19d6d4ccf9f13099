"""What follows from what the community lists say of a number: whether it blocks, and why each of them counts or not.

Theory of operation. A list's word counts if its rating says something against the number, if the list was had lately,
and if enough people said so lately enough: votes count half for each whole half-life without a report. How many are
enough, the household says, for a rating and for a list; one is, unless said otherwise, so that a list without votes,
which its publisher vouches for as a whole, counts with one. Each list is held to that alone, and votes of several are
never added up, since lists copy each other. A list that calls the number legitimate contradicts all that say no more
exactly whom they mean: then it rings, and both are shown. Where nothing counts, the numbers beside it may (`_crowd`).

Doesn't know where lists are kept, nor what stands above them (`decide.py`). More votes never block less, and an older
report or an older list never blocks more: tests hold that.

Source of the half-life and of the numbers of neighbours: the scoring of PhoneBlock, here with whole numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from blocker.core.community import Hit, Rating
from blocker.core.list_source import ListSource
from blocker.core.verdict import Match

AGAINST, NOTED = "community", "community-noted"
"""Kinds of match: what speaks against the number, and what is only shown."""

NEIGHBOUR_VOTES = 2
"""From so many votes a listed number says something of those beside it, if they are enough against itself too."""
TEN_NEIGHBOURS = 4
"""So many of the ten numbers that differ in the last digit make all ten unwanted."""
HUNDRED_TENS, HUNDRED_TEN_NEIGHBOURS = 4, 2
"""So many tens with so many such numbers each make all hundred unwanted."""

ONE_VOTE: Mapping[Rating, int] = MappingProxyType({rating: 1 for rating in Rating if rating.may_block})


class Weight(StrEnum):
    """Whether what a list says counts, and if not, why."""

    COUNTS = "counts"
    MILD = "mild"
    """It says nothing against the number."""
    STALE = "stale"
    """The list wasn't had for longer than what it says lives."""
    FEW = "few"
    """Not enough votes for this rating."""
    FADED = "faded"
    """Enough votes, but too long ago."""
    CONTRADICTED = "contradicted"
    """Another list calls the number legitimate, and knows as exactly of whom it speaks."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On which terms strangers' opinions count: `[community]`, and what is known of each list."""

    votes: Mapping[Rating, int] = field(default_factory=lambda: ONE_VOTE)
    """From how many votes a rating counts, `[community.votes]`; from one where it isn't named."""
    half_life: timedelta = timedelta(days=125)
    """For each of these without a report votes count half, rounded down; zero for no such thing."""
    ranges: bool = True
    """Whether unwanted numbers speak against those beside them."""
    sources: Mapping[str, ListSource] = field(default_factory=dict)
    """By slug."""

    def weigh(self, hit: Hit, today: date) -> "Weighed":
        """What one list's word is worth by itself, on a day (UTC)."""
        rated, source = hit.rated, self.sources.get(hit.source, _ANY_SOURCE)
        needed, counted = self.votes_needed(hit), self.votes_left(hit, today)
        if counted >= needed:
            weight = Weight.COUNTS
        elif not rated.rating.may_block:
            weight = Weight.MILD
        elif today - hit.had_on > source.lives:
            weight = Weight.STALE
        else:
            weight = Weight.FEW if rated.votes < needed else Weight.FADED
        return Weighed(hit, counted, needed, weight)

    def votes_needed(self, hit: Hit) -> int:
        """From how many votes a hit's rating counts: as is set for its list, or the most of its file and for all."""
        source, rating = self.sources.get(hit.source, _ANY_SOURCE), hit.rated.rating
        return source.votes.get(rating) or max(source.own_votes.get(rating, 1), self.votes.get(rating, 1))

    def votes_left(self, hit: Hit, today: date) -> int:
        """What is left of a hit's votes against the number, by their age and the list's."""
        rated = hit.rated
        lives = self.sources.get(hit.source, _ANY_SOURCE).lives
        if rated.rating in _MILD or today - hit.had_on > lives:
            return 0
        if not self.half_life or not rated.last_activity or rated.last_activity > today:
            return rated.votes
        return rated.votes >> (today - rated.last_activity) // self.half_life


_ANY_SOURCE = ListSource("", "", "", "")
_MILD = frozenset(rating for rating in Rating if not rating.may_block)


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one list says, and what that is worth."""

    hit: Hit
    counted: int
    """What is left of its votes, by their age."""
    needed: int
    weight: Weight

    @property
    def match(self) -> Match:
        """As the verdict and the ledger have it."""
        said = [_said(self.hit), _had(self.hit), self._why()]
        kind = AGAINST if self.weight is Weight.COUNTS else NOTED
        return Match(kind, self.hit.rated.target.text, self.hit.source, "; ".join(filter(None, said)))

    def _why(self) -> str:
        match self.weight:
            case Weight.STALE:
                return "doesn't count: the list wasn't had for too long"
            case Weight.FEW:
                return f"doesn't count: {self.needed} votes are needed"
            case Weight.FADED:
                return f"doesn't count: as old as this they are worth {self.counted}, and {self.needed} are needed"
            case Weight.CONTRADICTED:
                return "doesn't count: another list calls it legitimate"
            case Weight.MILD:
                return "says nothing against the number"
            case Weight.COUNTS:
                return ""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The block of ten or a hundred numbers around one, so many of them unwanted that all are."""

    beginning: str
    """What they have in common: `+` and digits."""
    digits: int
    """How many digits follow: 1 or 2."""
    neighbours: int
    """How many of them are unwanted."""
    sources: tuple[str, ...]
    """The lists that say so."""

    @property
    def match(self) -> Match:
        """As the verdict and the ledger have it; each `x` is one digit."""
        note = f"{self.neighbours} of these {10**self.digits} numbers are listed with {NEIGHBOUR_VOTES} votes or more"
        return Match(AGAINST, self.beginning + "x" * self.digits, ", ".join(self.sources), note)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the lists come to."""

    weighed: tuple[Weighed, ...] = ()
    """Each list's word, conflicts and all."""
    crowd: Crowd | None = None

    @property
    def blocks(self) -> bool:
        """Whether it is enough to turn a call away."""
        return self.crowd is not None or any(one.weight is Weight.COUNTS for one in self.weighed)

    @property
    def matches(self) -> tuple[Match, ...]:
        """All of it, for the verdict."""
        return (*(one.match for one in self.weighed), *((self.crowd.match,) if self.crowd else ()))


NOTHING_SAID = Judgement()


def judge(
    number: str, hits: Iterable[Hit], neighbours: Callable[[str], Iterable[Hit]], terms: Terms, today: date
) -> Judgement:
    """What the lists come to for a number.

    Args:
        number: E.164.
        hits: what each list says of it, or of a prefix of it.
        neighbours: gives what the lists say of the numbers around one; asked only if that may matter.
        terms: on which terms it counts.
        today: the day (UTC).
    """
    weighed = tuple(terms.weigh(hit, today) for hit in hits)
    legitimate = [len(one.hit.rated.target.number) for one in weighed if one.hit.rated.rating is Rating.A_LEGITIMATE]
    if legitimate:
        weighed = tuple(_contradicted(one, max(legitimate)) for one in weighed)
        return Judgement(weighed)
    if not terms.ranges or any(one.weight is Weight.COUNTS for one in weighed):
        return Judgement(weighed)
    return Judgement(weighed, _crowd(number, neighbours(number), terms, today))


def _contradicted(one: Weighed, exactness: int) -> Weighed:
    counts = one.weight is Weight.COUNTS and len(one.hit.rated.target.number) <= exactness
    return replace(one, weight=Weight.CONTRADICTED) if counts else one


def _crowd(number: str, around: Iterable[Hit], terms: Terms, today: date) -> Crowd | None:
    """Ten numbers in a row, or a hundred, belong to one caller more often than not.

    Only a number that would be turned away itself speaks against those beside it. Those of another length are no
    neighbours, nor are those that any list calls legitimate. What several lists say of one number makes it one.
    """
    listed: dict[str, set[str]] = {}
    legitimate: set[str] = set()
    length, hundred = len(number), number[:-2]
    for hit in around:
        target = hit.rated.target
        if target.is_prefix or len(target.number) != length or not target.number.startswith(hundred):
            continue
        if hit.rated.rating is Rating.A_LEGITIMATE:
            legitimate.add(target.number)
        elif terms.votes_left(hit, today) >= max(NEIGHBOUR_VOTES, terms.votes_needed(hit)):
            listed.setdefault(target.number, set()).add(hit.source)
    listed = {each: sources for each, sources in listed.items() if each not in legitimate}
    if len(listed) < TEN_NEIGHBOURS:
        return None
    tens = Counter(each[:-1] for each in listed)
    if tens[number[:-1]] >= TEN_NEIGHBOURS:
        digits = 1
    elif sum(count >= HUNDRED_TEN_NEIGHBOURS for count in tens.values()) >= HUNDRED_TENS:
        digits = 2
    else:
        return None
    beginning = number[:-digits]
    members = [each for each in listed if each.startswith(beginning)]
    return Crowd(beginning, digits, len(members), tuple(sorted(set[str]().union(*(listed[each] for each in members)))))


def _said(hit: Hit) -> str:
    """What the list says; empty for one that says no more than that the number is in it."""
    rated = hit.rated
    plain = rated.rating is Rating.E_ADVERTISING and rated.votes == 1
    words = [] if plain else [rated.rating, f"{rated.votes} vote{'' if rated.votes == 1 else 's'}"]
    if rated.last_activity:
        words.append(f"last reported on {rated.last_activity}")
    if rated.listed_since:
        words.append(f"listed since {rated.listed_since}")
    return ", ".join(words)


def _had(hit: Hit) -> str:
    return f"list of {hit.had_on}" + (f", licence {hit.licence}" if hit.licence else "")
