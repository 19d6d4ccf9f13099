"""Promises of the regulator files: each form asks what its authority asks, and a file that can't be used says why."""

import re
from pathlib import Path

import pytest
from fakes.regulator_folder import LAW_FILE, REGULATOR
from fakes.rule_folder import changed, write

from blocker import rulebook
from blocker.core.complaint_account import BLANKS
from blocker.core.form_words import LANGUAGES
from blocker.core.regulator import About, ChannelKind, Fill, Numbers, Weight
from blocker.errors import RulesError
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulefiles.form_words import form_words
from blocker.tomlfile import Document, parse_bytes

FORMS = {
    "be-fps-economy": 0,
    "be-telecom-ombudsman": 1,
    "nl-acm": 2,
    "de-bnetza-advertising": 3,
    "fr-signalconso": 4,
    "gb-tps": 5,
    "gb-ico": 5,
    "us-ftc": 6,
    "us-fcc": 6,
    "es-aepd": 7,
    "it-garante": 8,
}
"""Each form with its column below."""

TABLE = {
    #                 BE-Econ Omb   NL   DE   FR   UK   US   ES   IT
    "times":         ("●",   "●●", "●", "●", "●", "●", "●", "●●", "●"),
    "numbers":       ("●",   "○",  "●", "●", "●", "●", "●", "●●", "○"),
    "line":          ("●",   "●●", "●", "●", "○", "●", "●", "●●", "●"),
    "company":       ("●",   "–",  "●", "●", "●", "●", "●", "●",  "●●"),
    "product":       ("○",   "–",  "●", "●", "●", "●", "●", "●",  "●"),
    "customer":      ("○",   "–",  "●●", "–", "●", "●", "●●", "●", "●"),
    "consent":       ("○",   "–",  "●●", "●●", "●", "●", "●", "●", "●"),
    "objected":      ("●",   "–",  "●●", "●", "●", "●", "●●", "●", "●"),
    "registered":    ("●",   "–",  "–", "–", "–", "●", "●", "●",  "●"),
    "register-proof": ("●",  "–",  "–", "–", "–", "○", "○", "●",  "○"),
    "voice":         ("○",   "○",  "○", "○", "–", "●", "●", "–",  "●"),
    "earlier":       ("●",   "●●", "●", "○", "●", "●", "●", "○",  "●"),
    "five-dates":    ("–",   "–",  "–", "–", "●●", "–", "–", "–", "–"),
    "account":       ("●",   "–",  "●", "●●", "●", "●", "●", "●", "●"),
}  # fmt: skip
"""What the authorities ask: decisive ●●, asked ●, useful ○, not asked –. A form may ask more."""

WEIGHTS = {"●●": Weight.DECISIVE, "●": Weight.ASKED, "○": Weight.USEFUL}
ALSO = {
    "be-fps-economy": {Fill.COMPANY_REGISTER, Fill.REGISTER_PROOF},
    "be-telecom-ombudsman": {Fill.YOURSELF},
    "es-aepd": {Fill.HOLDER_PROOF, Fill.REGISTER_PROOF},
    "de-bnetza-nuisance": {Fill.PERIOD, Fill.DAYS_AND_HOURS, Fill.RHYTHM, Fill.ANSWERED, Fill.TIMES, Fill.NUMBERS},
    "nl-provider-request": {Fill.TIMES, Fill.LINE},
    "de-provider-request": {Fill.TIMES, Fill.LINE},
    "be-data-protection-authority": {Fill.COMPANY, Fill.OBJECTED, Fill.PROOFS},
}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules as shipped."""
    return load_rules(shipped_rules())


@pytest.mark.parametrize("slug", FORMS)
def test_a_form_asks_what_its_authority_asks(book: RuleBook, slug: str) -> None:
    """Each field of the table is in the file, with its weight."""
    asked = {str(field.fill): field.weight for field in reversed(book.regulators[slug].fields)}
    wanted = {fill: WEIGHTS[row[FORMS[slug]]] for fill, row in TABLE.items() if row[FORMS[slug]] in WEIGHTS}
    assert {fill: asked.get(fill) for fill in wanted} == wanted


@pytest.mark.parametrize(("slug", "fills"), ALSO.items())
def test_a_form_asks_what_no_other_does(book: RuleBook, slug: str, fills: set[Fill]) -> None:
    """What only this authority wants is in its file too."""
    assert fills <= {field.fill for field in book.regulators[slug].fields}


def test_every_language_of_a_form_says_the_same(book: RuleBook) -> None:
    """The free text has the same blanks in each language, and what a file answers itself it answers in each."""
    for regulator in book.regulators.values():
        blanks = {
            language: sorted(re.findall(r"{(\w+)}", " ".join(lines))) for language, lines in regulator.account.items()
        }
        assert len(set(map(tuple, blanks.values()))) == 1, (regulator.slug, blanks)
        for field in regulator.fields:
            if field.fill is Fill.FIXED:
                assert set(regulator.languages) <= set(field.answer), (regulator.slug, field.id)


def test_what_authorities_insist_on(book: RuleBook) -> None:
    """Signatures, waiting times and limits are those that the authorities name."""
    regulators = book.regulators
    assert {slug for slug, item in regulators.items() if item.signed} == {
        "be-telecom-ombudsman", "nl-provider-request", "de-provider-request"
    }  # fmt: skip
    assert {slug for slug, item in regulators.items() if item.takes.after_register} == {"gb-tps", "us-ftc"}
    assert regulators["gb-tps"].takes.answered
    assert regulators["gb-ico"].takes.most_calls == 5
    assert regulators["be-data-protection-authority"].takes.first_write_months == 1
    assert regulators["fr-signalconso"].takes.numbers is Numbers.NATIONAL
    assert regulators["nl-provider-request"].takes.numbers is Numbers.NONE
    assert regulators["de-bnetza-nuisance"].takes.one_number
    assert {item.country for item in regulators.values()} == {"BE", "NL", "DE", "FR", "GB", "US", "ES", "IT"}


def test_an_address_from_memory_says_so(book: RuleBook) -> None:
    """A channel that stands on a weak source is marked as unverified."""
    weak = [
        (item.slug, channel.sure)
        for item in book.regulators.values()
        for channel in item.channels
        if channel.source.quality == "weak"
    ]
    assert weak
    assert {sure for _, sure in weak} == {"unverified"}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{count} calls", "{cuont} calls", "nothing fills {cuont} (did you mean “count”?)"),
        ("{count} calls", "{count!r} calls", "a blank has more than a name"),
        ("{count} calls", "{count calls", "without its other half"),
        ('fill = "times"', 'fill = "time"', "fill can't be “time” (did you mean “times”?)"),
        ('label.en = "When"', "", "label is missing"),
        ('label.en = "When"', 'label.nl = "Wanneer"', "en is missing"),
        ('languages = ["en"]', 'languages = ["xx"]', "no words are known for “xx”"),
        ('languages = ["en"]', "languages = []", "languages is empty"),
        ('id = "numbers"', 'id = "times"', "a second [[field]] with the id “times”"),
        ('points_to = ["be-hours"]', 'points_to = ["be-huors"]', "which no law file has (did you mean “be-hours”?)"),
        ('register = "be-list"', 'register = "be-lits"', "which no law file has (did you mean “be-list”?)"),
        ('register = "be-list"', "", "after_register, but no register is named"),
        ('where = ["https://', 'where = ["http://', "a web channel needs addresses that begin with https://"),
        ('kinds = ["late"]', 'kinds = ["lat"]', "no [[kind]] has the id “lat” (did you mean “late”?)"),
        ("within_days = 30", "", "least_calls and within_days go together"),
        ('source = "form" # of the label', 'source = "from"', "no [[source]] has the label “from”"),
        ("[account]\n", "[acount]\n", "there is no [account]"),
        ('about = "company"', 'about = "caller"', "a form about who called can't ask what a call points to"),
    ],
)
def test_a_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, fault: str) -> None:
    """Whatever is wrong in a file is said with the file, and nothing is taken."""
    files = {"law/be-some-law.toml": LAW_FILE, "regulators/be-office.toml": changed(REGULATOR, (old, new))}
    with pytest.raises(RulesError) as caught:
        load_rules(write(tmp_path, files))
    found = [str(each) for each in caught.value.faults]
    assert any(fault in each for each in found), found
    assert all("be-office.toml" in each for each in found)


def test_a_fault_in_a_template_names_its_line(tmp_path: Path) -> None:
    """A blank that nothing fills is found on the line where it stands."""
    text = changed(REGULATOR, ("{count} calls", "{nonsense} calls"))
    line = next(number for number, each in enumerate(text.splitlines(), 1) if "{nonsense}" in each)
    with pytest.raises(RulesError) as caught:
        load_rules(write(tmp_path, {"law/be-some-law.toml": LAW_FILE, "regulators/be-office.toml": text}))
    assert [fault.line for fault in caught.value.faults] == [line]


def test_the_specification_names_everything_a_regulator_file_may_say(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, words and blanks of regulator files are written down."""
    documents: list[Document] = []

    def watched(raw: bytes, file: str) -> Document:
        documents.append(parse_bytes(raw, file))
        return documents[-1]

    monkeypatch.setattr(rulebook, "parse_bytes", watched)
    load_rules(write(tmp_path, {"law/be-some-law.toml": LAW_FILE, "regulators/be-office.toml": REGULATOR}))
    keys = {key for document in documents for table in document._tables for key in table._asked}
    words = {word.value for kind in (About, ChannelKind, Fill, Numbers, Weight) for word in kind}
    text = (repository / "docs/spec/rule-files.md").read_text("utf-8")
    written = set(re.findall(r"[a-z0-9_-]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert {"first_write_months", "least_calls", "account"} <= keys
    assert (keys | words | set(BLANKS)) - written == set()


def test_the_words_of_a_form_are_the_same_in_all_languages() -> None:
    """No language lacks a word that another has, nor a blank in it."""
    english = form_words("en")
    for language in LANGUAGES:
        words = form_words(language)
        assert len(words.months) == 12
        blanks = {key: set(re.findall(r"{(\w+)}", text)) for key, text in words.texts.items()}
        assert blanks == {key: set(re.findall(r"{(\w+)}", text)) for key, text in english.texts.items()}
