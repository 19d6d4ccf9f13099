"""A club that publishes a list: members with keys of their own, the publisher's folder, and what is served."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from fakes.clock import StandingClock

from blocker.core.community import Rating
from blocker.core.listing import Target
from blocker.core.member_report import NAMESPACE, MemberReport, Reported, reporter_of
from blocker.core.signed_text import join
from blocker.core.snapshot_manifest import MANIFEST, identity
from blocker.core.snapshot_manifest import NAMESPACE as LISTS
from blocker.core.week import Week
from blocker.evidence.signing import Signer, verify
from blocker.publishing import Published, Publisher
from blocker.store.list_workshop import ListOutlet, ListWorkshop

NAME = "belgian-club"
SETTINGS = f"""
name = "{NAME}"
licence = "CC-BY-4.0"
contact = "mailto:list@example.org"
reporters = 2
"""


class Member:
    """A household that reports, without the rest of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.reporter = self.line = ""

    async def join(self) -> str:
        """Make a key; the line that the publisher needs."""
        key = await Signer(None, self._folder, "new@block-reports").public_key()
        self.reporter = reporter_of(key)
        self.line = f'{self.reporter} namespaces="{NAMESPACE}" {key}\n'
        return self.line

    async def report(
        self,
        numbers: Collection[str],
        week: str = "2026-W47",
        *,
        name: str = NAME,
    ) -> bytes:
        """A report of these numbers as all called in that week."""
        told = [Reported(Target(number), Rating.E_ADVERTISING, Week.parse(week)) for number in numbers]
        told.sort(key=lambda item: int(item.target.number))
        text = MemberReport(name, self.reporter, Week.parse(week), tuple(told)).text()
        return join(text, await Signer(None, self._folder, self.reporter).sign(text.encode(), NAMESPACE))


class Club:
    """Three members and a publisher; `day` is its clock's."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder / "workshop", folder / "out"
        (self.folder / "reports").mkdir(parents=True)
        (self.folder / "list.toml").write_text(SETTINGS)
        self.members = [Member(folder / f"member-{place}") for place in range(3)]
        self.clock = StandingClock(datetime(2026, 11, 20, 9, tzinfo=UTC))
        self.signers = folder / "signers"

    async def begin(self) -> None:
        """Everybody has a key, and the publisher knows the members'."""
        lines = [await member.join() for member in self.members]
        (self.folder / "reporters").write_text("# our members\n" + "".join(lines))
        signer = self._signer()
        await signer.ready()
        self.signers.write_text(signer.allowed_signers([LISTS]))

    def _signer(self) -> Signer:
        return Signer(None, self.folder / "keys", identity(NAME))

    async def told(self, member: int, numbers: Collection[str], week: str = "2026-W47") -> None:
        """A member's report lies in the publisher's folder."""
        path = self.folder / "reports" / f"{member}.report"
        path.write_bytes(await self.members[member].report(numbers, week))

    async def publish(self) -> Published:
        """What the command does, by the club's clock."""
        workshop = ListWorkshop(self.folder)
        published = await Publisher(ListOutlet(self.out), self._signer(), verify, self.clock).publish(workshop.read())
        workshop.published(published.manifest.known)
        return published

    async def version(self, *numbers: str) -> Published:
        """The next day's list is to hold exactly these."""
        self.clock.pass_time(timedelta(days=1))
        for member in (0, 1):
            await self.told(member, numbers)
        return await self.publish()

    async def resign(self, text: str) -> None:
        """The publisher signs something that the program would not write."""
        (self.out / MANIFEST).write_bytes(join(text, await self._signer().sign(text.encode(), LISTS)))

    @property
    def origin(self) -> str:
        """The path of its manifest."""
        return str(self.out / MANIFEST)

    @property
    def today(self) -> date:
        return self.clock.now().date()
