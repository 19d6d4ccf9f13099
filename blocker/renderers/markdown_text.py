"""Pieces of Markdown (CommonMark with GitHub's tables) that strangers' texts can't break.

Decides how texts, times and numbers of things look on the page; not what is said (`markdown.py`).
"""

import re
from collections.abc import Iterable
from datetime import date

from blocker.core.plain_text import one_line, shortened
from blocker.renderers.shown import has_right_to_left

LONGEST_TEXT = 80
"""Characters of one cell; the ledger and `calls.csv` have the rest."""

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&$]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def cell(text: str, longest: int = LONGEST_TEXT) -> str:
    """A stranger's text as plain text within a line: no markup, no link, no table border, its direction kept inside."""
    text = _SPECIAL.sub(r"\\\g<0>", shortened(one_line(text).strip(), longest))
    if has_right_to_left(text):
        return f"\N{FIRST STRONG ISOLATE}{text}\N{POP DIRECTIONAL ISOLATE}"
    return text


def table(headings: str, rows: Iterable[Iterable[str]]) -> str:
    """A table of cells that are Markdown already.

    Args:
        headings: separated by `|`; one that ends in a colon has its column set to the right.
        rows: the cells.
    """
    names = headings.split("|")
    lines = [
        _row(name.removesuffix(":") for name in names),
        _row("---:" if name.endswith(":") else "---" for name in names),
        *map(_row, rows),
    ]
    return "\n".join(lines) + "\n"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 call`, `2 calls`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def moment(local: str) -> str:
    """ISO 8601 with offset as a person reads it, to the second begun: `Tue 2026-11-17 09:12:33 +01:00`."""
    weekday = _WEEKDAYS[date.fromisoformat(local[:10]).weekday()]
    return f"{weekday} {local[:10]} {local[11:19]} {local[-6:]}"


def duration(seconds: int) -> str:
    """`45 s`, `12 min 5 s`, `3 h 0 min`, `2 days 4 h`."""
    minutes, s = divmod(seconds, 60)
    hours, m = divmod(minutes, 60)
    days, h = divmod(hours, 24)
    if days:
        return f"{plural(days, 'day')} {h} h"
    if hours:
        return f"{h} h {m} min"
    return f"{m} min {s} s" if minutes else f"{s} s"
