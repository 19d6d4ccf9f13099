"""Plays the week: sets the clock, makes each call, lets the people in the house say what it was, shows what happened.

Decides what is shown. What happens to a call the service decides, as it would at home; marks go through the same
control socket as those that a person types.
"""

import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from blocker import actions, logs, reportroom
from blocker.collecting import PLAIN
from blocker.config import Config, load_config
from blocker.control import ask
from blocker.core.timekeeping import SIMULATED, ClockState
from blocker.core.week import Week
from blocker.datadir import DataDir
from blocker.demo import phone
from blocker.errors import UsageError
from blocker.looking import reader
from blocker.reportroom import languages_of
from blocker.service import Service

_CONFIG = """\
# The demonstration's configuration: the service took free ports; everything else is as it would be at home.
region = "{region}"
data_dir = "."
log_level = "error"

[fastagi]
port = 0

[http]
port = 0

[lines.{line[name]}]
number = "{line[number]}"
"""

BY = "the household"
_FURTHER = (
    "calls",
    "check 02 555 03 45",
    "block list",
    "company show proximus",
    "verify",
    "report",
    "dossier proximus --out proximus-dossier",
    "complaint list",
    "complaint --regulator be-fps-economy --company proximus --out proximus-complaint",
    "household line landline --holder 'Anna Peeters'",
    "letter both proximus --with-calls --out letters",
)
"""What to try on the week's data, a letter after the holder of the line is known."""

_COLUMNS = "{:<16} {:<18} {:<12} {:<17} {}"


class SimulatedClock:
    """The calls' own time: stands where it was set, and goes on from there at the pace of the real one."""

    name = "simulated"

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def set(self, instant: datetime) -> None:
        """Put it to an instant (aware)."""
        self._instant, self._set_at = instant.astimezone(UTC), time.monotonic()

    def now(self) -> datetime:
        """The simulated instant: UTC, to the millisecond."""
        now = self._instant + timedelta(seconds=time.monotonic() - self._set_at)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def elapsed(self) -> float:
        """Seconds of the story: what lies between two calls has passed, and nobody set the clock."""
        return self.now().timestamp()

    def state(self) -> ClockState:
        return SIMULATED


@dataclass(slots=True)
class Player:
    """The week on its way."""

    config: Config
    story: dict[str, Any]
    clock: SimulatedClock
    zone: ZoneInfo
    say: Callable[[str], None]
    service: Service | None = None
    call_ids: list[str] = field(default_factory=list)

    async def start(self) -> None:
        """Start the service, at the clock's time."""
        self.service = Service(self.config, self.clock)
        await self.service.start()

    async def stop(self, why: str) -> None:
        """Stop it again."""
        if self.service is not None:
            await self.service.stop(why)
            self.service = None

    async def command(self, name: str, **arguments: Any) -> Any:  # noqa: ANN401  (JSON values)
        """What a member of the household would type."""
        return await ask(DataDir(self.config.data_dir).control_socket, name, **arguments)

    async def call(self, index: int, call: dict[str, Any]) -> None:
        """One call, and what people say of it afterwards."""
        if self.service is None:
            raise UsageError("the demonstration's week has a call while its service is off")
        at = call["at"].replace(tzinfo=self.zone)
        self.clock.set(at)
        asked = await phone.ask(
            self.service.fastagi.port,
            number=call["number"],
            name=call.get("name", ""),
            presentation=call.get("presentation", 0),
            called=self.story["line"]["number"],
            uniqueid=f"{int(at.timestamp())}.{index}",
        )
        self.call_ids.append(asked.variables["BLOCKER_CALL"])
        shown = "(withheld)" if call.get("presentation", 0) else call["number"]
        what = "rings" if asked.rings else "kept quiet"
        self.say(_COLUMNS.format(f"{at:%a %H:%M:%S}", shown, what, asked.variables["BLOCKER_REASON"], call["story"]))
        for minutes, said in enumerate(call.get("marks", ()), 2):
            self.clock.set(at + timedelta(minutes=minutes))
            await self.mark(said)

    async def mark(self, said: dict[str, Any]) -> None:
        """Say what the last call was, or an earlier one of the week."""
        call = self.call_ids[said["call"] - 1] if "call" in said else self.call_ids[-1]
        done = await self.command("mark", call=call, mark=said["mark"], company=said.get("for"), by=BY)
        of_which = f"call {said['call']} " if "call" in said else ""
        known = done["statement"].get("company", "a name that no rule file knows")
        company = f", for {said['for']} ({known})" if "for" in said else ""
        blocked = f"; {done['number']} is blocked for a year" if done.get("blocked") else ""
        self.say(_COLUMNS.format("", "", "", "", f"→ marks {of_which}{said['mark']}{company}{blocked}"))


async def week(data_dir: Path | None, say: Callable[[str], None]) -> None:
    """Play the week and write its report.

    Args:
        say: prints a line.
        data_dir: where ledger and lists go, and stay; a new temporary folder where it isn't given.

    Raises:
        UsageError: the folder already holds something, or can't be made.
    """
    story = tomllib.loads(resources.files("blocker.demo").joinpath("week.toml").read_text(encoding="utf-8"))
    config_file = prepare(data_dir, story)
    logs.configure("console", "error")
    report = await _play(load_config(config_file, {}, actions.names()), story, say)
    say("")
    files = sorted(path.name for path in report.iterdir())
    say(f"The week's report lies in {report}: {', '.join(files)}.")
    paper = report / ("report.pdf" if "report.pdf" in files else "report.html")
    say(f"Open {paper} first: it is what the household reads on Monday morning.")
    say("Look further with these:")
    program = _program()
    for command in _FURTHER:
        say(f"  {program} --config {config_file} {command}")


def _program() -> str:
    """How this program is typed here: by its name where that is found, else by the way to it."""
    beside = Path(sys.executable).with_name("blocker")
    if shutil.which("blocker"):
        return "blocker"
    if not beside.exists():
        return f"{sys.executable} -m blocker"
    return str(beside.relative_to(Path.cwd())) if beside.is_relative_to(Path.cwd()) else str(beside)


def prepare(data_dir: Path | None, story: dict[str, Any]) -> Path:
    """Make the folder for the week's data, and a configuration in it; returns that file.

    Raises:
        UsageError: the folder already holds something, or can't be made.
    """
    try:
        folder = (data_dir or Path(tempfile.mkdtemp(prefix="blocker-demo-"))).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise UsageError(f"{folder} isn't empty: a demonstration must not mix with real calls (name a new folder)")
        config_file = folder / "blocker.toml"
        config_file.write_text(_CONFIG.format(**story), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{data_dir}: no folder for the demonstration: {error.strerror} (name another)") from error
    return config_file


async def _play(config: Config, story: dict[str, Any], say: Callable[[str], None]) -> Path:
    zone = ZoneInfo(config.time_zone)
    first = story["calls"][0]["at"].replace(tzinfo=zone)
    evening_before = first.replace(hour=0, minute=0, second=0) - timedelta(hours=4)  # watched from the first minute on
    player = Player(config, story, SimulatedClock(evening_before), zone, say)
    await player.start()
    try:
        for allowed in story["allowed"]:
            await player.command(
                "list-add", list_name="allow", text=allowed["number"], comment=allowed["comment"], by=BY
            )
        with _list_file(story["community"]) as path:
            await player.command("sync", origin=str(path), source="demonstration")
        say(_COLUMNS.format("when", "number", "the phone", "why", "what the house would tell"))
        outages = {outage["from"]: outage for outage in story["outages"]}
        for index, call in enumerate(story["calls"], 1):
            for begins in [begins for begins in outages if begins < call["at"]]:
                await _outage(player, outages.pop(begins))
            await player.call(index, call)
        week = Week.containing(first, zone)
        player.clock.set(week.bounds(zone)[1] + timedelta(hours=6))
    finally:
        await player.stop("the week is over")
    folder = config.report.dir / str(week)
    async with reader(config) as ledger:
        for note in await reportroom.write(config, ledger, week, folder, languages_of(config, {}), making=PLAIN):
            say(f"({note})")
    return folder


async def _outage(player: Player, outage: dict[str, Any]) -> None:
    player.clock.set(outage["from"].replace(tzinfo=player.zone))
    await player.stop("the electricity went off")
    player.say(_COLUMNS.format(f"{outage['from']:%a %H:%M:%S}", "", "not watched", "", outage["story"]))
    player.clock.set(outage["to"].replace(tzinfo=player.zone))
    await player.start()


@contextmanager
def _list_file(numbers: list[str]) -> Iterator[Path]:
    with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as file:
        file.write("# numbers that a community calls unwanted\n" + "".join(f"{number}\n" for number in numbers))
        file.flush()
        yield Path(file.name)
