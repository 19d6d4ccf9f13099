r"""`calls.csv`: every call of the week, one row each, for spreadsheets and for programs.

RFC 4180 with CRLF, UTF-8 without a byte order mark, a header row; `docs/spec/weekly-report.md` describes the columns.

Two things keep a stranger's text from being run as a formula when the file is opened in a spreadsheet, and both can be
undone by a program:

- Numbers are `tel:` URIs (RFC 3966), since a bare `+32…` is itself a formula to a spreadsheet.
- In texts, an apostrophe stands before each `=`, `+`, `-`, `@` (or their fullwidth forms), tab, line end or apostrophe
  that begins the cell, or that follows a `;`, `,`, `"`, tab or line end in it: a spreadsheet whose country separates by
  semicolons begins a new cell there. To have the text back, take one apostrophe away at each such place:
  `re.sub(r"(^|[;,\"\t\r\n])([^\S\t\r\n]*)'(?=[=+\-@'\t\r\n＝＋－＠])", r"\1\2", cell)`.

Decides nothing about a call.
"""

import csv
import functools
import io
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TextIO

from blocker.core.ended import Ended
from blocker.core.gist_call import Fate, Plain
from blocker.core.law import Finding, LawFlag
from blocker.core.observed import SeenCall, Statement

COLUMNS = (
    "entry",
    "call",
    "standing",
    "utc",
    "local_time",
    "time_zone",
    "line",
    "called_number",
    "presented",
    "presented_number",
    "caller_name",
    "decision",
    "reason",
    "match",
    "action",
    "happened",
    "acknowledged_after_ms",
    "flagged",
    "observe_only",
    "mark",
    "said_company",
    "company",
    "marked_by",
    "statement_entry",
    "seen_by",
    "said_call_centre",
    "call_centre",
    "law_points_to",
    "law_cannot_tell",
    "ended",
    "seconds_talked",
    "seconds_in_all",
    "hung_up_by",
)

MOST_ALIKE = 1_000
"""Kinds of calls of whose rows the common text is kept."""

_E164 = re.compile(r"\+[0-9]{1,15}")
_PLAIN = re.compile(r"[0-9]+,[0-9a-f]+,[a-z-]+(,[0-9T:.+Z-]+){2}")
_PLAIN_END = re.compile(r"[A-Z ]*,[0-9]*,[0-9]*,[a-z]*")
_FORMULA = re.compile(r"""(^|[;,"\t\r\n])([^\S\t\r\n]*)(?=[=+\-@'\t\r\n＝＋－＠])""")


def writer(file: TextIO, flags: Mapping[str, Sequence[LawFlag]] = MappingProxyType({})) -> "Writer":
    """Write the header, and give what writes one call's row.

    Args:
        file: open for writing text, with `newline=""` and UTF-8.
        flags: what calls point to by law, by the call's id.
    """
    file.write(_cells(*COLUMNS) + "\r\n")
    return Writer(file, flags)


class Writer:
    """Writes a call's row."""

    def __init__(self, file: TextIO, flags: Mapping[str, Sequence[LawFlag]]) -> None:
        """The header is written already."""
        self._write, self._flags = file.write, flags
        self._alike: dict[Fate, tuple[str, str, str, str]] = {}

    def __call__(self, call: SeenCall) -> None:
        """Write the row of any call."""
        self._write(_row(call, self._flags.get(call.call, ())))

    def brief(self, call: Plain, ended: Ended | None) -> None:
        """Write the row of a call of which nothing was said: the same as of the whole call, of fewer pieces."""
        n, call_id, at, local, number, after, fate = call
        pieces = self._alike.get(fate)
        if pieces is None:
            if len(self._alike) >= MOST_ALIKE:
                self._alike.clear()
            pieces = self._alike[fate] = _pieces(fate.like)
        standing, where, what, said = pieces
        number = number and f"tel:{number}"
        flags = self._flags.get(call_id)
        law = _cells(*_provisions(flags)) if flags else ","
        end = _end_cells(ended) if ended else ",,,"
        self._write(f"{n},{call_id},{standing},{at},{local},{where},{number},{what},{after},{said},{law},{end}\r\n")


@functools.lru_cache(maxsize=1024)  # lines, rules and callers come again and again
def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula; the module's docstring says how to have the text back."""
    return _FORMULA.sub(r"\1\2'", text)


def _row(call: SeenCall, flags: Sequence[LawFlag]) -> str:
    """A row with its line end; of what comes again and again in a week, the text is kept."""
    own = f"{call.n},{call.call},{call.standing},{call.utc},{call.local}"
    if not _PLAIN.fullmatch(own):
        own = _cells(call.n, call.call, call.standing, call.utc, call.local)
    _, where, what, said = _pieces(call)
    after = "" if call.after_ms is None else call.after_ms
    law = _cells(*_provisions(flags)) if flags else ","
    ended = _end_cells(call.ended) if call.ended else ",,,"
    return f"{own},{where},{_number_cell(call.number)},{what},{after},{said},{law},{ended}\r\n"


def _pieces(call: SeenCall) -> tuple[str, str, str, str]:
    """Standing, and three stretches of cells that many calls share."""
    return (
        call.standing,
        _where(call.zone, call.line, call.called, call.presented),
        _what(call.name, call.decision, call.reason, call.match, call.action, call.happened),
        _said(call.flagged, call.observe_only, call.statement, call.seen_by),
    )


@functools.lru_cache(maxsize=1024)
def _where(zone: str, line: str, called: str, presented: str) -> str:
    return _cells(zone, harmless(line), _number(called), presented)


@functools.lru_cache(maxsize=1024)
def _what(  # noqa: PLR0917  (the cells beside each other)
    name: str, decision: str, reason: str, match: str, action: str, happened: str
) -> str:
    return _cells(harmless(name), decision, reason, harmless(match), action, happened)


@functools.lru_cache(maxsize=1024)
def _said(flagged: bool, observe_only: bool, said: Statement, seen_by: str) -> str:  # noqa: FBT001  (likewise)
    return _cells(
        _yes_no(flagged),
        _yes_no(observe_only),
        said.mark,
        harmless(said.said_company),
        said.company,
        harmless(said.by),
        said.n or None,
        harmless(seen_by),
        harmless(said.said_call_centre),
        said.call_centre,
    )


def _end_cells(ended: Ended) -> str:
    disposition, talked, in_all, by, _ = ended
    cells = f"{disposition},{'' if talked is None else talked},{'' if in_all is None else in_all},{by}"
    return cells if _PLAIN_END.fullmatch(cells) else _cells(*ended[:4])


def _number_cell(number: str) -> str:
    return f"tel:{number}" if _E164.fullmatch(number) else _cells(_number(number))


def _cells(*values: object) -> str:
    """Cells as `csv` writes them, where needed in quotes, without a line end."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(("", *values))  # alone, an empty cell would be written as ""
    return text.getvalue()[1:-2]


def _provisions(flags: Sequence[LawFlag]) -> tuple[str, str]:
    """The ids of the provisions that a call points to, and of those of which it can't be told."""
    pointing = [flag.provision.id for flag in flags if flag.finding is Finding.POINTS_TO]
    unclear = [flag.provision.id for flag in flags if flag.finding is Finding.CANNOT_TELL]
    return " ".join(pointing), " ".join(unclear)


def _number(text: str) -> str:
    return f"tel:{text}" if _E164.fullmatch(text) else harmless(text)


def _yes_no(value: bool) -> str:  # noqa: FBT001  (a column of the table)
    return "yes" if value else "no"
