"""Promises about what doesn't agree: a statement's word on being a customer or on consent, and the household's file."""

from datetime import date

import pytest

from blocker.core.contradiction import consent_doubt, customer_doubt, in_words
from blocker.core.household_file import EVERYBODY, Consent, HouseholdFile, Relation

ENDED = Relation(known=True, ended=date(2022, 3, 31))
RUNNING = Relation(known=True, running=True)
NEVER = Relation(known=True)
GIVEN, LATER = (Consent("proximus", date(2026, month, 2)) for month in (1, 12))


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


@pytest.mark.parametrize(
    ("said", "file", "told"),
    [
        ("given", HouseholdFile(never_consented_to=frozenset({EVERYBODY})), "says that you never did"),
        ("given", HouseholdFile(never_consented_to=frozenset({"proximus"})), "says that you never did"),
        ("given", HouseholdFile(never_consented_to=frozenset({"telenet"})), ""),
        ("given", HouseholdFile(consents=(GIVEN,), never_consented_to=frozenset({EVERYBODY})), ""),
        ("never", HouseholdFile(consents=(GIVEN,)), "has a consent of 2026-01-02"),
        ("never", HouseholdFile(consents=(LATER,)), ""),
        ("never", HouseholdFile(never_consented_to=frozenset({EVERYBODY})), ""),
        ("unsure", HouseholdFile(consents=(GIVEN,)), ""),
        (None, HouseholdFile(consents=(GIVEN,)), ""),
    ],
)
def test_a_word_on_consent_that_the_file_denies_is_told(said: str | None, file: HouseholdFile, told: str) -> None:
    """Before whoever complains reads one of them to the other: only for the company, as of the day of the call."""
    found = consent_doubt(said, "proximus", date(2026, 11, 17), file)
    assert told in found
    assert bool(told) == bool(found)
