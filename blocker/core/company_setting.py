"""What the household wants done with one company's calls: the settings there are, and what each decides.

Decides what a setting means for a number that the company publishes and for a caller name that looks like it. Where
settings are kept, and which of two holds, it is told (`companies.py`, `config.py`).
"""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import NamedTuple

from blocker.core.company import Purpose
from blocker.core.verdict import Decision


class Calls(StrEnum):
    """The settings."""

    DEFAULT = "default"
    """Published marketing numbers are blocked; a service number proves nothing, for or against."""
    MARKETING_BLOCKED = "marketing-blocked"
    """Published marketing numbers are blocked, published service numbers ring whatever strangers say of them."""
    ALL_BLOCKED = "all-blocked"
    ALL_ALLOWED = "all-allowed"


class CompanySetting(NamedTuple):
    """The household's setting for one company."""

    calls: Calls
    where: str
    """Where it was made: the configuration's file and line, or BY_COMMAND."""


MAX_CALLER_NAME = 200
"""Bytes of a caller name that are looked at."""

BY_COMMAND = "the household's own setting"

Settings = Mapping[str, CompanySetting]
"""By the company's slug."""


def decision(calls: Calls, purpose: Purpose | None) -> Decision | None:
    """What a setting decides; None where it leaves the call to what else is known.

    Args:
        calls: the setting.
        purpose: that of the published number which was presented. None where only the caller name fits the company:
            anybody can write one, so that it blocks nothing but where all calls are to be blocked.
    """
    match calls:
        case Calls.ALL_ALLOWED:
            return Decision.RING
        case Calls.ALL_BLOCKED:
            return Decision.BLOCK
        case Calls.MARKETING_BLOCKED if purpose is Purpose.SERVICE:
            return Decision.RING
    return Decision.BLOCK if purpose is Purpose.MARKETING else None


def digest(settings: Settings) -> str:
    """The sum (hex) by which ledger entries name the settings in force.

    It is over one line for each company whose setting isn't the default, sorted by its bytes: the slug, a space, the
    setting, LF.
    """
    lines = [f"{slug} {setting.calls}\n" for slug, setting in settings.items() if setting.calls is not Calls.DEFAULT]
    return sha256("".join(sorted(lines)).encode()).hexdigest()
