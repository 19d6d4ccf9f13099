"""Words that several pages use: for a time, a number, what was said, what was done, and what makes a page doubtful.

Decides how a call is spoken of: a number was presented, or none was; the caller said something; a company never called.
"""

from collections.abc import Iterator
from datetime import datetime

from blocker.core.document import Block, Paragraph, Span, Style, Text, Tone, paragraph, plain
from blocker.core.ledger_before import Before
from blocker.core.observed import Happened, SeenCall
from blocker.core.plain_text import shortened
from blocker.language import Words

LONGEST_FAULT = 400
"""Characters of what doesn't hold in a ledger."""

LONGEST_TEXT = 80
"""Characters of a stranger's text; the ledger and `calls.csv` have the rest."""

SHORT_ID = 8
"""Characters of a call's id that mean it in a command, all but surely; where not, the command asks for more."""


def moment(local: str, words: Words) -> str:
    """An ISO 8601 local time with offset as people write it, to the second begun."""
    return words.moment(datetime.fromisoformat(local))


def on_the_wall(local: str) -> datetime:
    """An ISO 8601 local time as the clocks of the line showed it, without its offset: for drawings."""
    return datetime.fromisoformat(local).replace(tzinfo=None)


def command(text: str) -> Span:
    """Something to type."""
    return Span(text, Style.CODE)


def then_type(text: str, typed: str) -> Text:
    """A text, and after it something to type."""
    return Span(text + " "), command(typed)


def doubts(words: Words, *, fault: str = "", simulated: bool = False, before: Before | None = None) -> Iterator[Block]:
    """What takes the ground from under a whole page: a ledger that doesn't verify, or times that were made up.

    Or that a part of what it is about is, or was, in an earlier ledger which is damaged.
    """
    if fault:
        shown = shortened(fault, LONGEST_FAULT)
        yield paragraph(words("The ledger doesn't verify ({fault}). This is no evidence.", fault=shown), Tone.WARNING)
    if simulated:
        text = words("A simulated clock: these times were made up, for a demonstration. This is no evidence.")
        yield paragraph(text, Tone.WARNING)
    if before:
        yield Paragraph(_before(before, words), Tone.NOTE if before.taken_over else Tone.WARNING)


def _before(before: Before, words: Words) -> Text:
    day = words.day(before.at.date())
    if not before.taken_over:
        text = words(
            "What was recorded before {day} isn't counted here: it is in another ledger, which is damaged. To take "
            "over what is sound of it, type:",
            day=day,
        )
        return then_type(text, "blocker take-over")
    text = words(
        "What was recorded before {day} was taken over from another ledger, which is damaged: each entry that is sound "
        "by itself. Entries of it that are damaged or missing: {count}.",
        day=day,
        count=words.figure(before.left),
    )
    return plain(text)


def presented(call: SeenCall, words: Words) -> Text:
    """The number that was presented."""
    if not call.number:
        return (Span(words("no number was presented"), Style.QUIET),)
    number = shortened(call.number, LONGEST_TEXT)
    if call.presented == "unusable":
        return plain(words("“{text}”, no telephone number", text=number))
    return plain(number)


def said(call: SeenCall, words: Words) -> Text:
    """For whom the caller said to call and, where that was said, who the caller said to be."""
    company = shortened(call.statement.said_company, LONGEST_TEXT)
    centre = shortened(call.statement.said_call_centre, LONGEST_TEXT)
    spans = [Span(company)] if company else []
    if not company:
        spans.append(Span(words("not said"), Style.QUIET))
    if centre:
        spans.append(Span(f"{words.semicolon} " + words("to be, or to work for: {name}", name=centre)))
    return tuple(spans)


def done(call: SeenCall, words: Words) -> str:
    """What was done about a call, and what a person made of it."""
    what = {
        Happened.REFUSED: words("turned away"),
        Happened.UNKNOWN: words("rang, or nobody knows"),
        Happened.LET_THROUGH: words("let through"),
        Happened.ELSEWHERE: words("recorded by another device ({device})", device=call.seen_by),
    }[call.happened]
    if call.remembered:
        what = words("told from memory")
    if call.statement.mark == "marketing":
        return words("{what}; marked as marketing", what=what)
    return words("{what}; marked as wanted", what=what) if call.statement.mark else what


def duration(seconds: int, words: Words) -> str:
    """A length of time, in its two largest units."""
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return words.many("{count} day {hours} h", "{count} days {hours} h", days, hours=h)
    if hours:
        return words("{hours} h {minutes} min", hours=h, minutes=m)
    return words("{minutes} min {seconds} s", minutes=m, seconds=s) if minutes else words("{seconds} s", seconds=s)
