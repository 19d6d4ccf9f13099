"""The row of the community lists: what it makes of a judgement, and what stands above it."""

from datetime import UTC, date, datetime

from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.community import Hit, Rated, Rating
from blocker.core.community_judgement import Terms
from blocker.core.company import Company, CompanyBook, KnownNumber, Purpose, Role
from blocker.core.decide import decide
from blocker.core.listing import ListIndex, Target
from blocker.core.number import NumberPlan, normalise
from blocker.core.observed import Happened, Standing, standing_of
from blocker.core.policy import Policy
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.verdict import Decision, Reason, Verdict

NOW = datetime(2026, 11, 17, 23, 30, tzinfo=UTC)
NUMBER = "+3225551234"


class Lists:
    """What lists say, of one number and of those beside it."""

    def __init__(self, *hits: Hit, around: tuple[Hit, ...] = ()) -> None:
        self.hits, self.around = hits, around

    def lookup(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return self.hits if number == NUMBER else ()

    def neighbours(self, number: str) -> tuple[Hit, ...]:
        """See `CommunityList`."""
        return self.around if number[:-2] == NUMBER[:-2] else ()


def said(rating: Rating, votes: int = 1, source: str = "club", number: str = NUMBER) -> Hit:
    return Hit(source, Rated(Target(number), rating, votes, date(2026, 11, 1)), date(2026, 11, 16))


def verdict(lists: Lists, **parts: object) -> Verdict:
    standard = {"companies": CompanyBook(), "ranges": RangeBook(), "policy": Policy(), "terms": Terms()}
    knowledge = Knowledge(ListIndex(), ListIndex(), community=lists, **(standard | parts))  # type: ignore[arg-type]
    caller = normalise(NUMBER, None, NumberPlan("BE"))
    call = IncomingCall("c0ffee", NOW, caller, Line("home", "BE", "Europe/Brussels"), Sighting("test", NUMBER))
    return decide(call, knowledge, Moment(NOW))


CROWD = tuple(said(Rating.F_GAMBLE, 2, number=f"+322555123{tail}") for tail in (0, 1, 2, 3))


def test_lists_that_contradict_each_other_are_both_in_the_verdict_of_a_call_that_rings() -> None:
    """A number that one list calls fraud and another legitimate rings, and whoever asks sees both words."""
    found = verdict(Lists(said(Rating.G_FRAUD, 90), said(Rating.A_LEGITIMATE, 1, "hospitals")))
    assert (found.decision, found.reason) == (Decision.RING, Reason.NOTHING_KNOWN)
    assert [(match.kind, match.where) for match in found.matches] == [
        ("community-noted", "club"),
        ("community-noted", "hospitals"),
    ]


def test_all_lists_stand_in_the_verdict_of_a_call_that_is_turned_away() -> None:
    """Who counted and who didn't."""
    found = verdict(Lists(said(Rating.G_FRAUD, 90), said(Rating.B_MISSED, 3, "other")))
    assert (found.decision, found.reason) == (Decision.BLOCK, Reason.COMMUNITY)
    assert [match.kind for match in found.matches] == ["community", "community-noted"]


def test_a_crowd_turns_away_a_number_that_no_list_names() -> None:
    """It is the row of the lists, with the block as what matched; a protected range is above it."""
    found = verdict(Lists(around=CROWD))
    assert (found.decision, found.reason, found.matches[0].what) == (Decision.BLOCK, Reason.COMMUNITY, "+322555123x")
    help_line = Range(RangeClass.PROTECTED, "+32255512", "BE", "a law", "be.toml:1", Sure.VERIFIED)
    assert verdict(Lists(around=CROWD), ranges=RangeBook([help_line])).decision is Decision.RING
    assert verdict(Lists(around=CROWD), terms=Terms(ranges=False)).matches == ()


def test_a_number_that_a_company_publishes_is_no_guess_from_those_beside_it() -> None:
    """Whose it is stands in the rules; a list that names the number itself counts all the same."""
    number = KnownNumber(NUMBER, whole=True, purpose=Purpose.SERVICE, source="its site", where="bank.toml:9")
    facts = ("BE", "bank", (), date(2026, 1, 1), Sure.VERIFIED, "bank.toml")
    companies = CompanyBook([Company("bank", "Bank", Role.PRINCIPAL, *facts, numbers=(number,))])
    assert verdict(Lists(around=CROWD), companies=companies).decision is Decision.RING
    assert verdict(Lists(said(Rating.G_FRAUD), around=CROWD), companies=companies).decision is Decision.BLOCK


def test_where_lists_only_annotate_everything_rings_and_is_shown() -> None:
    """With community set to ring, what counts is a match of a call that rings."""
    found = verdict(Lists(said(Rating.G_FRAUD, 90)), policy=Policy(community=Decision.RING))
    assert found.decision is Decision.RING
    assert [match.kind for match in found.matches] == ["community"]


def test_only_what_counts_makes_a_ringing_call_suspected() -> None:
    """A list's word that doesn't count is shown in the report, and says nothing against the call."""

    def standing(lists: Lists) -> Standing:
        found = verdict(lists, policy=Policy(community=Decision.RING), terms=Terms(votes={Rating.G_FRAUD: 4}))
        matches = [{"kind": match.kind} for match in found.matches]
        content = {"decision": found.decision, "reason": found.reason, "matches": matches}
        return standing_of(content, Happened.LET_THROUGH, "")

    assert standing(Lists(said(Rating.G_FRAUD, 4))) is Standing.SUSPECTED
    assert standing(Lists(said(Rating.G_FRAUD, 3))) is Standing.UNMARKED
    assert standing(Lists(said(Rating.A_LEGITIMATE, 3))) is Standing.UNMARKED
