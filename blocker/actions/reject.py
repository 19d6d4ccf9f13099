"""Reject the call: the caller hears that it was refused, as if somebody had pressed the red button."""

from blocker.core.treatment import HangUp, Treatment
from blocker.core.verdict import Verdict

CALL_REJECTED = 21
"""ITU-T Q.850 cause; over SIP it becomes 403 or 603."""

_REJECT = Treatment("reject", (HangUp(CALL_REJECTED),))


def treat(_: Verdict) -> Treatment:
    """The call ends unanswered as rejected."""
    return _REJECT
