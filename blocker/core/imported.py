"""Calls that another device recorded: what their entries say, and what the household may say about them.

Decides what makes two rows the same call, and what is kept of one. Such an entry never says that this blocker saw,
refused or let through anything: it has neither hook nor verdict nor action, and `seen_by` names who saw the call.
`docs/imports.md` says which rows of which files become calls.
"""

import hashlib
from collections.abc import Container, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from blocker.core.call_row import CallRow
from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.ended import Ended
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.number import NumberPlan, normalise
from blocker.core.observed import NO_STATEMENT, Happened, SeenCall, Standing, Statement, local_time, shown_caller
from blocker.core.plain_text import one_line
from blocker.core.presented import presented
from blocker.errors import LedgerFormatError


class Device(StrEnum):
    """What recorded a call."""

    ASTERISK_CDR = "asterisk-cdr"
    ANDROID = "android-call-log"
    FRITZBOX = "fritzbox-call-list"
    HAND = "hand"
    """A person who remembers it."""


FIELDS = frozenset(
    {
        "call",
        "began",
        "offset",
        "ambiguous",
        "called",
        "presented",
        "disposition",
        "seconds_talked",
        "seconds_in_all",
        "duration_there",
        "kind_there",
        "references",
    }
)
"""What a row says; whoever imports it adds who, when, and where it came from."""

CALLS = frozenset({EntryKind.CALL_SCREENED, EntryKind.CALL_IMPORTED})
"""The kinds of entry that are about one call each."""


def call_id(device: Device, identity: tuple[str, ...]) -> str:
    """The id of a call, the same however often it is imported: 16 hexadecimal digits."""
    words = "\n".join((device, *identity))
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def fields_of(row: CallRow, device: Device, plan: NumberPlan) -> dict[str, Any]:
    """What a row says of a call, as JSON values; `plan` is how the device writes numbers."""
    caller = normalise(row.number, row.presentation, plan)
    return {
        "call": call_id(device, row.identity),
        "began": format_time(row.began),
        "offset": row.began.isoformat()[-6:],
        "ambiguous": row.ambiguous,
        "called": row.called,
        "presented": presented(caller, row.number, row.name, None),
        "disposition": row.disposition,
        "seconds_talked": row.seconds_talked,
        "seconds_in_all": row.seconds_in_all,
        "duration_there": row.duration_there,
        "kind_there": row.kind_there,
        "references": dict(row.references),
    }


def call_imported(
    at: datetime,
    fields: Mapping[str, Any],
    *,
    device: Device,
    file: Mapping[str, Any] | None,
    line: str,
    zone: str,
    by: str,
    note: str = "",
) -> dict[str, Any]:
    """The content of the entry about a call that another device recorded.

    Args:
        at: when it is imported.
        fields: what `fields_of` made of its row.
        device: what recorded it.
        file: `name`, `sha256` and `row`; None where a person told of it.
        line: the household's name of what rang.
        zone: IANA name of the zone of the device's clock.
        by: who imports it.
        note: what a person who told of it said besides.

    Raises:
        LedgerFormatError: the fields are others than such an entry has, so that it could claim more than it may.
    """
    if fields.keys() != FIELDS or fields["presented"].get("presentation") is not None:
        raise LedgerFormatError("a call that another device recorded can't be kept: its fields aren't those of one")
    common = {"v": 1, "kind": str(EntryKind.CALL_IMPORTED), "at": format_time(at), "by": by}
    return common | dict(fields) | {"seen_by": str(device), "file": file, "line": line, "zone": zone, "note": note}


def call_time(content: Mapping[str, Any]) -> str:
    """When the call of an entry of the kinds in CALLS came: UTC, as entries write times."""
    return str(content["began"] if content["kind"] == EntryKind.CALL_IMPORTED else content["at"])


def call_instant(content: Mapping[str, Any]) -> datetime:
    """The same as an aware instant."""
    return parse_time(call_time(content))


def still_counts(n: int, content: Mapping[str, Any], withdrawn: Container[int]) -> bool:
    """Whether an entry of a call stands: only what a person told of can be taken back, never a device's record."""
    return n not in withdrawn or content.get("seen_by") != Device.HAND


@of_a_whole_entry
def imported_call(n: int, content: Content, statement: Statement = NO_STATEMENT) -> SeenCall:
    """The call in a `call-imported` entry, with what was said of it.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds, or doesn't say who saw the call.
    """
    number, name = shown_caller(content["presented"])
    seen_by = one_line(content["seen_by"])
    if not seen_by:
        raise ValueError("it doesn't say what recorded the call")
    return SeenCall(
        n=n,
        call=content["call"],
        utc=content["began"],
        local=local_time(content["began"], content["offset"]),
        zone=content["zone"],
        line=one_line(content["line"]),
        called=one_line(content["called"]),
        presented=content["presented"]["kind"],
        number=number,
        name=name,
        decision="",
        reason="",
        match="",
        action="",
        happened=Happened.ELSEWHERE,
        after_ms=None,
        observe_only=False,
        flagged=False,
        statement=statement,
        standing=_STANDING.get(statement.mark, Standing.UNMARKED),
        seen_by=seen_by,
        ended=_ended(content),
    )


def _ended(content: Content) -> Ended | None:
    """How the device says it ended; None where it doesn't say, or where only a person remembers."""
    told = content["disposition"] or "", content["seconds_talked"], content["seconds_in_all"]
    if content["seen_by"] == Device.HAND or told == ("", None, None):
        return None
    return Ended(*told, hung_up_by="", silent=False)


_STANDING = {"marketing": Standing.UNWANTED, "wanted": Standing.WANTED}
