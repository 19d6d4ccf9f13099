"""One file of a published list: all of it, or what changed from one version to the next. `docs/spec/snapshot.md`.

A head of plain lines, then five packed sections (`snapshot_codec.py`). Decides what a file holds and how coarse it is:
weeks and steps of votes, so that a list doesn't tell who reported when. Whether a file is the one that its publisher
signed is found out before it comes here, by its sum (`snapshot_manifest.py`).
"""

from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from blocker.core import snapshot_codec as codec
from blocker.core.community import Rated, Rating
from blocker.core.listing import Target
from blocker.core.signed_text import Lines
from blocker.errors import SourceError

FORM = "blocker-list-file/1"
MOST = 20_000_000
"""Items that a file may say it has."""
MOST_HEAD = 1024
"""Bytes of its head, the empty line included."""

VOTES = (0, 1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 70, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000)
"""What numbers of votes are written as: the place here of the largest that isn't more."""

_RATINGS = tuple(Rating)
_FIRST_MONDAY = date(2000, 1, 3)
_SECTIONS = ("numbers", "prefixes", "said", "gone-numbers", "gone-prefixes")


@dataclass(frozen=True, slots=True)
class ListFile:
    """What a file holds. Targets are sorted, each once."""

    list: str
    version: int
    base: int
    """The version that it changes; 0 where it is the whole list."""
    numbers: "array[int]"
    """Type `Q`: the digits of E.164 numbers."""
    prefixes: tuple[str, ...]
    """The digits that numbers begin with."""
    said: bytes
    """What is said of each, numbers first, then prefixes: `snapshot_codec.SAID_BYTES` for each."""
    gone: "array[int]"
    """Numbers that left the list; none in a whole one."""
    gone_prefixes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The sum of what it lists; of a whole list, what the manifest names."""
        return codec.sum_of(self.numbers, self.prefixes)

    def items(self) -> Iterator[Rated]:
        """What it lists, and with no votes what left."""
        for place, number in enumerate(self.numbers):
            yield self._rated(Target(f"+{number}"), place)
        for place, prefix in enumerate(self.prefixes, len(self.numbers)):
            yield self._rated(Target(f"+{prefix}", is_prefix=True), place)
        for number in self.gone:
            yield Rated(Target(f"+{number}"), votes=0)
        for prefix in self.gone_prefixes:
            yield Rated(Target(f"+{prefix}", is_prefix=True), votes=0)

    def _rated(self, target: Target, place: int) -> Rated:
        at = place * codec.SAID_BYTES
        rating, votes = self.said[at], self.said[at + 1]
        if rating >= len(_RATINGS) or not 1 <= votes < len(VOTES):
            raise SourceError(f"what it says of its item {place + 1} is of a kind that isn't known here")
        weeks = (int.from_bytes(self.said[at + start : at + start + 2], "little") for start in (2, 4))
        return Rated(target, _RATINGS[rating], VOTES[votes], *map(_monday, weeks))


def list_file(
    name: str, version: int, items: Mapping[Target, Rated], before: Mapping[Target, Rated] | None = None
) -> ListFile:
    """The whole list, or where the one of the version before is given, what changed."""
    old = before or {}
    changed = [item for target, item in items.items() if old.get(target) != item]
    gone = [target for target in old if target not in items]
    numbers = sorted((item for item in changed if not item.target.is_prefix), key=lambda item: int(item.target.number))
    prefixes = sorted((item for item in changed if item.target.is_prefix), key=lambda item: item.target.number)
    return ListFile(
        name,
        version,
        0 if before is None else version - 1,
        array("Q", (int(item.target.number[1:]) for item in numbers)),
        tuple(item.target.number[1:] for item in prefixes),
        b"".join(map(_said, (*numbers, *prefixes))),
        array("Q", sorted(int(target.number[1:]) for target in gone if not target.is_prefix)),
        tuple(sorted(target.number[1:] for target in gone if target.is_prefix)),
    )


def coarse(item: Rated) -> Rated:
    """An item as it can be published: its votes in steps, its days as the Mondays of their weeks."""
    votes = max(step for step in VOTES if step <= item.votes)
    days = (_monday(_week(day)) for day in (item.last_activity, item.listed_since))
    return Rated(item.target, item.rating, votes, *days)


def encode(file: ListFile) -> bytes:
    """The bytes of a file; what it says of items must be `coarse`."""
    packed = (
        (len(file.numbers), codec.pack_numbers(file.numbers)),
        (len(file.prefixes), codec.pack_prefixes(file.prefixes)),
        (len(file.numbers) + len(file.prefixes), codec.pack_said(file.said)),
        (len(file.gone), codec.pack_numbers(file.gone)),
        (len(file.gone_prefixes), codec.pack_prefixes(file.gone_prefixes)),
    )
    sections = "".join(f"{name} {count} {len(raw)}\n" for name, (count, raw) in zip(_SECTIONS, packed, strict=True))
    head = f"{FORM}\nlist {file.list}\nversion {file.version}\nbase {file.base}\n{sections}\n"
    return head.encode() + b"".join(raw for _, raw in packed)


def decode(raw: bytes) -> tuple[ListFile, bytes]:
    """The first file in some bytes, and what stands behind it, which may be another.

    Raises:
        SourceError: it is no such file, or damaged.
    """
    end = raw.find(b"\n\n", 0, MOST_HEAD) + 1
    if not end or not raw[:end].isascii():
        raise SourceError(f"it is no file of a published list: it doesn't begin with “{FORM}”")
    lines = Lines(raw[:end].decode(), "the head of the file")
    lines.first(FORM)
    name, version, base = lines.name("list"), lines.whole("version"), lines.whole("base")
    sections = [_section(lines, key) for key in _SECTIONS]
    lines.end()
    counts = [count for count, _ in sections]
    if not base < version or counts[2] != counts[0] + counts[1] or (not base and any(counts[3:])):
        raise SourceError("the head of the file contradicts itself")
    parts, at = [], end + 1
    for _, size in sections:
        parts.append(raw[at : at + size])
        at += size
    if at > len(raw):
        raise SourceError("the file is cut short")
    numbers, prefixes, said, gone, gone_prefixes = parts
    return (
        ListFile(
            name,
            version,
            base,
            codec.unpack_numbers(numbers, counts[0]),
            codec.unpack_prefixes(prefixes, counts[1]),
            codec.unpack_said(said, counts[2]),
            codec.unpack_numbers(gone, counts[3]),
            codec.unpack_prefixes(gone_prefixes, counts[4]),
        ),
        raw[at:],
    )


def _section(lines: Lines, key: str) -> tuple[int, int]:
    """How many items a part has, and how many bytes."""
    words = lines.value(key).split(" ")
    if len(words) != 2 or not all(word.isdigit() and str(int(word)) == word for word in words):  # noqa: PLR2004
        raise lines.fault("two whole numbers should stand here: items and bytes")
    count, size = map(int, words)
    if count > MOST:
        raise lines.fault(f"no list has more than {MOST} items")
    return count, size


def _said(item: Rated) -> bytes:
    weeks = b"".join(_week(day).to_bytes(2, "little") for day in (item.last_activity, item.listed_since))
    return bytes((item.rating.severity, VOTES.index(item.votes))) + weeks


def _week(day: date | None) -> int:
    return 0 if day is None else max((day - _FIRST_MONDAY).days // 7 + 1, 1)


def _monday(week: int) -> date | None:
    return _FIRST_MONDAY + timedelta(weeks=week - 1) if week else None
