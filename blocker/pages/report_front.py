"""The first sheet of the weekly report, for the reader in a hurry.

Decides what is said first: what would make all the rest doubtful, then the week in one sentence, its figures, what to
do now, for whom it was said to be, and how the weeks compare. A light word is allowed where it costs no precision; it
is never about a caller.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from blocker.core.counts import Cell
from blocker.core.document import (
    Align,
    Block,
    Bullets,
    Column,
    Heading,
    KeyFigure,
    KeyFigures,
    Span,
    Table,
    Text,
    Tone,
    paragraph,
    plain,
)
from blocker.core.plain_text import shortened
from blocker.core.report import Report
from blocker.core.weekly import Beside, Task, What, came_through, is_kept_away, is_unwanted, tasks
from blocker.language import Words
from blocker.pages.followup_words import told
from blocker.pages.report_words import LONGEST_TEXT, SHORT_ID, doubts, duration, moment, then_type

NAMED = 5
"""Companies named on the first sheet."""


def front(report: Report, beside: Beside, words: Words) -> Iterator[Block]:
    """The first sheet."""
    yield from _before_all(report, words)
    yield paragraph(headline(report, words), Tone.LEAD)
    yield KeyFigures(tuple(_key_figures(report, beside, words)))
    yield from _besides(report, words)
    yield Heading(1, words("What to do now"), "now")
    to_do = tasks(report, beside)
    if to_do:
        yield Bullets(tuple(_task(task, beside, words) for task in to_do), numbered=True)
    else:
        yield paragraph(words("Nothing. Enjoy the quiet."))
    yield from _said_for(report, words)
    yield from _by_line(beside, words)
    yield from _comparison(beside, words)


def headline(report: Report, words: Words) -> str:
    """The week in one sentence."""
    totals = report.totals
    kept, came = totals.unwanted_refused, totals.unwanted - totals.unwanted_refused
    if not totals.calls and report.gaps.total:
        return words("No call was recorded this week, and part of it nobody was watching.")
    if not totals.calls:
        return words("Not one call this week: the telephone had a holiday.")
    if not totals.unwanted:
        return words.many(
            "Quiet week: {count} call, and nobody called it marketing.",
            "Quiet week: {count} calls, and nobody called any of them marketing.",
            totals.calls,
        )
    if not came:
        return words.many(
            "{count} unwanted call knocked this week, and the door stayed shut.",
            "{count} unwanted calls knocked this week, and the door stayed shut.",
            kept,
        )
    if not kept:
        return words.many(
            "{count} unwanted call came through this week.", "{count} unwanted calls came through this week.", came
        )
    return words(
        "{all} unwanted calls this week: {kept} turned away, {came} came through.",
        all=words.figure(totals.unwanted),
        kept=words.figure(kept),
        came=words.figure(came),
    )


def _before_all(report: Report, words: Words) -> Iterator[Block]:
    """What weakens all that follows."""
    yield from doubts(words, fault=report.fault, simulated=report.simulated_clock, before=report.before)
    if report.made_on:
        text = words(
            "This week isn't over: made on {when}. What comes later isn't in here.", when=moment(report.made_on, words)
        )
        yield paragraph(text, Tone.NOTE)
    if report.erased:
        text = words.many(
            "Not all is known any more: {count} call of this week was erased, by age or on request, and no "
            "figure here counts it.",
            "Not all is known any more: {count} calls of this week were erased, by age or on request, and no "
            "figure here counts them.",
            report.erased.total,
        )
        yield paragraph(text, Tone.NOTE)


def _key_figures(report: Report, beside: Beside, words: Words) -> Iterator[KeyFigure]:
    totals = report.totals
    came = totals.unwanted - totals.unwanted_refused
    yield KeyFigure(
        words.figure(totals.unwanted_refused),
        words("unwanted, turned away"),
        _against_last(beside, is_kept_away, words),
    )
    yield KeyFigure(words.figure(came), words("unwanted, came through"), _against_last(beside, came_through, words))
    if totals.suspected:
        yield KeyFigure(words.figure(totals.suspected), words("suspected, and not yet judged by you"))
    if totals.rang_or_unknown:
        yield KeyFigure(
            words.figure(totals.rang_or_unknown), words("to be turned away, but the telephone system didn't confirm it")
        )
    if totals.refused_by_policy:
        yield KeyFigure(words.figure(totals.refused_by_policy), words("refused by your house rules"))
    marked = totals.wanted + totals.false_positives
    remark = (
        words.many("{count} of them marked as wanted", "{count} of them marked as wanted", marked) if marked else ""
    )
    yield KeyFigure(words.figure(marked + totals.unmarked), words("other calls"), remark)


def _against_last(beside: Beside, which: Callable[[Cell], bool], words: Words) -> str:
    """How this week stands against the one before; nothing where that one isn't known."""
    counts = [count for _, count in beside.year.per_week(which)]
    if not _known_before(beside, 1):
        return ""
    more = counts[-1] - counts[-2]
    if more > 0:
        return words.many("{count} more than the week before", "{count} more than the week before", more)
    if more < 0:
        return words.many("{count} fewer than the week before", "{count} fewer than the week before", -more)
    return words("as many as the week before")


def _known_before(beside: Beside, most: int) -> int:
    """How many of the weeks before this one there are, since the first that holds calls; at most `most`."""
    before = beside.year.weeks[:-1]
    first = next((place for place, week in enumerate(before) if week.cells), len(before))
    return min(most, len(before) - first)


def _besides(report: Report, words: Words) -> Iterator[Block]:
    """What the figures leave out."""
    totals = report.totals
    if totals.observe_only:
        text = words.many(
            "{count} call came while everything was let ring on purpose; {blocks} would have been turned away.",
            "{count} calls came while everything was let ring on purpose; {blocks} would have been turned away.",
            totals.observe_only,
            blocks=words.figure(totals.observed_blocks),
        )
        yield paragraph(text, Tone.NOTE)
    if totals.elsewhere:
        text = words.many(
            "Besides, {count} call was recorded by another device; {marketing} marked as marketing. It is in "
            "none of the other figures.",
            "Besides, {count} calls were recorded by another device; {marketing} marked as marketing. They "
            "are in none of the other figures.",
            totals.elsewhere,
            marketing=words.figure(totals.elsewhere_unwanted),
        )
        yield paragraph(text, Tone.NOTE)
    if report.unwatched_seconds:
        long = duration(report.unwatched_seconds, words)
        text = words("Nobody was watching for {long}; calls that came then are missing.", long=long)
        yield paragraph(text, Tone.NOTE)


def _task(task: Task, beside: Beside, words: Words) -> Text:
    short = task.about[:SHORT_ID]
    match task.what:
        case What.LEDGER:
            text = words("The ledger doesn't verify: until that is looked into, nothing here is evidence.")
            return then_type(text, "blocker verify")
        case What.UNSCREENED:
            text = words.many(
                "{count} call rang without being looked at. This looks for the cause:",
                "{count} calls rang without being looked at. This looks for the cause:",
                task.calls,
            )
            return then_type(text, "blocker doctor")
        case What.STALE:
            return _stale(task, beside, words)
        case What.WANTED:
            text = words.many(
                "{count} call that you wanted was turned away. This lets its number through from now on:",
                "{count} calls that you wanted were turned away. This lets their number through from now on:",
                task.calls,
            )
            return then_type(text, f"blocker allow add {task.about}")
        case What.OVERDUE if task.due:
            (day,) = told([task.due], words, lambda _: task.name, beside.registers)
            return then_type(f"{day.title}.", day.command)
        case What.SAY_WHO:
            text = words.many(
                "Say for whom {count} caller said to call:", "Say for whom {count} callers said to call:", task.calls
            )
            return then_type(text, f"blocker statement {short}")
        case What.SETTLE:
            text = words.many(
                "{count} suspected call waits for your word, marketing or wanted:",
                "{count} suspected calls wait for your word, marketing or wanted:",
                task.calls,
            )
            return then_type(text, f"blocker mark {short} marketing")
        case What.COMPLAIN:
            text = words.many(
                "See which complaint is ready: {count} call said to be for {company} points to a rule of law.",
                "See which complaint is ready: {count} calls said to be for {company} point to a rule of law.",
                task.calls,
                company=task.name,
            )
            return then_type(text, "blocker complaint list")
        case _:
            text = words.many(
                "Object to {company}: {count} caller said to call for it.",
                "Object to {company}: {count} callers said to call for it.",
                task.calls,
                company=task.name,
            )
            return then_type(text, f"blocker letter both {task.about} --out letters")


def _stale(task: Task, beside: Beside, words: Words) -> Text:
    """What to do about lists that are out of date."""
    if not task.about:
        text = words("Several lists couldn't be brought up to date. This says which, and what is wrong:")
        return then_type(text, "blocker lists")
    since = next(one.since for one in beside.stale if one.source == task.about and not one.until)
    text = words(
        "The list {list} couldn't be brought up to date since {day}. This tries again, and says why not:",
        list=words.quoted(shortened(task.about, LONGEST_TEXT)),
        day=words.day(datetime.fromisoformat(since).date(), "medium"),
    )
    return then_type(text, f"blocker sync {task.about}")


def _said_for(report: Report, words: Words) -> Iterator[Block]:
    named = [row for row in report.companies if row.unwanted]
    nameless = report.totals.unwanted - sum(row.unwanted for row in named)
    if not report.totals.unwanted:
        return
    yield Heading(1, words("For whom the callers said they called"))
    items: list[Text] = [
        (
            Span(shortened(row.said[0], LONGEST_TEXT)),
            Span(f"{words.colon} " + words.many("{count} unwanted call", "{count} unwanted calls", row.unwanted)),
        )
        for row in named[:NAMED]
    ]
    if len(named) > NAMED:
        others = sum(row.unwanted for row in named[NAMED:])
        text = words.many("others: {count} unwanted call", "others: {count} unwanted calls", others)
        items.append(plain(text))
    if nameless:
        text = words.many("not said: {count} unwanted call", "not said: {count} unwanted calls", nameless)
        items.append(plain(text))
    yield Bullets(tuple(items))


def _by_line(beside: Beside, words: Words) -> Iterator[Block]:
    """Which of several lines they came to this week."""
    lines: Counter[str] = Counter()
    for cell, calls in beside.year.weeks[-1].cells.items():
        lines[cell.line] += calls if is_unwanted(cell) else 0
    if len(lines) > 1 and lines.total():
        told_lines = (
            f"{shortened(line, LONGEST_TEXT)}{words.colon} {words.figure(calls)}"
            for line, calls in sorted(lines.items())
        )
        yield paragraph(words("By line: {lines}.", lines=f"{words.semicolon} ".join(told_lines)))


def _comparison(beside: Beside, words: Words) -> Iterator[Block]:
    """This week, the one before, and averages of the weeks before."""
    counts = [
        [count for _, count in beside.year.per_week(which)] for which in (is_unwanted, is_kept_away, came_through)
    ]
    rows = [(words("this week"), *(words.figure(column[-1]) for column in counts))]
    if _known_before(beside, 1):
        rows.append((words("the week before"), *(words.figure(column[-2]) for column in counts)))
    for most in (12, 51):
        weeks = _known_before(beside, most)
        if weeks > 1 and (most == 12 or weeks > 12):  # noqa: PLR2004
            means = (words.figure(round(sum(column[-1 - weeks : -1]) / weeks, 1)) for column in counts)
            label = words.many("mean of the {count} week before", "mean of the {count} weeks before", weeks)
            rows.append((label, *means))
    yield Heading(1, words("How the weeks compare"))
    if len(rows) == 1:
        yield paragraph(words("This is the first week on record: from the next one on, weeks are compared here."))
        return
    columns = (
        Column(words("Week"), 2.0),
        *(Column(label, 1.0, Align.END) for label in (words("Unwanted"), words("Turned away"), words("Came through"))),
    )
    yield Table(words("Unwanted calls by week"), columns, tuple(tuple(map(plain, row)) for row in rows))
