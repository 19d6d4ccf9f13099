"""A `Document` as plain text, to be pasted into an e-mail or a form.

Decides how each block looks in lines of text, and adds no word of its own. Nothing in it can act as markup: there is
none. Paragraphs aren't broken into lines, since whatever they are pasted into does that.
"""

from collections.abc import Iterable, Iterator

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
    Table,
    Text,
)
from blocker.core.plain_text import one_line


def render_text(document: Document) -> str:
    """The whole page, its parts one blank line apart, LF at the end of each line."""
    parts = [
        "\n".join(one_line(line) for said in _lines(block) for line in said.split("\n")) for block in document.blocks
    ]
    if not document.letter:
        parts[:0] = [one_line(line) for line in (document.title, document.subtitle) if line]
    return "\n\n".join(part for part in parts if part) + "\n"


def _lines(block: Block) -> Iterable[str]:
    match block:
        case Heading():
            return [block.text]
        case Paragraph():
            return [_plain(block.text)]
        case Address():
            return block.lines
        case Signature():
            return filter(None, [block.place_and_date, block.name])
        case Figure():
            return [block.alternative]
        case NewSheet():
            return []
        case _:
            return _of_many(block)


def _of_many(block: Bullets | KeyFigures | Facts | Table) -> Iterator[str]:
    match block:
        case Bullets():
            for place, item in enumerate(block.items, 1):
                yield f"{f'{place}.' if block.numbered else '-'} {_plain(item)}"
        case KeyFigures():
            yield from (f"{item.label}: {item.value}" for item in block.items)
        case Facts():
            yield from (_fact(label, _plain(text)) for label, text in block.rows)
        case Table():
            yield block.caption
            yield "; ".join(column.label for column in block.columns)
            yield from (f"- {'; '.join(filter(None, map(_plain, row)))}" for row in block.rows)
            if block.note:
                yield block.note


def _fact(label: str, said: str) -> str:
    """What has several lines stands below its label, so that it can be taken as it is."""
    return f"{label}:\n{said}\n" if "\n" in said else f"{label}: {said}"


def _plain(text: Text) -> str:
    return "".join(span.text for span in text)
