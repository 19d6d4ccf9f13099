"""What stands in the mail or the notification that brings a week's report: its figures, and a sentence for each.

Decides what somebody sees who doesn't open the report. It names no telephone number, so that it may stand on a locked
screen. How it looks, renderers decide; what the figures mean, `core/report.py`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from blocker.core.document import Block, Bullets, Document, KeyFigure, KeyFigures, Tone, paragraph, plain
from blocker.core.week import Week
from blocker.core.weekly import What
from blocker.language import Words
from blocker.pages.report_words import doubts


class Todo(NamedTuple):
    """A thing to do that the report explains."""

    what: str
    """A `What`."""
    calls: int
    name: str
    """Of a company; empty where it is about none."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a week that a summary shows."""

    week: Week
    end: str
    """The end of the week, UTC, as the report has it."""
    calls: int
    kept_away: int
    """Unwanted calls that were turned away, as the phone system acknowledged."""
    came_through: int
    """Unwanted calls of which no refusal was acknowledged."""
    wanted_refused: int
    """Calls marked as wanted, though the verdict was to block them."""
    to_do: tuple[Todo, ...]
    unwatched_minutes: int
    fault: str
    """What doesn't hold in the ledger; empty where all does."""
    simulated: bool = False
    """Whether a demonstration made up the week."""


def title_of(figures: Figures, words: Words) -> str:
    """The subject of a mail, on one line."""
    week = words("The telephone in week {number}", number=figures.week.number)
    if not figures.kept_away and not figures.came_through:
        return f"{week}{words.colon} {words('not one unwanted call')}"
    return f"{week}{words.colon} {_kept(figures, words)}, {_through(figures, words)}"


def summary(figures: Figures, words: Words, left_out: Sequence[str], *, attached: bool) -> Document:
    """The summary as a page.

    Args:
        figures: those of the week.
        words: the reader's language.
        left_out: files of the report that should go along and don't.
        attached: whether files of the report go along.
    """
    monday, sunday = words.day(figures.week.monday), words.day(figures.week.sunday)
    return Document(
        title=title_of(figures, words),
        subtitle=words("{monday} to {sunday}", monday=monday, sunday=sunday),
        language=str(words.language),
        blocks=tuple(_blocks(figures, words, left_out, attached=attached)),
        footer=words("Sent by your own call blocker, to nobody but you."),
        dated=figures.end,
    )


def _blocks(figures: Figures, words: Words, left_out: Sequence[str], *, attached: bool) -> Iterator[Block]:
    yield from doubts(words, fault=figures.fault, simulated=figures.simulated)
    if not figures.kept_away and not figures.came_through:
        yield paragraph(words("A quiet week: not one unwanted call. It can be like this."), Tone.LEAD)
    yield KeyFigures(
        (
            KeyFigure(words.figure(figures.kept_away), words("unwanted calls that didn't ring")),
            KeyFigure(words.figure(figures.came_through), words("unwanted calls that came through")),
            KeyFigure(words.figure(figures.calls), words("calls in all")),
        )
    )
    if told := list(_told(figures, words)):
        yield Bullets(tuple(plain(text) for text in told))
    if figures.to_do:
        count = len(figures.to_do)
        yield paragraph(
            words.many(
                "{count} thing to do, which the report explains:",
                "{count} things to do, which the report explains:",
                count,
            )
        )
        yield Bullets(tuple(plain(_named(item, words)) for item in figures.to_do), numbered=True)
    if left_out:
        names = ", ".join(left_out)
        yield paragraph(words("Not attached, too large or not made: {names}.", names=names), Tone.NOTE)
    if attached:
        yield paragraph(words("The whole report is attached: who, when, and what you can do about it."))
    else:
        yield paragraph(words("The whole report lies on the machine that watches your telephone."))


def _told(figures: Figures, words: Words) -> Iterator[str]:
    if figures.wanted_refused:
        yield words.many(
            "{count} call was to be blocked, but you marked it as wanted: the report says how to let it through.",
            "{count} calls were to be blocked, but you marked them as wanted: the report says how to let them through.",
            figures.wanted_refused,
        )
    if figures.unwatched_minutes:
        yield words.many(
            "For {count} minute nobody watched: calls rang then without being recorded.",
            "For {count} minutes nobody watched: calls rang then without being recorded.",
            figures.unwatched_minutes,
        )


def _named(item: Todo, words: Words) -> str:
    """A thing to do in a few words, without a number."""
    match item.what:
        case What.LEDGER:
            return words("Look into the ledger, which doesn't verify.")
        case What.UNSCREENED:
            return words.many(
                "Find out why {count} call rang without being looked at.",
                "Find out why {count} calls rang without being looked at.",
                item.calls,
            )
        case What.STALE:
            return words("See why lists of numbers couldn't be brought up to date.")
        case What.WANTED:
            return words("Let a number through that you wanted and that was turned away.")
        case What.OVERDUE:
            return words("An answer is overdue: {company}.", company=item.name)
        case What.SAY_WHO:
            return words.many(
                "Say of {count} unwanted call for whom the caller said to call.",
                "Say of {count} unwanted calls for whom the callers said to call.",
                item.calls,
            )
        case What.SETTLE:
            return words.many(
                "Say of {count} suspected call whether it was marketing.",
                "Say of {count} suspected calls whether they were marketing.",
                item.calls,
            )
        case What.COMPLAIN:
            return words("Complain: you had objected to calls for {company}.", company=item.name)
        case _:
            return words("Object to calls for {company}.", company=item.name)


def _kept(figures: Figures, words: Words) -> str:
    return words.many("{count} unwanted call kept away", "{count} unwanted calls kept away", figures.kept_away)


def _through(figures: Figures, words: Words) -> str:
    return words("{number} came through", number=words.figure(figures.came_through))
