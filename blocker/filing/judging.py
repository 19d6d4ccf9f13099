"""What the recorded calls of a company point to by law: each judged at its time, by the law of its day and place.

Decides which facts of a call's entries and statement the law is asked about, and what was known of earlier calls. What
the law makes of them, `core/law.py` decides: it flags nothing that no person called marketing, “points to” a rule and
accuses nobody.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from blocker.core.company_calls import CompanyCall
from blocker.core.household_file import HouseholdFile
from blocker.core.law import LawBook, LawFlag
from blocker.core.law_case import CallFacts, Presented
from blocker.core.number import MAX_SHORT_DIGITS
from blocker.core.ranges import RangeBook
from blocker.core.registers import CalendarOver

LOOKS_BACK = timedelta(days=92)
"""How long before a call earlier ones are looked at, beside the first of all: no rule counts over a longer time."""

_PRESENTED = {
    "e164": Presented.NUMBER,
    "withheld": Presented.WITHHELD,
    "unavailable": Presented.UNAVAILABLE,
}


def judged(
    calls: Sequence[CompanyCall],
    file: HouseholdFile,
    facts: Callable[[CompanyCall], CallFacts],
    laws: LawBook,
    calendar: CalendarOver,
    *,
    only: Callable[[CompanyCall], bool] = lambda _: True,
) -> list[tuple[LawFlag, ...]]:
    """The flags of each call.

    Args:
        calls: in the order of time.
        file: the household's file, with what was said in these calls.
        facts: what the law is asked about of a call.
        laws: all provisions.
        calendar: the public holidays around some days.
        only: which calls are judged; of the others, which are only looked back at, there are no flags.
    """
    known, waits = [facts(call) for call in calls], file.counted_from()
    flags: list[tuple[LawFlag, ...]] = []
    since = 0
    for index, call in enumerate(known):
        if not only(calls[index]):
            flags.append(())
            continue
        while call.at - known[since].at > LOOKS_BACK:
            since += 1
        earlier = [*known[: min(1, since)], *known[since:index]]
        flags.append(laws.judge(call, file, earlier, calendar({call.day, *waits}, call.country)))
    return flags


def facts_of(call: CompanyCall, company: str, sector: str, ranges: RangeBook) -> CallFacts:
    """What is known of a call that the law may ask about.

    Args:
        call: the call.
        company: the slug of the one that it is held against; empty where only the call centre is known.
        sector: of that company.
        ranges: all number ranges.
    """
    seen, said = call.seen, call.said
    day = call.at.date()
    number = seen.number if seen.presented == "e164" else ""
    return CallFacts(
        at=call.at,
        zone=ZoneInfo(seen.zone),
        country=call.country,
        line=seen.line,
        presented=_presented(seen.presented, seen.number),
        number=number,
        ranges=ranges.match(number, day),
        answered=call.answered,
        marketing={"marketing": True, "wanted": False}.get(said.mark or ""),
        company=company,
        sector=sector,
        recorded_voice={"recorded": True, "live": False}.get(said.voice or ""),
        silent={"silent": True, "recorded": False, "live": False}.get(said.voice or ""),
        identity_given=call.identity_given,
        objection_offered={"yes": True, "no": False}.get(said.right_to_object or ""),
    )


def _presented(kind: str, shown: str) -> Presented:
    if kind in _PRESENTED:
        return _PRESENTED[kind]
    return Presented.SHORT if shown.isdigit() and len(shown) <= MAX_SHORT_DIGITS else Presented.UNREADABLE
