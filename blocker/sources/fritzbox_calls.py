"""Call lists of the FRITZ!Box, as its pages save them (`FRITZ!Box_Anrufliste.csv`), in whichever language.

    sep=;
    Typ;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer
    2;17.11.26 09:12;;025550345;Brüssel;;Internet: 025550100;0:00

Decides by the places of the columns, since their names differ from language to language: the first four and the last
three are the same everywhere, and newer boxes put one between them. Type 1 is a call that was taken, 2 one that was
missed, 4 one that went out. Type 3 is a refused one on newer boxes and an outgoing one on older ones, which have a
telephone and a duration: so one that has either is passed over. Names are out of the box's own telephone book and
aren't read. Times are to the minute; so are durations, rounded up, which is why they are kept as they are written.
"""

import csv
import re
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from blocker.core.call_row import BadRow, CallRow, Circumstances, Item, Occurrences, PassedOver, instant_of
from blocker.core.plain_text import one_line
from blocker.errors import SourceError
from blocker.textlines import Line, lines

_COLUMNS = (7, 8)
_SEPARATOR = re.compile(rb"sep=(.)", re.IGNORECASE)
_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{2}|[0-9]{4}) ([0-9]{1,2}):([0-9]{2})", re.ASCII)
_DURATION = re.compile(r"[0-9]{1,4}:[0-9]{2}", re.ASCII)
_TAKEN, _MISSED, _REFUSED, _OUTGOING = "1", "2", "3", "4"
_DISPOSITION = {_TAKEN: "ANSWERED", _MISSED: "NO ANSWER", _REFUSED: None}
_NO_TIME = {"", "0:00"}


def recognises(head: bytes) -> bool:
    """Whether a file begins as one; see `CallReader`."""
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    top, _, rest = text.partition(b"\n")
    header = rest.partition(b"\n")[0] if _SEPARATOR.match(top) else top
    return not header[:1].isdigit() and header.count(b";") + 1 in _COLUMNS


def read(stream: BinaryIO, here: Circumstances) -> Iterator[Item]:
    """Read a call list; see `CallReader`."""
    separator, columns = ";", 0
    occurrences = Occurrences()
    for line in lines(stream):
        if not columns:
            if found := _SEPARATOR.fullmatch(line.raw.strip()):
                separator = found[1].decode("latin-1")
            elif line.raw.strip():
                columns = _columns(line, separator)
        elif line.raw.strip():
            yield _item(line, separator, columns, here, occurrences)
    if not columns:
        raise SourceError("it is no call list of a FRITZ!Box: it is empty")


def _columns(line: Line, separator: str) -> int:
    """How many columns the heading has.

    Raises:
        SourceError: it isn't one.
    """
    cells = _cells(line, separator)
    if len(cells) not in _COLUMNS or not cells[0] or cells[0][0].isdigit():
        raise SourceError(
            f"line {line.n}: this is not the heading of a FRITZ!Box's call list, which has seven or eight columns: "
            f"“{one_line(separator.join(cells))[:60]}” (save it anew on the box's page of calls)"
        )
    return len(cells)


def _item(line: Line, separator: str, columns: int, here: Circumstances, occurrences: Occurrences) -> Item:
    try:
        return _call(line, separator, columns, here, occurrences)
    except SourceError as error:
        return BadRow(line.n, str(error))


def _call(line: Line, separator: str, columns: int, here: Circumstances, occurrences: Occurrences) -> Item:
    cells = [cell.strip() for cell in _cells(line, separator)]
    if len(cells) != columns:
        raise SourceError(f"it has {len(cells)} columns, the heading {columns}")
    kind, date, _, number = cells[:4]
    telephone, own, duration = cells[-3:]
    if kind == _OUTGOING or (kind == _REFUSED and (telephone or duration not in _NO_TIME)):
        return PassedOver(line.n, "outgoing")
    if kind not in _DISPOSITION:
        raise SourceError(f"“{one_line(kind)[:20]}” is no type of call that is known")
    if duration and not _DURATION.fullmatch(duration):
        raise SourceError(f"“{one_line(duration)[:20]}” is no duration (hours:minutes)")
    began, ambiguous = instant_of(_wall(date), here)
    return CallRow(
        line.n,
        occurrences.numbered((f"{began:%Y-%m-%d %H:%M}", kind, number, own, duration)),
        began,
        number.encode("utf-8", "replace").decode("latin-1"),
        ambiguous=ambiguous,
        called=one_line(own.rpartition(":")[2].strip()),
        disposition=_DISPOSITION[kind],
        seconds_talked=None if kind == _TAKEN else 0,
        duration_there=duration or None,
        kind_there=kind,
    )


def _cells(line: Line, separator: str) -> list[str]:
    """The cells of a line, which is UTF-8, or of an older box Windows-1252.

    Raises:
        SourceError: it is neither, or too long, or its quotes don't close.
    """
    if not line.whole:
        raise SourceError("the line is too long for a call")
    try:
        text = line.raw.decode()
    except UnicodeDecodeError:
        try:
            text = line.raw.decode("cp1252")
        except UnicodeDecodeError as error:
            raise SourceError(
                "it is neither UTF-8 nor Windows-1252 (save the list anew, as the box gives it)"
            ) from error
    try:
        return next(csv.reader([text], delimiter=separator, strict=True), [])
    except csv.Error as error:
        raise SourceError(f"it is no row of a table ({error})") from error


def _wall(text: str) -> datetime:
    found = _DATE.fullmatch(text)
    try:
        if found:
            day, month, year, hour, minute = map(int, found.groups())
            return datetime(year + (2000 if len(found[3]) == 2 else 0), month, day, hour, minute)  # noqa: DTZ001, PLR2004
    except ValueError:
        pass
    raise SourceError(f"“{one_line(text)[:30]}” is no date such as 17.11.26 09:12")
