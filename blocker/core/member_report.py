"""What a household tells the publisher of a list: numbers that it marked as unwanted, and nothing else.

    blocker-report/1
    list belgian-club
    reporter 4f1c…@block-reports
    made 2026-W47
    number +3225550101 E_ADVERTISING 2026-W46

Decides what of a call may be told: the number that was presented, a rating, and the week; never which line was called,
at what time, by which name, nor what was said. Which numbers are told to nobody, and which rating a statement gives, is
decided where they are given to others too (`sharing.py`). The reporter is the sum of a key that is used for this list
alone, so that no key leads from one list to another, or to a pack of evidence. `docs/spec/snapshot.md`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

from blocker.core.community import Rating, rated_target
from blocker.core.company_calls import CompanyCall
from blocker.core.listing import Target
from blocker.core.sharing import may_be_given, rating_of_said
from blocker.core.signed_text import Lines
from blocker.core.week import Week
from blocker.errors import SourceError, UsageError

FORM = "blocker-report/1"
NAMESPACE = "block-report@blocker"
MOST_BYTES = 512 * 1024
MOST_NUMBERS = 5_000
WEEKS = 13
"""How far back a report goes. What is older has no place on a list whose items are to run out."""

_REPORTER = re.compile(r"[0-9a-f]{32}@block-reports", re.ASCII)
_ANY_REGION = "BE"
"""Numbers in reports are international, so that it says nothing."""


@dataclass(frozen=True, slots=True)
class Reported:
    """What one household tells of one number."""

    target: Target
    rating: Rating
    week: Week
    """The last in which it called."""


@dataclass(frozen=True, slots=True)
class MemberReport:
    """All that one household tells for a list; a later report takes the place of an earlier one."""

    list: str
    reporter: str
    made: Week
    """When it was made."""
    numbers: tuple[Reported, ...]
    """Sorted, each number once."""

    def text(self) -> str:
        """As it is signed, and as it is shown to the household."""
        lines = "".join(f"number {item.target.number} {item.rating} {item.week}\n" for item in self.numbers)
        return f"{FORM}\nlist {self.list}\nreporter {self.reporter}\nmade {self.made}\n{lines}"


def reporter_of(public_key: str) -> str:
    """The pseudonym that goes with a key: one line in OpenSSH's form, without comment."""
    return f"{hashlib.sha256(public_key.encode()).hexdigest()[:32]}@block-reports"


def reporter_in(text: str) -> str:
    """Who a report says to be from, of which nothing is to be believed yet; raises as `parse`."""
    lines = Lines(text, "the report")
    lines.first(FORM)
    lines.name("list")
    return _reporter(lines)


def reporter_line(line: str) -> tuple[str, str]:
    """The pseudonym in a line of those who may report, and the line itself.

    Raises:
        UsageError: it isn't as `blocker publish --reports` gives it; another name could give one household two voices.
    """
    words = line.split()
    if len(words) != 4 or words[1] != f'namespaces="{NAMESPACE}"':  # noqa: PLR2004
        raise UsageError("it isn't a line as `blocker publish --reports` says it")
    if words[0] != reporter_of(f"{words[2]} {words[3]}"):
        raise UsageError("its name doesn't belong to its key")
    return words[0], f"{line}\n"


def parse(text: str) -> MemberReport:
    """Read what was signed.

    Raises:
        SourceError: it isn't written as `MemberReport.text` would write it; names the line.
    """
    lines = Lines(text, "the report")
    lines.first(FORM)
    name, reporter = lines.name("list"), _reporter(lines)
    made = _made(lines)
    numbers = tuple(_reported(lines, value) for value in lines.rest("number"))
    lines.end()
    found = MemberReport(name, reporter, made, numbers)
    if len(numbers) > MOST_NUMBERS:
        raise SourceError(f"the report has more than {MOST_NUMBERS} numbers")
    if found.text() != text or list(numbers) != _sorted({item.target: item for item in numbers}.values()):
        raise SourceError("the report isn't written as its form wants it: sorted, each number once")
    return found


def to_tell(calls: Iterable[CompanyCall], this_week: Week, barred: Callable[[str], str]) -> tuple[Reported, ...]:
    """What the household would tell of its calls: of those that it marked as marketing, number, rating and week.

    A number of which it marked any call as wanted isn't told, whatever it said of others. What a person told of a call
    that no device recorded isn't either.

    Args:
        calls: those that a person said something about, in the order of time.
        this_week: by the household's calendar.
        barred: why a number (E.164) is told to nobody; empty where it may be.
    """
    first = this_week.monday - timedelta(weeks=WEEKS - 1)
    told: dict[str, Reported] = {}
    wanted: set[str] = set()
    for call in calls:
        number, said = call.seen.number, call.said
        week = Week(*call.at.isocalendar()[:2])
        if said.mark == "wanted":
            wanted.add(number)
        elif (
            may_be_given(said)
            and call.seen.presented == "e164"
            and not call.seen.remembered
            and first <= week.monday <= this_week.monday
            and not barred(number)
        ):
            told[number] = Reported(Target(number), rating_of_said(said), week)
    newest = sorted((item for number, item in told.items() if number not in wanted), key=lambda item: item.week)
    return tuple(_sorted(newest[-MOST_NUMBERS:]))


def _sorted(items: Iterable[Reported]) -> list[Reported]:
    return sorted(items, key=lambda item: int(item.target.number))


def _reporter(lines: Lines) -> str:
    value = lines.value("reporter")
    if not _REPORTER.fullmatch(value):
        raise lines.fault("this is no reporter")
    return value


def _made(lines: Lines) -> Week:
    try:
        return Week.parse(lines.value("made"))
    except UsageError as error:
        raise lines.fault(str(error)) from error


def _reported(lines: Lines, value: str) -> Reported:
    try:
        number, rating, week = value.split(" ")
        target = rated_target(number, _ANY_REGION)
        found = Reported(target, Rating(rating), Week.parse(week))
    except (ValueError, UsageError) as error:
        raise lines.fault(f"this is no number with rating and week ({error})") from error
    if target != Target(number):
        raise lines.fault("the number isn't written as a whole international one")
    return found
