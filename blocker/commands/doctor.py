"""`blocker doctor`: whether everything is in order, and what to do where it isn't."""

import argparse
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from blocker import clock, letterroom, looking
from blocker.commands import NO, OK, say
from blocker.config import Config
from blocker.control import ServiceAbsent, ask
from blocker.core.entry import EntryKind, parse_time
from blocker.core.followups import NEXT_STEPS
from blocker.core.languages import Language
from blocker.datadir import DataDir
from blocker.errors import BlockerError
from blocker.evidence.kept import kept_beside
from blocker.evidence.signing import OWN_KEY
from blocker.evidence.verify import verify
from blocker.language import Words

STALE_HOURS = 24 * 7
"""After a week without a call from Asterisk, somebody should look whether it still asks."""


class Finding(StrEnum):
    """How something was found."""

    GOOD = "ok"
    ODD = "look"
    """Perhaps in order; a person has to know."""
    BAD = "BAD"


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "doctor",
        help="check that everything works together",
        description="Check the configuration, the service, the ledger, the clock, and whether Asterisk asks. Exit "
        "status 1 if anything is bad.",
    )
    parser.set_defaults(run=run)


async def run(config: Config, _: argparse.Namespace) -> int:
    """Examine everything, one after the other."""
    bad = False
    examinations: tuple[Callable[[Config], Awaitable[tuple[Finding, str]]], ...] = (
        _rules,
        _service,
        _blocking,
        _ledger,
        _seals,
        _clock,
        _asterisk,
        _letters,
        _lists,
    )
    for note in config.notes:
        say(f"{Finding.ODD:<5} configuration: {note}")
    for examine in examinations:
        try:
            finding, text = await examine(config)
        except BlockerError as error:
            finding, text = Finding.BAD, str(error)
        bad = bad or finding is Finding.BAD
        say(f"{finding:<5} {examine.__name__.strip('_')}: {text}")
    return NO if bad else OK


async def _rules(config: Config) -> tuple[Finding, str]:
    rules, fault = looking.rules_of(config)
    if fault:
        return Finding.BAD, fault
    own = f"{config.household_rules}/"
    if failed := [str(each) for each in rules.failed_examples() if each.file.startswith(own)]:
        return Finding.BAD, "examples in the household's own rules don't hold:\n" + "\n".join(failed)
    looking.settings_in_file(config, rules)
    return (
        Finding.GOOD,
        f"{len(rules.companies)} companies and {len(rules.ranges)} number ranges in {len(rules.files)} files",
    )


async def _service(config: Config) -> tuple[Finding, str]:
    try:
        status = await ask(DataDir(config.data_dir).control_socket, "status", patience=5)
    except ServiceAbsent:
        if _listens(config.fastagi.host, config.fastagi.port):
            where = f"{config.fastagi.host}:{config.fastagi.port}"
            return Finding.BAD, f"something else listens on {where} (stop it, or set another [fastagi] port)"
        return Finding.BAD, "not running, so every call rings (start it: blocker serve, or systemctl start blocker)"
    if not _listens(config.fastagi.host, status["fastagi"]):
        return Finding.BAD, f"it runs, but port {status['fastagi']} doesn't answer (restart it and read its log)"
    if status["problems"]:
        return Finding.BAD, "; ".join(status["problems"])
    only = "; observe_only is on, so everything rings" if status["observe_only"] else ""
    return Finding.GOOD, f"version {status['version']} on ports {status['fastagi']} and {status['http']}{only}"


async def _blocking(config: Config) -> tuple[Finding, str]:
    """Whether calls may be blocked at all just now."""
    now = datetime.now(UTC)
    try:
        said = (await ask(DataDir(config.data_dir).control_socket, "status", patience=5))["no_blocking_until"]
        until = parse_time(said) if said else None
    except ServiceAbsent:
        wanted = (await looking.knowledge(config)).wanted
        until = wanted.no_blocking_until if wanted.pauses_at(now) else None
    if until is None:
        return Finding.GOOD, "not paused"
    local = until.astimezone(ZoneInfo(config.time_zone))
    return Finding.ODD, f"no blocking until {local:%Y-%m-%d %H:%M}, since an emergency or help line was called"


def _listens(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


async def _ledger(config: Config) -> tuple[Finding, str]:
    found = await verify(config.data_dir)
    if not found.holds:
        return Finding.BAD, f"doesn't verify: {found.faults[0]} (blocker verify says all)"
    verifies = f"verifies, {found.entries} {'entry' if found.entries == 1 else 'entries'}"
    if older := await kept_beside(config.data_dir):
        names = ", ".join(left.folder.name for left in older)
        told = f"{verifies}; what was recorded before is in {names}, which could not be continued"
        mend = "blocker take-over brings what holds of it into this ledger"
        if all(left.taken_over for left in older):
            told += ", and what holds of it was taken over"
            mend = "blocker verify says how far each holds; a copy elsewhere is evidence, the folder here may go"
        return Finding.ODD, f"{told} ({mend})"
    return Finding.GOOD, verifies


async def _seals(config: Config) -> tuple[Finding, str]:
    key = config.seals.key or config.data_dir / "keys" / OWN_KEY
    sealed = await looking.sealed(config)
    if sealed.last is None:
        off = config.seals.every == "never"
        return (Finding.GOOD, "none, as configured") if off else (Finding.ODD, "nothing is sealed yet (blocker seal)")
    if not key.exists():
        return Finding.BAD, f"the key {key} is gone, so that nothing more can be sealed (put it back from a backup)"
    local = sealed.last.at.astimezone(ZoneInfo(config.time_zone))
    text = f"the last one is of {local:%Y-%m-%d %H:%M}, by {key}"
    authorities = [authority.url for authority in config.seals.authorities]
    if missing := sealed.without_token(authorities):
        return Finding.ODD, f"{text}; no time-stamp yet from {' and '.join(missing)} (its log says why)"
    late = timedelta(weeks=1) if config.seals.every != "never" else timedelta.max
    if datetime.now(UTC) - sealed.last.at > late + timedelta(days=1):
        return Finding.ODD, f"{text}, long ago (its log says why)"
    return Finding.GOOD, f"{text}; {'time-stamped' if authorities else 'no time-stamps are configured'}"


async def _clock(_: Config) -> tuple[Finding, str]:
    state = clock.state()
    if state.synchronised is False and clock.in_a_container():
        return Finding.ODD, "not synchronised, as far as this container can tell; look at the clock of its host"
    if state.synchronised is False:
        mend = "timedatectl set-ntp true, or install chrony"
        return Finding.BAD, f"not synchronised, so that a regulator may doubt the times ({mend})"
    if state.synchronised is None:
        return Finding.ODD, "this system doesn't say whether it is synchronised"
    return Finding.GOOD, "synchronised"


async def _asterisk(config: Config) -> tuple[Finding, str]:
    async with looking.reader(config) as reader:
        newest = await reader.newest({EntryKind.CALL_SCREENED})
    if newest is None:
        return Finding.ODD, "has never asked (deploy/asterisk/ says which line to add to the dialplan)"
    ago = datetime.now(UTC) - parse_time(newest.content["at"])
    hours = int(ago.total_seconds() // 3600)
    if hours >= STALE_HOURS:
        return Finding.ODD, f"asked last {hours // 24} days ago; does it still?"
    since = "less than an hour" if not hours else "1 hour" if hours == 1 else f"{hours} hours"
    return Finding.GOOD, f"asked last {since} ago through {newest.content['hook']}"


async def _letters(config: Config) -> tuple[Finding, str]:
    """Whether a letter has waited long enough for its answer."""
    today = letterroom.midnight(config).date()
    days = await letterroom.due(config, Words(Language.EN))
    overdue = [day for day in days if day.item.due in NEXT_STEPS and day.item.on <= today]
    if not overdue:
        return Finding.GOOD, "no answer is overdue"
    return Finding.ODD, "; ".join(day.title for day in overdue) + " (blocker letter due says what to type)"


async def _lists(config: Config) -> tuple[Finding, str]:
    """Whether the community lists could be brought up to date."""
    _, faults = looking.list_sources(config, looking.rules_of(config)[0])
    used = [one for one in await looking.source_states(config) if one.used]
    stale = [
        f"{one.source.slug} since {at.astimezone(ZoneInfo(config.time_zone)):%Y-%m-%d %H:%M}"
        for one in used
        if (at := one.state.failing_since)
    ]
    if faults:
        return Finding.BAD, "; ".join(map(str, faults))
    if stale:
        return Finding.ODD, f"not up to date: {', '.join(stale)} (blocker lists says why)"
    if not used:
        return Finding.GOOD, "none is used (blocker lists)"
    return Finding.GOOD, f"{len(used)} in use, {sum(one.state.entries for one in used)} numbers and prefixes"
