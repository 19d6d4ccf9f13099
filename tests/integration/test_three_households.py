"""Three households and a publisher, the real program on loopback: two report a number, the third's phone stays quiet.

And nothing that left a house, or that the third one asked for, names a line, a called number or the time of a call.
"""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web
from fakes.agi_client import call
from fakes.published import NAME, Club
from fakes.running import Program, running
from fakes.web_server import serving

from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.core.signed_text import split
from blocker.core.snapshot import encode, list_file
from blocker.core.snapshot_manifest import Piece
from blocker.store.book import Book

UNWANTED, ONLY_ONE_SAID_SO, FRIEND = "+33199001234", "+33199005678", "+33199009012"
LINES = ("+3225550101", "+3225550202", "+3225550303")
LIST_TOML = f'name = "{NAME}"\nlicence = "CC-BY-4.0"\ncontact = "mailto:list@example.org"\nreporters = 2\n'


FORM_OF_A_WORD = re.compile(
    r"blocker-report/1|list|reporter|made|number|[0-9a-f]{32}@block-reports|\d{4}-W\d\d|E_ADVERTISING"
    rf"|{re.escape(UNWANTED)}|{re.escape(ONLY_ONE_SAID_SO)}"
)
"""All that a report may be made of."""

SPREAD = [f"+3225{place * 104_729 % 1_000_003:06}" for place in range(300)]


def following(name: str, origin: str, signers: Path) -> str:
    """What a household writes to follow a list."""
    section = f'\n[sources.{name}]\norigin = "{origin}"\nkind = "snapshot"\nform = "snapshot"\n'
    return f'{section}signers = "{signers}"\nallow_private = true\n'


class Served:
    """What the web server gave away, and what it was asked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.said: list[bytes] = []
        """Requests with their heads, and what was answered."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """A plain static server."""
        path = self._folder / request.path.lstrip("/")
        head = f"{request.method} {request.path_qs}\n" + "".join(f"{k}: {v}\n" for k, v in request.headers.items())
        raw = await asyncio.to_thread(path.read_bytes) if await asyncio.to_thread(path.is_file) else None
        self.said += [head.encode() + await request.read(), raw or b""]
        return web.Response(status=404) if raw is None else web.Response(body=raw)


@asynccontextmanager
async def household(folder: Path, line: str, more: str = "") -> AsyncIterator[Program]:
    """A running household with one line."""
    folder.mkdir()
    async with running(folder, more=f'\n[lines.landline]\nnumber = "{line}"\n{more}') as program:
        yield program


async def rings(program: Program, number: str, line: str) -> bool:
    """Whether a call to a line rings."""
    variables = await call(program.fastagi, number, dnid=line, calleridname="Jane Doe")
    return variables["BLOCKER_ACTION"] == "ring"


async def report(program: Program, workshop: Path, member: int) -> str:
    """What a household does for its club; returns the line that it tells once."""
    path = workshop / "reports" / f"{member}.report"
    done = await asyncio.to_thread(program.run, "publish", "--reports", str(path), "--list", NAME)
    return done.stdout.splitlines()[-1]


async def test_two_report_and_the_third_stays_quiet(tmp_path: Path) -> None:
    """What two households reported is turned away at the third after its sync, and nobody told more than that."""
    workshop, out, signers = tmp_path / "workshop", tmp_path / "out", tmp_path / "signers"
    (workshop / "reports").mkdir(parents=True)
    (workshop / "list.toml").write_text(LIST_TOML)
    signers.touch()
    served = Served(out)
    async with AsyncExitStack() as open_things:
        url = await open_things.enter_async_context(serving(served.answer))
        source = following(NAME, f"{url}/manifest.txt", signers) + f"\n[sources.{NAME}.votes]\nadvertising = 2\n"
        homes = [
            await open_things.enter_async_context(household(tmp_path / f"home-{place}", line, source * (place == 2)))
            for place, line in enumerate(LINES)
        ]
        first, second, third = homes

        for home, line, numbers in (
            (first, LINES[0], (UNWANTED, ONLY_ONE_SAID_SO, FRIEND)),
            (second, LINES[1], (UNWANTED, FRIEND)),
        ):
            for number in numbers:
                assert await rings(home, number, line)
                mark = "wanted" if number == FRIEND else "marketing"
                await asyncio.to_thread(home.run, "mark", "last", mark)
        lines = [await report(home, workshop, place) for place, home in enumerate((first, second))]
        (workshop / "reporters").write_text("\n".join(lines))

        publish = ("publish", "--from", str(workshop), "--out", str(out))
        published = (await asyncio.to_thread(first.run, *publish)).stdout.splitlines()
        assert "1 number and 0 prefixes, 1 new, 0 gone, by the reports of 2 households." in published[0]
        signers.write_text(published[-1] + "\n")
        assert all(path.stat().st_mode & 0o004 for path in (out, *out.rglob("*")))  # the web server is another user
        assert not any(path.stat().st_mode & 0o077 for path in (workshop / "keys").iterdir())

        await asyncio.to_thread(third.run, "sync", NAME)
        assert not await rings(third, UNWANTED, LINES[2])
        assert await rings(third, ONLY_ONE_SAID_SO, LINES[2])
        assert await rings(third, FRIEND, LINES[2])
        await asyncio.to_thread(third.run, "sync", NAME)  # nothing is new

        times = [entry["at"] for home in homes for entry in home.entries("call-screened")]
    told = [path.read_bytes() for path in (workshop / "reports").iterdir()] + served.said
    tell_nothing(told, times)
    assert ONLY_ONE_SAID_SO.encode() in b"".join(told)  # so that it is no wonder that nothing else is


def tell_nothing(told: list[bytes], times: list[str]) -> None:
    """Nothing that was sent names a line, who was called, a caller's name, a friend, or when a call came."""
    assert len(told) >= 2 + 2 * 3
    text = b"\n".join(told).decode("latin-1")
    secrets = [*LINES, *(line[1:] for line in LINES), FRIEND, FRIEND[1:], "Jane", "landline"]
    assert [secret for secret in secrets if secret in text] == []
    for report in told[:2]:
        words = split(report, "a report").text.replace(NAME, "").split()
        assert {word for word in words if not FORM_OF_A_WORD.fullmatch(word)} == set()
    of_publishing = re.compile(r"^(?:published|expires) .*$", re.MULTILINE)  # the publisher's own two lines
    for at in times:  # to the minute
        assert at[:16] not in of_publishing.sub("", text)


async def test_changes_that_lead_elsewhere_are_followed_by_the_whole(tmp_path: Path) -> None:
    """Where changes don't lead to the list that was signed, the same sync has the whole of it instead."""
    club = Club(tmp_path)
    await club.begin()
    await club.version(*SPREAD)
    served = Served(club.out)
    async with serving(served.answer) as url:
        (tmp_path / "home").mkdir()
        program = Program(tmp_path / "home", more=following("club", f"{url}/manifest.txt", club.signers))
        await asyncio.to_thread(program.run, "sync", "club")
        (shown,) = [one for one in json.loads(program.run("lists", "--json").stdout) if one["list"] == "club"]
        assert shown["licence"] == "CC-BY-4.0", "a list that names its licence needs no description that does"
        manifest = (await club.version(*SPREAD[1:])).manifest
        (good,) = manifest.deltas
        wrong = encode(list_file(NAME, 2, {Target(UNWANTED): Rated(Target(UNWANTED))}, {}))
        piece = Piece(hashlib.sha256(wrong).hexdigest(), len(wrong))
        (club.out / piece.path).write_bytes(wrong)
        await club.resign(manifest.text().replace(f"{good.sha256} {good.size}", f"{piece.sha256} {piece.size}"))
        served.said.clear()
        await asyncio.to_thread(program.run, "sync", "club")

    asked = b"".join(served.said)
    assert piece.sha256.encode() in asked
    assert f"GET /{manifest.whole.path}".encode() in asked
    listed = {hit: len(Book(program.data / "book").lookup(hit)) for hit in (SPREAD[0], SPREAD[1], UNWANTED)}
    assert listed == {SPREAD[0]: 0, SPREAD[1]: 1, UNWANTED: 0}


async def test_what_a_household_leaves_out_shows_nowhere(tmp_path: Path) -> None:
    """A publisher who lists a household's own number doesn't learn that: what is asked for is the same as elsewhere."""
    club = Club(tmp_path)
    await club.begin()
    await club.version(*SPREAD)
    served = Served(club.out)
    async with serving(served.answer) as url:
        (tmp_path / "home").mkdir()
        source = following("club", f"{url}/manifest.txt", club.signers)
        program = Program(tmp_path / "home", more=f'{source}\n[lines.landline]\nnumber = "{LINES[0]}"\n')
        await asyncio.to_thread(program.run, "sync", "club")
        served.said.clear()
        for numbers in ((*SPREAD, LINES[0]), (*SPREAD, LINES[0], UNWANTED)):  # the one with it, and one later
            manifest = (await club.version(*numbers)).manifest
            await asyncio.to_thread(program.run, "sync", "club")
            assert len(served.said) == 2 * 2
            assert f"GET /{manifest.deltas[0].path}".encode() in served.said[2]
            served.said.clear()
    book = Book(program.data / "book")
    assert [len(book.lookup(number)) for number in (SPREAD[0], UNWANTED, LINES[0])] == [1, 1, 0]


async def test_a_list_that_was_lost_here_is_not_turned_back(tmp_path: Path) -> None:
    """Where the file of a list is gone, whoever serves it can't put an older one in its place."""
    club = Club(tmp_path)
    await club.begin()
    await club.version(*SPREAD)
    older = (club.out / "manifest.txt").read_bytes()
    await club.version(*SPREAD[1:])
    (tmp_path / "home").mkdir()
    program = Program(tmp_path / "home", more=following("club", club.origin, club.signers))
    await asyncio.to_thread(program.run, "sync", "club")
    newer = (club.out / "manifest.txt").read_bytes()
    for path in (program.data / "book").glob("club.*.book"):
        path.unlink()
    (club.out / "manifest.txt").write_bytes(older)
    refused = await asyncio.to_thread(program.run, "sync", "club", check=False)
    assert "version 1, older than version 2" in refused.stderr
    (club.out / "manifest.txt").write_bytes(newer)
    await asyncio.to_thread(program.run, "sync", "club")
    assert len(Book(program.data / "book").lookup(SPREAD[1])) == 1
