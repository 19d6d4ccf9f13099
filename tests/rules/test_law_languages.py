"""Promises of the law files' texts for readers: in every language of a page, and told where one is missing."""

from datetime import date
from pathlib import Path

import pytest
from fakes.law_folder import LAW
from fakes.rule_folder import changed, write

from blocker.core.followups import Due, FollowUp
from blocker.core.languages import Language
from blocker.core.registers import known_registers, named
from blocker.errors import RulesError
from blocker.language import Words
from blocker.pages.followup_words import told
from blocker.rulebook import RuleBook, load_rules, shipped_rules

TITLE = 'title = "Calling hours"'
PROVISION = "[[provision]]"


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules as shipped."""
    return load_rules(shipped_rules())


def own(folder: Path, *changes: tuple[str, str]) -> RuleBook:
    """The law of the tests, changed."""
    write(folder, {"law/be-some-law.toml": changed(LAW, *changes)})
    return load_rules(folder)


def test_every_shipped_provision_has_a_title_in_every_language(book: RuleBook) -> None:
    """Whatever a flag can cite, its reader can read; no title was left in English by mistake."""
    assert book.untranslated() == []
    for item in book.laws:
        titles = [item.title_in(language) for language in Language]
        assert len(set(titles)) == len(titles), item.where


def test_every_shipped_register_has_a_name(book: RuleBook) -> None:
    """Nobody reads `be-dncm` where a Belgian says Bel-me-niet-meer or Ne m'appelez plus."""
    assert set(known_registers(book.laws)) == set(book.laws.registers)
    assert named(book.laws.registers, "be-dncm", "nl") == "Bel-me-niet-meer"
    assert named(book.laws.registers, "be-dncm", "fr") == "Ne m'appelez plus"
    assert named(book.laws.registers, "xx-own", "fr") == "xx-own"
    assert {item.slug for item in book.regulators.values() if item.register and not item.register_name} == set()


def test_a_title_is_one_text_or_one_for_each_language(tmp_path: Path) -> None:
    """Plain text is the same everywhere; in several languages, one that isn't there is English."""
    plain = next(item for item in own(tmp_path / "plain").laws if item.id == "be-hours")
    assert {plain.title_in(language) for language in Language} == {"Calling hours"}
    texts = 'title.en = "Hours"\ntitle.nl = "Uren"\ncitation.en = "Law, art. 1"\ncitation.fr = "Loi, art. 1"'
    several = own(tmp_path / "several", (TITLE, texts), ('citation = "Some law, art. 1"\n', ""))
    item = next(item for item in several.laws if item.id == "be-hours")
    assert [item.title_in(language) for language in ("en", "nl", "fr", "de")] == ["Hours", "Uren", "Hours", "Hours"]
    assert [item.citation, item.citation_in("fr")] == ["Law, art. 1", "Loi, art. 1"]


def test_what_isnt_translated_is_told_with_file_and_line(tmp_path: Path) -> None:
    """Each version of each provision is told with the languages that it lacks, and nothing is refused for it."""
    found = own(tmp_path, (TITLE, 'title.en = "Hours"\ntitle.nl = "Uren"\ntitle.de = "Zeiten"')).untranslated()
    assert [(note.line, note.what) for note in found] == [
        (15, "be-hours has no title in fr"),
        (31, "be-list has no title in nl, fr, de"),
    ]
    assert found[0].mend == 'add title.fr = "…"'


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ((TITLE, 'title.nl = "Uren"'), "en is missing"),
        ((TITLE, 'title.en = "Hours"\ntitle.xx = "?"'), "unknown key “xx”"),
        ((PROVISION, '[[register]]\nid = "be-list"\n\n' + PROVISION), "name is missing"),
        ((PROVISION, '[[register]]\nname = "List"\n\n' + PROVISION), "id is missing"),
        ((PROVISION, '[[register]]\nid = "x"\nname = "A"\n[[register]]\nid = "x"\nname = "B"\n' + PROVISION), "second"),
    ],
)  # fmt: skip
def test_a_text_that_cant_be_shown_is_refused(change: tuple[str, str], fault: str, tmp_path: Path) -> None:
    """English must be there, since it stands in for the others; a register needs both its id and its name."""
    text = LAW.replace(*change, 1)
    write(tmp_path, {"law/be-some-law.toml": text})
    with pytest.raises(RulesError) as refused:
        load_rules(tmp_path)
    assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("language", "name"), [("nl", "Bel-me-niet-meer"), ("fr", "Ne m'appelez plus"), ("de", "Bel-me-niet-meer / Ne")]
)
def test_a_follow_up_names_the_register_as_people_do(language: str, name: str, book: RuleBook) -> None:
    """A calendar doesn't say `be-dncm` either."""
    day = date(2026, 11, 18)
    item = FollowUp(day, Due.REGISTER, "", "be-dncm", "", day, sure=True, extended=None, entry=1)
    (shown,) = told([item], Words(Language(language)), str, book.laws.registers)
    assert name.replace("'", "’") in shown.title.replace("'", "’")
    assert "be-dncm" not in shown.title + shown.text
