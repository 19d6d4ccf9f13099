"""A time as a person writes it for the clock on the wall, such as `2026-08-12T19:30`: decides which instant is meant.

In the night in which clocks are put back, an hour comes twice, and nothing is guessed: the person is asked which of the
two. In the night in which they are put forward, an hour doesn't come at all.
"""

from datetime import UTC, date, datetime, time, tzinfo

from blocker.errors import UsageError

NOON = time(12)


def parse_local(text: str, zone: tzinfo) -> datetime:
    """The instant, aware, in the zone.

    Args:
        text: a date with a time, by ISO 8601, perhaps with its offset from UTC; or a date alone, which is its noon.
        zone: of the clock.

    Raises:
        UsageError: it is no time, one that comes twice, or one that never comes, in that zone.
    """
    written = text.strip()
    try:
        if len(written) == len("2026-08-12"):
            meant = datetime.combine(date.fromisoformat(written), NOON)
        else:
            meant = datetime.fromisoformat(written)
        if meant.tzinfo is not None:
            return meant.astimezone(zone)
        first, second = (meant.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        back = first.astimezone(UTC).astimezone(zone)
    except (ValueError, OverflowError):
        raise UsageError(f"“{text}” is no time: write it as 2026-08-12 19:30, by the 24-hour clock") from None
    if back.replace(tzinfo=None) != meant:
        raise UsageError(f"“{text}” never comes in {zone}: the clock is put forward over it")
    if first.utcoffset() != second.utcoffset():
        raise UsageError(
            f"“{text}” comes twice in {zone}, since the clock is put back: write {first.isoformat(timespec='minutes')} "
            f"for the first time, or {second.isoformat(timespec='minutes')} for the second"
        )
    return first
