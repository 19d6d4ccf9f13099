"""What the household can show, as it is written into a form: lines, contract, consent, objections, register, proofs.

Decides what of the household's file answers which question, and what is missing there. Part of `complaint_text.py`.
"""

from collections.abc import Iterable

from blocker.core.complaint_case import Answer, Lack, Missing, Told
from blocker.core.form_words import FormWords
from blocker.core.household_file import (
    EVERYBODY,
    Consent,
    Contract,
    Holder,
    Objection,
    Registration,
    Request,
    happened_before,
    local_day,
)
from blocker.core.household_shown import as_said


def _lines(told: Told) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.call.seen.line for item in told.calls))


def _holder(told: Told, line_: str) -> Holder | None:
    last = max(item.day for item in told.calls if item.call.seen.line == line_)
    return told.case.file.held_by(line_, last)


def _number(told: Told, line_: str) -> str:
    holder = _holder(told, line_)
    return (holder.number if holder else "") or told.case.numbers.get(line_, "")


def line(told: Told, words: FormWords) -> Answer:
    """The number of each line that was called, and who holds it."""
    lines, nobody, nowhere = [], [], []
    for name in _lines(told):
        holder, number = _holder(told, name), _number(told, name)
        if holder:
            lines.append(words("held", line=number or name, holder=holder.holder))
        elif number:
            lines.append(number)
        nobody += [] if holder else [name]
        nowhere += [] if number else [name]
    missing = [(Lack.HOLDER, nobody), (Lack.LINE_NUMBER, nowhere)]
    return Answer(tuple(lines), tuple(Missing(lack, lines=tuple(names)) for lack, names in missing if names))


def holder_proof(told: Told, _: FormWords) -> Answer:
    """Files that show who holds the lines."""
    holders = {name: _holder(told, name) for name in _lines(told)}
    without = tuple(name for name, holder in holders.items() if not (holder and holder.proofs))
    sums = [sum_ for holder in holders.values() if holder for sum_ in holder.proofs]
    return Answer(_names(told, sums), (Missing(Lack.HOLDER_PROOF, lines=without),) if without else ())


def customer(told: Told, words: FormWords) -> Answer:
    """Whether the household was a customer on the day of the last call."""
    relation = told.case.file.relation(told.company, told.calls[-1].day)
    if not relation.known or not told.company:
        return Answer((), (Missing(Lack.CUSTOMER),))
    mine = [item for item in told.case.file.contracts if item.company == told.company]
    if relation.running:
        return Answer((words("customer_now"),))
    if relation.ended is None:
        return Answer((words("customer_never"),))
    since = next((item.since for item in mine if item.until == relation.ended and item.since), None)
    until = words.day(relation.ended)
    if since:
        return Answer((words("customer_since_until", since=words.day(since), until=until),))
    return Answer((words("customer_until", until=until),))


def consent(told: Told, words: FormWords) -> Answer:
    """Consents that were given, or the household's word that there are none."""
    file, at = told.case.file, told.calls[-1].call.at
    given = [item for item in as_said(file.consents) if item.company == told.company]
    if given:
        lines = []
        for item in given:
            on = words.day(local_day(item.when, at))
            ended = words.day(item.until) if item.until else ""
            lines.append(words("consent_until", on=on, until=ended) if ended else words("consent_on", on=on))
        return Answer(tuple(lines))
    if {told.company, EVERYBODY} & file.never_consented_to - {""}:
        return Answer((words("consent_never"),))
    return Answer((), (Missing(Lack.CONSENT),))


def objected(told: Told, words: FormWords) -> Answer:
    """Each objection outside calls, what the company was asked in writing, and that the caller was told in calls."""
    lines = [_objection(told, item, words) for item in _written(told)]
    lines += [_request(item, words) for item in told.case.file.requested(told.company) if told.company]
    lines += [said] if (said := stop(told, words)) else []
    return Answer(tuple(lines), () if lines else (Missing(Lack.OBJECTION),))


def _written(told: Told) -> list[Objection]:
    """Those that don't come from a statement about one of the calls, in the order of days."""
    of_calls = {item.call.seen.statement.n for item in told.case.calls}
    mine = [item for item in told.case.file.objected(told.company) if item.n not in of_calls or not item.in_call]
    return sorted(as_said(mine), key=lambda item: local_day(item.when, told.calls[-1].call.at))


def _objection(told: Told, item: Objection, words: FormWords) -> str:
    at = told.calls[-1].call.at
    how = words(f"how_{item.how.replace('-', '_')}") if item.how else words("how_unknown")
    text = words("objected", on=words.day(local_day(item.when, at)), how=how)
    if item.answered:
        text += " " + words("objection_answered", on=words.day(item.answered))
    after = sum(happened_before(item.when, call.call.at, call.call.at) is True for call in told.case.calls)
    return text + (" " + words("calls_after", count=after) if after else "")


def _request(item: Request, words: FormWords) -> str:
    text = words(f"asked_{item.asks}", on=words.day(item.when))
    return text + (" " + words("objection_answered", on=words.day(item.answered)) if item.answered else "")


def stop(told: Told, words: FormWords) -> str:
    """In how many calls the caller was told: of all of the company's, or of the report's; empty where in none."""
    calls = told.case.calls if told.company else told.calls
    stops = [item for item in calls if item.call.said.said_stop == "yes"]
    return words("said_stop", count=len(stops), first=stops[0].moment(words)) if stops else ""


def _registrations(told: Told) -> list[Registration]:
    """Each once, though it may hold for several lines."""
    register, last = told.regulator.register, told.calls[-1].day
    found = (item for name in _lines(told) for item in told.case.file.registered(register, name, last))
    return list(dict.fromkeys(found))


def registered(told: Told, words: FormWords) -> Answer:
    """Since when the lines are on the regulator's register."""
    found = _registrations(told)
    lines = [_registered(told, item, words) for item in found]
    covered = {item.line for item in found}
    without = () if "" in covered else tuple(name for name in _lines(told) if name not in covered)
    return Answer(tuple(lines), (Missing(Lack.REGISTRATION, lines=without),) if without else ())


def _registered(told: Told, item: Registration, words: FormWords) -> str:
    """Since when; and where calls came before the register's waiting time was over, that too."""
    on = words.day(item.on)
    text = words("registered_all", on=on)
    if item.line:
        text = words("registered", line=_number(told, item.line) or item.line, on=on)
    counts = told.case.counts_from(item)
    early = counts is not None and any(item.on <= call.day < counts for call in told.calls)
    return text + (" " + words("counts_from", on=words.day(counts)) if counts and early else "")


def register_proof(told: Told, _: FormWords) -> Answer:
    """Files that show the registrations."""
    found = _registrations(told)
    sums = [sum_ for item in found for sum_ in item.proofs]
    bare = not found or any(not item.proofs for item in found)
    return Answer(_names(told, sums), (Missing(Lack.REGISTER_PROOF),) if bare else ())


def proofs(told: Told, words: FormWords) -> Answer:
    """The pack, and the files that go with what was said about the company and the lines."""
    file = told.case.file
    held = (_holder(told, name) for name in _lines(told))
    said: list[Holder | Registration] = [*_registrations(told), *(item for item in held if item)]
    about: list[Objection | Request | Contract | Consent] = [
        *file.objections,
        *file.requests,
        *file.contracts,
        *file.consents,
    ]
    sums = [sum_ for item in said for sum_ in item.proofs]
    sums += [sum_ for item in about if item.company == told.company for sum_ in item.proofs]
    return Answer((words("pack", count=len(told.calls)), *_names(told, sums)))


def _names(told: Told, sums: Iterable[str]) -> tuple[str, ...]:
    known = (told.case.files[sum_].file for sum_ in dict.fromkeys(sums) if sum_ in told.case.files)
    return tuple(file.name for file in known)
