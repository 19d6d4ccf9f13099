"""Files as other devices write their calls, of any length, for tests of what reads them."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from blocker.core.call_row import Circumstances, Item
from blocker.sources import CallReader

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HERE = Circumstances(BRUSSELS, NOW)

FRITZBOX = "sep=;\nTyp;Datum;Name;Rufnummer;Landes-/Ortsnetzbereich;Nebenstelle;Eigene Rufnummer;Dauer\n"
ANDROID = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\n<calls count=\"1\">\n"
FREEPBX = (
    "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,"
    "accountcode,uniqueid,userfield,did,recordingfile,cnum,cnam,outbound_cnum,outbound_cnam,dst_cnam,linkedid\n"
)


def items(reader: CallReader, raw: bytes | str, here: Circumstances = HERE) -> list[Item]:
    """What a reader makes of a file."""
    return list(reader.read(io.BytesIO(raw if isinstance(raw, bytes) else raw.encode()), here))


def master(
    start: str = "2026-11-17 09:12:33",
    src: str = "025550345",
    unique: str = "1795162353.1",
    *,
    channel: str = "PJSIP/trunk-00000001",
    context: str = "from-trunk",
    disposition: str = "ANSWERED",
    talked: int = 60,
    clid: str = "",
    dst: str = "025550100",
    more: str = "",
) -> str:
    """A record of `Master.csv` with `loguniqueid=yes`."""
    clid = clid or f'""Anna"" <{src}>'
    ends = f'"{start}","","{start}",{talked + 7},{talked},"{disposition}","DOCUMENTATION"'
    return f'"","{src}","{dst}","{context}","{clid}","{channel}","","Dial","PJSIP/101,30",{ends},"{unique}"{more}\n'


def android(row: int, *, kind: str = "1", at: datetime | None = None, number: str = "+32475551234") -> str:
    """An element of a call log; without a time, the calls come ten minutes after each other."""
    instant = at or datetime(2022, 1, 3, 8, tzinfo=UTC) + timedelta(minutes=10 * row)
    date = int(instant.timestamp() * 1000)
    return (
        f'  <call number="{number}" duration="33" date="{date}" type="{kind}" presentation="1" '
        f'subscription_id="1" readable_date="Jan 3, 2022" contact_name="(Unknown)" />\n'
    )


def write_android(path: Path, calls: Iterator[str]) -> Path:
    """A call log of these elements."""
    with path.open("w", encoding="utf-8") as file:
        file.write(ANDROID)
        file.writelines(calls)
        file.write("</calls>\n")
    return path
