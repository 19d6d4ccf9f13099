"""An incoming call as values: what a hook saw of it, and what it is once its number is in normal form.

Decides which line and which trunk a call belongs to. Doesn't read the number (`number.py`) and doesn't judge
(`decide.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import NamedTuple

from blocker.core.number import Caller, NumberPlan

HEADERS = ("privacy", "from", "p-asserted-identity", "remote-party-id", "diversion", "history-info", "identity")
"""SIP headers about the caller that are kept."""


class Redirecting(NamedTuple):
    """Who forwarded a call to the household, as the trunk tells it."""

    number: str
    name: str = ""
    reason: str = ""
    """As the phone system calls it: `cfu`, `cfb`, `cfnr`, `unconditional` …"""


class Sighting(NamedTuple):
    """What a hook saw, before anything is made of it. Texts are as received: raw bytes read as latin-1.

    A tuple, as is `IncomingCall`: they are made for each call, and a frozen dataclass takes four times as long.
    """

    hook: str
    """Which hook saw it: `fastagi`, `http`."""
    number: str
    """The number presented (CLI), empty or a word such as `anonymous` where there was none."""
    name: str = ""
    """The caller name presented; never matched as a number."""
    presentation: int | None = None
    """Asterisk's CALLERPRES byte (0-3 allowed, 32-35 restricted, 64-67 unavailable); None where the hook can't tell."""
    called: str = ""
    """The number that was called, as the trunk gave it."""
    channel: str = ""
    """The telephony channel, for example `PJSIP/mytrunk-00000012`; names the trunk."""
    references: Mapping[str, str] = MappingProxyType({})
    """What lets somebody find this call in other records: uniqueid, channel, hook peer …"""
    headers: Mapping[str, str] = MappingProxyType({})
    """SIP headers about the caller, by lower-case name; those of `HEADERS` that were there."""
    redirecting: Redirecting | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the household."""

    name: str
    region: str
    """ISO 3166-1 alpha-2 of the place where the line is."""
    time_zone: str
    """IANA name; the line's local time."""
    number: str = ""
    """E.164, empty where the configuration doesn't say."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """A way in from a provider; its endpoint's name is its key."""

    name: str
    plan: NumberPlan


class IncomingCall(NamedTuple):
    """One call, ready to be judged."""

    id: str
    """Random, made on accept; every entry about this call carries it."""
    received_at: datetime
    """UTC, to the millisecond."""
    caller: Caller
    line: Line
    sighting: Sighting
    trunk: str = ""


def endpoint_of(channel: str) -> str:
    """The endpoint in a channel name: `PJSIP/mytrunk-00000012` → `mytrunk`; empty where there is none.

    Source: Asterisk names channels TECHNOLOGY/RESOURCE-UNIQUE.
    """
    _, slash, rest = channel.partition("/")
    return rest.rpartition("-")[0] if slash else ""
