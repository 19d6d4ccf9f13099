"""What came from outside, for `report.md`: lists that were out of date, and what others said of callers when asked.

Decides the words, and that an opinion is told as one: with who gave it, when and how many said so, never as what a
caller was.
"""

from collections.abc import Iterator, Sequence

from blocker.core.asked import Asked
from blocker.core.community import Rated, Rating
from blocker.core.stale import Ended, StaleList
from blocker.renderers.markdown_text import cell, moment, plural, table

MOST_LISTED = 100
"""Rows of each table; `report.json` has up to 500."""

_KINDS = {
    Rating.A_LEGITIMATE: "nothing against it",
    Rating.B_MISSED: "missed calls, of whatever sort",
    Rating.C_PING: "a lure to ring back",
    Rating.D_POLL: "a poll",
    Rating.E_ADVERTISING: "advertising",
    Rating.F_GAMBLE: "games of chance",
    Rating.G_FRAUD: "fraud",
}


def opinions(asked: Sequence[Asked]) -> Iterator[str]:
    """What others said; nothing where nobody was asked."""
    if not asked:
        return
    yield "## What others said when they were asked\n"
    yield (
        "Of callers of whom nobody here knew anything, a community list was asked. What came back is the opinion of "
        "strangers about a presented number, which anybody can make up: it isn't a fact, and it says nothing of who "
        "called.\n"
    )
    spoke = [one for one in asked if one.said.answer]
    if spoke:
        headings = "Local time, UTC offset|Presented number|Who was asked|Their opinion|Call"
        yield table(headings, map(_asked, spoke[:MOST_LISTED]))
        yield from _left_out(len(spoke))
    if silent := len(asked) - len(spoke):
        yield f"Of the callers of {plural(silent, 'call')} nothing was known there.\n"


def _asked(one: Asked) -> tuple[str, ...]:
    who = f"{cell(one.said.source)}, {one.answered_on}"
    said = "; ".join(_opinion(rated) for rated in one.said.answer)
    return (moment(one.local), cell(one.number), who, said, one.call)


def _opinion(rated: Rated) -> str:
    """One of them; what is said of a block of numbers is said of all that begin so."""
    told = _KINDS[rated.rating]
    if rated.rating is not Rating.A_LEGITIMATE:
        told += f" ({plural(rated.votes, 'vote')})"
    return f"of all numbers that begin with {cell(rated.target.number)}: {told}" if rated.target.is_prefix else told


def stale_lists(stale: Sequence[StaleList]) -> Iterator[str]:
    """Which community lists couldn't be brought up to date; nothing where all could."""
    if not stale:
        return
    yield "## Lists that were out of date\n"
    yield (
        "What these had said before went on counting, until it was too old; what they would have said of new numbers "
        "wasn't known here. `blocker lists` says how each stands now.\n"
    )
    yield table("List|Since|Until|Why", map(_stale, stale[:MOST_LISTED]))
    yield from _left_out(len(stale))


def _stale(one: StaleList) -> tuple[str, ...]:
    until = moment(one.until) if one.until else "not over, as far as the ledger knows"
    if one.ended == Ended.LET_GO:
        until += ": switched off or removed"
    return (cell(one.source), moment(one.since), until, cell(one.why, 200))


def _left_out(total: int) -> Iterator[str]:
    if total > MOST_LISTED:
        yield f"{MOST_LISTED} of {total} are listed here; `report.json` has more.\n"
