"""The queue of what is to be given to a community list: what gets in, when it is due, what takes it out again.

Theory of operation. The queue follows the ledger: each time it is looked at, what should be given is worked out anew
from the marks and refused calls that hold, and the queue is brought in line. So a mark that was taken back takes its
upload out however that was done. An upload waits for a random time; once it was given, what is kept of it only keeps it
from being given again. Values in, values out: `filing/sharing_desk.py` draws the waits, `filing/uploading.py` sends.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from blocker.core.community import Rating
from blocker.core.entry import EntryKind, format_time
from blocker.core.sharing import Upload, What

SHORTEST_WAIT, LONGEST_WAIT = timedelta(hours=6), timedelta(hours=30)
"""The wait lies between them, evenly: over whole 24 hours, so that the hour of an upload says nothing of a call's."""

FORGOTTEN_AFTER = timedelta(days=14)
"""An older mark is given no more, and what waited for so long is given up: the number may be somebody else's by now."""

SEEN_AGAIN = timedelta(days=3)
"""For how long back refused calls are looked for: a job that didn't run for a weekend misses none."""

MOST_AT_ONCE = 3
"""Uploads in one go, so that a backlog is spread over hours."""

REPORTS_A_DAY = 20
"""Reports of refused calls in one UTC day. Source: PhoneBlock's interface, `/report-call`."""

KEPT_CLOSED = timedelta(days=30)
"""For how long is kept what never was given; longer than FORGOTTEN_AFTER, so that it doesn't come back."""

_PAUSES = tuple(timedelta(hours=hours) for hours in (1, 2, 4, 8, 16, 24))


@dataclass(frozen=True, slots=True)
class Sharing:
    """That something is given, and to whom. All instants are aware, UTC."""

    source: str
    """The list's slug."""
    address: str
    """Where its interface was when a person said yes; at another one nothing is given."""
    since: datetime
    by: str
    stopped: str = ""
    """Why nothing is sent until a person has mended it; empty where all is well."""
    not_before: datetime | None = None
    """The other end wants to be left alone until then."""


class State(StrEnum):
    """Where an upload stands."""

    WAITING = "waiting"
    SENDING = "sending"
    """The other end may have it from this moment on. Found later: the program ended meanwhile."""
    GIVEN = "given"
    DROPPED = "dropped"
    """A person took it out."""
    GIVEN_UP = "given-up"
    """It was refused for good, or couldn't be given for too long."""


Key = tuple[What, str]
"""What is given, and of which number: each stands in the queue once."""


@dataclass(frozen=True, slots=True)
class Item:
    """An upload in the queue. All instants are aware, UTC."""

    upload: Upload
    entry: int
    """The number of the ledger's entry that it rests on."""
    state: State
    queued_at: datetime
    due_at: datetime
    tries: int = 0
    why: str = ""
    """What stands against it, as a sentence; empty where nothing does."""
    given_at: datetime | None = None
    given: Rating | None = None
    """When the like of it was given last, about this number; and as what, where that wasn't a refused call."""

    @property
    def key(self) -> Key:
        return self.upload.what, self.upload.number

    def as_given(self) -> "Item":
        """What was given last in place of what would have followed, and won't."""
        upload = replace(self.upload, rating=self.given or self.upload.rating)
        return replace(self, upload=upload, state=State.GIVEN, why="")


class Wish(NamedTuple):
    """Something that should be given by what an entry says, which was written at an instant (aware)."""

    upload: Upload
    entry: int
    at: datetime
    taken_over: bool = False
    """Whether it was taken over from another ledger, in which it had another number."""


class Changes(NamedTuple):
    """What has to change in the queue."""

    put: list[Item]
    remove: list[Key]


def changes(
    queue: Iterable[Item],
    wishes: Iterable[Wish],
    now: datetime,
    *,
    barred: Callable[[str], str],
    wait: Callable[[], timedelta],
    keep_given: timedelta | None,
) -> Changes:
    """What brings the queue in line with what should be given.

    Args:
        queue: as it stands.
        wishes: all ratings that marks which hold give, however old; refused calls of the last while.
        now: aware, UTC.
        barred: why a number is not given now, empty where it may be.
        wait: draws how long an upload waits.
        keep_given: how long is remembered what was given; None for ever.
    """
    oldest = now - (FORGOTTEN_AFTER if keep_given is None else min(FORGOTTEN_AFTER, keep_given))
    wished = {(wish.upload.what, wish.upload.number): wish for wish in wishes}
    held = {item.key: item for item in queue}
    kept = dict[Key, Item]()
    for key, item in held.items():
        after = _after(item, wished.get(key), now, barred)
        if after is not None and not _is_over(after, now, keep_given):
            kept[key] = after
    for key, wish in wished.items():
        before = kept.get(key)
        if _is_new(before, wish) and wish.at >= oldest and not barred(wish.upload.number):
            given = (before.given_at, before.given) if before else ()
            kept[key] = Item(wish.upload, wish.entry, State.WAITING, now, now + wait(), 0, "", *given)
    return Changes(
        [item for key, item in kept.items() if item != held.get(key)], [key for key in held if key not in kept]
    )


def _after(item: Item, wish: Wish | None, now: datetime, barred: Callable[[str], str]) -> Item | None:
    """What becomes of an item; None: it goes."""
    if item.state is State.SENDING:
        if item.upload.what is What.REFUSED_CALL:  # a second report would count as a second call
            why = "the program ended while it was sent, so nobody knows whether it arrived"
            return replace(item, state=State.GIVEN, given_at=item.due_at, why=why)
        item = replace(item, state=State.WAITING)  # a second rating replaces the first
    if item.state is not State.WAITING:
        return item
    if now - item.queued_at > FORGOTTEN_AFTER:
        why = f"it couldn't be given for {FORGOTTEN_AFTER.days} days" + (f": {item.why}" if item.why else "")
        return replace(item, state=State.GIVEN_UP, why=why)
    if item.upload.takes_back:
        return item
    if barred(item.upload.number) or (wish is None and item.upload.what is What.RATING):
        return item.as_given() if item.given_at else None
    if wish is not None and item.upload.what is What.RATING:
        return replace(item, upload=wish.upload, entry=wish.entry)
    return item


def _is_new(item: Item | None, wish: Wish) -> bool:
    """Whether something is to be given that wasn't dealt with; of what was taken over its number doesn't tell that."""
    if item is None:
        return True
    if item.state is State.WAITING and not item.upload.takes_back:
        return False
    same = item.upload == wish.upload and item.state is State.GIVEN and item.upload.what is What.RATING
    return wish.entry > item.entry and not wish.taken_over and not same


def _is_over(item: Item, now: datetime, keep_given: timedelta | None) -> bool:
    if item.given_at is not None:
        return item.state is not State.WAITING and keep_given is not None and now - item.given_at > keep_given
    return item.state in {State.DROPPED, State.GIVEN_UP} and now - item.queued_at > KEPT_CLOSED


def due(queue: Iterable[Item], now: datetime) -> list[Item]:
    """What is to be sent in one go, the longest due first."""
    queue = list(queue)
    today = now.astimezone(UTC).date()
    calls = {item.key: item for item in queue if item.upload.what is What.REFUSED_CALL}
    reported = {key for key, item in calls.items() if item.given_at and item.given_at.astimezone(UTC).date() == today}
    left = max(0, REPORTS_A_DAY - len(reported))
    chosen: list[Item] = []
    for item in sorted(queue, key=lambda one: one.due_at):
        if item.state is not State.WAITING or item.due_at > now or len(chosen) == MOST_AT_ONCE:
            continue
        if item.key in calls:
            if item.key in reported or not left:
                continue
            left -= 1
        chosen.append(item)
    return chosen


def later(item: Item, now: datetime, why: str, *, at_least: timedelta = timedelta()) -> Item:
    """An item that couldn't be given, to be tried again after a longer wait each time."""
    pause = max(_PAUSES[min(item.tries, len(_PAUSES)) - 1], at_least)
    return replace(item, state=State.WAITING, due_at=now + pause, why=why)


def taken_back(item: Item, upload: Upload, now: datetime, wait: timedelta) -> Item:
    """What stands in the place of a rating that was given and turned out wrong."""
    return Item(upload, item.entry, State.WAITING, now, now + wait, given_at=item.given_at, given=item.given)


def sharing_set(at: datetime, *, source: str, address: str, on: bool, shown: Iterable[str], by: str) -> dict[str, Any]:
    """The entry that says that a person switched giving back on or off.

    Args:
        at: when; aware.
        source: the slug of the list.
        address: where its interface is.
        on: whether something is given from now on.
        shown: what the person was shown before, text by text.
        by: who.
    """
    common = {"v": 1, "kind": str(EntryKind.SHARING_SET), "at": format_time(at), "source": source, "address": address}
    return common | {"state": "on" if on else "off", "shown": list(shown), "by": by}


def shared(
    at: datetime, source: str, number: str, *, sent: Mapping[str, str], status: int | None, answer: str | None
) -> dict[str, Any]:
    """The entry of an upload.

    Args:
        at: when it was sent; aware.
        source: the slug of the list.
        number: what it was about.
        sent: `address` and `body`, as they were sent.
        status: of the answer; None where none came.
        answer: SHA-256 (hex) of the answer's body; None likewise.
    """
    common = {"v": 1, "kind": str(EntryKind.SHARED), "at": format_time(at), "source": source, "number": number}
    return common | {"address": sent["address"], "body": sent["body"], "status": status, "answer": answer}
