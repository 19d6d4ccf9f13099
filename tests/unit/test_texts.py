"""Each text of a page is there in each language; the tool that says so sees what is wrong."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

HOUSE = Path(__file__).resolve().parents[2]
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
PAGE = (
    'from blocker.language import Words, later\nLATER = later("Later")\n'
    "def page(_: Words) -> None:\n"
    '    _("Hello {name}", name="x")\n    _.many("{count} call", "{count} calls", 2)\n'
)
WHOLE = (
    HEAD + '\nmsgid "Later"\nmsgstr "L"\n\nmsgid "Hello {name}"\nmsgstr "H {name}"\n'
    '\nmsgid "{count} call"\nmsgid_plural "{count} calls"\nmsgstr[0] "one"\nmsgstr[1] "{count} c"\n'
)


@pytest.fixture(scope="module")
def tool() -> Any:
    """`tools/texts.py`, as a module."""
    spec = importlib.util.spec_from_file_location("texts", HOUSE / "tools" / "texts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house with one page, whose texts are all there."""
    (tmp_path / "blocker" / "pages").mkdir(parents=True)
    (tmp_path / "blocker" / "locale").mkdir()
    (tmp_path / "blocker" / "pages" / "page.py").write_text(PAGE)
    for language in ("nl", "fr", "de"):
        (tmp_path / "blocker" / "locale" / f"report.{language}.po").write_text(WHOLE)
    return tmp_path


def test_each_text_is_there_in_each_language(tool: Any) -> None:
    """Every text of the pages has a translation in nl, fr and de with the same names in it, and none is left over."""
    assert [fault.partition("\n")[0] for fault in tool.faults(HOUSE)] == []


def test_a_whole_catalogue_has_no_fault(tool: Any, house: Path) -> None:
    """A form for one thing may leave out the figure."""
    assert list(tool.faults(house)) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ('msgid "Later"\nmsgstr "L"\n', "", "missing, from blocker/pages/page.py:2"),
        ('msgstr "L"', 'msgstr ""', "not translated: 'Later'"),
        ('msgid "Later"', '#, fuzzy\nmsgid "Later"', "not translated: 'Later'"),
        ('msgstr "H {name}"', 'msgstr "H {nom}"', "other {names} than the English text has: 'Hello {name}'"),
        ('msgstr "H {name}"', 'msgstr "H"', "other {names} than the English text has: 'Hello {name}'"),
        ('msgstr[1] "{count} c"', 'msgstr[1] ""', "not translated: '{count} call'"),
        ("\nmsgid", '\nmsgid "Old"\nmsgstr "O"\n\nmsgid', "no page says this any more: 'Old'"),
    ],
)
def test_what_is_wrong_in_a_catalogue_is_seen(tool: Any, house: Path, before: str, after: str, expected: str) -> None:
    """A missing, empty, doubtful, differently filled or left-over translation is a fault, said with its text."""
    (house / "blocker" / "locale" / "report.fr.po").write_text(
        HEAD + WHOLE.removeprefix(HEAD).replace(before, after, 1)
    )

    found = list(tool.faults(house))

    assert len(found) == 1
    assert expected in found[0]


def test_a_text_put_together_in_the_code_is_seen(tool: Any, house: Path) -> None:
    """An f-string can't be looked up in a catalogue."""
    (house / "blocker" / "pages" / "other.py").write_text('def f(_, x):\n    _(f"Hello {x}")\n')

    assert ["other.py:2" in fault for fault in tool.faults(house)] == [True]
