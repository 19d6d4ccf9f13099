"""The decision: one table of rows in order of precedence, first come, first served.

To change the order of precedence, change the order of `ROWS`, and the reason beside the row. Each row looks at the call
(`rows.py`) and finds nothing, or something to note, or enough to decide. `decide` stops at the first row that decides;
`walk` goes through all of them for a person who asks why.

Doesn't know a clock, a file or a list's storage: everything comes in as `Knowledge` and `Moment`. Can't raise for any
call; a property test holds that, and `screening.py` rings if it is wrong.
"""

from collections.abc import Callable
from dataclasses import dataclass

from blocker.core import rows
from blocker.core.call import IncomingCall
from blocker.core.case import Case, Found, Knowledge, Moment
from blocker.core.number import E164, Caller, Unavailable, Unusable, Withheld
from blocker.core.verdict import Decision, Match, Reason, Verdict

Look = Callable[[Case], Found | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the order of precedence."""

    reason: Reason
    about: frozenset[type[Caller]]
    """The kinds of caller it has something to say about; it isn't asked about others."""
    because: str
    """Why it stands where it stands."""
    look: Look


_NUMBER: frozenset[type[Caller]] = frozenset({E164})
_ANY: frozenset[type[Caller]] = frozenset({E164, Withheld, Unavailable, Unusable})

ROWS: tuple[Row, ...] = (
    Row(
        Reason.PROTECTED,
        frozenset({E164, Unusable}),
        "emergency and help lines ring whatever any list says: a life may hang on it",
        rows.protected,
    ),
    Row(
        Reason.EMERGENCY_CALL_BACK,
        _ANY,
        "after a call for help whoever helps may ring back, from any number or none, whatever the lists say of it",
        rows.emergency_call_back,
    ),
    Row(
        Reason.ALLOW_LIST,
        _NUMBER,
        "the household's yes is worth more than anybody's no",
        rows.allow_list,
    ),
    Row(Reason.CONTACT, _NUMBER, "whom the household knows it wants to hear, above all that others say", rows.contact),
    Row(
        Reason.DIALLED,
        _NUMBER,
        "who was rung from here may ring back; dialling a number says more of it than any list",
        rows.dialled,
    ),
    Row(
        Reason.EXPECTED,
        _ANY,
        "who waits for a call said so just now, and the block list may be years old",
        rows.expected,
    ),
    Row(Reason.BLOCK_LIST, _NUMBER, "the household's no needs no further reason", rows.block_list),
    Row(
        Reason.COMPANY,
        frozenset({E164, Unusable}),
        "the household's word about a company, and the seller's own about its numbers; what is listed is nearer still",
        rows.company,
    ),
    Row(
        Reason.CANVASSING_RANGE,
        _NUMBER,
        "whoever calls from a range set aside for canvassing says what he is",
        rows.canvassing_range,
    ),
    Row(Reason.PREMIUM_RANGE, _NUMBER, "odd and seldom wanted, but a range alone convicts nobody", rows.premium_range),
    Row(
        Reason.OFTEN,
        _NUMBER,
        "only flags, and so before the row that lets the same number through",
        rows.often,
    ),
    Row(
        Reason.REPEAT,
        _NUMBER,
        "somebody who needs help rings twice; beats strangers' opinions, not the household's",
        rows.repeat,
    ),
    Row(Reason.COMMUNITY, _NUMBER, "strangers' opinions count after all that is known here", rows.community),
    Row(
        Reason.WITHHELD,
        frozenset({Withheld}),
        "hospitals withhold their numbers too, so this comes late and rings by default",
        rows.withheld,
    ),
    Row(
        Reason.UNAVAILABLE,
        frozenset({Unavailable}),
        "networks lose numbers without ill will",
        rows.unavailable,
    ),
    Row(
        Reason.UNUSABLE,
        frozenset({Unusable}),
        "an internal extension looks like this",
        rows.unusable,
    ),
    Row(Reason.INVALID, _NUMBER, "the library's plan has gaps, so this is the weakest sign of all", rows.invalid),
    Row(Reason.NOTHING_KNOWN, _ANY, "what nobody objects to rings", rows.nothing_known),
)
"""The order of precedence."""

_ROWS_ABOUT = {kind: tuple(row for row in ROWS if kind in row.about) for kind in _ANY}


def decide(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Verdict:
    """The verdict: the first row that decides, with everything noted on the way there."""
    case = _case(call, knowledge, moment)
    matches: tuple[Match, ...] = ()
    oddest: Reason | None = None
    for row in _ROWS_ABOUT[type(call.caller)]:
        found = row.look(case)
        if found is None:
            continue
        matches += found.matches
        if found.flagged and oddest is None:
            oddest = row.reason
        if found.decision is not None:
            reason = oddest if oddest and row.reason is Reason.NOTHING_KNOWN else row.reason
            return Verdict(found.decision, reason, matches, flagged=oddest is not None)
    return Verdict(Decision.RING, Reason.NOTHING_KNOWN, matches, flagged=oddest is not None)


def walk(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> list[tuple[Row, Found | None]]:
    """Each row in order with what it found, for a person who wants to know why."""
    case = _case(call, knowledge, moment)
    return [(row, row.look(case) if type(call.caller) in row.about else None) for row in ROWS]


def _case(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Case:
    number = call.caller.number if isinstance(call.caller, E164) else ""
    return Case(call, knowledge, moment, number, knowledge.ranges.match(number, moment.local.date()))
