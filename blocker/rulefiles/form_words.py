"""Reads the words in which forms are filled in, `form_languages/LANGUAGE.toml`, which anybody can mend without Python.

Decides nothing; what is written into a form, `core/complaint_text.py` decides.
"""

import tomllib
from functools import cache
from importlib.resources import files

from blocker.core.form_words import FormWords


@cache
def form_words(language: str) -> FormWords:
    """The words of one of `core.form_words.LANGUAGES`."""
    folder = files("blocker.rulefiles") / "form_languages"
    read = tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))
    return FormWords(language, read["texts"], tuple(read["months"]))
