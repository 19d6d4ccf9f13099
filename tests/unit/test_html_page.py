"""A page in a browser: it needs nothing from outside, nothing in it runs, and it can be heard as well as seen."""

import re
from html.parser import HTMLParser
from importlib import resources
from itertools import pairwise

import pytest
from fakes.pages import HOSTILE, letter, report
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.document import (
    Address,
    Bullets,
    Column,
    Document,
    Facts,
    Figure,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Signature,
    Span,
    Style,
    Table,
)
from blocker.renderers.html import render_html

EMPTY = {"meta", "br", "col", "img"}
KNOWN = EMPTY | set(
    "html head title style body main footer h1 h2 h3 h4 h5 h6 p ul ol li dl dt dd div table caption colgroup thead "
    "tbody tr th td figure figcaption address strong code span bdi a".split()
)
Texts = st.text(min_size=1, max_size=60) | st.sampled_from(HOSTILE)


class Page(HTMLParser):
    """What a strict reader makes of a page: its elements in order, and what each of them says."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.said = ""
        self._open: list[str] = []
        self.feed(raw.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in EMPTY:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.said += data

    def of(self, tag: str) -> list[dict[str, str]]:
        """The attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]


def check_harmless(page: Page) -> None:
    """Nothing but our own elements; nothing that runs or fetches."""
    for tag, attributes in page.elements:
        assert tag in KNOWN
        assert not {name for name in attributes if name.startswith("on")}
        if "src" in attributes:
            assert attributes["src"].startswith("data:image/svg+xml;base64,")
        if "href" in attributes:
            assert re.match(r"https://|mailto:|#", attributes["href"])


def page_of(text: str) -> Document:
    """A page that says one text wherever a text may stand."""
    span = (Span(text, Style.CODE, link=text), Span(text))
    return Document(text, text, "nl", (
        Heading(1, text, text), Paragraph(span), Bullets((span,)), KeyFigures((KeyFigure(text, text, text),)),
        Facts(((text, span),)), Table(text, (Column(text),), ((span,),), text), Figure("<svg/>", text, text),
        Address((text,)), Signature(text, text),
    ), text, "2026-11-23T05:00:00Z")  # fmt: skip


@given(Texts)
def test_no_text_becomes_anything_but_a_text(text: str) -> None:
    """Whatever a stranger calls itself, the page has the same elements, and nothing in it runs or is fetched."""
    page = Page(render_html(page_of(text)))

    check_harmless(page)
    links = [("a", "href"), ("bdi", "")]
    assert [tag for tag, _ in page.elements if tag not in {name for name, _ in links}] == [
        tag for tag, _ in Page(render_html(page_of("plain"))).elements
    ]


def test_every_text_is_on_the_page() -> None:
    """What can be seen of a text stands on the page as it is; what can't is shown by its number."""
    page = Page(render_html(report()))

    for text in HOSTILE[:5] + HOSTILE[6:]:
        assert text.replace("\u200d", "\u200d") in page.said
    assert "⟨U+202E⟩evil⟨U+202C⟩ ⟨U+2066⟩x ⟨U+0000⟩⟨U+001B⟩[31m⟨U+FEFF⟩⟨U+D800⟩" in page.said


def test_only_sound_links_lead_anywhere() -> None:
    """A link leads to https, mailto or within the page; any other is a text."""
    links = [attributes["href"] for attributes in Page(render_html(report())).of("a")]

    assert "https://example.org/?a=1&b=2" in links
    assert "#now" in links
    assert not any("javascript" in link for link in links)


def test_a_page_can_be_heard() -> None:
    """Language, one h1, headings without a gap, header cells with scope, captions and alternative texts are there."""
    page = Page(render_html(report("fr")))
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]

    assert page.of("html") == [{"lang": "fr"}]
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    assert len(page.of("th")) == 5
    assert all(header["scope"] == "col" for header in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table")) == 1
    assert all(len(image["alt"]) > 20 for image in page.of("img"))
    assert len(page.of("img")) == len(page.of("figcaption")) == 4
    assert len(ids) == len(set(ids))


def test_a_letter_has_its_subject_on_top() -> None:
    """A letter shows no title; its subject is its first heading."""
    page = Page(render_html(letter()))

    assert [tag for tag, _ in page.elements if tag == "h1"] == ["h1"]
    assert page.said.count("Bezwaar\n") <= 1


def test_the_same_page_gives_the_same_bytes() -> None:
    """Rendering depends on nothing but the document."""
    assert render_html(report()) == render_html(report())


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb` or `#rgb`. Source: WCAG 2.2, its definition."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
def test_letters_stand_out_from_their_ground(mode: int) -> None:
    """Ink has a contrast of 7 to 1 at least, quiet words and links 4.5, on both grounds, by day and by night."""
    style = resources.files("blocker.renderers").joinpath("html_style.css").read_text("utf-8")
    colours = dict(re.findall(r"--([a-z]+): (#[0-9a-f]+)", re.findall(r":root \{[^}]*\}", style)[mode]))
    for letters, least in (("ink", 7), ("quiet", 4.5), ("link", 4.5)):
        for ground in ("ground", "raised"):
            light, dark = sorted((luminance(colours[letters]), luminance(colours[ground])), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= least


def test_the_style_fetches_nothing() -> None:
    """No style, font or picture comes from outside, and the page tells the browser so."""
    raw = render_html(report()).decode()

    assert "@import" not in raw
    assert "url(" not in raw.partition("</style>")[0]
    assert "default-src 'none'" in raw
