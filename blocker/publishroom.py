"""The composition root for publishing a list of one's own, and for reporting to somebody else's.

Decides which concrete parts `publishing.py` and `filing/member_reports.py` work with, and where keys are.
"""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.clock import SystemClock
from blocker.config import Config
from blocker.control import Handler
from blocker.core.case import Knowledge
from blocker.core.number import parse_typed
from blocker.core.ports import Clock
from blocker.core.sharing import why_never
from blocker.core.snapshot_manifest import NAMESPACE, identity
from blocker.errors import UsageError
from blocker.evidence.signing import Signer, verify
from blocker.filing.member_reports import MemberReports
from blocker.looking import countries_of, reader, setting_of
from blocker.publishing import Published, Publisher
from blocker.store.list_workshop import ListOutlet, ListWorkshop

KEYS = Path("keys") / "lists"
"""In the data directory: a key for each list that is reported to, made on first use."""


class ReportDesk:
    """Makes reports for lists that others publish, for the owner of the data directory."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        knowledge: Callable[[], Knowledge | None],
        flush: Callable[[], Awaitable[object]],
    ) -> None:
        self._config, self._clock, self._knowledge = config, clock, knowledge
        self._reports = MemberReports(
            records=lambda: reader(config),
            barred=self._barred,
            keys=lambda name, who: Signer(None, config.data_dir / KEYS / name, who),
            clock=clock,
            zone=ZoneInfo(config.time_zone),
            countries=countries_of(setting_of(config)),
            region=config.region,
            flush=flush,
        )

    def handlers(self) -> Mapping[str, Handler]:
        """The commands, by name."""
        return {"publish-report": self._reports.make}

    def _barred(self) -> Callable[[str], str]:
        known, config = self._knowledge(), self._config
        if known is None:
            raise UsageError("the household's lists can't be read, and without them nothing is told of any number")
        own = frozenset(line.number for line in config.lines.values() if line.number)
        local = self._clock.now().astimezone(ZoneInfo(config.time_zone))

        def why(number: str) -> str:
            caller = parse_typed(number, config.region)
            return why_never(caller, known, own, local, config.region, mobile=False)

        return why


async def publish(folder: Path, out: Path) -> tuple[Published, str]:
    """Publish a list; also gives the line by which others know its signature.

    Raises:
        ConfigError: files in the folder have faults.
        BlockerError: it can't be published; the list of before is as it was.
    """
    workshop = ListWorkshop(folder)
    with workshop.publishing(out):
        material = workshop.read()
        signer = Signer(None, workshop.keys, identity(material.settings.name))
        published = await Publisher(ListOutlet(out), signer, verify, SystemClock()).publish(material)
        workshop.published(published.manifest.known)
    return published, signer.allowed_signers([NAMESPACE])
