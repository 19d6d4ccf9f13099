"""A case to be decided: the call, all that a decision rests on, and what a row of the table may find in it.

Values only; the rows are in `rows.py`, their order in `decide.py`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from blocker.core.call import IncomingCall
from blocker.core.community_judgement import Terms
from blocker.core.company import CompanyBook
from blocker.core.company_setting import Settings
from blocker.core.listing import ListIndex
from blocker.core.machine_facts import UNDECIDED, Sums
from blocker.core.policy import Policy
from blocker.core.ports import CommunityList
from blocker.core.ranges import Range, RangeBook
from blocker.core.verdict import Decision, Match
from blocker.core.wanted import Wanted


@dataclass(frozen=True, slots=True)
class Knowledge:
    """All that a decision rests on, as one immutable value that is swapped whole when something changes."""

    allow: ListIndex
    block: ListIndex
    companies: CompanyBook
    ranges: RangeBook
    community: CommunityList
    policy: Policy
    wanted: Wanted = field(default_factory=Wanted)
    """What the household wants without having listed it: contacts, numbers it dialled, calls it expects."""
    settings: Settings = field(default_factory=dict)
    """The household's settings for companies, by slug."""
    terms: Terms = field(default_factory=Terms)
    """On which terms the community lists count."""
    sums: Sums = UNDECIDED
    """The sums of all this; nothing is decided by them."""


class Moment(NamedTuple):
    """When the call came."""

    local: datetime
    """Aware, in the zone of the called line: laws and lists begin and end at its midnight."""
    previous: datetime | None = None
    """When the same number last called, if it did lately."""
    today: int = 1
    """How many times it has called on this local day, as far as is remembered; this call included."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a row found; `decision` is None where it only has something to note."""

    matches: tuple[Match, ...]
    decision: Decision | None = None
    flagged: bool = False


@dataclass(slots=True)
class Case:
    """A call as the rows look at it. Not frozen, which would cost a tenth of a decision; no row changes it."""

    call: IncomingCall
    knowledge: Knowledge
    moment: Moment
    number: str
    """E.164; empty where the caller has none."""
    ranges: tuple[Range, ...]
    """The ranges that the number lies in on that day, longest prefix first."""
