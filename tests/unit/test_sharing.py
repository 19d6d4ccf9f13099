"""Promises about what may be given to a community list, as what, and how the queue follows what people say."""

from datetime import UTC, datetime, timedelta

import pytest
from fakes.community import Strangers
from fakes.entries import BRUSSELS
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.case import Knowledge
from blocker.core.community import Rating
from blocker.core.company import CompanyBook
from blocker.core.listing import ListIndex
from blocker.core.number import E164, parse_typed
from blocker.core.policy import Policy
from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.sharing import COMMENTS, Upload, What, may_be_given, rating_of_said, upload_of_said, why_never
from blocker.core.sharing_answer import LONGEST_REST, Answer, outcome
from blocker.core.sharing_queue import (
    FORGOTTEN_AFTER,
    MOST_AT_ONCE,
    REPORTS_A_DAY,
    Item,
    State,
    Wish,
    changes,
    due,
    later,
)
from blocker.core.statement import Said

NOW = datetime(2026, 11, 17, 12, tzinfo=UTC)
NUMBER = "+3225550345"
RATING = Upload(What.RATING, NUMBER, Rating.E_ADVERTISING)
CALL = Upload(What.REFUSED_CALL, NUMBER)
WAIT = timedelta(hours=6)


@pytest.mark.parametrize(
    ("said", "rating"),
    [
        ({}, Rating.E_ADVERTISING),
        ({"product": "solar panels", "voice": "live"}, Rating.E_ADVERTISING),
        ({"voice": "recorded"}, Rating.E_ADVERTISING),
        ({"voice": "silent"}, Rating.B_MISSED),
        ({"voice": "silent", "said_company": "Belgacom"}, Rating.E_ADVERTISING),
        ({"product": "a survey about energy"}, Rating.D_POLL),
        ({"product": "Enquête de satisfaction"}, Rating.D_POLL),
        ({"product": "Meinungsumfrage"}, Rating.D_POLL),
        ({"product": "peiling"}, Rating.D_POLL),
        ({"product": "Lotterie"}, Rating.F_GAMBLE),
        ({"product": "online casino"}, Rating.F_GAMBLE),
        ({"product": "jeux d'argent"}, Rating.F_GAMBLE),
        ({"product": "pollen filters"}, Rating.E_ADVERTISING),
        ({"product": "fraud protection", "pressure": "they said my PC was hacked"}, Rating.E_ADVERTISING),
    ],
)
def test_the_rating_follows_from_what_was_said(said: dict[str, str], rating: Rating) -> None:
    """By the documented table; nobody is accused of fraud by it."""
    assert rating_of_said(Said(mark="marketing", **said)) is rating


@given(st.builds(Said, *[st.none() | st.text(max_size=40)] * 6))
def test_nothing_that_somebody_wrote_goes_along(said: Said) -> None:
    """Whatever a statement says, an upload has a rating that is no accusation, and a remark of the list or none."""
    upload = upload_of_said(said, NUMBER, comments=True)
    assert upload.rating not in {Rating.G_FRAUD, Rating.C_PING, Rating.A_LEGITIMATE}
    assert upload.comment in {"", *COMMENTS.values()}
    assert upload_of_said(said, NUMBER, comments=False).comment == ""


@pytest.mark.parametrize(
    ("said", "may"),
    [
        (Said(mark="marketing"), True),
        (Said(mark="wanted"), False),
        (Said(product="solar panels"), False),
        (Said(mark="marketing", consent="given"), False),
        (Said(mark="marketing", consent="withdrawn"), True),
    ],
)
def test_only_marketing_that_nobody_had_allowed_is_given(said: Said, may: bool) -> None:  # noqa: FBT001
    """What was not marked, and what the household had agreed to, isn't."""
    assert may_be_given(said) is may


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("+3225550345", ""),
        ("+3225550100", "line of your own"),
        ("+32475551234", "mobile"),
        ("+12025550123", "mobile"),
        ("+3280012345", "help line"),
        ("+321", "numbering plan"),
    ],
)
def test_some_numbers_are_never_given(number: str, why: str) -> None:
    """One's own, protected ones, mobile ones unless wanted, and what no plan has."""
    help_line = Range(RangeClass.PROTECTED, "+3280012345", "BE", "", "", Sure.VERIFIED)
    known = Knowledge(ListIndex(), ListIndex(), CompanyBook(), RangeBook([help_line]), Strangers(), Policy())
    read = parse_typed(number, "BE") or E164(number, valid=False)
    said = why_never(read, known, ["+3225550100"], NOW.astimezone(BRUSSELS), "BE", mobile=False)
    assert why in said
    assert bool(said) is bool(why)
    assert not why_never(parse_typed("+32475551234", "BE"), known, [], NOW, "BE", mobile=True)


def waiting(upload: Upload = RATING, **about: object) -> Item:
    """An item that waits."""
    return Item(upload, 5, State.WAITING, NOW, NOW + WAIT, **about)  # type: ignore[arg-type]


def aligned(queue: list[Item], wishes: list[Wish], now: datetime = NOW, barred: str = "") -> list[Item]:
    """The queue after it was brought in line."""
    change = changes(queue, wishes, now, barred=lambda _: barred, wait=lambda: WAIT, keep_given=timedelta(days=90))
    put = {item.key for item in change.put}
    return [item for item in queue if item.key not in {*change.remove, *put}] + change.put


ITEMS = st.builds(
    Item,
    st.sampled_from([RATING, CALL, Upload(What.RATING, NUMBER, Rating.A_LEGITIMATE)]),
    st.integers(1, 9),
    st.sampled_from(State),
    st.just(NOW),
    st.just(NOW + WAIT),
    given_at=st.none() | st.just(NOW - timedelta(days=1)),
)
WISHES = st.lists(
    st.builds(Wish, st.sampled_from([RATING, CALL]), st.integers(1, 9), st.just(NOW)),
    unique_by=lambda wish: wish.upload.what,
)


@given(st.lists(ITEMS, unique_by=lambda item: item.key), WISHES, st.booleans())
def test_bringing_in_line_twice_is_bringing_in_line_once(queue: list[Item], wishes: list[Wish], barred: bool) -> None:  # noqa: FBT001
    """Nothing changes where nothing new was said; each thing stands in the queue once, and nothing barred waits."""
    once = aligned(queue, wishes, barred="never" if barred else "")
    assert aligned(once, wishes, barred="never" if barred else "") == once
    assert len({item.key for item in once}) == len(once)
    assert not any(barred and item.state is State.WAITING and not item.upload.takes_back for item in once)
    assert not any(item.state is State.SENDING for item in once)


def test_what_is_no_longer_remembered_is_not_given_again() -> None:
    """A household that soon forgets what it gave doesn't give it again for the same mark, be that kept for a case."""
    keep, now = timedelta(days=3), NOW + timedelta(days=5)
    given = Item(RATING, 5, State.GIVEN, NOW, NOW + WAIT, given_at=NOW + WAIT)
    for queue in ([given], []):
        change = changes(queue, [Wish(RATING, 5, NOW)], now, barred=lambda _: "", wait=lambda: WAIT, keep_given=keep)
        assert (change.put, change.remove) == ([], [item.key for item in queue])


@given(st.integers(0, 60), st.integers(0, 40))
def test_no_more_is_due_than_may_be_sent(waits: int, given_today: int) -> None:
    """At most three at once, and with what was reported today at most the day's quota."""
    reports = [waiting(Upload(What.REFUSED_CALL, f"+32255505{n:02d}")) for n in range(waits)]
    done = [
        Item(Upload(What.REFUSED_CALL, f"+32255506{n:02d}"), 1, State.GIVEN, NOW, NOW, given_at=NOW)
        for n in range(given_today)
    ]
    chosen = due([*reports, *done], NOW + WAIT)
    assert len(chosen) <= MOST_AT_ONCE
    assert len(chosen) + given_today <= max(REPORTS_A_DAY, given_today)
    assert due(reports, NOW) == []


def test_a_new_word_changes_what_waits_and_not_when() -> None:
    """Whoever says more about a call doesn't begin the wait anew, which would tell when it was said."""
    poll = Upload(What.RATING, NUMBER, Rating.D_POLL)
    (item,) = aligned([waiting()], [Wish(poll, 6, NOW)], NOW + timedelta(hours=2))
    assert (item.upload, item.due_at) == (poll, NOW + WAIT)


def test_a_mark_of_long_ago_gives_nothing_new() -> None:
    """The number may be somebody else's by now; what waits for a mark that grew old still goes."""
    old = Wish(RATING, 5, NOW - FORGOTTEN_AFTER - timedelta(hours=1))
    assert aligned([], [old]) == []
    assert aligned([waiting()], [old]) == [waiting()]


@pytest.mark.parametrize(
    ("answer", "upload", "state", "stops", "rests"),
    [
        (Answer(200), RATING, State.GIVEN, False, False),
        (Answer(204), CALL, State.GIVEN, False, False),
        (Answer(301), CALL, State.WAITING, False, True),
        (Answer(400), RATING, State.GIVEN_UP, False, False),
        (Answer(401), RATING, State.WAITING, True, False),
        (Answer(403), CALL, State.WAITING, True, False),
        (Answer(404), RATING, State.GIVEN_UP, False, False),
        (Answer(429), RATING, State.WAITING, False, True),
        (Answer(500), CALL, State.WAITING, False, True),
        (Answer(503), RATING, State.WAITING, False, True),
        (Answer(None, why="no route", unsent=True), CALL, State.WAITING, False, True),
        (Answer(None, why="lost"), RATING, State.WAITING, False, True),
        (Answer(None, why="lost"), CALL, State.GIVEN, False, True),
    ],
)
def test_what_follows_from_an_answer(answer: Answer, upload: Upload, state: State, stops: bool, rests: bool) -> None:  # noqa: FBT001
    """Taken, refused for good, later, or stopped; a report of which nobody knows isn't repeated."""
    became = outcome(waiting(upload, tries=1), answer, NOW, "PhoneBlock")
    assert (became.item.state, bool(became.stop), became.rest is not None) == (state, stops, rests)
    assert became.item.state is State.GIVEN or became.item.why


def test_a_server_cant_have_us_wait_for_ever() -> None:
    """What it asks for is believed up to a bound; our own pauses grow up to a day."""
    became = outcome(waiting(tries=1), Answer(429, retry_after=timedelta(days=999)), NOW, "PhoneBlock")
    assert became.rest == LONGEST_REST
    pauses = [later(waiting(tries=tries), NOW, "").due_at - NOW for tries in range(1, 9)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(days=1)
