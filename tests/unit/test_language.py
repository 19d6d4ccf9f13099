"""The reader's language: which one it is, and texts, figures and days in it."""

from datetime import UTC, date, datetime, timedelta, timezone
from importlib import resources

import pytest

from blocker import language
from blocker.language import Language, Words, language_of

BEGUN = (
    'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
    'msgid "{who} rang"\nmsgstr "{who} belde"\n\n'
    'msgid "{count} call"\nmsgid_plural "{count} calls"\nmsgstr[0] "{count} oproep"\nmsgstr[1] "{count} oproepen"\n\n'
    'msgid "empty"\nmsgstr ""\n\n#, fuzzy\nmsgid "doubtful"\nmsgstr "twijfelachtig"\n'
)


@pytest.mark.parametrize(
    ("region", "locale", "expected"),
    [
        ("BE", "", Language.NL),
        ("BE", "fr_BE.UTF-8", Language.FR),
        ("BE", "en_US.UTF-8", Language.NL),
        ("BE", "C", Language.NL),
        ("DE", "nl", Language.NL),
        ("AT", "", Language.DE),
        ("JP", "ja_JP.UTF-8", Language.EN),
        ("", "", Language.EN),
        ("BE", "de.UTF-8", Language.DE),
        ("FR", "den_CA", Language.FR),
    ],
)
def test_the_language_to_begin_with(region: str, locale: str, expected: Language) -> None:
    """A machine's language wins where it is one of ours and not English, then the region's, then English."""
    assert language_of(region, locale) is expected


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch) -> Words:
    """Dutch with a catalogue of its own."""
    monkeypatch.setattr(language, "_catalogues", lambda of: language._read(BEGUN.encode(), of))
    return Words(Language.NL)


def test_a_text_is_said_in_the_readers_language(words: Words) -> None:
    """A text of the catalogue is translated and filled; names from outside aren't read as fields."""
    assert words("{who} rang", who="{who} & {0}") == "{who} & {0} belde"


@pytest.mark.parametrize("text", ["unknown {text}", "empty", "doubtful"])
def test_a_text_without_a_sure_translation_stays_english(words: Words, text: str) -> None:
    """What no catalogue has, or has empty or doubtful, is said in English and never left out."""
    assert words(text) == text


@pytest.mark.parametrize(
    ("of", "count", "expected"),
    [
        (Language.EN, 0, "0 owls"),
        (Language.EN, 1, "1 owl"),
        (Language.EN, 1234567, "1,234,567 owls"),
        (Language.FR, 0, "0 owl"),
        (Language.FR, 2, "2 owls"),
    ],
)
def test_forms_follow_the_languages_own_rule(of: Language, count: int, expected: str) -> None:
    """Nought is singular in French and plural elsewhere, and a count is written as the language writes it."""
    assert Words(of).many("{count} owl", "{count} owls", count) == expected  # of which no page speaks


def test_translated_forms(words: Words) -> None:
    """Each form of a count has its own translation."""
    assert [words.many("{count} call", "{count} calls", count) for count in (1, 2)] == ["1 oproep", "2 oproepen"]


@pytest.mark.parametrize("of", Language)
def test_each_language_writes_days_and_figures(of: Language) -> None:
    """Days, months, weekdays and figures exist in each language, and the year is never lost."""
    words = Words(of)
    day = date(2026, 11, 22)

    assert all("2026" in words.day(day, form) for form in ("long", "full", "medium"))
    assert "2026" in words.month(day)
    assert len({words.weekday(place) for place in range(7)}) == 7
    assert words.figure(1234567).replace("\u202f", " ").replace("\xa0", " ") in {"1,234,567", "1.234.567", "1 234 567"}


def test_a_moment_has_its_offset() -> None:
    """A moment is told to the second with its offset from UTC, since evidence needs both; a naive one has none."""
    words = Words(Language.EN)
    moment = datetime(2026, 11, 22, 9, 5, 7, tzinfo=timezone(-timedelta(hours=3, minutes=30)))

    assert words.moment(moment) == "22 Nov 2026 09:05:07 (-03:30)"
    assert words.moment(moment.replace(tzinfo=UTC), seconds=False) == "22 Nov 2026 09:05 (+00:00)"
    assert words.moment(moment.replace(tzinfo=None)) == "22 Nov 2026 09:05:07"


def test_all_parts_are_read() -> None:
    """The catalogues of all parts are in the package and can be read in each language."""
    for of in set(Language) - {Language.EN}:
        assert isinstance(dict(language._catalogues(of)), dict)
        names = {file.name for file in resources.files("blocker").joinpath("locale").iterdir()}
        assert {f"{part}.{of}.po" for part in ("report", "levers", "sending")} <= names
