"""The tables of the weekly report: every unwanted call with what the law says of it, and the calls to look at.

Decides how calls are listed and how a rule of law is cited: it is pointed to, and nobody is accused. That only so many
calls are listed, `core/report.py` decides; each table says so.
"""

from collections.abc import Iterable, Iterator, Mapping

from blocker.core.document import (
    Align,
    Block,
    Bullets,
    Column,
    Heading,
    Paragraph,
    Span,
    Style,
    Table,
    Text,
    paragraph,
    plain,
)
from blocker.core.law import Binding, Finding, LawFlag
from blocker.core.observed import SeenCall
from blocker.core.plain_text import shortened
from blocker.core.report import Listed, Report
from blocker.core.weekly import Beside
from blocker.language import Words
from blocker.pages.report_words import LONGEST_TEXT, SHORT_ID, command, done, moment, presented, said, then_type

Rules = Mapping[tuple[str, str], int]
"""The provisions that calls of the week have to do with, by id and version, with the number each has in the tables."""


def calls(report: Report, beside: Beside, words: Words) -> Iterator[Block]:
    """All tables of calls, and the rules of law they name."""
    rules = rules_named((*report.unwanted.items, *report.elsewhere.items), beside)
    if report.unwanted.total:
        yield Heading(1, words("Every unwanted call"), "unwanted")
        if any(not call.statement.said_company for call in report.unwanted.items):
            yield paragraph(
                words(
                    "Say of each, while it is fresh, for whom the caller said to call: authorities ask for nothing "
                    "more often."
                )
            )
        yield calls_table(
            words("In the order of time; numbers in the column Law are explained below"),
            report.unwanted,
            words,
            rules=rules,
            beside=beside,
        )
    if report.elsewhere.total:
        yield Heading(1, words("Recorded by another device"), "elsewhere")
        yield paragraph(
            words(
                "The records of these came from a mobile telephone, a router, a telephone system, or from memory."
                " This program neither saw these calls nor did anything about them; times are by that device's "
                "clock."
            )
        )
        yield calls_table(
            words("Calls recorded by another device"), report.elsewhere, words, rules=rules, beside=beside
        )
    yield from law_named(rules, beside, words)
    if report.suspected.total:
        yield Heading(1, words("Suspected"), "suspected")
        text = words(
            "A list or a range of numbers says marketing, but these weren't turned away, and nobody marked them. Your "
            "word settles it:"
        )
        either = then_type(text, "blocker mark CALL marketing")
        yield Paragraph((*either, Span(" " + words("or") + " "), command("blocker mark CALL wanted")))
        yield calls_table(words("Suspected calls"), report.suspected, words)
    if report.odd.total:
        yield Heading(1, words("Worth a look"), "odd")
        text = words("These looked odd (no number, a premium number …) and were let through. If one was marketing:")
        yield Paragraph(then_type(text, "blocker mark CALL marketing"))
        yield calls_table(words("Odd calls that were let through"), report.odd, words)


def rules_named(listed: Iterable[SeenCall], beside: Beside) -> Rules:
    """Numbers for the provisions, in the order in which the tables name them."""
    keys = dict.fromkeys(_key(flag) for call in listed for flag in beside.flags.get(call.call, ()))
    return {key: number for number, key in enumerate(keys, 1)}


def _key(flag: LawFlag) -> tuple[str, str]:
    return flag.provision.id, flag.provision.version


def calls_table(
    caption: str, listed: Listed[SeenCall], words: Words, *, rules: Rules | None = None, beside: Beside | None = None
) -> Table:
    """Calls as a table; with the numbers of the rules that they have to do with, where there are any."""
    by_law = rules if beside and any(call.call in beside.flags for call in listed.items) else None
    columns = (
        Column(words("Local time, offset from UTC"), 1.7),
        Column(words("Presented number"), 1.5),
        Column(words("Line"), 0.9),
        Column(words("The caller said: for"), 1.4),
        *([Column(words("Law"), 0.6)] if by_law else []),
        Column(words("What was done"), 1.4),
        Column(words("Call"), 0.9),
        Column(words("Entry"), 0.7, Align.END),
    )
    rows = tuple(
        (
            plain(moment(call.local, words)),
            presented(call, words),
            plain(shortened(call.line, LONGEST_TEXT)),
            said(call, words),
            *([plain(_cited(beside.flags.get(call.call, ()), by_law))] if by_law and beside else []),
            plain(_done(call, words)),
            (Span(call.call[:SHORT_ID], Style.CODE),),
            plain(str(call.n)),
        )
        for call in listed.items
    )
    return Table(caption, columns, rows, _left_out(listed, words))


def _cited(flags: tuple[LawFlag, ...], rules: Rules) -> str:
    """The numbers of the rules, in order; with a question mark where it can't be told."""
    marks = {Finding.POINTS_TO: ""}
    cited = sorted((rules[_key(flag)], marks.get(flag.finding, "?")) for flag in flags)
    return ", ".join(f"{number}{mark}" for number, mark in cited)


def _done(call: SeenCall, words: Words) -> str:
    """What was done about it, and how it ended where that is known."""
    what = done(call, words)
    ended = call.ended
    if ended is None or not ended.seconds_talked:
        return what
    talked = words.many("{count} second on the line", "{count} seconds on the line", ended.seconds_talked)
    apart = f"{words.semicolon} "
    return f"{what}{apart}{talked}" + (apart + words("no sound from the caller") if ended.silent else "")


def _left_out(listed: Listed[SeenCall], words: Words) -> str:
    if not listed.left_out:
        return ""
    return words(
        "These are the first {shown} of {total} calls; calls.csv has them all.",
        shown=words.figure(len(listed.items)),
        total=words.figure(listed.total),
    )


def law_named(rules: Rules, beside: Beside, words: Words) -> Iterator[Block]:
    """What the numbers in the column Law stand for."""
    if not rules:
        return
    yield Heading(1, words("What the law says of these calls"), "law")
    yield paragraph(
        words(
            "The numbers are those of the column Law. A call points to a rule; whether a rule was broken is "
            "for an authority to say. A question mark means that it can't be told as long as something isn't "
            "known. Each call is judged by the law of its own day."
        )
    )
    flags = [flag for its in beside.flags.values() for flag in its]
    yield Bullets(tuple(_rule([flag for flag in flags if _key(flag) == key], words) for key in rules), numbered=True)
    if beside.unjudged:
        text = words.many(
            "{count} further call wasn't judged: there were too many this week.",
            "{count} further calls weren't judged: there were too many this week.",
            beside.unjudged,
        )
        yield paragraph(text)


def _rule(flags: list[LawFlag], words: Words) -> Text:
    """A provision, and how many calls have to do with it."""
    provision = flags[0].provision
    pointing = sum(flag.finding is Finding.POINTS_TO for flag in flags)
    spans = [Span(words.typeset(provision.citation_in(words.language)), Style.STRONG)]
    spans.append(Span(f"{words.colon} {words.typeset(provision.title_in(words.language))}. "))
    if pointing:
        spans.append(Span(words.many("{count} call points to it.", "{count} calls point to it.", pointing) + " "))
    unclear = [flag for flag in flags if flag.finding is not Finding.POINTS_TO]
    if unclear:
        text = words.many(
            "Of {count} call it can't be told, since this isn't known: {unknown}.",
            "Of {count} calls it can't be told, since this isn't known: {unknown}.",
            len(unclear),
            unknown=", ".join(map(words, dict.fromkeys(what for flag in unclear for what in flag.unknown))),
        )
        spans.append(Span(text + " "))
    if provision.binding is Binding.ADHERENTS:
        spans.append(Span(words("It binds only those who signed it.") + " "))
    if provision.binding is Binding.GUIDANCE:
        spans.append(Span(words("It is guidance, not law.") + " "))
    if provision.check:
        spans.append(Span(words("To be looked up before relying on it.") + " ", Style.STRONG))
    source = provision.source
    title = words.typeset(source.title_in(words.language))
    text = words("Source: {title}, seen {day}.", title=title, day=words.day(source.seen, "medium"))
    return *spans, Span(text, Style.QUIET, source.url if source.url.startswith("https://") else "")
