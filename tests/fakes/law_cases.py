"""Calls and provisions for tests of the law, with what a test doesn't look at filled in."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker.core.exemptions import Exemptions
from blocker.core.law import Binding, Provision
from blocker.core.law_case import CallFacts, Presented
from blocker.core.predicates import PREDICATES
from blocker.core.provenance import Quality, Source, Sure
from blocker.core.ranges import Range, RangeClass

BRUSSELS = ZoneInfo("Europe/Brussels")
NOON = datetime(2026, 11, 17, 12, 0, tzinfo=BRUSSELS)
"""A Tuesday."""


def call(at: datetime = NOON, **facts: Any) -> CallFacts:
    """An answered marketing call for Acme on a Belgian line."""
    known: dict[str, Any] = {
        "zone": at.tzinfo or UTC,
        "country": "BE",
        "line": "home",
        "presented": Presented.NUMBER,
        "number": "+3225551234",
        "answered": True,
        "marketing": True,
        "company": "acme",
        "sector": "telecom",
    }
    return CallFacts(at=at, **(known | facts))


def provision(predicate: str = "no_number_presented", /, **facts: Any) -> Provision:
    """A Belgian provision; what isn't one of its fields is a parameter of its predicate."""
    known: dict[str, Any] = {
        "id": "be-test",
        "country": "BE",
        "title": "Title",
        "summary": "Summary",
        "citation": "Law, art. 1",
        "unless": Exemptions(),
        "binding": Binding.LAW,
        "attempt_counts": None,
        "valid_from": date.min,
        "valid_to": date.max,
        "sure": Sure.VERIFIED,
        "check": False,
        "source": Source("law", "Law", date(2026, 11, 22), Quality.PRIMARY),
        "checked": date(2026, 11, 22),
        "review": None,
        "where": "rules/law/be-test.toml:1",
    }
    fields = {key: value for key, value in facts.items() if key in Provision.__dataclass_fields__}
    parameters = PREDICATES[predicate].parameters(**{key: facts[key] for key in facts.keys() - fields.keys()})
    return Provision(predicate=predicate, parameters=parameters, **(known | fields))


def in_range(range_class: RangeClass, region: str = "BE") -> tuple[Range, ...]:
    """One range of a class, around whatever number."""
    return (Range(range_class, "+32", region, "Plan", "rules/ranges/be-test.toml:1", Sure.VERIFIED),)
