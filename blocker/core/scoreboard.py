"""The scoreboard: how companies do by a household that asked for quiet, from 0 to 10, every point with its reason.

Decides the rule, which is this. Five questions are asked of the calls of which a person said that they were marketing
and for this company, and of the household's own letters; each is worth points, and what isn't known or doesn't arise is
left out of the reckoning:

- after an objection: 4 points if no call came, 2 after one call, 0 after more; asked once it had come `PATIENCE` ago,
  or a call came after it;
- a number presented: 2 points, in the part of the calls that presented one;
- name and purpose said at the start: 2 points, in the part of the calls of which a person says whether they were;
- decent hours (Monday to Saturday, 9 to 20 h, no public holiday): 1 point, in the part of the calls. Ours, and no law;
- letters answered within their time: 1 point, in the part of the letters whose time is over.

The score is ten times the points got, divided by the points that could be got, rounded (half up). With fewer than
`FEWEST` calls, or less than `LEAST` points that could be got, there is no score, and it is said what is missing. It is
an inference from what this household knows and nothing more: callers may have used a company's name without its
knowledge. A page shows of each `Score` its `value` or `missing`, and every `Mark` with its figures.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from blocker.core.company_calls import CompanyCall
from blocker.core.followups import POST
from blocker.core.household_facts import How
from blocker.core.household_file import HouseholdFile, Objection, When, happened_before

FEWEST = 3
"""Marketing calls for a company, without which nothing fair can be said of it."""

LEAST = 5
"""Points that must be possible."""

BEGIN, END = time(9), time(20)
"""Decent hours."""

PATIENCE = timedelta(days=30)
"""How long it must have stayed quiet to count as quiet."""

_SUNDAY = 6


class Question(StrEnum):
    """What is asked."""

    OBJECTION = "objection"
    NUMBER = "number"
    IDENTITY = "identity"
    HOURS = "hours"
    LETTERS = "letters"


WORTH = {
    Question.OBJECTION: 4,
    Question.NUMBER: 2,
    Question.IDENTITY: 2,
    Question.HOURS: 1,
    Question.LETTERS: 1,
}
"""Points of each; ten in all."""


class Mark(NamedTuple):
    """The answer to one question."""

    question: Question
    good: int
    """Calls or letters as they should be; of `OBJECTION` always 0, since each call after one is one too many."""
    of: int
    """Of how many that is known; of `OBJECTION` the calls after one."""
    asked: bool
    """Whether anything is known; else the question is left out."""
    points: Fraction
    """Got, of `WORTH`."""


class Missing(StrEnum):
    """Why there is no score."""

    CALLS = "too-few-calls"
    ANSWERS = "too-little-known"


class Score(NamedTuple):
    """One company's."""

    company: str
    """Slug."""
    name: str
    calls: int
    """Marketing calls for it."""
    value: int | None
    """0 to 10; None where too little is known."""
    missing: Missing | None
    marks: tuple[Mark, ...]
    """All five, in the order of `Question`."""
    got: Fraction
    possible: int
    """Points that could be got with what is known."""


class Letters(NamedTuple):
    """The household's letters to a company whose time for an answer is over."""

    answered: int
    due: int


def score(
    company: tuple[str, str],
    calls: Sequence[CompanyCall],
    file: HouseholdFile,
    letters: Letters,
    *,
    holidays: Collection[date],
    now: datetime,
) -> Score:
    """How a company does.

    Args:
        company: its slug, and its name.
        calls: those that a statement says were for it; only what a person marked as marketing is looked at.
        file: the household's file, with what was said in these calls (`told_in_calls.py`).
        letters: the household's to it.
        holidays: public ones where the lines are, on the days of the calls.
        now: aware, in the household's zone.
    """
    marketing = [call for call in calls if call.marketing]
    numbered = sum(call.seen.presented == "e164" for call in marketing)
    said = [answer for call in marketing if (answer := call.identity_given) is not None]
    decent = sum(_decent(call.at, holidays) for call in marketing)
    marks = (
        _objection(marketing, company[0], file, now),
        _share(Question.NUMBER, numbered, len(marketing)),
        _share(Question.IDENTITY, sum(said), len(said)),
        _share(Question.HOURS, decent, len(marketing)),
        _share(Question.LETTERS, letters.answered, letters.due),
    )
    got = sum((mark.points for mark in marks), Fraction())
    possible = sum(WORTH[mark.question] for mark in marks if mark.asked)
    missing = Missing.CALLS if len(marketing) < FEWEST else Missing.ANSWERS if possible < LEAST else None
    value = None if missing else int(10 * got / possible + Fraction(1, 2))
    return Score(*company, len(marketing), value, missing, marks, got, possible)


def scoreboard(scores: Sequence[Score]) -> list[Score]:
    """In the order of a board: the lowest first, of equal ones that with most calls; those without a score last."""
    return sorted(
        scores, key=lambda one: (one.value is None, -1 if one.value is None else one.value, -one.calls, one.company)
    )


def _share(question: Question, good: int, of: int) -> Mark:
    return Mark(question, good, of, of > 0, WORTH[question] * Fraction(good, of) if of else Fraction())


def _objection(marketing: Sequence[CompanyCall], company: str, file: HouseholdFile, now: datetime) -> Mark:
    """Calls after an objection that had surely come, and no consent since: not one of the same day."""
    objections = file.objected(company)
    after = sum(any(_too_late(call, item, file) for item in objections) for call in marketing)
    waited = any(happened_before(_come(item), now - PATIENCE, now) for item in objections)
    points = max(0, WORTH[Question.OBJECTION] - 2 * after) if after or waited else 0
    return Mark(Question.OBJECTION, 0, after, bool(after or waited), Fraction(points))


def _too_late(call: CompanyCall, item: Objection, file: HouseholdFile) -> bool:
    came_after = happened_before(_come(item), call.at, call.at) is True
    return came_after and not file.consented(item.company, call.at, since=item.when).holds


def _come(item: Objection) -> When:
    """When an objection came, or is taken to have come."""
    if item.delivered is not None:
        return item.delivered
    if item.how == How.POST and not isinstance(item.when, datetime):
        return item.when + POST
    return item.when


def _decent(at: datetime, holidays: Collection[date]) -> bool:
    return at.weekday() != _SUNDAY and at.date() not in holidays and BEGIN <= at.time() < END
