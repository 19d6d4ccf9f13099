"""The scoreboard as part of a page: each company's points with what they are made of, and the rule below.

Decides how points are worded. What they are, `core/scoreboard.py` decides.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from blocker.core.document import Align, Block, Column, Heading, Table, Text, Tone, paragraph, plain
from blocker.core.plain_text import shortened
from blocker.core.scoreboard import WORTH, Mark, Missing, Question, Score
from blocker.language import Words, later_many
from blocker.pages.report_words import LONGEST_TEXT

_CALLS = later_many("{good} of {count} call", "{good} of {count} calls")
_LETTERS = later_many("{good} of {count} letter", "{good} of {count} letters")


def score_blocks(scores: Sequence[Score], words: Words) -> Iterator[Block]:
    """A whole part of a page; nothing where there are no companies."""
    if not scores:
        return
    yield Heading(1, words("Points for good behaviour"), "scoreboard")
    columns = (
        Column(words("Company"), 1.5),
        Column(words("Points of 10"), 0.8, Align.END),
        Column(words("Calls"), 0.8, Align.END),
        *(
            Column(words("{question} (at most {worth})", question=label, worth=WORTH[question]), 1.0)
            for question, label in _questions(words).items()
        ),
    )
    yield Table(
        words("What was seen of each company, and its points; the lowest first"),
        columns,
        tuple(_row(score, words) for score in scores),
    )
    yield paragraph(rule(words), Tone.NOTE)


def rule(words: Words) -> str:
    """How the points are reckoned."""
    return words(
        "Only calls count that a person marked as marketing and of which the caller said: for this company. 4 points "
        "for no call after an objection (2 after one call, none after more), 2 for a presented number, 2 for saying at "
        "once who they are and what for, 1 for calling Monday to Saturday from 9 to 20 h and on no holiday, 1 for "
        "answered letters. What isn't known is left out, and the rest is scaled to 10; with fewer than 3 calls, or "
        "less than 5 points that could be had, there are none. Callers may use a name that isn't theirs."
    )


def _questions(words: Words) -> dict[Question, str]:
    return {
        Question.OBJECTION: words("After an objection"),
        Question.NUMBER: words("Number presented"),
        Question.IDENTITY: words("Said who at once"),
        Question.HOURS: words("Decent hours"),
        Question.LETTERS: words("Letters answered"),
    }


def _row(score: Score, words: Words) -> tuple[Text, ...]:
    cells = (
        shortened(score.name, LONGEST_TEXT),
        value(score, words),
        words.figure(score.calls),
        *(_mark(mark, words) for mark in score.marks),
    )
    return tuple(map(plain, cells))


def value(score: Score, words: Words) -> str:
    """The points, or why there are none."""
    match score.missing:
        case Missing.CALLS:
            return words("too few calls")
        case Missing.ANSWERS:
            return words("too little known")
        case None:
            return words.figure(score.value or 0)


def _mark(mark: Mark, words: Words) -> str:
    if not mark.asked:
        return words("not known")
    points = words("points: {points}", points=_figure(mark.points, words))
    if mark.question is Question.OBJECTION:
        seen = words.many("{count} call", "{count} calls", mark.of)
    else:
        good = words.figure(mark.good)
        forms = _LETTERS if mark.question is Question.LETTERS else _CALLS
        seen = words.many(*forms, mark.of, good=good)
    return f"{seen}{words.semicolon} {points}"


def _figure(points: Fraction, words: Words) -> str:
    return words.figure(int(points) if points.denominator == 1 else round(float(points), 1))
