"""Promises of the configuration: one needed line, a default for the rest, and every fault named at once."""

import dataclasses
import functools
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import time, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.config import Config, FastAgi, Http, LogFormat, LogLevel
from blocker.config import load_config as load_config_with
from blocker.core.call import Line, Trunk
from blocker.core.company_setting import Calls, CompanySetting
from blocker.core.list_source import ListSource
from blocker.core.number import NumberFormat, NumberPlan
from blocker.core.policy import Policy
from blocker.core.verdict import Decision
from blocker.errors import ConfigError
from blocker.policy_config import KEYS, Weekday
from blocker.sources_config import in_force
from blocker.tomlfile import Document, parse_bytes

HOME = {"HOME": "/home/anna"}
load_config = functools.partial(load_config_with, actions=["reject", "busy"])


def load(folder: Path, text: str, environ: Mapping[str, str] = HOME) -> Config:
    """The configuration in a file of that text."""
    path = folder / "blocker.toml"
    path.write_text(text, "utf-8")
    return load_config(path, environ)


def faults(folder: Path, text: str, environ: Mapping[str, str] = HOME) -> list[str]:
    """The faults of a file of that text, without the folder's name."""
    with pytest.raises(ConfigError) as caught:
        load(folder, text, environ)
    return [str(fault).removeprefix(f"{folder}/") for fault in caught.value.faults]


def test_region_is_all_that_is_needed(tmp_path: Path) -> None:
    """With one line in the file, everything else has the default that the documents promise."""
    config = load(tmp_path, 'region = "BE"')
    data = Path("/home/anna/.local/share/blocker")
    assert (config.region, config.time_zone, config.data_dir) == ("BE", "Europe/Brussels", data)
    assert (config.household_rules, config.report.dir) == (data / "rules", data / "reports")
    assert (config.report.weekday, config.report.time) == (Weekday.MONDAY, time(6, 0))
    assert config.fastagi == FastAgi("127.0.0.1", 4573, 1.2, ())
    assert config.http == Http("127.0.0.1", 8073)
    assert config.policy == Policy()
    assert config.policy.canvassing is Decision.BLOCK
    assert config.policy.withheld is Decision.RING
    assert config.policy.action == "reject"
    assert config.mark_blocks == timedelta(days=365)
    assert (config.log_format, config.log_level) == (LogFormat.AUTO, LogLevel.INFO)
    assert (config.lines, config.trunks, config.notes) == ({}, {}, ())


EVERY_KEY = """
region = "NL"
data_dir = "data"
time_zone = "Europe/Paris"
observe_only = true
household_rules = "~/rules"
log_format = "json"
log_level = "debug"
[fastagi]
host = "0.0.0.0"
port = 1
budget_seconds = 1
allowed_peers = ["192.0.2.7", "2001:db8::/32"]
[http]
host = "::1"
port = 0
[policy]
action = "busy"
withheld = "block"
unavailable = "block"
unusable = "block"
invalid = "block"
premium = "block"
canvassing = "ring"
community = "ring"
repeat_minutes = 0
dialled_days = 0
flag_after_calls_a_day = 0
mark_blocks_days = 7
[report]
weekday = "friday"
time = "23:59"
dir = "/srv/reports"
[lines.home]
number = "020 555 0123"
[lines.office]
number = "+32 2 555 12 34"
region = "BE"
[trunks.provider]
region = "BE"
number_format = "local"
area_code = "2"
"""


def test_every_key_is_read(tmp_path: Path) -> None:
    """Each key changes what it says it changes."""
    config = load(tmp_path, EVERY_KEY)
    block, ring = Decision.BLOCK, Decision.RING
    assert config.data_dir == tmp_path / "data"
    assert config.household_rules == Path("/home/anna/rules")
    assert (config.time_zone, config.log_format, config.log_level) == ("Europe/Paris", LogFormat.JSON, LogLevel.DEBUG)
    peers = (ip_network("192.0.2.7/32"), ip_network("2001:db8::/32"))
    assert config.fastagi == FastAgi("0.0.0.0", 1, 1.0, peers)  # noqa: S104 - a household may want this
    assert config.http == Http("::1", 0)
    odd = Policy(block, block, block, block, block, ring, ring, observe_only=True, action="busy")
    assert config.policy == dataclasses.replace(odd, repeat=timedelta(), dialled=timedelta(), flag_after=0)
    assert config.mark_blocks == timedelta(days=7)
    assert (config.report.weekday, config.report.time, config.report.dir) == (
        Weekday.FRIDAY,
        time(23, 59),
        Path("/srv/reports"),
    )
    assert config.lines == {
        "home": Line("home", "NL", "Europe/Paris", "+31205550123"),
        "office": Line("office", "BE", "Europe/Brussels", "+3225551234"),
    }
    assert config.trunks == {"provider": Trunk("provider", NumberPlan("BE", NumberFormat.LOCAL, "2"))}


FAULTS = {
    "a company without its setting": ('region = "BE"\n[companies.proximus]', "calls is missing"),
    "a setting that is none": (
        'region = "BE"\n[companies.proximus]\ncalls = "all-block"',
        "blocker.toml:3: calls can't be “all-block” (did you mean “all-blocked”?)",
    ),
    "no region": ("port = 1", "region is missing (add a line region = …)"),
    "region in small letters": ('region = "be"', "“be” is no region with a numbering plan (did you mean “BE”?)"),
    "the United Kingdom": ('region = "UK"', "(did you mean “GB”?)"),
    "region that isn't one": ('region = "Belgium"', "two capital letters (ISO 3166)"),
    "region of another kind": ("region = 32", "region is a whole number, not a text"),
    "unknown key": (
        'region = "BE"\nobserv_only = true',
        ":2: unknown key “observ_only” (did you mean “observe_only”?)",
    ),
    "unknown table": ('region = "BE"\n[fast_agi]', ":2: unknown key “fast_agi” (did you mean “fastagi”?)"),
    "unknown key in a table": (
        'region = "BE"\n[http]\nprot = 1',
        ":3: unknown key “prot” in [http] (did you mean “port”",
    ),
    "port in quotes": ('region = "BE"\n[http]\nport = "1"', ":3: port is a text, not a whole number"),
    "port too high": ('region = "BE"\n[http]\nport = 65536', ":3: port is 65536, outside 0 to 65535"),
    "budget past the dialplan's": ('region = "BE"\n[fastagi]\nbudget_seconds = 2', "outside 0.05 to 1.8"),
    "host with a space": ('region = "BE"\n[fastagi]\nhost = "my host"', "“my host” is no host"),
    "peer that is no address": (
        'region = "BE"\n[fastagi]\nallowed_peers = [\n"pbx"]',
        ":4: “pbx” is no IP address or net",
    ),
    "challenge": (
        'region = "BE"\n[policy]\nwithheld = "challenge"',
        "withheld can't be “challenge”: asking callers a qu",
    ),
    "unknown decision": ('region = "BE"\n[policy]\npremium = "reject"', "(known here: block, ring)"),
    "unknown action": ('region = "BE"\n[policy]\naction = "regect"', "(did you mean “reject”?)"),
    "negative minutes": ('region = "BE"\n[policy]\nrepeat_minutes = -1', "repeat_minutes is -1, outside 0 to 1440"),
    "weekday in Dutch": ('region = "BE"\n[report]\nweekday = "maandag"', "weekday can't be “maandag”"),
    "time of day": ('region = "BE"\n[report]\ntime = "6 am"', "“6 am” is no time of day"),
    "time zone": ('region = "BE"\ntime_zone = "Europe/Brusels"', "(did you mean “Europe/Brussels”?)"),
    "time zone that is a file": ('region = "BE"\ntime_zone = "/etc/passwd"', "is no time zone"),
    "time zone that is a folder": ('region = "BE"\ntime_zone = "Europe"', "“Europe” is no time zone"),
    "place without known time zone": ('region = "AC"', "no time zone is known for AC"),
    "somebody's home": ('region = "BE"\ndata_dir = "~bob/x"', "begins with somebody's ~"),
    "NUL in a path": ('region = "BE"\ndata_dir = "a\\u0000"', "holds a NUL character"),
    "line number": ('region = "BE"\n[lines.home]\nnumber = "123"', ":3: “123” is no telephone number in BE"),
    "two lines with one number": (
        'region = "BE"\n[lines.a]\nnumber = "02 555 12 34"\n[lines.b]\nnumber = "+3225551234"',
        ":5: +3225551234 is already the line a",
    ),
    "line that is no table": ('region = "BE"\n[lines]\nhome = "02"', ":3: lines.home is a text"),
    "local trunk without area code": ('region = "BE"\n[trunks.t]\nnumber_format = "local"', "needs an area_code"),
    "area code with its zero": ('region = "BE"\n[trunks.t]\narea_code = "02"', "“02” is no area code"),
    "number format": ('region = "BE"\n[trunks.t]\nnumber_format = "e.164"', "(did you mean “e164”?)"),
    "not TOML": ("region = BE", ":1: this value isn't TOML (a text needs quotes"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_says_what_where_and_how_to_mend_it(tmp_path: Path, text: str, message: str) -> None:
    """Each way of getting the configuration wrong has a message of its own."""
    assert any(message in fault for fault in faults(tmp_path, text))


def test_all_faults_are_reported_at_once(tmp_path: Path) -> None:
    """The household mends its file once."""
    found = faults(tmp_path, 'region = "BE"\nzzz = 1\n[http]\nport = "x"\n[policy]\naction = 1\n[lines.a]\nnumber = 5')
    assert [fault.split(":")[1] for fault in found] == ["2", "4", "6", "8"]


def test_a_file_that_isnt_there_or_cant_be_read_is_an_error(tmp_path: Path) -> None:
    """A configuration that was asked for and can't be had never falls back to defaults."""
    with pytest.raises(ConfigError, match="there is no such file"):
        load_config(tmp_path / "nothing.toml", HOME)
    with pytest.raises(ConfigError, match="is a folder"):
        load_config(tmp_path, HOME)
    (loop := tmp_path / "loop.toml").symlink_to(loop)
    with pytest.raises(ConfigError, match="can't be read"):
        load_config(loop, HOME)


LOCALES = {
    "LANG": ({"LANG": "nl_BE.UTF-8"}, "BE"),
    "LC_MESSAGES before LANG": ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "fr_FR@euro"}, "FR"),
    "LC_ALL before all": ({"LANG": "en_US", "LC_MESSAGES": "fr_FR", "LC_ALL": "de_DE"}, "DE"),
    "an empty one isn't set": ({"LC_ALL": "", "LANG": "nl_NL"}, "NL"),
}


@pytest.mark.parametrize(("environ", "region"), LOCALES.values(), ids=LOCALES)
def test_without_a_file_the_region_comes_from_the_locale(environ: dict[str, str], region: str) -> None:
    """It runs without configuration where the locale names a country, and says that it guessed."""
    config = load_config(None, HOME | environ)
    assert config.region == region
    assert any(region in note for note in config.notes)


@pytest.mark.parametrize(
    "environ", [{}, {"LANG": "C.UTF-8"}, {"LANG": "POSIX"}, {"LC_ALL": "C", "LANG": "nl_BE"}, {"LANG": "eo"}]
)
def test_without_file_and_locale_there_is_a_hint(environ: dict[str, str]) -> None:
    """Where nothing names a country, the error says which line to write and how to use the file."""
    with pytest.raises(ConfigError, match=r'write the line region = "BE" into a file and start with: blocker --config'):
        load_config(None, HOME | environ)


def test_the_data_directory_follows_xdg() -> None:
    """XDG_DATA_HOME is used if it is a whole path, as its specification wants; HOME else; neither is an error."""
    locale = {"LANG": "nl_BE"}
    assert load_config(None, locale | {"XDG_DATA_HOME": "/data"}).data_dir == Path("/data/blocker")
    home = load_config(None, locale | HOME | {"XDG_DATA_HOME": "relative"}).data_dir
    assert home == Path("/home/anna/.local/share/blocker")
    with pytest.raises(ConfigError, match="HOME isn't set"):
        load_config(None, locale)


def test_a_country_of_several_zones_gets_a_note(tmp_path: Path) -> None:
    """The principal zone is taken and the household is told; setting it silences the note."""
    config = load(tmp_path, 'region = "ES"')
    assert config.time_zone == "Europe/Madrid"
    assert config.notes == ("ES has 3 time zones; Europe/Madrid is taken. If that is wrong, set time_zone.",)
    assert load(tmp_path, 'region = "ES"\ntime_zone = "Atlantic/Canary"').notes == ()


@given(st.text(st.sampled_from("regionBEhttp.=[]{}\"'#\\,\n 0123")) | st.text())
def test_any_text_is_a_configuration_or_a_list_of_faults(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """No text in the file gives anything but a configuration or ConfigError."""
    folder = tmp_path_factory.getbasetemp()
    with suppress(ConfigError):
        assert load(folder, text).region


def uncommented(example: str) -> str:
    """The example file with the settings it shows as comments in force."""
    return re.sub(r"^# (?=\[\[?[a-z]|[a-z_]+ = )", "", example, flags=re.MULTILINE)


def test_the_example_file_shows_every_default(repository: Path, tmp_path: Path) -> None:
    """What the example shows as defaults are the defaults."""
    text = (repository / "deploy/config.example.toml").read_text("utf-8")
    plain = load(tmp_path, 'region = "BE"')
    assert load(tmp_path, text) == plain
    lines = {"home": Line("home", "BE", "Europe/Brussels")}
    trunks = {"provider": Trunk("provider", NumberPlan("BE"))}
    shown = load(tmp_path, uncommented(text))
    line = uncommented(text).splitlines().index('calls = "default"') + 1
    companies = {"proximus": CompanySetting(Calls.DEFAULT, f"{tmp_path / 'blocker.toml'}:{line}")}
    seals = dataclasses.replace(plain.seals, key=shown.seals.key, authorities=shown.seals.authorities)
    report = dataclasses.replace(plain.report, mail=shown.report.mail, recipients=shown.report.recipients)
    plainly = dataclasses.replace(plain, lines=lines, trunks=trunks, companies=companies, seals=seals, report=report)
    assert shown == dataclasses.replace(plainly, policies=shown.policies, sources=shown.sources)
    usual = ListSource("saracroche", "", "https://lists.example/", "digit-patterns", region="FR", on=True)
    meant = in_force({"saracroche": usual}, shown.sources)[0]["saracroche"]
    assert meant == dataclasses.replace(usual, name=meant.name, columns=meant.columns, votes=meant.votes)
    assert shown.policy == plain.policy
    assert {field for layer in shown.policies.household.layers for field in layer.changes} == set(KEYS)


def test_the_example_file_shows_every_key(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No key can be added without being shown: every key that the reader asks for is in the example."""
    documents: list[Document] = []

    def watched(raw: bytes, file: str) -> Document:
        documents.append(parse_bytes(raw, file))
        return documents[0]

    monkeypatch.setattr("blocker.config.parse_bytes", watched)
    load(tmp_path, uncommented((repository / "deploy/config.example.toml").read_text("utf-8")))
    asked = {(*table.path, key) for table in documents[0]._tables for key in table._asked}
    assert ("policy", "withheld") in asked
    asked -= {path for path in asked if len(path) > 2 and "policy" in path and path[-1] in KEYS.values()}
    hidden = {path for path in asked if documents[0].line(path) == documents[0].line(path[:-1])}
    named = [
        {tuple(step for step in path if isinstance(step, str)) for path in some} for some in (hidden, asked - hidden)
    ]
    assert named[0] - named[1] == {("policy", "observe_only")}  # stands at the top; of several tables, one is enough
