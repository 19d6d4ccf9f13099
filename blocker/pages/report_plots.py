"""The drawings of the weekly report: the year by weeks, by hours, by companies, and the week's own timeline.

Decides which calls are drawn and how they are named; how a drawing is made, `renderers/plots.py` decides.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from blocker.core.counts import WeekCounts
from blocker.core.document import Block, Heading, paragraph
from blocker.core.observed import Happened, Standing
from blocker.core.plain_text import shortened
from blocker.core.registers import named
from blocker.core.report import Report
from blocker.core.weekly import Beside, MarkedDay, MarkKind, came_through, is_kept_away, is_unwanted
from blocker.language import Words
from blocker.pages.report_words import LONGEST_TEXT, on_the_wall
from blocker.renderers.plots import Lane, Mark, Series, Told, bars, heat_map, ranking, timeline

FEWEST_WEEKS = 8
"""Weeks drawn even where the first of them hold nothing: fewer make no picture."""

MOST_RANKED = 12
"""Companies drawn; the rest are one bar."""

MOST_MARKED = 9
"""Days marked over the year: the latest ones; more make no picture."""


def plots(report: Report, beside: Beside, words: Words) -> Iterator[Block]:
    """All of them."""
    yield Heading(1, words("The year in pictures"), "year")
    weeks = _drawn_weeks(beside)
    yield _by_week(weeks, beside, words)
    left_out = len([day for day in beside.marked if day.day >= weeks[0].week.monday]) - MOST_MARKED
    if left_out > 0:
        text = words.many(
            "{count} earlier day isn't marked in the drawing.",
            "{count} earlier days aren't marked in the drawing.",
            left_out,
        )
        yield paragraph(text)
    yield _by_hour(beside, words)
    yield _by_company(beside, words)
    lines = sorted({cell.line for week in weeks for cell in week.cells})
    if len(lines) > 1:
        yield _by_line(weeks, lines, words)
    yield Heading(1, words("The week, call by call"), "timeline")
    yield _timeline(report, words)


def _drawn_weeks(beside: Beside) -> list[WeekCounts]:
    """The weeks since the first that holds calls."""
    weeks = list(beside.year.weeks)
    first = next((place for place, week in enumerate(weeks) if week.cells), len(weeks))
    return weeks[min(first, max(0, len(weeks) - FEWEST_WEEKS)) :]


def _by_week(weeks: list[WeekCounts], beside: Beside, words: Words) -> Block:
    series = (
        Series(words("turned away"), tuple(week.calls(is_kept_away) for week in weeks)),
        Series(words("came through"), tuple(week.calls(came_through) for week in weeks)),
    )
    marks = [
        Mark((day.day - weeks[0].week.monday).days / 7, _marked(day, beside, words))
        for day in beside.marked
        if day.day >= weeks[0].week.monday
    ]
    told = Told(
        words("Unwanted calls in each week"),
        words("No unwanted call in the whole year: there is nothing to draw, and nothing to miss."),
        words.many("Unwanted calls of {count} week.", "Unwanted calls of {count} weeks.", len(weeks)),
        words("watched for less than a day, or not at all"),
    )
    unknown = [place for place, week in enumerate(weeks) if week.week in beside.unwatched]
    labels = [words("W{week}", week=week.week.number) for week in weeks]
    return bars(told, labels, series, marks=marks[-MOST_MARKED:], unknown=unknown, figure=words.figure)


def _marked(day: MarkedDay, beside: Beside, words: Words) -> str:
    when, name = words.day(day.day, "medium"), shortened(day.name, LONGEST_TEXT)
    if day.kind is MarkKind.OBJECTION:
        return words("{day}: objection to {company}", day=when, company=name)
    register = shortened(words.typeset(named(beside.registers, day.name, words.language)), LONGEST_TEXT)
    return words("{day}: from here on calls count to the register {register}", day=when, register=register)


def _by_hour(beside: Beside, words: Words) -> Block:
    told = Told(
        words("When unwanted calls come: weekday and local hour, over the year"),
        words("No unwanted call in the whole year, at any hour."),
    )
    days = [words.weekday(day) for day in range(7)]
    hours = [f"{hour:02}" for hour in range(24)]
    return heat_map(told, days, hours, beside.year.per_hour(is_unwanted), figure=words.figure)


def _by_company(beside: Beside, words: Words) -> Block:
    kept: Counter[str] = Counter()
    came: Counter[str] = Counter()
    elsewhere: Counter[str] = Counter()
    for week in beside.year.weeks:
        for cell, calls in week.cells.items():
            known = beside.companies.get(cell.company)
            name = known.name if known else cell.company
            if cell.standing is Standing.UNWANTED and name:
                fate = {Happened.REFUSED: kept, Happened.ELSEWHERE: elsewhere}.get(cell.happened, came)
                fate[name] += calls
    totals = kept + came + elsewhere
    names = sorted(totals, key=lambda name: (-totals[name], name))
    shown = names[:MOST_RANKED]
    labels = [shortened(name, LONGEST_TEXT) for name in shown]
    kinds = [(words("turned away"), kept), (words("came through"), came)]
    if elsewhere:
        kinds.append((words("recorded elsewhere"), elsewhere))
    counts = [[kind[name] for name in shown] for _, kind in kinds]
    if rest := names[MOST_RANKED:]:
        labels.append(words.many("{count} other", "{count} others", len(rest)))
        for row, (_, kind) in zip(counts, kinds, strict=True):
            row.append(sum(kind[name] for name in rest))
    told = Told(
        words("For whom callers said they called, over the year: unwanted calls"),
        words("Nobody has said yet for whom a caller called, so there are no companies to draw."),
    )
    series = [Series(label, tuple(row)) for (label, _), row in zip(kinds, counts, strict=True)]
    return ranking(told, labels, series, figure=words.figure)


def _by_line(weeks: list[WeekCounts], lines: list[str], words: Words) -> Block:
    kept: Counter[str] = Counter()
    came: Counter[str] = Counter()
    for week in weeks:
        for cell, calls in week.cells.items():
            kept[cell.line] += calls if is_kept_away(cell) else 0
            came[cell.line] += calls if came_through(cell) else 0
    told = Told(words("Which line they came to, over the year: unwanted calls"), words("No unwanted call on any line."))
    series = (
        Series(words("turned away"), tuple(kept[line] for line in lines)),
        Series(words("came through"), tuple(came[line] for line in lines)),
    )
    return ranking(told, [shortened(line, LONGEST_TEXT) for line in lines], series, figure=words.figure)


def _timeline(report: Report, words: Words) -> Block:
    """The unwanted and the suspected calls of the week, by the clocks of the lines."""
    begin = datetime.combine(report.week.monday, time())
    days = [begin + timedelta(days=day) for day in range(7)]
    kinds = [
        (words("turned away"), [call for call in report.unwanted.items if call.happened is Happened.REFUSED]),
        (words("came through"), [call for call in report.unwanted.items if call.happened is not Happened.REFUSED]),
        (words("suspected"), list(report.suspected.items)),
        (words("recorded elsewhere"), [call for call in report.elsewhere.items if call.standing is Standing.UNWANTED]),
    ]
    lanes = [Lane(label, tuple(on_the_wall(call.local) for call in calls)) for label, calls in kinds if calls]
    ticks = [(day, words.weekday(day.weekday())) for day in days]
    told = Told(words("The week's unwanted and suspected calls"), words("No unwanted and no suspected call this week."))
    return timeline(told, (begin, begin + timedelta(days=7)), lanes, ticks=ticks, figure=words.figure)
