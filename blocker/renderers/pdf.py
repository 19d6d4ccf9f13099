"""A `Document` as PDF: tagged for whoever hears it (PDF/UA-1), fit for the archive, with files attached (PDF/A-3a).

Decides how typst is run: in a niced process of its own with a bound on time and memory (`typesetting.py`), with no
fonts but those it brings along, so that the same document with the same typst gives the same bytes on every machine;
and that a character which no font has fails no page. What typst is given, `paper.py` decides, and how it looks stands
in `page.typ`. Adds no word of its own.
"""

import asyncio
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from blocker import child
from blocker.core.document import Document
from blocker.errors import PaperError
from blocker.renderers.paper import Paper
from blocker.renderers.shown import on_paper, plainly

TIME_LIMIT = 120.0
"""Seconds; the largest page takes a few on a small machine."""

MISSING = (
    "Pages as PDF need typst, which isn't installed here. Install blocker with its extra `report`: "
    "pip install 'blocker[report]'. The same page as HTML needs nothing, and any browser prints it."
)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within the PDF."""

    path: Path
    name: str
    """As it is called in there; unique."""
    media_type: str
    """IANA's name for its kind, such as `text/csv`."""
    description: str
    """What it is, in the reader's language."""
    relationship: str = "data"
    """To the page: `source`, `data`, `alternative` or `supplement` (ISO 19005-3, 6.8)."""


def can_render() -> bool:
    """Whether typst is installed."""
    return find_spec("typst") is not None


async def render_pdf(document: Document, attachments: Sequence[Attachment] = ()) -> bytes:
    """A whole page on sheets of A4.

    Args:
        document: what stands on it.
        attachments: files put into it as they are.

    Raises:
        PaperError: typst is missing, failed or took too long.
        OSError: an attachment can't be read, or the disk is full.
    """
    if not can_render():
        raise PaperError(MISSING)
    with tempfile.TemporaryDirectory(prefix="blocker-page-") as temporary:
        folder = Path(temporary)
        (folder / "page.typ").write_bytes(resources.files("blocker.renderers").joinpath("page.typ").read_bytes())
        for number, attachment in enumerate(attachments):
            await asyncio.to_thread(shutil.copyfile, attachment.path, folder / f"attached-{number}")
        why = await _set(folder, document, attachments, on_paper)
        if "could not be displayed" in why:
            # Each character is in a font, but not all of a sequence in one: a letter with a foreign accent.
            why = await _set(folder, document, attachments, plainly)
        if why:
            raise PaperError(
                f"The page “{document.title}” could not be set as PDF: {why}. Its HTML form has all of it."
            )
        return (folder / "page.pdf").read_bytes()


async def _set(folder: Path, document: Document, attachments: Sequence[Attachment], shown: Callable[[str], str]) -> str:
    """Set the page; empty, or why that failed."""
    files = [
        {
            "file": f"attached-{number}",
            "name": attachment.name,
            "type": attachment.media_type,
            "description": attachment.description,
            "relationship": attachment.relationship,
        }
        for number, attachment in enumerate(attachments)
    ]
    content = json.dumps(Paper(document, shown).values() | {"attachments": files}, ensure_ascii=False)
    (folder / "page.json").write_text(content, encoding="utf-8")
    try:
        ended = await child.run("blocker.renderers.typesetting", str(folder), time_limit=TIME_LIMIT)
    except TimeoutError:
        raise PaperError(f"Setting the page “{document.title}” as PDF took longer than {TIME_LIMIT:.0f} s.") from None
    return ended.last_words or f"typst ended with status {ended.status}" if ended.status else ""
