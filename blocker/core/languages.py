"""Which languages a page can be written in, which one a region starts with, and texts that come in several.

Decides no text: those are in catalogues, and `blocker/language.py` reads them, with a library that a configuration that
only names a language needn't load.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Language(StrEnum):
    """What a page can be written in."""

    EN = "en"
    NL = "nl"
    FR = "fr"
    DE = "de"


FIRST: Mapping[str, Language] = MappingProxyType(
    {
        "BE": Language.NL, "NL": Language.NL, "SR": Language.NL, "CW": Language.NL, "AW": Language.NL,
        "FR": Language.FR, "LU": Language.FR, "MC": Language.FR, "GP": Language.FR, "MQ": Language.FR,
        "RE": Language.FR, "GF": Language.FR, "YT": Language.FR,
        "DE": Language.DE, "AT": Language.DE, "CH": Language.DE, "LI": Language.DE,
    }
)  # fmt: skip
"""The language most people of a region read; English where none of ours is."""


Texts = Mapping[str, str]
"""The same text in several languages, by their codes."""

ENGLISH = "en"
"""What is said to the household is always there in it."""


def in_language(texts: Texts, language: str) -> str:
    """A text in a language, or in English where it isn't there, or else in the first that is."""
    return texts.get(language) or texts.get(ENGLISH) or next(iter(texts.values()), "")


def language_of(region: str, locale: str = "") -> Language:
    """The language to begin with.

    Args:
        region: ISO 3166-1 alpha-2 of the household.
        locale: the machine's, such as `fr_BE.UTF-8`: its language wins where it is one of ours and not English, since
            English is what machines are set to by those who don't care.
    """
    spoken = locale.partition("_")[0].partition(".")[0]
    if spoken in set(Language) - {Language.EN}:
        return Language(spoken)
    return FIRST.get(region, Language.EN)
