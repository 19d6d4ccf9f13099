"""A complaint as a draft: which calls a regulator takes, what is written into its form, what is missing or forbids it.

Decides which calls are left out and why, and that nothing is drafted before a waiting time has passed. Nothing is
invented: a field stays empty where nobody said what belongs into it. What each question is answered with,
`complaint_text.py` decides. Nothing here sends anything.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from blocker.core.complaint_account import filled_in
from blocker.core.complaint_case import Answer, Case, JudgedCall, Lack, Missing, Told
from blocker.core.complaint_text import answer, unnamed
from blocker.core.followups import answer_by, received
from blocker.core.form_words import FormWords
from blocker.core.household_facts import Asks, How
from blocker.core.household_file import Objection, Request
from blocker.core.languages import in_language
from blocker.core.law import Finding
from blocker.core.number import country_code
from blocker.core.regulator import Field, Fill, Kind, Numbers, Regulator, Weight

_SPOKEN = frozenset({How.PHONE, How.IN_THE_CALL})
"""Ways of objecting that leave no letter behind."""


class Why(StrEnum):
    """Why a call isn't in a draft."""

    ELSEWHERE = "elsewhere"
    """The line is in another country."""
    NOT_ANSWERED = "not-answered"
    ANSWERED_UNKNOWN = "answered-unknown"
    NOT_REGISTERED = "not-registered"
    TOO_EARLY = "too-early"
    """The register's waiting time hadn't passed."""
    NUMBER = "number"
    """What was presented is nothing that the regulator can do something with."""
    NO_RULE = "no-rule"
    """It points to no rule that the regulator watches over."""
    CANNOT_TELL = "cannot-tell"
    """Likewise, but something isn't known that it hangs on."""
    OTHER_NUMBER = "other-number"
    TOO_MANY = "too-many"
    NO_KIND = "no-kind"
    """None of the kinds of report that the form tells apart is about it."""


class Hindrance(StrEnum):
    """What forbids a draft as a whole."""

    NO_CALL = "no-call"
    NEVER_WROTE = "never-wrote"
    """The company must be written to first."""
    WAIT = "wait"
    """The company still has time to answer."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A field with its answer."""

    field: Field
    answer: Answer


@dataclass(frozen=True, slots=True)
class Report:
    """One form filled in."""

    kind: Kind | None
    calls: tuple[JudgedCall, ...]
    fields: tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """What comes of a case at a regulator."""

    regulator: Regulator
    case: Case
    language: str
    """Of the form."""
    reports: tuple[Report, ...]
    """Empty where something hinders it."""
    left_out: Mapping[Why, int]
    hindrance: Hindrance | None
    wait_until: date | None
    """The last day of a waiting time."""

    @property
    def missing(self) -> tuple[tuple[Field, Missing], ...]:
        """What the household could add, each once; what is decisive first."""
        found: dict[object, tuple[Field, Missing]] = {}
        for filled in (filled for report in self.reports for filled in report.fields):
            for item in filled.answer.missing:
                told = (item, filled.field.id) if item.lack is Lack.YOURSELF else item
                if told not in found or filled.field.weight is Weight.DECISIVE:
                    found[told] = (filled.field, item)
        if not self.case.calls:
            asking = (field for field in self.regulator.fields if field.fill is Fill.COMPANY)
            found |= {item: (field, item) for field in asking for item in unnamed(self.case)}
        return tuple(sorted(found.values(), key=lambda each: list(Weight).index(each[0].weight)))


def draft(regulator: Regulator, case: Case, words: FormWords, *, number: str = "") -> Draft:
    """A complaint to a regulator, as far as it goes.

    Args:
        regulator: whose form is filled in.
        case: the calls and what the household can show.
        words: in a language of the form.
        number: E.164; for a form about one number, which one. Without it, the one that called most, or all of them
            where each makes a report of its own.
    """
    taken, left_out = _taken(regulator, case, number)
    hindrance, until = _hindered(regulator, case)
    reports: tuple[Report, ...] = ()
    if hindrance is None:
        reports = tuple(_report(regulator, case, kind, calls, words) for kind, calls in _kinds(regulator, taken))
        reported = {item.call.seen.call for report in reports for item in report.calls}
        unsupported = sum(item.call.seen.call not in reported for item in taken)
        left_out += Counter({Why.NO_KIND: unsupported})
    if hindrance is None and not reports:
        hindrance = Hindrance.NO_CALL
    counted = {why: count for why in Why if (count := left_out[why])}
    return Draft(regulator, case, words.language, reports, counted, hindrance, until)


def _hindered(regulator: Regulator, case: Case) -> tuple[Hindrance | None, date | None]:
    """Whether the company has to be written to first, or still has time for its answer."""
    months = regulator.takes.first_write_months
    if not months or case.company is None:
        return None, None
    slug = case.company.slug
    objected = [item for item in case.file.objected(slug) if not item.in_call and item.how not in _SPOKEN]
    asked = [item for item in case.file.requested(slug) if item.asks != Asks.IDENTITY]
    written: list[Objection | Request] = [*objected, *asked]
    if not written:
        return Hindrance.NEVER_WROTE, None
    if any(item.answered for item in written):
        return None, None
    until = min(answer_by(received(item, case.zone), case.holidays, months) for item in written)
    return (Hindrance.WAIT, until) if case.today <= until else (None, None)


def _taken(regulator: Regulator, case: Case, number: str) -> tuple[list[JudgedCall], Counter[Why]]:
    """The calls that a regulator takes, and why the others are left out."""
    taken, left_out = [], Counter[Why]()
    for item in case.calls:
        why = _refused(regulator, case, item)
        if why is None:
            taken.append(item)
        else:
            left_out[why] += 1
    takes = regulator.takes
    if (takes.one_number or (takes.each_number and number)) and taken:
        same = number or Counter(item.call.seen.number for item in taken).most_common(1)[0][0]
        others = [item for item in taken if item.call.seen.number != same]
        left_out[Why.OTHER_NUMBER] += len(others)
        taken = [item for item in taken if item.call.seen.number == same]
    if takes.most_calls and len(taken) > takes.most_calls:
        left_out[Why.TOO_MANY] += len(taken) - takes.most_calls
        taken = taken[-takes.most_calls :]
    return taken, left_out


def _refused(regulator: Regulator, case: Case, item: JudgedCall) -> Why | None:
    takes, call = regulator.takes, item.call
    if call.country != regulator.country:
        return Why.ELSEWHERE
    if takes.answered and not call.answered:
        return Why.NOT_ANSWERED if call.answered is False else Why.ANSWERED_UNKNOWN
    if (why := _registered(regulator, case, item)) and takes.after_register:
        return why
    if why is Why.TOO_EARLY and not any(flag.finding is Finding.POINTS_TO for flag in item.flags):
        return why  # nothing but the register could speak against it, and that doesn't yet
    if not _number_fits(regulator, call.seen.presented, call.seen.number):
        return Why.NUMBER
    if takes.points_to and not item.points_to(takes.points_to):
        return Why.CANNOT_TELL if item.points_to(takes.points_to, Finding.CANNOT_TELL) else Why.NO_RULE
    return None


def _registered(regulator: Regulator, case: Case, item: JudgedCall) -> Why | None:
    found = case.file.registered(regulator.register, item.call.seen.line, item.day)
    if not found:
        return Why.NOT_REGISTERED
    starts = [first for each in found if (first := case.counts_from(each)) is not None]
    return None if any(first <= item.day for first in starts) else Why.TOO_EARLY


def _number_fits(regulator: Regulator, presented: str, number: str) -> bool:
    national = presented == "e164" and number.startswith(f"+{country_code(regulator.country)}")
    nothing = presented in {"withheld", "unavailable"}
    match regulator.takes.numbers:
        case Numbers.ANY:
            return True
        case Numbers.NATIONAL:
            return national
        case Numbers.NOT_FOREIGN:
            return national or presented != "e164"
        case Numbers.NONE:
            return nothing


def _kinds(regulator: Regulator, taken: list[JudgedCall]) -> list[tuple[Kind | None, tuple[JudgedCall, ...]]]:
    """The reports that these calls make, each with its calls."""
    if not regulator.kinds and regulator.takes.each_number:
        numbers = dict.fromkeys(item.call.seen.number for item in taken)
        return [(None, tuple(item for item in taken if item.call.seen.number == number)) for number in numbers]
    if not regulator.kinds:
        return [(None, tuple(taken))] if taken else []
    supported = [(kind, _supporting(kind, taken)) for kind in regulator.kinds]
    return [(kind, calls) for kind, calls in supported if calls]


def _supporting(kind: Kind, taken: list[JudgedCall]) -> tuple[JudgedCall, ...]:
    if kind.points_to:
        return tuple(item for item in taken if item.points_to(kind.points_to))
    if not taken:
        return ()
    since = taken[-1].day - timedelta(days=kind.within_days - 1)
    near = tuple(item for item in taken if item.day >= since)
    return near if len(near) >= kind.least_calls else ()


def _report(
    regulator: Regulator, case: Case, kind: Kind | None, calls: tuple[JudgedCall, ...], words: FormWords
) -> Report:
    told = Told(case, regulator, calls)
    account = regulator.account.get(words.language, ())
    asked = (field for field in regulator.fields if not field.kinds or (kind and kind.id in field.kinds))
    fields = (Filled(field, _answer(told, field, words, account)) for field in asked)
    return Report(kind, calls, tuple(fields))


def _answer(told: Told, field: Field, words: FormWords, account: tuple[str, ...]) -> Answer:
    if field.fill is Fill.FIXED:
        return Answer((in_language(field.answer, words.language),))
    if field.fill is Fill.ACCOUNT:
        return filled_in(told, words, account)
    return answer(told, field.fill, words)
