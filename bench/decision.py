"""What a decision costs in the process: normalise, match, decide, against the library's parse + valid + format.

`python -m bench.decision`. *First sight* is a number that this process hasn't seen; *repeat* is one that it has.
Hostile are the caller IDs that somebody who wants to hurt would send: numbers made up all over the world, so that no
pattern stays in `re`'s cache, and long ones, since parsing is quadratic in their length. Rounds are interleaved with
the floor. What counts is the thread's own time on the core: a neighbour who takes the core away isn't measured.
"""

import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import phonenumbers

from bench.measuring import SERVER_CORE, Findings, finish, median, options, percentile, pinned
from blocker.core.call import IncomingCall, Line, Sighting
from blocker.core.case import Knowledge, Moment
from blocker.core.decide import decide, walk
from blocker.core.listing import ListIndex, Listing, ListName
from blocker.core.number import NumberPlan, example_number, normalise, supported_regions, warm
from blocker.core.policy import Policy
from blocker.rulebook import load_rules, shipped_rules
from blocker.store.book import Book

REGION = "BE"
LISTED = 200
"""Numbers on the household's block list; it has a handful, the stranger's call looks at all of it."""


def household_knowledge(directory: Path) -> Knowledge:
    """The shipped rules, a well-filled block list, no community list."""
    rules = load_rules(shipped_rules())
    since = datetime(2026, 1, 1, tzinfo=UTC)
    block = ListIndex(
        Listing(ListName.BLOCK, f"+32475559{n:03d}", is_prefix=False, comment="", added_at=since, added_by="bench")
        for n in range(LISTED)
    )
    return Knowledge(ListIndex(), block, rules.companies, rules.ranges, Book(directory), Policy())


def decision(knowledge: Knowledge) -> tuple[Callable[[str], object], Callable[[str], object]]:
    """What the call path does with one number, apart from recording it; and the same, explained row by row."""
    plan, line = NumberPlan(REGION), Line("line", REGION, "Europe/Brussels")
    now = datetime(2026, 11, 17, 9, 12, 33, tzinfo=UTC)

    def call_from(number: str) -> IncomingCall:
        return IncomingCall("0123456789abcdef", now, normalise(number, 0, plan), line, Sighting("bench", number))

    def look(number: str) -> object:
        return decide(call_from(number), knowledge, Moment(now))

    def explain(number: str) -> object:
        call = call_from(number)
        return decide(call, knowledge, Moment(now)), walk(call, knowledge, Moment(now))

    return look, explain


def library(number: str) -> object:
    """The floor: what the library alone takes to read a number."""
    parsed = phonenumbers.parse(number, REGION)
    return phonenumbers.is_valid_number(parsed), phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def parse_alone(number: str) -> object:
    """The least that anybody has to do."""
    return phonenumbers.parse(number, REGION)


def microseconds(action: Callable[[str], object], numbers: Sequence[str]) -> list[float]:
    """How long each takes."""
    found = []
    for number in numbers:
        begun = time.thread_time_ns()
        action(number)
        found.append((time.thread_time_ns() - begun) / 1000)
    return found


def belgian(count: int) -> Iterator[list[str]]:
    """Belgian landlines and mobiles in the forms that trunks send, none twice."""
    tails = iter(range(10_000))
    while True:
        forms = ("+322555{:04d}", "02555{:04d}", "00322555{:04d}", "+3247555{:04d}", "047555{:04d}")
        yield [forms[n % len(forms)].format(next(tails)) for n in range(count)]


def from_everywhere(count: int, chance: random.Random) -> list[str]:
    """Made-up numbers, each of another country than the one before."""
    examples = [example for region in sorted(supported_regions()) if (example := example_number(region))]
    chosen = [chance.choice(examples) for _ in range(count)]
    return [number[:-4] + f"{chance.randrange(10_000):04d}" for number in chosen]


def long_ones(count: int, chance: random.Random) -> list[str]:
    """Texts of 20 to 300 characters, of what a caller ID can hold."""
    alphabets = ("0123456789", "0123456789 -().", "1;x,#*+/ ", '\xff\x00\r\n"${}', "+32;ext=")
    return ["".join(chance.choices(chance.choice(alphabets), k=chance.randrange(20, 300))) for _ in range(count)]


def measure(directory: Path, *, quick: bool) -> Findings:
    """All runs."""
    findings, chance = Findings("decision"), random.Random(20261117)  # noqa: S311 (the same numbers each time)
    pinned(SERVER_CORE)
    warm(supported_regions())  # as the service does while nobody calls
    rounds, each = (3, 200) if quick else (9, 500)
    with tempfile.TemporaryDirectory(dir=directory.resolve()) as folder:
        look, explain = decision(household_knowledge(Path(folder)))
        strangers = belgian(each)
        for action in (parse_alone, library, look, explain):
            microseconds(action, next(strangers))
        floor: list[list[float]] = []
        first: list[list[float]] = []
        repeat: list[list[float]] = []
        world: list[float] = []
        endless: list[float] = []
        parsed: list[float] = []
        explained: list[float] = []
        for _ in range(rounds):
            numbers = next(strangers)
            floor.append(microseconds(library, numbers))
            first.append(microseconds(look, numbers))
            repeat.append(microseconds(look, numbers))
            world += microseconds(look, from_everywhere(each, chance))
            endless += microseconds(look, long_ones(each, chance))
            numbers = next(strangers)
            parsed += microseconds(parse_alone, numbers)
            explained += microseconds(explain, numbers)

    def row(name: str, values: list[float]) -> list[str | float]:
        return [name, *(percentile(values, at) for at in (0.5, 0.9, 0.99, 0.999))]

    findings.table(
        "one decision, µs",
        ["", "p50", "p90", "p99", "p99.9"],
        [
            row("phonenumbers parse alone", parsed),
            row("phonenumbers parse + valid + format", [time for run in floor for time in run]),
            row("decision, first sight", [time for run in first for time in run]),
            row("decision explained, first sight", explained),
            row("decision, repeat", [time for run in repeat for time in run]),
            row("hostile: from everywhere", world),
            row("hostile: long", endless),
        ],
    )
    findings.table(
        "an explained decision, to parse alone",
        ["", "p50", "p99"],
        [["ratio", *(percentile(explained, at) / percentile(parsed, at) for at in (0.5, 0.99))]],
    )
    normal = median([median(run) for run in first])
    ratio = median([median(ours) / median(theirs) for ours, theirs in zip(first, floor, strict=True)])
    findings.target("first sight p50 to parse + valid + format", ratio, 1.5, "times")
    findings.target("repeat p50", median([median(run) for run in repeat]), 10, "µs")
    findings.target("hostile p99, from everywhere, to the normal p50", percentile(world, 0.99) / normal, 5, "times")
    findings.target("hostile p99, long, to the normal p50", percentile(endless, 0.99) / normal, 5, "times")
    return findings


if __name__ == "__main__":
    asked = options("decisions in the process against the library alone")
    finish([measure(asked.dir, quick=asked.quick)], asked.json)
