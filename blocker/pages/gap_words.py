"""Why nobody was watching, in the reader's language: the reasons that this program writes are English in the ledger.

Decides what of a reason is left out of a page: what only a technician can use is in `report.json`. A reason that
another wrote stands as it is.
"""

from blocker.core.plain_text import shortened
from blocker.language import Words, later
from blocker.pages.report_words import LONGEST_TEXT

KNOWN = (
    later("the service was stopped"),
    later("the service ended without stopping; its last entry is where this begins"),
    later("the clock stood behind the last entry at this start, so for how long nobody watched isn't known"),
    later("records of calls were lost: the disk couldn't take them, and there were too many to keep in memory"),
    later("before the program was first started"),
    later("recorded in an earlier ledger"),
)
"""How the reasons begin that `core/record.py`, `core/watching.py` and `recording.py` write."""

_TAILS = (" (", ", kept as ")
"""What follows some of them: why a service was stopped, where an earlier ledger is."""


def why_unwatched(why: str, words: Words) -> str:
    """A reason in the reader's language where the program itself wrote it; as it stands where another did."""
    for known in KNOWN:
        if why == known or why.startswith(tuple(known + tail for tail in _TAILS)):
            return words(known)
    return shortened(why, LONGEST_TEXT)
