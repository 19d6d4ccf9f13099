"""What a person says about a call afterwards, in full: its fields, what they may hold, how a new word joins the old.

Decides which statements can be kept: words from short lists, texts of a length, days that were, and what makes no sense
without something else. A statement is whole: one made later stands in the place of the one before, so that what isn't
said anew is carried over here. Which company a said name means, whoever records settles (`filing/statements.py`).
The format is `docs/spec/evidence-ledger.md`, “statement”.
"""

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from blocker.core.contents import of_a_whole_entry
from blocker.core.entry import EntryKind, format_time
from blocker.core.plain_text import one_line, shortened
from blocker.core.typed import past_day
from blocker.errors import FieldsError, UsageError

AGENT = "agent"
"""Is said along with the rest, and is no part of a statement: it becomes an entry of its own, or nothing."""

YES_NO = ("yes", "no")
YES_NO_UNSURE = (*YES_NO, "unsure")

NAME, TELLING, COURSE = 200, 1_000, 4_000
"""Characters that a name, a telling and the course of the talk may have."""

Changes = dict[str, str | None]
"""By field, what is said anew; None takes back what was said before."""


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that one person says about one call. None and empty alike: it wasn't said."""

    mark: str | None = None
    said_company: str | None = None
    """For whom the caller said to call, as it was said."""
    company: str | None = None
    """The slug of the company that was meant, where that is clear."""
    said_call_centre: str | None = None
    """Who the caller said to be, or to work for."""
    call_centre: str | None = None
    answered_by: str | None = None
    call_back: str | None = None
    """A number as it was said. Nothing ever calls it."""
    product: str | None = None
    identity_at_start: str | None = None
    purpose_at_start: str | None = None
    voice: str | None = None
    consent: str | None = None
    consent_on: str | None = None
    customer: str | None = None
    customer_until: str | None = None
    said_stop: str | None = None
    stop_words: str | None = None
    stop_reaction: str | None = None
    right_to_object: str | None = None
    asked_source: str | None = None
    source_answer: str | None = None
    pressure: str | None = None
    course: str | None = None
    certainty: str | None = None

    def fields(self) -> dict[str, str]:
        """What was said, by field, in the order above."""
        return {key: value for key, value in dataclasses.asdict(self).items() if value}

    def __bool__(self) -> bool:
        """Whether anything was said."""
        return bool(self.fields())

    def entry(self, at: datetime, call: str, by: str) -> dict[str, Any]:
        """The content of its entry; the three fields that every statement has had since the first are always there."""
        common = {"v": 1, "kind": str(EntryKind.STATEMENT), "at": format_time(at), "call": call, "by": by}
        return common | {"mark": self.mark, "said_company": self.said_company, "company": self.company} | self.fields()


WORDS: Mapping[str, tuple[str, ...]] = {
    "mark": ("marketing", "wanted"),
    "identity_at_start": YES_NO_UNSURE,
    "purpose_at_start": YES_NO_UNSURE,
    "voice": ("live", "recorded", "silent"),
    "consent": ("never", "given", "withdrawn", "unsure"),
    "customer": ("never", "now", "formerly", "unsure"),
    "said_stop": YES_NO,
    "right_to_object": YES_NO_UNSURE,
    "asked_source": YES_NO,
    "certainty": ("sure", "think-so"),
}
"""What the fields may hold that are one word of a few."""

LENGTHS: Mapping[str, int] = {
    "said_company": NAME,
    "company": NAME,
    "said_call_centre": NAME,
    "call_centre": NAME,
    "answered_by": NAME,
    "call_back": NAME,
    "product": NAME,
    AGENT: NAME,
    "stop_words": TELLING,
    "stop_reaction": TELLING,
    "source_answer": TELLING,
    "pressure": TELLING,
    "course": COURSE,
}
"""Characters of the texts. Those that may be more than a NAME may have several lines."""

DAYS = frozenset({"consent_on", "customer_until"})

NEEDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "company": ("said_company", ()),
    "call_centre": ("said_call_centre", ()),
    "consent_on": ("consent", ("given", "withdrawn")),
    "customer_until": ("customer", ("formerly",)),
    "stop_words": ("said_stop", ("yes",)),
    "stop_reaction": ("said_stop", ("yes",)),
    "source_answer": ("asked_source", ("yes",)),
}
"""Fields that make sense beside another only, and what that one must hold; nothing named stands for anything."""

FIELDS = (*(field.name for field in dataclasses.fields(Said)), AGENT)


def read(raw: object, today: date) -> Changes:
    """What is said anew, from JSON; spaces around texts are taken away, and a blank text is as good as null.

    Args:
        raw: an object of fields; those that are missing say nothing.
        today: at the household: a day after it hasn't been.

    Raises:
        UsageError: it is no object, or says nothing.
        FieldsError: a field can't be used; it tells of all of them.
    """
    if not isinstance(raw, dict):
        raise UsageError('a statement must be an object of fields, such as {"mark": "marketing"}')
    if not raw:
        raise UsageError(f"nothing is said (there is: {', '.join(FIELDS)})")
    changes: Changes = {}
    faults: dict[str, str] = {}
    for key, value in raw.items():
        try:
            changes[key] = read_field(key, value, today)
        except UsageError as error:
            faults[shortened(one_line(str(key)), 40)] = str(error)
    if faults:
        raise FieldsError(faults)
    return changes


def after(before: Said, changes: Changes) -> Said:
    """The whole statement that holds once something is said anew.

    What needed something that was just said differently goes with it: who says `never` about consent takes back the day
    of one that was said to be given.

    Raises:
        FieldsError: something is said that makes no sense beside the rest.
    """
    said = dataclasses.replace(before, **{key: value for key, value in changes.items() if key != AGENT})
    adrift = {key: needs for key, needs in NEEDS.items() if getattr(said, key) and not _fits(said, *needs)}
    faults = {key: _lacking(*needs) for key, needs in adrift.items() if key in changes}
    if faults:
        raise FieldsError(faults)
    return dataclasses.replace(said, **dict.fromkeys(adrift))


@of_a_whole_entry
def said_in(_: int, content: Mapping[str, Any]) -> Said:
    """The statement in an entry, whatever fields its writer knew.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    kept = {"mark": content["mark"]} | {key: content.get(key) for key in FIELDS if key not in {AGENT, "mark"}}
    if wrong := [key for key, value in kept.items() if not isinstance(value, str | None)]:
        raise ValueError(f"{', '.join(wrong)} is no text")
    return Said(**{key: value or None for key, value in kept.items()})


def private_note(at: datetime, call: str, *, agent: str, by: str) -> dict[str, Any]:
    """The given name of whoever called, for the household alone: no pack holds such an entry."""
    kind = str(EntryKind.PRIVATE_NOTE)
    return {"v": 1, "kind": kind, "at": format_time(at), "call": call, "agent": agent, "by": by}


def read_field(key: str, value: object, today: date) -> str | None:
    """What one field is to hold; None where nothing is said.

    Raises:
        UsageError: it can't be used; the message says why, without the field's name.
    """
    if key not in FIELDS:
        raise UsageError(f"there is no such field ({_near(str(key), FIELDS)})")
    if value is None:
        return None
    if not isinstance(value, str):
        words = f": {', '.join(WORDS[key])}" if key in WORDS else ""
        raise UsageError(f"must be a text in quotes, or null{words}")
    text = value.strip()
    if not text:
        return None
    return _KIND_OF[key](key, text, today) if key in _KIND_OF else _text(key, text)


def _word(key: str, text: str, _: date) -> str:
    words = WORDS[key]
    if text not in words:
        raise UsageError(f"“{shortened(one_line(text), 40)}” is none of its words ({_near(text, words)})")
    return text


def _day(key: str, text: str, today: date) -> str:
    return past_day(shortened(one_line(text), 40), key.replace("_", " "), today).isoformat()


_KIND_OF: Mapping[str, Callable[[str, str, date], str]] = dict.fromkeys(WORDS, _word) | dict.fromkeys(DAYS, _day)


def _text(key: str, text: str) -> str:
    longest = LENGTHS[key]
    lines = [line.rstrip() for line in text.replace("\r\n", "\n").split("\n")]
    if len(lines) > 1 and longest == NAME:
        raise UsageError("must be one line")
    if any(one_line(line) != line for line in lines):
        raise UsageError("has control characters, or others that can't be seen (leave them out)")
    written = "\n".join(lines)
    if len(written) > longest:
        raise UsageError(f"has {len(written)} characters, and may have {longest} (say it more shortly)")
    return written


def _fits(said: Said, other: str, words: tuple[str, ...]) -> bool:
    value = getattr(said, other)
    return value in words if words else bool(value)


def _lacking(other: str, words: tuple[str, ...]) -> str:
    return f"makes sense only where {other} is {' or '.join(words)}" if words else f"makes sense only beside {other}"


def _near(text: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(text.strip().lower()[:NAME], known, n=1)
    return f"did you mean “{near[0]}”?" if near else f"there is: {', '.join(known)}"
