"""Made-up weeks of a household's telephone whose answer is known: ordinary life, and campaigns whose numbers rotate.

Ordinary life holds what looks like a campaign and is none: a hospital that rings from many extensions of one block,
neighbours in one exchange, drivers who hang up after a few seconds, a practice that presents no number.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from blocker.core.ended import Ended
from blocker.core.observed import NO_STATEMENT, Happened, SeenCall, Standing, Statement

BRUSSELS = ZoneInfo("Europe/Brussels")
MONDAY = datetime(2026, 11, 16, tzinfo=BRUSSELS)


class Made(NamedTuple):
    """A call, and the campaign that it belongs to."""

    call: SeenCall
    campaign: str
    """Empty for ordinary life."""


class _Ring(NamedTuple):
    at: datetime
    number: str
    campaign: str = ""
    rang: int = 12
    talked: int = 0
    silent: bool = False
    mark: str = ""
    company: str = ""


def week(seed: int, *, campaigns: int = 2, ordinary: int = 25) -> list[Made]:
    """One week, in the order of time; the same seed gives the same week.

    Args:
        seed: of all that is left to chance.
        campaigns: how many there are, each of a kind of its own as far as there are kinds.
        ordinary: about how many calls of ordinary life.
    """
    chance = random.Random(seed)  # noqa: S311 - made up, and the same every time
    village = _number(chance)[:-3]
    rings = list(_ordinary(chance, ordinary, village))
    kinds = chance.sample(_KINDS, k=min(campaigns, len(_KINDS)))
    for place, kind in enumerate(kinds):
        rings += kind(chance, f"{place}-{kind.__name__[1:]}", village)
    rings.sort()
    return [Made(_call(n, ring), ring.campaign) for n, ring in enumerate(rings, 1)]


def flood(calls: int) -> Iterator[SeenCall]:
    """A week of so many calls from numbers all over, with ends and without."""
    chance = random.Random(calls)  # noqa: S311
    for n in range(1, calls + 1):
        at = MONDAY + timedelta(seconds=n * 600_000 / calls)
        yield _call(n, _Ring(at, f"+32{chance.randrange(10**7, 10**9)}", rang=n % 30, silent=n % 7 == 0))


def _at(chance: random.Random, first: float = 8, last: float = 21, day: int | None = None) -> datetime:
    days = chance.randrange(7) if day is None else day
    return MONDAY + timedelta(days=days, seconds=round(chance.uniform(first, last) * 3600))


def _number(chance: random.Random, block: str = "+32") -> str:
    """A number of a block, ten digits in all for mobile ones."""
    return block + "".join(str(chance.randrange(10)) for _ in range(len("+3225550100") - len(block)))


def _ordinary(chance: random.Random, count: int, village: str) -> Iterator[_Ring]:
    friends = [_number(chance) for _ in range(6)]
    hospital = _number(chance)[:-2]
    for _ in range(count):
        match chance.choices(("friend", "hospital", "driver", "village", "practice", "wrong"), (9, 3, 2, 2, 1, 1))[0]:
            case "friend":
                number, talked = chance.choice(friends), chance.choice((0, 40, 130, 600, 1500))
                yield _Ring(_at(chance), number, rang=chance.randrange(4, 26), talked=talked)
            case "hospital":
                talked, mark = chance.choice((0, 45, 70, 180, 260)), chance.choice(("", "", "", "wanted"))
                yield _Ring(
                    _at(chance, 8, 17, chance.randrange(5)), _number(chance, hospital), rang=chance.randrange(8, 30),
                    talked=talked, mark=mark,
                )  # fmt: skip
            case "driver":
                talked = chance.choice((0, 20))
                yield _Ring(_at(chance, 9, 18), _number(chance), rang=chance.randrange(3, 15), talked=talked)
            case "village":
                talked = chance.choice((0, 30, 90, 400))
                yield _Ring(_at(chance), _number(chance, village), rang=chance.randrange(4, 26), talked=talked)
            case "practice":
                yield _Ring(_at(chance, 8, 18), "", rang=chance.randrange(8, 30), talked=chance.choice((50, 200)))
            case _:
                yield _Ring(_at(chance), _number(chance), rang=chance.randrange(3, 20), talked=chance.choice((0, 4)))


def _dialler(chance: random.Random, name: str, _: str) -> Iterator[_Ring]:
    """Rings many lines at once and drops most: one block of a hundred, silence, short rings, hardly ever a word."""
    block = _number(chance)[:-2]
    for _each in range(chance.randrange(4, 14)):
        answered = chance.random() < 0.5
        yield _Ring(
            _at(chance, 9, 20, chance.randrange(6)), _number(chance, block), name, rang=chance.randrange(4, 13),
            talked=6 if answered else 0, silent=answered and chance.random() < 0.8,
            mark="marketing" if chance.random() < 0.2 else "",
        )  # fmt: skip


def _sellers(chance: random.Random, name: str, village: str) -> Iterator[_Ring]:
    """People who sell for a company, from a block of a thousand; somebody notes for whom in half of the calls.

    In a quarter of the weeks the block is that of the household's own neighbours.
    """
    block = village if chance.random() < 0.25 else _number(chance)[:-3]
    for _each in range(chance.randrange(4, 9)):
        named = chance.random() < 0.5
        yield _Ring(
            _at(chance, 9, 20, chance.randrange(5)), _number(chance, block), name, rang=chance.randrange(10, 25),
            talked=chance.randrange(20, 90), mark="marketing" if named else "", company="Examplenet" if named else "",
        )  # fmt: skip


def _mobiles(chance: random.Random, name: str, _: str) -> Iterator[_Ring]:
    """Numbers from everywhere; that they are for one company, only their words tell."""
    for _each in range(chance.randrange(4, 9)):
        named = chance.random() < 0.7
        yield _Ring(
            _at(chance, 10, 19, chance.randrange(5)), _number(chance), name, rang=chance.randrange(10, 25), talked=40,
            mark="marketing" if named else "", company="Samplegas" if named else "",
        )  # fmt: skip


def _hidden(chance: random.Random, name: str, _: str) -> Iterator[_Ring]:
    """No number, mostly no sound, rung for the same time by a machine."""
    for _each in range(chance.randrange(4, 9)):
        yield _Ring(_at(chance, 9, 12, chance.randrange(5)), "", name, rang=10, talked=5, silent=chance.random() < 0.7)


def _strangers(chance: random.Random, name: str, _: str) -> Iterator[_Ring]:
    """Numbers from everywhere, nothing said, nothing odd: nobody could tell that these belong together."""
    for _each in range(chance.randrange(4, 9)):
        rang = chance.randrange(10, 25)
        yield _Ring(_at(chance, 9, 20), _number(chance), name, rang=rang, talked=30, mark="marketing")


_KINDS = (_dialler, _sellers, _mobiles, _hidden, _strangers)


def _call(n: int, ring: _Ring) -> SeenCall:
    statement = NO_STATEMENT
    if ring.mark:
        statement = Statement(n, ring.mark, ring.company, ring.company.casefold(), "Anna")
    standing = {"marketing": Standing.UNWANTED, "wanted": Standing.WANTED, "": Standing.UNMARKED}[ring.mark]
    utc = (ring.at - ring.at.utcoffset()).replace(tzinfo=None)  # type: ignore[operator]
    disposition = "ANSWERED" if ring.talked or ring.silent else "NO ANSWER"
    return SeenCall(
        n=n,
        call=f"{n:016x}",
        utc=f"{utc.isoformat(timespec='milliseconds')}Z",
        local=ring.at.isoformat(timespec="milliseconds"),
        zone=BRUSSELS.key,
        line="landline",
        called="025550100",
        presented="e164" if ring.number else "withheld",
        number=ring.number,
        name="",
        decision="ring",
        reason="nothing-known",
        match="",
        action="ring",
        happened=Happened.LET_THROUGH,
        after_ms=4,
        observe_only=False,
        flagged=False,
        statement=statement,
        standing=standing,
        ended=Ended(disposition, ring.talked, ring.talked + ring.rang, "caller", ring.silent),
    )
