"""The process that sets one page: `python -m blocker.renderers.typesetting FOLDER`, started by `pdf.py` only.

Reads `page.typ` and what it names in the folder, writes `page.pdf` there. Decides that the fonts are typst's own and
none of the machine's, so that every machine gives the same bytes; that the file is PDF/A-3a and PDF/UA-1 or is not
made; and how much memory may be taken. Says on standard error why it failed.

Source: ISO 19005-3, level A (for the archive, with files attached); ISO 14289-1 (for whoever hears it).
"""

import json
import resource
import sys
from pathlib import Path

import typst

MEMORY = 4 << 30
"""Bytes of address space; a page of 500 rows with attachments takes a tenth of it, most of that mapped and not used."""


def main(folder: Path) -> None:
    """Set the page in a folder."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    page = json.loads((folder / "page.json").read_bytes())
    typst.compile(
        folder / "page.typ",
        output=folder / "page.pdf",
        root=folder,
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=page["timestamp"],
    )


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except typst.TypstError as error:
        sys.exit(str(error).replace("\n", " "))
