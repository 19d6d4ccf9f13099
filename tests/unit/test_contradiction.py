"""Promises about what doesn't agree: a statement's word on having been a customer, and the household's file."""

from datetime import date

import pytest

from blocker.core.contradiction import customer_doubt, in_words
from blocker.core.household_file import Relation

ENDED = Relation(known=True, ended=date(2022, 3, 31))
RUNNING = Relation(known=True, running=True)
NEVER = Relation(known=True)


@pytest.mark.parametrize(
    ("relation", "agrees"),
    [
        (RUNNING, {"now"}),
        (ENDED, {"formerly"}),
        (NEVER, {"never"}),
        (Relation(known=False), {"now", "formerly", "never"}),
    ],
)
def test_only_what_cant_both_be_so_is_told(relation: Relation, agrees: set[str]) -> None:
    """Of each relation one word is right; nobody is bothered for "unsure", or for what isn't said."""
    told = {said for said in ("now", "formerly", "never", "unsure", None) if customer_doubt(said, relation)}
    assert told == {"now", "formerly", "never"} - agrees


def test_the_contract_is_named() -> None:
    """Whoever reads it sees which entry of the file is meant."""
    doubt = customer_doubt("never", ENDED)
    assert doubt is not None
    assert "ended on 2022-03-31" in in_words(doubt)
