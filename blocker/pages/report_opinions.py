"""What others said of callers when they were asked, as a part of the weekly report: opinions, each with its call.

Decides that an answer is told with who gave it, on which day and how many said so, and never as what a caller was.
"""

from collections.abc import Iterator

from blocker.core.asked import Asked
from blocker.core.community import Rated, Rating
from blocker.core.document import Block, Column, Heading, Span, Style, Table, paragraph, plain
from blocker.core.plain_text import shortened
from blocker.core.weekly import Beside
from blocker.language import Words
from blocker.pages.report_words import LONGEST_TEXT, SHORT_ID, moment

MOST_LISTED = 100
"""Calls; report.json has up to 500."""


def opinions(beside: Beside, words: Words) -> Iterator[Block]:
    """A whole part of the page; nothing where nobody was asked."""
    if not beside.asked:
        return
    yield Heading(1, words("What others said when they were asked"), "asked")
    yield paragraph(
        words(
            "Of callers of whom nobody here knew anything, a community list was asked, by the beginning of a sum that"
            " thousands of numbers share. What came back is the opinion of strangers about a presented number, which "
            "anybody can make up: it isn't a fact, and it says nothing of who called."
        )
    )
    spoke = [one for one in beside.asked if one.said.answer]
    if spoke:
        yield _table(spoke, words)
    if silent := len(beside.asked) - len(spoke):
        text = words.many(
            "Of the caller of {count} call nothing was known there.",
            "Of the callers of {count} calls nothing was known there.",
            silent,
        )
        yield paragraph(text)


def _table(spoke: list[Asked], words: Words) -> Table:
    columns = (
        Column(words("Local time, offset from UTC"), 1.6),
        Column(words("Presented number"), 1.3),
        Column(words("Who was asked, and when"), 1.5),
        Column(words("Their opinion"), 2.0),
        Column(words("Call"), 0.8),
    )
    rows = tuple(
        (
            plain(moment(one.local, words)),
            plain(shortened(one.number, LONGEST_TEXT)),
            plain(f"{shortened(one.said.source, LONGEST_TEXT)}, {words.day(one.answered_on, 'medium')}"),
            plain(f"{words.semicolon} ".join(_opinion(rated, words) for rated in one.said.answer)),
            (Span(one.call[:SHORT_ID], Style.CODE),),
        )
        for one in spoke[:MOST_LISTED]
    )
    left = len(spoke) - len(rows)
    note = words.many("{count} more is in report.json.", "{count} more are in report.json.", left) if left else ""
    return Table(words("Opinions from outside, no facts"), columns, rows, note)


def _opinion(rated: Rated, words: Words) -> str:
    """One of them; what is said of a block of numbers is said of all that begin so."""
    told = _kinds(words)[rated.rating]
    if rated.rating is not Rating.A_LEGITIMATE:
        told = words.many("{kind} ({count} vote)", "{kind} ({count} votes)", rated.votes, kind=told)
    if rated.target.is_prefix:
        return words("of all numbers that begin with {prefix}: {opinion}", prefix=rated.target.number, opinion=told)
    return told


def _kinds(words: Words) -> dict[Rating, str]:
    return {
        Rating.A_LEGITIMATE: words("nothing against it"),
        Rating.B_MISSED: words("missed calls, of whatever sort"),
        Rating.C_PING: words("a lure to ring back"),
        Rating.D_POLL: words("a poll"),
        Rating.E_ADVERTISING: words("advertising"),
        Rating.F_GAMBLE: words("games of chance"),
        Rating.G_FRAUD: words("fraud"),
    }
