"""Everything that the house knows of a company: what the rules say, what the household says, which calls name it.

Reads only. Decides which entries of the ledger are about a company; they are counted by what a person's statement says,
never by what the machine made of a call. What has to be checked in the rules' facts, `core/dossier.py` decides.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from blocker.core.company import CompanyBook
from blocker.core.company_setting import Calls, CompanySetting, Settings
from blocker.core.dossier import dossier
from blocker.core.entry import EntryKind
from blocker.core.household_entries import FILE_KINDS, project
from blocker.core.household_file import HouseholdFile
from blocker.core.observed import Statement, local_time, statement_of
from blocker.core.ports import Clock
from blocker.core.typed import the_company
from blocker.earlier import withdrawn

_DEFAULT = CompanySetting(Calls.DEFAULT, "")


class Entry(Protocol):
    """An entry of the ledger."""

    @property
    def n(self) -> int:
        """Its number."""
        ...

    @property
    def content(self) -> dict[str, Any]:
        """What it says."""
        ...


class Records(Protocol):
    """Where entries are read."""

    def entries(
        self, kinds: Collection[str] | None = None, *, calls: Collection[str] | None = None
    ) -> AsyncIterator[Entry]:
        """Entries of these kinds, about these calls."""
        ...


@dataclass(frozen=True, slots=True)
class Here:
    """Where and when the household is, and the companies that the rules know at present."""

    book: Callable[[], CompanyBook]
    clock: Clock
    region: str
    """ISO 3166-1 alpha-2."""
    zone: ZoneInfo

    def today(self) -> date:
        """The household's day."""
        return self.clock.now().astimezone(self.zone).date()


class Dossiers:
    """What is known of companies."""

    def __init__(
        self,
        records: Callable[[], AbstractAsyncContextManager[Records]],
        flush: Callable[[], Awaitable[bool]],
        settings: Callable[[], Settings],
        here: Here,
    ) -> None:
        """`flush` writes what still waits to be recorded, such as the call of a moment ago."""
        self._records, self._flush, self._settings, self._here = records, flush, settings, here

    async def show(self, company: str) -> Any:  # noqa: ANN401
        """All of it, as JSON values.

        Args:
            company: its slug or one of its names, also a former one, as a person types it.

        Raises:
            UsageError: the name means no company or several.
            LedgerError: the ledger can't be read.
        """
        book, today = self._here.book(), self._here.today()
        found = the_company(book, company, today, self._here.region)
        setting = self._settings().get(found.slug, _DEFAULT)
        await self._flush()
        async with self._records() as ledger:
            file = await read_file(ledger, book, today)
            named = await _named_in(ledger, {one.slug for one in book if _heir(book, one.slug, today) == found.slug})
        return dossier(found, book, today) | {
            "setting": {"calls": str(setting.calls), "where": setting.where},
            "household": _said_of(found.slug, file),
            "named_in": named,
        }

    async def file(self) -> HouseholdFile:
        """What the household has said so far about companies; those taken over stand for their heirs too."""
        async with self._records() as ledger:
            return await read_file(ledger, self._here.book(), self._here.today())


async def read_file(ledger: Records, book: CompanyBook, today: date) -> HouseholdFile:
    """What the household has said about companies, as the ledger has it.

    Raises:
        LedgerError: the ledger can't be read.
    """
    entries = [(entry.n, entry.content) async for entry in ledger.entries(FILE_KINDS)]
    return project(entries, lambda slug: _heir(book, slug, today))


def _heir(book: CompanyBook, slug: str, today: date) -> str:
    heir = book.successor(slug, today)
    return heir.slug if heir else slug


def _said_of(slug: str, file: HouseholdFile) -> dict[str, Any]:
    return {
        "never_customer": slug in file.never_customer_of,
        "contracts": [
            {"since": str(item.since) if item.since else None, "until": str(item.until) if item.until else None}
            for item in file.contracts
            if item.company == slug
        ],
        "objections": [{"on": str(item.when), "how": item.how or None} for item in file.objected(slug)],
        "never_consented": slug in file.never_consented_to,
        "consents": [str(item.when) for item in file.consents if item.company == slug],
    }


async def _named_in(ledger: Records, slugs: Collection[str]) -> dict[str, Any]:
    """The calls whose latest statement says that the caller called for one of these, with the first and the last."""
    found: dict[str, Statement] = {}
    gone = await withdrawn(ledger)
    async for entry in ledger.entries([EntryKind.STATEMENT]):
        if entry.n in gone:
            continue
        call, said = statement_of(entry.n, entry.content)
        if said.company in slugs:
            found[call] = said
        else:
            found.pop(call, None)
    times: list[tuple[str, str]] = []
    if found:
        screened = ledger.entries([EntryKind.CALL_SCREENED], calls=list(found))
        times = sorted([(entry.content["at"], entry.content["offset"]) async for entry in screened])
    return {
        "calls": len(found),
        "said": sorted({said.said_company for said in found.values()}),
        "marketing": sum(said.mark == "marketing" for said in found.values()),
        "wanted": sum(said.mark == "wanted" for said in found.values()),
        "first": local_time(*times[0]) if times else None,
        "last": local_time(*times[-1]) if times else None,
    }
