"""Say that the number isn't in use: a dialling machine that looks at the cause may strike it off its list."""

from blocker.core.treatment import HangUp, Treatment
from blocker.core.verdict import Verdict

UNALLOCATED_NUMBER = 1
"""ITU-T Q.850 cause; over SIP it becomes 404."""

_UNALLOCATED = Treatment("unallocated", (HangUp(UNALLOCATED_NUMBER),))


def treat(_: Verdict) -> Treatment:
    """The call ends unanswered as to a number that nobody has."""
    return _UNALLOCATED
