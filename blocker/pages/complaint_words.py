"""What a complaint draft lacks or leaves out, in sentences of the household's language, each with what can be done.

Decides the words only; what is missing and what is left out, `core/complaint.py` decides.
"""

from collections.abc import Callable, Iterator, Mapping

from blocker.core.complaint import Draft, Hindrance, Why
from blocker.core.complaint_case import Lack, Missing
from blocker.core.document import Span, Style, Text
from blocker.core.languages import in_language
from blocker.core.regulator import Field, Weight
from blocker.language import Forms, Words, later, later_many

MOST_IDS = 5
"""Calls that are named in one sentence."""


def missing(field: Field, item: Missing, draft: Draft, words: Words, language: str) -> Text:
    """One thing that is missing, and the command that adds it.

    Args:
        field: the question that asks it.
        item: what it is.
        draft: where it is missing.
        words: of the household.
        language: in which the question is named.
    """
    label = in_language(field.label, language)
    what = _what(item, draft, words, label)
    command = _COMMAND[item.lack](item, draft) if item.lack in _COMMAND else ""
    weight = _weight(field.weight, words)
    spans = [Span(f"{weight}{words.colon} ", Style.STRONG), Span(what)]
    if item.calls:
        shown = " ".join(item.calls[:MOST_IDS]) + (" …" if len(item.calls) > MOST_IDS else "")
        spans.append(Span(f" ({shown})", Style.QUIET))
    return (*spans, Span(" "), Span(command, Style.CODE)) if command else tuple(spans)


def _weight(weight: Weight, words: Words) -> str:
    return {
        Weight.DECISIVE: words("Decisive"),
        Weight.ASKED: words("Asked for"),
        Weight.USEFUL: words("Useful"),
    }[weight]


def _name(draft: Draft, words: Words) -> str:
    return draft.case.company.name if draft.case.company else words("the caller")


_WHAT: Mapping[Lack, str | Forms] = {
    Lack.COMPANY: later_many(
        "No company is named in {count} of {of} calls that you marked as marketing. If the caller named one, add a "
        "statement.",
        "No company is named in {count} of {of} calls that you marked as marketing. If the callers named one, add "
        "statements.",
    ),
    Lack.UNCLEAR: later_many(
        "In {count} of {of} calls the caller was said to call for {company} when no rule knew that name yet. Say so "
        "anew, and it counts.",
        "In {count} of {of} calls the caller was said to call for {company} when no rule knew that name yet. Say so "
        "anew, and they count.",
    ),
    Lack.COMPANY_REGISTER: later(
        "No register number of {company} is in the rules. Look it up in the company register."
    ),
    Lack.COMPANY_ADDRESS: later("No address of {company} is in the rules. Look it up in the company register."),
    Lack.CALL_CENTRE: later("Nobody noted who the caller worked for. If it was said, add it to the statement."),
    Lack.HOLDER: later("Nobody said in whose name the line is: {lines}."),
    Lack.LINE_NUMBER: later("The number of the line isn't known: {lines}."),
    Lack.HOLDER_PROOF: later("Nothing shows yet that the line is yours ({lines}). Keep a bill with it."),
    Lack.PRODUCT: later_many(
        "What was offered isn't noted in {count} of {of} calls.",
        "What was offered isn't noted in {count} of {of} calls.",
    ),
    Lack.CUSTOMER: later("You haven't said whether you are or were a customer of {company}."),
    Lack.CONSENT: later("You haven't said whether you ever consented to calls of {company}."),
    Lack.OBJECTION: later("No objection to {company} is on record. If you made one, say when; if not, make one first."),
    Lack.REGISTRATION: later("No registration on {register} is on record for: {lines}."),
    Lack.REGISTER_PROOF: later(
        "Nothing shows yet since when the line is on {register}. Keep the confirmation with it."
    ),
    Lack.VOICE: later_many(
        "Whether a person, a recording or nobody spoke isn't noted in {count} of {of} calls.",
        "Whether a person, a recording or nobody spoke isn't noted in {count} of {of} calls.",
    ),
    Lack.ANSWERED: later_many(
        "Whether somebody answered isn't known of {count} of {of} calls.",
        "Whether somebody answered isn't known of {count} of {of} calls.",
    ),
    Lack.COURSE: later_many(
        "How the talk went isn't noted in {count} of {of} calls.",
        "How the talk went isn't noted in {count} of {of} calls.",
    ),
    Lack.FEWER_CALLS: later("The form has more fields than there are calls: {of}."),
    Lack.YOURSELF: later("“{label}” is for you to write."),
}
"""A pair is told by how many calls lack it."""


def _what(item: Missing, draft: Draft, words: Words, label: str) -> str:
    filled = {
        "company": _name(draft, words),
        "register": in_language(draft.regulator.register_name, words.language) or draft.regulator.register,
        "lines": ", ".join(item.lines),
        "of": words.figure(item.of),
        "label": label,
    }
    text = _WHAT[item.lack]
    return words(text, **filled) if isinstance(text, str) else words.many(*text, len(item.calls), **filled)


def _statement(item: Missing, _: Draft) -> str:
    return f"blocker statement {item.calls[0]}" if item.calls else ""


_COMMAND: Mapping[Lack, Callable[[Missing, Draft], str]] = {
    Lack.COMPANY: _statement,
    Lack.UNCLEAR: _statement,
    Lack.PRODUCT: _statement,
    Lack.VOICE: _statement,
    Lack.COURSE: _statement,
    Lack.ANSWERED: _statement,
    Lack.HOLDER: lambda item, _: f"blocker household line {item.lines[0]} --holder …",
    Lack.LINE_NUMBER: lambda item, _: f"blocker household line {item.lines[0]} --holder … --number …",
    Lack.HOLDER_PROOF: lambda item, _: f"blocker household line {item.lines[0]} --holder … --proof …",
    Lack.CUSTOMER: lambda _, draft: f"blocker household contract {_slug(draft)} --until …",
    Lack.CONSENT: lambda _, draft: f"blocker household consent {_slug(draft)} --never",
    Lack.OBJECTION: lambda _, draft: f"blocker household object {_slug(draft)} --on …",
    Lack.REGISTRATION: lambda _, draft: f"blocker household register {draft.regulator.register} --on …",
    Lack.REGISTER_PROOF: lambda _, draft: f"blocker household register {draft.regulator.register} --on … --proof …",
}
"""What the household can type; where nothing stands, there is nothing that this program could keep."""


def _slug(draft: Draft) -> str:
    return draft.case.company.slug if draft.case.company else "'*'"


def hindered(draft: Draft, words: Words) -> str:
    """Why there is no draft; empty where there is one."""
    match draft.hindrance:
        case Hindrance.NEVER_WROTE:
            return words(
                "This authority wants you to write to {company} first and to keep the proof. No letter of yours is on "
                "record.",
                company=_name(draft, words),
            )
        case Hindrance.WAIT:
            last = words.day(draft.wait_until) if draft.wait_until else ""
            return words(
                "{company} has time until {day} to answer your letter. Complain after that.",
                company=_name(draft, words),
                day=last,
            )
        case Hindrance.NO_CALL:
            return "" if draft.missing else words("No call of yours is one that this authority takes.")
        case None:
            return ""


def left_out(draft: Draft, words: Words) -> Iterator[str]:
    """The calls that aren't in the draft, by why."""
    for why, count in draft.left_out.items():
        yield words.many(*_LEFT_OUT[why], count)


_LEFT_OUT: Mapping[Why, Forms] = {
    Why.ELSEWHERE: later_many(
        "{count} call to a line in another country is left out.",
        "{count} calls to lines in other countries are left out.",
    ),
    Why.NOT_ANSWERED: later_many(
        "{count} call that nobody answered is left out.",
        "{count} calls that nobody answered are left out.",
    ),
    Why.ANSWERED_UNKNOWN: later_many(
        "{count} call is left out: nobody knows whether it was answered. A statement can say so.",
        "{count} calls are left out: nobody knows whether they were answered. Statements can say so.",
    ),
    Why.NOT_REGISTERED: later_many(
        "{count} call is left out: no registration of the line on that day is on record.",
        "{count} calls are left out: no registration of the lines on those days is on record.",
    ),
    Why.TOO_EARLY: later_many(
        "{count} call is left out: it came before the register's waiting time was over.",
        "{count} calls are left out: they came before the register's waiting time was over.",
    ),
    Why.NUMBER: later_many(
        "{count} call is left out: the form can do nothing with the number it presented, or with none.",
        "{count} calls are left out: the form can do nothing with the numbers they presented, or with none.",
    ),
    Why.NO_RULE: later_many(
        "{count} call is left out: it points to no rule that this authority watches over.",
        "{count} calls are left out: they point to no rule that this authority watches over.",
    ),
    Why.CANNOT_TELL: later_many(
        "{count} call is left out: something isn't known that it hangs on. See what blocker company show says of it.",
        "{count} calls are left out: something isn't known that they hang on. See what blocker company show says.",
    ),
    Why.OTHER_NUMBER: later_many(
        "{count} call from another number is left out; --number makes a draft about that one.",
        "{count} calls from other numbers are left out; --number makes a draft about one of them.",
    ),
    Why.TOO_MANY: later_many(
        "{count} earlier call is left out, since one report takes no more; --until makes another.",
        "{count} earlier calls are left out, since one report takes no more; --until makes another.",
    ),
    Why.NO_KIND: later_many(
        "{count} call fits no kind of report on this form.",
        "{count} calls fit no kind of report on this form.",
    ),
}
