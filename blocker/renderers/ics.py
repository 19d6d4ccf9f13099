"""Days to remember as a calendar file (iCalendar, RFC 5545), for the calendar that the household already has.

Decides how a day becomes an event of the whole day. Each has a UID that stays the same from report to report, so that a
calendar that reads the file again changes its events and doubles none. The same days give the same bytes. Which days
there are, and their words, others decide.
"""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import NamedTuple

from blocker.core.plain_text import one_line

LINE = 75
"""Octets in a line without its end; longer ones are folded (section 3.1)."""


class Event(NamedTuple):
    """Something on a day."""

    key: str
    """What makes it the same event, whatever its day and words; never shown."""
    on: date
    title: str
    text: str


def render_ics(events: Iterable[Event], stamp: datetime) -> bytes:
    """A calendar of whole days.

    Args:
        events: in any order.
        stamp: when the calendar was made, aware, in UTC: from the ledger, so that the same ledger gives the same bytes.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//blocker//follow-ups//EN", "CALSCALE:GREGORIAN"]
    for event in sorted(events, key=lambda event: (event.on, event.key)):
        lines += _event(event, stamp)
    lines.append("END:VCALENDAR")
    return b"".join(folded + b"\r\n" for line in lines for folded in _folded(line))


def _event(event: Event, stamp: datetime) -> list[str]:
    uid = hashlib.sha256(event.key.encode()).hexdigest()[:32]
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}@blocker.invalid",
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{event.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{event.on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_text(event.title)}",
        f"DESCRIPTION:{_text(event.text)}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _text(text: str) -> str:
    """A text as section 3.3.11 writes it; lines of it stay lines."""
    plain = "\n".join(map(one_line, text.split("\n")))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most LINE octets, those after the first begun by a space; no character is cut."""
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE:
            yield piece
            piece = b" "
        piece += octets
    yield piece
