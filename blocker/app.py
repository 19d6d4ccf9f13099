"""The composition root: the only module that knows the concrete classes, and puts them together.

`Owner` is whoever owns the data directory and may write: the service, or a command while no service runs. `Service` is
an owner that also listens for calls. Decides nothing about calls; it decides what happens at start and stop, and what
counts as being well.
"""

import asyncio
import contextlib
import dataclasses
import signal
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from typing import Any, TypeVar

import structlog

from blocker import __version__, actions
from blocker.bookbinding import bind
from blocker.clock import SystemClock
from blocker.config import Config
from blocker.control import ControlServer, Handler, ServiceAbsent, ask
from blocker.core import number, record
from blocker.core.call import Line
from blocker.core.decide import Knowledge
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.ports import Clock
from blocker.datadir import DataDir, Lock
from blocker.errors import BlockerError, DataDirError, DataDirInUseError, LedgerError, RulesError, UsageError
from blocker.evidence.ledger import Ledger
from blocker.evidence.reading import LedgerReader
from blocker.fetching import Fetcher
from blocker.hooks.fastagi import FastAgiServer
from blocker.hooks.http import HttpHook
from blocker.household import Household
from blocker.recording import Recorder
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.screening import Screener, Setting
from blocker.store import household_db
from blocker.store.book import Book
from blocker.store.household_db import HouseholdDb
from blocker.syncing import Syncer
from blocker.web.metrics import Metrics, Series
from blocker.web.server import WebServer

WARM_REGIONS = ("BE", "NL", "FR", "DE", "LU", "GB", "ES", "IT", "US")
"""Countries whose numbering plan is loaded at the start, so that their first call is no slower than the next."""

T = TypeVar("T")

STOP_SECONDS = 3.0
"""How long calls in hand may take when the service stops; with the ledger's closing it stays under five."""


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


class Owner:
    """The one process that writes to the data directory: its lock, its ledger, its lists."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.config = config
        self.clock: Clock = clock or SystemClock()
        self.datadir = DataDir(config.data_dir)
        self.problems: list[str] = []
        """What was found wrong at the start and stays so, as sentences for the household."""
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
        self.rules, fault = rules_of(self.config)
        self.problems += [fault] if fault else []
        await self._opened(self._possess())
        self.book = Book(self.datadir.book)
        self._open.push_async_callback(self.book.close)
        self.problems += map(str, self.book.faults)
        self.ledger = await self._opened(Ledger.open(self.datadir.path, now=self.clock.now))
        self.recorder = Recorder(self.ledger, self.clock, fault="" if self.ledger else self.problems[-1])
        self._open.push_async_callback(self.recorder.close)
        store = await self._opened(HouseholdDb.open(self.datadir.path))
        self.household: Household | None = None
        if store is not None:
            self.household = Household(
                store=store,
                calls=lambda: reader(self.config),
                journal=self.recorder,
                companies=lambda: self.rules.companies,
                clock=self.clock,
                region=self.config.region,
                mark_blocks=self.config.mark_blocks,
            )
            await self._opened(self.household.load())

    async def _possess(self) -> None:
        self.datadir.create()
        lock: Lock = self.datadir.lock()
        self._open.callback(lock.release)

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
            self._log.error("something can't be used; until it is mended calls ring", why=str(error))
            return None
        if isinstance(opened, Ledger | HouseholdDb):
            self._open.push_async_callback(opened.close)
        return opened

    async def close(self) -> None:
        """Close everything, last opened first; what waits is written before the ledger closes."""
        await self._open.aclose()

    def knowledge(self) -> Knowledge:
        """All that decisions rest on at this moment."""
        lists = {name: self.household.index(name) if self.household else ListIndex() for name in ListName}
        return Knowledge(
            allow=lists[ListName.ALLOW],
            block=lists[ListName.BLOCK],
            companies=self.rules.companies,
            ranges=self.rules.ranges,
            community=self.book,
            policy=self.config.policy,
        )

    def handlers(self) -> Mapping[str, Handler]:
        """The commands that change something, or that only the owner can answer, by name."""
        if self.household is None:
            raise DataDirError("the data directory can't be used: " + "; ".join(self.problems))
        return {
            "list-add": self.household.list_add,
            "list-remove": self.household.list_remove,
            "list-show": self.household.list_show,
            "mark": self.household.mark,
            "sync": self.sync,
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
    rules, _ = rules_of(config)
    listings: list[Listing] = []
    if (config.data_dir / household_db.FILE_NAME).exists():
        store = await HouseholdDb.open(config.data_dir, read_only=True)
        try:
            listings = await store.listings()
        finally:
            await store.close()
    lists = {name: ListIndex(item for item in listings if item.list is name) for name in ListName}
    return Knowledge(
        allow=lists[ListName.ALLOW],
        block=lists[ListName.BLOCK],
        companies=rules.companies,
        ranges=rules.ranges,
        community=Book(DataDir(config.data_dir).book),
        policy=config.policy,
    )


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
    try:
        return await ask(DataDir(config.data_dir).control_socket, name, **arguments)
    except ServiceAbsent:
        pass
    owner = Owner(config)
    try:
        await owner.open()
        return await owner.handlers()[name](**arguments)
    finally:
        await owner.close()


class Service:
    """The owner, listening."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.owner = Owner(config, clock)
        self.config = config
        self._log = structlog.get_logger("service")

    async def start(self) -> None:
        """Open everything and listen; calls are answered when this returns.

        Raises:
            DataDirInUseError: another service owns the data directory.
            UsageError: a port is taken.
            BlockerError: the program itself can't be used (its shipped rules, its configuration).
        """
        await self.owner.open(even_if_broken=True)
        config, owner = self.config, self.owner
        number.warm({config.region, *WARM_REGIONS})
        self.screener = Screener(
            knowledge=owner.knowledge(),
            setting=setting_of(config),
            treat=actions.load()[config.action],
            recorder=owner.recorder,
            clock=owner.clock,
            budget_seconds=config.fastagi.budget_seconds,
        )
        if owner.household is not None:
            owner.household.on_change = self._lists_changed
        self.fastagi = FastAgiServer(
            self.screener,
            host=config.fastagi.host,
            port=config.fastagi.port,
            budget_seconds=config.fastagi.budget_seconds,
            allowed_peers=[str(peer) for peer in config.fastagi.allowed_peers],
        )
        self.http = HttpHook(self.screener, budget_seconds=config.fastagi.budget_seconds)
        self.web = WebServer(
            self.health, Metrics(self._series), routes=self.http.routes(), host=config.http.host, port=config.http.port
        )
        self.control: ControlServer | None = None
        await self._record_start()
        await self._listen()
        self._log.info(
            "ready", fastagi=self.fastagi.port, http=self.web.port, data=str(config.data_dir), problems=self.health()
        )

    async def stop(self, why: str) -> None:
        """Answer the calls in hand, record the stop, close everything; at most some five seconds."""
        await self.fastagi.close(STOP_SECONDS)
        await self.web.close()
        self.http.close()
        if self.control is not None:
            await self.control.close()
        await self.owner.recorder.flush()
        with contextlib.suppress(LedgerError):  # it is in the log, and the next start's gap tells of it
            await self.owner.recorder.durable(record.service_stopped(self.owner.clock.now(), why))
            await self._copy_head("stop")
        await self.owner.close()
        self._log.info("stopped", why=why)

    def health(self) -> list[str]:
        """What is wrong at present, as sentences for the household; nothing means that all is well."""
        problems = list(self.owner.problems)
        if self.owner.recorder.problem and self.owner.recorder.problem not in problems:
            problems.append(f"calls can't be recorded, so none is turned away: {self.owner.recorder.problem}")
        return problems

    async def status(self) -> dict[str, Any]:
        """For `doctor`: what a person would ask a running service."""
        return {
            "version": __version__,
            "fastagi": self.fastagi.port,
            "http": self.web.port,
            "problems": self.health(),
            "observe_only": self.config.policy.observe_only,
        }

    def _lists_changed(self) -> None:
        self.screener.knowledge = self.owner.knowledge()

    async def _listen(self) -> None:
        try:
            await self.fastagi.start()
            await self.web.start()
        except OSError as error:
            await self.stop("its port was taken")
            raise UsageError(
                f"can't listen on {self.config.fastagi.host}:{self.config.fastagi.port} and "
                f"{self.config.http.host}:{self.config.http.port}: {error.strerror} "
                "(stop what listens there, or set another port in [fastagi] or [http])"
            ) from error
        if self.owner.household is not None:
            handlers = {**self.owner.handlers(), "status": self.status}
            self.control = ControlServer(self.owner.datadir.control_socket, handlers)
            with contextlib.suppress(DataDirError):
                await self.control.start()

    async def _record_start(self) -> None:
        """The entries of a start: first the time nobody watched, then that somebody does."""
        owner, now = self.owner, self.owner.clock.now()
        if owner.ledger is None:
            return
        async with reader(self.config) as ledger:
            watched = await ledger.newest(record.SIGNS_OF_WATCHING)
        knowledge = owner.knowledge()
        started = record.service_started(
            now,
            program=f"blocker {__version__}",
            clock=owner.clock.name,
            region=self.config.region,
            time_zone=self.config.time_zone,
            observe_only=self.config.policy.observe_only,
            rules=owner.rules.sha256,
            lists={"allow": knowledge.allow.sha256(), "block": knowledge.block.sha256()},
        )
        with contextlib.suppress(LedgerError):  # `recorder` keeps trying, and says so
            await owner.recorder.durable(*record.gap_at_start(watched.content if watched else None, now), started)
            await self._copy_head("start")

    async def _copy_head(self, event: str) -> None:
        if self.owner.ledger is not None:
            await self.owner.ledger.copy_head(event)

    def _series(self) -> Iterator[Series]:
        calls = {key: float(count) for key, count in self.screener.counts.items()}
        yield Series("blocker_calls", "Calls by what was done and why.", ("action", "reason"), calls)
        ends = {(str(end),): float(count) for end, count in self.fastagi.counts.items()}
        yield Series("blocker_fastagi_connections", "FastAGI connections by how they ended.", ("end",), ends)
        problems = float(len(self.health()))
        yield Series("blocker_problems", "What is wrong at present.", (), {(): problems}, counts_up=False)
        waiting = float(self.owner.recorder.waiting)
        yield Series(
            "blocker_entries_waiting", "Entries that the disk couldn't take yet.", (), {(): waiting}, counts_up=False
        )


async def serve(config: Config) -> None:
    """Run the service until it is asked to stop (SIGTERM, SIGINT)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    service = Service(config)
    await service.start()
    await stop.wait()
    await service.stop("asked to stop")
