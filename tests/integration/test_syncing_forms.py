"""Lists in other forms than plain numbers, from the command or the server to the book that calls are looked up in."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from fakes.running import Program
from fakes.syncers import a_list, a_syncer
from fakes.web_server import serving

from blocker import bookbinding
from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.core.snapshot import encode, list_file
from blocker.errors import SourceError, UsageError
from blocker.store.book import Book
from blocker.syncing import Syncer

FTC_HEADING = "Company_Phone_Number,Created_Date,Subject"
SELLER = Target("+3225551234")
LISTS: dict[str, str | bytes] = {
    "plain-lines": "+3225551234\n02 556*\n",
    "csv": "phone\n+3225551234\n02 556*\n",
    "ftc": f"{FTC_HEADING}\n2025550123,2026-11-16 09:00:00,Other\n2025550123,2026-11-16 09:01:00,Other\n",
    "freepbx-csv": "number,description\n025551234,a seller\n",
    "spamblocker": "number\n025551234\n",
    "astdb": "/blacklist/025551234                    : 1\n1 results found.\n",
    "digit-patterns": json.dumps({"patterns": [{"action": "block", "pattern": "322556####"}]}),
    "fritzbox": "<phonebooks><phonebook><contact><number>02 555 12 34</number></contact></phonebook></phonebooks>",
    "phoneblock": json.dumps({"numbers": [{"phone": "+3225551234", "votes": 4, "rating": "G_FRAUD"}], "version": 1}),
    "snapshot": encode(list_file("club", 1, {SELLER: Rated(SELLER)})),
    "vcard": "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:SPAM\r\nTEL:02 555 12 34\r\nEND:VCARD\r\n",
}


def as_bytes(content: str | bytes) -> bytes:
    """A list as it lies on the disk."""
    return content.encode() if isinstance(content, str) else content


@pytest.fixture
async def book(tmp_path: Path) -> AsyncIterator[Book]:
    """The book of a new data directory."""
    book = Book(tmp_path / "book")
    yield book
    await book.close()


@pytest.fixture
def syncer(book: Book, tmp_path: Path) -> Syncer:
    """What syncs into it, from this machine too."""
    return a_syncer(book, tmp_path / "book")


@pytest.mark.parametrize("form", bookbinding.FORMS)
async def test_each_form_comes_into_force(tmp_path: Path, book: Book, syncer: Syncer, form: str) -> None:
    """Whatever form a list has, what it holds is found in the book, a number once however often it is in the list."""
    path = tmp_path / "list"
    path.write_bytes(as_bytes(LISTS[form]))
    done = await syncer.sync(a_list(str(path), form=form))
    found = [number for number in ("+3225551234", "+3225560000", "+12025550123") if book.lookup(number)]
    assert (done.entries, done.bad_lines) == (len(found), 0)
    assert found


async def test_the_book_holds_what_a_list_says_of_each_number(tmp_path: Path, book: Book, syncer: Syncer) -> None:
    """Ratings and votes are there to be judged, the mild ones too; what has no votes left isn't listed."""
    path = tmp_path / "list.csv"
    rows = ["+3225551230,A_LEGITIMATE,9", "+3225551231,B_MISSED,9", "+3225551232,G_FRAUD,0", "+3225551233,G_FRAUD,4"]
    path.write_text("\n".join(["number,rated,votes", *rows]))
    columns = {"rating": "rated", "votes": "votes"}
    done = await syncer.sync(a_list(str(path), form="csv", columns=columns))
    assert (done.entries, done.without_votes) == (3, 1)
    found = [hit.rated for tail in range(4) for hit in book.lookup(f"+322555123{tail}")]
    assert [(rated.rating.partition("_")[0], rated.votes) for rated in found] == [("A", 9), ("B", 9), ("G", 4)]


@pytest.mark.parametrize(("form", "number", "votes"), [("plain-lines", SELLER.number, 1), ("ftc", "+12025550123", 2)])
async def test_two_copies_of_a_list_are_no_second_vote(
    tmp_path: Path, book: Book, syncer: Syncer, form: str, number: str, votes: int
) -> None:
    """Twice in a list of bare numbers is once, so that none speaks of its neighbours; each complaint is a vote."""
    path = tmp_path / "list"
    path.write_bytes(as_bytes(LISTS[form]) + (b"0032 2 555 12 34\n" if form == "plain-lines" else b""))
    await syncer.sync(a_list(str(path), form=form))
    assert [hit.rated.votes for hit in book.lookup(number)] == [votes]


async def test_a_list_of_another_form_leaves_the_last_good_one(tmp_path: Path, book: Book, syncer: Syncer) -> None:
    """Whoever names the wrong form learns it, with the first places that don't fit."""
    path = tmp_path / "list.csv"
    path.write_text("phone\n+3225551234\n")
    await syncer.sync(a_list(str(path), form="csv"))
    with pytest.raises(SourceError, match=r"syntax error.*is it the XML file of a telephone book"):
        await syncer.sync(a_list(str(path), form="fritzbox"))
    path.write_text("phone\n" + "oops\n" * 3 + "+3225551234\n")
    with pytest.raises(SourceError, match=r"3 of 4 items .*line 2: “oops” .*is it a list of the form csv"):
        await syncer.sync(a_list(str(path), form="csv"))
    assert book.lookup("+3225551234")


@pytest.mark.parametrize(
    ("form", "columns", "says"),
    [
        ("xlsx", {}, "no list is written as “xlsx”; there are plain-lines, csv"),
        ("vcard", {"number": "TEL"}, "only tables have columns"),
        ("", {"number": "TEL"}, "only tables have columns"),
        ("csv", {"colour": "red"}, "nothing that a column is for"),
    ],
)
async def test_a_form_that_makes_no_sense(
    tmp_path: Path, syncer: Syncer, form: str, columns: dict[str, str], says: str
) -> None:
    """A misspelt form or column is an error that names those there are, and says nothing of the list that is here."""
    (tmp_path / "list").write_text("+3225551234\n")
    await syncer.sync(a_list(str(tmp_path / "list")))
    before = (tmp_path / "book" / "list.state").read_bytes()
    with pytest.raises(UsageError, match=says):
        await syncer.sync(a_list(str(tmp_path / "list"), form=form, columns=columns))
    assert (tmp_path / "book" / "list.state").read_bytes() == before


@pytest.mark.parametrize("kind", ["application/json", "text/csv", "application/xml"])
async def test_the_kinds_that_servers_name(book: Book, syncer: Syncer, kind: str) -> None:
    """A list may be served under the name of its form."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=as_bytes(LISTS["digit-patterns"]), content_type=kind)

    async with serving(answer) as url:
        await syncer.sync(a_list(f"{url}/patterns", form="digit-patterns"))
    assert book.lookup("+3225561234")


def test_the_command_reads_a_table(tmp_path: Path) -> None:
    """`blocker sync --as csv --column number=…` from a shell, until `check` shows the list."""
    program = Program(tmp_path)
    (tmp_path / "sellers.csv").write_text("Téléphone;Votes\n02 555 12 34;1\n112;9\n02 555 12 35;2\n02 555 12 36;0\n")
    path = str(tmp_path / "sellers.csv")
    said = program.run("sync", path, "--as", "csv", "--column", "number=Téléphone", "--name", "sellers")
    assert said.stdout.splitlines() == ["sellers: 2 numbers and prefixes."]
    assert "passed over: 1 that are no numbers, or may not be listed" in said.stderr
    assert "left out: 1 with 0 votes" in said.stderr
    assert "sellers" in program.run("check", "02 555 12 34").stdout
