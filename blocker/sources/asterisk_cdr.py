"""Call detail records of Asterisk: its `Master.csv` and the export of FreePBX's CDR reports, told apart by content.

Decides which records are legs of one call, and which calls came in, since a record doesn't say. Where the
configuration names trunks, those whose channel is one of them; else those that FreePBX gave a DID, and of the others
all but what comes from an internal telephone. Legs with the same linkedid (or uniqueid) are one call: the first leg's
time and number, answered if one of them was. Texts that came over the wire are kept as bytes, read as Latin-1. Source:
Asterisk's `cdr_csv.c`, `cdr_custom.conf.sample`; FreePBX's module `cdr`.
"""

import csv
import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO

from blocker.core.call import endpoint_of
from blocker.core.call_row import BadRow, CallRow, Circumstances, Item, Occurrences, PassedOver, instant_of
from blocker.core.number import MAX_SHORT_DIGITS
from blocker.core.plain_text import as_unicode, one_line
from blocker.errors import SourceError
from blocker.textlines import Line, lines

HELD_BACK = 200
"""Calls whose further legs are waited for; legs of a call stand close together."""

_MASTER = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata"),
    *("start", "answer", "end", "duration", "billsec", "disposition", "amaflags"),
)
"""The columns of `cdr_csv`; `cdr.conf` may add uniqueid, userfield, and then peeraccount, linkedid, sequence."""
_CUSTOM = (
    *("clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata"),
    *(
        "start",
        "answer",
        "end",
        "duration",
        "billsec",
        "disposition",
        "amaflags",
        "accountcode",
        "uniqueid",
        "userfield",
    ),
)
"""Those of the `Master.csv` that `cdr_custom.conf.sample` describes."""
_FREEPBX = frozenset({"calldate", "clid", "src", "dst", "channel", "disposition", "uniqueid"})
"""Some that its export has always had; its first line names them all."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)
_UNIQUE = re.compile(r"(?:[\w.-]+-)?[0-9]{9,11}\.[0-9]+", re.ASCII)
_CLID = re.compile(r'\s*"?(.*?)"?\s*<([^<>]*)>\s*', re.DOTALL)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_DISPOSITIONS = {"ANSWERED", "NO ANSWER", "BUSY", "FAILED", "CONGESTION"}
_NOT_IN = "outgoing or internal"


def recognises(head: bytes) -> bool:
    """Whether a file begins as one; see `CallReader`."""
    first = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe").partition(b"\n")[0].decode("latin-1")
    try:
        cells = next(csv.reader([first.strip("\r")]), [])
    except csv.Error:
        return False
    return {cell.strip() for cell in cells} >= _FREEPBX or _layout(cells) is not None


def read(stream: BinaryIO, here: Circumstances) -> Iterator[Item]:
    """Read call detail records; see `CallReader`."""
    columns: tuple[str, ...] = ()
    legs = _Legs()
    for line in lines(stream):
        if not line.raw.strip():
            continue
        try:
            cells = _cells(line)
            if b"calldate" in line.raw and (named := tuple(cell.strip() for cell in cells)) and {*named} >= _FREEPBX:
                columns = named
                continue
            read_row = _call(line.n, _record(cells, columns), here, legs.occurrences)
        except SourceError as error:
            yield BadRow(line.n, str(error))
            continue
        if isinstance(read_row, CallRow):
            yield from legs.add(read_row)
        else:
            yield read_row
    yield from legs.rest()


@dataclass(slots=True)
class _Legs:
    """Puts the legs of a call together."""

    occurrences: Occurrences = field(default_factory=Occurrences)
    _held: OrderedDict[tuple[str, ...], CallRow] = field(default_factory=OrderedDict)

    def add(self, leg: CallRow) -> Iterator[Item]:
        first = self._held.get(leg.identity)
        if first is not None:
            self._held[leg.identity] = _joined(first, leg)
            yield PassedOver(leg.row, "further leg of a call")
            return
        self._held[leg.identity] = leg
        if len(self._held) > HELD_BACK:
            yield self._held.popitem(last=False)[1]

    def rest(self) -> Iterator[Item]:
        yield from self._held.values()


def _joined(first: CallRow, leg: CallRow) -> CallRow:
    if leg.disposition != "ANSWERED" or (first.seconds_talked or 0) > (leg.seconds_talked or 0):
        return first
    return first._replace(disposition=leg.disposition, seconds_talked=leg.seconds_talked, kind_there=leg.kind_there)


def _cells(line: Line) -> list[str]:
    if not line.whole:
        raise SourceError("the line is too long for a call")
    try:
        return next(csv.reader([line.raw.decode("latin-1")]), [])
    except csv.Error as error:
        raise SourceError(f"it is no row of a table ({error})") from error


def _layout(cells: list[str]) -> tuple[str, ...] | None:
    """The columns of a row without heading, by where its dates are; None where it is no record."""
    for columns in (_MASTER, _CUSTOM):
        start = columns.index("start")
        if len(cells) >= len(_MASTER) and _DATE.fullmatch(cells[start]) and _WHOLE.fullmatch(cells[start + 3]):
            return columns
    return None


def _record(cells: list[str], columns: tuple[str, ...]) -> Mapping[str, str]:
    """A row's cells by name."""
    if columns:
        if len(cells) != len(columns):
            raise SourceError(f"it has {len(cells)} columns, the heading {len(columns)}")
        found = dict(zip(columns, cells, strict=True))
        return found | {"start": found["calldate"]}
    layout = _layout(cells)
    if layout is None:
        what = one_line(as_unicode(",".join(cells)))[:60]
        raise SourceError(f"this is no call detail record: “{what}” (a date is missing where Asterisk writes it)")
    found = dict(zip(layout, cells, strict=False))
    if layout is _MASTER:
        added = cells[len(_MASTER) :]
        if len(added) >= 3:  # noqa: PLR2004  (peeraccount, linkedid, sequence)
            found["linkedid"] = added[-2]
            added = added[:-3]
        found["uniqueid"] = next((cell for cell in added if _UNIQUE.fullmatch(cell)), "")
    return found


def _call(row: int, record: Mapping[str, str], here: Circumstances, occurrences: Occurrences) -> CallRow | PassedOver:
    channel = record["channel"]
    if not _came_in(record, channel, here):
        return PassedOver(row, _NOT_IN)
    began, ambiguous = instant_of(_wall(record["start"]), here)
    unique, linked = (record.get(key, "").strip() for key in ("uniqueid", "linkedid"))
    name, number = _caller(record)
    words = (record["start"], record["src"], record["dst"], record["channel"])
    disposition = record["disposition"].strip().upper()
    did = record.get("did", "").strip()
    return CallRow(
        row,
        (linked or unique,) if linked or unique else occurrences.numbered(words),
        began,
        number,
        ambiguous=ambiguous,
        name=name,
        called=one_line(as_unicode(did or _number_dialled(record["dst"]))),
        disposition=disposition if disposition in _DISPOSITIONS else None,
        seconds_talked=_seconds(record["billsec"], "billsec"),
        seconds_in_all=_seconds(record["duration"], "duration"),
        kind_there=one_line(as_unicode(record["disposition"]))[:40],
        trunk=endpoint_of(channel),
        references=tuple((key, text) for key, text in (("uniqueid", unique), ("linkedid", linked)) if text),
    )


def _came_in(record: Mapping[str, str], channel: str, here: Circumstances) -> bool:
    endpoint = endpoint_of(channel)
    if here.trunks:
        return endpoint in here.trunks
    if record.get("did", "").strip():
        return True
    internal = channel.startswith("Local/") or _is_short(endpoint) or record["dcontext"].startswith("from-internal")
    return not internal and not _is_short(record["src"])


def _is_short(text: str) -> bool:
    """Whether it is the number of an internal telephone."""
    return 0 < len(text) <= MAX_SHORT_DIGITS and text.isascii() and text.isdigit()


def _caller(record: Mapping[str, str]) -> tuple[str, str]:
    """Name and number of the caller; a name that only repeats the number is none."""
    shown = _CLID.fullmatch(record["clid"])
    number = record["src"] or (shown[2] if shown else "")
    name = shown[1] if shown else ""
    return ("" if name == number else name), number


def _number_dialled(dst: str) -> str:
    return dst if len(dst) > MAX_SHORT_DIGITS and dst.removeprefix("+").isdigit() else ""


def _seconds(text: str, what: str) -> int | None:
    if not text.strip():
        return None
    if not _WHOLE.fullmatch(text.strip()):
        raise SourceError(f"“{one_line(text)[:20]}” ({what}) is no number of seconds")
    return int(text)


def _wall(text: str) -> datetime:
    try:
        if _DATE.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise SourceError(f"“{one_line(as_unicode(text))[:30]}” is no date such as 2026-11-17 09:12:33")
