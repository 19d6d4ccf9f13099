"""The composition root of complaint drafts: gives them ledger, rules and renderers, and puts their files into a folder.

Decides which files a draft has: `complaint.html` and `complaint.txt` to paste from, `letter.html` and `letter.pdf` for
the post, and the pack. Either all of them are there, or none; without typst, all but the PDF.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from blocker.config import Config
from blocker.core.complaint import Draft
from blocker.core.regulator import Regulator
from blocker.errors import PaperError
from blocker.filing.complaining import Complaining
from blocker.language import Words
from blocker.looking import countries_of, here_of, judging_of, reader, rules_of, setting_of
from blocker.pages.complaint_page import draft_page, post_page
from blocker.renderers.html import render_html
from blocker.renderers.pdf import render_pdf
from blocker.renderers.text import render_text
from blocker.rulefiles.form_words import form_words

PACK = "pack"
"""The folder of the evidence within that of the draft."""

NO_ADDRESS = "add your address to the letter by hand, or make the draft anew with --address 'STREET 1, 1000 TOWN'"


@dataclass(frozen=True, slots=True)
class Room:
    """What drafts are made with."""

    complaining: Complaining
    regulators: Mapping[str, Regulator]
    note: str
    """What is wrong with the household's own rules; empty where nothing is."""


@contextlib.asynccontextmanager
async def opened(config: Config) -> AsyncIterator[Room]:
    """The ledger and the rules at this moment.

    Raises:
        LedgerError: there is no ledger, or it can't be read.
        RulesError: the shipped rules can't be used.
    """
    rules, note = rules_of(config)
    here, judging, setting = here_of(config, rules.companies), judging_of(rules), setting_of(config)
    numbers = {line.name: line.number for line in setting.lines if line.number}
    countries = countries_of(setting)
    async with reader(config) as ledger:
        complaining = Complaining(ledger, judging, here, form_words, countries=countries, numbers=numbers)
        yield Room(complaining, rules.regulators, note)


def page(draft: Draft, words: Words) -> str:
    """What there is to say of a draft, for the screen."""
    return render_text(draft_page(draft, words, _dated(draft)))


def _dated(draft: Draft) -> str:
    """The last call's instant: the same records give the same bytes."""
    return draft.case.calls[-1].call.seen.utc if draft.case.calls else f"{draft.case.today}T00:00:00.000Z"


async def write(draft: Draft, into: Path, words: Words, address: Sequence[str] = ()) -> list[str]:
    """Write the pages of a draft; returns what there is to say of them.

    Args:
        draft: the complaint.
        into: the folder.
        words: of the household.
        address: of the household, for the letter; it is kept nowhere else.

    Raises:
        OSError: the disk is full, or the folder can't be written to.
    """
    (into / "complaint.html").write_bytes(render_html(draft_page(draft, words, _dated(draft))))
    (into / "complaint.txt").write_text(page(draft, words), encoding="utf-8")
    letter = post_page(draft, form_words(draft.language), _dated(draft), address)
    (into / "letter.html").write_bytes(render_html(letter))
    notes = [] if address else [NO_ADDRESS]
    try:
        (into / "letter.pdf").write_bytes(await render_pdf(letter))
    except PaperError as error:
        notes.append(f"there is no letter.pdf: {error}")
    return notes
