"""Patterns of digits as JSON, as French applications against canvassing publish them.

    {"patterns": [{"name": "…", "action": "block", "pattern": "33162######"}]}

The digits are those of an international number without its `+`, and each `#` stands for one more. Decides which
patterns are listed: those whose action is `block`; what is only to be named is no reason to block. Source: the
interface of Saracroche, saracroche.org/api/v1/lists.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from blocker.core.community import Rated, rated_target
from blocker.core.plain_text import one_line
from blocker.errors import SourceError, UsageError
from blocker.sources import BadItem, Here

MAX_BYTES = 8 * 1024 * 1024
"""A list of patterns is short, or it is something else: it is read as a whole."""

_PATTERN = re.compile(r"[1-9][0-9]*#*", re.ASCII)


def read(stream: BinaryIO, here: Here) -> Iterator[Rated | BadItem]:
    """Read a list of patterns; see `RatedReader`."""
    for place, item in enumerate(_items(stream.read(MAX_BYTES + 1)), 1):
        try:
            if rated := _rated(item, here):
                yield rated
        except UsageError as error:
            yield BadItem(f"pattern {place}", str(error))


def _items(raw: bytes) -> list[Any]:
    if len(raw) > MAX_BYTES:
        raise SourceError(f"a list of patterns of more than {MAX_BYTES >> 20} MB isn't read")
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:  # ValueError: not UTF-8, no JSON, or a number of too many digits
        raise SourceError(
            f"it is no JSON ({one_line(str(error))[:120]}); look for the link to the list itself"
        ) from error
    items = said.get("patterns") if isinstance(said, dict) else None
    if not isinstance(items, list):
        raise SourceError("it is JSON, but has no list “patterns”")
    return items


def _rated(item: object, here: Here) -> Rated | None:
    """What a pattern says; None where it is not to block.

    Raises:
        UsageError: it can't be read.
    """
    if not isinstance(item, dict) or not isinstance(item.get("pattern"), str):
        raise UsageError("it has no “pattern” that is a text")
    if item.get("action") != "block":
        return None
    pattern = item["pattern"].replace(" ", "").removeprefix("+")
    if not _PATTERN.fullmatch(pattern):
        raise UsageError(f"“{one_line(item['pattern'])[:40]}” is no pattern: digits, then a # for each one more")
    return Rated(rated_target("+" + pattern, here.region))
