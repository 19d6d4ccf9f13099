"""Say that the line is busy: the caller learns nothing, and a dialling machine usually tries again later."""

from blocker.core.treatment import HangUp, Treatment
from blocker.core.verdict import Verdict

USER_BUSY = 17
"""ITU-T Q.850 cause; over SIP it becomes 486."""

_BUSY = Treatment("busy", (HangUp(USER_BUSY),))


def treat(_: Verdict) -> Treatment:
    """The call ends unanswered as busy."""
    return _BUSY
