"""The calls of which a person says that they were for a company: how often, since when, and after what.

Counts only. Months and days are those of the called line. Calls after an objection, a registration or a contract count
only where a person said that they were marketing; a call that was refused counts as refused only where the phone system
acknowledged it, and one that another device recorded as recorded elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

from blocker.core.household_file import HouseholdFile, Objection, Registration, happened_before
from blocker.core.household_shown import CountsFrom, Files, objection, registration
from blocker.core.imported import Device
from blocker.core.observed import Happened, SeenCall
from blocker.core.statement import Said

_HAPPENED = {
    Happened.REFUSED: "refused",
    Happened.LET_THROUGH: "rang",
    Happened.UNKNOWN: "rang_or_unknown",
    Happened.ELSEWHERE: "recorded_elsewhere",
}


class CompanyCall(NamedTuple):
    """A call with what a person says of it."""

    seen: SeenCall
    said: Said
    at: datetime
    """When it came, aware, in the zone of the called line."""
    country: str
    """Of the called line: ISO 3166-1."""
    answered: bool | None
    """None where nobody knows."""

    @property
    def marketing(self) -> bool:
        return self.said.mark == "marketing"

    @property
    def to_the_minute(self) -> bool:
        """Whether the second isn't known: somebody remembers it, or the device that recorded it notes none."""
        return self.seen.remembered or self.seen.seen_by == Device.FRITZBOX

    @property
    def identity_given(self) -> bool | None:
        """Both who they were and that it was about selling must have been said; one that wasn't is enough for a no."""
        told = {self.said.identity_at_start, self.said.purpose_at_start}
        if "no" in told:
            return False
        return True if told == {"yes"} else None


def counts(calls: Sequence[CompanyCall]) -> dict[str, Any]:
    """How many, when and where, as JSON values.

    Args:
        calls: in the order of time.
    """
    days = Counter(call.at.date() for call in calls)
    happened = Counter(_HAPPENED[call.seen.happened] for call in calls)
    return {
        "calls": len(calls),
        "said": sorted({call.said.said_company for call in calls if call.said.said_company}),
        "marketing": sum(call.marketing for call in calls),
        "wanted": sum(call.said.mark == "wanted" for call in calls),
        "first": calls[0].seen.local if calls else None,
        "last": calls[-1].seen.local if calls else None,
        "happened": {word: happened[word] for word in _HAPPENED.values()},
        "per_month": [
            {"month": month, "calls": number}
            for month, number in sorted(Counter(f"{call.at:%Y-%m}" for call in calls).items())
        ],
        "per_line": [
            {"line": line, "calls": number} for line, number in sorted(Counter(c.seen.line for c in calls).items())
        ],
        "most_in_a_day": _most(days),
        "longest_quiet": _longest_quiet(calls),
    }


def _most(days: Counter[date]) -> dict[str, Any] | None:
    if not days:
        return None
    day, number = max(days.items(), key=lambda item: (item[1], item[0]))  # the latest, where several are alike
    return {"day": str(day), "calls": number}


def _longest_quiet(calls: Sequence[CompanyCall]) -> dict[str, Any] | None:
    pauses = [((later.at.date() - call.at.date()).days, call.at.date()) for call, later in pairwise(calls)]
    if not pauses:
        return None
    days, since = max(pauses)
    return {"days": days, "since": str(since)}


def after_what(
    calls: Sequence[CompanyCall],
    company: str,
    file: HouseholdFile,
    *,
    files: Files,
    counts_from: CountsFrom,
    now: datetime,
) -> dict[str, Any]:
    """How many marketing calls came after each objection, after registrations had taken effect, after a contract.

    Args:
        calls: of the company, in the order of time.
        company: its slug.
        file: the household's file.
        files: what is known of its proofs.
        counts_from: from when on calls count to a registered line.
        now: aware, in the household's zone.
    """
    marketing = [call for call in calls if call.marketing]
    objections = [
        objection(item, files) | {"calls_after": _number(marketing, _after_objection(item))}
        for item in file.objected(company)
    ]
    in_force = [item for item in file.objected(company) if not _consented_since(file, item, now)]
    first = min(in_force, key=lambda item: str(item.when), default=None)
    lines = {call.seen.line for call in calls}
    registered = [item for item in file.registrations if item.line in {"", *lines}]
    too_late = [_after_registration(item, counts_from) for item in registered]
    ended = file.relation(company, now.date()).ended
    return {
        "objections": objections,
        "since_objection": None
        if first is None
        else {"on": str(first.when), "calls": _number(marketing, _after_objection(first))},
        "registrations": [
            registration(item, files, counts_from) | {"calls_after": _number(marketing, after)}
            for item, after in zip(registered, too_late, strict=True)
        ],
        "since_registration": _number(marketing, lambda call: any(after(call) for after in too_late)),
        "said_stop": _said_stop(marketing, calls),
        "since_contract": None
        if ended is None
        else {"ended": str(ended), "calls": _number(marketing, lambda call: call.at.date() > ended)},
    }


def _said_stop(marketing: Sequence[CompanyCall], calls: Sequence[CompanyCall]) -> dict[str, Any] | None:
    stops = [call for call in calls if call.said.said_stop == "yes"]
    if not stops:
        return None
    first = stops[0]
    return {
        "calls": len(stops),
        "first": first.seen.local,
        "calls_after": _number(marketing, lambda call: call.seen.utc > first.seen.utc),
    }


def _number(calls: Sequence[CompanyCall], holds: Callable[[CompanyCall], bool]) -> int:
    return sum(map(holds, calls))


def _after_objection(item: Objection) -> Callable[[CompanyCall], bool]:
    """A call of the same day, of which nobody knows which came first, isn't counted."""
    return lambda call: happened_before(item.when, call.at, call.at) is True


def _after_registration(item: Registration, counts_from: CountsFrom) -> Callable[[CompanyCall], bool]:
    first = counts_from(item)
    if first is None:
        return lambda _: False
    last = item.until or date.max
    return lambda call: item.line in {"", call.seen.line} and first <= call.at.date() <= last


def _consented_since(file: HouseholdFile, item: Objection, now: datetime) -> bool:
    return file.consented(item.company, now, since=item.when).holds is True


def holders(calls: Sequence[CompanyCall], file: HouseholdFile) -> list[dict[str, Any]]:
    """For each line that was called, who held it and when the first call came: a complaint must be the holder's."""
    held: dict[tuple[str, str], int] = {}
    for call in calls:
        holder = file.held_by(call.seen.line, call.at.date())
        key = call.seen.line, holder.holder if holder else ""
        held[key] = held.get(key, 0) + 1
    return [
        {"line": line, "holder": holder or None, "calls": number} for (line, holder), number in sorted(held.items())
    ]
