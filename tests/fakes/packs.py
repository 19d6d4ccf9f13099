"""A household with a story, as a data directory, and the packs that the real command makes of it.

Two calls name Proximus (one as Belgacom; one that the mobile phone recorded). Besides there are a call that names
Telenet, one of the family's, and a wanted one that names Proximus; the name of an agent stays in the house.
"""

import asyncio
import hashlib
import subprocess
from datetime import date
from pathlib import Path
from typing import NamedTuple

from fakes.authority import LocalAuthority
from fakes.entries import Told, local
from fakes.running import Program

from blocker.core.attached import Stored, What, attachment
from blocker.core.call_row import CallRow
from blocker.core.corrected import correction
from blocker.core.entry import EntryKind
from blocker.core.household_facts import Fact, How
from blocker.core.imported import Device, call_imported, fields_of
from blocker.core.number import NumberPlan
from blocker.core.statement import private_note
from blocker.core.verdict import Reason
from blocker.evidence.attachments import Attachments
from blocker.evidence.ledger import Ledger

SEEN, IMPORTED = "+3225550377", "+3225550388"
TELENET, FAMILY, TECHNICIAN = "+3225550399", "+32475551234", "+3225550366"
AGENT = "Jonathan"
LETTER = b"%PDF-1.4 a letter of objection\n"
BILL = b"%PDF-1.4 a bill, for the line that nobody called\n"
TOP = 'time_zone = "Europe/Brussels"'


class Story(NamedTuple):
    """The numbers of its entries, by what they are."""

    started: int
    letter: int
    objection: int
    telenet_objection: int
    landline: int
    seen: int
    seen_said_wrong: int
    correction: int
    seen_said: int
    imported: int
    imported_said: int
    family: int
    telenet: int
    technician: int
    stopped: int


def tell(told: Told) -> Story:
    """Tell it."""
    day, by = local("2026-11-10 09:00"), "Anna"
    told.started("2026-11-09 08:00")
    started = len(told.all())
    sums = [hashlib.sha256(raw).hexdigest() for raw in (LETTER, BILL)]
    letter = told.add(_attached(sums[0], "letter to “Proximus”.pdf"))
    told.add(_attached(sums[1], "bill.pdf"))
    said = Fact(
        EntryKind.OBJECTION,
        company="proximus",
        on=date(2026, 11, 1),
        how=How.POST,
        proofs=(sums[0],),
        said_company="PX",
    )
    objection = told.add(said.entry(day, by))
    other = Fact(EntryKind.OBJECTION, company="telenet", on=date(2026, 11, 2), how=How.POST, said_company="Telenet")
    telenet_objection = told.add(other.entry(day, by))
    landline = told.add(Fact(EntryKind.LINE_HOLDER, line="landline", holder="Anna Peeters").entry(day, by))
    told.add(Fact(EntryKind.LINE_HOLDER, line="attic", holder="A Lodger", proofs=(sums[1],)).entry(day, by))
    told.call("2026-11-17 08:00", number=FAMILY)
    family = len(told.all())
    call = told.call("2026-11-17 09:00", number=SEEN, reason=Reason.BLOCK_LIST)
    seen = len(told.all()) - 1
    told.says("2026-11-17 12:00", call, "marketing", "Telenet", "telenet")
    wrong = len(told.all())
    corrected = told.add(correction(local("2026-11-17 12:01"), wrong, why="misheard", by=by))
    told.says("2026-11-17 12:02", call, "marketing", "Belgacom", "proximus")
    said_now = len(told.all())
    told.add(private_note(local("2026-11-17 12:03"), call, agent=AGENT, by=by))
    call = told.call("2026-11-17 13:00", number=TELENET)
    telenet = len(told.all())
    told.says("2026-11-17 13:30", call, "marketing", "Telenet", "telenet")
    call = told.call("2026-11-17 14:00", number=TECHNICIAN)
    technician = len(told.all())
    told.says("2026-11-17 14:30", call, "wanted", "Proximus", "proximus")
    imported = told.add(_imported())
    told.says("2026-11-18 10:00", told.all()[imported - 1].content["call"], "marketing", "Proximus", "proximus")
    imported_said = len(told.all())
    told.stopped("2026-11-20 18:00")
    return Story(
        started, letter, objection, telenet_objection, landline, seen, wrong, corrected, said_now, imported,
        imported_said, family, telenet, technician, len(told.all()),
    )  # fmt: skip


def _attached(sha256: str, name: str) -> dict[str, object]:
    file = Stored(sha256, len(LETTER), "application/pdf", name)
    return attachment(local("2026-11-10 08:59"), file, what=What.LETTER, by="Anna")


def _imported() -> dict[str, object]:
    row = CallRow(row=3, identity=("1763300000000",), began=local("2026-11-16 15:00"), number=IMPORTED, kind_there="1")
    return call_imported(
        local("2026-11-18 09:00"),
        fields_of(row, Device.ANDROID, NumberPlan("BE")),
        device=Device.ANDROID,
        file={"name": "calls.xml", "sha256": "ab" * 32, "row": 3},
        line="mobile",
        zone="Europe/Brussels",
        by="Anna",
    )


async def lay_out(program: Program) -> Story:
    """Make the data directory of the story."""
    told = Told()
    story = tell(told)
    program.data.mkdir(mode=0o700)
    ledger = await Ledger.open(program.data)
    for entry in told.all():
        await ledger.append({key: value for key, value in entry.content.items() if key != "salt"})
    await ledger.copy_head("stop")
    await ledger.close()
    attachments = Attachments(program.data)
    for raw in (LETTER, BILL):
        await attachments.put_bytes(raw, "file")
    return story


async def made(folder: Path, authority: LocalAuthority | None, *asked: str) -> tuple[Program, Story, Path]:
    """The story in a folder, and the pack that the real command makes of it; of Proximus, if nothing else is asked."""
    if authority is None:
        program = Program(folder, top=TOP)
        story = await lay_out(program)
    else:
        async with authority.serving() as configured:
            seals = f'[[seals.authority]]\nurl = "{configured.url}"\ncertificates = "{configured.certificates}"'
            program = Program(folder, top=TOP, more=seals)
            story = await lay_out(program)
            await pack(program, *asked)
        return program, story, folder / "pack"
    await pack(program, *asked)
    return program, story, folder / "pack"


async def pack(program: Program, *asked: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """`blocker pack --out pack …`."""
    words = asked or ("--company", "proximus")
    return await asyncio.to_thread(program.run, "pack", "--out", "pack", *words, check=check)


def contents_of(folder: Path) -> list[int]:
    """The numbers of the contents in a pack."""
    return sorted(int(path.stem) for path in (folder / "contents").iterdir())


def verified(folder: Path, *words: str, path: str | None = None) -> tuple[int, str]:
    """Exit status and words of the pack's own `verify.sh`; `path` is the only environment there is, if given."""
    command = ["sh", "verify.sh", *words]
    environment = {} if path is None else {"env": {"PATH": path}}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, **environment)  # type: ignore[call-overload]
    return int(done.returncode), str(done.stdout + done.stderr)


def faults_in(said: str) -> set[str]:
    """Name and file of each fault."""
    found = (line.removeprefix("FAULT").strip() for line in said.splitlines() if line.startswith("FAULT"))
    return {fault.partition(":")[0] for fault in found}


def as_a_forger(folder: Path) -> None:
    """Write MANIFEST anew over what is there, as whoever has the folder can."""
    own = {"MANIFEST", "MANIFEST.sig", "MANIFEST.tsr", "MANIFEST.2.tsr", "MANIFEST.tsr.txt"}
    paths = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    lines = [f"{_sum(paths[name])}  {name}\n" for name in sorted(paths.keys() - own)]
    (folder / "MANIFEST").write_text("".join(lines))


def texts_in(folder: Path) -> bytes:
    """All that a pack holds, one after the other."""
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
