"""The free text of a complaint, made from a template: a line of which something isn't known is left out.

Decides what a template may ask for (`BLANKS`). Templates are in `rules/regulators/`; what is known, and in which words,
`complaint_text.py` and `complaint_household.py` decide.
"""

from collections.abc import Callable, Mapping

from blocker.core.complaint_case import Answer, Lack, Told
from blocker.core.complaint_household import consent, customer, line, objected, registered, stop
from blocker.core.complaint_text import lacking, numbers, product, said_of, span, times, voice, without
from blocker.core.form_words import FormWords


def filled_in(told: Told, words: FormWords, template: tuple[str, ...]) -> Answer:
    """The template's lines, without those of which something isn't known."""
    filled = {name: fill(told, words) for name, fill in BLANKS.items()}
    known = {name: text for name, text in filled.items() if text}
    lines = []
    for text in template:
        try:
            lines.append(text.format_map(known))
        except KeyError:
            continue
    untold = without(told, lambda call: call.said.course or call.said.voice == "silent")
    return Answer(tuple(lines), lacking(told, Lack.COURSE, untold))


def _in_one(fill: Callable[[Told, FormWords], Answer]) -> Callable[[Told, FormWords], str]:
    return lambda told, words: " ".join(fill(told, words).lines)


def _listed(fill: Callable[[Told, FormWords], Answer]) -> Callable[[Told, FormWords], str]:
    return lambda told, words: "\n".join(fill(told, words).lines)


def _talk(told: Told, words: FormWords) -> str:
    told_of = ((item.moment(words), item.call.said.course) for item in told.calls)
    return "\n".join(f"{at}: {course}" for at, course in told_of if course)


def _moment(place: int) -> Callable[[Told, FormWords], str]:
    return lambda told, words: told.calls[place].moment(words)


def _name(told: Told, _: FormWords) -> str:
    return told.case.company.name if told.case.company else ""


BLANKS: Mapping[str, Callable[[Told, FormWords], str]] = {
    "count": lambda told, _: str(len(told.calls)),
    "first": _moment(0),
    "last": _moment(-1),
    "span": lambda told, words: span(told.calls, words),
    "times": _listed(times),
    "numbers": _in_one(numbers),
    "lines": _in_one(line),
    "company": _name,
    "said": lambda told, words: said_of(told.calls, lambda call: call.said.said_company, words),
    "call_centre": lambda told, words: said_of(told.calls, lambda call: call.said.said_call_centre, words),
    "product": lambda told, words: "; ".join(product(told, words).lines),
    "voice": _in_one(voice),
    "customer": _in_one(customer),
    "consent": _in_one(consent),
    "registered": _in_one(registered),
    "objected": _in_one(objected),
    "stop": stop,
    "talk": _talk,
}
"""What a template of a free text may ask for; empty where it isn't known."""
