"""What is due when, in sentences: for the report, the calendar and the command line.

Decides the words. Which days there are, `core/followups.py` decides.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple

from blocker.core.followups import Due, FollowUp
from blocker.core.languages import Texts
from blocker.core.registers import named
from blocker.language import Words


class Told(NamedTuple):
    """A follow-up in a language."""

    item: FollowUp
    title: str
    """For one line of a calendar."""
    text: str
    """What it rests on, and what to do."""
    command: str
    """What to type; empty where there is nothing."""


def told(
    items: Iterable[FollowUp],
    words: Words,
    name_of: Callable[[str], str],
    registers: Mapping[str, Texts],
    *,
    today: date = date.max,
) -> list[Told]:
    """Follow-ups in a language.

    Args:
        items: the follow-ups.
        words: of the language.
        name_of: a company's name for its slug.
        registers: what people call the do-not-call registers, by their keys.
        today: the day on which this is read; of a later one it isn't said that a time has passed.
    """

    def one(item: FollowUp) -> Told:
        name = name_of(item.company) if item.company else ""
        register = words.typeset(named(registers, item.what, words.language))
        to_come = item.on > today
        title = _title(item, words, name, register, to_come=to_come)
        return Told(item, title, _text(item, words, to_come=to_come), _command(item))

    return [one(item) for item in items]


def _title(item: FollowUp, words: Words, name: str, register: str, *, to_come: bool) -> str:
    coming = {
        Due.REMIND: words("If {company} hasn't answered: remind it, or complain", company=name),
        Due.COMPLAIN: words("If {company} hasn't answered the reminder: complain", company=name),
    }
    return (coming if to_come else {}).get(item.due) or {
        Due.ANSWER: words("Last day for the answer of {company}", company=name),
        Due.REMIND: words("No answer from {company}: remind it, or complain", company=name),
        Due.COMPLAIN: words("No answer from {company} to the reminder: complain", company=name),
        Due.HEED: words("The objection to {company} takes effect", company=name),
        Due.REGISTER: words("Registration on {register} takes effect", register=register),
        Due.FORMER: words("{company} may no longer call you as a former customer", company=name),
    }[item.due]


def _text(item: FollowUp, words: Words, *, to_come: bool) -> str:
    since = words.day(item.since)
    coming = {
        Due.REMIND: words("Your letter is of {day}. If no answer has come by then, its month is over.", day=since),
        Due.COMPLAIN: words(
            "Your reminder is of {day}. If no answer has come by then, its two weeks are over.", day=since
        ),
    }
    text = (coming if to_come else {}).get(item.due) or {
        Due.ANSWER: words("Your letter is of {day}.", day=since),
        Due.REMIND: words("Your letter is of {day}. The month has passed without an answer on record.", day=since),
        Due.COMPLAIN: words("Your reminder is of {day}. Two weeks have passed without an answer on record.", day=since),
        Due.HEED: words("You objected on {day}. Calls from now on count.", day=since),
        Due.REGISTER: words("Registered on {day}. Calls from now on count.", day=since),
        Due.FORMER: words("The contract ended on {day}; see {law}.", day=since, law=item.what),
    }[item.due]
    parts = [text]
    if item.extended and item.due is not Due.COMPLAIN:
        parts.append(
            words(
                "If the company told you within the month that it needs longer, and why, it has until {day}.",
                day=words.day(item.extended),
            )
        )
    if not item.sure:
        parts.append(words("The day of delivery isn't recorded: a week is taken for the post."))
    return " ".join(parts)


def _command(item: FollowUp) -> str:
    return {
        Due.REMIND: f"blocker letter follow-up {item.company} --out .",
        Due.COMPLAIN: "blocker complaint list",
    }.get(item.due, "")
