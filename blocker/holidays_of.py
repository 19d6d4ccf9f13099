"""The public holidays around a call, as values for the law: the only module that knows the `holidays` library.

Decides which years are looked up and how a region's holidays are told from its country's. Which of them a rule means,
its file says. The library is imported when first asked: a service that judges no call shouldn't carry it.
"""

import functools
from collections.abc import Iterable
from datetime import date

from blocker.core.law_time import Calendar


def calendar_around(day: date, country: str, subdivision: str = "") -> Calendar:
    """The public holidays of the year before a day, its own and the next: no waiting time from it reaches further.

    Args:
        day: of the call, at the line.
        country: ISO 3166-1 alpha-2; a country that the library doesn't know has no holidays.
        subdivision: ISO 3166-2, such as `ES-CN`; empty or unknown to the library: the country's alone.
    """
    return _calendar(day.year, country, subdivision)


def calendar_over(days: Iterable[date], country: str, subdivision: str = "") -> Calendar:
    """The public holidays around several days: of a call, and of what a waiting time before it is counted from."""
    around = [calendar_around(date(year, 7, 1), country, subdivision) for year in {day.year for day in days}]
    national = frozenset[date]().union(*(each.national for each in around))
    return Calendar(national, frozenset[date]().union(*(each.regional for each in around)))


@functools.lru_cache(maxsize=64)
def _calendar(year: int, country: str, subdivision: str) -> Calendar:
    import holidays  # noqa: PLC0415 - see above

    years = [each for each in (year - 1, year, year + 1) if date.min.year <= each <= date.max.year]
    try:
        found = holidays.country_holidays(country, years=years)  # its list of countries would load each of them
    except NotImplementedError:
        return Calendar()
    national, region = frozenset(found), subdivision.removeprefix(f"{country}-")
    if region == subdivision or region not in found.subdivisions:
        return Calendar(national, national)
    return Calendar(national, frozenset(holidays.country_holidays(country, subdiv=region, years=years)) | national)
