"""The composition root, together with `service.py`: no other module knows the concrete classes.

`Owner` is whoever owns the data directory and may write: the service, or a command while no service runs; `reader` and
`knowledge` are for commands that only look. Decides what is opened, in which order, and what may be missing.
"""

import contextlib
import dataclasses
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import structlog

from blocker.bookbinding import bind
from blocker.clock import SystemClock
from blocker.companies import Companies, in_force, known_settings
from blocker.config import Config
from blocker.control import Handler, ServiceAbsent, ask
from blocker.core import record
from blocker.core.call import Line
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.company_setting import Settings
from blocker.core.household_file import HouseholdFile
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.ports import Clock
from blocker.core.ranges import RangeClass
from blocker.core.wanted import Wanted
from blocker.datadir import DataDir, Lock
from blocker.dossiers import Dossiers, Here, read_file
from blocker.errors import (
    BlockerError,
    ConfigError,
    DataDirError,
    DataDirInUseError,
    LedgerCorruptError,
    LedgerFormatError,
    RulesError,
)
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.fetching import Fetcher
from blocker.foresight import Foresight
from blocker.household import Household
from blocker.recording import Recorder
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms
from blocker.rulebinding import read_again
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulekeeping import RuleKeeper
from blocker.screening import Setting
from blocker.sources import AddressBook
from blocker.store import household_db, ledger_db
from blocker.store.book import Book
from blocker.store.companies_db import CompaniesDb
from blocker.store.household_db import HouseholdDb
from blocker.store.wanted_db import WantedDb
from blocker.syncing import Syncer
from blocker.wanting import WantedCalls

T = TypeVar("T")

SYNC_SECONDS = 3600
"""How long the service may take to fetch a list and make a book of it."""


def rules_of(config: Config) -> tuple[RuleBook, str]:
    """The rules in force, and what is wrong with the household's own: then the shipped ones hold alone.

    Raises:
        RulesError: the shipped ones can't be used.
    """
    try:
        return load_rules(shipped_rules(), config.household_rules), ""
    except RulesError as error:
        return load_rules(shipped_rules()), f"the household's own rules are not in force:\n{error}"


def setting_of(config: Config) -> Setting:
    """The lines and trunks; a call belongs to the only line, or to the house, where the called number says nothing."""
    lines = tuple(config.lines.values())
    home = lines[0] if len(lines) == 1 else Line("line", config.region, config.time_zone)
    return Setting(home, lines, config.trunks)


def settings_in_file(config: Config, rules: RuleBook) -> Settings:
    """The configuration's settings for companies.

    Raises:
        ConfigError: it names companies that the rules don't know.
    """
    settings, faults = known_settings(config.companies, rules.companies)
    if faults:
        raise ConfigError(faults)
    return settings


class Owner:
    """The one process that writes to the data directory: its lock, its ledger, its lists."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.datadir = DataDir(config.data_dir)
        self.problems: list[str] = []
        """What was found wrong at the start and stays so, as sentences for the household."""
        self.broken = False
        """Whether something could not be opened that a later try may open."""
        self._open = contextlib.AsyncExitStack()
        self._log = structlog.get_logger("app")

    async def open(self, *, even_if_broken: bool = False) -> None:
        """Take possession and open everything.

        Args:
            even_if_broken: go on without what can't be opened, so that a service can tell the household about it while
                every call rings.

        Raises:
            DataDirInUseError: another process is the owner.
            BlockerError: something can't be opened (only without `even_if_broken`).
        """
        self._tolerant = even_if_broken
        rules, fault = rules_of(self.config)
        possessed = await self._opened(self._possess())
        self.book = Book(self.datadir.book)
        self._open.push_async_callback(self.book.close)
        self.problems += map(str, self.book.faults)
        self.ledger: Ledger | None = None
        if possessed:  # who doesn't own the directory must not write there
            self.ledger = await self._opened(Ledger.open(self.datadir.path, now=self.clock.now))
        self.recorder = Recorder(self.ledger, self.clock, fault="" if self.ledger else self.problems[-1])
        self._open.push_async_callback(self.recorder.close)
        self.rulekeeper = RuleKeeper(
            rules,
            fault,
            read=lambda: read_again(shipped_rules(), self.config.household_rules),
            journal=self.recorder,
            clock=self.clock,
        )
        store = await self._opened(HouseholdDb.open(self.datadir.path)) if possessed else None
        self.household: Household | None = None
        self._lists_read = False
        if store is not None:
            self.household = Household(
                store=store,
                calls=lambda: reader(self.config),
                journal=self.recorder,
                companies=lambda: self.rules.companies,
                clock=self.clock,
                foresight=Foresight(self.knowledge, setting_of(self.config).home, self.config.policies, self.clock),
                region=self.config.region,
                mark_blocks=self.config.mark_blocks,
            )
            self._lists_read = await self._opened(self.household.load()) is not None
        await self._open_companies(store)
        self.wanted = self._wanted_calls(store)
        self._open.push_async_callback(self.wanted.close)
        self._lists_read = bool(await self._opened(self.wanted.load())) and self._lists_read

    def _wanted_calls(self, store: HouseholdDb | None) -> WantedCalls:
        config = self.config
        return WantedCalls(
            store=WantedDb(store) if store is not None else None,
            journal=self.recorder,
            clock=self.clock,
            companies=lambda: self.rules.companies,
            ranges=lambda: self.rules.ranges,
            region=config.region,
            regions=[line.region for line in config.lines.values()],
            zone=ZoneInfo(config.time_zone),
            policies=config.policies,
        )

    async def _open_companies(self, store: HouseholdDb | None) -> None:
        config = self.config
        self._configured, faults = known_settings(config.companies, self.rules.companies)
        if faults and not self._tolerant:
            raise ConfigError(faults)
        self.problems += map(str, faults)  # newer rules may have dropped a company: what is said of others holds
        here = Here(lambda: self.rules.companies, self.clock, config.region, ZoneInfo(config.time_zone))
        self.dossiers = Dossiers(lambda: reader(config), self.recorder.flush, self._settings, here)
        self.companies: Companies | None = None
        if store is not None:
            self.companies = Companies(CompaniesDb(store), self.recorder, self.dossiers.file, self._configured, here)
            self._lists_read = await self._opened(self.companies.load()) is not None and self._lists_read

    def _settings(self) -> Settings:
        """The settings for companies that are in force; the configuration's alone where the others can't be read."""
        return self.companies.settings if self.companies else self._configured

    @property
    def rules(self) -> RuleBook:
        """The rules in force."""
        return self.rulekeeper.rules

    async def _possess(self) -> bool:
        self.datadir.create()
        lock: Lock = self.datadir.lock()
        self._open.callback(lock.release)
        return True

    async def _opened(self, opening: Awaitable[T]) -> T | None:
        """What was opened, to be closed with the rest; None where that failed and may."""
        try:
            opened = await opening
        except DataDirInUseError:
            raise
        except BlockerError as error:
            if not self._tolerant:
                raise
            self.problems.append(str(error))
            self.broken |= not isinstance(error, ConfigError | LedgerCorruptError | LedgerFormatError)
            self._log.error("something can't be used; until it is mended calls ring", why=str(error))
            return None
        if isinstance(opened, Ledger | HouseholdDb):
            self._open.push_async_callback(opened.close)
        return opened

    async def close(self) -> None:
        """Close everything, last opened first; what waits is written before the ledger closes."""
        await self._open.aclose()

    def knowledge(self) -> Knowledge | None:
        """All that decisions rest on at this moment; None where the household's lists can't be read.

        While the household's own rules can't be read, which may say that somebody is to ring, the shipped ranges and
        the community lists block nobody; the household's own block list does.
        """
        if self.household is None or not self._lists_read:
            return None
        own_rules = self.rulekeeper.complete
        return Knowledge(
            allow=self.household.index(ListName.ALLOW),
            block=self.household.index(ListName.BLOCK),
            companies=self.rules.companies,
            ranges=self.rules.ranges if own_rules else self.rules.ranges.of(RangeClass.PROTECTED),
            community=self.book if own_rules else Book(self.datadir.path / "no-book"),
            policy=self.config.policy,
            wanted=self.wanted.wanted(),
            settings=self._settings(),
        )

    def handlers(self) -> Mapping[str, Handler]:
        """The commands that change something, or that only the owner can answer, by name."""
        if self.household is None or self.companies is None:
            raise DataDirError("the data directory can't be used: " + "; ".join(self.problems))
        return {
            "list-add": self.household.list_add,
            "list-remove": self.household.list_remove,
            "list-show": self.household.list_show,
            "mark": self.household.mark,
            "company-set": self.companies.set,
            "company-show": self.dossiers.show,
            "sync": self.sync,
            **self.wanted.handlers(),
        }

    async def sync(self, origin: str, source: str = "") -> dict[str, Any]:
        """Bring a list up to date and tell the ledger.

        Raises:
            UsageError: `origin` is neither an address nor a file.
            SourceError: the list can't be had or used; the last good one stays.
            LedgerWriteError: it is in use, but the ledger couldn't be told.
        """
        fetcher = Fetcher()
        syncer = Syncer(shelf=self.book, fetch=fetcher.fetch, bind=bind, clock=self.clock)
        done = await syncer.sync(origin, region=self.config.region, source=source)
        await self.recorder.durable(
            record.list_synced(
                self.clock.now(), source=done.source, origin=done.origin, entries=done.entries, sha256=done.sha256
            )
        )
        return dataclasses.asdict(done)


@contextlib.asynccontextmanager
async def reader(config: Config) -> AsyncIterator[LedgerReader]:
    """The ledger as it is now, to be read beside a running service.

    Raises:
        LedgerError: there is none, or it can't be read.
    """
    opened = await LedgerReader.open(config.data_dir)
    try:
        yield opened
    finally:
        await opened.close()


async def knowledge(config: Config) -> Knowledge:
    """What a running service would decide by at this moment, for somebody who asks why; changes nothing."""
    return (await look(config)).knowledge


class Look(NamedTuple):
    """What somebody who asks why looks at."""

    knowledge: Knowledge
    rules: RuleBook
    listings: list[Listing]
    """Both lists, with what has run out."""


async def look(config: Config) -> Look:
    """What a running service would decide by at this moment, and what that was made of; changes nothing."""
    rules, _ = rules_of(config)
    settings = settings_in_file(config, rules)
    listings: list[Listing] = []
    wanted = Wanted()
    if (config.data_dir / household_db.FILE_NAME).exists():
        store = await HouseholdDb.open(config.data_dir, read_only=True)
        try:
            listings = await store.listings()
            wanted = await WantedDb(store).wanted()
            settings = in_force(settings, await CompaniesDb(store).settings())
        finally:
            await store.close()
    lists = {name: ListIndex(item for item in listings if item.list is name) for name in ListName}
    known = Knowledge(
        allow=lists[ListName.ALLOW],
        block=lists[ListName.BLOCK],
        companies=rules.companies,
        ranges=rules.ranges,
        community=Book(DataDir(config.data_dir).book),
        policy=config.policy,
        wanted=wanted,
        settings=settings,
    )
    return Look(known, rules, listings)


async def household_file(config: Config, companies: CompanyBook, today: date) -> HouseholdFile:
    """What the household has said about itself and companies; nothing where there is no ledger yet.

    Raises:
        LedgerError: the ledger can't be read.
    """
    if not (config.data_dir / ledger_db.FILE).exists():
        return HouseholdFile()
    async with reader(config) as ledger:
        return await read_file(ledger, companies, today)


def read_contacts(raw: bytes, region: str) -> AddressBook:
    """An address book in vCard form; raises SourceError where it is none."""
    from blocker.sources import vcard  # noqa: PLC0415  (its library is slow to load, and nothing else needs it)

    return vcard.read(raw, region)


FORMS = Forms(
    calls=("calls.csv", calls_csv.writer),
    documents={"report.json": json_report.render, "report.md": markdown.render},
)
"""The files of a weekly report."""


async def command(config: Config, name: str, **arguments: Any) -> Any:  # noqa: ANN401  (JSON values)
    """Have a command done: by the running service, else by this process as the owner for that moment.

    Raises:
        BlockerError: it can't be done; the message says why.
    """
    patience = SYNC_SECONDS if name == "sync" else 60
    try:
        return await ask(DataDir(config.data_dir).control_socket, name, patience=patience, **arguments)
    except ServiceAbsent:
        pass
    owner = Owner(config)
    try:
        await owner.open()
        return await owner.handlers()[name](**arguments)
    finally:
        await owner.close()
