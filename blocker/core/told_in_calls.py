"""What a person's statements about calls add to the household's file: stops said in a call, and what isn't in the file.

Decides that a stop in a call is a refusal from that instant on, and that a statement's word about having been a
customer or having consented counts only as long as the file itself says nothing of that company. The latest word holds.
"""

import dataclasses
from collections.abc import Sequence
from datetime import date

from blocker.core.company_calls import CompanyCall
from blocker.core.household_facts import How
from blocker.core.household_file import EVERYBODY, Consent, Contract, HouseholdFile, Objection


def with_statements(file: HouseholdFile, company: str, calls: Sequence[CompanyCall]) -> HouseholdFile:
    """The household's file with what was said about these calls of a company, in their order."""
    for call in calls:
        if call.said.said_stop == "yes":
            text = call.said.stop_words or ""
            stop = Objection(company, call.at, True, str(How.IN_THE_CALL), text=text, n=call.seen.statement.n)  # noqa: FBT003
            file = dataclasses.replace(file, objections=(*file.objections, stop))
    if not file.relation(company, date.max).known:
        file = _customer(file, company, calls)
    denied = {company, EVERYBODY} & file.never_consented_to
    if not denied and not any(item.company == company for item in file.consents):
        file = _consent(file, company, calls)
    return file


def _customer(file: HouseholdFile, company: str, calls: Sequence[CompanyCall]) -> HouseholdFile:
    for call in reversed(calls):
        match call.said.customer, call.said.customer_until:
            case "never", _:
                return dataclasses.replace(file, never_customer_of=file.never_customer_of | {company})
            case "now", _:
                return dataclasses.replace(file, contracts=(*file.contracts, Contract(company)))
            case "formerly", str(day):
                past = Contract(company, until=date.fromisoformat(day))
                return dataclasses.replace(file, contracts=(*file.contracts, past))
            case _:
                pass
    return file


def _consent(file: HouseholdFile, company: str, calls: Sequence[CompanyCall]) -> HouseholdFile:
    for call in reversed(calls):
        match call.said.consent, call.said.consent_on:
            case "never", _:
                return dataclasses.replace(file, never_consented_to=file.never_consented_to | {company})
            case "given", str(day):
                given = Consent(company, date.fromisoformat(day))
                return dataclasses.replace(file, consents=(*file.consents, given))
            case _:
                pass
    return file
