"""What excuses a caller whom a rule would otherwise be held against: a consent, a contract, an agreed time, a sector.

Decides whether one of them holds, doesn't, or isn't known. Which of them a rule has, its file says under `unless`.
"""

from dataclasses import dataclass

from blocker.core.law_case import COMPANY, NO, Answer, Fact, LawCase, unknown, yes
from blocker.core.law_time import Wait


@dataclass(frozen=True, slots=True)
class Exemptions:
    """The excuses that a rule allows; by default none."""

    consent: bool = False
    """A consent of the household to this company, whatever its age."""
    contract: bool = False
    """The household is the company's customer …"""
    contract_months: int = 0
    """… or was, no more than this long ago …"""
    contract_days: int = 0
    former_customer: bool = False
    """… or ever was."""
    agreed_time: bool = False
    """The household asked for a call at that time."""
    sectors: tuple[str, ...] = ()
    """Who calls for these isn't bound."""


def exempt(case: LawCase, rule: Exemptions) -> Answer:
    """Whether one of the excuses holds. If not, `facts` says what was looked at, for the reader to check."""
    call, household = case.call, case.household
    if rule.agreed_time and household.agreed(call.company, call.local):
        return yes()
    looked_at: list[Fact] = []
    open_questions: list[str] = []
    for answer in (_sector(case, rule), _customer(case, rule), _consent(case, rule)):
        if answer.holds:
            return answer
        looked_at += answer.facts
        open_questions += answer.unknown
    return Answer(None if open_questions else False, tuple(looked_at), tuple(dict.fromkeys(open_questions)))


def _sector(case: LawCase, rule: Exemptions) -> Answer:
    if not rule.sectors:
        return NO
    return unknown("what was offered") if not case.call.sector else Answer(case.call.sector in rule.sectors)


def _customer(case: LawCase, rule: Exemptions) -> Answer:
    if not rule.contract:
        return NO
    if not case.call.company:
        return unknown(COMPANY)
    relation = case.household.relation(case.call.company, case.call.day)
    if not relation.known:
        return unknown("whether the household is or was a customer")
    if relation.ended is None:
        return Answer(relation.running, (Fact("contract", "none"),))
    last = Wait(rule.contract_months, rule.contract_days).last_day(relation.ended, frozenset())
    held = rule.former_customer or case.call.day <= last
    return Answer(held, (Fact("contract ended", str(relation.ended)),))


def _consent(case: LawCase, rule: Exemptions) -> Answer:
    if not rule.consent:
        return NO
    consent = case.household.consented(case.call.company, case.call.local)
    if consent.holds is None:
        return unknown("whether the household had consented" if case.call.company else COMPANY)
    return Answer(consent.holds, (Fact("consent", consent.because),))
