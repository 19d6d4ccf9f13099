"""The reader's language: which one it is, and texts, figures and days in it."""

import re
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


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Pourquoi ? Voici : l'appel ; fin !", "Pourquoi\u202f? Voici\u202f: l’appel\u202f; fin\u202f!"),
        ("« oui »", "«\u202foui\u202f»"),
        ("un\u00a0: deux", "un\u202f: deux"),
        ("voir https://a.example/?b", "voir https://a.example/?b"),
    ],
)
def test_french_marks_keep_to_their_words(typed: str, expected: str) -> None:
    """Whoever translates types plain spaces; no line ends before a mark, and no other language is changed."""
    assert Words(Language.FR).typeset(typed) == expected
    assert Words(Language.DE).typeset(typed) == typed


@pytest.mark.parametrize(
    ("who", "expected"), [("Anna", "d’Anna"), ("Édith", "d’Édith"), ("Bob", "de Bob"), ("", "de ")]
)
def test_french_names_elide(who: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """“de” loses its vowel before another, and what a stranger wrote isn't changed by it."""
    begun = (
        'msgid "{who} rang"\nmsgstr "un appel de {who}"\n\n'
        'msgid "a"\nmsgid_plural "b"\nmsgstr[0] "que {who}"\nmsgstr[1] "x"\n'
    )
    monkeypatch.setattr(language, "_catalogues", lambda of: language._read(begun.encode(), of))
    words = Words(Language.FR)
    assert words("{who} rang", who=who) == f"un appel {expected}"
    assert words("{who} rang", who="de {x} : y") == "un appel de de {x} : y"
    assert words.many("a", "b", 1, who="Orange") == "qu’Orange"


def test_the_first_of_a_month_is_1er_in_french_only() -> None:
    """As people write it; no other day has it."""
    first, eleventh = date(2026, 11, 1), date(2026, 11, 11)
    assert [Words(Language.FR).day(first, form) for form in ("long", "medium", "full")] == [
        "1er novembre 2026", "1er nov. 2026", "dimanche 1er novembre 2026"
    ]  # fmt: skip
    assert "1er" not in Words(Language.FR).day(eleventh) + Words(Language.NL).day(first)
    assert Words(Language.FR).day(first, "short") == "01/11/2026"


@pytest.mark.parametrize(("of", "expected"), [("en", "“x”"), ("nl", "“x”"), ("fr", "«\u202fx\u202f»"), ("de", "„x“")])
def test_each_language_quotes_in_its_own_marks(of: str, expected: str) -> None:
    """What somebody said stands in the reader's marks."""
    assert Words(Language(of)).quoted("x") == expected


@pytest.mark.parametrize("of", ["nl", "fr", "de"])
def test_no_catalogue_has_another_languages_marks(of: str) -> None:
    """Dutch “…”, French « … » with narrow spaces and round apostrophes, German „…“: in every text of every page."""
    texts = language._catalogues(Language(of)).values()
    said = [form for text in texts for form in ((text,) if isinstance(text, str) else text)]
    strange = {
        "nl": r"[«»„]",
        "fr": r"[“”„']|[^\u202f/][;!?»](?!\w)|[ \u00a0][:;!?»]|«[^\u202f]",
        "de": r"[«»”]|“[^„]*“|„[^“]*$",
    }
    assert len(said) > 300
    assert [text for text in said if re.search(strange[of], text)] == []
