"""The configuration: one TOML file in which only `region` is needed, read into frozen values with every default.

Decides which keys exist, what they may hold, and what holds without them. Unknown keys are errors that name the nearest
known key. Nothing in it is a secret, a list or a rule: lists live in the data directory, rules in `rules/`.
`deploy/config.example.toml` shows every key; a test keeps the two in step.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from types import MappingProxyType

from blocker.asking_config import Asking, read_asking
from blocker.community_config import read_community
from blocker.core.call import Line, Trunk
from blocker.core.community_judgement import Terms
from blocker.core.company_setting import Calls, CompanySetting, Settings
from blocker.core.languages import Language
from blocker.core.number import NumberFormat, NumberPlan, parse_typed, supported_regions
from blocker.core.policy import Policy
from blocker.core.policy_week import Policies, PolicyWeek
from blocker.errors import ConfigError, Fault
from blocker.evidence_config import Retention, Seals, Statements, read_retention, read_seals, read_statements
from blocker.locality import is_time_zone, known_time_zones, region_of_locale, time_zones
from blocker.policy_config import Weekday, clock_time, read_policies
from blocker.report_config import Mail, Recipient, read_mail, read_recipients
from blocker.sharing_config import GivingBack, read_giving_back
from blocker.sources_config import Sources, read_sources
from blocker.tomlfile import Document, Table, nearest, parse_bytes

MAX_BUDGET_SECONDS = 1.8
"""The dialplan waits 2 s in all; an answer that comes later is worth nothing."""


class LogFormat(StrEnum):
    """How the operational log is written."""

    AUTO = "auto"
    """`console` on a terminal, else `json`."""
    CONSOLE = "console"
    JSON = "json"


class LogLevel(StrEnum):
    """The least important log line that is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class FastAgi:
    """`[fastagi]`: where Asterisk asks."""

    host: str = "127.0.0.1"
    port: int = 4573
    """TCP port; 0 takes a free one."""
    budget_seconds: float = 1.2
    """From accepting the connection to the answer, durable record included; after it the phone rings."""
    allowed_peers: tuple[IPv4Network | IPv6Network, ...] = ()
    """Addresses and networks that may ask; empty for all that can reach `host`."""


@dataclass(frozen=True)
class Http:
    """`[http]`: where others ask, and where health and metrics are."""

    host: str = "127.0.0.1"
    port: int = 8073
    """TCP port; 0 takes a free one."""
    allowed_peers: tuple[IPv4Network | IPv6Network, ...] = ()
    """Addresses and networks that may ask; empty for all that can reach `host`."""
    allowed_hosts: tuple[str, ...] = ()
    """Names under which this machine is asked, besides those of its own loopback."""


@dataclass(frozen=True)
class Report:
    """`[report]`: the weekly report that is made by itself."""

    dir: Path
    """Default: `reports` in the data directory."""
    weekday: Weekday = Weekday.MONDAY
    time: time = time(6, 0)
    """Local time in `time_zone`."""
    languages: tuple[Language, ...] = ()
    """Of its pages; the first one's files have the plain names. Empty for the language of the region or the locale."""
    mail: Mail | None = None
    recipients: tuple[Recipient, ...] = ()
    """Whom it is sent to; nobody unless configured."""


@dataclass(frozen=True)
class Config:
    """Everything the program is told."""

    region: str
    """ISO 3166-1 alpha-2 of the country where the household is."""
    data_dir: Path
    """Default: `blocker` in the user's XDG data directory."""
    time_zone: str
    """IANA name. Default: the zone of the region, its principal one where there are several."""
    household_rules: Path
    """The household's own rule folder. Default: `rules` in the data directory."""
    report: Report
    fastagi: FastAgi = FastAgi()
    http: Http = Http()
    policies: Policies = field(default_factory=Policies)
    """`observe_only`, `[policy]` and what lines and hours change of it, over the defaults of `core/policy.py`."""
    mark_blocks: timedelta = timedelta(days=365)
    """`[policy] mark_blocks_days`: how long a call marked as marketing keeps its number on the block list."""
    log_format: LogFormat = LogFormat.AUTO
    log_level: LogLevel = LogLevel.INFO
    lines: Mapping[str, Line] = field(default_factory=lambda: MappingProxyType({}))
    """`[lines.NAME]`, by name."""
    trunks: Mapping[str, Trunk] = field(default_factory=lambda: MappingProxyType({}))
    """`[trunks.NAME]`, by the name of the endpoint."""
    companies: Settings = field(default_factory=lambda: MappingProxyType({}))
    """`[companies.SLUG]`, by slug; whether the rules know it isn't checked here."""
    community: Terms = field(default_factory=Terms)
    """`[community]`: on which terms strangers' opinions count, without what is known of each list."""
    sources: Sources = field(default_factory=lambda: MappingProxyType({}))
    """`[sources.SLUG]`, by slug; whether the rules know it isn't checked here."""
    asking: Asking = field(default_factory=Asking)
    giving_back: GivingBack = field(default_factory=GivingBack)
    statements: Statements = field(default_factory=Statements)
    retention: Retention = field(default_factory=Retention)
    seals: Seals = field(default_factory=Seals)
    notes: tuple[str, ...] = ()
    """What had to be guessed, as sentences for the household; `blocker doctor` prints them."""
    path: Path | None = None
    """The file it was read from."""

    @property
    def policy(self) -> Policy:
        """What holds everywhere and always, as far as no line and no hours change it."""
        always = tuple(layer for layer in self.policies.household.layers if layer.hours is None)
        return PolicyWeek(always).policies[0]


def load_config(path: Path | None, environ: Mapping[str, str], actions: Collection[str]) -> Config:
    """Read the configuration.

    Args:
        path: the file; None for defaults, with the region of the locale.
        actions: the names that `[policy] action` may have.
        environ: the process's environment: HOME, XDG_DATA_HOME, LC_ALL, LC_MESSAGES and LANG are looked at.

    Raises:
        ConfigError: with all faults of the file, or a hint where there is neither a file nor a region in the locale.
    """
    document = Document("the environment", "", {}) if path is None else _read(path)
    config = _Reader(document, path, environ, actions).read()
    if faults := document.finish():
        raise ConfigError(faults)
    return config


def _read(path: Path) -> Document:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError(
            [Fault(str(path), 0, "there is no such file", 'write one with the line region = "BE"')]
        ) from None
    except IsADirectoryError:
        raise ConfigError([Fault(str(path), 0, "is a folder", "name the file in it")]) from None
    except OSError as error:
        raise ConfigError([Fault(str(path), 0, f"can't be read: {error.strerror}", "mend its permissions")]) from None
    document = parse_bytes(raw, str(path))
    if document.faults:  # not TOML: what it lacks besides would only be noise
        raise ConfigError(document.faults)
    return document


class _Reader:
    """Reads one document; what is wrong stays in the document."""

    def __init__(
        self, document: Document, path: Path | None, environ: Mapping[str, str], actions: Collection[str]
    ) -> None:
        self.actions = actions
        self.root = document.root
        self.path = path
        self.environ = environ
        self.notes: dict[str, None] = {}

    def read(self) -> Config:
        region = self._home_region()
        time_zone = self._time_zone(self.root, region)
        data_dir = self._folder(self.root, "data_dir", None)
        policy = self.root.section("policy")
        lines = self.root.named("lines")
        return Config(
            region=region,
            data_dir=data_dir,
            time_zone=time_zone,
            household_rules=self._folder(self.root, "household_rules", data_dir / "rules"),
            report=self._report(data_dir),
            fastagi=self._fastagi(),
            http=self._http(),
            policies=read_policies(self.root, policy, lines, self.actions),
            mark_blocks=timedelta(days=policy.whole("mark_blocks_days", Config.mark_blocks.days, low=1, high=36_500)),
            log_format=self.root.word("log_format", LogFormat, Config.log_format),
            log_level=self.root.word("log_level", LogLevel, Config.log_level),
            lines=MappingProxyType(self._lines(lines, region, time_zone)),
            trunks=MappingProxyType(self._trunks(region)),
            companies=MappingProxyType(self._companies()),
            community=read_community(self.root.section("community")),
            sources=MappingProxyType(read_sources(self.root.named("sources"), self._file)),
            asking=read_asking(self.root.section("asking")),
            giving_back=read_giving_back(self.root.section("giving_back")),
            statements=read_statements(self.root.section("statements")),
            retention=read_retention(self.root.section("retention")),
            seals=read_seals(self.root.section("seals"), self._file),
            notes=tuple(self.notes),
            path=self.path,
        )

    def _home_region(self) -> str:
        if self.path is not None:
            return self._region(self.root, "", required=True)
        region, setting = region_of_locale(self.environ)
        if region in supported_regions():
            self.notes[
                f"The region {region} comes from {setting}; a configuration file with region = … makes it sure."
            ] = None
            return region
        mend = 'write the line region = "BE" into a file and start with: blocker --config FILE'
        self.root.fault(
            "the region can't be told: there is no configuration file, and the locale names no country", mend
        )
        return ""

    def _region(self, table: Table, default: str, *, required: bool = False) -> str:
        region = table.text("region", default, required=required)
        if region == default or region in supported_regions():
            return region
        near = region.strip().upper()
        near = {"UK": "GB", "EN": "GB"}.get(near, near)
        mend = (
            f"did you mean “{near}”?" if near in supported_regions() else 'two capital letters (ISO 3166), such as "BE"'
        )
        table.fault(f"“{region}” is no region with a numbering plan", mend, key="region")
        return default

    def _time_zone(self, table: Table, region: str) -> str:
        name = table.text("time_zone")
        if name:
            if not is_time_zone(name):
                near = nearest(name, known_time_zones())
                mend = f"did you mean “{near}”?" if near else "write an IANA name such as Europe/Brussels"
                table.fault(f"“{name}” is no time zone", mend, key="time_zone")
            return name
        zones = time_zones(region)
        if not zones:
            if region:
                table.fault(f"no time zone is known for {region}", 'add time_zone = "Europe/Brussels" or another')
            return "UTC"
        if len(zones) > 1:
            self.notes[
                f"{region} has {len(zones)} time zones; {zones[0]} is taken. If that is wrong, set time_zone."
            ] = None
        return zones[0]

    def _folder(self, table: Table, key: str, default: Path | None) -> Path:
        """A folder: `~` is the home directory; a relative one starts at the configuration file."""
        text = table.text(key)
        if "\0" in text:
            table.fault(f"{key} holds a NUL character", "write a path", key=key)
            return Path()
        if not text:
            return default if default is not None else self._data_home() / "blocker"
        if text == "~" or text.startswith("~/"):
            return self._home(key) / text[2:]
        if text.startswith("~"):
            table.fault(f"“{text}” begins with somebody's ~", "write the whole path", key=key)
        return (self.path.absolute().parent if self.path else Path()) / text

    def _file(self, table: Table, key: str) -> Path | None:
        return self._folder(table, key, None) if table.text(key) else None

    def _data_home(self) -> Path:
        """Source: XDG Base Directory Specification 0.8: a relative path in the variable is to be ignored."""
        given = Path(self.environ.get("XDG_DATA_HOME", ""))
        return given if given.is_absolute() else self._home("data_dir") / ".local" / "share"

    def _home(self, key: str) -> Path:
        home = self.environ.get("HOME", "")
        if not home:
            self.root.fault("HOME isn't set, so there is no home directory", f"set {key} to a whole path", key=key)
        return Path(home)

    def _fastagi(self) -> FastAgi:
        table = self.root.section("fastagi")
        return FastAgi(
            host=_host(table, FastAgi.host),
            port=table.whole("port", FastAgi.port, low=0, high=65_535),
            budget_seconds=table.number("budget_seconds", FastAgi.budget_seconds, low=0.05, high=MAX_BUDGET_SECONDS),
            allowed_peers=_peers(table),
        )

    def _http(self) -> Http:
        table = self.root.section("http")
        return Http(
            host=_host(table, Http.host),
            port=table.whole("port", Http.port, low=0, high=65_535),
            allowed_peers=_peers(table),
            allowed_hosts=tuple(table.texts("allowed_hosts")),
        )

    def _report(self, data_dir: Path) -> Report:
        table = self.root.section("report")
        mail = read_mail(table.table("mail"), self._file)
        return Report(
            dir=self._folder(table, "dir", data_dir / "reports"),
            weekday=table.word("weekday", Weekday, Report.weekday),
            time=clock_time(table, "time", Report.time),
            languages=_languages(table),
            mail=mail,
            recipients=read_recipients(table.tables("recipient"), mail, self._file),
        )

    def _lines(self, tables: Mapping[str, Table], home: str, home_zone: str) -> dict[str, Line]:
        lines: dict[str, Line] = {}
        owners: dict[str, str] = {}
        for name, table in tables.items():
            region = self._region(table, home)
            zone = home_zone if region == home and "time_zone" not in table else ""
            written = table.text("number")
            number = parse_typed(written, region) if written and region else None
            if written and region and (number is None or not number.valid):
                mend = "write it as you would at home, or as +32…"
                table.fault(f"“{written}” is no telephone number in {region}", mend, key="number")
            elif number and number.number in owners:
                table.fault(f"{number.number} is already the line {owners[number.number]}", "remove one", key="number")
            e164 = number.number if number else ""
            owners[e164] = name
            lines[name] = Line(name, region, zone or self._time_zone(table, region), e164)
        return lines

    def _trunks(self, home: str) -> dict[str, Trunk]:
        trunks: dict[str, Trunk] = {}
        for name, table in self.root.named("trunks").items():
            region = self._region(table, home)
            number_format = table.word("number_format", NumberFormat, NumberFormat.AUTO)
            area_code = table.text("area_code")
            if area_code and not re.fullmatch(r"[1-9]\d{0,5}", area_code):
                table.fault(f"“{area_code}” is no area code", "digits only, without the first 0", key="area_code")
            if number_format is NumberFormat.LOCAL and not area_code:
                table.fault(
                    "number_format local needs an area_code", 'add area_code = "2" or yours', key="number_format"
                )
            trunks[name] = Trunk(name, NumberPlan(region, number_format, area_code))
        return trunks

    def _companies(self) -> dict[str, CompanySetting]:
        return {
            slug: CompanySetting(
                table.word("calls", Calls, Calls.DEFAULT, required=True), f"{table.file}:{table.line('calls')}"
            )
            for slug, table in self.root.named("companies").items()
        }


def _languages(table: Table) -> tuple[Language, ...]:
    languages: dict[Language, None] = {}
    for index, text in enumerate(table.texts("languages")):
        if text in set(Language):
            languages[Language(text)] = None
        else:
            mend = f"write one of: {', '.join(Language)}"
            table.fault(f"“{text}” is no language that reports are written in", mend, key="languages", item=index)
    return tuple(languages)


def _peers(table: Table) -> tuple[IPv4Network | IPv6Network, ...]:
    peers = []
    for index, text in enumerate(table.texts("allowed_peers")):
        try:
            peers.append(ip_network(text, strict=False))
        except ValueError:
            mend = "write an address such as 192.0.2.7, or a network such as 192.0.2.0/24"
            table.fault(f"“{text}” is no IP address or network", mend, key="allowed_peers", item=index)
    return tuple(peers)


def _host(table: Table, default: str) -> str:
    host = table.text("host", default)
    if not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", host):
        table.fault(f"“{host}” is no host", f"write an address or a name; the default is {default}", key="host")
    return host
