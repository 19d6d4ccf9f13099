"""The composition root of the weekly report: gives its use cases the ledger, the rules, and what renders its files.

Decides which files a report has: `report.html`, `report.pdf` and `report.ics` in the household's first language, the
others with the language in their names, such as `report.fr.pdf`; that there is a calendar only where there are days in
it; and that a report without PDF is better than none.
"""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker import report_config
from blocker.collecting import Making
from blocker.config import Config
from blocker.core.counts import Cells
from blocker.core.entry import parse_time
from blocker.core.languages import Language
from blocker.core.report import Report
from blocker.core.week import Week
from blocker.core.weekly import Beside
from blocker.errors import PaperError
from blocker.evidence.reading import LedgerReader
from blocker.filing.calls_around import Progress, nobody
from blocker.filing.weekly import Gathering, Said
from blocker.language import Words
from blocker.letterroom import calendar_of
from blocker.looking import FORMS, count_year, countries_of, judging_of, rules_of, setting_of
from blocker.pages.followup_words import told
from blocker.pages.report_page import about_files, report_page
from blocker.renderers import calls_csv, json_report, markdown
from blocker.renderers.html import render_html
from blocker.renderers.pdf import MISSING, Attachment, can_render, render_pdf
from blocker.reporting import Forms, write_report

LARGEST_ATTACHED = 10_000_000
"""Bytes of `calls.csv` within the PDF, at most: what is larger, post boxes refuse and readers open slowly."""


_DATA = {"report.json": "application/json", "calls.csv": "text/csv"}


def languages_of(config: Config, environ: Mapping[str, str]) -> tuple[Language, ...]:
    """The languages of a report where nobody asks for one: the household's first, and what its recipients read."""
    return report_config.languages_of(config.report.languages, config.report.recipients, config.region, environ)


async def write(
    config: Config,
    reader: LedgerReader,
    week: Week,
    folder: Path,
    languages: Sequence[Language],
    *,
    making: Making,
    on_year: Progress = nobody,
) -> list[str]:
    """Write all files of a week's report; returns what there is to say of those that couldn't be made.

    `on_year` is told how far the counting of the weeks before is, which comes when the week is read: so that isn't
    read twice.

    Raises:
        UsageError: the folder can't be written to; then nothing in it has changed.
        LedgerError: the ledger can't be read; likewise.
        RulesError: the shipped rules can't be used; likewise.
    """
    room = _Room(config, reader, week, on_year)
    said = await room.gathering.said(reader, week)
    pages = _Pages(room, languages)
    making = dataclasses.replace(making, once_read=functools.partial(room.gather, said))
    forms = Forms(
        (FORMS.calls[0], functools.partial(calls_csv.writer, flags=said.flags)),
        {
            "report.json": lambda report: json_report.render(report, beside=room.beside),
            "report.md": lambda report: markdown.render(report, stale=room.beside.stale, asked=room.beside.asked),
        },
    )
    zone = ZoneInfo(config.time_zone)
    await write_report(reader, week, zone, folder, forms, making=making, pages=pages)
    return pages.notes


async def beside_of(config: Config, reader: LedgerReader, week: Week) -> Beside:
    """Everything that a report shows beside the week's own figures.

    Raises:
        LedgerError: the ledger can't be read.
        RulesError: the shipped rules can't be used.
    """
    room = _Room(config, reader, week, nobody)
    await room.gather(await room.gathering.said(reader, week))
    return room.beside


class _Room:
    """Gathers what a report shows beside the week's own figures."""

    beside: Beside
    """There once it is gathered."""

    def __init__(self, config: Config, reader: LedgerReader, week: Week, on_year: Progress) -> None:
        rules, _ = rules_of(config)
        lines = countries_of(setting_of(config))
        zone = ZoneInfo(config.time_zone)
        self.gathering = Gathering(rules.companies, judging_of(rules), lines, config.region, zone)
        self._config, self._reader, self._week, self._on_year = config, reader, week, on_year

    async def gather(self, said: Said, cells: Cells | None = None) -> None:
        """Have it all; `said` is the first part of it, `cells` what the machine saw in the week, where it was read."""
        year = await count_year(self._config, self._reader, self._week, self._on_year, known=cells)
        self.beside = await self.gathering.beside(self._reader, self._week, said, year)


@dataclasses.dataclass
class _Pages:
    """Writes the pages in each language."""

    room: _Room
    languages: Sequence[Language]
    notes: list[str] = dataclasses.field(default_factory=list)

    async def __call__(self, report: Report, building: Path) -> None:
        beside = self.room.beside
        if not can_render():
            self.notes.append(MISSING)
        for place, language in enumerate(self.languages):
            words = Words(language)
            page = report_page(report, beside, words)
            name = f"report.{language}" if place else "report"
            (building / f"{name}.html").write_bytes(render_html(page))
            days = [day for day in beside.followups if day.on >= report.week.monday]
            if days:  # a calendar without any isn't one, says RFC 5545
                texts = told(days, words, beside.name_of, beside.registers, today=report.week.sunday)
                calendar = calendar_of(texts, parse_time(report.end))
                (building / f"{name}.ics").write_bytes(calendar)
            if can_render():
                try:
                    (building / f"{name}.pdf").write_bytes(await render_pdf(page, _attached(building, words)))
                except PaperError as error:
                    self.notes.append(str(error))


def _attached(building: Path, words: Words) -> list[Attachment]:
    """The data behind the page, as far as it is small enough."""
    about = about_files(words)
    files = [Attachment(building / name, name, media_type, about[name]) for name, media_type in _DATA.items()]
    return [file for file in files if file.path.stat().st_size <= LARGEST_ATTACHED]
