"""The household's languages: texts of catalogues, and days, hours and figures as people write them.

Decides that a text without translation stays English; which languages there are, `core/languages.py` decides.
Catalogues are gettext files (`locale/PART.LANGUAGE.po`, one part for each kind of page) with the English text as key,
read as they are, so that a translator needs no build; how a language sets its marks is added here, so that nobody has
to type a narrow space. What a text says is decided where it is used.
"""

import functools
import io
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from importlib import resources
from types import MappingProxyType

from babel import Locale, dates, numbers
from babel.messages import pofile

from blocker.core.languages import Language, language_of

__all__ = ["Forms", "Language", "Words", "language_of", "later", "later_many"]

Forms = tuple[str, str]
"""A text about one thing, and the same about another number of things."""


NARROW = "\u202f"
"""The narrow no-break space of French typography."""

_MARKS = {
    Language.EN: ("“", "”"),
    Language.NL: ("“", "”"),
    Language.FR: (f"«{NARROW}", f"{NARROW}»"),
    Language.DE: ("„", "“"),
}
_SPACED = re.compile(r"[ \u00a0]([;:!?»])|(«)[ \u00a0]")
_ELIDED = re.compile(r"\b([dD]|[qQ]u)e \{(\w+)\}")
_FIRST_OF_MONTH = re.compile(r"\b1(?= \w)")


def typeset(text: str, language: Language) -> str:
    """A text as its language sets it: in French, marks keep to their words, and apostrophes are round."""
    if language is not Language.FR:
        return text
    text = _SPACED.sub(lambda found: f"{NARROW}{found[1]}" if found[1] else f"{found[2]}{NARROW}", text)
    return text.replace("'", "’")


def _elided(template: str, values: Mapping[str, object]) -> str:
    """A French template in which “de” and “que” before a name that begins with a vowel have lost theirs."""

    def one(found: re.Match[str]) -> str:
        first = unicodedata.normalize("NFD", str(values.get(found[2], ""))[:1]).upper()[:1]
        return f"{found[1]}’{{{found[2]}}}" if first and first in "AEIOU" else found[0]

    return _ELIDED.sub(one, template)


def later(text: str) -> str:
    """The same text; says that it will be shown in the reader's language, so that its translation isn't forgotten."""
    return text


def later_many(one: str, other: str) -> Forms:
    """The same two forms, for `Words.many`; likewise."""
    return one, other


class Words:
    """The texts and forms of one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale = Locale("en", "GB") if language is Language.EN else Locale(str(language))
        self._texts = _catalogues(language)

    def __call__(self, text: str, /, **values: object) -> str:
        """A text in this language; `{name}` in it is filled from `values`."""
        found = self._texts.get(text, text)
        template = found if isinstance(found, str) else found[0]
        return self._filled(template, values) if values else template

    def many(self, one: str, other: str, count: int, /, **values: object) -> str:
        """The form for a count, which `{count}` is filled with, written as this language writes figures."""
        found = self._texts.get(one)
        forms = (one, other) if found is None or isinstance(found, str) else found
        return self._filled(forms[self._plural(count)], {"count": self.figure(count)} | values)

    def _filled(self, template: str, values: Mapping[str, object]) -> str:
        return (_elided(template, values) if self.language is Language.FR else template).format(**values)

    def typeset(self, text: str) -> str:
        """A text of a rule file in this language, set as the catalogues' are; never one of a stranger."""
        return typeset(text, self.language)

    def quoted(self, text: str) -> str:
        """What somebody said, in this language's marks."""
        begin, end = _MARKS[self.language]
        return f"{begin}{text}{end}"

    @property
    def colon(self) -> str:
        """Between a name and what follows; a space comes after it."""
        return f"{NARROW}:" if self.language is Language.FR else ":"

    @property
    def semicolon(self) -> str:
        """Between parts that are put together; a space comes after it."""
        return f"{NARROW};" if self.language is Language.FR else ";"

    def figure(self, value: float) -> str:
        """A number as people write it."""
        return str(numbers.format_decimal(value, locale=self._locale))

    def day(self, day: date, form: str = "long") -> str:
        """A day: `long` (22 November 2026), `full` (with its weekday), `medium` or `short`."""
        text = str(dates.format_date(day, form, locale=self._locale))
        return _FIRST_OF_MONTH.sub("1er", text) if self.language is Language.FR else text

    def weekday(self, place: int) -> str:
        """Monday is 0; in short."""
        return str(dates.get_day_names("abbreviated", locale=self._locale)[place])

    def month(self, day: date) -> str:
        """The month of a day, with its year."""
        return str(dates.format_skeleton("yMMM", day, locale=self._locale))

    def moment(self, local: datetime, *, seconds: bool = True) -> str:
        """A local time with its day; its offset from UTC is added where it has one, since evidence needs it."""
        clock = local.strftime("%H:%M:%S" if seconds else "%H:%M")
        offset = f" ({local.strftime('%z')[:3]}:{local.strftime('%z')[3:5]})" if local.tzinfo else ""
        return f"{self.day(local.date(), 'medium')} {clock}{offset}"

    def _plural(self, count: int) -> int:
        one = count in {0, 1} if self.language is Language.FR else count == 1
        return 0 if one else 1


@functools.cache
def _catalogues(language: Language) -> Mapping[str, str | tuple[str, ...]]:
    """The texts of all parts; of the same text in two parts, the part first by name."""
    texts: dict[str, str | tuple[str, ...]] = {}
    files = resources.files("blocker").joinpath("locale").iterdir()
    for file in sorted(files, key=lambda file: file.name):
        if file.name.endswith(f".{language}.po"):
            texts = _read(file.read_bytes(), language) | texts
    return MappingProxyType(texts)


def _read(raw: bytes, language: Language) -> dict[str, str | tuple[str, ...]]:
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in pofile.read_po(io.BytesIO(raw), locale=str(language)):
        if message.id and not message.fuzzy:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            if forms and all(forms):
                forms = tuple(typeset(form, language) for form in forms)
                texts[key] = forms if len(forms) > 1 else forms[0]
    return texts
