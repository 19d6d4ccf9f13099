"""Pieces of a drawing in SVG: texts that stay within their room, areas told apart by pattern, a legend.

Decides how drawings look, so that they can be read in black and white; what is drawn is `plots.py`'s business. The same
pieces give the same bytes. Lengths are units of a drawing `WIDTH` wide, which on paper is the width of the text.

Source: SVG 1.1 (Second Edition), the part of it that browsers and the PDF renderer both know.
"""

import unicodedata
from collections.abc import Sequence
from hashlib import sha256
from html import escape

from blocker.core.plain_text import one_line

WIDTH = 680
SIZE = 12
"""Of letters."""
SMALL = 10.5
LINE = 17
"""From one line of text to the next."""

INK = "#1b2733"
QUIET = "#5b6673"
GRID = "#d5dade"
PAPER = "#ffffff"

_STRIPES = '<path d="M-1 7 7 -1M-4 4 4 -4M2 10 10 2" stroke="#2b5c8a" stroke-width="1.6"/>'
_POINTS = f'<circle cx="1.5" cy="1.5" r="1.1" fill="{INK}"/><circle cx="4.5" cy="4.5" r="1.1" fill="{INK}"/>'
_RULES = f'<path d="M0 3H6" stroke="{INK}" stroke-width="1"/>'
_TEXTURES = ((INK, ""), ("#dfe9f2", _STRIPES), (PAPER, _POINTS), ("#9fb4c7", ""), (PAPER, _RULES))
"""Of a ground and what lies on it, 6 by 6."""
TEXTURES = len(_TEXTURES)
"""How many areas can be told apart in one drawing."""
UNKNOWN = -1
"""The texture of what nobody knows: faint, and without an outline, so that it isn't taken for a count."""
_HATCHED = (PAPER, f'<path d="M-1 1 1 -1M-1 7 7 -1M5 7 7 5" stroke="{GRID}" stroke-width="1.2"/>')
_GENERAL_PUNCTUATION = "\u2000"
"""Where the letters of the West, of Greek, Cyrillic, Hebrew and Arabic have ended, and wider signs begin."""


def number(value: float) -> str:
    """A length with two decimals at most."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def width(text: str, size: float = SIZE) -> float:
    """About how wide a text is set; rather too much than too little, since a browser may have wide letters."""
    return sum(map(_ems, one_line(text))) * size


def _ems(character: str) -> float:
    if character in "iljtfI.,:;'|!()[] ":
        return 0.4
    if character in "mwMW@%…—":
        return 1.0
    if character < _GENERAL_PUNCTUATION:
        return 0.75 if character.isupper() else 0.63
    return 1.0 if unicodedata.category(character) != "Mn" else 0.0


def fitted(text: str, room: float, size: float = SIZE) -> str:
    """A text, cut with an ellipsis where it is wider than its room."""
    text = one_line(text)
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _texture(texture: int) -> tuple[str, str]:
    return _HATCHED if texture == UNKNOWN else _TEXTURES[texture]


class Drawing:
    """A drawing in the making, from its top downwards."""

    def __init__(self, *content: object) -> None:
        """Begin a drawing of this content; its patterns are named after it, since a page may hold many drawings."""
        self._name = "d" + sha256(repr(content).encode(errors="backslashreplace")).hexdigest()[:12]
        self._parts: list[str] = []
        self._textures: set[int] = set()

    def text(
        self,
        x: float,
        y: float,
        content: str,
        *,
        anchor: str = "start",
        size: float = SIZE,
        fill: str = INK,
        bold: bool = False,
    ) -> None:
        """A text whose baseline begins, has its middle or ends at a place (`anchor`: start, middle, end)."""
        weight = ' font-weight="bold"' if bold else ""
        self._parts.append(
            f'<text x="{number(x)}" y="{number(y)}" text-anchor="{anchor}" font-size="{number(size)}" '
            f'fill="{fill}"{weight}>'
            f"{escape(one_line(content), quote=False)}</text>"
        )

    def area(self, x: float, y: float, across: float, down: float, texture: int) -> None:
        """A rectangle in one of `TEXTURES` patterns or `UNKNOWN`, outlined, so that a light one is seen."""
        ground, pattern = _texture(texture)
        if pattern:
            self._textures.add(texture)
        fill = f"url(#{self._name}-{texture})" if pattern else ground
        self._parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(across)}" height="{number(down)}" '
            f'fill="{fill}" stroke="{GRID if texture == UNKNOWN else INK}" stroke-width="0.8"/>'
        )

    def shade(self, x: float, y: float, across: float, down: float, grey: str) -> None:
        """A rectangle in one grey, with a line around."""
        self._parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(across)}" height="{number(down)}" '
            f'fill="{grey}" stroke="{GRID}" stroke-width="0.8"/>'
        )

    def line(
        self,
        begin: tuple[float, float],
        end: tuple[float, float],
        *,
        stroke: str = GRID,
        dashes: str = "",
        wide: float = 1,
    ) -> None:
        """A straight line."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        self._parts.append(
            f'<line x1="{number(begin[0])}" y1="{number(begin[1])}" x2="{number(end[0])}" y2="{number(end[1])}" '
            f'stroke="{stroke}" stroke-width="{number(wide)}"{dashed}/>'
        )

    def dot(self, x: float, y: float, radius: float = 3.4) -> None:
        """A call, or something else that happens at one moment."""
        self._parts.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{INK}" fill-opacity="0.75" '
            f'stroke="{PAPER}" stroke-width="0.6"/>'
        )

    def tag(self, x: float, y: float, content: str) -> None:
        """A short text in a lozenge, which the legend explains."""
        self._parts.append(f'<circle cx="{number(x)}" cy="{number(y)}" r="8" fill="{PAPER}" stroke="{INK}"/>')
        self.text(x, y + 3.6, content, anchor="middle", size=SMALL, bold=True)

    def legend(self, y: float, entries: Sequence[tuple[int, str]]) -> float:
        """Textures with what they stand for, in as many lines as they need.

        Returns:
            Where the next thing may begin.
        """
        x = 0.0
        for texture, label in entries:
            shown = fitted(label, WIDTH - 20)
            wide = 18 + width(shown) + 16
            if x and x + wide > WIDTH + 16:
                x, y = 0.0, y + LINE
            self.area(x, y - 9, 11, 11, texture)
            self.text(x + 17, y, shown)
            x += wide
        return y + LINE if entries else y

    def notes(self, y: float, labels: Sequence[str]) -> float:
        """The tags 1, 2, … with what they stand for, one a line.

        Returns:
            Where the next thing may begin.
        """
        for place, label in enumerate(labels, 1):
            self.tag(9, y - 4, str(place))
            self.text(24, y, fitted(label, WIDTH - 24))
            y += LINE + 3
        return y

    def svg(self, height: float) -> str:
        """The whole drawing, this high."""
        patterns = "".join(
            f'<pattern id="{self._name}-{texture}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect width="6" height="6" fill="{ground}"/>{pattern}</pattern>'
            for texture in sorted(self._textures)
            for ground, pattern in [_texture(texture)]
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {number(height)}" '
            f'font-family="Libertinus Serif, system-ui, sans-serif"><defs>{patterns}</defs>{"".join(self._parts)}</svg>'
        )
