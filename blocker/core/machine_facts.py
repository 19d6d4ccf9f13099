"""What the machine noted about a call beside the verdict: the clock, what was decided by, the call's traces elsewhere.

Decides what of it is kept of a caller who isn't to be shown: what is the phone system's own and says nothing of the
caller. Doesn't read a number (`number.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from blocker.core.call import IncomingCall
from blocker.core.number import Unavailable, Withheld
from blocker.core.timekeeping import ClockState

_OWN_REFERENCES = frozenset({"uniqueid", "linkedid", "channel", "peer", "sip_call_id"})
"""Given by the phone systems on the way, not by the caller: with them an operator finds the call in its own records."""

_OWN_HEADERS = frozenset({"privacy"})


@dataclass(frozen=True, slots=True)
class Sums:
    """What a decision was made by, as the SHA-256 sums (hex) that ledger entries name it by."""

    rules: str | None = None
    lists: Mapping[str, str] = field(default_factory=dict)
    """By name of the list."""


UNDECIDED = Sums()
"""Nothing was looked at."""


def machine_facts(call: IncomingCall, clock: ClockState, sums: Sums) -> dict[str, Any]:
    """The fields `clock`, `rules`, `lists`, `headers`, `redirecting` and `references` of a `call-screened` entry."""
    sighting = call.sighting
    hidden = isinstance(call.caller, Withheld | Unavailable)
    return {
        "clock": clock.as_content(),
        "rules": sums.rules,
        "lists": dict(sums.lists),
        "headers": {key: text for key, text in sighting.headers.items() if not hidden or key in _OWN_HEADERS},
        "redirecting": None if hidden or sighting.redirecting is None else sighting.redirecting._asdict(),
        "references": {key: text for key, text in sighting.references.items() if not hidden or key in _OWN_REFERENCES},
    }
