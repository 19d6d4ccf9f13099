"""Entries taken over from a ledger that didn't hold: what they say of their origin, and how they lead back to it.

Decides which kinds are taken over and what is added to one, so that nobody takes it for an entry made here, and so that
its first bytes can be had again: with its first salt, and without what was added, it is the content whose sum is in the
link that it names. Whether it held there, `evidence/kept.py` looks; what is taken over when, `filing/taking_over.py`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from blocker.core.contents import of_a_whole_entry
from blocker.core.entry import EntryKind, canonical, format_time

Content = Mapping[str, Any]
Numbered = tuple[int, Content]

FIELD = "taken_over"
"""What an entry has that was taken over, and no other."""

MARK = f'"{FIELD}":{{'
"""What is in the canonical line of such a content, and in no other's: within a text, quotation marks are escaped."""

STAYING = frozenset(
    {
        EntryKind.ERASURE,
        EntryKind.SEAL,
        EntryKind.TIME_STAMP,
        EntryKind.PACK_MADE,
        EntryKind.LEDGER_BEGUN,
        EntryKind.LEDGER_TAKEN_OVER,
        EntryKind.LIST_SYNCED,
        EntryKind.LIST_STALE,
    }
)
"""Kinds that aren't taken over: they are about the numbers and heads of their own ledger, or how a list stood then."""


class Place(NamedTuple):
    """An entry of a ledger that was kept."""

    ledger: str
    """Its folder, by its name in the data directory."""
    n: int


def is_taken_over(content: Content) -> bool:
    """Whether an entry was taken over."""
    return FIELD in content


def carried(content: Content, ledger: str, link: str, *, verifies: bool, entry: int | None = None) -> dict[str, Any]:
    """A content as it is taken over; what writes it gives it a salt.

    Args:
        content: as it was recorded.
        ledger: the kept ledger's folder, by its name in the data directory.
        link: its link's line there, without LF.
        verifies: whether all links of that ledger hold up to it. Its content is the one that its link names.
        entry: the number that the entry it corrects has here, for a correction.
    """
    taken: dict[str, Any] = {"ledger": ledger, "link": link, "salt": content["salt"], "verifies": verifies}
    if entry is not None:
        taken["entry"] = content["entry"]
    if FIELD in content:
        taken["earlier"] = content[FIELD]
    corrects = {} if entry is None else {"entry": entry}
    return {key: value for key, value in content.items() if key != "salt"} | corrects | {FIELD: taken}


def recorded(content: Content) -> bytes:
    """The bytes of the content that one was taken over from, whose sum is in the link that it names."""
    taken = content[FIELD]
    first = {key: value for key, value in content.items() if key != FIELD} | {"salt": taken["salt"]}
    first |= {key: value for key, value in ((FIELD, taken.get("earlier")), ("entry", taken.get("entry"))) if value}
    return canonical(first)


def earlier_places(content: Content) -> list[Place]:
    """For an entry that was taken over more than once, where it was before the last time."""
    places, taken = [], content.get(FIELD)
    while taken:
        places.append(Place(taken["ledger"], int(taken["link"].split()[0])))
        taken = taken.get("earlier")
    return places


class Stretch(NamedTuple):
    """A part of a kept ledger that was looked through, and what became of it."""

    ledger: str
    first: int
    """The number of the first entry looked at."""
    last: int
    taken: Sequence[int]
    """Numbers there of those that were taken over, in their order."""
    earlier: Sequence[tuple[int, str, int]]
    """Of some of those, where else they lie: place in `taken` from 0, ledger, number there."""
    left: int
    """Entries whose content isn't the one that their link names, or can't be read."""
    ends: bool
    """Whether nothing follows."""
    twins: Sequence[tuple[int, int]] = ()
    """Entries that are here already, since the same call was imported here: number here, number there."""


def ledger_taken_over(at: datetime, stretch: Stretch, *, by: str) -> dict[str, Any]:
    """The content that says what was taken over, and stands right after it."""
    return {
        "v": 1,
        "kind": str(EntryKind.LEDGER_TAKEN_OVER),
        "at": format_time(at),
        "kept_as": stretch.ledger,
        "first": stretch.first,
        "last": stretch.last,
        "entries": list(stretch.taken),
        "earlier": [list(one) for one in stretch.earlier],
        "twins": [list(one) for one in stretch.twins],
        "left": stretch.left,
        "ends": stretch.ends,
        "by": by,
    }


@of_a_whole_entry
def stretch_of(_: int, content: Content) -> Stretch:
    """What a `ledger-taken-over` says.

    Raises:
        LedgerFormatError: a newer program wrote it.
        LedgerCorruptError: it lacks what such an entry holds.
    """
    return Stretch(
        content["kept_as"],
        int(content["first"]),
        int(content["last"]),
        tuple(map(int, content["entries"])),
        tuple((int(i), str(ledger), int(n)) for i, ledger, n in content["earlier"]),
        int(content["left"]),
        bool(content["ends"]),
        tuple((int(here), int(there)) for here, there in content["twins"]),
    )


def places(entries: Iterable[Numbered]) -> dict[int, list[Place]]:
    """By the number that an entry has here, where it was taken over from, or lies as well.

    Args:
        entries: those of the kind `ledger-taken-over`.

    Raises: as `stretch_of` does.
    """
    found: dict[int, list[Place]] = {}
    for n, content in entries:
        stretch = stretch_of(n, content)
        here = n - len(stretch.taken)
        for i, there in enumerate(stretch.taken):
            found[here + i] = [Place(stretch.ledger, there)]
        for i, ledger, there in stretch.earlier:
            found[here + i].append(Place(ledger, there))
        for own, there in stretch.twins:
            found.setdefault(own, []).append(Place(stretch.ledger, there))
    return found


def gone_there(entries: Iterable[Numbered]) -> dict[str, set[int]]:
    """By kept ledger, the entries of it whose contents must go, since what was taken over from them was erased.

    Args:
        entries: those of the kinds `ledger-taken-over` and `erasure`.

    Raises: as `stretch_of` does.
    """
    entries = list(entries)
    from_where = places(one for one in entries if one[1]["kind"] == EntryKind.LEDGER_TAKEN_OVER)
    erased = {
        of_it for n, content in entries if content["kind"] == EntryKind.ERASURE for of_it in _erased_by(n, content)
    } & from_where.keys()
    gone: dict[str, set[int]] = {}
    for n in erased:
        for place in from_where[n]:
            gone.setdefault(place.ledger, set()).add(place.n)
    return gone


@of_a_whole_entry
def _erased_by(_: int, content: Content) -> frozenset[int]:
    return frozenset(map(int, content["entries"]))


def whole(entries: Iterable[Numbered]) -> frozenset[str]:
    """The kept ledgers that were looked through to their end, and those that came along with them.

    Args:
        entries: those of the kind `ledger-taken-over`; others are passed over.

    Raises: as `stretch_of` does.
    """
    stretches = [stretch_of(n, content) for n, content in entries if content["kind"] == EntryKind.LEDGER_TAKEN_OVER]
    came_along = {ledger for stretch in stretches for _, ledger, _ in stretch.earlier}
    return frozenset(stretch.ledger for stretch in stretches if stretch.ends) | came_along


def oldest_first(entries: Iterable[Numbered]) -> list[Numbered]:
    """Entries in the order in which they were recorded: what was taken over came before all that was made here."""
    return sorted(entries, key=lambda entry: (not is_taken_over(entry[1]), entry[0]))


class Told(NamedTuple):
    """How many of some entries were taken over."""

    entries: int
    after_fault: int
    """Those among them before which a link of their first ledger doesn't hold."""
    ledgers: tuple[str, ...]


def told_of(contents: Collection[Content]) -> Told | None:
    """What there is to be said of these entries; None where none was taken over."""
    taken = [content[FIELD] for content in contents if is_taken_over(content)]
    if not taken:
        return None
    ledgers = tuple(sorted({one["ledger"] for one in taken}))
    return Told(len(taken), sum(not one["verifies"] for one in taken), ledgers)
