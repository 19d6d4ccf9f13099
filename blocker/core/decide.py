"""The decision: one table of rows in order of precedence, first come, first served.

To change the order of precedence, change the order of `ROWS`, and the reason beside the row. Each row looks at the call
and finds nothing, or something to note, or enough to decide. `decide` stops at the first row that decides; `walk` goes
through all of them for a person who asks why.

Doesn't know a clock, a file or a list's storage: everything comes in as `Knowledge` and `Moment`. Can't raise for any
call; a property test holds that, and `screening.py` rings if it is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from blocker.core.call import IncomingCall
from blocker.core.company import CompanyBook, Purpose
from blocker.core.listing import ListIndex
from blocker.core.number import E164, Unavailable, Unusable, Withheld
from blocker.core.policy import Policy
from blocker.core.ports import CommunityList
from blocker.core.ranges import RangeBook, RangeClass
from blocker.core.verdict import Decision, Match, Reason, Verdict


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a decision rests on, as one immutable value that is swapped whole when something changes."""

    allow: ListIndex
    block: ListIndex
    companies: CompanyBook
    ranges: RangeBook
    community: CommunityList
    policy: Policy


@dataclass(frozen=True, slots=True)
class Moment:
    """When the call came."""

    local: datetime
    """Aware, in the zone of the called line: laws and lists begin and end at its midnight."""
    previous: datetime | None = None
    """When the same number last called, if it did lately."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a row found; `decision` is None where it only has something to note."""

    matches: tuple[Match, ...]
    decision: Decision | None = None
    flagged: bool = False


Look = Callable[[IncomingCall, Knowledge, Moment], Found | None]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the order of precedence."""

    reason: Reason
    because: str
    """Why it stands where it stands."""
    look: Look


def _protected(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    match call.caller:
        case E164(number=shown) | Unusable(raw=shown):
            hit = knowledge.ranges.is_protected(shown, call.line.region, moment.local.date())
        case _:
            return None
    if hit is None:
        return None
    return Found((Match("protected", hit.prefix, hit.where, hit.citation),), Decision.RING)


def _allow_list(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    return _listed(call, knowledge.allow, moment, Decision.RING)


def _block_list(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    return _listed(call, knowledge.block, moment, Decision.BLOCK)


def _listed(call: IncomingCall, index: ListIndex, moment: Moment, decision: Decision) -> Found | None:
    if not isinstance(call.caller, E164):
        return None
    listing = index.match(call.caller.number, moment.local)
    if listing is None:
        return None
    return Found((Match(f"{listing.list}-list", listing.text, "the household's own list", listing.comment),), decision)


def _company(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, E164):
        return None
    known = knowledge.companies.by_number(call.caller.number)
    if known is None:
        return None
    company, number = known
    match = Match("company", company.name, number.where, f"{number.purpose} number: {number.source}")
    # A service number says nothing about who calls: it can be made up by anybody, and the bank rings back from one.
    return Found((match,), Decision.BLOCK if number.purpose is Purpose.MARKETING else None)


def _canvassing_range(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    return _in_range(call, knowledge, moment, RangeClass.CANVASSING, knowledge.policy.canvassing)


def _premium_range(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    return _in_range(call, knowledge, moment, RangeClass.PREMIUM, knowledge.policy.premium)


def _in_range(
    call: IncomingCall, knowledge: Knowledge, moment: Moment, wanted: RangeClass, wish: Decision
) -> Found | None:
    if not isinstance(call.caller, E164):
        return None
    for hit in knowledge.ranges.match(call.caller.number, moment.local.date()):
        if hit.range_class is wanted:
            return _as_wished((Match("range", hit.prefix, hit.where, hit.citation),), wish)
    return None


def _repeat(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Found | None:
    if not isinstance(call.caller, E164) or moment.previous is None:
        return None
    since = moment.local - moment.previous
    if not timedelta() <= since <= knowledge.policy.repeat or not knowledge.policy.repeat:
        return None
    note = f"called {int(since.total_seconds())} seconds before"
    return Found((Match("recent", call.caller.number, "calls seen by this program", note),), Decision.RING)


def _community(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, E164):
        return None
    match = knowledge.community.lookup(call.caller.number)
    if match is None:
        return None
    return Found((match,), Decision.BLOCK if knowledge.policy.community is Decision.BLOCK else None)


def _withheld(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, Withheld):
        return None
    return _as_wished((Match("caller", "withheld", "caller ID", call.caller.why),), knowledge.policy.withheld)


def _unavailable(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, Unavailable):
        return None
    return _as_wished((Match("caller", "unavailable", "caller ID", call.caller.why),), knowledge.policy.unavailable)


def _unusable(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, Unusable):
        return None
    return _as_wished((Match("caller", "unusable", "caller ID", call.caller.why),), knowledge.policy.unusable)


def _invalid(call: IncomingCall, knowledge: Knowledge, _: Moment) -> Found | None:
    if not isinstance(call.caller, E164) or call.caller.valid:
        return None
    note = "the numbering plan, as the library knows it, has no such number"
    return _as_wished((Match("caller", "invalid", "caller ID", note),), knowledge.policy.invalid)


def _as_wished(matches: tuple[Match, ...], wish: Decision) -> Found:
    """Block where the household wants that; else only flag, so that a later row can still speak."""
    return Found(matches, Decision.BLOCK) if wish is Decision.BLOCK else Found(matches, flagged=True)


def _nothing_known(_: IncomingCall, __: Knowledge, ___: Moment) -> Found | None:
    return Found((), Decision.RING)


ROWS: tuple[Row, ...] = (
    Row(Reason.PROTECTED, "emergency and help lines ring whatever any list says: a life may hang on it", _protected),
    Row(Reason.ALLOW_LIST, "the household's yes is worth more than anybody's no, its own included", _allow_list),
    Row(Reason.BLOCK_LIST, "the household's no needs no further reason", _block_list),
    Row(Reason.COMPANY, "a published marketing number is the seller's own word", _company),
    Row(
        Reason.CANVASSING_RANGE,
        "whoever calls from a range set aside for canvassing says what he is",
        _canvassing_range,
    ),
    Row(Reason.PREMIUM_RANGE, "odd, seldom wanted, but a range alone convicts nobody", _premium_range),
    Row(Reason.REPEAT, "somebody who needs help rings twice; beats strangers' opinions, not the household's", _repeat),
    Row(Reason.COMMUNITY, "strangers' opinions count after all that is known here", _community),
    Row(Reason.WITHHELD, "hospitals withhold their numbers too, so this comes late and rings by default", _withheld),
    Row(Reason.UNAVAILABLE, "networks lose numbers without anybody's ill will", _unavailable),
    Row(Reason.UNUSABLE, "an internal extension or a badly set trunk looks like this", _unusable),
    Row(Reason.INVALID, "the library's plan has gaps, so this is the weakest sign of all", _invalid),
    Row(Reason.NOTHING_KNOWN, "what nobody objects to rings", _nothing_known),
)
"""The order of precedence."""


def decide(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Verdict:
    """The verdict: the first row that decides, with everything noted on the way there."""
    matches: tuple[Match, ...] = ()
    oddest: Reason | None = None
    for row, found in walk(call, knowledge, moment):
        if found is None:
            continue
        matches += found.matches
        if found.flagged and oddest is None:
            oddest = row.reason
        if found.decision is not None:
            reason = oddest if oddest and row.reason is Reason.NOTHING_KNOWN else row.reason
            return Verdict(found.decision, reason, matches, flagged=oddest is not None)
    return Verdict(Decision.RING, Reason.NOTHING_KNOWN, matches, flagged=oddest is not None)


def walk(call: IncomingCall, knowledge: Knowledge, moment: Moment) -> Iterator[tuple[Row, Found | None]]:
    """Each row in order with what it found, for `decide` and for a person who wants to know why."""
    for row in ROWS:
        yield row, row.look(call, knowledge, moment)
