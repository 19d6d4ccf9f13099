"""`blocker export`: what is written for other devices is what our own readers read back."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes.running import Program

from blocker import bookbinding
from blocker.core.exported import Exported
from blocker.renderers import block_lists
from blocker.store.book_file import BookFile
from blocker.syncing import Order

NUMBERS = ("+3225551234", "+33199001234", "+12025550123")


@pytest.mark.parametrize("note", ["", 'club, "CC -- BY; 4", 2026-11-22', "a---b-"])
@pytest.mark.parametrize("form", block_lists.FORMS)
async def test_an_exported_list_is_read_back_whole(tmp_path: Path, form: str, note: str) -> None:
    """Each number is in the file, in a form that `sync` reads as the same number, and nothing else is."""
    path, made = tmp_path / "list", tmp_path / "made.book"
    path.write_bytes(block_lists.FORMS[form]([Exported(number, note) for number in NUMBERS], "BE").encode())
    bound = await bookbinding.bind(Order(path, made, "BE", "back", str(path), datetime.now(UTC), form))
    book = BookFile(made)
    assert (bound.entries, bound.bad_lines) == (3, 0)
    assert all(book.about(number[1:]) for number in NUMBERS)
    book.close()


def test_what_does_not_fit_is_said(tmp_path: Path) -> None:
    """A device that takes few gets those that were listed last, and the household is told that there are more."""
    program = Program(tmp_path)
    for number in (*NUMBERS, "02 556*"):
        program.run("block", "add", number, "--comment", "a loud seller")
    out = tmp_path / "list.csv"
    out.write_text("an older one")
    done = program.run("export", "--as", "spamblocker", "--out", str(out), "--limit", "2")
    assert out.read_bytes() == b"number\r\n+12025550123\r\n+33199001234\r\n"
    assert done.stdout == f"{out}: 2 numbers.\n"
    assert done.stderr.splitlines() == [
        "note: left out: 1 prefix of your own, which no such device reads for sure",
        "note: left out for want of room: 1 number of your own, listed earlier",
    ]
    assert out.stat().st_mode & 0o777 == 0o600
    nowhere = tmp_path / "nowhere" / "list.csv"
    for path, limit, says in ((out, "0", "1 or more"), (nowhere, "1", "isn't a folder (make it first")):
        refused = program.run("export", "--as", "vcard", "--out", str(path), "--limit", limit, check=False)
        assert (refused.returncode, says in refused.stderr) == (2, True)
    assert (out.read_bytes()[:6], nowhere.parent.exists()) == (b"number", False)


def test_what_community_lists_turn_away(tmp_path: Path) -> None:
    """Their numbers are exported on demand with where each comes from; nobody whom the household lets through is."""
    club = '\n[sources.club]\norigin = "club.csv"\nform = "csv"\nlicence = "CC0-1.0"\n'
    program = Program(tmp_path, more=club + 'columns = { rating = "rating", votes = "votes" }\n')
    (tmp_path / "club.csv").write_text(
        "number,rating,votes\n+3225551234,E_ADVERTISING,2\n+33199001234,G_FRAUD,9\n+12025550123,B_MISSED,9\n"
        "+33199005678,G_FRAUD,5\n0800*,G_FRAUD,9\n"
    )
    program.run("sync", "club")
    program.run("allow", "add", "+33199005678")
    program.run("block", "add", "+442079460123")
    out, rows = tmp_path / "list.csv", {}
    for what in ("own", "community", "all"):
        program.run("export", "--as", "freepbx-csv", "--what", what, "--out", str(out))
        lines = out.read_text().splitlines()[1:]
        rows[what] = [line for line in lines if line.startswith("+")]
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert rows["own"] == ["+442079460123,SPAM"]
    assert rows["community"] == [
        f'+33199001234,"SPAM (club, CC0-1.0, {today})"',
        f'+3225551234,"SPAM (club, CC0-1.0, {today})"',
    ]
    assert rows["all"] == rows["own"] + rows["community"]
    few = program.run("export", "--as", "vcard", "--what", "all", "--limit", "2", "--out", str(out))
    assert few.stdout == f"{out}: 2 numbers.\n"
    assert few.stderr.splitlines() == [
        "note: left out: 1 prefix of community lists, which no such device reads for sure",
        "note: left out for want of room: 1 number of community lists, with fewer votes",
    ]


def test_asterisk_is_given_every_way_of_presenting_a_number() -> None:
    """Asterisk compares texts, so that a number is written as any trunk may send it."""
    rows = block_lists.freepbx([Exported("+3225551234"), Exported("+33199001234")], "BE").split("\r\n")
    assert [row.partition(",")[0] for row in rows[1:-1]] == [
        *("+3225551234", "3225551234", "003225551234", "025551234"),
        *("+33199001234", "33199001234", "0033199001234"),
    ]
    commands = block_lists.astdb([Exported("+3225551234", 'a "club" \\')], "BE").splitlines()
    assert [command.partition(' "')[0].rpartition(" ")[2] for command in commands] == [
        *("+3225551234", "3225551234", "003225551234", "025551234")
    ]
    assert commands[0] == """database put blacklist +3225551234 "SPAM (a 'club' /)\""""
