"""Why a call would be decided as it is: every row with what it saw, the settings behind it, and what the law says.

Puts together what `core/` finds, for a person who asks; changes nothing, records nothing. Decides which line, trunk and
company a question is about. How it is shown, `commands/check.py` decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from blocker.core.call import IncomingCall, Line, Sighting, Trunk
from blocker.core.case import Case, Found, Knowledge, Moment
from blocker.core.community_judgement import Judgement
from blocker.core.company import Company, CompanyBook
from blocker.core.decide import Row, decide, walk
from blocker.core.household_file import EVERYBODY, Contract, HouseholdFile, Objection, Registration
from blocker.core.law import LawBook, LawFlag
from blocker.core.law_case import CallFacts, Presented
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.local_time import parse_local
from blocker.core.number import E164, NumberPlan, normalise
from blocker.core.policy import Policy
from blocker.core.policy_week import Layer, PolicyWeek
from blocker.core.rows import judgement_of
from blocker.core.typed import the_company
from blocker.core.verdict import Decision, Reason, Verdict
from blocker.errors import UsageError
from blocker.holidays_of import calendar_over
from blocker.policy_config import KEYS
from blocker.screening import Setting
from blocker.tomlfile import one_of

SETTING_OF: Mapping[Reason, str] = {
    Reason.DIALLED: "dialled",
    Reason.CANVASSING_RANGE: "canvassing",
    Reason.PREMIUM_RANGE: "premium",
    Reason.OFTEN: "flag_after",
    Reason.REPEAT: "repeat",
    Reason.COMMUNITY: "community",
    Reason.WITHHELD: "withheld",
    Reason.UNAVAILABLE: "unavailable",
    Reason.UNUSABLE: "unusable",
    Reason.INVALID: "invalid",
}
"""The field of `Policy` that each row goes by, where it goes by one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and when a call is asked about."""

    line: Line
    trunk: str
    plan: NumberPlan
    local: datetime
    """Aware, in the zone of the line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What would be decided, and on what grounds."""

    call: IncomingCall
    place: Place
    verdict: Verdict
    rows: list[tuple[Row, Found | None]]
    week: PolicyWeek
    beside: tuple[tuple[str, Listing], ...]
    """Listings of this number that don't hold at that time: `ran out` or `begins later`."""
    community: Judgement
    """What the community lists come to, whatever decides before them."""
    names: tuple[Company, ...]
    """Companies whose callers show such a name; that says nothing about who calls."""

    @property
    def policy(self) -> Policy:
        return self.week.at(self.place.local)

    @property
    def layers(self) -> list[Layer]:
        """The tables of settings that hold at that time, those that win last."""
        return self.week.holding(self.place.local)

    @property
    def rings(self) -> bool:
        return self.verdict.decision is Decision.RING or self.policy.observe_only

    def setting(self, reason: Reason) -> tuple[str, str]:
        """The setting that a row goes by as it is written, and its file and line; empty where there is none."""
        field = SETTING_OF.get(reason)
        if field is None:
            return "", ""
        return f"{KEYS[field]} = {written(field, getattr(self.policy, field))}", self.week.origin(
            field, self.place.local
        )


def written(field: str, value: object) -> str:
    """A field of `Policy` as it stands in the configuration."""
    if isinstance(value, timedelta):
        return str(value // (timedelta(days=1) if KEYS[field].endswith("days") else timedelta(minutes=1)))
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'


def place(setting: Setting, now: datetime, *, line: str = "", called: str = "", trunk: str = "", at: str = "") -> Place:
    """Where and when a question is about; what isn't said is the home line, no trunk, and now.

    Args:
        setting: the lines and trunks of the configuration.
        now: aware.
        line: its name.
        called: the number that was called, which names the line instead.
        trunk: its name; without one, numbers are read as at home.
        at: by the clock at the line.

    Raises:
        UsageError: there is no such line or trunk, or the time is none.
    """
    if trunk and trunk not in setting.trunks:
        raise UsageError(f"no trunk “{trunk}” in the configuration ({one_of(trunk, setting.trunks)})")
    known: Trunk | None = setting.trunks.get(trunk)
    plan = known.plan if known else NumberPlan(setting.home.region)
    lines = {each.name: each for each in (setting.home, *setting.lines)}
    if line and line not in lines:
        raise UsageError(f"no line “{line}” in the configuration ({one_of(line, lines)})")
    found = lines[line] if line else setting.line(called, plan)
    zone = ZoneInfo(found.time_zone)
    return Place(found, trunk, plan, parse_local(at, zone) if at else now.astimezone(zone))


def as_listed_at(listings: Sequence[Listing], knowledge: Knowledge, at: datetime) -> Knowledge:
    """The knowledge without what was listed only after a time."""
    index = {
        name: ListIndex(item for item in listings if item.list is name and item.added_at <= at) for name in ListName
    }
    return replace(knowledge, allow=index[ListName.ALLOW], block=index[ListName.BLOCK])


def explain(
    raw: str, where: Place, knowledge: Knowledge, week: PolicyWeek, *, listings: Sequence[Listing] = (), name: str = ""
) -> Explanation:
    """What would be decided about a call.

    Args:
        raw: the number as a trunk sends it.
        where: line, trunk and time.
        knowledge: what decides; its policy is replaced by that of the hour.
        week: the policies of the line.
        listings: all of both lists.
        name: the caller name shown.
    """
    caller = normalise(raw, None, where.plan)
    sighting = Sighting("check", raw, name=name)
    call = IncomingCall("check", where.local, caller, where.line, sighting, where.trunk)
    moment = Moment(where.local)
    knowledge = replace(as_listed_at(listings, knowledge, where.local), policy=week.at(where.local))
    number = caller.number if isinstance(caller, E164) else ""
    return Explanation(
        call=call,
        place=where,
        verdict=decide(call, knowledge, moment),
        rows=walk(call, knowledge, moment),
        week=week,
        beside=_beside(number, listings, where.local) if number else (),
        community=judgement_of(Case(call, knowledge, moment, number, ())) if number else Judgement(),
        names=knowledge.companies.by_caller_name(name) if name else (),
    )


def _beside(number: str, listings: Sequence[Listing], at: datetime) -> tuple[tuple[str, Listing], ...]:
    mine = [item for item in listings if (number.startswith(item.number) if item.is_prefix else number == item.number)]
    later = [("begins later", item) for item in mine if item.added_at > at]
    return (*later, *(("ran out", item) for item in mine if item.added_at <= at and not item.holds_at(at)))


@dataclass(frozen=True, slots=True)
class Story:
    """What a person tells about the call and the household, to see what the law would say."""

    company: str = ""
    """For whom the caller called, as said."""
    marketing: bool | None = None
    answered: bool | None = None
    sector: str = ""
    customer_until: date | None = None
    objected_on: date | None = None
    refused_on: date | None = None
    registered_on: date | None = None
    never_customer: bool = False
    never_consented: bool = False


def company_of(said: str, book: CompanyBook, where: Place) -> tuple[str, str, str]:
    """Key, name and sector of the company that was named; as said where no rule file knows it.

    Raises:
        UsageError: the name may mean several.
    """
    if not said:
        return "", "", ""
    if not book.resolve(said, where.local.date(), where.line.region) and not book.resolve(said, where.local.date()):
        return said.casefold(), said, ""
    company = the_company(book, said, where.local.date(), where.line.region)
    return company.slug, company.name, company.sector


def law_flags(
    explanation: Explanation, story: Story, laws: LawBook, knowledge: Knowledge, file: HouseholdFile
) -> tuple[LawFlag, ...]:
    """What such a call would point to, by the law of its day.

    Args:
        explanation: the call.
        story: what is told of it.
        laws: all provisions.
        knowledge: companies and ranges.
        file: what the household has said so far.

    Raises:
        UsageError: the story tells of a company without naming one, or by a name that may mean several.
    """
    where, caller = explanation.place, explanation.call.caller
    company, _, sector = company_of(story.company, knowledge.companies, where)
    number = caller.number if isinstance(caller, E164) else ""
    day = where.local.date()
    answered = story.answered
    if answered is None and not explanation.rings:
        answered = False
    facts = CallFacts(
        at=where.local,
        zone=ZoneInfo(where.line.time_zone),
        country=where.line.region,
        line=where.line.name,
        presented=Presented.of(caller),
        number=number,
        ranges=knowledge.ranges.match(number, day),
        answered=answered,
        marketing=story.marketing,
        company=company,
        sector=story.sector or sector,
    )
    household = _told(story, company, file, laws, where.line.region)
    return laws.judge(facts, household, (), calendar_over({day, *household.counted_from()}, where.line.region))


def _told(story: Story, company: str, file: HouseholdFile, laws: LawBook, country: str) -> HouseholdFile:
    """The household's file with what the story adds."""
    of_a_company: dict[str, Any] = {
        "customer_until": story.customer_until,
        "objected_on": story.objected_on,
        "refused_on": story.refused_on,
        "never_customer": story.never_customer,
    }
    told = [f"--{key.replace('_', '-')}" for key, value in of_a_company.items() if value]
    if told and not company:
        raise UsageError(f"{told[0]} is about a company: add --company NAME")
    contracts = (Contract(company, until=story.customer_until),) if story.customer_until else ()
    objections: tuple[Objection, ...] = (Objection(company, story.objected_on),) if story.objected_on else ()
    if story.refused_on:
        objections += (Objection(company, story.refused_on, in_call=True),)
    registrations: tuple[Registration, ...] = ()
    if story.registered_on:
        names = {getattr(item.parameters, "register", "") for item in laws if item.country == country} - {""}
        if not names:
            raise UsageError(f"--registered-on: the law files know no register in {country}")
        registrations = tuple(Registration(name, story.registered_on) for name in sorted(names))
    return replace(
        file,
        contracts=file.contracts + contracts,
        objections=file.objections + objections,
        registrations=file.registrations + registrations,
        never_customer_of=file.never_customer_of | ({company} if story.never_customer else set()),
        never_consented_to=file.never_consented_to | ({EVERYBODY} if story.never_consented else set()),
    )
