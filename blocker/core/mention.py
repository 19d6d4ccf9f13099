"""Whether an entry mentions a telephone number, however it is written.

Decides in which forms people and trunks write an E.164 number, and where in a content it doesn't count: the line that
was called is the household's own. What is done about a mention, `filing/choosing.py` decides.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blocker.core.listing import national_digits

_GAP = r"[ .\-/()\u00a0]*"
_NO_TEXT = frozenset({"salt", "call", "sha256", "at", "kind"})
_OWN = frozenset({"called", "line"})


class Mention:
    """Finds one number."""

    def __init__(self, number: str) -> None:
        """`number` is in E.164, with its `+`."""
        national = national_digits(number) or number[1:]
        code, rest = (_GAP.join(digits) for digits in (number[1:].removesuffix(national), national))
        written = rf"(?:(?:\+|00){_GAP})?(?:{code}{_GAP})?(?:\(?0\)?{_GAP})?{rest}"
        self._pattern = re.compile(rf"(?<![0-9]){written}(?![0-9])")

    def in_text(self, text: str) -> bool:
        """Whether a text holds it: `+32 2 555 12 34`, `0032…`, `02/555.12.34`, `2 555 12 34`."""
        return bool(self._pattern.search(text))

    def in_content(self, content: Mapping[str, Any]) -> bool:
        """Whether any text of an entry holds it, the household's own line aside."""
        return any(map(self.in_text, _texts(dict(content))))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            if name not in _OWN and name not in _NO_TEXT:
                yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
