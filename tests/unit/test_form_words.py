"""Promises about how a form is filled in: a day is written as whoever reads the form writes it."""

from datetime import date

import pytest

from blocker.rulefiles.form_words import form_words

FIRSTS = {
    "de": "1. Januar 2018",
    "en": "1 January 2018",
    "fr": "1er janvier 2018",
    "it": "1º gennaio 2018",
    "nl": "1 januari 2018",
}


@pytest.mark.parametrize(("language", "written"), FIRSTS.items())
def test_the_first_of_a_month_is_written_as_its_language_does(language: str, written: str) -> None:
    """In French and Italian the first is an ordinal, and no other day is."""
    words = form_words(language)
    assert words.day(date(2018, 1, 1)) == written
    assert words.day(date(2018, 1, 2))[:2] in {"2 ", "2."}
