"""The composition root for whoever only looks: a command that shows or explains, and the report.

Opens what a running service would decide by and what it has recorded, beside it and without its help, and changes
nothing. `app.py` is the other half: the one owner, who may write.
"""

import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import date
from typing import NamedTuple

from blocker.companies import in_force, known_settings
from blocker.config import Config
from blocker.core.call import Line
from blocker.core.case import Knowledge
from blocker.core.company import CompanyBook
from blocker.core.company_setting import Settings
from blocker.core.household_file import HouseholdFile
from blocker.core.imported import Device
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.wanted import Wanted
from blocker.datadir import DataDir
from blocker.dossiers import read_file
from blocker.errors import ConfigError, RulesError
from blocker.evidence.reading import LedgerReader
from blocker.renderers import calls_csv, json_report, markdown
from blocker.reporting import Forms
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.screening import Setting
from blocker.sources import AddressBook, CallReader, android_calls, asterisk_cdr, fritzbox_calls
from blocker.store import household_db, ledger_db
from blocker.store.book import Book
from blocker.store.companies_db import CompaniesDb
from blocker.store.household_db import HouseholdDb
from blocker.store.wanted_db import WantedDb


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
