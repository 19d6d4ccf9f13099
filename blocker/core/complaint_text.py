"""What is written into the fields of a form: known things only, in the form's words.

Decides for each question what answers it and what is missing for an answer. A thing that nobody said isn't written.
Which calls a report is about, `complaint.py` decides; what a statement means, `household_file.py` does.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

from blocker.core.company_calls import CompanyCall
from blocker.core.complaint_case import Answer, Case, JudgedCall, Lack, Missing, Told
from blocker.core.complaint_household import (
    consent,
    customer,
    holder_proof,
    line,
    objected,
    proofs,
    register_proof,
    registered,
)
from blocker.core.form_words import FormWords
from blocker.core.regulator import Fill

FIVE = 5
MOST_BESIDE = 60
"""Calls from the same numbers that are named one by one, the latest ones; a form is read by a person."""

WEEK = timedelta(days=7)

_SCHEMES = {"KBO": "KBO/BCE"}
"""Registers that have another name in each language of their country."""

_SATURDAY = 5
_DAYTIME = {_SATURDAY: (9, 18)} | dict.fromkeys(range(5), (8, 20))
"""Hours that the German form tells apart, by weekday; Sundays and holidays have none."""


def answer(told: Told, fill: Fill, words: FormWords) -> Answer:
    """What answers a question; not FIXED, whose answer the form's file has, nor ACCOUNT (`complaint_account.py`)."""
    return _FILLS[fill](told, words)


def without(told: Told, has: Callable[[CompanyCall], object]) -> tuple[str, ...]:
    """The ids of the calls of which something isn't known."""
    return tuple(item.call.seen.call for item in told.calls if not has(item.call))


def lacking(told: Told, lack: Lack, calls: tuple[str, ...]) -> tuple[Missing, ...]:
    """That calls lack something, if any do."""
    return (Missing(lack, calls, len(told.calls)),) if calls else ()


def _number(call: CompanyCall, words: FormWords) -> str:
    """The number presented, or that none was; who held it back can't be seen."""
    match call.seen.presented:
        case "e164":
            return call.seen.number
        case "withheld":
            return words("withheld")
        case "unavailable":
            return words("no_number" if call.seen.seen_by else "unavailable")
        case _:
            return words("unusable", shown=call.seen.number)


def times(told: Told, words: FormWords) -> Answer:
    """When each call came, and which number it presented."""
    several = len({item.call.seen.line for item in told.calls}) > 1
    lines = []
    for item in told.calls:
        seen = item.call.seen
        where = f" → {seen.called or seen.line}" if several else ""
        lines.append(f"{item.moment(words)}: {_number(item.call, words)}{where}{_whence(item, words)}")
    return Answer(tuple(lines))


def _whence(item: JudgedCall, words: FormWords) -> str:
    """Who says that it came, where that isn't this blocker."""
    seen = item.call.seen
    return f" ({words('remembered' if seen.remembered else 'elsewhere')})" if seen.seen_by else ""


def _five_dates(told: Told, words: FormWords) -> Answer:
    last = told.calls[-FIVE:]
    lines = tuple(f"{place}. {words.day(item.day)}" for place, item in enumerate(last, 1))
    return Answer(lines, (Missing(Lack.FEWER_CALLS, of=len(last)),) if len(last) < FIVE else ())


def _period(told: Told, words: FormWords) -> Answer:
    return Answer((f"{words.day(told.calls[0].day)} – {words.day(told.calls[-1].day)}",))


def _rhythm(told: Told, words: FormWords) -> Answer:
    days = Counter(item.day for item in told.calls)
    week = max(sum(number for other, number in days.items() if day <= other < day + WEEK) for day in days)
    return Answer((words("rhythm", day=max(days.values()), week=week),))


def _days_and_hours(told: Told, words: FormWords) -> Answer:
    counted = Counter(map(_class, told.calls))
    return Answer(tuple(f"{words(name)}: {number}" for name, number in sorted(counted.items())))


def _class(item: JudgedCall) -> str:
    hours = None if item.holiday else _DAYTIME.get(item.day.weekday())
    if hours is None:
        return "free_day"
    daytime = hours[0] <= item.call.at.hour < hours[1]
    return ("saturday" if item.day.weekday() == _SATURDAY else "weekday") + ("" if daytime else "_other")


def numbers(told: Told, words: FormWords) -> Answer:
    """The numbers presented, with how many calls each."""
    counted = Counter(_number(item.call, words) for item in told.calls)
    return Answer(tuple(f"{number} ({count}×)" for number, count in sorted(counted.items())))


def unnamed(case: Case) -> tuple[Missing, ...]:
    """Calls that may be the company's too, as soon as somebody says for whom they were."""
    found = {Lack.COMPANY: case.unnamed, Lack.UNCLEAR: case.unclear}
    of = len(case.calls) + sum(map(len, found.values()))
    return tuple(Missing(lack, tuple(call.seen.call for call in calls), of) for lack, calls in found.items() if calls)


def _company(told: Told, words: FormWords) -> Answer:
    named, missing = told.case.company, unnamed(told.case)
    if named is None:
        return Answer((), missing or (Missing(Lack.COMPANY, of=len(told.calls)),))
    said = said_of(told.calls, lambda call: call.said.said_company, words)
    return Answer((named.legal_name or named.name, *([words("said_for", said=said)] if said else [])), missing)


def _company_register(told: Told, _: FormWords) -> Answer:
    company = told.case.company
    lines, missing = [], []
    if company and company.identity:
        scheme = company.identity.scheme.upper()
        lines.append(f"{_SCHEMES.get(scheme, scheme)} {company.identity.value}")
    else:
        missing.append(Missing(Lack.COMPANY_REGISTER))
    if company and company.post:
        lines += company.post.lines
    else:
        missing.append(Missing(Lack.COMPANY_ADDRESS))
    if company and company.data_protection and company.data_protection.email:
        lines.append(company.data_protection.email)
    return Answer(tuple(lines), tuple(missing))


def _call_centre(told: Told, words: FormWords) -> Answer:
    said = said_of(told.calls, lambda call: call.said.said_call_centre, words)
    return Answer((words("said_centre", said=said),)) if said else Answer((), (Missing(Lack.CALL_CENTRE),))


def said_of(calls: Iterable[JudgedCall], what: Callable[[CompanyCall], str | None], words: FormWords) -> str:
    """What callers said of something, each thing once."""
    return "; ".join(dict.fromkeys(words("quoted", said=said) for item in calls if (said := what(item.call))))


def span(calls: Sequence[JudgedCall], words: FormWords) -> str:
    """When the first came and when the last; of a single call, when it came."""
    first, last = calls[0].moment(words), calls[-1].moment(words)
    return words("span", first=first, last=last) if len(calls) > 1 else words("span_one", first=first)


def product(told: Told, _: FormWords) -> Answer:
    """What was offered."""
    offered = dict.fromkeys(product for item in told.calls if (product := item.call.said.product))
    return Answer(tuple(offered), lacking(told, Lack.PRODUCT, without(told, lambda call: call.said.product)))


def voice(told: Told, words: FormWords) -> Answer:
    """How many calls were live, recorded and silent."""
    counted = Counter(voice for item in told.calls if (voice := item.call.said.voice))
    lines = tuple(words(f"voice_{voice}", count=number) for voice, number in sorted(counted.items()))
    return Answer(lines, lacking(told, Lack.VOICE, without(told, lambda call: call.said.voice)))


def _answered(told: Told, words: FormWords) -> Answer:
    counted = Counter(item.call.answered for item in told.calls)
    lines = [
        words(key, count=counted[known]) for key, known in (("answered", True), ("unanswered", False)) if counted[known]
    ]
    unknown = without(told, lambda call: call.answered is not None)
    return Answer(tuple(lines), lacking(told, Lack.ANSWERED, unknown))


def _earlier(told: Told, words: FormWords) -> Answer:
    """Of all of a company's calls, also those that the report leaves out; and what came from the same numbers."""
    calls = told.case.calls if told.company else told.calls
    numbers = {item.call.seen.number for item in calls}
    beside = [item for item in told.case.beside if item.number in numbers]
    lines = [words("in_all", count=len(calls), span=span(calls, words))]
    lines += [words("same_number", count=len(beside))] if beside else []
    lines += [
        f"{words.moment(item.at, seconds=not item.to_the_minute)}: {item.number}" for item in beside[-MOST_BESIDE:]
    ]
    lines += [words("earlier_left", count=left)] if (left := len(beside) - MOST_BESIDE) > 0 else []
    return Answer(tuple(lines))


def _yourself(_: Told, __: FormWords) -> Answer:
    return Answer((), (Missing(Lack.YOURSELF),))


_FILLS: Mapping[Fill, Callable[[Told, FormWords], Answer]] = {
    Fill.TIMES: times,
    Fill.FIVE_DATES: _five_dates,
    Fill.PERIOD: _period,
    Fill.RHYTHM: _rhythm,
    Fill.DAYS_AND_HOURS: _days_and_hours,
    Fill.NUMBERS: numbers,
    Fill.LINE: line,
    Fill.HOLDER_PROOF: holder_proof,
    Fill.COMPANY: _company,
    Fill.COMPANY_REGISTER: _company_register,
    Fill.CALL_CENTRE: _call_centre,
    Fill.PRODUCT: product,
    Fill.CUSTOMER: customer,
    Fill.CONSENT: consent,
    Fill.OBJECTED: objected,
    Fill.REGISTERED: registered,
    Fill.REGISTER_PROOF: register_proof,
    Fill.VOICE: voice,
    Fill.ANSWERED: _answered,
    Fill.EARLIER: _earlier,
    Fill.PROOFS: proofs,
    Fill.YOURSELF: _yourself,
}
