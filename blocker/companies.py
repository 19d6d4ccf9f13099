"""What the household says about a company: its setting for the company's calls, contracts, objections, consents.

Settings are kept where decisions find them, each change being told in the ledger as well; everything else is entries of
the ledger only. Decides which statements make sense together. The methods take and return plain values, since they are
called alike from the command line and through the control socket. What a setting does to a call is decided in
`core/rows.py`, which company a fact is about in `filing/company_facts.py`, what it means by law in `core/law.py`.
"""

import difflib
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from blocker.core.company import Company, CompanyBook, Purpose, Role
from blocker.core.company_setting import BY_COMMAND, Calls, CompanySetting, Settings, digest
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, How, Says, company_set
from blocker.core.household_file import HouseholdFile
from blocker.core.ledger_ports import Journal
from blocker.core.typed import word_of
from blocker.dossiers import Here
from blocker.errors import Fault, UsageError
from blocker.filing.company_facts import CompanyFacts


class _TakenBack(StrEnum):
    CUSTOMER = "customer"
    OBJECTIONS = "objections"
    CONSENT = "consent"


_KIND = {
    _TakenBack.CUSTOMER: EntryKind.CONTRACT,
    _TakenBack.OBJECTIONS: EntryKind.OBJECTION,
    _TakenBack.CONSENT: EntryKind.CONSENT,
}


class SettingStore(Protocol):
    """Where settings are kept."""

    async def settings(self) -> dict[str, Calls]:
        """All of them, by slug."""
        ...

    async def put(self, company: str, calls: Calls | None) -> None:
        """Set one or, with None, remove it; durable on return."""
        ...


class Companies:
    """What the household says about companies."""

    def __init__(
        self,
        store: SettingStore,
        journal: Journal,
        file: Callable[[], Awaitable[HouseholdFile]],
        configured: Settings,
        here: Here,
    ) -> None:
        """`configured` are the settings of the configuration file, which hold where none was made by command.

        `file` gives what the household has said so far, companies that were taken over standing for their heirs too.
        """
        self._store, self._journal, self._configured, self._here = store, journal, configured, here
        self._facts = CompanyFacts(file, here)
        self.settings: Settings = configured
        """Those in force."""
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change of a setting, for whoever decides by them."""

    async def load(self) -> bool:
        """Read the settings from their store; True when that is done."""
        self.settings = in_force(self._configured, await self._store.settings())
        self.on_change()
        return True

    async def set(
        self,
        company: str,
        *,
        calls: str | None = None,
        customer: str | None = None,
        since: str | None = None,
        until: str | None = None,
        objected_on: str | None = None,
        objected_how: str | None = None,
        consent: str | None = None,
        consent_on: str | None = None,
        take_back: Iterable[str] = (),
        by: str = "",
    ) -> Any:  # noqa: ANN401
        """Say something about a company; all of it holds or nothing.

        Args:
            company: its slug or one of its names, also a former one, as a person types it.
            calls: a `Calls`.
            customer: `never`, or `yes` for a contract with the days `since` and `until` as far as they are known.
            since: `2009-05-01`, the first day of the contract.
            until: its last day; None while it runs.
            objected_on: the day of an objection.
            objected_how: a `How`.
            consent: `never`, or `yes` with the day `consent_on`.
            consent_on: the day of a consent.
            take_back: `customer`, `objections`, `consent`: all that was said of it was a mistake.
            by: who says so.

        Raises:
            UsageError: the name means no company or several, a day makes no sense, or nothing is said.
            LedgerWriteError: it could not be recorded; nothing has changed.
        """
        facts = [
            *_contract(customer, self._day(since, "customer since"), self._day(until, "customer until")),
            *_objection(self._day(objected_on, "objected on"), objected_how),
            *_consent(consent, self._day(consent_on, "consent on")),
            *(Fact(_KIND[word_of(what, _TakenBack)], Says.TAKEN_BACK) for what in take_back),
        ]
        setting = None if calls is None else word_of(calls, Calls)
        if setting is None and not facts:
            raise UsageError("say what to set (blocker company set --help shows what there is)")
        found, facts = await self._facts.settled(company, facts, also_today=setting is not None)
        await self._make(found.slug, setting, facts, by)
        return {
            "company": found.slug,
            "name": found.name,
            "calls": setting,
            "recorded": [fact.entry(self._here.clock.now(), by) for fact in facts],
            "warnings": [] if setting is None else self._warnings(found, setting),
        }

    def _day(self, text: str | None, what: str) -> date | None:
        return self._here.day(text, what)

    async def _make(self, slug: str, setting: Calls | None, facts: list[Fact], by: str) -> None:
        """Keep the setting and tell the ledger everything; what can't be told is taken back."""
        now = self._here.clock.now()
        entries = [fact.entry(now, by) for fact in facts]
        if setting is None:
            await self._journal.durable(*entries)
            return
        before = await self._store.settings()
        after = digest(in_force(self._configured, before | {slug: setting}))
        await self._store.put(slug, setting)
        try:
            await self._journal.durable(company_set(now, slug, setting, by=by, sha256=after), *entries)
        except BaseException:
            await self._store.put(slug, before.get(slug))
            raise
        await self.load()

    def _warnings(self, company: Company, setting: Calls) -> list[str]:
        """What a person may not expect of a setting."""
        warnings = []
        purposes = {number.purpose for number in company.numbers}
        if setting is not Calls.DEFAULT and not purposes and not company.caller_names:
            warnings.append("no number or caller name of it is known, so that no call is recognised as its own")
        elif setting is Calls.MARKETING_BLOCKED and Purpose.MARKETING not in purposes:
            warnings.append("no marketing number of it is known, so that this blocks nothing; its service numbers ring")
        if setting is Calls.ALL_BLOCKED and company.role is Role.WANTED_ORGANISATION:
            warnings.append("households wait for this organisation's calls; these won't ring now")
        configured = self._configured.get(company.slug)
        if configured and configured.calls is not setting:
            warnings.append(f"{configured.where} says {configured.calls}; what you set now holds instead")
        return warnings


def in_force(configured: Settings, stored: Mapping[str, Calls]) -> Settings:
    """The settings of the configuration, with those made by command in their place."""
    return dict(configured) | {slug: CompanySetting(calls, BY_COMMAND) for slug, calls in stored.items()}


def known_settings(configured: Settings, book: CompanyBook) -> tuple[Settings, list[Fault]]:
    """The settings of the configuration whose companies the rules know, and what is wrong with the others."""
    slugs = {company.slug for company in book}
    faults = []
    for slug, setting in configured.items():
        if slug not in slugs:
            file, _, line = setting.where.rpartition(":")
            near = [item.company.slug for item in book.resolve(slug, date.max)] or difflib.get_close_matches(
                slug, slugs, 1
            )
            mend = f"did you mean “{near[0]}”?" if near else "blocker company list shows all"
            faults.append(Fault(file, int(line), f"no rule file names a company “{slug}”", mend))
    return {slug: setting for slug, setting in configured.items() if slug in slugs}, faults


def _contract(customer: str | None, since: date | None, until: date | None) -> list[Fact]:
    if customer != Says.YES and (since or until):
        raise UsageError("a day of a contract was given, but not that there was one (add --customer)")
    if customer is None:
        return []
    return [Fact(EntryKind.CONTRACT, word_of(customer, Says), since=since, until=until)]


def _objection(on: date | None, how: str | None) -> list[Fact]:
    if on is None and how is not None:
        raise UsageError("how you objected was given, but not when (add --objected-on DATE)")
    return [Fact(EntryKind.OBJECTION, Says.YES, on=on, how=word_of(how, How) if how else None)] if on else []


def _consent(consent: str | None, on: date | None) -> list[Fact]:
    says = word_of(consent, Says) if consent else None
    if (on is not None) is not (says is Says.YES):
        raise UsageError("a consent needs the day on which it was given, and only a consent has one")
    return [Fact(EntryKind.CONSENT, says, on=on)] if says else []
