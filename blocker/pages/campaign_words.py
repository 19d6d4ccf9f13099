"""Campaigns as parts of a page: a drawing of all, and for each why its calls seem to belong together.

Decides how an inference is worded: calls seem to belong together, for these reasons, and what speaks against it is said
as loudly. Which calls they are, `core/campaign.py` decides.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from blocker.core.campaign import Campaign
from blocker.core.campaign_signs import AGAINST, Sign, Sure, Why
from blocker.core.document import Block, Bullets, Heading, Span, Style, Text, paragraph
from blocker.core.plain_text import shortened
from blocker.language import Words
from blocker.pages.report_words import LONGEST_TEXT, moment, on_the_wall
from blocker.renderers.plots import Lane, Told, timeline

MOST_SHOWN = 10
"""Campaigns on a page: those with most calls."""

_TICKS = 8
_LETTERS = "ABCDEFGHIJ"


def campaign_blocks(campaigns: Sequence[Campaign], words: Words) -> Iterator[Block]:
    """A whole part of a page; nothing where there are no campaigns."""
    if not campaigns:
        return
    shown = list(zip(_LETTERS, campaigns[:MOST_SHOWN], strict=False))
    yield Heading(1, words("Campaigns: calls that seem to belong together"), "campaigns")
    yield paragraph(
        words(
            "Numbers change, habits stay. That these calls belong together is a guess of this program, for the "
            "reasons beside it; it is no fact, and nobody is accused."
        )
    )
    yield _drawn(shown, words)
    yield Bullets(tuple(_told(letter, one, words) for letter, one in shown))
    if left := len(campaigns) - len(shown):
        yield paragraph(words.many("{count} more isn't listed here.", "{count} more aren't listed here.", left))


def _drawn(shown: Sequence[tuple[str, Campaign]], words: Words) -> Block:
    lanes = [
        Lane(words("Campaign {letter}", letter=letter), tuple(on_the_wall(part.local) for part in one.told))
        for letter, one in shown
    ]
    moments = [each for lane in lanes for each in lane.moments]
    begin = datetime.combine(min(moments).date(), time())
    end = datetime.combine(max(moments).date() + timedelta(days=1), time())
    step = max(1, -(-(end - begin).days // _TICKS))
    days = [begin + timedelta(days=day) for day in range(0, (end - begin).days, step)]
    told = Told(words("The calls of each campaign"), words("No call is drawn."))
    ticks = [(day, words.day(day.date(), "short")) for day in days]
    return timeline(told, (begin, end), lanes, ticks=ticks, figure=words.figure)


def _told(letter: str, one: Campaign, words: Words) -> Text:
    sure = {
        Sure.LIKELY: words("likely ({points} points)", points=one.points),
        Sure.POSSIBLE: words("possible ({points} points)", points=one.points),
    }[one.sure]
    calls = words.many(
        "{count} call from {numbers} presented numbers, {first} to {last}",
        "{count} calls from {numbers} presented numbers, {first} to {last}",
        one.calls,
        numbers=words.figure(one.numbers),
        first=moment(one.first, words),
        last=moment(one.last, words),
    )
    apart = f"{words.semicolon} "
    reasons = apart.join(_why(sign, words) for sign in one.signs if sign.why not in AGAINST)
    against = apart.join(_why(sign, words) for sign in one.signs if sign.why in AGAINST)
    spans = [
        Span(words("Campaign {letter}", letter=letter), Style.STRONG),
        Span(f", {sure}{words.colon} {calls}. "),
        Span(words("Why: {reasons}.", reasons=reasons)),
    ]
    if against:
        spans.append(Span(" " + words("Against it: {reasons}.", reasons=against)))
    return tuple(spans)


def _why(sign: Sign, words: Words) -> str:
    about = shortened(sign.about, LONGEST_TEXT)
    match sign.why:
        case Why.BLOCK_OF_10 | Why.BLOCK_OF_100 | Why.BLOCK_OF_1000:
            return words(
                "{count} with numbers out of one block of {size} ({block}…)",
                count=words.figure(sign.calls),
                size=words.figure(int(sign.why.rpartition("-")[2])),
                block=about,
            )
        case Why.SAID_COMPANY:
            return words("{count} callers said: for {company}", count=words.figure(sign.calls), company=about)
        case Why.EVEN_SPACING:
            return words("evenly spaced, every {minutes} min or so", minutes=about)
        case Why.SAME_HOURS:
            return words("always between the same hours ({hours} h)", hours=about)
        case _:
            return _counted(sign, words)


def _counted(sign: Sign, words: Words) -> str:
    told = {
        Why.SILENCE: words("without any sound"),
        Why.GIVEN_UP: words("given up after seconds"),
        Why.RING_ALIKE: words("rang equally long"),
        Why.UNWANTED: words("unwanted or suspected"),
        Why.TALKED: words("long talks that nobody called marketing"),
        Why.WANTED: words("wanted calls among them"),
    }
    return f"{told[sign.why]}{words.colon} {words.figure(sign.calls)}"
