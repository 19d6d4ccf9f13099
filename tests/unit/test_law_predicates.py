"""Promises of the predicates: each holds of the facts it is about, of no others, and says when it can't tell."""

from datetime import date, timedelta
from typing import Any

import pytest
from fakes.law_cases import NOON, call, in_range

from blocker.core.household_file import Consent, Contract, HouseholdFile, Objection, Registration
from blocker.core.law_case import LawCase, Presented
from blocker.core.law_time import Calendar, Holidays, Weekday, parse_window
from blocker.core.number import E164, Unavailable, Unusable, Withheld
from blocker.core.predicates import PREDICATES
from blocker.core.ranges import RangeClass

TODAY = NOON.date()
DAY = timedelta(days=1)
HOLIDAYS = Calendar(frozenset({TODAY + DAY}), frozenset({TODAY, TODAY + DAY}))

Facts = dict[str, Any]


def asked(
    name: str, parameters: Facts, facts: Facts, file: HouseholdFile, earlier: tuple[int, ...] = ()
) -> bool | None:
    """What a predicate answers about a call, with earlier calls so many hours before it."""
    predicate = PREDICATES[name]
    before = tuple(call(NOON - timedelta(hours=hours)) for hours in earlier)
    case = LawCase(call(**facts), file, before, HOLIDAYS)
    answer = predicate.asks(case, predicate.parameters(**parameters))
    assert bool(answer.unknown) is (answer.holds is None)
    assert bool(answer.facts) is (answer.holds is True)
    return answer.holds


def windows(*texts: str) -> tuple[object, ...]:
    """Windows as a file has them."""
    return tuple(parse_window(text) for text in texts)


CALL: list[tuple[str, Facts, Facts, bool | None]] = [
    ("out_of_hours", {"windows": windows("Mo-Fr 13:00-20:00")}, {}, True),
    ("out_of_hours", {"windows": windows("Mo-Fr 09:00-11:00", "Mo-Fr 12:00-20:00")}, {}, False),
    ("out_of_hours", {"windows": windows("Sa 13:00-20:00")}, {}, False),
    ("out_of_hours", {"windows": windows("Mo-Fr 09:00-20:00"), "eves": windows("13:00-19:00")}, {}, True),
    ("weekend_or_holiday", {"weekdays": (Weekday.TUESDAY,), "holidays": Holidays.NONE}, {}, True),
    ("weekend_or_holiday", {"weekdays": (Weekday.SUNDAY,), "holidays": Holidays.NONE}, {}, False),
    ("weekend_or_holiday", {"weekdays": (Weekday.SUNDAY,), "holidays": Holidays.NATIONAL}, {}, False),
    ("weekend_or_holiday", {"weekdays": (Weekday.SUNDAY,), "holidays": Holidays.REGIONAL}, {}, True),
    ("no_number_presented", {}, {"presented": Presented.WITHHELD}, True),
    ("no_number_presented", {}, {"presented": Presented.UNAVAILABLE}, None),
    ("no_number_presented", {}, {"presented": Presented.UNREADABLE}, False),
    ("no_number_presented", {}, {"presented": Presented.SHORT}, False),
    ("no_number_presented", {}, {}, False),
    ("mobile_number", {}, {"ranges": in_range(RangeClass.MOBILE)}, True),
    ("mobile_number", {}, {"ranges": in_range(RangeClass.MOBILE, "FR")}, False),
    ("mobile_number", {}, {"ranges": in_range(RangeClass.PREMIUM)}, False),
    ("mobile_number", {}, {"ranges": in_range(RangeClass.MOBILE) + in_range(RangeClass.PROTECTED)}, False),
    ("mobile_number", {}, {}, False),
    ("outside_reserved_range", {}, {}, True),
    ("outside_reserved_range", {}, {"ranges": in_range(RangeClass.MOBILE)}, True),
    ("outside_reserved_range", {}, {"ranges": in_range(RangeClass.CANVASSING)}, False),
    ("outside_reserved_range", {}, {"ranges": in_range(RangeClass.PROTECTED)}, False),
    ("outside_reserved_range", {}, {"presented": Presented.WITHHELD, "number": ""}, False),
    ("premium_or_short_number", {"classes": (RangeClass.PREMIUM,)}, {"ranges": in_range(RangeClass.PREMIUM)}, True),
    ("premium_or_short_number", {"classes": (RangeClass.PREMIUM,)}, {"ranges": in_range(RangeClass.MOBILE)}, False),
    ("premium_or_short_number", {"classes": (), "short": True}, {"presented": Presented.SHORT}, True),
    ("premium_or_short_number", {"classes": ()}, {"presented": Presented.SHORT}, False),
    ("banned_sector", {"sectors": ("telecom",)}, {}, True),
    ("banned_sector", {"sectors": ("energy",)}, {}, False),
    ("banned_sector", {"sectors": ("energy",), "perhaps": ("telecom",)}, {}, None),
    ("banned_sector", {"sectors": ("energy",)}, {"sector": ""}, None),
    ("silent_or_abandoned", {}, {"silent": True}, True),
    ("silent_or_abandoned", {}, {"silent": False}, False),
    ("silent_or_abandoned", {}, {}, None),
    ("silent_or_abandoned", {}, {"answered": False}, False),
    ("recorded_voice", {}, {"recorded_voice": True}, True),
    ("recorded_voice", {}, {"recorded_voice": False}, False),
    ("recorded_voice", {}, {}, None),
    ("no_identity", {}, {"identity_given": False}, True),
    ("no_identity", {}, {"identity_given": True}, False),
    ("no_identity", {}, {}, None),
    ("no_identity", {}, {"answered": False}, False),
    ("right_to_object_not_offered", {}, {"objection_offered": False}, True),
    ("right_to_object_not_offered", {}, {"objection_offered": True}, False),
    ("right_to_object_not_offered", {}, {}, None),
]


@pytest.mark.parametrize(("name", "parameters", "facts", "holds"), CALL)
def test_predicates_about_the_call(name: str, parameters: Facts, facts: Facts, *, holds: bool | None) -> None:
    """What was seen or heard in the call is all they look at."""
    assert asked(name, parameters, facts, HouseholdFile()) is holds


def listed(days: int, **more: Any) -> HouseholdFile:
    """A household whose line has been on a register for so many days."""
    return HouseholdFile(registrations=(Registration("be-dncm", TODAY - days * DAY, line="home"),), **more)


LIST: Facts = {"register": "be-dncm", "calendar_days": 28}
ENDS = LIST | {"ends_consents": True}
EARLY, LATE = (Consent("acme", date(2020, 1, 1)),), (Consent("acme", TODAY - 10 * DAY),)
OBJECTED = HouseholdFile(objections=(Objection("acme", TODAY - 10 * DAY),))
REFUSED = HouseholdFile(objections=(Objection("acme", TODAY - 10 * DAY, in_call=True),))
ENDED = HouseholdFile(contracts=(Contract("acme", until=date(2023, 11, 16)),))
NOBODY: Facts = {"company": ""}

HOUSEHOLD: list[tuple[str, Facts, Facts, HouseholdFile, bool | None]] = [
    ("after_register", LIST, {}, listed(29), True),
    ("after_register", LIST, {}, listed(28), False),
    ("after_register", LIST, NOBODY, listed(29), True),
    ("after_register", LIST, {"line": "office"}, listed(29), False),
    ("after_register", LIST | {"register": "gb-tps"}, {}, listed(29), False),
    ("after_register", LIST, {}, HouseholdFile(), False),
    ("after_register", ENDS, {}, listed(29), True),
    ("after_register", ENDS, {}, listed(29, consents=EARLY), True),
    ("after_register", ENDS, {}, listed(29, consents=LATE), False),
    ("after_register", ENDS, {}, listed(29, consents=(Consent("acme", TODAY - 29 * DAY),)), None),
    ("no_consent", {}, {}, HouseholdFile(never_consented_to=frozenset({"acme"})), True),
    ("no_consent", {}, {}, HouseholdFile(consents=EARLY), False),
    ("no_consent", {"valid_for_months": 12}, {}, HouseholdFile(consents=EARLY), True),
    ("no_consent", {}, {}, HouseholdFile(), None),
    ("no_consent", {}, NOBODY, HouseholdFile(), None),
    ("after_objection", {}, {}, OBJECTED, True),
    ("after_objection", {}, {"company": "other"}, OBJECTED, False),
    ("after_objection", {}, NOBODY, OBJECTED, None),
    ("after_objection", {}, NOBODY, HouseholdFile(), False),
    ("after_objection", {"calendar_days": 9}, {}, OBJECTED, True),
    ("after_objection", {"calendar_days": 10}, {}, OBJECTED, False),
    ("after_objection", {"working_days": 7}, {}, OBJECTED, False),
    ("after_objection", {}, {}, HouseholdFile((), OBJECTED.objections, (), (Consent("acme", TODAY - DAY),)), False),
    ("after_objection", {}, {}, HouseholdFile((), OBJECTED.objections, (), LATE), None),
    ("after_objection", {}, {}, HouseholdFile(objections=(Objection("acme", TODAY),)), None),
    ("after_objection", {}, {}, HouseholdFile(objections=(Objection("acme", NOON + DAY),)), False),
    ("after_contract_end", {"months": 36}, {}, ENDED, True),
    (
        "after_contract_end",
        {"months": 36},
        {},
        HouseholdFile(contracts=(Contract("acme", until=date(2023, 11, 17)),)),
        False,
    ),
    ("after_contract_end", {"months": 36}, {}, HouseholdFile(contracts=(Contract("acme"),)), False),
    ("after_contract_end", {"months": 36}, {}, HouseholdFile(never_customer_of=frozenset({"acme"})), False),
    ("after_contract_end", {"months": 36}, {}, HouseholdFile(), None),
    ("after_contract_end", {"months": 36}, NOBODY, ENDED, None),
    ("within_days_of_refusal", {"days": 11}, {}, REFUSED, True),
    ("within_days_of_refusal", {"days": 10}, {}, REFUSED, False),
    ("within_days_of_refusal", {"days": 11}, {}, OBJECTED, False),
    ("within_days_of_refusal", {"days": 11}, NOBODY, REFUSED, None),
    ("within_days_of_refusal", {"days": 11}, NOBODY, OBJECTED, False),
    ("within_days_of_refusal", {"days": 9}, {}, HouseholdFile((), (Objection("acme", TODAY, in_call=True),)), None),
    ("within_days_of_refusal", {"days": 9}, {}, HouseholdFile((), (Objection("acme", NOON + DAY, True),)), False),
    ("n_calls_in_days", {"most": 1, "days": 1}, NOBODY, HouseholdFile(), None),
    ("persistent", {"in_7_days": 1, "in_30_days": 1}, NOBODY, HouseholdFile(), None),
]


@pytest.mark.parametrize(("name", "parameters", "facts", "file", "holds"), HOUSEHOLD)
def test_predicates_about_the_household(
    name: str, parameters: Facts, facts: Facts, file: HouseholdFile, *, holds: bool | None
) -> None:
    """A day inside a waiting time is no flag, and what isn't on file isn't held against anybody."""
    assert asked(name, parameters, facts, file) is holds


@pytest.mark.parametrize(
    ("name", "parameters", "earlier", "holds"),
    [
        ("n_calls_in_days", {"most": 2, "days": 2}, (35, 1), True),
        ("n_calls_in_days", {"most": 2, "days": 2}, (37, 1), False),
        ("n_calls_in_days", {"most": 3, "days": 2}, (35, 1), False),
        ("n_calls_in_days", {"most": 2, "hours": 24}, (23, 1), True),
        ("n_calls_in_days", {"most": 2, "hours": 24}, (24, 1), False),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (1, 2), True),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (1, 144), True),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (1, 168), False),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (180, 200, 300, 400), True),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (180, 200, 300, 696), True),
        ("persistent", {"in_7_days": 3, "in_30_days": 5}, (180, 200, 300, 720), False),
        ("right_to_object_not_offered", {"first_call_only": True}, (1,), False),
        ("right_to_object_not_offered", {"first_call_only": True}, (), True),
    ],
)
def test_predicates_about_earlier_calls(name: str, parameters: Facts, earlier: tuple[int, ...], *, holds: bool) -> None:
    """Days are calendar days that end with the call's own; hours are hours."""
    assert asked(name, parameters, {"objection_offered": False}, HouseholdFile(), earlier) is holds


@pytest.mark.parametrize(
    ("caller", "presented"),
    [
        (E164("+3225551234"), Presented.NUMBER),
        (Withheld(), Presented.WITHHELD),
        (Unavailable(), Presented.UNAVAILABLE),
        (Unusable("112", "short or internal number"), Presented.SHORT),
        (Unusable("*30", "service code"), Presented.UNREADABLE),
        (Unusable("1234567", "too long"), Presented.UNREADABLE),
        (Unusable("", "empty"), Presented.UNREADABLE),
    ],
)
def test_what_was_presented_is_told_from_the_caller(caller: Any, presented: Presented) -> None:
    """Each of the four values of a caller has its word; a short code is one that looks like it."""
    assert Presented.of(caller) is presented


def test_every_predicate_is_tried_here() -> None:
    """No predicate is added without a call of which it holds, one of which it doesn't."""
    tried = {row[0] for row in CALL} | {row[0] for row in HOUSEHOLD}
    assert tried == set(PREDICATES)
