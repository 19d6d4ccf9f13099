"""A page as a value: what stands on a report, a dossier, a complaint draft or a letter, in the order it is read.

Decides which kinds of blocks there are. Texts in it are in their reader's language already, and plain: no markup of any
renderer, so that a caller's name can't become one. Whoever makes a page decides what it says; a renderer
(`renderers/html.py`, `renderers/pdf.py`) decides how it looks, and adds no word of its own. A line end in a text is
one on the page too. Titles, headings and alternative texts are never empty: PDF/UA asks for them, and without them no
PDF is made.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


class Style(StrEnum):
    """How a piece of text is set apart."""

    PLAIN = "plain"
    STRONG = "strong"
    CODE = "code"
    """Something to type or to compare letter by letter: a command, a number, a sum."""
    QUIET = "quiet"
    """Beside the point: a source, a remark."""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text within a line."""

    text: str
    style: Style = Style.PLAIN
    link: str = ""
    """Where it leads: `https://…`, `mailto:…`, or `#anchor` of a heading; empty for nowhere."""


Text = tuple[Span, ...]


class Tone(StrEnum):
    """What a paragraph is to its reader. Told by words and shape, never by colour alone."""

    PLAIN = "plain"
    LEAD = "lead"
    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Heading:
    """The beginning of a part."""

    level: int
    """1 for the largest within the page; the title of the page stands above it."""
    text: str
    anchor: str = ""
    """A word to link to, unique within the page."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text, as long as it needs."""

    text: Text
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True, slots=True)
class Bullets:
    """Things one under the other, or steps where their order matters."""

    items: tuple[Text, ...]
    numbered: bool = False


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """A number that is seen first."""

    value: str
    label: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    """Numbers side by side."""

    items: tuple[KeyFigure, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with what belongs to them; also the fields of a form."""

    rows: tuple[tuple[str, Text], ...]


class Align(StrEnum):
    """On which side of a column its texts stand."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table."""

    label: str
    share: float = 1.0
    """Of the width, against the other columns; more than 0."""
    align: Align = Align.START


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a header, which is repeated on each sheet."""

    caption: str
    """What the table holds, for whoever hears it read out."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Text, ...], ...]
    note: str = ""
    """What stands below it, such as how many rows are left out."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing."""

    svg: str
    """A whole SVG document with a viewBox, whose texts are in the reader's language."""
    caption: str
    alternative: str
    """What it shows, for whoever can't see it: the figures themselves, not “a chart”."""


@dataclass(frozen=True, slots=True)
class Address:
    """Sender or addressee of a letter, line by line."""

    lines: tuple[str, ...]
    of_addressee: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """Room for a person's own hand."""

    name: str
    place_and_date: str


@dataclass(frozen=True, slots=True)
class NewSheet:
    """What follows begins on a new sheet of paper."""


Block = Heading | Paragraph | Bullets | KeyFigures | Facts | Table | Figure | Address | Signature | NewSheet


@dataclass(frozen=True, slots=True)
class Document:
    """A whole page."""

    title: str
    subtitle: str
    language: str
    """BCP 47, such as `nl`."""
    blocks: tuple[Block, ...]
    footer: str
    """On each sheet."""
    dated: str
    """ISO 8601 instant in UTC that the file may carry as its date; taken from the ledger, never from the clock."""
    letter: bool = False
    """Set as a letter: no title on top, the addressee in the window of an envelope (DIN 5008, form B)."""


def plain(text: str) -> Text:
    """A text without anything set apart."""
    return (Span(text),)


def paragraph(text: str, tone: Tone = Tone.PLAIN) -> Paragraph:
    """A paragraph without anything set apart."""
    return Paragraph(plain(text), tone)


def in_order(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks, no heading more than one level below the one before it and no anchor twice, whatever a page says.

    Whoever hears the headings read out can then tell that none is missing.
    """
    level = 0
    anchors: set[str] = set()
    for block in blocks:
        if isinstance(block, Heading):
            level = min(max(block.level, 1), level + 1)
            yield replace(block, level=level, anchor="" if block.anchor in anchors else block.anchor)
            anchors.add(block.anchor)
        else:
            yield block
