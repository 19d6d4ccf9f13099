"""Seals and time-stamps as entries: what is signed, what the two kinds of entry say, and which are still missing.

Decides nothing about keys, authorities or when a head is sealed (`filing/sealing.py`), nor whether a signature or a
token is good (`evidence/seals.py`). The format is `docs/spec/evidence-ledger.md`, section “seal and time-stamp”.
"""

import base64
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, Head, format_time, parse_time, sha256_hex

NAMESPACE = "ledger-head@blocker"
"""What a seal's signature is for, so that it can't pass for one of something else."""


class Token(NamedTuple):
    """What an authority answered."""

    reply: bytes
    """A TimeStampResp, DER. RFC 3161, section 2.4.2."""
    gen_time: datetime
    """The authority's time, aware."""
    certificates: str | None
    """PEM text of those that were configured, by which it was checked; None where none were."""

    @property
    def sha256(self) -> str:
        """The sum by which later seals name it."""
        return sha256_hex(self.reply)


class Seal(NamedTuple):
    """A `seal` entry."""

    n: int
    at: datetime
    head: Head
    signature: str
    namespace: str
    identity: str
    public_key: str
    previous_tokens: tuple[str, ...]


class Stamp(NamedTuple):
    """A `time-stamp` entry."""

    n: int
    head: Head
    seal: int
    """The number of its seal's entry."""
    authority: str
    sha256: str
    token: Token


def head_line(head: Head) -> bytes:
    """What is signed and stamped, LF included."""
    return f"evidence-ledger-1 {head.n} {head.sha256}\n".encode("ascii")


def seal_entry(
    at: datetime, head: Head, signature: str, *, identity: str, public_key: str, previous_tokens: Collection[str]
) -> dict[str, Any]:
    """The head was signed; `previous_tokens` are the sums of the tokens that were got since the seal before."""
    return {
        "v": 1,
        "kind": str(EntryKind.SEAL),
        "at": format_time(at),
        "head": {"n": head.n, "sha256": head.sha256},
        "signature": signature,
        "namespace": NAMESPACE,
        "identity": identity,
        "public_key": public_key,
        "previous_tokens": list(previous_tokens),
    }


def stamp_entry(at: datetime, seal: Seal, authority: str, token: Token) -> dict[str, Any]:
    """An authority put its time on a seal's head."""
    return {
        "v": 1,
        "kind": str(EntryKind.TIME_STAMP),
        "at": format_time(at),
        "head": {"n": seal.head.n, "sha256": seal.head.sha256},
        "seal": seal.n,
        "authority": authority,
        "token": base64.b64encode(token.reply).decode("ascii"),
        "sha256": token.sha256,
        "gen_time": format_time(token.gen_time),
        "certificates": token.certificates,
    }


@of_a_whole_entry
def seal_of(n: int, content: Content) -> Seal:
    """A `seal` entry, read.

    Raises:
        LedgerFormatError: a newer program wrote it.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    return Seal(
        n=n,
        at=parse_time(content["at"]),
        head=_head(content),
        signature=_text(content["signature"]),
        namespace=_text(content["namespace"]),
        identity=_text(content["identity"]),
        public_key=_text(content["public_key"]),
        previous_tokens=tuple(map(_text, content["previous_tokens"])),
    )


@of_a_whole_entry
def stamp_of(n: int, content: Content) -> Stamp:
    """A `time-stamp` entry, read; raises as `seal_of` does."""
    reply = base64.b64decode(content["token"], validate=True)
    certificates = None if content["certificates"] is None else _text(content["certificates"])
    token = Token(reply, parse_time(content["gen_time"]), certificates)
    return Stamp(n, _head(content), int(content["seal"]), _text(content["authority"]), _text(content["sha256"]), token)


class Sealed(NamedTuple):
    """The last seal, and the tokens since its head."""

    last: Seal | None = None
    stamps: tuple[Stamp, ...] = ()

    def unsealed(self, head: Head) -> int:
        """How many entries no seal covers; seals and tokens themselves don't count."""
        if self.last is None:
            return head.n
        return head.n - self.last.head.n - 1 - len(self.stamps)

    def new_tokens(self) -> tuple[str, ...]:
        """The sums that the next seal is to hold."""
        known = self.last.previous_tokens if self.last else ()
        return tuple(stamp.sha256 for stamp in self.stamps if stamp.sha256 not in known)

    def without_token(self, authorities: Iterable[str]) -> tuple[str, ...]:
        """Those authorities that haven't put their time on the last seal."""
        if self.last is None:
            return ()
        there = {stamp.authority for stamp in self.stamps if stamp.seal == self.last.n}
        return tuple(authority for authority in authorities if authority not in there)


def _head(content: Content) -> Head:
    return Head(int(content["head"]["n"]), _text(content["head"]["sha256"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
