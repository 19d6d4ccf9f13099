"""Everything that the house knows of a company: what the rules say, what the household says, which calls name it.

Reads only. Puts together what others decide: which calls are about a company (`filing/naming.py`), how they are counted
(`core/company_calls.py`), what they point to by law (`filing/judging.py`), what has to be checked in the rules' facts
(`core/dossier.py`).
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from blocker.core import household_shown as shown
from blocker.core.attached import Attached, attached_of
from blocker.core.company import Company, CompanyBook
from blocker.core.company_calls import CompanyCall, after_what, counts, holders
from blocker.core.company_setting import Calls, CompanySetting, Settings
from blocker.core.contradiction import customer_doubt, in_words
from blocker.core.dossier import dossier
from blocker.core.entry import EntryKind
from blocker.core.household_entries import FILE_KINDS, project
from blocker.core.household_file import EVERYBODY, HouseholdFile, Registration
from blocker.core.languages import Texts
from blocker.core.law import Finding, LawBook, LawFlag
from blocker.core.law_shown import shown_flag
from blocker.core.ledger_ports import Entries
from blocker.core.ports import Clock
from blocker.core.ranges import RangeBook
from blocker.core.registers import CalendarOver, waiting
from blocker.core.succession import heir, one_by_now
from blocker.core.told_in_calls import with_statements
from blocker.core.typed import past_day, the_company
from blocker.filing.judging import facts_of, judged
from blocker.filing.naming import calls_naming

_DEFAULT = CompanySetting(Calls.DEFAULT, "")


class Whole(NamedTuple):
    """All that is known of a company."""

    known: dict[str, Any]
    """As JSON values."""
    calls: list[CompanyCall]
    """Those that a statement says were for it, or came from it as a call centre, in the order of time."""
    flags: dict[str, tuple[LawFlag, ...]]
    """What they point to by law, by the call's id."""
    file: HouseholdFile
    slugs: frozenset[str]
    """Its own, and those of companies that have gone into it."""


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

    def day(self, text: str | None, what: str) -> date | None:
        """A day of the past as a person wrote it; None where nothing was written. Raises as `past_day` does."""
        return None if text is None else past_day(text, what, self.today())


@dataclass(frozen=True, slots=True)
class Rules:
    """What calls are judged by."""

    laws: LawBook
    ranges: RangeBook
    calendar: CalendarOver
    """The public holidays around some days in a country."""

    def counts_from(self, registration: Registration) -> date | None:
        """From which day on calls count to a registered line."""
        wait = waiting(self.laws, registration.register, registration.on, self.calendar)
        return wait.counts_from if wait else None


class Dossiers:
    """What is known of companies and of the household."""

    def __init__(self, ledger: Entries, settings: Settings, rules: Rules, lines: Mapping[str, str], here: Here) -> None:
        """`lines` are the household's lines with the country of each."""
        self._ledger, self._settings, self._rules, self._lines, self._here = ledger, settings, rules, lines, here

    async def show(self, company: str) -> dict[str, Any]:
        """All that is known of a company, as JSON values; arguments and errors as of `whole`."""
        return (await self.whole(company)).known

    async def whole(self, company: str) -> Whole:
        """All that is known of a company.

        Args:
            company: its slug or one of its names, also a former one, as a person types it.

        Raises:
            UsageError: the name means no company or several.
            LedgerError: the ledger can't be read.
        """
        book, today = self._here.book(), self._here.today()
        found = the_company(book, company, today, self._here.region)
        setting = self._settings.get(found.slug, _DEFAULT)
        file, files = await read_file(self._ledger, book, today), await read_attached(self._ledger)
        slugs = one_by_now(book, [found.slug], today)
        calls = await calls_naming(self._ledger, slugs, self._lines, self._here.region)
        flags = self._judged(found, slugs, calls, file)
        now = self._here.clock.now().astimezone(self._here.zone)
        after = after_what(calls, found.slug, file, files=files, counts_from=self._rules.counts_from, now=now)
        known = dossier(found, book, today) | {
            "setting": {"calls": str(setting.calls), "where": setting.where},
            "household": _said_of(found.slug, file, files),
            "named_in": counts(calls) | after | {"holders": holders(calls, file)},
            "law": _by_provision(calls, flags),
            "registers": self._registers(file),
            "contradictions": [
                {
                    "call": call.seen.call,
                    "what": in_words(doubt),
                    **doubt._asdict(),
                    "ended": str(doubt.ended) if doubt.ended else None,
                }
                for call in calls
                if (doubt := customer_doubt(call.said.customer, file.relation(found.slug, call.at.date())))
            ],
            "calls": [_shown_call(call, its) for call, its in zip(calls, flags, strict=True)],
        }
        named = {call.seen.call: its for call, its in zip(calls, flags, strict=True) if its}
        return Whole(known, calls, named, file, slugs)

    async def household(self) -> dict[str, Any]:
        """What the household says about itself, as JSON values; raises as `show` does."""
        file = await read_file(self._ledger, self._here.book(), self._here.today())
        files = await read_attached(self._ledger)
        return shown.shown_file(file, files, self._rules.counts_from) | {
            "registers": self._registers(file),
            "files": [
                item.file._asdict() | {"what": str(item.what), "how": item.how, "entry": item.n}
                for item in files.values()
            ],
        }

    def _registers(self, file: HouseholdFile) -> dict[str, Texts]:
        """What people call the registers that the household is on, by their keys."""
        names = self._rules.laws.registers
        return {item.register: names[item.register] for item in file.registrations if item.register in names}

    def _judged(
        self, found: Company, slugs: Collection[str], calls: list[CompanyCall], file: HouseholdFile
    ) -> list[tuple[LawFlag, ...]]:
        """What each call points to, held against the company that it was for."""

        def held_against(call: CompanyCall) -> str:
            return found.slug if call.said.company in slugs else call.said.company or ""

        mine = [call for call in calls if held_against(call) == found.slug]
        household = with_statements(file, found.slug, mine)
        return judged(
            calls,
            household,
            lambda call: facts_of(call, held_against(call), found.sector, self._rules.ranges),
            self._rules.laws,
            self._rules.calendar,
        )


async def read_file(ledger: Entries, book: CompanyBook, today: date) -> HouseholdFile:
    """What the household has said about itself and companies, as the ledger has it.

    Raises:
        LedgerError: the ledger can't be read.
    """
    entries = [(entry.n, entry.content) async for entry in ledger.entries(FILE_KINDS)]
    return project(entries, lambda slug: heir(book, slug, today))


async def read_attached(ledger: Entries) -> dict[str, Attached]:
    """What is said of the files beside the ledger, by their sums; the latest word about each.

    Raises:
        LedgerError: the ledger can't be read.
    """
    read = [attached_of(entry.n, entry.content) async for entry in ledger.entries([EntryKind.ATTACHMENT])]
    return {item.file.sha256: item for item in read}


def _said_of(slug: str, file: HouseholdFile, files: shown.Files) -> dict[str, Any]:
    return {
        "never_customer": slug in file.never_customer_of,
        "contracts": [shown.contract(item, files) for item in file.contracts if item.company == slug],
        "objections": [shown.objection(item, files) for item in file.objected(slug)],
        "requests": [shown.request(item, files) for item in file.requested(slug)],
        "never_consented": not {slug, EVERYBODY}.isdisjoint(file.never_consented_to),
        "consents": [shown.consent(item, files) for item in file.consents if item.company == slug],
        "cases": [shown.open_case(item) for item in file.open_cases if item.company == slug],
    }


def _by_provision(calls: list[CompanyCall], flags: list[tuple[LawFlag, ...]]) -> list[dict[str, Any]]:
    """How many calls point to each version of a provision, what points most first."""
    told: dict[tuple[str, str, Finding], dict[str, Any]] = {}
    for call, its in zip(calls, flags, strict=True):
        for flag in its:
            key = flag.provision.id, flag.provision.version, flag.finding
            one = told.setdefault(key, shown_flag(flag) | {"calls": 0, "first": call.seen.local})
            one |= shown_flag(flag) | {"calls": one["calls"] + 1, "last": call.seen.local}
    return sorted(told.values(), key=lambda one: (list(Finding).index(one["finding"]), -one["calls"], one["provision"]))


def _shown_call(call: CompanyCall, flags: tuple[LawFlag, ...]) -> dict[str, Any]:
    seen = call.seen
    return {
        "call": seen.call,
        "at": seen.local,
        "line": seen.line,
        "presented": seen.presented,
        "number": seen.number or None,
        "happened": str(seen.happened),
        "seen_by": seen.seen_by or None,
        "answered": call.answered,
        "mark": call.said.mark,
        "said_company": call.said.said_company,
        "said_call_centre": call.said.said_call_centre,
        "entry": seen.n,
        "statement": seen.statement.n,
        "law": [shown_flag(flag) for flag in flags],
    }
