r"""An entry of the ledger as bytes: its content, its link, and the strict way back.

Implements `docs/spec/evidence-ledger.md`: a content is one line of canonical JSON (RFC 8785) with its LF, a link is the
line `n prev content_sha256` LF, where `prev` is the SHA-256 of the link line before. Decides what is well-formed, byte
by byte. Doesn't decide what an entry says (`record.py`), where it is kept, or whether a chain of links holds
(`evidence/chain.py`).

    >>> link_line(1, NO_LINK, sha256_hex(canonical({"kind": "gap"})))
    b'1 0000…0000 ba3f…\n'
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from blocker.errors import LedgerFormatError

VERSION = 1
"""The `v` of contents written by this program."""

NO_LINK = "0" * 64
"""What stands as `prev` in the link of entry 1, which has no link before it."""

MAX_CONTENT = 1 << 20
"""Longest content in bytes, so that whoever reads knows how much memory an entry can take."""

MAX_INTEGER = 2**53 - 1
"""Beyond it, JSON readers that keep numbers as IEEE 754 doubles disagree. RFC 8785, section 3.2.2.3; RFC 7493, 2.2."""

MAX_DEPTH = 16
"""Objects and arrays within each other, the content itself included."""

_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":"))
_CONTAINERS = (dict, list, tuple)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_SALT = re.compile(r"[0-9a-f]{32}")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,63}")
_LINK = re.compile(rb"([1-9][0-9]{0,15}) ([0-9a-f]{64}) ([0-9a-f]{64})\n")


class EntryKind(StrEnum):
    """What an entry is about. A reader passes over kinds it doesn't know; they verify like any other."""

    SERVICE_STARTED = "service-started"
    SERVICE_STOPPED = "service-stopped"
    GAP = "gap"
    CALL_SCREENED = "call-screened"
    OUTCOME = "outcome"
    STATEMENT = "statement"
    LIST_CHANGED = "list-changed"
    LIST_SYNCED = "list-synced"
    LIST_STALE = "list-stale"
    LOOKED_UP = "looked-up"
    SHARING_SET = "sharing-set"
    SHARED = "shared"
    CONTACTS_CHANGED = "contacts-changed"
    EXPECTATION = "expectation"
    BLOCKING_PAUSED = "blocking-paused"
    RULES_LOADED = "rules-loaded"
    COMPANY_SET = "company-set"
    CONTRACT = "contract"
    OBJECTION = "objection"
    REQUEST = "request"
    CONSENT = "consent"
    PRIVATE_NOTE = "private-note"
    CALL_ENDED = "call-ended"
    CALL_IMPORTED = "call-imported"
    LINE_HOLDER = "line-holder"
    REGISTRATION = "registration"
    AGREED_TIME = "agreed-time"
    CASE = "case"
    ATTACHMENT = "attachment"
    CORRECTION = "correction"
    SEAL = "seal"
    TIME_STAMP = "time-stamp"
    PACK_MADE = "pack-made"
    CLOCK_CHANGED = "clock-changed"
    LEDGER_BEGUN = "ledger-begun"
    LEDGER_TAKEN_OVER = "ledger-taken-over"
    ERASURE = "erasure"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of a chain: how many links it has, and the sum of the last one."""

    n: int
    sha256: str
    """SHA-256 (hex) of link line `n`, its LF included; 64 zeros where there is none."""


EMPTY = Head(0, NO_LINK)
"""The head of a ledger without entries."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link line, read."""

    n: int
    prev: str
    content_sha256: str


def sha256_hex(data: bytes) -> str:
    """The sum as everything here writes it: 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def link_line(n: int, prev: str, content_sha256: str) -> bytes:
    """The bytes of a link, LF included."""
    return f"{n} {prev} {content_sha256}\n".encode("ascii")


def parse_link(line: bytes) -> Link:
    """A link line, read strictly: what it doesn't print back to is refused.

    Raises:
        LedgerFormatError: it isn't one.
    """
    if not (found := _LINK.fullmatch(line)) or int(found[1]) > MAX_INTEGER:
        raise LedgerFormatError("isn't a link line (“n prev content_sha256” and LF)")
    return Link(int(found[1]), found[2].decode(), found[3].decode())


def canonical(content: dict[str, Any]) -> bytes:
    """A content as the one sequence of bytes that stands for it: RFC 8785, plus LF.

    Restricted to values which every JSON reader takes alike: text, integers within ±(2⁵³ - 1), true, false, null,
    arrays (lists or tuples), objects (dicts) with ASCII keys, whose order by code point is that by UTF-16 unit.

    Raises:
        LedgerFormatError: something in it can't be written, such as a float, a half of a surrogate pair, or too much.
    """
    _refuse_unwritable(content, "the content", MAX_DEPTH)
    try:
        line = f"{_JSON.encode(content)}\n".encode()
    except UnicodeEncodeError as error:
        raise LedgerFormatError(f"holds half of a surrogate pair, which UTF-8 can't write: {error}") from None
    if len(line) > MAX_CONTENT:
        raise LedgerFormatError(f"is longer than {MAX_CONTENT} bytes")
    return line


def parse(line: bytes) -> dict[str, Any]:
    """A content, read strictly: the bytes must be those that `canonical` gives, and the common fields must be there.

    Raises:
        LedgerFormatError: they aren't; the message says why.
    """
    if len(line) > MAX_CONTENT:
        raise LedgerFormatError(f"is longer than {MAX_CONTENT} bytes")
    try:
        content = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError:
        raise LedgerFormatError("isn't UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise LedgerFormatError(f"isn't JSON: {error}") from None
    if not isinstance(content, dict):
        raise LedgerFormatError("isn't a JSON object")
    if canonical(content) != line:
        raise LedgerFormatError("isn't written canonically (RFC 8785 and one LF)")
    check_common(content)
    return content


def check_common(content: Mapping[str, Any]) -> None:
    """See that the fields which every content has are there and well-formed.

    Raises:
        LedgerFormatError: one isn't, or the content is of a version that this program doesn't know.
    """
    match content.get("v"):
        case int(v) if v == VERSION and v is not True:
            pass
        case int(v) if v > VERSION:
            raise LedgerFormatError(f"is of version {v}, this blocker knows {VERSION} (upgrade blocker to read it)")
        case v:
            raise LedgerFormatError(f"has {v!r} as its version “v”, which must be {VERSION}")
    kind, salt = content.get("kind"), content.get("salt")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise LedgerFormatError(f"has {kind!r} as its “kind”, which must be a word such as {EntryKind.CALL_SCREENED}")
    if not isinstance(salt, str) or not _SALT.fullmatch(salt):
        raise LedgerFormatError("has no “salt” of 32 hexadecimal digits")
    at = content.get("at")
    if not isinstance(at, str):
        raise LedgerFormatError("has no time “at”")
    parse_time(at)


def format_time(instant: datetime) -> str:
    """An aware instant as every entry writes it: UTC, milliseconds (the rest cut off), `2026-11-17T08:12:33.123Z`.

    As text it sorts as it does in time.

    Raises:
        ValueError: it has no zone, so that nobody knows which instant it is.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def parse_time(text: str) -> datetime:
    """The instant that `format_time` wrote, aware and in UTC.

    Raises:
        LedgerFormatError: it isn't written that way, or no such instant exists.
    """
    try:
        if _TIME.fullmatch(text):
            return datetime.fromisoformat(text)
    except ValueError:
        pass
    raise LedgerFormatError(f"has {text!r} as a time, which must look like 2026-11-17T08:12:33.123Z")


def _refuse_unwritable(value: object, where: str, depth: int) -> None:
    # On the way of every blocked call: plain tests, and texts, which most values are, aren't gone into.
    if not isinstance(value, _CONTAINERS):
        _refuse_unwritable_scalar(value, where)
        return
    if not depth:
        raise LedgerFormatError(f"{where} lies more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise LedgerFormatError(f"{where} has the key {key!r}; keys must be ASCII text")
            if not isinstance(item, str):
                _refuse_unwritable(item, key, depth - 1)
    else:
        for item in value:
            _refuse_unwritable(item, where, depth - 1)


def _refuse_unwritable_scalar(value: object, where: str) -> None:
    if isinstance(value, int):
        if not -MAX_INTEGER <= value <= MAX_INTEGER:
            raise LedgerFormatError(f"{where} is an integer beyond 2⁵³ - 1 (write it as text)")
    elif value is not None and not isinstance(value, str):
        raise LedgerFormatError(f"{where} is a {type(value).__name__}, which a content can't hold")
