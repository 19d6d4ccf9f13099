"""Let it ring all the same: for a household that wants to watch before it blocks."""

from blocker.core.treatment import RING, Treatment
from blocker.core.verdict import Verdict


def treat(_: Verdict) -> Treatment:
    """The call goes on."""
    return RING
