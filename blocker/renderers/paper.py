"""What typst is given of a `Document`: plain values, in which each text is a value too and never read as markup.

Decides where a word that is wider than its room may be broken, which texts are kept apart because they are written from
the right, and that a link leads to `https:`, `mailto:` or a heading of the page or nowhere. How a page looks stands in
`page.typ`, which names the same fields.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from blocker.core.document import (
    Address,
    Block,
    Bullets,
    Document,
    Facts,
    Figure,
    Heading,
    KeyFigures,
    NewSheet,
    Paragraph,
    Signature,
    Span,
    Style,
    Table,
    Text,
    in_order,
)
from blocker.renderers.drawing import width
from blocker.renderers.shown import LINK, has_right_to_left

Values = dict[str, object]

_BREAK = "\u200b"
"""Stands where a word may be broken; a stranger's own is shown by its number before (`shown.py`)."""
_WORD = re.compile(r"[^\s\u200b]+")
_SHEET = 490.0
"""Points across the text of a page."""
_LETTERS = 11.0
_SMALL = 8.4
"""Points: the size of letters in a page, and in its tables."""
_PADDING = 7.0
_CODE = 0.52 / 0.46
"""Letters to be compared one by one are all of one width; how much wider they are set, in all."""
_LAST_EM = 1.25
"""Of its room a text may seem to need this much before words are cut: `width` says rather too much than too little."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document on its way to typst."""

    document: Document
    shown: Callable[[str], str]
    """How a stranger's characters are made fit."""

    def values(self) -> Values:
        """All that `page.typ` reads, but for the attachments."""
        dated = datetime.fromisoformat(self.document.dated).astimezone(UTC)
        anchors = frozenset(block.anchor for block in self.document.blocks if isinstance(block, Heading))
        return {
            "title": self.shown(self.document.title),
            "subtitle": self.shown(self.document.subtitle),
            "language": self.document.language,
            "footer": self.shown(self.document.footer),
            "letter": self.document.letter,
            "date": {part: getattr(dated, part) for part in ("year", "month", "day", "hour", "minute", "second")},
            "timestamp": int(dated.timestamp()),
            "blocks": [self._block(block, anchors) for block in in_order(self.document.blocks)],
        }

    def _block(self, block: Block, anchors: frozenset[str]) -> Values:
        def text(text: Text, room: float = _SHEET, size: float = _LETTERS) -> list[Values]:
            return [self._span(span, anchors, room, size) for span in text]

        match block:
            case Heading():
                text_of_it = self._broken(block.text, _SHEET, 1.4 * _LETTERS)
                return {"kind": "heading", "level": block.level, "text": text_of_it, "anchor": self.shown(block.anchor)}
            case Paragraph():
                return {"kind": "paragraph", "tone": block.tone, "text": text(block.text)}
            case Bullets():
                return {
                    "kind": "bullets",
                    "numbered": block.numbered,
                    "items": [text(item, _SHEET - 20) for item in block.items],
                }
            case KeyFigures():
                return self._key_figures(block)
            case Facts():
                rows = [
                    {
                        "label": self._broken(label, _SHEET / 3.6 - _PADDING, _LETTERS),
                        "said": text(said, _SHEET / 3.6 * 2.6 - _PADDING),
                    }
                    for label, said in block.rows
                ]
                return {"kind": "facts", "rows": rows}
            case Table():
                return self._table(block, text)
            case Figure() | Address() | Signature() | NewSheet():
                return self._plain(block)

    def _plain(self, block: Figure | Address | Signature | NewSheet) -> Values:
        match block:
            case Figure():
                caption = self._broken(block.caption, _SHEET, _LETTERS)
                return {
                    "kind": "figure",
                    "caption": caption,
                    "svg": self.shown(block.svg),
                    "alternative": self.shown(block.alternative),
                }
            case Address():
                lines = [self._broken(line, 210, _LETTERS) for line in block.lines]
                return {"kind": "address", "of_addressee": block.of_addressee, "lines": lines}
            case Signature():
                return {
                    "kind": "signature",
                    "name": self.shown(block.name),
                    "place_and_date": self.shown(block.place_and_date),
                }
            case NewSheet():
                return {"kind": "new-sheet"}

    def _key_figures(self, block: KeyFigures) -> Values:
        room = _SHEET / min(len(block.items) or 1, 4) - 26
        items = [
            {
                "value": self._broken(item.value, room, 21),
                "label": self._broken(item.label, room, _LETTERS),
                "remark": self._broken(item.remark, room, _LETTERS),
            }
            for item in block.items
        ]
        return {"kind": "key-figures", "items": items}

    def _table(self, table: Table, text: Callable[[Text, float, float], list[Values]]) -> Values:
        whole = sum(column.share for column in table.columns)
        rooms = [_SHEET * column.share / whole - _PADDING for column in table.columns]
        columns = [
            {"label": self._broken(column.label, room, _SMALL), "align": column.align, "share": column.share}
            for column, room in zip(table.columns, rooms, strict=True)
        ]
        rows = [
            [{"text": text(cell, room, _SMALL)} for cell, room in zip(row, rooms, strict=True)] for row in table.rows
        ]
        return {
            "kind": "table",
            "caption": self._broken(table.caption, _SHEET, _LETTERS),
            "note": self._broken(table.note, _SHEET, _LETTERS),
            "columns": columns,
            "rows": rows,
        }

    def _span(self, span: Span, anchors: frozenset[str], room: float, size: float) -> Values:
        leads = LINK.fullmatch(span.link) and (not span.link.startswith("#") or span.link[1:] in anchors)
        return {
            "text": self._broken(span.text, room, size * (_CODE if span.style is Style.CODE else 1)),
            "style": span.style,
            "link": span.link if leads else "",
            # A box can't be broken, so one that might be too wide is none.
            "isolated": has_right_to_left(span.text) and "\n" not in span.text and width(span.text, size) < room,
        }

    def _broken(self, text: str, room: float, size: float) -> str:
        def broken(found: re.Match[str]) -> str:
            if width(found[0], size) <= room * _LAST_EM:
                return found[0]
            # An accent stays on its letter.
            return "".join(c if unicodedata.combining(c) else _BREAK + c for c in found[0]).lstrip(_BREAK)

        return _WORD.sub(broken, self.shown(text).replace("⟩", "⟩" + _BREAK))
