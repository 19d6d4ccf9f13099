"""The composition root for whoever only looks: a command that shows or explains, and the report.

Opens what a running service would decide by and what it has recorded, beside it and without its help, and changes
nothing. `app.py` is the other half: the one owner, who may write.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from blocker import child
from blocker.clock import SystemClock
from blocker.companies import in_force, known_settings
from blocker.config import Config
from blocker.core.asked import LookedUp, looked_up_of
from blocker.core.call import Line
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.company_setting import Settings
from blocker.core.counts import Cells, Span
from blocker.core.entry import EntryKind, parse_time
from blocker.core.household_file import HouseholdFile
from blocker.core.imported import Device
from blocker.core.ledger_ports import Entries, Entry
from blocker.core.list_source import ListSource, SourceState
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.record import SIGNS_OF_WATCHING, Content
from blocker.core.seal import Sealed
from blocker.core.taken_over import oldest_first
from blocker.core.wanted import Wanted
from blocker.core.week import Week
from blocker.datadir import DataDir
from blocker.dossiers import Dossiers, Here, Rules, read_file
from blocker.errors import ConfigError, Fault, LedgerError, RulesError
from blocker.evidence import head_copies, renewal
from blocker.evidence.attachments import Attachments
from blocker.evidence.chain import FaultKind
from blocker.evidence.reading import LedgerReader
from blocker.filing.calls_around import Progress, nobody
from blocker.filing.counting import Counted, count_weeks
from blocker.filing.naming import calls_spoken_of
from blocker.filing.sealing import read_sealed
from blocker.filing.verifying import Found
from blocker.holidays_of import calendar_over
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulefiles.packed import unpacked
from blocker.screening import Setting
from blocker.sources import AddressBook, CallReader, android_calls, asterisk_cdr, fritzbox_calls
from blocker.sources_config import in_force as sources_in_force
from blocker.store import household_db, ledger_db
from blocker.store.book import Book
from blocker.store.companies_db import CompaniesDb
from blocker.store.household_db import HouseholdDb
from blocker.store.source_states import SourceStates
from blocker.store.wanted_db import WantedDb
from blocker.store.week_counts import WeekCountsFolder


def rules_of(config: Config) -> tuple[RuleBook, str]:
    """The rules in force, and what is wrong with the household's own: then the shipped ones hold alone.

    Without their examples. Raises:
        RulesError: the shipped ones can't be used.
    """
    packed = unpacked()
    try:
        return load_rules(shipped_rules(), config.household_rules, packed), ""
    except RulesError as error:
        return load_rules(shipped_rules(), packed=packed), f"the household's own rules are not in force:\n{error}"


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


async def count_year(
    config: Config, ledger: LedgerReader, last: Week, on_progress: Progress = nobody, *, known: Cells | None = None
) -> Span:
    """The calls of the 52 weeks up to `last`: by week, local hour, line, company and standing.

    Quick on any but the first time; quicker where it is `known` what the machine saw in the last week. Raises
    LedgerError where the ledger can't be read.
    """
    folder = WeekCountsFolder(config.data_dir)
    kept = folder if known is None else Counted(folder, last, known)
    return await count_weeks(ledger, last, ZoneInfo(config.time_zone), kept, on_progress=on_progress)


async def last_watched(config: Config) -> Content | None:
    """The last sign that somebody watched; for a ledger that has none yet, what the one before it shows, if it does."""
    async with reader(config) as ledger:
        watched = await ledger.newest(SIGNS_OF_WATCHING)
        begun = await ledger.newest({EntryKind.LEDGER_BEGUN})
    if watched is not None:
        return watched.content
    for folder in renewal.kept(config.data_dir)[-1:] if begun else []:
        with contextlib.suppress(LedgerError, KeyError, TypeError):  # anything may be in it
            old = await LedgerReader.open(folder)
            try:
                if (watched := await old.newest(SIGNS_OF_WATCHING)) is not None:
                    parse_time(watched.content["at"])
                    return watched.content
            finally:
                await old.close()
    return None


async def own_command(config: Config, *words: str) -> child.Ended:
    """Run a command of this program in a niced process of its own; raises as `child.run`."""
    where = ("--config", str(config.path)) if config.path else ()
    return await child.run("blocker", *where, *words)


async def last_verified(config: Config) -> datetime | None:
    """When the ledger was last found to verify, or else begun."""
    return await asyncio.to_thread(head_copies.last_verified, config.data_dir / head_copies.FILE)


async def verify_apart(config: Config) -> Found:
    """Verify the ledger in a process of its own.

    Raises:
        LedgerError: it can't be done.
    """
    ended = await own_command(config, "verify", "--json")
    try:
        found = json.loads(ended.output)
        chain = [fault["what"] for fault in found["faults"] if fault["fault"] in set(FaultKind)]
        seals = [fault["what"] for fault in found["faults"] if fault["fault"] not in set(FaultKind)]
        return Found(*("".join(sentences[:1]) for sentences in (chain, seals, found["files"])))
    except (ValueError, KeyError, TypeError) as error:
        raise LedgerError(f"{ended.last_words or 'blocker verify gave no answer'} (run blocker verify)") from error


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
        terms=replace(config.community, sources=list_sources(config, rules)[0]),
    )
    return Look(known, rules, listings)


class KnownList(NamedTuple):
    """A community list, and how it stands with it."""

    source: ListSource
    state: SourceState

    @property
    def used(self) -> bool:
        """Whether it speaks of callers: it is brought up to date by itself, or was had by hand."""
        return self.source.on or bool(self.state.entries)


def list_sources(config: Config, rules: RuleBook) -> tuple[dict[str, ListSource], list[Fault]]:
    """The community lists that the rules and the configuration describe, by slug; and what is wrong with the latter."""
    return sources_in_force(rules.sources, config.sources)


async def source_states(config: Config) -> list[KnownList]:
    """Every community list that is described or here, by slug: those that are `used`, and those that might be."""
    rules, _ = rules_of(config)
    folder = DataDir(config.data_dir).book
    states, book = await asyncio.to_thread(SourceStates(folder).all), await asyncio.to_thread(Book, folder)
    sources, _ = list_sources(config, rules)
    for slug in book.sums():
        if made := book.source(slug):
            known = sources.get(slug) or ListSource(slug, slug, made.provenance.origin, "")
            sources[slug] = replace(known, licence=known.licence or made.provenance.licence)
    return [
        KnownList(source, replace(states.get(slug, SourceState()), entries=len(book.source(slug) or ())))
        for slug, source in sorted(sources.items())
    ]


def here_of(config: Config, book: CompanyBook) -> Here:
    """Where and when the household is, with the companies that the rules have now."""
    return Here(lambda: book, SystemClock(), config.region, ZoneInfo(config.time_zone))


def judging_of(rules: RuleBook) -> Rules:
    """What calls are judged by."""
    return Rules(rules.laws, rules.ranges, calendar_over)


@contextlib.asynccontextmanager
async def dossiers(config: Config) -> AsyncIterator[Dossiers]:
    """What is known of companies and the household, as the ledger and the rules have it at this moment.

    Raises:
        ConfigError: the configuration names companies that the rules don't know.
        LedgerError: the ledger can't be read.
    """
    looked, setting = await look(config), setting_of(config)
    here, rules = here_of(config, looked.knowledge.companies), judging_of(looked.rules)
    async with _records(config) as ledger:
        yield Dossiers(ledger, looked.knowledge.settings, rules, countries_of(setting), here)


def countries_of(setting: Setting) -> dict[str, str]:
    """The household's lines by name, with the country (ISO 3166-1) where each is."""
    return {line.name: line.region for line in (setting.home, *setting.lines)}


async def known_lines(config: Config) -> dict[str, str]:
    """The household's lines with the country of each.

    Also those that the configuration doesn't name, where other devices' calls came to them, or calls of which somebody
    said something.

    Raises:
        LedgerError: the ledger can't be read.
    """
    lines = countries_of(setting_of(config))
    async with reader(config) as ledger:
        called = {entry.content["line"] async for entry in ledger.entries([EntryKind.CALL_IMPORTED])}
        called |= {call.seen.line for call in await calls_spoken_of(ledger, lines, config.region)}
    return dict.fromkeys(sorted(called - {""}), config.region) | lines


class _NoLedger:
    """What there is to read before the ledger is begun."""

    async def entries(self, *_: object, **__: object) -> AsyncIterator[Entry]:
        for entry in list[Entry]():
            yield entry


@contextlib.asynccontextmanager
async def _records(config: Config) -> AsyncIterator[Entries]:
    if not (config.data_dir / ledger_db.FILE).exists():
        yield _NoLedger()
        return
    async with reader(config) as ledger:
        yield ledger


async def shown_household(config: Config) -> dict[str, Any]:
    """What the household says about itself, and which of its files are there; raises as `dossiers` does."""
    store = Attachments(config.data_dir)
    async with dossiers(config) as known:
        shown = await known.household()
    return shown | {"files": [file | {"there": store.exists(file["sha256"])} for file in shown["files"]]}


async def household_file(config: Config, companies: CompanyBook, today: date) -> HouseholdFile:
    """What the household has said about itself and companies; nothing where there is no ledger yet.

    Raises:
        LedgerError: the ledger can't be read.
    """
    async with _records(config) as ledger:
        return await read_file(ledger, companies, today)


async def answers(config: Config) -> tuple[list[LookedUp], list[LookedUp]]:
    """What others said when asked about callers, the latest last: all, and what of it a running service has in memory.

    Nothing where there is no ledger yet.

    Raises:
        LedgerError: the ledger can't be read.
    """
    kinds, said, forgotten = {EntryKind.LOOKED_UP, *_MEMORY_ENDS}, list[LookedUp](), 0
    async with _records(config) as ledger:
        entries = oldest_first([(entry.n, entry.content) async for entry in ledger.entries(kinds)])
    for n, content in entries:
        if content["kind"] == EntryKind.LOOKED_UP:
            said.append(looked_up_of(n, content))
        else:
            forgotten = len(said)
    return said, said[forgotten:]


_MEMORY_ENDS = frozenset({EntryKind.SERVICE_STARTED, EntryKind.SERVICE_STOPPED})


async def sealed(config: Config) -> Sealed:
    """The last seal and its time-stamps; raises LedgerError where the ledger can't be read."""
    async with reader(config) as ledger:
        return await read_sealed(ledger)


CALL_READERS: Mapping[Device, CallReader] = {
    Device.ASTERISK_CDR: asterisk_cdr,
    Device.ANDROID: android_calls,
    Device.FRITZBOX: fritzbox_calls,
}
"""What reads the calls that another device recorded."""


def read_contacts(raw: bytes, region: str) -> AddressBook:
    """An address book in vCard form; raises SourceError where it is none."""
    from blocker.sources import vcard  # noqa: PLC0415  (its library is slow to load, and nothing else needs it)

    return vcard.read(raw, region)


FORMS = Forms(
    calls=("calls.csv", calls_csv.writer),
    documents={"report.json": json_report.render, "report.md": markdown.render},
)
"""The files of a weekly report."""
