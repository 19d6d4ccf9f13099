"""Where what was said of a call doesn't agree with what the household says of itself: told, and never settled here.

Decides when the two can't both be so. Each stays recorded as it was said; which is right, a person says.
"""

from blocker.core.household_file import Relation


def customer_doubt(said: str | None, relation: Relation) -> str:
    """What doesn't agree about having been a customer, in a sentence; empty where nothing does or it isn't said.

    Args:
        said: `customer` of a statement.
        relation: to the company on the day of the call, as the household's file has it.
    """
    if not relation.known or said not in _SAID:
        return ""
    if relation.running:
        return f"{_SAID[said]}, but the household's file has a contract" if said != "now" else ""
    if relation.ended is not None:
        ended = f"but the household's file has a contract that ended on {relation.ended}"
        return f"{_SAID[said]}, {ended}" if said != "formerly" else ""
    never = "but the household's file says that you weren't its customer by then"
    return f"{_SAID[said]}, {never}" if said != "never" else ""


_SAID = {
    "never": "it is said of this call that you never were a customer",
    "now": "it is said of this call that you are a customer",
    "formerly": "it is said of this call that you no longer are a customer",
}
