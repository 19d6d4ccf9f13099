"""What follows from the community lists: who is turned away on strangers' word, and who never is."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.community import Hit, Rated, Rating
from blocker.core.community_judgement import AGAINST, NOTED, Judgement, Terms, Weight, judge
from blocker.core.list_source import ListSource
from blocker.core.listing import Target

TODAY = date(2026, 11, 17)
NUMBER = "+3225551234"
TERMS = Terms(votes={Rating.G_FRAUD: 4})


def hit(
    target: str = NUMBER,
    rating: Rating = Rating.E_ADVERTISING,
    votes: int = 1,
    *,
    source: str = "club",
    silent_for: int | None = None,
    had: int = 0,
) -> Hit:
    """What a list says; days before today, a `*` at the end of the target for a prefix."""
    last = None if silent_for is None else TODAY - timedelta(days=silent_for)
    rated = Rated(Target(target.rstrip("*"), target.endswith("*")), rating, votes, last)
    return Hit(source, rated, TODAY - timedelta(days=had))


def judged(*hits: Hit, around: Iterable[Hit] = (), terms: Terms = TERMS, number: str = NUMBER) -> Judgement:
    """What hits and neighbours come to."""
    return judge(number, hits, lambda _: around, terms, TODAY)


@pytest.mark.parametrize(
    ("hits", "weights"),
    [
        ([hit()], ["counts"]),
        ([hit(rating=Rating.G_FRAUD, votes=3)], ["few"]),
        ([hit(rating=Rating.G_FRAUD, votes=4)], ["counts"]),
        ([hit(rating=Rating.G_FRAUD, votes=4, silent_for=124)], ["counts"]),
        ([hit(rating=Rating.G_FRAUD, votes=4, silent_for=125)], ["faded"]),
        ([hit(rating=Rating.G_FRAUD, votes=16, silent_for=374)], ["counts"]),
        ([hit(rating=Rating.G_FRAUD, votes=16, silent_for=375)], ["faded"]),
        ([hit(rating=Rating.G_FRAUD, votes=4, silent_for=-1)], ["counts"]),  # the list's day may have begun before ours
        ([hit(rating=Rating.B_MISSED, votes=1000)], ["mild"]),
        ([hit(rating=Rating.A_LEGITIMATE, votes=1000)], ["mild"]),
        ([hit(had=60)], ["counts"]),
        ([hit(had=61)], ["stale"]),
        ([hit(), hit(rating=Rating.A_LEGITIMATE, source="other")], ["contradicted", "mild"]),
        ([hit(), hit("+322555*", Rating.A_LEGITIMATE, source="other")], ["counts", "mild"]),
        ([hit("+32255512*"), hit("+322555*", Rating.A_LEGITIMATE, source="other")], ["counts", "mild"]),
        ([hit("+322555*"), hit(rating=Rating.A_LEGITIMATE, source="other")], ["contradicted", "mild"]),
        ([hit(rating=Rating.G_FRAUD, votes=2), hit(source="other")], ["few", "counts"]),
        ([hit(rating=Rating.G_FRAUD, votes=2, source=name) for name in "abc"], ["few", "few", "few"]),
    ],
)
def test_what_a_list_says_counts_or_not(hits: Sequence[Hit], weights: list[str]) -> None:
    """Votes, their age, the age of the list and another list's word decide; each list is weighed by itself."""
    judgement = judged(*hits)

    assert [str(one.weight) for one in judgement.weighed] == weights
    assert judgement.blocks is ("counts" in weights)
    assert [match.kind for match in judgement.matches] == [AGAINST if w == "counts" else NOTED for w in weights]


def test_a_list_may_have_terms_of_its_own() -> None:
    """What is set for one list holds over what is set for all; how long a list lives is its own."""
    own = ListSource("club", "Club", "/x", "", votes={Rating.G_FRAUD: 2}, lives=timedelta(days=3))
    terms = replace(TERMS, sources={"club": own})

    assert judged(hit(rating=Rating.G_FRAUD, votes=2), terms=terms).blocks
    assert not judged(hit(rating=Rating.G_FRAUD, votes=2, source="other"), terms=terms).blocks
    assert judged(hit(had=3), terms=terms).blocks
    assert not judged(hit(had=4), terms=terms).blocks


@pytest.mark.parametrize(
    ("own", "everywhere", "here", "needed"),
    [(4, {}, {}, 4), (4, {Rating.G_FRAUD: 2}, {}, 4), (4, {Rating.G_FRAUD: 9}, {}, 9), (4, {}, {Rating.G_FRAUD: 2}, 2)],
)
def test_who_asks_for_more_votes_gets_more(
    own: int, everywhere: dict[Rating, int], here: dict[Rating, int], needed: int
) -> None:
    """A list's file asks for the least; the household asks for more of all lists, or settles it for one."""
    club = ListSource("club", "Club", "/x", "", own_votes={Rating.G_FRAUD: own}, votes=here)
    terms = replace(TERMS, votes=everywhere, sources={"club": club})
    assert judged(hit(rating=Rating.G_FRAUD, votes=needed), terms=terms).blocks
    assert not judged(hit(rating=Rating.G_FRAUD, votes=needed - 1), terms=terms).blocks


def test_without_a_half_life_votes_never_fade() -> None:
    """Zero switches it off."""
    old = hit(rating=Rating.G_FRAUD, votes=4, silent_for=3000)
    assert judged(old, terms=replace(TERMS, half_life=timedelta())).blocks
    assert not judged(old).blocks


def test_a_match_says_where_it_comes_from_and_why_it_does_not_count() -> None:
    """Rating, votes, days, the list and its licence are in the verdict; of a list of bare numbers its day alone is."""
    rated = Rated(Target(NUMBER), Rating.G_FRAUD, 12, date(2026, 1, 2), date(2025, 3, 4))
    match = judged(Hit("club", rated, TODAY, "CC0"), terms=replace(TERMS, votes={Rating.G_FRAUD: 7})).matches[0]
    assert (match.kind, match.what, match.where) == (NOTED, NUMBER, "club")
    assert match.note == (
        "G_FRAUD, 12 votes, last reported on 2026-01-02, listed since 2025-03-04; list of 2026-11-17, licence CC0; "
        "doesn't count: as old as this they are worth 3, and 7 are needed"
    )
    assert judged(hit()).matches[0].note == "list of 2026-11-17"


def crowd(*tails: str, votes: int = 2, source: str = "club", rating: Rating = Rating.F_GAMBLE) -> list[Hit]:
    """Listed numbers that end so, of the hundred around `NUMBER`."""
    return [hit(NUMBER[:-2] + tail, rating, votes, source=source) for tail in tails]


FOUR_TENS = ["01", "02", "11", "12", "21", "22", "91", "92"]


@pytest.mark.parametrize(
    ("around", "what"),
    [
        (crowd("30", "31", "32", "33"), "+322555123x"),
        (crowd("30", "31", "32"), ""),
        (crowd("30", "31", "32", "33", votes=1), ""),
        (crowd("30", "31", "32", "33", rating=Rating.B_MISSED), ""),
        (crowd("30", "31", "32") * 2, ""),
        (crowd("30", "31") + crowd("31", "32", "33", source="other"), "+322555123x"),
        (crowd("40", "41", "42", "43"), ""),
        (crowd(*FOUR_TENS), "+32255512xx"),
        (crowd(*FOUR_TENS[1:]), ""),
        (crowd("01", "02", "03", "11", "12", "13", "21", "22", "23"), ""),
        ([*crowd("30", "31", "32", "33"), hit(NUMBER[:-2] + "33", Rating.A_LEGITIMATE, source="other")], ""),
        ([hit(h.rated.target.number + "0", Rating.G_FRAUD, 9) for h in crowd("30", "31", "32", "33")], ""),
    ],
)
def test_a_crowd_of_unwanted_neighbours_makes_a_block_unwanted(around: list[Hit], what: str) -> None:
    """Four of ten, or two each in four of ten tens, with two votes each; what is listed twice is one neighbour."""
    judgement = judged(around=around)

    assert judgement.blocks is bool(what)
    assert [match.what for match in judgement.matches] == ([what] if what else [])
    assert not judged(around=around, terms=replace(TERMS, ranges=False)).blocks
    assert not judged(hit(rating=Rating.A_LEGITIMATE), around=around).blocks


def test_neighbours_are_not_asked_for_where_the_number_itself_is_enough() -> None:
    """The call path does no work whose result can't matter."""

    def unasked(_: str) -> list[Hit]:
        raise AssertionError("nobody needed the neighbours")

    assert judge(NUMBER, [hit()], unasked, TERMS, TODAY).blocks
    assert not judge(NUMBER, [], unasked, replace(TERMS, ranges=False), TODAY).blocks
    assert not judge(NUMBER, [hit(rating=Rating.A_LEGITIMATE)], unasked, TERMS, TODAY).blocks


def test_only_who_is_turned_away_himself_speaks_against_others() -> None:
    """Neighbours with fewer votes than their list needs are none, so that a list that only annotates widens nothing."""
    around = crowd("30", "31", "32", "33", rating=Rating.G_FRAUD, votes=3)
    assert not judged(around=around).blocks
    assert judged(around=[with_votes(one, 1) for one in around]).blocks
    few = hit(rating=Rating.G_FRAUD, votes=2)
    assert [match.kind for match in judged(few, around=crowd("30", "31", "32")).matches] == [NOTED]
    assert [match.kind for match in judged(few, around=crowd("30", "31", "32", "33")).matches] == [NOTED, AGAINST]
    own = ListSource("club", "Club", "/x", "", votes={Rating.F_GAMBLE: 1000})
    assert not judged(around=crowd("30", "31", "32", "33"), terms=replace(TERMS, sources={"club": own})).blocks


def test_the_crowd_names_its_lists() -> None:
    """Who said so stands in the match, with how many they are."""
    match = judged(around=crowd("30", "31") + crowd("31", "32", "33", source="other")).matches[0]
    assert (match.kind, match.where) == (AGAINST, "club, other")
    assert match.note == "4 of these 10 numbers are listed with 2 votes or more"


RATINGS = st.sampled_from(Rating)
NUMBERS = st.integers(0, 99).map(lambda tail: f"{NUMBER[:-2]}{tail:02}")
HITS = st.builds(
    hit,
    st.sampled_from([NUMBER, "+322555*", "+32255512*"]),
    RATINGS,
    st.integers(1, 40),
    source=st.sampled_from("abc"),
    silent_for=st.none() | st.integers(-1, 900),
    had=st.integers(0, 80),
)
AROUND = st.lists(
    st.builds(hit, NUMBERS, RATINGS, st.integers(1, 6), silent_for=st.none() | st.integers(0, 300)), max_size=30
)
TERMS_ANY = st.builds(
    Terms,
    votes=st.dictionaries(RATINGS, st.integers(1, 20)),
    half_life=st.integers(0, 200).map(lambda days: timedelta(days=days)),
    ranges=st.booleans(),
)


def older(one: Hit, days: int) -> Hit:
    """The same word, that many days longer ago."""
    last = one.rated.last_activity
    rated = replace(one.rated, last_activity=last and last - timedelta(days=days))
    return replace(one, rated=rated, had_on=one.had_on - timedelta(days=days))


def with_votes(one: Hit, more: int) -> Hit:
    """The same word, said by more."""
    return replace(one, rated=replace(one.rated, votes=one.rated.votes + more))


@given(st.lists(HITS, max_size=4), AROUND, TERMS_ANY)
def test_nothing_that_is_mild_ever_blocks(hits: list[Hit], around: list[Hit], terms: Terms) -> None:
    """However many call a number legitimate or missed a call of it, it rings."""
    mild = [one for one in (*hits, *around) if not one.rated.rating.may_block]
    judgement = judge(NUMBER, mild[:4], lambda _: mild, terms, TODAY)
    assert not judgement.blocks
    assert all(match.kind == NOTED for match in judgement.matches)


@given(st.lists(HITS, max_size=4), AROUND, TERMS_ANY, st.integers(0, 50))
def test_more_votes_never_block_less(hits: list[Hit], around: list[Hit], terms: Terms, more: int) -> None:
    """Whatever blocks goes on doing so when more people say the same."""
    before = judge(NUMBER, hits, lambda _: around, terms, TODAY)
    after = judge(
        NUMBER,
        [with_votes(one, more) for one in hits],
        lambda _: [with_votes(one, more) for one in around],
        terms,
        TODAY,
    )
    assert after.blocks >= before.blocks


@given(st.lists(HITS, max_size=4), AROUND, TERMS_ANY, st.integers(0, 500))
def test_what_is_older_never_blocks_more(hits: list[Hit], around: list[Hit], terms: Terms, days: int) -> None:
    """Whatever rings goes on ringing when nobody says anything new."""
    before = judge(NUMBER, hits, lambda _: around, terms, TODAY)
    after = judge(
        NUMBER, [older(one, days) for one in hits], lambda _: [older(one, days) for one in around], terms, TODAY
    )
    assert after.blocks <= before.blocks


@given(AROUND, TERMS_ANY, st.sampled_from([NUMBER + "0", NUMBER[:-1], NUMBER + "00"]))
def test_a_crowd_never_speaks_of_a_number_of_another_length(around: list[Hit], terms: Terms, number: str) -> None:
    """The ten numbers beside one have as many digits as it has."""
    assert not judge(number, [], lambda _: around, terms, TODAY).blocks


@given(TERMS_ANY)
def test_an_unknown_number_is_nobody(terms: Terms) -> None:
    """Where no list says anything, nothing follows and nothing is shown."""
    assert judge(NUMBER, [], lambda _: [], terms, TODAY) == Judgement()


def test_every_weight_is_explained() -> None:
    """Whatever doesn't count says so in words."""
    shown = {
        one.weight: one.match.note
        for hits in ([hit()], [hit(had=61)], [hit(), hit(rating=Rating.A_LEGITIMATE)])
        for one in judged(*hits).weighed
    }
    shown |= {one.weight: one.match.note for one in judged(hit(rating=Rating.G_FRAUD, votes=2)).weighed}
    shown |= {one.weight: one.match.note for one in judged(hit(votes=1, silent_for=300)).weighed}
    assert set(shown) == set(Weight)
    assert all(
        ("count" in note or "nothing against" in note) is (weight is not Weight.COUNTS)
        for weight, note in shown.items()
    )
