"""Where what was said of a call doesn't agree with what the household says of itself: told, and never settled here.

Decides when the two can't both be so. Each stays recorded as it was said; which is right, a person says.
"""

from datetime import date
from typing import NamedTuple

from blocker.core.household_file import EVERYBODY, HouseholdFile, Relation


class CustomerDoubt(NamedTuple):
    """What was said of a call about being a customer, and what the household's file says of that day instead."""

    said: str
    """`never`, `now` or `formerly`."""
    file: str
    """`running` (a contract), `ended` or `never`."""
    ended: date | None
    """When the contract ended."""


def customer_doubt(said: str | None, relation: Relation) -> CustomerDoubt | None:
    """What doesn't agree about having been a customer; None where nothing does or it isn't said.

    Args:
        said: `customer` of a statement.
        relation: to the company on the day of the call, as the household's file has it.
    """
    if not relation.known or said is None or said not in _SAID:
        return None
    if relation.running:
        file, agrees = "running", "now"
    elif relation.ended is not None:
        file, agrees = "ended", "formerly"
    else:
        file, agrees = "never", "never"
    return CustomerDoubt(said, file, relation.ended if file == "ended" else None) if said != agrees else None


def in_words(doubt: CustomerDoubt) -> str:
    """It as a sentence without its full stop."""
    file = {
        "running": "the household's file has a contract",
        "ended": f"the household's file has a contract that ended on {doubt.ended}",
        "never": "the household's file says that you weren't its customer by then",
    }
    return f"{_SAID[doubt.said]}, but {file[doubt.file]}"


def consent_doubt(said: str | None, company: str, on: date, file: HouseholdFile) -> str:
    """Where a word on consent doesn't agree with the file: a sentence without its full stop, or nothing.

    Args:
        said: `consent` of a statement.
        company: the slug that its company has by now.
        on: the day of the call.
        file: the household's.
    """
    given = [item.when for item in file.consents if item.company == company]
    if said == "given" and not given and {company, EVERYBODY} & file.never_consented_to:
        return "it is said of this call that you had allowed it, but the household's file says that you never did"
    if said == "never" and (before := [str(when)[:10] for when in given if str(when)[:10] <= str(on)]):
        there = f"the household's file has a consent of {before[-1]}"
        return f"it is said of this call that you never allowed it, but {there}"
    return ""


_SAID = {
    "never": "it is said of this call that you never were a customer",
    "now": "it is said of this call that you are a customer",
    "formerly": "it is said of this call that you no longer are a customer",
}
