"""Campaigns: how often they are right on made-up weeks whose answer is known, what they rest on, and their bounds."""

import random
import tracemalloc
from collections import Counter

import pytest
from fakes.weeks import Made, flood, week

from blocker.core import campaign
from blocker.core.campaign import Campaign, Finder, campaigns
from blocker.core.campaign_signs import AGAINST, FEWEST, LIKELY, POSSIBLE, Sign, Sure, Why, points
from blocker.core.ended import Ended
from blocker.core.observed import NO_STATEMENT, Happened, Standing

WEEKS = 150
SILENT = Ended("ANSWERED", 4, 10, "caller", silent=True)


def _of(made: list[Made]) -> list[Campaign]:
    return campaigns(each.call for each in made)


class Measured:
    """What comes out over many weeks."""

    def __init__(self) -> None:
        self.calls = self.right = 0
        self.made, self.found = Counter[str](), Counter[str]()
        for seed in range(WEEKS):
            made = week(seed)
            truth = {each.call.call: each.campaign for each in made}
            covered = Counter[str]()
            for one in _of(made):
                label, calls = Counter(truth[part.call] for part in one.told).most_common(1)[0]
                self.calls += len(one.told)
                self.right += calls if label else 0
                covered[label] = max(covered[label], calls)
            for label, calls in Counter(truth.values()).items():
                if label:
                    kind = label.partition("-")[2]
                    self.made[kind] += 1
                    self.found[kind] += 2 * covered[label] >= calls


@pytest.fixture(scope="module")
def measured() -> Measured:
    """Many made-up weeks, each with two campaigns in ordinary life."""
    return Measured()


def test_the_calls_of_a_campaign_belong_together(measured: Measured) -> None:
    """At least 97 of 100 calls that are put into a campaign belong to it."""
    assert measured.calls > 500
    assert measured.right / measured.calls >= 0.97


@pytest.mark.parametrize("kind", ["dialler", "sellers", "mobiles", "hidden"])
def test_most_campaigns_are_found(measured: Measured, kind: str) -> None:
    """Of campaigns that show anything in common, at least 75 of 100 are found with at least half of their calls."""
    assert measured.found[kind] / measured.made[kind] >= 0.75


def test_strangers_are_not_put_together(measured: Measured) -> None:
    """Marketing calls that have nothing in common make no campaign, though somebody who knew could tell."""
    assert measured.made["strangers"] > 20
    assert measured.found["strangers"] == 0


def test_ordinary_life_is_no_campaign() -> None:
    """In at most 2 of 100 weeks without any campaign one is seen: hospitals, neighbours and drivers are none."""
    assert sum(bool(_of(week(seed, campaigns=0, ordinary=40))) for seed in range(WEEKS)) <= 0.02 * WEEKS


def _made(seed: int = 3) -> list[Made]:
    return week(seed, campaigns=4)


def test_each_says_why() -> None:
    """A campaign has its reasons with how many calls show them, and its points are those reasons' and no others'."""
    found = [one for seed in range(20) for one in _of(_made(seed))]
    assert found
    for one in found:
        assert one.calls >= FEWEST
        assert one.points == points(one.signs) >= POSSIBLE
        assert (one.sure is Sure.LIKELY) == (one.points >= LIKELY)
        assert any(sign.why not in AGAINST for sign in one.signs)
        assert all(0 < sign.calls <= one.calls for sign in one.signs if sign.why not in AGAINST)
        assert (one.first, one.last) == (one.told[0].local, one.told[-1].local)


def test_what_speaks_against_it_weighs() -> None:
    """A long talk costs two points, a wanted call four."""
    signs = (Sign(Why.SILENCE, 3), Sign(Why.TALKED, 2), Sign(Why.WANTED, 1))
    assert points(signs) == points(signs[:1]) - 2 * 2 - 4


def test_wanted_calls_undo_a_block() -> None:
    """A block from which a wanted call came is no campaign on the strength of short rings alone."""
    made = next(w for w in (week(seed, campaigns=1, ordinary=0) for seed in range(50)) if w[0].campaign == "0-dialler")
    calls = [each.call._replace(standing=Standing.UNMARKED, ended=None) for each in made]
    marked = [calls[0]._replace(standing=Standing.UNWANTED), *calls[1:]]
    assert campaigns(marked)
    wanted = marked[-1]._replace(standing=Standing.WANTED)
    assert not campaigns([*marked[:-1], wanted])


def test_one_number_is_no_campaign() -> None:
    """Calls from one number, however many, are no campaign: a list is enough against them."""
    calls = [each.call._replace(number="+3225550345", standing=Standing.UNWANTED) for each in week(1)]
    numbered = [call._replace(presented="e164", statement=call.statement._replace(said_company="")) for call in calls]
    assert not campaigns(numbered)


def test_names_of_one_company_are_all_told() -> None:
    """Where callers said an old and a new name of one company, no call is told to have said the other's."""
    first = next(each.call for each in week(1))
    calls = [
        first._replace(
            call=f"{index:016x}", presented="e164", number=f"+322555010{index}", standing=Standing.UNWANTED,
            statement=first.statement._replace(mark="marketing", said_company=name, company="proximus"),
        )
        for index, name in enumerate(("Proximus", "Belgacom", "Proximus"))
    ]  # fmt: skip
    (found,) = campaigns(calls)
    assert Sign(Why.SAID_COMPANY, 3, "Proximus / Belgacom") in found.signs


def test_companies_of_different_names_are_kept_apart() -> None:
    """Calls said to be for two companies are never one campaign by what was said alone."""
    weeks = {seed: week(seed, campaigns=4) for seed in range(20)}
    made = [
        each.call._replace(call=f"{seed}-{each.call.call}")
        for seed, its in weeks.items()
        for each in its
        if each.call.statement.company
    ]
    found = campaigns(sorted(made, key=lambda call: call.utc))
    assert found
    for one in found:
        named = {call.statement.company for call in made if call.call in {part.call for part in one.told}}
        assert len(named) <= 2
        if len(named) > 1:
            assert Why.SAID_COMPANY not in {sign.why for sign in one.signs}


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        (["+3225550101", "+3225550102", "+3225550103"], Why.BLOCK_OF_10),
        (["+3225550111", "+3225550122", "+3225550133"], Why.BLOCK_OF_100),
        (["+3225550111", "+3225550222", "+3225550333"], Why.BLOCK_OF_1000),
    ],
)
def test_blocks(numbers: list[str], why: Why) -> None:
    """The smallest block that nearly all numbers lie in is the one told, with the digits they share."""
    refused = week(1)[0].call._replace(
        presented="e164", standing=Standing.UNWANTED, happened=Happened.REFUSED, statement=NO_STATEMENT, ended=SILENT
    )
    (one,) = campaigns(refused._replace(number=number) for number in numbers * 2)
    sign = next(sign for sign in one.signs if sign.why.startswith("block"))
    assert sign.why is why
    assert all(number.startswith(sign.about) for number in numbers)


def test_a_run_ends_when_it_is_quiet() -> None:
    """What comes after two quiet weeks is another campaign."""
    made = [each.call for each in week(7, campaigns=4)]
    later = [
        call._replace(local=f"2027-03{call.local[7:]}", utc=f"2027-03{call.utc[7:]}", call=f"later{call.call}")
        for call in made
    ]
    assert len(campaigns([*made, *later])) == 2 * len(campaigns(made)) > 0


def test_memory_stays_flat() -> None:
    """However many calls come from everywhere in a week, less than 20 MB are kept of them, and few campaigns."""
    finder = Finder()
    tracemalloc.start()
    try:
        for call in flood(6_000):
            finder.add(call)
        some = tracemalloc.get_traced_memory()[0]
        for call in flood(6_000):
            finder.add(call)
        twice, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert twice < 1.3 * some
    assert peak < 20_000_000
    assert len(finder.found()) <= campaign.MOST_CAMPAIGNS


def test_any_calls_give_the_same_campaigns_twice() -> None:
    """The same calls give the same campaigns, whatever they hold."""
    made = [each.call for each in _made()]
    odd = [call._replace(number=random.Random(n).choice(["+", "", "12345678901"])) for n, call in enumerate(made)]  # noqa: S311
    for calls in (made, odd, []):
        assert campaigns(calls) == campaigns(calls)
