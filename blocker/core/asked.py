"""Asking another about a number without telling which: the question, what its answer says, and the entry of both.

Theory of operation. Of the number's SHA-1 only the first digits are sent; the other answers with all that it knows
whose SHA-1 begins so, and only here is looked whether the number is among them. Four hexadecimal digits leave some
3,000 numbers of a country that it may be. The two other questions that the interface knows, about the block of ten and
that of a hundred, are of the same number: sent with the first they leave hardly one. They are asked only where the
household wants that.

An answer is somebody else's opinion and never a fact. Source: PhoneBlock's interface, `/check-prefix`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from blocker.core.community import Rated, Rating, day_of, rated_target, rating_of, votes_of
from blocker.core.contents import Content, of_a_whole_entry
from blocker.core.entry import EntryKind, format_time, parse_time
from blocker.core.listing import Target
from blocker.errors import SourceError, UsageError

LEAST_HEX, MOST_HEX = 4, 6
"""Hexadecimal digits of a sum that may be sent; the interface wants an even number of them."""

_BLOCKS = {"prefix10": 1, "prefix100": 2}
"""What is asked about a block, with how many digits of the number it leaves open."""


def question(number: str, hex_digits: int, *, blocks: bool) -> dict[str, str]:
    """What is asked about a number.

    Args:
        number: E.164.
        hex_digits: how many of its sum are sent, `LEAST_HEX` to `MOST_HEX`, even.
        blocks: whether the blocks of ten and a hundred numbers around it are asked about too.
    """
    asked = {"sha1": _sum(number)[:hex_digits]}
    if blocks:
        asked |= {name: _sum(number[:-digits])[:hex_digits] for name, digits in _BLOCKS.items()}
    return asked


def _sum(text: str) -> str:
    return hashlib.sha1(text.encode("ascii"), usedforsecurity=False).hexdigest().upper()


def opinions(answer: bytes, number: str, today: date) -> tuple[Rated, ...]:
    """What an answer says of a number; what it says of others that are like it isn't looked at.

    A word of the account's own white list stands for all others. A block says nothing of what sort of calls come from
    it, and so nothing that blocks.

    Args:
        answer: as it came.
        number: E.164.
        today: the day (UTC) on which it came.

    Raises:
        SourceError: it is no such answer.
    """
    try:
        said = json.loads(answer)
        about = [item for item in said["numbers"] if _is(item["phone"], number)]
        if any(item.get("whiteListed") is True for item in about):
            return (Rated(Target(number), Rating.A_LEGITIMATE),)
        whole = [_rated(item, number, today) for item in about]
        blocks = [
            Rated(Target(number[:-digits], is_prefix=True), Rating.B_MISSED, votes_of(str(block["votes"])))
            for name, digits in (("range10", 1), ("range100", 2))
            for block in said.get(name) or ()
            if block["prefix"] == number[:-digits]
        ]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UsageError) as error:
        raise SourceError("the answer isn't what was asked for") from error
    return tuple(one for one in (*whole, *blocks) if one.votes)


def _is(phone: str, number: str) -> bool:
    """Whether it is this very number; it may be written as at home in Germany, where the interface comes from."""
    if phone == number:
        return True
    try:
        return rated_target(phone, "DE").number == number
    except UsageError:
        return False


def _rated(item: Mapping[str, Any], number: str, today: date) -> Rated:
    return Rated(
        Target(number),
        rating_of(str(item["rating"])),
        votes_of(str(item["votes"])),
        _day(item.get("lastUpdate"), today),
        _day(item.get("dateAdded"), today),
    )


def _day(milliseconds: object, today: date) -> date | None:
    return day_of(str(milliseconds), today) if milliseconds else None


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What another said when it was asked about the caller of a call."""

    call: str
    source: str
    """The list's slug."""
    at: str
    """When the answer came, as the ledger writes times."""
    answer: tuple[Rated, ...]
    """Nothing where it knew nothing."""

    def is_about(self, number: str) -> bool:
        """Whether the word that is shown and counts, the first, is about a number (E.164).

        Of another number of its block that word says nothing.
        """
        if not self.answer:
            return False
        target = self.answer[0].target
        return number.startswith(target.number) if target.is_prefix else number == target.number


class Asked(NamedTuple):
    """A call, and what another said of its caller when asked."""

    call: str
    local: str
    """When it came: local time at the called line with its offset."""
    line: str
    number: str
    """As presented, E.164."""
    said: LookedUp

    @property
    def answered_on(self) -> date:
        """The day of the answer, by the offset at which the call's own time is told."""
        return parse_time(self.said.at).astimezone(datetime.fromisoformat(self.local).tzinfo).date()


def looked_up(
    at: datetime, call: str, source: str, *, asked: Mapping[str, str], answer: Sequence[Rated], after_ms: int
) -> dict[str, Any]:
    """The entry.

    Args:
        at: when the answer came; aware, UTC.
        call: the id of the call.
        source: the slug of the list that was asked.
        asked: what was sent, see `question`.
        answer: what it said of the number.
        after_ms: how long it took.
    """
    return {
        "v": 1,
        "kind": str(EntryKind.LOOKED_UP),
        "at": format_time(at),
        "call": call,
        "source": source,
        "asked": dict(asked),
        "answer": [
            {
                "target": one.target.text,
                "rating": str(one.rating),
                "votes": one.votes,
                "last_activity": one.last_activity.isoformat() if one.last_activity else None,
            }
            for one in answer
        ],
        "after_ms": after_ms,
    }


@of_a_whole_entry
def looked_up_of(_: int, content: Content) -> LookedUp:
    """What a `looked-up` entry says.

    Raises:
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    answer = tuple(
        Rated(_target(one["target"]), Rating(one["rating"]), one["votes"], _iso(one["last_activity"]))
        for one in content["answer"]
    )
    return LookedUp(content["call"], content["source"], content["at"], answer)


def opinion(said: LookedUp) -> str:
    """What was answered, in a few words; who said so and when is always part of it."""
    if not said.answer:
        return f"{said.source}, asked on {said.at[:10]}, knew nothing"
    first = said.answer[0]
    kind = first.rating.partition("_")[2].lower()
    votes = f", votes: {first.votes}" if first.rating is not Rating.A_LEGITIMATE else ""
    whom = f" of {first.target.text}" if first.target.is_prefix else ""
    return f"{said.source}, asked on {said.at[:10]}, said{whom}: {kind}{votes}"


def _target(text: str) -> Target:
    return Target(text.removesuffix("*"), is_prefix=text.endswith("*"))


def _iso(day: str | None) -> date | None:
    return date.fromisoformat(day) if day else None
