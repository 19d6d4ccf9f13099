"""What can be guessed about where this machine stands: the region of its locale, the time zone of a region.

Only guesses for defaults; whoever uses one says so to the household. What the configuration says goes before them.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE = re.compile(r"[a-z]{2,3}_([A-Z]{2})(?![A-Za-z])")


def locale_in_force(environ: Mapping[str, str]) -> str:
    """Its name, such as `fr_BE.UTF-8`; empty where none is set. Source as of `region_of_locale`."""
    return next((value for variable in _VARIABLES if (value := environ.get(variable))), "")


def region_of_locale(environ: Mapping[str, str]) -> tuple[str, str]:
    """The region of the locale in force and the setting it comes from; both empty for `C`, `POSIX` and none.

    Source: POSIX.1-2017, section 8.2: LC_ALL goes before LC_MESSAGES, and that before LANG.
    """
    for variable in _VARIABLES:
        if value := environ.get(variable, ""):
            territory = _LOCALE.match(value)
            return (territory[1], f"{variable}={value}") if territory else ("", "")
    return "", ""


def time_zones(region: str) -> tuple[str, ...]:
    """The IANA time zones of a region, the one around its principal city first; empty for one the table doesn't have.

    Source: `zone.tab` of the IANA time zone database, which lists a country's most populous zone early.
    """
    return _zones().get(region, ())


@cache
def _zones() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for row in resources.files("tzdata.zoneinfo").joinpath("zone.tab").read_text("utf-8").splitlines():
        if not row.startswith("#"):
            region, _, zone, *_ = row.split("\t")
            zones[region] = (*zones.get(region, ()), zone)
    return zones


def is_time_zone(name: str) -> bool:
    """Whether a name is a time zone that this machine can compute with."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # an absolute path, a folder of the database, a text with NUL
        return False
    return True


def known_time_zones() -> list[str]:
    """One or more zones of every region; for suggestions."""
    return sorted({zone for zones in _zones().values() for zone in zones})
