"""The composition root of `filing/`: gives each use case of evidence its adapters, and names its commands.

Decides which concrete parts they work with. What they do is theirs.
"""

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from blocker.config import Config
from blocker.control import Handler
from blocker.core.company import CompanyBook
from blocker.core.ports import Clock
from blocker.evidence.attachments import Attachments
from blocker.evidence.ledger import Ledger
from blocker.filing.corrections import Corrections
from blocker.filing.importing import Importing
from blocker.filing.statements import Statements
from blocker.household import Household
from blocker.looking import reader
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
        *,
        household: Household | None,
    ) -> None:
        """`ledger` gives the one that is written to at present, which may be begun anew; None while there is none.

        `household` keeps the lists; None where they can't be opened.
        """
        self._config, self._clock, self._recorder = config, clock, recorder
        self._ledger, self._companies = ledger, companies
        self.corrections = Corrections(lambda: reader(config), recorder, clock)
        self.importing = Importing(lambda: reader(config), recorder, Attachments(config.data_dir), clock)
        self.statements: Statements | None = None
        if household is not None:
            self.statements = Statements(
                calls=lambda: reader(config),
                journal=recorder,
                lists=household,
                companies=companies,
                clock=clock,
                region=config.region,
                zone=ZoneInfo(config.time_zone),
                keep_agents=config.statements.keep_agent_names,
            )

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of all of them, by name."""
        return {
            **self._statement_handlers(),
            "import-calls": self.importing.take,
            "import-keep": self.importing.keep,
            "call-add": self.importing.add,
        }

    def _statement_handlers(self) -> dict[str, Handler]:
        said = self.statements
        of_calls: dict[str, Handler] = {}
        if said is not None:
            of_calls = {"mark": said.mark, "statement": said.say, "statement-withdraw": said.withdraw}
        return {**of_calls, "correct": self.corrections.correct}
