"""The composition root of `filing/`: gives each use case of evidence its adapters, and names its commands.

Decides which concrete parts they work with. What they do is theirs.
"""

from collections.abc import Callable, Mapping

from blocker.config import Config
from blocker.control import Handler
from blocker.core.company import CompanyBook
from blocker.core.ports import Clock
from blocker.evidence.ledger import Ledger
from blocker.recording import Recorder


class Cabinet:
    """The use cases of evidence, ready for the owner of the data directory."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        recorder: Recorder,
        ledger: Callable[[], Ledger | None],
        companies: Callable[[], CompanyBook],
    ) -> None:
        """`ledger` gives the one that is written to at present, which may be begun anew; None while there is none."""
        self._config, self._clock, self._recorder = config, clock, recorder
        self._ledger, self._companies = ledger, companies

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of all of them, by name."""
        return {}
