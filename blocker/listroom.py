"""The composition root of community lists: which there are, who supplies each, and when each is asked for again.

Decides that a list is asked for by itself only while it is on, that its failing is told once, in the log and in the
ledger, and so is its coming back, and that the ledger is told of each list that was replaced or removed. How one is
brought up to date, `syncing.py` decides.
"""

import contextlib
import dataclasses
import hashlib
import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import structlog

from blocker.asking import Inquiry
from blocker.bookbinding import bind
from blocker.config import Config
from blocker.control import Handler
from blocker.core import record
from blocker.core.entry import format_time
from blocker.core.guards import Spared, never_listed
from blocker.core.list_schedule import after_good, at_start, forgotten, planned
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.core.ports import Clock
from blocker.core.stale import Ended
from blocker.datadir import DataDir
from blocker.errors import BlockerError, SourceError, UsageError
from blocker.evidence.signing import verify
from blocker.filing.going_stale import GoingStale
from blocker.jobs import Jobs
from blocker.looking import list_sources, reader
from blocker.phoneblock import PhoneBlockAsk, PhoneBlockSupplier
from blocker.recording import Recorder
from blocker.rulebook import RuleBook
from blocker.snapshots import Snapshots
from blocker.store.book import Book
from blocker.store.source_states import SourceStates
from blocker.supplying import FileSupplier
from blocker.syncing import Supplier, Syncer, SyncResult, slug_of
from blocker.tomlfile import one_of

_chance = random.SystemRandom().random

FILES = "lists that are files"
"""The job that looks whether they changed."""

_OF_NOTHING = hashlib.sha256().hexdigest()
"""The sum of a list without numbers, which is what a removed one has become."""


class Listroom:
    """All community lists of the household."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        *,
        book: Book,
        recorder: Recorder,
        rules: Callable[[], RuleBook],
        allowed: Callable[[], Iterable[str]],
        changed: Callable[[], None],
    ) -> None:
        """What it works with.

        Args:
            config: the household's.
            clock: the time.
            book: where the lists are kept.
            recorder: tells the ledger.
            rules: the rules in force, which describe lists that one may subscribe to.
            allowed: the numbers that the household wants to hear of: E.164.
            changed: is called when what the lists say has changed.
        """
        self._config, self._clock, self._book, self._recorder = config, clock, book, recorder
        self._rules, self._allowed, self._changed = rules, allowed, changed
        self._states = SourceStates(DataDir(config.data_dir).book)
        self._serving, self._told, self._noted = False, set[str](), dict[str, tuple[str, ...]]()
        self._doing: dict[str, str] = {}
        self._stale = GoingStale(lambda: reader(config), recorder, clock)
        self._syncer = Syncer(
            shelf=book,
            states=self._states,
            suppliers=self._suppliers(clock),
            bind=bind,
            clock=clock,
            region=config.region,
            chance=_chance,
            spared=self._spared,
        )
        self._log = structlog.get_logger("lists")

    @staticmethod
    def _suppliers(clock: Clock) -> Mapping[Kind, Supplier]:
        phoneblock, snapshots = PhoneBlockSupplier(clock), Snapshots(verify, clock)
        return {Kind.FETCHED: FileSupplier(), Kind.PHONEBLOCK: phoneblock, Kind.SNAPSHOT: snapshots}

    @property
    def sources(self) -> Mapping[str, ListSource]:
        """The lists that rules and configuration know, by slug."""
        return list_sources(self._config, self._rules())[0]

    @property
    def faults(self) -> list[str]:
        """What is wrong with what the configuration says of lists, as sentences; what it means isn't used."""
        return list(map(str, list_sources(self._config, self._rules())[1]))

    def inquiry(self) -> Inquiry | None:
        """Who asks about callers whom nobody here knows; None where nobody is to be asked, or nobody can be."""
        settings = self._config.asking
        if not settings.on:
            return None
        source = self.sources.get(settings.source)
        if source is None or source.kind is not Kind.PHONEBLOCK:
            self._log.error("nobody is asked about callers: [asking] source can't be asked", source=settings.source)
            return None
        return Inquiry(
            settings,
            ask=PhoneBlockAsk(source),
            licence=source.licence,
            journal=self._recorder,
            clock=self._clock,
            chance=_chance,
        )

    def _spared(self) -> Spared:
        own = tuple(line.number for line in self._config.lines.values() if line.number)
        never = never_listed(self._rules().ranges, own, self._clock.now().date())
        return Spared(own, tuple(self._allowed()), never)

    def handlers(self) -> Mapping[str, Handler]:
        """The commands about lists, by name."""
        return {"sync": self.sync, "sync-progress": self.progress, "lists-remove": self.remove, "lists-back": self.back}

    async def sync(
        self,
        origin: str = "",
        source: str = "",
        form: str = "",
        columns: Mapping[str, str] | None = None,
        *,
        anyway: bool = False,
    ) -> dict[str, Any]:
        """Bring a list up to date and tell the ledger.

        Args:
            origin: a URL or the whole path of a file, for a list that is in no rule file and no configuration; it isn't
                asked for again by itself.
            source: the slug of a list that is known, or of that one; made from `origin` where it isn't given.
            form: in which form that one is written.
            columns: what its columns are for.
            anyway: whether it is used though a guard speaks against it.

        Raises:
            UsageError: no such list is known, or it can't be meant.
            SourceError: the list can't be had or used; the last good one stays.
            LedgerWriteError: it is in use, but the ledger couldn't be told.
        """
        wanted = self._known(source) if not origin else self._by_hand(origin, source, form, columns or {})
        try:
            done = await self._syncer.sync(wanted, lambda step: self._begun(wanted.slug, step), anyway=anyway)
        except (SourceError, UsageError) as error:
            if wanted.on or (isinstance(error, SourceError) and self._book.source(wanted.slug) is not None):
                await self._failed(wanted.slug, str(error))  # else nothing here is older for it
            raise
        finally:
            self._doing.pop(wanted.slug, None)
        await self._worked(done)
        self._changed()
        if not done.unchanged:
            await self._tell(done.source, done.origin, done.entries, done.sha256)
        return dataclasses.asdict(done)

    async def _failed(self, slug: str, why: str) -> None:
        """Tell it once: the ledger of a list that is on, the log of any."""
        if self._serving and slug not in self._told:
            self._log.warning("a list can't be brought up to date; the last good one stays", list=slug, why=why)
        self._told.add(slug)
        known = self.sources.get(slug)
        if known is not None and known.on:
            since = (await self._states.get(slug)).failing_since
            await self._stale.failed(slug, since or self._clock.now(), why)

    async def _worked(self, done: SyncResult) -> None:
        await self._stale.over(done.source, Ended.HAD_AGAIN)
        if not self._serving:
            return
        if done.source in self._told:
            self._log.info("a list is up to date again", list=done.source, entries=done.entries)
        self._told.discard(done.source)
        for note in done.notes:
            if note not in self._noted.get(done.source, ()):
                self._log.warning("a list in use is odd", list=done.source, what=note)
        if not done.unchanged:
            self._noted[done.source] = done.notes
            self._log.info("a list was brought up to date", list=done.source, entries=done.entries)

    async def _tell(self, slug: str, origin: str, entries: int, sha256: str) -> None:
        """Tell the ledger what speaks from now on."""
        await self._recorder.durable(
            record.list_synced(self._clock.now(), source=slug, origin=origin, entries=entries, sha256=sha256)
        )

    async def progress(self) -> dict[str, str]:
        """What is being done just now, by the slug of the list."""
        return dict(self._doing)

    async def remove(self, source: str) -> dict[str, Any]:
        """Let a list speak no more, forget it, and tell the ledger.

        Raises:
            UsageError: nothing of it is here.
            SourceError: the disk refuses.
            LedgerWriteError: it speaks no more, but the ledger couldn't be told.
        """
        old = self._book.source(source)
        if old is None and await self._states.get(source) == SourceState():
            raise UsageError(f"there is no list “{source}” here")
        entries, origin = (len(old), old.provenance.origin) if old is not None else (0, "")
        await self._book.remove(source)
        await self._states.remove(source)
        await self._stale.over(source, Ended.LET_GO)
        self._changed()
        if old is not None:
            await self._tell(source, origin, 0, _OF_NOTHING)
        known = self.sources.get(source)
        return {"source": source, "entries": entries, "on": known is not None and known.on}

    async def back(self, source: str) -> dict[str, Any]:
        """Let the list of before speak again, until its next sync, and tell the ledger.

        Raises:
            SourceError: there is none, or the disk refuses.
            LedgerWriteError: it speaks again, but the ledger couldn't be told.
        """
        file = await self._book.back(source)
        said, state = file.provenance, forgotten(await self._states.get(source))
        known = dataclasses.replace(state, good_at=said.fetched_at, entries=len(file), sha256=file.sha256)
        await self._states.put(source, known)
        self._changed()
        await self._tell(source, said.origin, len(file), file.sha256)
        return {"source": source, "entries": len(file), "had": format_time(said.fetched_at)}

    def schedule(self, jobs: Jobs) -> None:
        """Have each list that is on asked for at its times, by a service, which logs what becomes of them."""
        self._serving = True
        on = [slug for slug, source in self.sources.items() if source.on]
        jobs.at_start("lists that are off aren't stale", lambda: self._stale.keep_only(on))
        if any(_is_file(self.sources[slug]) for slug in on):
            jobs.every("hour", FILES, self.look_at_files)
        states = self._states.all()
        self._told |= {slug for slug in on if slug in states and states[slug].stale}  # before the service ended
        for slug, source in self.sources.items():
            if source.on:
                when = at_start(source, states.get(slug, SourceState()), self._clock.now(), _chance())
                self._plan(jobs, slug, when)

    async def look_at_files(self) -> None:
        """Read again what lies on this machine and has changed."""
        for slug, source in self.sources.items():
            if source.on and _is_file(source):
                with contextlib.suppress(BlockerError):  # it was logged
                    await self.sync(source=slug)

    def _plan(self, jobs: Jobs, slug: str, when: datetime) -> None:
        jobs.at(f"list {slug}", when, lambda: self._due(jobs, slug))

    async def _due(self, jobs: Jobs, slug: str) -> None:
        """Ask for a list, unless somebody did meanwhile or it was switched off; then plan the next time."""
        source, now = self.sources.get(slug), self._clock.now()
        if source is None or not source.on:
            return
        when = planned(source, await self._states.get(slug), now)
        if when is None:
            when = after_good(source.refresh, now, _chance())
            self._plan(jobs, slug, when)  # whatever becomes of this try, and though the disk may not take when to ask
            with contextlib.suppress(SourceError, UsageError):  # it was logged
                await self.sync(source=slug)
            when = planned(source, await self._states.get(slug), self._clock.now()) or when
        self._plan(jobs, slug, when)

    def _begun(self, slug: str, step: str) -> None:
        self._doing[slug] = step

    def _known(self, slug: str) -> ListSource:
        sources = self.sources
        if slug not in sources:
            raise UsageError(f"no list is called “{slug}” ({one_of(slug, sources)})")
        return sources[slug]

    def _by_hand(self, origin: str, slug: str, form: str, columns: Mapping[str, str]) -> ListSource:
        slug = slug or slug_of(origin)
        if slug in self.sources:
            mend = f"blocker sync {slug} brings it up to date; give another --name"
            raise UsageError(f"“{slug}” is a list that the rules or the configuration describe ({mend})")
        return ListSource(slug, slug, origin, form, columns=columns)


def _is_file(source: ListSource) -> bool:
    """Whether a list lies on this machine."""
    return "://" not in source.origin
