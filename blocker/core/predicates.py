"""The table of predicates: what a rule of law may ask about a call, by the name that law files use.

A new predicate is a function, a dataclass of its parameters, and a line in `PREDICATES`. The reader of law files takes
names, kinds and defaults of the parameters from the dataclass: a whole number, a truth value, a text, a word of a
closed set (`StrEnum`), or a tuple of texts, words or `Window`s. What has no default must be given; a whole number is
then at least 1.

Each answers for the facts alone: True, False, or what isn't known. Whether the call was marketing, whether an attempt
counts and what excuses a caller, `law.py` asks for every rule alike.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from blocker.core import call_predicates as call
from blocker.core import household_predicates as household
from blocker.core.law_case import Answer, LawCase

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Predicate(Generic[P]):
    """A question with the form of its parameters."""

    asks: Callable[[LawCase, P], Answer]
    parameters: type[P]
    of_the_call: bool = False
    """About what the machine saw of the call: has a meaning before a person said that it was marketing."""


PREDICATES: Mapping[str, Predicate[Any]] = {
    item.asks.__name__: item
    for item in (
        Predicate(household.after_register, household.Register),
        Predicate(household.no_consent, household.Consent),
        Predicate(household.after_objection, household.Objected),
        Predicate(household.after_contract_end, household.ContractEnd),
        Predicate(household.n_calls_in_days, household.Most),
        Predicate(household.within_days_of_refusal, household.Rest),
        Predicate(household.persistent, household.Persistence),
        Predicate(call.out_of_hours, call.Hours, of_the_call=True),
        Predicate(call.weekend_or_holiday, call.Days, of_the_call=True),
        Predicate(call.no_number_presented, call.NoParameters, of_the_call=True),
        Predicate(call.mobile_number, call.NoParameters, of_the_call=True),
        Predicate(call.outside_reserved_range, call.NoParameters, of_the_call=True),
        Predicate(call.premium_or_short_number, call.Classes, of_the_call=True),
        Predicate(call.banned_sector, call.Sectors),
        Predicate(call.silent_or_abandoned, call.NoParameters),
        Predicate(call.recorded_voice, call.NoParameters),
        Predicate(call.no_identity, call.NoParameters),
        Predicate(call.right_to_object_not_offered, call.Offer),
    )
}
