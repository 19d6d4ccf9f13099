"""Predicates about the household's own history with a company: registered, consented, objected, called before.

Each is a pure function with a dataclass of the parameters that a law file gives it; `predicates.py` has the table and
the rules for writing one.
"""

from dataclasses import dataclass
from datetime import UTC, timedelta

from blocker.core.household_file import happened_before, local_day
from blocker.core.law_case import COMPANY, NO, Answer, Fact, LawCase, unknown, yes
from blocker.core.law_time import Wait, add_months


@dataclass(frozen=True, slots=True)
class Register:
    """A do-not-call register and its waiting time."""

    register: str
    months: int = 0
    calendar_days: int = 0
    working_days: int = 0
    ends_consents: bool = False
    """Registering ends the consents given before; only later ones count."""


def after_register(case: LawCase, rule: Register) -> Answer:
    """The line was on the register, and the waiting time had run out."""
    wait = Wait(rule.months, rule.calendar_days, rule.working_days)
    for item in case.household.registered(rule.register, case.call.line, case.call.day):
        last = wait.last_day(item.on, case.calendar.national)
        if case.call.day <= last:
            continue
        facts = [Fact("registered", str(item.on)), Fact("waiting time", f"{wait}, to {last}")]
        if not rule.ends_consents:
            return yes(*facts)
        consent = case.household.consented(case.call.company, case.call.local, since=item.on)
        if consent.holds is None:
            return unknown("whether the consent or the registration of that day came first")
        if not consent.holds:
            return yes(*facts, Fact("consent", consent.because))
    return NO


@dataclass(frozen=True, slots=True)
class Consent:
    """How long a consent lasts; 0 for no end."""

    valid_for_months: int = 0


def no_consent(case: LawCase, rule: Consent) -> Answer:
    """No consent to the company was in force, which the household must have said; silence isn't a no."""
    consent = case.household.consented(case.call.company, case.call.local, rule.valid_for_months)
    if consent.holds is None:
        return unknown("whether the household had consented" if case.call.company else COMPANY)
    return NO if consent.holds else yes(Fact("consent", consent.because))


@dataclass(frozen=True, slots=True)
class Objected:
    """Time that a company has for heeding an objection."""

    calendar_days: int = 0
    working_days: int = 0


def after_objection(case: LawCase, rule: Objected) -> Answer:
    """The household had objected to the company, without consenting again."""
    if not case.call.company:
        return unknown(COMPANY) if case.household.objections else NO
    local, wait = case.call.local, Wait(0, rule.calendar_days, rule.working_days)
    unsure: Answer = NO
    for item in case.household.objected(case.call.company):
        last = wait.last_day(local_day(item.when, local), case.calendar.national)
        before = case.call.day > last if wait else happened_before(item.when, local, local)
        if before is None:
            unsure = unknown("whether the call or the objection of that day came first")
        elif before:
            consent = case.household.consented(case.call.company, local, since=item.when)
            if consent.holds is None:
                unsure = unknown("whether the consent or the objection of that day came first")
            elif not consent.holds:
                time = (Fact("time to heed it", f"{wait}, to {last}"),) if wait else ()
                return yes(Fact("objected", str(local_day(item.when, local))), *time)
    return unsure


@dataclass(frozen=True, slots=True)
class ContractEnd:
    """How long after a contract a company may still call."""

    months: int


def after_contract_end(case: LawCase, rule: ContractEnd) -> Answer:
    """The household was the company's customer, too long ago."""
    relation = case.household.relation(case.call.company, case.call.day)
    if not relation.known:
        return unknown("whether the household was a customer" if case.call.company else COMPANY)
    if relation.ended is None or case.call.day <= add_months(relation.ended, rule.months):
        return NO
    return yes(Fact("contract ended", str(relation.ended)), Fact("calls allowed", f"{rule.months} months more"))


@dataclass(frozen=True, slots=True)
class Most:
    """How many calls are allowed in a time; give either `days`, this one included, or `hours`."""

    most: int
    days: int = 0
    hours: int = 0


def n_calls_in_days(case: LawCase, rule: Most) -> Answer:
    """The company had called too often, with this call."""
    if not case.call.company:
        return unknown(COMPANY)
    calls = _calls(case, days=rule.days, hours=rule.hours)
    if calls <= rule.most:
        return NO
    span = f"{rule.days} days" if rule.days else f"{rule.hours} hours"
    return yes(Fact(f"calls in {span}, with this one", str(calls)), Fact("allowed", str(rule.most)))


@dataclass(frozen=True, slots=True)
class Persistence:
    """From how many calls on we say “persistent”: a measure of this program's own, since the laws give no number."""

    in_7_days: int
    in_30_days: int


def persistent(case: LawCase, rule: Persistence) -> Answer:
    """The company kept calling."""
    if not case.call.company:
        return unknown(COMPANY)
    for days, least in ((7, rule.in_7_days), (30, rule.in_30_days)):
        calls = _calls(case, days=days)
        if calls >= least:
            measure = f"{least} or more; a measure of this program's own, the law gives none"
            return yes(Fact(f"calls in {days} days, with this one", str(calls)), Fact("counted as persistent", measure))
    return NO


@dataclass(frozen=True, slots=True)
class Rest:
    """Calendar days, counted from the refusal."""

    days: int


def within_days_of_refusal(case: LawCase, rule: Rest) -> Answer:
    """The household had told this company's caller “no”, in a call, fewer days ago."""
    if not case.call.company:
        return unknown(COMPANY) if any(item.in_call for item in case.household.objections) else NO
    local = case.call.local
    for item in case.household.objected(case.call.company):
        refused = local_day(item.when, local)
        if item.in_call and (case.call.day - refused).days < rule.days:
            before = happened_before(item.when, local, local)
            if before is None:
                return unknown("whether the call or the refusal of that day came first")
            if before:
                return yes(Fact("refused", str(refused)), Fact("days to wait", str(rule.days)))
    return NO


def _calls(case: LawCase, *, days: int = 0, hours: int = 0) -> int:
    """How many calls of the company came in a time that ends with this call, this one included."""
    if hours:
        since = case.call.at.astimezone(UTC) - timedelta(hours=hours)
        return 1 + sum(item.at.astimezone(UTC) > since for item in case.earlier)
    first = case.call.day - timedelta(days=days - 1)
    return 1 + sum(item.day >= first for item in case.earlier)
