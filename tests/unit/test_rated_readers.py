"""Lists in forms of their own: what each item says, and a word about each that can't be read."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.community import Rated, Rating
from blocker.core.listing import Target
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here, RatedReader, astdb, csv_table, digit_patterns, fritzbox_book, vcard

HERE = Here("BE", date(2026, 11, 17))
FTC_HEADING = (
    "Company_Phone_Number,Created_Date,Violation_Date,Consumer_City,Consumer_State,Consumer_Area_Code,Subject,"
    "Recorded_Message_Or_Robocall\n"
)


def table(columns: csv_table.Columns) -> RatedReader:
    """The reader of tables with such columns."""

    def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
        return csv_table.read(stream, here, columns)

    return read


FTC, PLAIN = table(csv_table.FTC), table(csv_table.PLAIN)


def items(reader: RatedReader, raw: str | bytes) -> list[Rated | BadItem]:
    """All of a list."""
    return list(reader(BytesIO(raw.encode() if isinstance(raw, str) else raw), HERE))


def targets(reader: RatedReader, raw: str | bytes) -> list[str]:
    """What a list holds, or where an item is bad."""
    return [item.target.text if isinstance(item, Rated) else item.where for item in items(reader, raw)]


def test_complaints_are_votes_with_a_subject_and_a_day() -> None:
    """A row of the FTC's complaints is one vote; its number is American, wherever the household is."""
    read = items(
        FTC,
        FTC_HEADING
        + '2025550123,2026-11-16 10:02:11,2026-11-15 09:00:00,Town,Ohio,614,"Lotteries, prizes & sweepstakes",Y\n'
        + ",2026-11-16 10:03:00,2026-11-15 09:00:00,Town,Ohio,614,Other,N\n"
        + "2025550124,2105-05-13 00:00:00,,,,,Other,N\n"
        + "2025550125,2026-11-16 10:03:00,,,,,No Subject Provided,N\n",
    )
    assert read == [
        Rated(Target("+12025550123"), Rating.F_GAMBLE, 1, date(2026, 11, 16)),
        BadItem("line 4", "“2105-05-13 00:00:00” can't be: it is before 2000 or in the future"),
        Rated(Target("+12025550125"), Rating.E_ADVERTISING, 1, date(2026, 11, 16)),
    ]


def test_a_table_with_columns_of_other_names() -> None:
    """Whoever says which column is which has all of it read."""
    columns = csv_table.named(
        csv_table.PLAIN,
        {"number": "Numéro", "rating": "Kind", "votes": "Plaintes", "last_activity": "Vu", "listed_since": "Depuis"},
    )
    heading = "\n\nDepuis;Vu;Plaintes;Kind;Numéro\n"
    raw = heading + "2026-01-02;2026-11-16;20;G_FRAUD;02 555 12 34\n;;;;02 555*\n;;x;;02 555 12 35"
    assert items(table(columns), raw) == [
        Rated(Target("+3225551234"), Rating.G_FRAUD, 20, date(2026, 11, 16), date(2026, 1, 2)),
        Rated(Target("+322555", is_prefix=True)),
        BadItem("line 6", "“x” is no number of votes"),
    ]
    with pytest.raises(UsageError, match="“colour” is nothing that a column is for; there are number, rating"):
        csv_table.named(csv_table.PLAIN, {"colour": "red"})
    with pytest.raises(SourceError, match="no column “Tel”; its heading is “Phone”"):
        items(table(csv_table.named(csv_table.PLAIN, {"number": "Tel"})), "Phone\n025551234\n")


def test_columns_of_our_own_names_need_not_be_named() -> None:
    """A table that calls its columns as we do is read whole: what it calls legitimate isn't taken for unwanted."""
    raw = "Number,Rating,votes,last_activity\n025551234,A_LEGITIMATE,20,2026-11-16\n025551235,liked,,\n"
    assert items(PLAIN, raw) == [
        Rated(Target("+3225551234"), Rating.A_LEGITIMATE, 20, date(2026, 11, 16)),
        BadItem("line 3", f"“liked” is no rating that is known here ({', '.join(Rating)})"),
    ]
    others = csv_table.named(csv_table.PLAIN, {"rating": "kind"})
    raw = "number,rating,kind\n025551234,5 of 5,F_GAMBLE\n"
    assert items(table(others), raw) == [Rated(Target("+3225551234"), Rating.F_GAMBLE)]


@pytest.mark.parametrize(
    ("columns", "raw", "holds"),
    [
        (csv_table.FREEPBX, '"number","description"\n"025551234","a ""seller"", loud"\n', ["+3225551234"]),
        (csv_table.SPAMBLOCKER, "number\n025551234\n\n025551235\n", ["+3225551234", "+3225551235"]),
        (csv_table.SPAMBLOCKER, "pattern\r\n025551234\r\n", ["+3225551234"]),
        (csv_table.PLAIN, "\ufeffPhone\tname\n+3225551234\tx\n", ["+3225551234"]),
        (csv_table.PLAIN, "name,phone\nx,+3225551234\nx\n", ["+3225551234", "line 3"]),
        (csv_table.PLAIN, 'number,n\n025551234,"a\nb"\n112,\n', ["+3225551234", "line 4"]),
        (csv_table.PLAIN, '"number\n', []),
        (csv_table.PLAIN, "number,a\n" + "x" * 20_000 + ",\n025551234,\n", ["line 2", "+3225551234"]),
        (csv_table.PLAIN, 'number\n"025551234"x\n025551235\n', ["line 2", "+3225551235"]),
        (csv_table.PLAIN, b"number,n\n025551234,caf\xe9\n", ["+3225551234"]),
        (csv_table.PLAIN, "number\n", []),
    ],
)
def test_ways_of_writing_a_table(columns: csv_table.Columns, raw: str | bytes, holds: list[str]) -> None:
    """Separators, quotes, marks, encodings; a bad row is told by the line on which it begins."""
    assert targets(table(columns), raw) == holds


def test_patterns_of_digits() -> None:
    """What is to block is listed with its digits; what is only to be named isn't; the rest is bad, by its place."""
    patterns = [
        {"name": "a", "action": "block", "pattern": "33162######"},
        {"name": "b", "action": "identify", "pattern": "33163######"},
        {"name": "c", "action": "block", "pattern": "33199001234"},
        {"name": "d", "action": "block", "pattern": "33##5"},
        {"name": "e", "action": "block", "pattern": "33#########"},
        {"name": "f", "action": "block", "pattern": "112"},
        {"name": "g", "action": "block", "pattern": 33162},
        "33162######",
    ]
    raw = "\ufeff" + json.dumps({"version": "2026-11-01", "license": "x", "patterns": patterns})
    held = ["+33162*", "+33199001234", *(f"pattern {place}" for place in range(4, 9))]
    assert targets(digit_patterns.read, raw.removeprefix("\ufeff")) == held


def test_a_telephone_book_of_a_fritzbox() -> None:
    """Every number of every contact; numbers inside the house and emergency numbers are bad items."""
    raw = """<?xml version="1.0" encoding="utf-8"?>
<phonebooks><phonebook owner="1" name="Spam"><contact><category>0</category>
<person><realName>SPAM &amp; co 02 555 99 99</realName></person>
<telephony nid="2"><number type="home" prio="1" id="0">02 555 12 34</number>
<number type="work" id="1">+32 2 556*</number>
<number type="home" id="2">**611</number><number type="home" id="3">112</number><number type="mobile"/></telephony>
</contact></phonebook></phonebooks>"""
    assert targets(fritzbox_book.read, raw) == ["+3225551234", "+322556*", "line 6", "line 6"]


PRINTED = """/blacklist/025551234                              : 1
/blacklist/+3225551235                            : a seller: loud
/blacklist/3225551236                             : x
/blacklist/Nice Company                           : 1
/blacklist/dest                                   : app-blackhole,hangup,1
/blacklist/blocked                                : 1
/blacklist/02555*                                 : 1
/cidname/025551299                                : Zoe
8 results found.
"""
HELD = {"+3225551234", "+3225551235", "+3225551236"}


def astdb_file(path: Path) -> bytes:
    """The same as Asterisk keeps it."""
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("CREATE TABLE astdb(key VARCHAR(256), value VARCHAR(256), PRIMARY KEY(key))")
        keys = [line.split("  ")[0] for line in PRINTED.splitlines() if line.startswith("/")]
        database.executemany("INSERT INTO astdb VALUES(?, '1')", [(key,) for key in keys])
    return path.read_bytes()


def test_the_blacklist_of_freepbx(tmp_path: Path) -> None:
    """As Asterisk prints it and as it keeps it: the same numbers, and a word about a caller name and a star."""
    assert targets(astdb.read, PRINTED) == [*sorted(HELD), "line 4", "line 7"]
    read = targets(astdb.read, astdb_file(tmp_path / "astdb.sqlite3"))
    assert (set(read) & HELD, len(read)) == (HELD, 5)
    assert targets(astdb.read, "0 results found.\n") == []


def test_cards_as_a_list() -> None:
    """Every number of every card, prefixes too, each bad one with the line on which its card begins."""
    raw = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:SPAM: 0255512\r\nCATEGORIES:SPAM\r\nTEL;TYPE=WORK:02 555 12 34\r\n"
        "TEL;TYPE=WORK:+32 2 556*\r\nTEL:112\r\nEND:VCARD\r\nBEGIN:VCARD\r\nFN:x\r\nTEL:oops\r\nEND:VCARD\r\n"
    )
    assert targets(vcard.read_list, raw) == ["+3225551234", "+322556*", "line 1", "line 10"]


@pytest.mark.parametrize(
    ("reader", "raw", "says"),
    [
        (FTC, "number\n2025550123\n", "no column “company_phone_number” and none “subject”"),
        (PLAIN, "<html><body>Not found</body></html>", "web page"),
        (PLAIN, b"\x1f\x8b\x08\x00abc", "no text"),
        (PLAIN, "", "no column “number”"),
        (PLAIN, "\r\x01", "no heading of a table"),
        (digit_patterns.read, "<html>", "no JSON"),
        (digit_patterns.read, "[1]", "no list “patterns”"),
        (digit_patterns.read, '{"patterns": {}}', "no list “patterns”"),
        (digit_patterns.read, b"\xff\xfe\x00", "no JSON"),
        (digit_patterns.read, "[" * 100_000, "no JSON"),
        (digit_patterns.read, b" " * (digit_patterns.MAX_BYTES + 1), "more than 8 MB"),
        (fritzbox_book.read, "<html><body/></html>", "holds <html>"),
        (fritzbox_book.read, "<phonebooks><contact>", "line 1: no element found"),
        (fritzbox_book.read, "", "no element found"),
        (fritzbox_book.read, "<phonebooks a='" + "x" * (2 << 20), "too long"),
        (
            fritzbox_book.read,
            '<!DOCTYPE p [<!ENTITY a "1">]><phonebooks><number>&a;</number></phonebooks>',
            "entities of its own",
        ),
        (astdb.read, "+3225551234\n", "neither what"),
        (astdb.read, b"SQLite format 3\0" + b"\0" * 100, "no astdb.sqlite3"),
        (vcard.read_list, "hello", "no line BEGIN:VCARD"),
    ],
)
def test_something_else_than_such_a_list_is_refused(reader: RatedReader, raw: str | bytes, says: str) -> None:
    """A web page, an archive, half a file, or a list of another form is an error that says what it seems to be."""
    with pytest.raises(SourceError, match=says):
        items(reader, raw)


def test_a_database_without_the_table_is_refused(tmp_path: Path) -> None:
    """Another program's SQLite file is no blacklist."""
    with contextlib.closing(sqlite3.connect(tmp_path / "other")) as database, database:
        database.execute("CREATE TABLE other(x)")
    with pytest.raises(SourceError, match=r"no astdb\.sqlite3 .*no such table"):
        items(astdb.read, (tmp_path / "other").read_bytes())


def test_a_database_that_counts_for_ever_is_refused(tmp_path: Path) -> None:
    """A file of a few kilobytes can hold a query instead of the table, which gives keys without end."""
    with contextlib.closing(sqlite3.connect(tmp_path / "endless")) as database, database:
        database.execute(
            "CREATE VIEW astdb AS WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n) "
            "SELECT i AS rowid, '/blacklist/+32255512' || i AS key FROM n"
        )
    with pytest.raises(SourceError, match="is no table but a query"):
        items(astdb.read, (tmp_path / "endless").read_bytes())


WRAPS: list[tuple[RatedReader, Callable[[str], str]]] = [
    (PLAIN, lambda text: f"number,x\n{text},1\n"),
    (FTC, lambda text: FTC_HEADING + f"{text},{text},,,,,{text},\n"),
    (digit_patterns.read, lambda text: json.dumps({"patterns": [{"action": "block", "pattern": text}]})),
    (fritzbox_book.read, lambda text: f"<phonebooks><number>{text}</number></phonebooks>"),
    (astdb.read, lambda text: f"/blacklist/{text} : 1\n"),
    (vcard.read_list, lambda text: f"BEGIN:VCARD\nFN:x\nTEL:{text}\nEND:VCARD\n"),
]


@given(st.sampled_from(WRAPS), st.one_of(st.text(max_size=30), st.from_regex(r"\A[+0-9 ./()*#-]{0,20}\Z")))
def test_any_item_is_in_our_form_or_bad(wrapped: tuple[RatedReader, Callable[[str], str]], text: str) -> None:
    """Whatever stands where a number should: a number or a prefix in our form, a bad item, or a refusal."""
    reader, wrap = wrapped
    try:
        read = items(reader, wrap(text).encode(errors="replace"))
    except SourceError:
        return
    for item in read:
        if isinstance(item, Rated):
            digits = item.target.number[1:]
            assert digits.isascii()
            assert digits.isdecimal()
            assert (3 if item.target.is_prefix else 7) <= len(digits) <= 15
        else:
            assert item.where
            assert item.why


@given(st.sampled_from([reader for reader, _ in WRAPS]), st.binary(max_size=200))
def test_any_bytes_are_items_or_a_source_error(reader: RatedReader, raw: bytes) -> None:
    """Whatever a stranger's server sends, nothing but our own error comes out."""
    with contextlib.suppress(SourceError):
        items(reader, raw)


@given(st.binary(max_size=300), st.integers(0, 12_000))
def test_a_damaged_database_is_items_or_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    """A database that was copied while it was written, or that somebody made to do harm, does none."""
    raw = bytearray(astdb_file(tmp_path_factory.mktemp("astdb") / "astdb.sqlite3"))
    raw[at : at + len(noise)] = noise
    with contextlib.suppress(SourceError):
        items(astdb.read, bytes(raw))
