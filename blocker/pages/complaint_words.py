"""What a complaint draft lacks or leaves out, in sentences of the household's language, each with what can be done.

Decides the words only; what is missing and what is left out, `core/complaint.py` decides.
"""

from collections.abc import Callable, Iterator, Mapping

from blocker.core.complaint import Draft, Hindrance, Why
from blocker.core.complaint_case import Lack, Missing
from blocker.core.document import Span, Style, Text
from blocker.core.regulator import Field, Weight, in_language
from blocker.language import Words

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
    what = _WHAT[item.lack](words, item, draft, label)
    command = _COMMAND[item.lack](item, draft) if item.lack in _COMMAND else ""
    weight = _weight(field.weight, words)
    spans = [Span(f"{weight}: ", Style.STRONG), Span(what)]
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


def _in_calls(one: Callable[[Words, int, str], str]) -> Callable[[Words, Missing, Draft, str], str]:
    return lambda words, item, _, __: one(words, len(item.calls), words.figure(item.of))


_WHAT: Mapping[Lack, Callable[[Words, Missing, Draft, str], str]] = {
    Lack.COMPANY: _in_calls(
        lambda words, count, of: words.many(
            "No company is named in {count} of {of} calls that you marked as marketing. If the caller named one, add a "
            "statement.",
            "No company is named in {count} of {of} calls that you marked as marketing. If the callers named one, add "
            "statements.",
            count,
            of=of,
        )
    ),
    Lack.COMPANY_REGISTER: lambda words, _, draft, __: words(
        "No register number of {company} is in the rules. Look it up in the company register.",
        company=_name(draft, words),
    ),
    Lack.COMPANY_ADDRESS: lambda words, _, draft, __: words(
        "No address of {company} is in the rules. Look it up in the company register.", company=_name(draft, words)
    ),
    Lack.CALL_CENTRE: lambda words, _, __, ___: words(
        "Nobody noted who the caller worked for. If it was said, add it to the statement."
    ),
    Lack.HOLDER: lambda words, item, _, __: words(
        "Nobody said in whose name the line is: {lines}.", lines=", ".join(item.lines)
    ),
    Lack.LINE_NUMBER: lambda words, item, _, __: words(
        "The number of the line isn't known: {lines}.", lines=", ".join(item.lines)
    ),
    Lack.HOLDER_PROOF: lambda words, item, _, __: words(
        "Nothing shows yet that the line is yours ({lines}). Keep a bill with it.", lines=", ".join(item.lines)
    ),
    Lack.PRODUCT: _in_calls(
        lambda words, count, of: words.many(
            "What was offered isn't noted in {count} of {of} calls.",
            "What was offered isn't noted in {count} of {of} calls.",
            count,
            of=of,
        )
    ),
    Lack.CUSTOMER: lambda words, _, draft, __: words(
        "You haven't said whether you are or were a customer of {company}.", company=_name(draft, words)
    ),
    Lack.CONSENT: lambda words, _, draft, __: words(
        "You haven't said whether you ever consented to calls of {company}.", company=_name(draft, words)
    ),
    Lack.OBJECTION: lambda words, _, draft, __: words(
        "No objection to {company} is on record. If you made one, say when; if not, make one first.",
        company=_name(draft, words),
    ),
    Lack.REGISTRATION: lambda words, item, draft, _: words(
        "No registration on {register} is on record for: {lines}.",
        register=draft.regulator.register,
        lines=", ".join(item.lines),
    ),
    Lack.REGISTER_PROOF: lambda words, _, draft, __: words(
        "Nothing shows yet since when the line is on {register}. Keep the confirmation with it.",
        register=draft.regulator.register,
    ),
    Lack.VOICE: _in_calls(
        lambda words, count, of: words.many(
            "Whether a person, a recording or nobody spoke isn't noted in {count} of {of} calls.",
            "Whether a person, a recording or nobody spoke isn't noted in {count} of {of} calls.",
            count,
            of=of,
        )
    ),
    Lack.ANSWERED: _in_calls(
        lambda words, count, of: words.many(
            "Whether somebody answered isn't known of {count} of {of} calls.",
            "Whether somebody answered isn't known of {count} of {of} calls.",
            count,
            of=of,
        )
    ),
    Lack.COURSE: _in_calls(
        lambda words, count, of: words.many(
            "How the talk went isn't noted in {count} of {of} calls.",
            "How the talk went isn't noted in {count} of {of} calls.",
            count,
            of=of,
        )
    ),
    Lack.FEWER_CALLS: lambda words, item, _, __: words.many(
        "The form has more fields than there are calls: {count}.",
        "The form has more fields than there are calls: {count}.",
        item.of,
    ),
    Lack.YOURSELF: lambda words, _, __, label: words("“{label}” is for you to write.", label=label),
}


def _statement(item: Missing, _: Draft) -> str:
    return f"blocker statement {item.calls[0]}" if item.calls else ""


_COMMAND: Mapping[Lack, Callable[[Missing, Draft], str]] = {
    Lack.COMPANY: _statement,
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
            return words("No call of yours is one that this authority takes.")
        case None:
            return ""


def left_out(draft: Draft, words: Words) -> Iterator[str]:
    """The calls that aren't in the draft, by why."""
    for why, count in draft.left_out.items():
        yield _LEFT_OUT[why](words, count)


_LEFT_OUT: Mapping[Why, Callable[[Words, int], str]] = {
    Why.ELSEWHERE: lambda words, count: words.many(
        "{count} call to a line in another country is left out.",
        "{count} calls to lines in other countries are left out.",
        count,
    ),
    Why.NOT_ANSWERED: lambda words, count: words.many(
        "{count} call that nobody answered is left out.", "{count} calls that nobody answered are left out.", count
    ),
    Why.ANSWERED_UNKNOWN: lambda words, count: words.many(
        "{count} call is left out: nobody knows whether it was answered. A statement can say so.",
        "{count} calls are left out: nobody knows whether they were answered. Statements can say so.",
        count,
    ),
    Why.NOT_REGISTERED: lambda words, count: words.many(
        "{count} call is left out: no registration of the line on that day is on record.",
        "{count} calls are left out: no registration of the lines on those days is on record.",
        count,
    ),
    Why.TOO_EARLY: lambda words, count: words.many(
        "{count} call is left out: it came before the register's waiting time was over.",
        "{count} calls are left out: they came before the register's waiting time was over.",
        count,
    ),
    Why.NUMBER: lambda words, count: words.many(
        "{count} call is left out: the form can do nothing with the number it presented, or with none.",
        "{count} calls are left out: the form can do nothing with the numbers they presented, or with none.",
        count,
    ),
    Why.NO_RULE: lambda words, count: words.many(
        "{count} call is left out: it points to no rule that this authority watches over.",
        "{count} calls are left out: they point to no rule that this authority watches over.",
        count,
    ),
    Why.CANNOT_TELL: lambda words, count: words.many(
        "{count} call is left out: something isn't known that it hangs on. See what blocker company show says of it.",
        "{count} calls are left out: something isn't known that they hang on. See what blocker company show says.",
        count,
    ),
    Why.OTHER_NUMBER: lambda words, count: words.many(
        "{count} call from another number is left out; --number makes a draft about that one.",
        "{count} calls from other numbers are left out; --number makes a draft about one of them.",
        count,
    ),
    Why.TOO_MANY: lambda words, count: words.many(
        "{count} earlier call is left out, since one report takes no more; --until makes another.",
        "{count} earlier calls are left out, since one report takes no more; --until makes another.",
        count,
    ),
    Why.NO_KIND: lambda words, count: words.many(
        "{count} call fits no kind of report on this form.",
        "{count} calls fit no kind of report on this form.",
        count,
    ),
}
