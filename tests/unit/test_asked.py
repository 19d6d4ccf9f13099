"""Asking about a number without telling it: what is sent, and what an answer says of the number."""

import contextlib
import json
from datetime import UTC, date, datetime

import pytest
from fakes.phoneblock import sha1
from hypothesis import given
from hypothesis import strategies as st

from blocker.asking import Recalled
from blocker.core.asked import LookedUp, looked_up, looked_up_of, opinions, question
from blocker.core.community import Rated, Rating
from blocker.core.entry import canonical
from blocker.core.listing import Target
from blocker.errors import LedgerCorruptError, SourceError

NUMBER, TODAY = "+4917650642602", date(2026, 11, 17)
MILLISECONDS = 1763366400000  # 2025-11-17


def test_the_sum_is_the_documented_one() -> None:
    """The interface's own example: the number's SHA-1 with its plus, of which only the beginning leaves the house."""
    assert sha1(NUMBER) == "3D1D76F0C3664E1E818C6ECCFD8843AD1F4091CC"
    assert question(NUMBER, 4, blocks=False) == {"sha1": "3D1D"}
    assert question(NUMBER, 6, blocks=True) == {
        "sha1": "3D1D76",
        "prefix10": sha1("+491765064260")[:6],
        "prefix100": sha1("+49176506426")[:6],
    }


def info(phone: str = NUMBER, **fields: object) -> dict[str, object]:
    """What is told of a number."""
    return {"phone": phone, "votes": 20, "rating": "G_FRAUD", "lastUpdate": MILLISECONDS} | fields


BLOCK10 = {"prefix": NUMBER[:-1], "votes": 40, "cnt": 5}
BLOCK100 = {"prefix": NUMBER[:-2], "votes": 60, "cnt": 12}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"numbers": []}, ()),
        ({"numbers": [info("+4917650642603"), info("nonsense")]}, ()),
        ({"numbers": [info(votes=0, rating="A_LEGITIMATE")]}, ()),
        ({"numbers": [info()]}, (Rated(Target(NUMBER), Rating.G_FRAUD, 20, date(2025, 11, 17)),)),
        (
            {"numbers": [info("017650642602", lastUpdate=0)]},
            (Rated(Target(NUMBER), Rating.G_FRAUD, 20),),
        ),
        (
            {"numbers": [info(whiteListed=True)], "range10": [BLOCK10], "range100": [BLOCK100]},
            (Rated(Target(NUMBER), Rating.A_LEGITIMATE),),
        ),
        (
            {"numbers": [], "range10": [BLOCK10, {"prefix": "+49111", "votes": 3}], "range100": [BLOCK100]},
            (
                Rated(Target(NUMBER[:-1], is_prefix=True), Rating.B_MISSED, 40),
                Rated(Target(NUMBER[:-2], is_prefix=True), Rating.B_MISSED, 60),
            ),
        ),
    ],
)
def test_what_an_answer_says(answer: object, said: tuple[Rated, ...]) -> None:
    """Only what is about this number counts; the account's white list stands for all; a block blocks nobody."""
    assert opinions(json.dumps(answer).encode(), NUMBER, TODAY) == said


@pytest.mark.parametrize(
    "answer",
    ["", "[]", "{}", "null", '{"numbers": 3}', '{"numbers": [3]}', '{"numbers": [{}]}', "<html>", "[" * 99_999],
)
def test_what_is_no_answer(answer: str) -> None:
    """Anything else is our error, which leaves the number unknown."""
    with pytest.raises(SourceError, match="isn't what was asked for"):
        opinions(answer.encode(), NUMBER, TODAY)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_any_value_is_an_answer_or_our_error(value: object) -> None:
    """Nothing that a server says in the place of a number's record raises anything else."""
    for answer in ({"numbers": value}, {"numbers": [info(votes=value)]}, {"numbers": [info(lastUpdate=value)]}):
        with contextlib.suppress(SourceError):
            assert all(isinstance(one, Rated) for one in opinions(json.dumps(answer).encode(), NUMBER, TODAY))


def test_the_entry_says_what_was_sent_and_what_came_back() -> None:
    """The entry is read back as it was meant, and holds nothing of other numbers."""
    answer = (Rated(Target(NUMBER), Rating.G_FRAUD, 20, date(2025, 11, 17)), Rated(Target("+4917", is_prefix=True)))
    at = datetime(2026, 11, 17, 8, tzinfo=UTC)
    content = looked_up(at, "c1", "phoneblock", asked={"sha1": "3D1D"}, answer=answer, after_ms=120)
    assert json.loads(canonical(content)) == content
    assert looked_up_of(1, content) == LookedUp("c1", "phoneblock", "2026-11-17T08:00:00.000Z", answer)
    with pytest.raises(LedgerCorruptError, match="entry 1 lacks"):
        looked_up_of(1, content | {"answer": [{"target": NUMBER}]})


def test_a_word_about_a_number_is_none_about_those_beside_it() -> None:
    """Where its block was asked about too, the rating of one number isn't taken for that of another in the block."""
    one, block = Rated(Target(NUMBER), Rating.G_FRAUD, 20), Rated(Target(NUMBER[:-1], is_prefix=True), votes=40)
    beside = NUMBER[:-1] + "7"
    for answer, about in (((one, block), [NUMBER]), ((block,), [NUMBER, beside]), ((), [])):
        said = LookedUp("c1", "phoneblock", "2026-11-17T08:00:00.000Z", answer)
        assert [number for number in (NUMBER, beside) if said.is_about(number)] == about
        recalled = Recalled([said], "phoneblock", "", datetime(2026, 11, 18, tzinfo=UTC))
        assert [number for number in (NUMBER, beside) if recalled.hits(number)] == about
