"""The composition root, together with `service.py` and `looking.py`: no other module knows the concrete classes.

`Owner` is whoever owns the data directory and may write: the service, or a command while no service runs. Decides what
is opened, in which order, and what may be missing.
"""

import contextlib
import dataclasses
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

import structlog

from blocker.asking import WithAsked
from blocker.cabinet import Cabinet
from blocker.clock import SystemClock
from blocker.companies import Companies, known_settings
from blocker.config import Config
from blocker.control import Handler
from blocker.core.case import Knowledge
from blocker.core.company_setting import Settings, digest
from blocker.core.household_file import HouseholdFile
from blocker.core.listing import ListName
from blocker.core.machine_facts import Sums
from blocker.core.ports import Clock, CommunityList
from blocker.core.ranges import RangeClass
from blocker.datadir import DataDir, Lock
from blocker.dossiers import Here, read_file
from blocker.errors import (
    BlockerError,
    ConfigError,
    DataDirError,
    DataDirInUseError,
    LedgerCorruptError,
    LedgerFormatError,
)
from blocker.evidence import renewal
from blocker.evidence.ledger import Ledger
from blocker.foresight import Foresight
from blocker.household import Household
from blocker.listroom import Listroom
from blocker.looking import reader, rules_of, setting_of
from blocker.mailroom import Mailroom
from blocker.publishroom import ReportDesk
from blocker.recording import Recorder
from blocker.rulebinding import read_again
from blocker.rulebook import RuleBook, shipped_rules
from blocker.rulekeeping import RuleKeeper
from blocker.sharingroom import SharingRoom
from blocker.store.book import Book
from blocker.store.companies_db import CompaniesDb
from blocker.store.household_db import HouseholdDb
from blocker.store.wanted_db import WantedDb
from blocker.wanting import WantedCalls

T = TypeVar("T")


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
        self.on_synced: Callable[[], None] = lambda: None
        """Called when a community list was replaced."""
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
            self.ledger = await self._opened(self._open_ledger())
        self._open.push_async_callback(self._close_ledger)
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
                clock=self.clock,
                foresight=Foresight(self.knowledge, setting_of(self.config).home, self.config.policies, self.clock),
                region=self.config.region,
                mark_blocks=self.config.mark_blocks,
            )
            self._lists_read = await self._opened(self.household.load()) is not None
        await self._open_companies(store)
        self.cabinet = Cabinet(
            self.config,
            self.clock,
            self.recorder,
            lambda: self.ledger,
            lambda: self.rules.companies,
            household=self.household,
            laws=lambda: self.rules.laws,
        )
        self.mailroom = Mailroom(self.config, self.clock, store)
        self._open_list_rooms(store)
        await self._open_wanted(store)
        if self.household is not None and store is not None:
            self.cabinet.open_erasing(self.household, self.wanted, store, beside_calls=self._tolerant)

    def _open_list_rooms(self, store: HouseholdDb | None) -> None:
        self.listroom = Listroom(
            self.config,
            self.clock,
            book=self.book,
            recorder=self.recorder,
            rules=lambda: self.rules,
            allowed=self._allowed_numbers,
            changed=lambda: self.on_synced(),  # noqa: PLW0108  (who listens is said later)
        )
        self.problems += self.listroom.faults
        self.inquiry = self.listroom.inquiry()
        if self.inquiry is not None:
            self._open.push_async_callback(self.inquiry.close)
        self.sharing: SharingRoom | None = None
        if store is not None and self.household is not None:
            self.sharing = SharingRoom(
                self.config,
                self.clock,
                store=store,
                household=self.household,
                recorder=self.recorder,
                knowledge=self.knowledge,
                sources=self.listroom.sources,
            )

    async def _open_wanted(self, store: HouseholdDb | None) -> None:
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
        self.companies: Companies | None = None
        if store is not None:
            self.companies = Companies(CompaniesDb(store), self.recorder, self._file, self._configured, here)
            self._lists_read = await self._opened(self.companies.load()) is not None and self._lists_read

    async def _file(self) -> HouseholdFile:
        """What the household has said about itself and companies so far."""
        async with reader(self.config) as ledger:
            today = self.clock.now().astimezone(ZoneInfo(self.config.time_zone)).date()
            return await read_file(ledger, self.rules.companies, today)

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
        if isinstance(opened, HouseholdDb):
            self._open.push_async_callback(opened.close)
        return opened

    async def _open_ledger(self) -> Ledger:
        """The ledger; where it doesn't hold, a service begins a new one, and a command has it said."""
        if not self._tolerant:
            return await Ledger.open(self.datadir.path, now=self.clock.now)
        return self._told_of(await renewal.open_or_begin(self.datadir.path, self.clock.now))

    def _told_of(self, begun: renewal.Begun) -> Ledger:
        if begun.told:
            self.problems.append(begun.told)
            self._log.error("somebody has to look at the evidence ledger", why=begun.told)
        return begun.ledger

    async def begin_ledger_anew(self, why: str) -> None:
        """Write no more to the ledger, which was found not to hold; calls ring until a new one has its first entry.

        Raises:
            LedgerError: it can't be done now, and calls go on ringing; trying again goes on where this ended.
        """
        self.recorder.detach(f"the evidence ledger doesn't hold: {why}")
        old, self.ledger = self.ledger, None
        if old is not None:
            await old.abandon()
        self.ledger = self._told_of(await renewal.begin_anew(self.datadir.path, why, self.clock.now))
        self.recorder.attach(self.ledger)

    async def _close_ledger(self) -> None:
        if self.ledger is not None:
            await self.ledger.close()

    async def close(self) -> None:
        """Close everything, last opened first; what waits is written before the ledger closes."""
        await self._open.aclose()

    def _allowed_numbers(self) -> tuple[str, ...]:
        known = self.knowledge()
        return (*known.allow.numbers, *known.wanted.contacts) if known else ()

    def knowledge(self) -> Knowledge | None:
        """All that decisions rest on at this moment; None where the household's lists can't be read.

        While the household's own rules can't be read, which may say that somebody is to ring, the shipped ranges and
        the community lists block nobody; the household's own block list does.
        """
        if self.household is None or not self._lists_read:
            return None
        own_rules = self.rulekeeper.complete
        allow, block = self.household.index(ListName.ALLOW), self.household.index(ListName.BLOCK)
        return Knowledge(
            allow=allow,
            block=block,
            companies=self.rules.companies,
            ranges=self.rules.ranges if own_rules else self.rules.ranges.of(RangeClass.PROTECTED),
            community=self._community() if own_rules else Book(self.datadir.path / "no-book"),
            policy=self.config.policy,
            wanted=self.wanted.wanted(),
            settings=(settings := self._settings()),
            terms=dataclasses.replace(self.config.community, sources=self.listroom.sources),
            sums=Sums(
                self.rules.sha256,
                {**self.book.sums(), "allow": allow.sha256(), "block": block.sha256(), "companies": digest(settings)},
            ),
        )

    def _community(self) -> CommunityList:
        return self.book if self.inquiry is None else WithAsked(self.book, self.inquiry)

    def handlers(self) -> Mapping[str, Handler]:
        """The commands that change something, or that only the owner can answer, by name."""
        if self.household is None or self.companies is None:
            raise DataDirError("the data directory can't be used: " + "; ".join(self.problems))
        return {
            "list-add": self.household.list_add,
            "list-remove": self.household.list_remove,
            "list-show": self.household.list_show,
            "company-set": self.companies.set,
            **self.listroom.handlers(),
            **(self.sharing.handlers() if self.sharing else {}),
            **ReportDesk(self.config, self.clock, self.knowledge, self.recorder.flush).handlers(),
            **self.wanted.handlers(),
            **self.cabinet.handlers(),
            **self.mailroom.handlers(),
        }
