"""The words in which a form is filled in: those of the authority that reads it, not those of the household.

Decides how a day and an hour are written so that nobody takes the month for the day. The words come as values
(`rulefiles/form_words.py` reads them); who uses which, `complaint_text.py` decides.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

LANGUAGES = ("de", "en", "es", "fr", "it", "nl")
"""Those that forms are written in."""

_FIRST = {"fr": "1er", "it": "1º"}
"""How the first day of a month is written where that isn't its number alone."""


@dataclass(frozen=True, slots=True)
class FormWords:
    """The words of one language."""

    language: str
    texts: Mapping[str, str]
    months: tuple[str, ...]

    def __call__(self, key: str, /, **values: object) -> str:
        """A text with its blanks filled in."""
        return self.texts[key].format(**values)

    def day(self, day: date) -> str:
        """With the month as a word."""
        number = _FIRST.get(self.language, "1") if day.day == 1 else day.day
        return self("day", day=number, month=self.months[day.month - 1], year=day.year)

    def moment(self, local: datetime, *, seconds: bool = True) -> str:
        """To the second where that is known, with its offset from UTC."""
        time = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        return f"{self.day(local.date())}, {time} ({local.isoformat()[-6:]})"
