"""A page on paper, made by typst itself: tagged, archivable, the same each time, and never failed by a character."""

import io
import re
from pathlib import Path
from typing import Any

import pypdf
import pytest
from fakes.pages import HOSTILE, letter, report
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocker.core.document import (
    Address,
    Block,
    Bullets,
    Column,
    Document,
    Facts,
    Heading,
    KeyFigures,
    NewSheet,
    Paragraph,
    Signature,
    Span,
    Style,
    Table,
    plain,
)
from blocker.errors import PaperError
from blocker.renderers import pdf
from blocker.renderers.pdf import Attachment, render_pdf
from blocker.renderers.shown import glyphs, on_paper


def read(raw: bytes) -> pypdf.PdfReader:
    """The file, as somebody else reads it."""
    return pypdf.PdfReader(io.BytesIO(raw), strict=True)


def words_of(raw: bytes) -> str:
    """All that is written in a file, without spaces and line ends, which a reader guesses."""
    return "".join("".join(page.extract_text() for page in read(raw).pages).split())


def page_of(*texts: str) -> Document:
    """A page that says these."""
    blocks: tuple[Block, ...] = (
        Heading(1, "Texts"),
        *(Paragraph((Span(text), Span(text, Style.STRONG))) for text in texts),
    )
    return Document("Title", "", "nl", blocks, "", "2026-11-23T05:00:00Z")


def metadata_of(reader: pypdf.PdfReader) -> str:
    """What the file says of itself, in XMP."""
    stream = reader.root_object["/Metadata"].get_object()
    assert isinstance(stream, pypdf.generic.StreamObject)
    return stream.get_data().decode()


def tags_of(reader: pypdf.PdfReader) -> list[str]:
    """The structure of a tagged file, from its root."""

    def walk(node: Any) -> list[str]:
        node = node.get_object()
        if isinstance(node, list):
            return [tag for one in node for tag in walk(one)]
        if not isinstance(node, dict):
            return []
        return [str(node.get("/S", ""))] + (walk(node["/K"]) if "/K" in node else [])

    return walk(reader.root_object["/StructTreeRoot"])


async def test_every_block_is_set_tagged_and_archivable() -> None:
    """A page of every block is PDF/A-3a and PDF/UA-1, says its language and title, and carries its structure."""
    reader = read(await render_pdf(report("fr")))
    metadata = metadata_of(reader)
    tags = tags_of(reader)

    assert str(reader.root_object["/Lang"]) == "fr"
    assert "/MarkInfo" in reader.root_object
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert {"/H1", "/H2", "/P", "/L", "/LI", "/Table", "/TH", "/TD", "/Figure", "/Caption", "/Link"} <= set(tags)
    assert tags.count("/Figure") >= 4


async def test_the_same_page_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two runs give the same bytes, with what is attached, dated as the document says."""
    (tmp_path / "calls.csv").write_bytes(b"entry\r\n1\r\n")
    attached = [Attachment(tmp_path / "calls.csv", "calls.csv", "text/csv", "Every call")]
    first, second = await render_pdf(report(), attached), await render_pdf(report(), attached)

    assert first == second
    assert read(first).attachments["calls.csv"] == [b"entry\r\n1\r\n"]
    assert "2026-11-23T05:00:00" in metadata_of(read(first))


async def test_empty_blocks_fail_no_page() -> None:
    """Nothing to list, nobody to address and nothing said give a page with less on it."""
    empty: tuple[Block, ...] = (
        KeyFigures(()),
        Facts(()),
        Bullets(()),
        Bullets(((),)),
        Paragraph(()),
        Paragraph(plain("\n")),
        Signature("", ""),
        Table("c", (Column("a"),), ()),
        Table("", (Column(""),), (((),),)),
        Address(()),
        Address((), of_addressee=True),
        NewSheet(),
    )
    for is_letter in (False, True):
        page = Document("T", "", "nl", empty, "", "2026-11-23T05:00:00Z", letter=is_letter)
        assert (await render_pdf(page)).startswith(b"%PDF-")


async def test_all_rows_of_a_long_table_are_there() -> None:
    """A table of 500 rows goes on over its sheets, its header on each."""
    rows = tuple((plain(f"row-{n}-end"), plain("x")) for n in range(500))
    table = Table("Rows", (Column("Heading-of-column"), Column("Other")), rows)
    raw = await render_pdf(Document("T", "", "en", (Heading(1, "Rows"), table), "foot", "2026-11-23T05:00:00Z"))
    text = words_of(raw)

    assert all(f"row-{n}-end" in text for n in range(500))
    assert text.count("Heading-of-column") == len(read(raw).pages) > 5


async def test_typst_has_every_character_we_say_it_has() -> None:
    """Each character of `glyphs.txt` is set, in plain and strong letters, with nothing missing."""
    characters = sorted(chr(code) for code in glyphs() if chr(code) > " ")
    lines = [" ".join(characters[begin : begin + 40]) for begin in range(0, len(characters), 40)]

    text = words_of(await render_pdf(page_of(*lines)))

    assert len(characters) > 3000
    assert "⟨U+" not in text.replace("⟨U+0", "")


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_is_read_as_markup(text: str) -> None:
    """Markup of any kind is shown letter by letter, and a character no font has by its number."""
    text_shown = "".join(on_paper(text).split())
    raw = words_of(await render_pdf(page_of(text)))

    if all(character < "\u0250" for character in text_shown if character not in "⟨⟩"):
        assert text_shown.replace("ﬁ", "fi") in raw


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(st.text(min_size=1, max_size=200), min_size=5, max_size=40))
async def test_no_character_fails_a_page(texts: list[str]) -> None:
    """Any characters at all, in any order, give a page."""
    assert (await render_pdf(page_of(*texts))).startswith(b"%PDF-")


async def test_a_character_that_could_not_be_set_is_shown_by_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a page fails for want of a character, it is set again in the plainest letters instead of being lost."""
    monkeypatch.setattr(pdf, "on_paper", lambda text: text)

    assert "é⟨U+6F22⟩" in words_of(await render_pdf(page_of("é漢")))


async def test_a_letters_addressee_is_in_the_window() -> None:
    """The addressee stands in the window of an envelope, 20 to 100 mm from the left and 62.7 to 90 mm from the top."""
    page = read(await render_pdf(letter())).pages[0]
    places: dict[str, tuple[float, float]] = {}

    def visit(text: str, page_matrix: list[float], matrix: list[float], *_: object) -> None:
        a, b, c, d, right, up = page_matrix
        x, y = matrix[4:]
        for line in ("Telecom & Co NV", "België", "Kouter 1"):
            if line in text:
                places.setdefault(line, ((a * x + c * y + right) / 72 * 25.4, 297 - (b * x + d * y + up) / 72 * 25.4))

    page.extract_text(visitor_text=visit)

    for line in ("Telecom & Co NV", "België"):
        assert 20 <= places[line][0] <= 100
        assert 62.7 <= places[line][1] <= 90
    assert places["Kouter 1"][1] < 45


async def test_without_typst_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the extra is told its name, and what works without."""
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)

    with pytest.raises(PaperError, match=r"extra `report`.*HTML"):
        await render_pdf(report())


async def test_a_page_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting a page has a bound, and which page it was is said."""
    monkeypatch.setattr(pdf, "TIME_LIMIT", 0.001)

    with pytest.raises(PaperError, match=r"Week 47.* took longer"):
        await render_pdf(report())


async def test_what_is_wrong_with_a_page_is_said(tmp_path: Path) -> None:
    """An attachment that typst refuses is an error with its reason, and nothing half made is given."""
    (tmp_path / "x").write_bytes(b"x")

    with pytest.raises(PaperError, match=r"could not be set as PDF: .*mime"):
        await render_pdf(report(), [Attachment(tmp_path / "x", "x", "not a type", "")])


async def test_what_belongs_together_stays_on_a_sheet() -> None:
    """Wherever on a sheet they begin: a few facts with their heading, and a table's first row with what leads to it."""
    blocks: list[Block] = []
    for lines in range(30, 46):
        blocks += [
            NewSheet(),
            *(Paragraph(plain(f"line {line}")) for line in range(lines)),
            Heading(1, f"check{lines}."),
        ]
        blocks += [Facts(tuple((f"label{place}", plain(f"fact{lines}.{place}.")) for place in range(3)))]
        blocks += [
            NewSheet(),
            *(Paragraph(plain(f"line {line}")) for line in range(lines)),
            Heading(1, f"head{lines}."),
        ]
        blocks += [Paragraph(plain(f"leads{lines}."))]
        blocks += [Table("", (Column("one", 1),), ((plain(f"row{lines}."),), (plain("second"),)))]
    document = Document(
        title="Sheets", subtitle="", language="en", blocks=tuple(blocks), footer="", dated="2026-11-22T23:00:00Z"
    )
    sheet: dict[str, int] = {}
    for place, page in enumerate(read(await render_pdf(document)).pages):
        for found in re.findall(r"(?:check|fact|head|leads|row)[\d.]+", page.extract_text()):
            sheet[found] = place
    for lines in range(30, 46):
        assert len({sheet[f"check{lines}."], *(sheet[f"fact{lines}.{place}."] for place in range(3))}) == 1, lines
        assert len({sheet[f"{what}{lines}."] for what in ("head", "leads", "row")}) == 1, lines
