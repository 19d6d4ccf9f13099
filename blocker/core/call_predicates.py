"""Predicates about the call itself: when it came, which number it showed, and what a person says was heard.

Each is a pure function with a dataclass of the parameters that a law file gives it; `predicates.py` has the table and
the rules for writing one. Numbers are those presented: anybody can make one up.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from blocker.core.law_case import NO, Answer, Fact, LawCase, Presented, unknown, yes
from blocker.core.law_time import Holidays, Weekday, Window, open_windows
from blocker.core.ranges import Range, RangeClass


@dataclass(frozen=True, slots=True)
class NoParameters:
    """For predicates that need none."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When calls are allowed, on the weekdays that are named; other days are `weekend_or_holiday`'s."""

    windows: tuple[Window, ...]
    eves: tuple[Window, ...] = ()
    """Instead of those, on the day before a public holiday."""


def out_of_hours(case: LawCase, rule: Hours) -> Answer:
    """The call came outside the hours of its weekday, on the clock at the line."""
    local = case.call.local
    eve = rule.eves and case.call.day + timedelta(days=1) in case.calendar.national
    windows = open_windows(rule.eves if eve else rule.windows, local.weekday())
    if not windows or any(window.holds(local) for window in windows):
        return NO
    return yes(_clock(local), Fact("hours of that day", " and ".join(map(str, windows))))


@dataclass(frozen=True, slots=True)
class Days:
    """Days without calls."""

    weekdays: tuple[Weekday, ...]
    holidays: Holidays


def weekend_or_holiday(case: LawCase, rule: Days) -> Answer:
    """The call came on such a weekday, or on a public holiday."""
    local = case.call.local
    if (weekday := list(Weekday)[local.weekday()]) in rule.weekdays:
        return yes(_clock(local), Fact("day of the week", weekday.name.capitalize()))
    if case.call.day in case.calendar.of(rule.holidays):
        return yes(_clock(local), Fact("public holiday", str(case.call.day)))
    return NO


def no_number_presented(case: LawCase, _: NoParameters) -> Answer:
    """The number was marked as not to be shown. A network may have done that, so an answer never says who did."""
    match case.call.presented:
        case Presented.WITHHELD:
            return yes(Fact("number", "no number was presented; who held it back can't be seen"))
        case Presented.UNAVAILABLE:
            return unknown("whether the caller or a network left the number out")
        case _:
            return NO


@dataclass(frozen=True, slots=True)
class Classes:
    """Which ranges of that country's numbers are meant."""

    classes: tuple[RangeClass, ...]
    short: bool = False
    """Short codes as well."""


def mobile_number(case: LawCase, _: NoParameters) -> Answer:
    """A mobile number of that country was presented."""
    return _in_ranges(case, (RangeClass.MOBILE,))


def premium_or_short_number(case: LawCase, rule: Classes) -> Answer:
    """A number of such a range, or a short code, was presented."""
    if rule.short and case.call.presented is Presented.SHORT:
        return yes(Fact("number presented", "a short code"))
    return _in_ranges(case, rule.classes)


def outside_reserved_range(case: LawCase, _: NoParameters) -> Answer:
    """A number was presented that isn't in the range which that country sets aside for canvassing."""
    fine = (RangeClass.CANVASSING, RangeClass.PROTECTED)
    if case.call.presented is not Presented.NUMBER or any(item.range_class in fine for item in _ranges(case)):
        return NO
    return yes(_number(case), Fact("range", "not set aside for canvassing"))


@dataclass(frozen=True, slots=True)
class Sectors:
    """What may not be sold by telephone."""

    sectors: tuple[str, ...]
    perhaps: tuple[str, ...] = ()
    """Wider words that may mean it."""


def banned_sector(case: LawCase, rule: Sectors) -> Answer:
    """Something was offered that may not be."""
    if case.call.sector in rule.sectors:
        return yes(Fact("offered", case.call.sector))
    return unknown("what was offered") if not case.call.sector or case.call.sector in rule.perhaps else NO


def silent_or_abandoned(case: LawCase, _: NoParameters) -> Answer:
    """Nobody spoke when the call was answered."""
    return _stated(case, case.call.silent, "whether anybody spoke", Fact("stated", "nobody spoke"))


def recorded_voice(case: LawCase, _: NoParameters) -> Answer:
    """A recorded or made-up voice spoke."""
    return _stated(case, case.call.recorded_voice, "whether a person spoke", Fact("stated", "a recorded voice spoke"))


def no_identity(case: LawCase, _: NoParameters) -> Answer:
    """The caller didn't say who called, for whom, and what for."""
    missing = None if case.call.identity_given is None else not case.call.identity_given
    return _stated(case, missing, "whether the caller said who they were", Fact("stated", "no identity was given"))


@dataclass(frozen=True, slots=True)
class Offer:
    """When the right to object must be offered."""

    first_call_only: bool = False


def right_to_object_not_offered(case: LawCase, rule: Offer) -> Answer:
    """The caller didn't say that one can object to further calls."""
    if rule.first_call_only and case.earlier:
        return NO
    missing = None if case.call.objection_offered is None else not case.call.objection_offered
    what = "whether the right to object was offered"
    return _stated(case, missing, what, Fact("stated", "the right to object wasn't offered"))


def _ranges(case: LawCase) -> list[Range]:
    """The ranges of the line's country that the number lies in."""
    return [item for item in case.call.ranges if item.region == case.call.country]


def _in_ranges(case: LawCase, classes: tuple[RangeClass, ...]) -> Answer:
    """Whether the number lies in such a range; a protected number is never held against a caller."""
    mine = _ranges(case)
    if any(item.range_class is RangeClass.PROTECTED for item in mine):
        return NO
    found = (item for item in mine if item.range_class in classes)
    return next((yes(_number(case), Fact("range", f"{item.prefix}, {item.where}")) for item in found), NO)


def _number(case: LawCase) -> Fact:
    return Fact("number presented", case.call.number)


def _stated(case: LawCase, holds: bool | None, what: str, fact: Fact) -> Answer:  # noqa: FBT001 - three-valued
    """Something that only a person can say, and only of a call that was answered."""
    if case.call.answered is False:
        return NO
    if holds is None:
        return unknown(what)
    return yes(fact) if holds else NO


def _clock(local: datetime) -> Fact:
    return Fact("time at the line", f"{local:%Y-%m-%d %H:%M %z}")
