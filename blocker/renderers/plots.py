"""Plots as values: figures and words in, a `Figure` of a `Document` out, or a sentence where there is nothing to draw.

Decides how figures become lengths and places; how areas and letters look, `drawing.py` decides. Each word comes from
the caller, in the reader's language; a label that is too long for its room is cut in the drawing and whole in the
alternative text, which is made of the figures themselves. The same figures and words give the same bytes.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from blocker.core.document import Figure, Paragraph, Tone, plain
from blocker.renderers.drawing import GRID, INK, LINE, QUIET, SIZE, SMALL, UNKNOWN, WIDTH, Drawing, fitted, width

_GREYS = ("#ffffff", "#dbe3ea", "#afc0cf", "#6f8ba4", "#2f4d6b")
_DARK = 3
"""The first of these greys on which letters are white."""

Drawn = Figure | Paragraph


@dataclass(frozen=True, slots=True)
class Told:
    """The words around a plot."""

    caption: str
    nothing: str
    """What is said instead of an empty plot, such as “No calls in this year.”"""
    summary: str = ""
    """What the plot shows, in a sentence; opens the alternative text."""
    unknown: str = ""
    """What is said of bars of which nothing is known, such as “not watched”."""


@dataclass(frozen=True, slots=True)
class Series:
    """One of the kinds of things that are counted, at most `drawing.TEXTURES` of them in a plot."""

    label: str
    counts: tuple[int, ...]
    """One for each bar."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened, set as a numbered line over the plot and explained below it."""

    at: float
    """In `bars`: the place of the bar, from 0; the fraction is how far through it (0.5 is its middle)."""
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of a timeline."""

    label: str
    moments: tuple[datetime, ...]
    """Local times, all of them in one zone or without."""


def bars(
    told: Told,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    marks: Sequence[Mark] = (),
    unknown: Collection[int] = (),
    figure: Callable[[int], str] = str,
) -> Drawn:
    """Stacked bars side by side, such as calls per week.

    Args:
        told: the words around it.
        labels: below the bars, one each; as many are printed as fit.
        series: the first is lowest in each bar.
        marks: days to compare with, such as objections.
        unknown: the places of bars of which nothing is known, which is not nought; what was counted is drawn even so.
        figure: how a count is written.
    """
    totals = [sum(counts) for counts in zip(*(one.counts for one in series), strict=True)]
    if not any(totals):
        return _nothing(told)
    unknown = sorted(place for place in unknown if not totals[place])
    drawing = Drawing("bars", told, labels, series, marks, unknown)
    legend = list(enumerate(one.label for one in series)) if len(series) > 1 else []
    y = drawing.legend(SIZE, [*legend, *([(UNKNOWN, told.unknown)] if unknown else [])]) or 4.0
    top, bottom = y + (16 if marks else 6), y + 196
    ticks = _ticks(max(totals))
    left = 10 + max(width(figure(tick), SMALL) for tick in ticks)
    step, scale = (WIDTH - left) / len(totals), (bottom - top) / ticks[-1]
    for tick in ticks:
        drawing.line((left, bottom - tick * scale), (WIDTH, bottom - tick * scale), stroke=GRID if tick else INK)
        drawing.text(left - 6, bottom - tick * scale + 3.5, figure(tick), anchor="end", size=SMALL, fill=QUIET)
    for first, last in (runs := _runs(unknown)):
        drawing.area(left + first * step, top, (last - first + 1) * step, bottom - top, UNKNOWN)
    gap = min(step * 0.2, 14)
    for place in range(len(totals)):
        base = bottom
        for texture, one in enumerate(series):
            if one.counts[place]:
                down = one.counts[place] * scale
                drawing.area(left + place * step + gap / 2, base - down, step - gap, down, texture)
                base -= down
    for x, label in _spaced([(left + (place + 0.5) * step, label) for place, label in enumerate(labels)]):
        drawing.text(x, bottom + 15, label, anchor="middle", size=SMALL)
    for tag, mark in enumerate(marks, 1):
        x = left + min(max(mark.at, 0), len(totals)) * step
        drawing.line((x, top - 6), (x, bottom), stroke=INK, dashes="4 3", wide=1.2)
        drawing.tag(min(x, WIDTH - 9), top - 8, str(tag))
    y = drawing.notes(bottom + 15 + LINE + 4, [mark.label for mark in marks])
    return _figure(told, drawing, y - LINE + 6, [
        *(f"{labels[first]}{f' … {labels[last]}' * (last > first)}: {told.unknown}" for first, last in runs),
        *(f"{label}: {_parts(series, place, figure)}" for place, label in enumerate(labels) if totals[place]),
        *(f"({tag}) {mark.label}" for tag, mark in enumerate(marks, 1)),
    ])  # fmt: skip


def ranking(
    told: Told, labels: Sequence[str], series: Sequence[Series], *, figure: Callable[[int], str] = str
) -> Drawn:
    """Stacked bars one under the other with their totals, such as calls per company.

    Args:
        told: the words around it.
        labels: left of the bars, one each.
        series: the first begins each bar.
        figure: how a count is written.
    """
    totals = [sum(counts) for counts in zip(*(one.counts for one in series), strict=True)]
    if not any(totals):
        return _nothing(told)
    drawing = Drawing("ranking", told, labels, series)
    y = drawing.legend(SIZE, list(enumerate(one.label for one in series))) if len(series) > 1 else 4.0
    left = min(230.0, 12 + max(map(width, labels)))
    scale = (WIDTH - left - 14 - max(width(figure(total)) for total in totals)) / max(totals)
    for place, (label, total) in enumerate(zip(labels, totals, strict=True)):
        drawing.text(left - 10, y + 15, fitted(label, left - 10), anchor="end")
        x = left
        for texture, one in enumerate(series):
            if one.counts[place]:
                drawing.area(x, y + 3, one.counts[place] * scale, 16, texture)
                x += one.counts[place] * scale
        drawing.text(x + 7, y + 15, figure(total))
        y += 25
    return _figure(
        told, drawing, y, [f"{label}: {_parts(series, place, figure)}" for place, label in enumerate(labels)]
    )


def heat_map(
    told: Told,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    figure: Callable[[int], str] = str,
) -> Drawn:
    """A field for each row and column, darker where more happened, with its count in it: weekdays and hours.

    Args:
        told: the words around it.
        rows: left of the fields, from the top.
        columns: above the fields.
        counts: one row after the other.
        figure: how a count is written.
    """
    most = max((count for row in counts for count in row), default=0)
    if not most:
        return _nothing(told)
    drawing = Drawing("heat", told, rows, columns, counts)
    left, top = 10 + max(map(width, rows)), 20.0
    across, down = (WIDTH - left - 1) / len(columns), 24.0
    for x, label in _spaced([(left + (place + 0.5) * across, label) for place, label in enumerate(columns)]):
        drawing.text(x, top - 7, label, anchor="middle", size=SMALL)
    for place, (label, row) in enumerate(zip(rows, counts, strict=True)):
        y = top + place * down
        drawing.text(left - 8, y + 16, label, anchor="end")
        for column, count in enumerate(row):
            grey = -(-count * (len(_GREYS) - 1) // most)
            drawing.shade(left + column * across, y, across, down, _GREYS[grey])
            if count:
                size = min(SMALL, SMALL * (across - 2) / width(figure(count), SMALL))
                fill = "#ffffff" if grey >= _DARK else INK
                x = left + (column + 0.5) * across
                drawing.text(x, y + 15.5, figure(count), anchor="middle", size=size, fill=fill)
    told_fields = (
        f"{label} {column}: {figure(count)}"
        for label, row in zip(rows, counts, strict=True)
        for column, count in zip(columns, row, strict=True)
        if count
    )
    return _figure(told, drawing, top + len(rows) * down + 4, told_fields)


def timeline(
    told: Told,
    span: tuple[datetime, datetime],
    lanes: Sequence[Lane],
    *,
    ticks: Sequence[tuple[datetime, str]] = (),
    marks: Sequence[tuple[datetime, str]] = (),
    figure: Callable[[int], str] = str,
) -> Drawn:
    """A line for each lane with a dot for each moment, such as the calls of each campaign.

    Args:
        told: the words around it.
        span: the left and the right end, in the lanes' zone; what lies outside isn't drawn.
        lanes: from the top.
        ticks: moments named below the axis, such as the days of a week; as many are printed as fit.
        marks: moments to compare with, such as objections; numbered, and explained below.
        figure: how a count is written.
    """
    begin, end = span
    inside = [tuple(moment for moment in lane.moments if begin <= moment <= end) for lane in lanes]
    if not any(inside) or begin >= end:
        return _nothing(told)
    marks = [mark for mark in marks if begin <= mark[0] <= end]
    drawing = Drawing("timeline", told, span, lanes, ticks, marks)
    left = min(230.0, 14 + max(width(lane.label) for lane in lanes))
    top = 24.0 if marks else 6.0
    bottom = top + 28 * len(lanes)

    def across(moment: datetime) -> float:
        return left + 6 + (moment - begin) / (end - begin) * (WIDTH - left - 12)

    named = [(across(moment), label) for moment, label in ticks if begin <= moment <= end]
    for x, _ in named:
        drawing.line((x, top), (x, bottom))
    for x, label in _spaced(named):
        drawing.text(x, bottom + 15, label, anchor="middle", size=SMALL)
    for place, (lane, moments) in enumerate(zip(lanes, inside, strict=True)):
        y = top + 28 * place + 14
        drawing.text(left - 10, y + 4, fitted(lane.label, left - 10), anchor="end")
        drawing.line((left, y), (WIDTH, y))
        if moments:
            drawing.line((across(min(moments)), y), (across(max(moments)), y), stroke=INK, wide=2)
        for moment in moments:
            drawing.dot(across(moment), y)
    for tag, (moment, _) in enumerate(marks, 1):
        drawing.line((across(moment), top - 6), (across(moment), bottom), stroke=INK, dashes="4 3", wide=1.2)
        drawing.tag(min(max(across(moment), left), WIDTH - 9), top - 12, str(tag))
    y = drawing.notes(bottom + 15 + LINE + 4, [label for _, label in marks])
    return _figure(told, drawing, y - LINE + 6, [
        *(f"{lane.label}: {figure(len(moments))}" for lane, moments in zip(lanes, inside, strict=True)),
        *(f"({tag}) {label}" for tag, (_, label) in enumerate(marks, 1)),
    ])  # fmt: skip


def _nothing(told: Told) -> Paragraph:
    return Paragraph(plain(told.nothing), Tone.NOTE)


def _figure(told: Told, drawing: Drawing, height: float, figures: Iterable[str]) -> Figure:
    return Figure(drawing.svg(height), told.caption, f"{told.summary or f'{told.caption}.'} {'; '.join(figures)}.")


def _parts(series: Sequence[Series], place: int, figure: Callable[[int], str]) -> str:
    if len(series) == 1:
        return figure(series[0].counts[place])
    return ", ".join(f"{one.label} {figure(one.counts[place])}" for one in series if one.counts[place]) or figure(0)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of places that follow each other without a gap."""
    runs = [[place for _, place in its] for _, its in groupby(enumerate(places), key=lambda item: item[1] - item[0])]
    return [(run[0], run[-1]) for run in runs]


def _ticks(most: int) -> list[int]:
    """Round figures from 0 to the first that is no less than the most, five steps at most."""
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * 5 >= most:
                return list(range(0, most + step, step)) if most % step else list(range(0, most + 1, step))
        power *= 10


def _spaced(labels: Iterable[tuple[float, str]]) -> list[tuple[float, str]]:
    """Those of the labels around these places that don't touch the one before, each moved into the drawing."""
    kept: list[tuple[float, str]] = []
    free = 0.0
    for place, label in labels:
        shown = fitted(label, WIDTH / 4, SMALL)
        half = width(shown, SMALL) / 2
        x = min(max(place, half), WIDTH - half)
        if shown and x - half >= free:
            kept.append((x, shown))
            free = x + half + 6
    return kept
