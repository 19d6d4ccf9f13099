"""A household with a real ledger, whose weekly report is made as the command makes it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fakes.entries import BRUSSELS, Told, local

from blocker import actions, reportroom
from blocker.collecting import PLAIN, Making, collect
from blocker.config import Config, load_config
from blocker.core.document import Bullets, Document, Facts, Figure, Heading, KeyFigures, Paragraph, Table, Text
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, How
from blocker.core.languages import Language
from blocker.core.report import Report
from blocker.core.statement import Said
from blocker.core.week import Week
from blocker.core.weekly import Beside
from blocker.evidence.ledger import Ledger
from blocker.language import Words
from blocker.looking import reader
from blocker.pages.report_page import report_page

WEEK = Week.parse("2026-W47")


async def house(told: Told, folder: Path, more: str = "") -> Config:
    """Put a ledger into a folder, with a configuration beside it."""
    (folder / "data").mkdir()
    ledger = await Ledger.open(folder / "data")
    for entry in told.all():
        await ledger.append({key: value for key, value in entry.content.items() if key != "salt"})
    await ledger.close()
    config = folder / "blocker.toml"
    config.write_text(f'region = "BE"\ndata_dir = "{folder / "data"}"\n{more}', encoding="utf-8")
    return load_config(config, {}, actions.names())


@dataclass(frozen=True)
class Made:
    """A report with what is beside it, and its page."""

    report: Report
    beside: Beside
    page: Document

    @property
    def texts(self) -> list[str]:
        """All texts of the page, block by block."""
        return [text for block in self.page.blocks for text in texts_of(block)]

    def table(self, caption: str) -> Table:
        """The table of this caption."""
        (found,) = (block for block in self.page.blocks if isinstance(block, Table) and block.caption == caption)
        return found


async def made(config: Config, folder: Path, language: Language = Language.EN, making: Making = PLAIN) -> Made:
    """The report of the test week."""
    folder.mkdir(exist_ok=True)
    async with reader(config) as ledger:
        report = await collect(ledger, WEEK, BRUSSELS, lambda _: None, folder, making=making)
        beside = await reportroom.beside_of(config, ledger, WEEK)
    return Made(report, beside, report_page(report, beside, Words(language)))


def texts_of(block: object) -> list[str]:
    """The texts of a block; a drawing's are its caption and its alternative."""
    match block:
        case Heading():
            return [block.text]
        case Paragraph():
            return [plain(block.text)]
        case Bullets():
            return list(map(plain, block.items))
        case KeyFigures():
            return [f"{item.value} {item.label} {item.remark}".strip() for item in block.items]
        case Facts():
            return [f"{label}: {plain(text)}" for label, text in block.rows]
        case Table():
            rows = [" | ".join(map(plain, row)) for row in block.rows]
            return [block.caption, " | ".join(column.label for column in block.columns), *rows, block.note]
        case Figure():
            return [block.caption, block.alternative]
        case _:
            return []


def plain(text: Text) -> str:
    """A text without its styles."""
    return "".join(span.text for span in text)


def stated(told: Told, call: str, said: Said, at: str = "2026-11-19 20:00") -> None:
    """A member of the household says more of a call than a mark."""
    told.add(said.entry(local(at), call, "Anna"))


def objected(told: Told, company: str, on: date, how: How = How.POST, at: str = "2026-11-02 09:00") -> None:
    """The household objected to a company on a day."""
    told.add(Fact(EntryKind.OBJECTION, company=company, said_company=company, on=on, how=how).entry(local(at), "Anna"))


def found(sentence: str) -> Callable[[], Awaitable[str]]:
    """What a check of the ledger says."""

    async def fault() -> str:
        return sentence

    return fault
