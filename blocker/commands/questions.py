"""The questions about a call, in the household's words and in the order in which a complaint needs the answers.

Decides how each field of a statement is asked for and shown to a person. For whom was called and with which number come
first, since complaints die for lack of these. Nothing here belittles whoever called: that is a person doing a job.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from blocker.core.statement import AGENT, Said

_YES_NO = {"yes": "yes", "no": "no"}
_YES_NO_UNSURE = {**_YES_NO, "unsure": "not sure"}


def _of_a_sale(said: Said) -> bool:
    return said.mark != "wanted"


def _of_an_answered_sale(said: Said) -> bool:
    return _of_a_sale(said) and said.voice != "silent"


@dataclass(frozen=True, slots=True)
class Question:
    """One field."""

    field: str
    ask: str
    shown: str
    """What stands before the answer where it is shown."""
    help: str
    words: Mapping[str, str] | None = None
    """For a field that is one word of a few: how the household says each."""
    when: Callable[[Said], bool] = _of_an_answered_sale
    """Whether it is worth asking, by what was answered so far."""


QUESTIONS = (
    Question(
        "mark",
        "What kind of call was it?",
        "It was",
        "If it was to sell something, its number is put on your block list for a time. Can't tell? Leave it open.",
        {"marketing": "to sell something", "wanted": "a call we wanted"},
        when=lambda _: True,
    ),
    Question(
        "voice",
        "Who spoke?",
        "Who spoke",
        "A recording or a machine, and a line on which nobody speaks, are matters of law of their own.",
        {"live": "a person", "recorded": "a recording or a machine", "silent": "nobody"},
        when=_of_a_sale,
    ),
    Question(
        "said_company",
        "For which company did the caller say to call?",
        "The caller said: for",
        "The name as it was said, also an old one. What you suspect doesn't belong here, and may be wrong.",
        when=lambda said: said.voice != "silent",
    ),
    Question(
        "said_call_centre",
        "Who did the caller say to be, or to work for?",
        "The caller said to be, or to work for",
        "The firm that does the calling, if a name was said. “A subcontractor” is an answer too.",
    ),
    Question(
        "call_back",
        "Did the caller give a number to call back? Which?",
        "Number given",
        "As it was said. You need not call it, and nothing here does.",
    ),
    Question(
        "product",
        "What was offered?",
        "What was offered",
        "For example: a telephone subscription, solar panels, a cheaper energy contract.",
    ),
    Question(
        "customer",
        "Are you a customer of that company, or were you?",
        "Customer of that company",
        "Of the company that was called for. Companies may call their customers about more than they may call others.",
        {"never": "never", "now": "yes, now", "formerly": "formerly", "unsure": "not sure"},
    ),
    Question(
        "customer_until",
        "Until which day? Write it as 2022-03-31.",
        "Customer until",
        "The last day of your contract. A letter or the last bill says it. Leave it open if you don't know.",
        when=lambda said: _of_an_answered_sale(said) and said.customer == "formerly",
    ),
    Question(
        "consent",
        "Had you ever allowed that company to call you?",
        "Allowed to call",
        "A tick in a form or a competition may have been one. “Not sure” is a good answer.",
        {"never": "never", "given": "yes", "withdrawn": "yes, and taken back since", "unsure": "not sure"},
    ),
    Question(
        "consent_on",
        "On which day did you allow it, or take it back? Write it as 2022-03-31.",
        "On",
        "The day on which you allowed it, or took it back, if you know it.",
        when=lambda said: _of_an_answered_sale(said) and said.consent in {"given", "withdrawn"},
    ),
    Question(
        "said_stop",
        "Did you say that you don't want such calls?",
        "Told to stop",
        "A call that comes after you have said so weighs more.",
        _YES_NO,
    ),
    Question(
        "stop_words",
        "What did you say?",
        "In these words",
        "In your own words, as near as you remember.",
        when=lambda said: _of_an_answered_sale(said) and said.said_stop == "yes",
    ),
    Question(
        "stop_reaction",
        "How did the caller take it?",
        "The caller's reaction",
        "What was answered, or that the call ended there.",
        when=lambda said: _of_an_answered_sale(said) and said.said_stop == "yes",
    ),
    Question(
        "right_to_object",
        "Were you told, unasked, that you may object to such calls?",
        "Told of the right to object",
        "In some countries the caller has to offer it.",
        _YES_NO_UNSURE,
    ),
    Question(
        "identity_at_start",
        "Did the caller say at once who was calling?",
        "Said at once who was calling",
        "A name of a firm within the first sentences counts.",
        _YES_NO_UNSURE,
    ),
    Question(
        "purpose_at_start",
        "Did the caller say at once that it was about selling?",
        "Said at once that it was about selling",
        "“A survey” or “your present contract” at the start would be a no, if it was about selling in the end.",
        _YES_NO_UNSURE,
    ),
    Question(
        "asked_source",
        "Did you ask where they had your number from?",
        "Asked where the number came from",
        "You have a right to an answer.",
        _YES_NO,
    ),
    Question(
        "source_answer",
        "What was the answer?",
        "The answer",
        "As it was said.",
        when=lambda said: _of_an_answered_sale(said) and said.asked_source == "yes",
    ),
    Question(
        "pressure",
        "Were you pressed to agree to something? How?",
        "Pressed to agree",
        "For example: “only today”, or a contract that came although you had said no.",
    ),
    Question("answered_by", "Who in the house took the call?", "Who took the call", "A name.", when=lambda _: True),
    Question(
        AGENT,
        "The given name of whoever called, for yourselves?",
        "Given name, for yourselves",
        "It stays in the house: it is kept apart, and goes into no pack.",
    ),
    Question(
        "course",
        "Anything else about how the talk went?",
        "How the talk went",
        "What was said, in the order in which it was said. Leave the names of persons out.",
        when=lambda _: True,
    ),
    Question(
        "certainty",
        "How sure are you of all this?",
        "How sure",
        "An honest “I think so” helps more than a “sure” that is shaken later.",
        {"sure": "sure", "think-so": "I think so"},
        when=lambda _: True,
    ),
)


def lines(said: Mapping[str, str]) -> list[str]:
    """What was said, for a person to read: a line for each answer, in the order of the questions.

    Args:
        said: fields of a statement, and `agent`.
    """
    meant = {"said_company": said.get("company"), "said_call_centre": said.get("call_centre")}
    found = []
    for question in QUESTIONS:
        if value := said.get(question.field):
            shown = question.words.get(value, value) if question.words else value.replace("\n", "\n    ")
            slug = f" ({meant[question.field]} in the rules)" if meant.get(question.field) else ""
            found.append(f"  {question.shown}: {shown}{slug}")
    return found
