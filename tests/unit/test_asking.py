"""The talk about a call in the terminal: what is asked, what Enter and - and ? mean, and when nothing is recorded."""

from collections.abc import Iterable
from datetime import date

import pytest

from blocker.commands.asking import Dialogue
from blocker.commands.questions import QUESTIONS, lines
from blocker.core.statement import AGENT, FIELDS, WORDS, Changes, Said
from blocker.filing.statements import SAID_NAMES, Meant

TODAY = date(2026, 11, 22)
KNOWN = {
    "Belgacom": Meant("proximus", "Proximus"),
    "Proximsu": Meant(None, choices=(("proximus", "Proximus"), ("proxima", "Proxima"))),
}
BEFORE = Said(mark="marketing", voice="live", said_company="Belgacom", company="proximus", customer="formerly")


class Person:
    """Answers each question by its text; Enter where nothing is said. Every prompt is told in `shown`."""

    def __init__(self, answers: dict[str, str | list[str]], confirm: str = "y") -> None:
        self.answers = {ask: [one] if isinstance(one, str) else list(one) for ask, one in answers.items()}
        self.confirm, self.shown, self.asked = confirm, [], ""  # type: tuple[str, list[str], str]

    def write(self, line: str) -> None:
        self.shown.append(line)
        asks = {f"\n{question.ask}": question.field for question in QUESTIONS}
        self.asked = asks.get(line, self.asked)

    def read(self, prompt: str) -> str:
        self.shown.append(prompt)
        if "y/n" in prompt:
            return self.confirm
        left = self.answers.get(self.asked)
        return left.pop(0) if left else ""

    def talk(self, before: Said = Said(), agent: str = "", *, keep_agents: bool = False) -> Changes:  # noqa: B008  (frozen)
        dialogue = Dialogue(
            read=self.read,
            write=self.write,
            meant=lambda said: KNOWN.get(said, Meant(None)),
            today=TODAY,
            keep_agents=keep_agents,
        )
        return dialogue.hold(before, agent)

    def asked_for(self) -> list[str]:
        return [question.field for question in QUESTIONS if f"\n{question.ask}" in self.shown]


def test_every_field_has_a_question_and_every_word_a_saying() -> None:
    """Nothing of a statement can only be said by a program; companies are asked for by name."""
    asked = [question.field for question in QUESTIONS]
    assert sorted(asked) == sorted(set(FIELDS) - set(SAID_NAMES.values()))
    assert {q.field: tuple(q.words) for q in QUESTIONS if q.words} == WORDS
    assert asked.index("said_company") < asked.index("product") < asked.index("course")
    assert len({question.ask for question in QUESTIONS}) == len(QUESTIONS)


ANSWERS: dict[str, tuple[dict[str, str | list[str]], Changes]] = {
    "numbers": ({"mark": "1", "voice": "3"}, {"mark": "marketing", "voice": "silent"}),
    "words": ({"mark": "a call we wanted"}, {"mark": "wanted"}),
    "the format's words": ({"consent": "withdrawn"}, {"consent": "withdrawn"}),
    "a beginning": ({"customer": "FORM", "certainty": "i"}, {"customer": "formerly", "certainty": "think-so"}),
    "one that two begin with": ({"consent": ["y", "2"]}, {"consent": "given"}),
    "none": ({"voice": ["4", "0", "٣", "x", "2"]}, {"voice": "recorded"}),
    "help first": ({"product": ["?", " fibre "]}, {"product": "fibre"}),
    "a day": (
        {"customer": "3", "customer_until": ["1/3/2022", "2026-11-23", "2022-03-31"]},
        {"customer": "formerly", "customer_until": "2022-03-31"},
    ),
    "a name known": ({"said_company": "Belgacom"}, {"said_company": "Belgacom", "company": "proximus"}),
    "a name unknown": ({"said_company": "Zon BV"}, {"said_company": "Zon BV", "company": None}),
    "a typing error, chosen": (
        {"said_company": ["Proximsu", "9", "2"]},
        {"said_company": "Proximsu", "company": "proxima"},
    ),
    "a typing error, kept": ({"said_company": ["Proximsu", ""]}, {"said_company": "Proximsu", "company": None}),
    "both names": (
        {"said_company": "Belgacom", "said_call_centre": "Belgacom"},
        {"said_company": "Belgacom", "company": "proximus", "said_call_centre": "Belgacom", "call_centre": "proximus"},
    ),
    "an escape": ({"course": ["\x1b[A", "short"]}, {"course": "short"}),
    "nothing at all": ({}, {}),
}


@pytest.mark.parametrize(("answers", "changes"), ANSWERS.values(), ids=ANSWERS)
def test_answers_become_fields(answers: dict[str, str | list[str]], changes: Changes) -> None:
    """Whatever fits is taken, whatever doesn't is asked again, and Enter leaves a question open."""
    assert Person(answers).talk() == changes


def test_earlier_answers_stand_unless_they_are_said_anew() -> None:
    """They are shown as what Enter keeps; - takes one back; the same again is nothing new."""
    person = Person({"customer": "-", "mark": "1", "product": "gas"})
    assert person.talk(BEFORE) == {"customer": None, "product": "gas"}
    assert "[Belgacom] > " in person.shown
    assert "[to sell something] > " in person.shown
    assert Person({}).talk(BEFORE) == {}
    assert Person({"said_company": "-"}).talk(BEFORE) == {"said_company": None, "company": None}


@pytest.mark.parametrize(
    ("answers", "asked", "not_asked"),
    [
        ({"mark": "2"}, {"said_company", "course", "certainty"}, {"consent", "voice", "pressure", "said_stop"}),
        ({"voice": "3"}, {"mark", "course", "answered_by"}, {"said_company", "product", "consent"}),
        ({"said_stop": "2", "asked_source": "2"}, {"right_to_object"}, {"stop_words", "source_answer"}),
        ({"said_stop": "1", "asked_source": "1"}, {"stop_words", "stop_reaction", "source_answer"}, set()),
        ({"consent": "1", "customer": "1"}, {"pressure"}, {"consent_on", "customer_until"}),
    ],
)
def test_only_what_makes_sense_is_asked(
    answers: dict[str, str | list[str]], asked: Iterable[str], not_asked: Iterable[str]
) -> None:
    """A wanted call isn't asked about selling, nor a silent one about what was said."""
    person = Person(answers)
    person.talk()
    assert set(asked) <= set(person.asked_for())
    assert not set(not_asked) & set(person.asked_for())


def test_an_agents_name_is_asked_for_only_where_it_is_kept() -> None:
    """A household that doesn't keep such names isn't tempted to."""
    person = Person({AGENT: "Kim"})
    assert person.talk() == {}
    assert AGENT not in person.asked_for()
    assert Person({AGENT: "Kim"}).talk(keep_agents=True) == {AGENT: "Kim"}
    assert Person({}).talk(agent="Kim", keep_agents=True) == {}


def test_all_of_it_is_shown_before_anything_is_recorded() -> None:
    """In words, with what stays of earlier answers; a no records nothing, and anything else is asked again."""
    person = Person({"product": "gas"}, confirm="n")
    assert person.talk(BEFORE) == {}
    summary = person.shown[person.shown.index("\nThis is what will be recorded, as your word:") :]
    assert "  The caller said: for: Belgacom (proximus in the rules)" in summary
    assert "  What was offered: gas" in summary
    assert "  Customer of that company: formerly" in summary
    again = Person({"product": "gas"})
    typed = iter(["", "maybe", "Y"])
    again.read = lambda prompt: next(typed) if "y/n" in prompt else Person.read(again, prompt)  # type: ignore[method-assign]
    assert again.talk(BEFORE) == {"product": "gas"}


def test_what_was_said_is_shown_in_the_households_words() -> None:
    """Every field has its line; a text of several lines keeps them apart from the rest."""
    assert lines({}) == []
    shown = lines({"voice": "silent", "course": "one\ntwo", AGENT: "Kim", "consent": "unsure"})
    assert shown == [
        "  Who spoke: nobody",
        "  Allowed to call: not sure",
        "  Given name, for yourselves: Kim",
        "  How the talk went: one\n    two",
    ]
