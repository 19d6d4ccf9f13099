"""What a row of another device's records says of one call, before anything is made of it; and how its time is read.

Every reader of such records (`sources/`) gives these values. Decides which instant a local time means, and which times
can't be true. What becomes of a row is decided in `imported.py`.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from blocker.errors import SourceError

FIRST_YEAR = 1990
"""No device of today has calls from before it: what says so had lost its clock, or is misread."""

CLOCK_SLACK = timedelta(minutes=5)
"""How far another device's clock may be ahead of this machine's."""

REMEMBERED = 1_000
"""How many different rows back a row of the same words is recognised."""

RESTRICTED, UNAVAILABLE = 32, 64
"""A presentation as Asterisk's CALLERPRES has it, for devices that say why there is no number."""


class CallRow(NamedTuple):
    """A call that came in. Texts are those of the file; the caller's number and name are its bytes, read as Latin-1."""

    row: int
    """Line or element number in the file, from 1."""
    identity: tuple[str, ...]
    """What tells this call from every other that such a device has recorded, in any of its exports."""
    began: datetime
    """Aware, in the zone of the device's clock."""
    number: str
    ambiguous: bool = False
    """Whether that hour came twice that night; `began` is the earlier one."""
    presentation: int | None = None
    name: str = ""
    """The caller name that the network presented; never one out of somebody's address book."""
    called: str = ""
    disposition: str | None = None
    """As in a CDR, where the device's word means one of them."""
    seconds_talked: int | None = None
    seconds_in_all: int | None = None
    duration_there: str | None = None
    """The duration as the device writes it, where that is no number of seconds."""
    kind_there: str = ""
    """What the device calls it."""
    trunk: str = ""
    """The endpoint through which it came, where the device says so."""
    references: tuple[tuple[str, str], ...] = ()
    """`uniqueid` and `linkedid`, where there are any."""


class PassedOver(NamedTuple):
    """A row that isn't a call to the household, or adds nothing."""

    row: int
    why: str
    """A word or two, such as `outgoing`; rows are counted by it."""


class BadRow(NamedTuple):
    """A row that can't be read."""

    row: int
    why: str


Item = CallRow | PassedOver | BadRow


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a reader has to know that its file doesn't say."""

    zone: ZoneInfo
    """Of the device's clock."""
    now: datetime
    """Aware; nothing has happened after it."""
    trunks: frozenset[str] = frozenset()
    """The endpoints through which calls come in; empty where nobody says."""


def instant_of(wall: datetime, here: Circumstances) -> tuple[datetime, bool]:
    """The instant that a clock on the wall showed so, aware in the zone, and whether another one looked the same.

    Of the two the earlier is taken.

    Raises:
        SourceError: no clock in that zone ever showed it, or it can't be true.
    """
    first = wall.replace(tzinfo=here.zone, fold=0)
    if first.astimezone(UTC).astimezone(here.zone).replace(tzinfo=None) != wall:
        raise SourceError(f"{wall} never came in {here.zone}: the clock was put forward over it")
    return believable(first, here), first.utcoffset() != wall.replace(tzinfo=here.zone, fold=1).utcoffset()


def believable(began: datetime, here: Circumstances) -> datetime:
    """An aware instant, in the zone, if a call can have begun then.

    Raises:
        SourceError: it is still to come, or absurdly long ago.
    """
    local = began.astimezone(here.zone)
    if local.year < FIRST_YEAR:
        raise SourceError(f"{local:%Y-%m-%d} is too long ago (had the device lost its clock?)")
    if began > here.now + CLOCK_SLACK:
        raise SourceError(f"{local:%Y-%m-%d %H:%M} is still to come")
    return local


@dataclass(slots=True)
class Occurrences:
    """Tells rows apart that have the same words, such as two missed calls of a minute, by their order.

    A later export that holds one of them again thereby gives it the same identity, and never invents one.
    """

    _seen: OrderedDict[tuple[str, ...], int] = field(default_factory=OrderedDict)

    def numbered(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words and, from the second row of these words on, which one it is."""
        count = self._seen[words] = self._seen.pop(words, 0) + 1
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return words if count == 1 else (*words, str(count))
