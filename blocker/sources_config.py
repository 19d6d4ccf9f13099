"""Reads `[sources.SLUG]`: which community lists the household uses, what it changes of them, and lists of its own.

Decides the keys. What the lists that come with the program are, `rules/sources/` says; how a list is brought up to
date, `syncing.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from blocker.community_config import read_votes
from blocker.core.list_source import FORMS, Kind, ListSource
from blocker.core.number import supported_regions
from blocker.errors import Fault
from blocker.tomlfile import Table, one_of

MIN_HOURS, MAX_HOURS = 1, 24 * 90
MAX_LIFE_DAYS = 3650
COLUMNS = ("number", "rating", "votes", "last_activity", "listed_since")

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")

FileIn = Callable[[Table, str], Path | None]
"""Reads a key that names a file; None where it isn't there."""


@dataclass(frozen=True, slots=True)
class SourceSetting:
    """What the household says of one list."""

    slug: str
    changes: Mapping[str, Any]
    """Fields of `ListSource` by name, those that it says something of."""
    where: tuple[str, int] = ("", 0)
    """File and line."""


Sources = Mapping[str, SourceSetting]


def read_sources(tables: Mapping[str, Table], file_in: FileIn) -> dict[str, SourceSetting]:
    """`[sources.SLUG]`, by slug.

    Args:
        tables: the tables by name.
        file_in: reads a key that names a file, relative to the configuration.
    """
    return {
        slug: SourceSetting(slug, _changes(slug, table, file_in), (table.file, table.line()))
        for slug, table in tables.items()
    }


def _changes(slug: str, table: Table, file_in: FileIn) -> dict[str, Any]:
    if not _SLUG.fullmatch(slug):
        table.fault(f"“{slug}” can't name a list", "small letters, digits and hyphens, at most 60")
    read: dict[str, Any] = {
        "on": table.flag("on", default=False),
        "name": table.text("name"),
        "origin": _origin(table, file_in),
        "form": table.choice("form", FORMS, ""),
        "kind": Kind(table.choice("kind", Kind, Kind.FETCHED)),
        "region": table.choice("region", sorted(supported_regions()), ""),
        "licence": table.text("licence"),
        "refresh": timedelta(hours=table.whole("refresh_hours", 24, low=MIN_HOURS, high=MAX_HOURS)),
        "lives": timedelta(days=table.whole("lives_days", 60, low=1, high=MAX_LIFE_DAYS)),
        "columns": _columns(table),
        "complain_to": table.text("complain_to"),
        "token_file": str(file_in(table, "token_file") or ""),
        "allow_private": table.flag("allow_private", default=False),
        "votes": read_votes(table.section("votes")),
        "signers": str(file_in(table, "signers") or ""),
    }
    keys = {"refresh": "refresh_hours", "lives": "lives_days"}
    return {field: value for field, value in read.items() if keys.get(field, field) in table and value != ""}


def _origin(table: Table, file_in: FileIn) -> str:
    origin = table.text("origin")
    scheme, separator, rest = origin.partition("://")
    if not separator:
        return str(file_in(table, "origin") or "")
    if scheme not in {"http", "https"} or not rest:
        table.fault(f"“{origin}” is no address of a list", "write https://…, or the path of a file", key="origin")
    elif "@" in rest.partition("/")[0]:
        table.fault("a password in an address ends up in records", "put a token into a token_file", key="origin")
    return origin


def _columns(table: Table) -> dict[str, str]:
    columns = table.section("columns")
    return {what: columns.text(what) for what in COLUMNS if what in columns}


def in_force(shipped: Mapping[str, ListSource], settings: Sources) -> tuple[dict[str, ListSource], list[Fault]]:
    """All lists that are known, by slug, as the household has set them; and what is wrong with its settings.

    Args:
        shipped: those of the rule files.
        settings: the household's.
    """
    sources, faults = dict(shipped), list[Fault]()
    for slug, setting in settings.items():
        if slug not in shipped and not setting.changes.get("origin"):
            mend = f"{one_of(slug, shipped)}; for a list of your own add origin = …"
            faults.append(Fault(*setting.where, f"no list is called “{slug}”", mend))
            continue
        base = shipped.get(slug) or ListSource(slug, slug, "", FORMS[0], on=True)
        sources[slug] = replace(base, **setting.changes)
    return sources, faults
