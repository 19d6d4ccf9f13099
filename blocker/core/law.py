"""The law as dated data: which provisions a call points to, judged by the law of its day at the place of its line.

The order of the questions, for each provision in force on that day:

1. A person said that the call was marketing. If nobody did, only facts of the call itself are looked at, and the answer
   is “would point to, if it was marketing”. If a person said it wasn't, nothing is.
2. The predicate holds of the facts (`predicates.py`).
3. The call was answered, or an attempt counts under this provision.
4. Nothing excuses the caller (`exemptions.py`).

A fact that nobody knows leads to “can't tell”, never to a flag. A flag says which provision, in which version, on which
facts; it “points to” a rule and accuses nobody: that a rule was broken is for an authority to say. Holds no provision
itself: they come from `rules/law/`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date
from enum import StrEnum

from blocker.core.exemptions import Exemptions, exempt
from blocker.core.household_file import HouseholdFile
from blocker.core.languages import Texts
from blocker.core.law_case import CallFacts, Fact, LawCase
from blocker.core.law_time import Calendar
from blocker.core.predicates import PREDICATES
from blocker.core.provenance import Source, Sure


class Binding(StrEnum):
    """Whom a provision binds."""

    LAW = "law"
    ADHERENTS = "adherents"
    """Those who signed a code of conduct."""
    GUIDANCE = "guidance"
    """Nobody: an authority says what it goes by."""


class Finding(StrEnum):
    """What came out about one provision."""

    POINTS_TO = "points-to"
    WOULD_POINT_TO = "would-point-to"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Provision:
    """One provision in one version. Versions share an `id` and follow each other in time."""

    id: str
    country: str
    """ISO 3166-1 alpha-2."""
    title: str
    summary: str
    """What it says, in our own words."""
    citation: str
    predicate: str
    """A name in `PREDICATES`."""
    parameters: object
    """Of the predicate's parameter type."""
    unless: Exemptions
    binding: Binding
    attempt_counts: bool | None
    """Whether a call that nobody answered counts; None where no source says."""
    valid_from: date
    """First day, in the line's zone; `date.min` where it isn't known, and lies before any call on record."""
    valid_to: date
    sure: Sure
    check: bool
    """To be looked up before anybody relies on it; whatever shows it says so."""
    source: Source
    checked: date
    review: date | None
    where: str
    """Rule file and line."""
    subdivision: str = ""
    """ISO 3166-2, where it is the law of a region only."""
    false_positives: tuple[str, ...] = ()
    titles: Texts = field(default_factory=dict, hash=False)
    """The title by language, where it isn't the same in each."""
    citations: Texts = field(default_factory=dict, hash=False)
    """The citation, likewise."""

    def title_in(self, language: str) -> str:
        """The title in a language, or else in English."""
        return self.titles.get(language, self.title)

    def citation_in(self, language: str) -> str:
        """The citation as readers of a language are used to it, or else in English."""
        return self.citations.get(language, self.citation)

    @property
    def version(self) -> str:
        """Its days, such as `2023-03-01 to 2026-08-10`."""
        since = "" if self.valid_from == date.min else str(self.valid_from)
        if self.valid_to == date.max:
            return f"since {since}" if since else "no first day known"
        return f"{since} to {self.valid_to}" if since else f"until {self.valid_to}"

    def in_force(self, call: CallFacts) -> bool:
        """Whether it was the law where and when a call came."""
        return (
            self.country == call.country
            and self.subdivision in {"", call.subdivision}
            and self.valid_from <= call.day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class LawFlag:
    """What one call and one provision have to do with each other."""

    provision: Provision
    finding: Finding
    facts: tuple[Fact, ...]
    unknown: tuple[str, ...] = ()
    """What isn't known, to be read before “isn't known”."""

    @property
    def sentence(self) -> str:
        """The finding in one sentence, with everything that weakens it."""
        note = _WEAKER[self.provision.binding]
        check = " (to be looked up before relying on it)" if self.provision.check else ""
        return f"{self._finding}{note}{check}"

    @property
    def _finding(self) -> str:
        citation = self.provision.citation
        match self.finding:
            case Finding.POINTS_TO:
                return f"points to {citation}"
            case Finding.WOULD_POINT_TO:
                return f"would point to {citation}, if it was marketing"
            case Finding.CANNOT_TELL:
                verb = "isn't" if len(self.unknown) == 1 else "aren't"
                return f"can't tell whether it points to {citation}: {' and '.join(self.unknown)} {verb} known"


_WEAKER = {
    Binding.LAW: "",
    Binding.ADHERENTS: " (binds only those who signed it)",
    Binding.GUIDANCE: " (guidance, not law)",
}


class LawBook:
    """All provisions, asked about calls. Immutable once made."""

    def __init__(self, provisions: Iterable[Provision] = (), registers: Mapping[str, Texts] | None = None) -> None:
        """`registers` are the names of do-not-call registers by their keys; one without name goes by its key."""
        self.registers = dict(registers or {})
        by_country: dict[str, list[Provision]] = {}
        for item in provisions:
            by_country.setdefault(item.country, []).append(item)
        self._by_country = {
            country: tuple(sorted(items, key=lambda item: (item.id, item.valid_from)))
            for country, items in by_country.items()
        }

    def __iter__(self) -> Iterator[Provision]:
        return (item for items in self._by_country.values() for item in items)

    def __len__(self) -> int:
        return sum(map(len, self._by_country.values()))

    def judge(
        self,
        call: CallFacts,
        household: HouseholdFile,
        earlier: Sequence[CallFacts] = (),
        calendar: Calendar = Calendar(),  # noqa: B008 - immutable
    ) -> tuple[LawFlag, ...]:
        """What a call points to, may point to, or would; by id of the provision. What it doesn't isn't in there.

        Args:
            call: the call.
            household: the household's file as it is known today; what came after the call in it isn't held against it.
            earlier: other calls of the household, in any order; calls for the same company before this one are taken.
            calendar: the public holidays around the call, where the line is.
        """
        if call.marketing is False:
            return ()
        provisions = [item for item in self._by_country.get(call.country, ()) if item.in_force(call)]
        if not provisions:
            return ()
        same = _same_company(call, earlier)
        flags = (_judge(item, call, household, same, calendar) for item in provisions)
        return tuple(flag for flag in flags if flag)


def _same_company(call: CallFacts, earlier: Sequence[CallFacts]) -> list[CallFacts]:
    """Earlier marketing calls for the same company, oldest first."""
    if not call.company:
        return []
    now = call.at.astimezone(UTC)
    same = [
        item for item in earlier if item.marketing and item.company == call.company and item.at.astimezone(UTC) < now
    ]
    return sorted(same, key=lambda item: item.at.astimezone(UTC))


def _judge(
    provision: Provision, call: CallFacts, household: HouseholdFile, same: list[CallFacts], calendar: Calendar
) -> LawFlag | None:
    predicate = PREDICATES[provision.predicate]
    if not (call.marketing or predicate.of_the_call):
        return None
    counted = tuple(item for item in same if item.answered or (item.answered is False and provision.attempt_counts))
    case = LawCase(call, household, counted, calendar)
    answer = predicate.asks(case, provision.parameters)
    if answer.holds is False:
        return None
    counts, attempt = _counts(provision, call)
    excuse = exempt(case, provision.unless)
    if counts is False or excuse.holds:
        return None
    missing = tuple(dict.fromkeys((*answer.unknown, *attempt, *excuse.unknown)))
    note = (Fact("answered", "no; an attempt counts here"),) if call.answered is False and counts else ()
    facts = (*answer.facts, *note, *excuse.facts)
    if not call.marketing:
        return LawFlag(provision, Finding.WOULD_POINT_TO, facts, missing) if answer.holds else None
    return LawFlag(provision, Finding.CANNOT_TELL if missing else Finding.POINTS_TO, facts, missing)


def _counts(provision: Provision, call: CallFacts) -> tuple[bool | None, tuple[str, ...]]:
    """Whether a call counts under a provision though it may not have been answered, and what isn't known about that."""
    if call.answered or provision.attempt_counts:
        return True, ()
    if call.answered is None:
        return None, ("whether the call was answered",)
    if provision.attempt_counts is None:
        return None, ("whether an attempt that nobody answered counts",)
    return False, ()
