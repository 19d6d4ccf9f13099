"""A `Document` as one HTML file that needs nothing else: no script, no font, no picture from anywhere.

Decides how blocks become elements; how these look stands in `html_style.css`. Every text is escaped, drawings are
pictures in the file itself (in which nothing can run), links lead to `https:`, `mailto:` or within the page or
nowhere, and a content security policy says so to the browser too. Adds no word of its own. The same document gives the
same bytes.

Source: HTML Living Standard; WCAG 2.2 for headings in order, table headers, alternative texts and contrast.
"""

import functools
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from importlib import resources

from blocker.core.document import (
    Address,
    Align,
    Block,
    Bullets,
    Document,
    Facts,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    NewSheet,
    Paragraph,
    Signature,
    Span,
    Style,
    Table,
    Text,
    Tone,
    in_order,
)
from blocker.renderers.shown import LINK, has_right_to_left, on_screen

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
_ELEMENT = {Style.STRONG: ("<strong>", "</strong>"), Style.CODE: ("<code>", "</code>")}
_LEVELS = 6


def render_html(document: Document) -> bytes:
    """A whole page in UTF-8."""
    title = _plain(document.title)
    top = f"<h1>{title}</h1>\n" + (
        f'<p class="subtitle">{_plain(document.subtitle)}</p>\n' if document.subtitle else ""
    )
    # A letter has no title above it, so the headings in it begin at the top.
    below, kind = (0, ' class="letter"') if document.letter else (1, "")
    footer = f"<footer>{_plain(document.footer)}</footer>\n" if document.footer else ""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(document.language)}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title}</title>\n<style>\n{_style()}</style>\n</head>\n"
        f"<body{kind}>\n<main>\n{'' if document.letter else top}"
        f"{''.join(_block(block, below) for block in in_order(document.blocks))}</main>\n"
        f"{footer}</body>\n</html>\n"
    ).encode()


@functools.cache
def _style() -> str:
    return resources.files("blocker.renderers").joinpath("html_style.css").read_text("utf-8")


def _block(block: Block, below: int) -> str:
    match block:
        case Heading():
            tag = f"h{min(max(block.level, 1) + below, _LEVELS)}"
            anchor = f' id="{_plain(block.anchor)}"' if block.anchor else ""
            return f"<{tag}{anchor}>{_plain(block.text)}</{tag}>\n"
        case Paragraph():
            tone = f' class="{block.tone}"' if block.tone is not Tone.PLAIN else ""
            return f"<p{tone}>{_text(block.text)}</p>\n"
        case Bullets():
            tag = "ol" if block.numbered else "ul"
            return f"<{tag}>\n{_each('<li>{}</li>', map(_text, block.items))}</{tag}>\n"
        case KeyFigures():
            return f'<dl class="figures">\n{"".join(map(_key_figure, block.items))}</dl>\n'
        case Facts():
            rows = "".join(f"<dt>{_plain(label)}</dt><dd>{_text(said)}</dd>\n" for label, said in block.rows)
            return f'<dl class="facts">\n{rows}</dl>\n'
        case Table():
            return _table(block)
        case Figure():
            return _figure(block)
        case Address() | Signature() | NewSheet():
            return _of_letters(block)


def _of_letters(block: Address | Signature | NewSheet) -> str:
    match block:
        case Address():
            kind = ' class="addressee"' if block.of_addressee else ""
            return f"<address{kind}>{'<br>'.join(map(_plain, block.lines))}</address>\n"
        case Signature():
            place, name = _plain(block.place_and_date), _plain(block.name)
            return f'<div class="signature"><p>{place}</p><p class="hand">{name}</p></div>\n'
        case NewSheet():
            return '<div class="new-sheet"></div>\n'


def _key_figure(item: KeyFigure) -> str:
    remark = f'<dd class="remark">{_plain(item.remark)}</dd>' if item.remark else ""
    return f'<div><dt>{_plain(item.label)}</dt><dd class="value">{_plain(item.value)}</dd>{remark}</div>\n'


def _table(table: Table) -> str:
    whole = sum(column.share for column in table.columns) or 1
    widths = "".join(f'<col style="width: {column.share / whole:.1%}">' for column in table.columns)
    ends = [' class="end"' if column.align is Align.END else "" for column in table.columns]
    head = "".join(
        f'<th scope="col"{end}>{_plain(column.label)}</th>' for column, end in zip(table.columns, ends, strict=True)
    )
    rows = _each(
        "<tr>{}</tr>",
        ("".join(f"<td{end}>{_text(cell)}</td>" for cell, end in zip(row, ends, strict=True)) for row in table.rows),
    )
    note = f'<p class="note-below">{_plain(table.note)}</p>\n' if table.note else ""
    # Whoever scrolls by keyboard needs a place to stand on.
    return (
        f'<div class="scrolled" role="region" tabindex="0" aria-label="{_plain(table.caption)}">\n<table>\n'
        f"<caption>{_plain(table.caption)}</caption>\n<colgroup>{widths}</colgroup>\n<thead>\n<tr>{head}</tr>\n</thead>\n"
        f"<tbody>\n{rows}</tbody>\n</table>\n</div>\n{note}"
    )


def _figure(figure: Figure) -> str:
    source = b64encode(figure.svg.encode()).decode()
    return (
        f'<figure>\n<div class="scrolled drawing" role="region" tabindex="0" aria-label="{_plain(figure.caption)}">'
        f'<img src="data:image/svg+xml;base64,{source}" alt="{_plain(figure.alternative)}"></div>\n'
        f"<figcaption>{_plain(figure.caption)}</figcaption>\n</figure>\n"
    )


def _each(element: str, inside: Iterable[str]) -> str:
    begin, end = element.split("{}")
    return "".join(f"{begin}{one}{end}\n" for one in inside)


def _text(text: Text) -> str:
    return "".join(map(_span, text))


def _span(span: Span) -> str:
    shown = _plain(span.text)
    if has_right_to_left(span.text):
        shown = f"<bdi>{shown}</bdi>"
    if span.style is Style.QUIET:
        shown = f'<span class="quiet">{shown}</span>'
    begin, end = _ELEMENT.get(span.style, ("", ""))
    shown = f"{begin}{shown}{end}"
    return f'<a href="{escape(span.link)}">{shown}</a>' if LINK.fullmatch(span.link) else shown


def _plain(text: str) -> str:
    return escape(on_screen(text))
