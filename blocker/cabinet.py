"""The composition root of `filing/`: gives each use case of evidence its adapters, and names its commands.

Decides which concrete parts they work with. What they do is theirs.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.config import Config
from blocker.control import Handler
from blocker.core.attached import Attached
from blocker.core.company import CompanyBook
from blocker.core.household_file import HouseholdFile
from blocker.core.law import LawBook
from blocker.core.ports import Clock
from blocker.core.succession import one_by_now
from blocker.core.week import Week
from blocker.dossiers import Here, read_attached, read_file
from blocker.errors import UsageError
from blocker.evidence.attachments import Attachments
from blocker.evidence.kept import kept_ledgers
from blocker.evidence.ledger import Ledger
from blocker.evidence.signing import Signer
from blocker.evidence.stamping import stamp
from blocker.filing.choosing import Choosing
from blocker.filing.corrections import Corrections
from blocker.filing.erasing import Erasing, Outside
from blocker.filing.importing import Importing
from blocker.filing.letters import Letters
from blocker.filing.objecting import Objecting
from blocker.filing.pack_making import Custody
from blocker.filing.projections import Projections
from blocker.filing.proofs import Proofs
from blocker.filing.remaking import Remaking
from blocker.filing.sealing import Sealer
from blocker.filing.standing import StandingFile
from blocker.filing.statements import Statements
from blocker.filing.taking_over import TakingOver
from blocker.household import Household
from blocker.looking import FORMS, known_lines, own_command, reader
from blocker.recording import Recorder
from blocker.store.household_db import HouseholdDb
from blocker.store.letter_files import LetterFiles
from blocker.store.sharing_db import SharingDb
from blocker.wanting import WantedCalls


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
        laws: Callable[[], LawBook],
    ) -> None:
        """`ledger` gives the one that is written to at present, which may be begun anew; None while there is none.

        `household` keeps the lists; None where they can't be opened.
        """
        self._config, self._clock, self._recorder = config, clock, recorder
        self._ledger, self._companies = ledger, companies
        self.corrections = Corrections(lambda: reader(config), recorder, clock)
        here = Here(companies, clock, config.region, ZoneInfo(config.time_zone))
        self._attachments = Attachments(config.data_dir)
        proofs = Proofs(self._attachments, recorder, clock)
        self.standing = StandingFile(proofs, self._file, laws, lambda: known_lines(config), here)
        self.objecting = Objecting(proofs, self._file, here)
        self.letters = Letters(proofs, self._file, self._attached, here)
        self.importing = Importing(lambda: reader(config), recorder, proofs, clock)
        self.custody = Custody(recorder, clock)
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

        by_url = {authority.url: authority for authority in config.seals.authorities}
        self.sealer = Sealer(
            signer=Signer(config.seals.key, config.data_dir / "keys", config.seals.identity),
            identity=config.seals.identity,
            authorities=by_url,
            stamp=lambda url, data: stamp(by_url[url], data, clock.now),
            journal=recorder,
            ledger=ledger,
            read=lambda: reader(config),
            clock=clock,
        )
        self.erasing: Erasing | None = None
        self._choosing: Choosing | None = None
        self._taking_over: TakingOver | None = None

    def handlers(self) -> Mapping[str, Handler]:
        """The commands of all of them, by name."""
        return {
            **self._statement_handlers(),
            **self._household_handlers(),
            "import-calls": self.importing.take,
            "import-keep": self.importing.keep,
            "call-add": self.importing.add,
            "pack-made": self.custody.made,
            **self._erasing_handlers(),
            "seal": self.sealer.seal,
        }

    def open_erasing(
        self, household: Household, wanted: WantedCalls, store: HouseholdDb, *, beside_calls: bool
    ) -> None:
        """Make ready to erase, once all that holds numbers is open; without, nothing is ever erased."""
        config, zone = self._config, ZoneInfo(self._config.time_zone)
        projections = Projections(household, wanted, SharingDb(store), store.tidy)
        files = [*FORMS.documents, FORMS.calls[0]]
        taking_over = TakingOver(
            lambda: reader(config),
            lambda: kept_ledgers(config.data_dir),
            self._recorder,
            self._clock,
            lambda: erasing.alone,
        )
        outside = Outside(
            files=self._attachments,
            lists=projections,
            open_cases=self._open_cases,
            remake=Remaking(config.report.dir, files[::-1], self._remake_report),
            drop_letters=LetterFiles(config.data_dir).drop_naming,
            erase_there=taking_over.erase_there,
        )
        self.erasing = erasing = Erasing(
            records=lambda: reader(config),
            ledger=self._ledger,
            outside=outside,
            clock=self._clock,
            zone=zone,
            wanted_days=config.retention.wanted_days,
            unwanted_days=config.retention.unwanted_days,
            beside_calls=beside_calls,
        )
        self._taking_over = taking_over
        self._choosing = Choosing(
            self.erasing,
            lambda: reader(config),
            projections,
            flush=self._recorder.flush,
            companies=self._companies,
            today=lambda: self._clock.now().astimezone(zone).date(),
            region=config.region,
            own_numbers=[line.number for line in config.lines.values()],
            not_reached=taking_over.not_reached,
        )

    def _erasing_handlers(self) -> dict[str, Handler]:
        if self.erasing is None or self._choosing is None or self._taking_over is None:
            return {}
        return {
            "take-over": self._taking_over.take,
            "erase-due": self.erasing.due,
            "erase-show": self._choosing.show,
            "erase": self._choosing.erase,
        }

    async def _file(self) -> HouseholdFile:
        async with reader(self._config) as ledger:
            today = self._clock.now().astimezone(ZoneInfo(self._config.time_zone)).date()
            return await read_file(ledger, self._companies(), today)

    async def _attached(self) -> dict[str, Attached]:
        async with reader(self._config) as ledger:
            return await read_attached(ledger)

    async def _open_cases(self) -> frozenset[str]:
        today = self._clock.now().astimezone(ZoneInfo(self._config.time_zone)).date()
        cases = (await self._file()).open_cases
        return one_by_now(self._companies(), [case.company for case in cases], today)

    def _household_handlers(self) -> dict[str, Handler]:
        standing, objecting = self.standing, self.objecting
        return {
            "household-line": standing.line,
            "household-register": standing.register,
            "household-contract": standing.contract,
            "household-consent": standing.consent,
            "household-agreed": standing.agreed,
            "household-case": standing.case,
            "household-attach": standing.attach,
            "household-object": objecting.object,
            "household-delivered": objecting.delivered,
            "household-answered": objecting.answered,
            "letter-sent": self.letters.sent,
            "letter-news": self.letters.news,
        }

    async def _remake_report(self, week: Week, folder: Path) -> None:
        ended = await own_command(self._config, "report", "--week", str(week), "--out", str(folder))
        if ended.status not in {0, 1}:  # 1: it was made, and says that the ledger doesn't verify
            raise UsageError(ended.last_words)

    def _statement_handlers(self) -> dict[str, Handler]:
        said = self.statements
        of_calls: dict[str, Handler] = {}
        if said is not None:
            of_calls = {"mark": said.mark, "statement": said.say, "statement-withdraw": said.withdraw}
        return {**of_calls, "correct": self.corrections.correct}
