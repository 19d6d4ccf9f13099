"""The other half of the composition root: the owner of the data directory, listening for calls.

Puts the hooks, the call path, the pages, the jobs and the control socket together. Decides what happens at start and
stop, and what counts as being well; nothing about calls.
"""

import asyncio
import contextlib
import errno
import gc
import signal
from collections.abc import Callable, Iterator
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from blocker import __version__, actions
from blocker.app import Owner
from blocker.clock import SystemClock
from blocker.config import Config
from blocker.control import ControlServer
from blocker.core import number, record
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.ports import Clock
from blocker.core.record import Content
from blocker.core.retention import may_trust
from blocker.core.treatment import Treatment
from blocker.core.verdict import Verdict
from blocker.core.week import Week
from blocker.errors import ConfigError, DataDirError, Fault, LedgerError
from blocker.evidence.head_copies import VERIFIED
from blocker.evidence.seals import last_seal_ok
from blocker.filing.ending import Endings
from blocker.filing.verifying import Verification
from blocker.hooks.fastagi import FastAgiServer
from blocker.hooks.http import ENDED, HttpHook
from blocker.jobs import Jobs
from blocker.looking import last_verified, last_watched, reader, setting_of, verify_apart
from blocker.reporting import last_week_with_calls
from blocker.screening import Screener
from blocker.web.calls_api import CallsApi
from blocker.web.metrics import Metrics, Series
from blocker.web.server import WebServer
from blocker.web.token import WebToken, token_in

WARM_REGIONS = frozenset({"BE", "NL", "FR", "DE", "LU", "GB", "ES", "IT", "US"})
"""Countries whose numbering plan is loaded before the first call; the others follow while nobody calls."""

RETRY_SECONDS, MAX_RETRY_SECONDS = 30.0, 3600.0
"""How long a service goes on without something that it couldn't open before it starts anew; twice as long each time."""

ERASING_TIME = time(4, 10)
"""When what is old is erased, by the household's clock: nobody sells anything then."""

VERIFYING_TIME = ("sunday", time(3, 10))
"""When the whole ledger is verified, by the household's clock: nobody calls, and the report of the week comes after."""

STOP_SECONDS = 3.0
"""How long calls in hand may take when the service stops; with the ledger's closing it stays under five."""


class Service:
    """The owner, listening."""

    def __init__(self, config: Config, clock: Clock | None = None) -> None:
        self.owner, self.config = Owner(config, clock), config
        self.jobs: Jobs | None = None
        self.verification = Verification(
            last=lambda: last_verified(config),
            check=lambda: verify_apart(config),
            note=lambda: self._copy_head(VERIFIED),
            begin_anew=self._begin_ledger_anew,
            clock=self.owner.clock,
        )
        self._warming: asyncio.Task[None] | None = None
        self._log = structlog.get_logger("service")

    async def start(self) -> None:
        """Open everything and listen; calls are answered when this returns.

        Raises:
            DataDirInUseError: another service owns the data directory.
            ConfigError: a port is taken.
            BlockerError: the program itself can't be used (its shipped rules, its configuration).
        """
        try:
            await self._start()
        except BaseException:
            await self.owner.close()  # or its threads would keep the process, and its lock, alive
            raise

    async def _start(self) -> None:
        await self.owner.open(even_if_broken=True)
        config, owner = self.config, self.owner
        number.warm(WARM_REGIONS | {config.region})
        self.endings = Endings(owner.recorder, owner.clock)
        self.screener = Screener(
            knowledge=owner.knowledge(),
            setting=setting_of(config),
            treat=_treating(),
            recorder=owner.recorder,
            clock=owner.clock,
            budget_seconds=config.fastagi.budget_seconds,
            policies=config.policies,
            answered=self.endings.begin,
            inquiry=owner.inquiry,
        )
        owner.on_synced = self._lists_changed
        if owner.household is not None:
            owner.household.on_change = self._lists_changed
        if owner.companies is not None:
            owner.companies.on_change = self._lists_changed
        owner.wanted.on_change = self._lists_changed
        owner.rulekeeper.on_change = self._lists_changed
        self.fastagi = FastAgiServer(
            self.screener,
            owner.wanted.dialling,
            host=config.fastagi.host,
            port=config.fastagi.port,
            budget_seconds=config.fastagi.budget_seconds,
            allowed_peers=[str(peer) for peer in config.fastagi.allowed_peers],
        )
        self.http = HttpHook(
            self.screener, owner.wanted.dialling, self.endings, budget_seconds=config.fastagi.budget_seconds
        )
        api = CallsApi(lambda: owner.cabinet.statements, self._web_token())
        self.web = WebServer(
            self.health,
            Metrics(self._series),
            routes=[*self.http.routes(), *api.routes()],
            host=config.http.host,
            port=config.http.port,
            allowed_peers=[str(peer) for peer in config.http.allowed_peers],
            allowed_hosts=config.http.allowed_hosts,
            form_paths=(ENDED,),
        )
        self.control: ControlServer | None = None
        watched = await self._watched_before()
        self._watched = parse_time(watched[0]["at"]) if watched[0] else None
        jobs = Jobs(ZoneInfo(config.time_zone))  # it loads what is slow to load, for which no call is to wait
        await self._listen()
        await self._record_start(*watched)
        if self.owner.ledger is not None and isinstance(self.owner.clock, SystemClock):
            self._schedule(jobs)
        self._warming = asyncio.create_task(self._warm_the_rest(), name="warming")
        self._log.info(
            "ready", fastagi=self.fastagi.port, http=self.web.port, data=str(config.data_dir), problems=self.health()
        )

    async def stop(self, why: str) -> None:
        """Answer the calls in hand, record the stop, close everything; at most some five seconds."""
        if self._warming is not None:
            self._warming.cancel()
        if self.jobs is not None:
            await self.jobs.close()
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
        problems = [
            *self.owner.problems,
            *filter(None, [self.owner.rulekeeper.problem, self.verification.problem, self.owner.mailroom.problem]),
        ]
        if self.owner.recorder.problem and self.owner.recorder.problem not in problems:
            problems.append(f"calls can't be recorded, so none is turned away: {self.owner.recorder.problem}")
        problems += [problem] if (problem := self.owner.wanted.dialling.problem) else []
        asking = (self.owner.sharing, self.owner.inquiry)
        return problems + [problem for one in asking if one and (problem := one.problem)]

    async def status(self) -> dict[str, Any]:
        """For `doctor`: what a person would ask a running service."""
        wanted, now = self.owner.wanted.wanted(), self.owner.clock.now()
        until = wanted.no_blocking_until
        return {
            "version": __version__,
            "fastagi": self.fastagi.port,
            "http": self.web.port,
            "problems": self.health(),
            "observe_only": self.config.policy.observe_only,
            "no_blocking_until": format_time(until) if wanted.pauses_at(now) and until else None,
        }

    def _web_token(self) -> WebToken | None:
        if self.owner.household is None:  # then the data directory may be another process's
            return None
        try:
            return token_in(self.owner.datadir.path)
        except DataDirError as error:
            self.owner.problems.append(str(error))
            return None

    def _lists_changed(self) -> None:
        self.screener.use(self.owner.knowledge())

    async def _listen(self) -> None:
        for listener, section, at in (
            (self.fastagi, "fastagi", self.config.fastagi),
            (self.web, "http", self.config.http),
        ):
            try:
                await listener.start()
            except OSError as error:
                await self.fastagi.close(0)
                await self.web.close()
                raise self._cannot_listen(error, f"{at.host}:{at.port}", section) from error
        if self.owner.household is not None:
            again, doubt = self.owner.rulekeeper.reload, self.verification.doubt
            handlers = {**self.owner.handlers(), "status": self.status, "rules-reload": again, "ledger-doubt": doubt}
            self.control = ControlServer(self.owner.datadir.control_socket, handlers)
            try:
                await self.control.start()
            except DataDirError as error:
                self.owner.problems.append(str(error))
                self._log.error("no commands can be given to this service", why=str(error))

    def _cannot_listen(self, error: OSError, address: str, section: str) -> ConfigError:
        what = f"can't listen on {address}: {error.strerror}"
        mend = f"set another host or port in [{section}]"
        if error.errno == errno.EADDRINUSE:
            what, mend = f"{address} is taken by another program", f"stop it, or set another port in [{section}]"
        return ConfigError([Fault(str(self.config.path or "the defaults"), 0, what, mend)])

    def _schedule(self, jobs: Jobs) -> None:
        """What is done at set times; a played week has no Mondays of its own."""
        weekly, self.jobs = self.owner.mailroom.weekly(self._last_week), jobs
        self.jobs.every_week("weekly report", self.config.report.weekday, self.config.report.time, weekly)
        self.jobs.every_week("full verification", *VERIFYING_TIME, self.verification)
        self.jobs.at_start("last seal", self._look_at_last_seal)
        self._schedule_seals(self.jobs)
        self.jobs.every_day("erasing what is old", ERASING_TIME, self._erase_due)
        self.owner.listroom.schedule(self.jobs)
        if self.owner.sharing is not None:
            self.owner.sharing.schedule(self.jobs, self._trusts_clock)
        self.jobs.start()

    def _trusts_clock(self) -> bool:
        clock = self.owner.clock
        return may_trust(clock.now(), self._watched, synchronised=clock.state().synchronised)

    async def _erase_due(self) -> None:
        if self.owner.cabinet.erasing is None:
            return
        if not self._trusts_clock():
            self._log.warning("nothing is erased until the clock is synchronised: it shows a time long after the last")
            return
        erased = await self.owner.cabinet.erasing.due()
        if erased["entries"]:
            self._log.info("erased what was kept for long enough", entries=erased["entries"], files=erased["files"])
        for warning in erased["warnings"]:
            self._log.warning("of what was erased something is left", why=warning)

    def _schedule_seals(self, jobs: Jobs) -> None:
        sealer, every = self.owner.cabinet.sealer, self.config.seals.every

        async def seal() -> None:
            await sealer.seal()

        if every != "never":
            jobs.every(every, "seal", seal)
            jobs.at_start("seal, catching up", lambda: sealer.catch_up(every))
        if self.config.seals.authorities:
            jobs.at_start("time-stamps", sealer.keep_asking)

    async def _last_week(self) -> Week | None:
        if not self._trusts_clock():
            self._log.warning("no week is taken to be over until the clock is synchronised")
            return None
        async with reader(self.config) as ledger:
            return await last_week_with_calls(ledger, self.owner.clock.now(), ZoneInfo(self.config.time_zone))

    async def _look_at_last_seal(self) -> None:
        """Part of the look at a ledger that is opened; beside the calls, since it takes a process of its own."""
        if why := await last_seal_ok(self.config.data_dir):
            await self.verification.doubt(why)

    async def _begin_ledger_anew(self, why: str) -> None:
        """Begin a new ledger while calls ring; where that can't be done, try again until it can."""
        while True:
            try:
                await self.owner.begin_ledger_anew(why)
                break
            except LedgerError as error:
                self._log.error("no new ledger can be begun; until one can, calls ring", why=str(error))
                await asyncio.sleep(RETRY_SECONDS)
        await self._record_start(None, None)

    async def _warm_the_rest(self) -> None:
        """One country after the other, with room for a call in between, so that a caller from anywhere is read fast."""
        for region in sorted(number.supported_regions() - WARM_REGIONS):
            number.warm({region})
            await asyncio.sleep(0)

    async def _watched_before(self) -> tuple[Content | None, Content | None]:
        """The last sign that somebody watched before this start, and the last entry about the rules."""
        if self.owner.ledger is None:
            return None, None
        watched = await last_watched(self.config)
        async with reader(self.config) as ledger:
            rules = await ledger.newest({EntryKind.RULES_LOADED})
        return watched, rules.content if rules else None

    async def _record_start(self, watched: Content | None, rules_before: Content | None) -> None:
        """The entries of a start: first the time nobody watched, then that somebody does."""
        owner, now = self.owner, self.owner.clock.now()
        if owner.ledger is None:
            return
        knowledge = owner.knowledge()
        started = record.service_started(
            now,
            program=f"blocker {__version__}",
            clock=owner.clock.name,
            region=self.config.region,
            time_zone=self.config.time_zone,
            observe_only=self.config.policy.observe_only,
            rules=owner.rules.sha256,
            lists=knowledge.sums.lists if knowledge else {},
        )
        with contextlib.suppress(LedgerError):  # `recorder` keeps trying, and says so
            await owner.recorder.durable(*record.gap_at_start(watched, now), started)
            await self._copy_head("start")
        await owner.rulekeeper.record_start(rules_before)

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


async def _reload_when(changed: asyncio.Event, owner: Owner) -> None:
    """Read the rules again at each signal, and lists that lie on this machine; signals that come meanwhile are one."""
    while await changed.wait():
        changed.clear()
        await owner.rulekeeper.reload()
        if owner.household is not None:
            await owner.listroom.look_at_files()


def _treating() -> Callable[[Verdict, str], Treatment]:
    """What is done about an unwanted call, by the name of the action that the policy of the moment gives."""
    known = actions.load()
    return lambda verdict, action: known[action](verdict)


async def serve(config: Config) -> None:
    """Run the service until it is asked to stop (SIGTERM, SIGINT); SIGHUP has it read rules and local lists again."""
    stop, changed = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    loop.add_signal_handler(signal.SIGHUP, changed.set)  # before the start, which a SIGHUP would end otherwise
    patience: float = RETRY_SECONDS
    while not stop.is_set():
        service = Service(config)
        await service.start()
        reloading = asyncio.create_task(_reload_when(changed, service.owner), name="reloading")
        gc.collect()
        gc.freeze()  # what was loaded stays for good: no collection during a call has to look through it
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), patience if service.owner.broken else None)
        patience = min(2 * patience, MAX_RETRY_SECONDS)
        reloading.cancel()
        await service.stop("asked to stop" if stop.is_set() else "to try again what could not be opened")
