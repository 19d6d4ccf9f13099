"""Reads `rules/sources/<slug>.toml`: one community list that a household may subscribe to.

Decides what such a file may say. None is asked for unless the household switches it on; what it changes of it,
`sources_config.py` reads.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from blocker.community_config import read_votes
from blocker.core.community import Rating
from blocker.core.list_source import FORMS, Bounds, Kind, ListSource
from blocker.core.number import supported_regions
from blocker.rulefiles.common import Contents, Header, RuleFile, read_header, read_source
from blocker.tomlfile import Document, Table

_NUMBER = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
_STANDARD = ListSource("", "", "", "")


def read(file: RuleFile, document: Document) -> Contents:
    """One list. Faults are noted in the document; what is returned is only of use if there are none."""
    root = document.root
    header = read_header(file, document)
    name = root.text("name", required=True)
    found = root.section("list")
    kind = Kind(found.choice("kind", Kind, Kind.FETCHED))
    read_source(found, header.sources)
    if root.flag("on", default=False):
        root.fault("on is true", "leave it out: every list is off until a household switches it on", key="on")
    source = ListSource(
        slug=file.slug,
        name=name,
        origin=_address(found, "origin"),
        form=found.choice("form", FORMS, "", required=kind is Kind.FETCHED),
        kind=kind,
        region=found.choice("region", sorted(supported_regions()), ""),
        licence=_licence(root, header),
        refresh=timedelta(hours=found.whole("refresh_hours", 24, low=1, high=24 * 90)),
        lives=timedelta(days=found.whole("lives_days", _STANDARD.lives.days, low=1, high=3650)),
        max_bytes=found.whole("max_mb", _STANDARD.max_bytes >> 20, low=1, high=4096) << 20,
        bounds=_bounds(root.section("bounds")),
        columns=_columns(found.section("columns")),
        needs_token=found.flag("needs_token", default=False),
        own_votes=_votes(root, header),
        complain_to=root.text("complain_to"),
        sure=header.sure,
        checked=header.checked,
    )
    return Contents(header, lists=(source,))


def _licence(root: Table, header: Header) -> str:
    table = root.section("licence")
    read_source(table, header.sources)
    return table.text("name", required=True)


def _votes(root: Table, header: Header) -> Mapping[Rating, int]:
    table = root.table("votes")
    if table is None:
        return _STANDARD.own_votes
    read_source(table, header.sources)
    return read_votes(table)


def _address(table: Table, key: str) -> str:
    url = table.text(key, required=True)
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        whole = False
    if url and not whole:
        table.fault(f"{key} “{url}” is no address of a list", "write it whole: https://…", key=key)
    return url


def _columns(table: Table) -> dict[str, str]:
    names = {what: table.text(what) for what in ("number", "rating", "votes", "last_activity", "listed_since")}
    return {what: name for what, name in names.items() if name}


def _bounds(table: Table) -> Bounds:
    standard = Bounds()
    bounds = Bounds(
        fewest=table.whole("fewest", standard.fewest, low=1, high=standard.most),
        most=table.whole("most", standard.most, low=1, high=100_000_000),
        shrink_percent=table.whole("shrink_percent", standard.shrink_percent, low=0, high=100),
        grow_percent=table.whole("grow_percent", standard.grow_percent, low=0, high=1_000_000),
        must_list=_numbers(table, "must_list"),
        must_not_list=_numbers(table, "must_not_list"),
    )
    if bounds.most < bounds.fewest:
        table.fault("most is less than fewest", "exchange them", key="most")
    return bounds


def _numbers(table: Table, key: str) -> tuple[str, ...]:
    numbers = table.texts(key)
    for index, text in enumerate(numbers):
        if not _NUMBER.fullmatch(text):
            table.fault(f"“{text}” isn't in E.164 form", "write + and digits only", key=key, item=index)
    return numbers
