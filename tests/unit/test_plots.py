"""Plots: drawings that hold what they are given, and say it to whoever can't see them."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from fakes.pages import HOSTILE, MONDAY
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.document import Figure, Paragraph, Tone, plain
from blocker.renderers import plots
from blocker.renderers.drawing import TEXTURES, WIDTH, fitted, width
from blocker.renderers.plots import Lane, Mark, Series, Told

SVG = "{http://www.w3.org/2000/svg}"
TOLD = Told("Caption", "Nothing at all.", "Summary.")
WEEK = (MONDAY, MONDAY + timedelta(days=7))
Texts = st.lists(st.text(max_size=40) | st.sampled_from(HOSTILE), min_size=1, max_size=8)


def drawn(plot: Figure | Paragraph) -> Figure:
    """A plot that isn't empty."""
    assert isinstance(plot, Figure)
    return plot


def texts(figure: Figure) -> list[str]:
    """What is written in a drawing."""
    return [element.text or "" for element in ET.fromstring(figure.svg).iter(f"{SVG}text")]  # noqa: S314 - our own


def check_drawing(figure: Figure) -> None:
    """Well-formed, nothing active in it, nothing outside it."""
    root = ET.fromstring(figure.svg)  # noqa: S314 - our own
    height = float(root.attrib["viewBox"].split()[3])
    for element in root.iter():
        name = element.tag.removeprefix(SVG)
        assert name in {"svg", "defs", "pattern", "rect", "path", "circle", "line", "text"}
        assert not {key for key in element.attrib if "href" in key or key.startswith("on")}
        if name == "text":
            x, size = float(element.attrib["x"]), float(element.attrib["font-size"])
            long = width(element.text or "", size)
            left = x - {"start": 0.0, "middle": long / 2, "end": long}[element.attrib["text-anchor"]]
            assert left >= -0.01
            assert left + long <= WIDTH + 0.01
            assert float(element.attrib["y"]) < height
        if name == "rect" and element not in root.findall(f"{SVG}defs//{SVG}rect"):
            assert 0 <= float(element.attrib["x"]) <= WIDTH
            assert float(element.attrib["x"]) + float(element.attrib["width"]) <= WIDTH + 0.02
            assert float(element.attrib["y"]) >= 0
            assert float(element.attrib["y"]) + float(element.attrib["height"]) <= height
    assert set(re.findall(r"url\(#([^)]+)\)", figure.svg)) == {
        pattern.attrib["id"] for pattern in root.iter(f"{SVG}pattern")
    }


@pytest.mark.parametrize(
    "plot",
    [
        lambda: plots.bars(TOLD, [], []),
        lambda: plots.bars(TOLD, ["a", "b"], [Series("s", (0, 0))]),
        lambda: plots.ranking(TOLD, [], [Series("s", ())]),
        lambda: plots.heat_map(TOLD, ["a"], ["b"], [[0]]),
        lambda: plots.heat_map(TOLD, [], [], []),
        lambda: plots.timeline(TOLD, WEEK, []),
        lambda: plots.timeline(TOLD, WEEK, [Lane("a", (MONDAY - timedelta(days=1),))]),
        lambda: plots.timeline(TOLD, (MONDAY, MONDAY), [Lane("a", (MONDAY,))]),
    ],
)
def test_nothing_to_draw_is_a_sentence(plot: Callable[[], Figure | Paragraph]) -> None:
    """Where there is nothing to draw, a sentence says so and no empty plot is shown."""
    assert plot() == Paragraph(plain("Nothing at all."), Tone.NOTE)


@given(labels=Texts, counts=st.lists(st.integers(0, 10**7), min_size=8, max_size=8), marks=Texts)
def test_bars_hold_any_names_and_figures(labels: list[str], counts: list[int], marks: list[str]) -> None:
    """Any names and figures give a drawing in which nothing runs and nothing runs over, the same each time."""
    series = [Series(label, tuple(counts[: len(labels)])) for label in (labels * TEXTURES)[:TEXTURES]]
    places = [Mark(place, label) for place, label in enumerate(marks)]
    for plot in (plots.bars(TOLD, labels, series, marks=places), plots.ranking(TOLD, labels, series)):
        if isinstance(plot, Figure):
            check_drawing(plot)
    assert plots.ranking(TOLD, labels, series) == plots.ranking(TOLD, labels, series)


@given(labels=Texts, offsets=st.lists(st.integers(-10, 200), max_size=20), marks=Texts)
def test_a_timeline_holds_any_names_and_moments(labels: list[str], offsets: list[int], marks: list[str]) -> None:
    """What lies outside the span isn't drawn, any name stays within its room."""
    moments = tuple(MONDAY + timedelta(hours=hours) for hours in offsets)
    named = [(MONDAY + timedelta(days=place), label) for place, label in enumerate(marks)]
    plot = plots.timeline(TOLD, WEEK, [Lane(label, moments) for label in labels], ticks=named, marks=named)
    if isinstance(plot, Figure):
        check_drawing(plot)


@given(count=st.integers(1, 10**9), rows=Texts)
def test_a_heat_map_holds_any_figures(count: int, rows: list[str]) -> None:
    """A field's count stays in its field, however long."""
    rows = [fitted(row, 80) for row in rows]
    plot = plots.heat_map(TOLD, rows, [f"{hour:02}" for hour in range(24)], [[count] * 24 for _ in rows])

    check_drawing(drawn(plot))


def test_the_alternative_text_holds_the_figures() -> None:
    """Whoever can't see a plot hears the figures and what is marked, in whole words."""
    name = "A company whose name is much too long for the room that is left of its bar"
    ranking = drawn(plots.ranking(TOLD, [name, "B"], [Series("refused", (3, 0)), Series("rang", (1, 0))]))
    bars = drawn(plots.bars(TOLD, ["W1", "W2"], [Series("calls", (0, 4))], marks=[Mark(1, "Objection")]))

    assert ranking.alternative == f"Summary. {name}: refused 3, rang 1; B: 0."
    assert any(text.endswith("…") for text in texts(ranking))
    assert bars.alternative == "Summary. W2: 4; (1) Objection."
    assert "Objection" in texts(bars)
    unsummed = drawn(plots.bars(plots.Told("All calls", "None."), ["W1"], [Series("calls", (4,))]))
    assert unsummed.alternative == "All calls. W1: 4."


def test_areas_are_told_apart_without_colour() -> None:
    """Each kind that is counted has a ground or a pattern of its own, so that black and white is enough."""
    series = [Series(str(place), (1,)) for place in range(TEXTURES)]
    root = ET.fromstring(drawn(plots.bars(TOLD, ["W1"], series)).svg)  # noqa: S314 - our own

    fills = [rect.attrib["fill"] for rect in root.findall(f"{SVG}rect")]

    assert len(set(fills)) == TEXTURES


@pytest.mark.parametrize(
    ("most", "ticks"), [(1, [0, 1]), (7, [0, 2, 4, 6, 8]), (10, [0, 2, 4, 6, 8, 10]), (1001, [0, 500, 1000, 1500])]
)
def test_the_axis_has_round_figures(most: int, ticks: list[int]) -> None:
    """The axis begins at nought and goes in round steps to no less than the most."""
    assert plots._ticks(most) == ticks


def test_moments_of_one_zone_need_no_conversion() -> None:
    """Moments with an offset are compared as such, also over the end of summer time."""
    begin = datetime.fromisoformat("2026-10-25T00:00:00+02:00")
    end = datetime.fromisoformat("2026-10-26T00:00:00+01:00")
    plot = plots.timeline(TOLD, (begin, end), [Lane("a", (datetime.fromisoformat("2026-10-25T12:00:00+01:00"),))])

    check_drawing(drawn(plot))


def test_what_nobody_knows_isnt_drawn_as_nought() -> None:
    """Runs of unknown bars are hatched and explained, in the legend and in the alternative text; a count stays one."""
    labels = ["W1", "W2", "W3", "W4", "W5", "W6"]
    told = Told("Caption", "Nothing at all.", "Summary.", "not watched")
    figure = drawn(plots.bars(told, labels, [Series("a", (0, 0, 2, 0, 0, 1))], unknown=[0, 1, 2, 4]))
    check_drawing(figure)
    assert figure.alternative == "Summary. W1 … W2: not watched; W5: not watched; W3: 2; W6: 1."
    assert texts(figure).count("not watched") == 1
    hatched = [rect for rect in ET.fromstring(figure.svg).iter(f"{SVG}rect") if "--1)" in rect.attrib["fill"]]  # noqa: S314 - our own
    assert len(hatched) == 3  # two runs and the legend
    assert "not watched" not in texts(drawn(plots.bars(told, labels, [Series("a", (1, 0, 0, 0, 0, 0))])))
