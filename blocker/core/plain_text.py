"""Texts from strangers made harmless for any page: one line, nothing invisible, nothing that turns the writing round.

What was there stays visible, so that nothing is quietly made up or taken away; the ledger has the bytes as they came.
Escaping for a particular form (Markdown, CSV) is its renderer's business.
"""

import functools
import re
import unicodedata

_JOINERS = "\u200c\u200d"
"""Persian, Indic scripts and emoji need them."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of control, format and surrogate characters, and line and paragraph separators."""


def as_unicode(raw: str) -> str:
    """Bytes that were kept as latin-1 text, read as UTF-8 where they are that; anything else as it stands."""
    if raw.isascii():
        return raw
    try:
        return raw.encode("latin-1").decode()
    except UnicodeError:
        return raw


def one_line(text: str) -> str:
    """The text with control characters as their pictures (U+2400 …), and other invisible ones as U+FFFD.

    Among the latter are the switches of the writing direction, with which a name could reorder what stands around it.
    """
    if text.isascii() and text.isprintable():
        return text
    return re.sub(r"[^\x20-\x7e]", lambda found: _visible(found[0]), text)


@functools.lru_cache(maxsize=1024)
def _visible(character: str) -> str:
    if character < "\x20":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "\N{SYMBOL FOR DELETE}"
    if character in _JOINERS or unicodedata.category(character) not in _INVISIBLE:
        return character
    return "\N{REPLACEMENT CHARACTER}"


def shortened(text: str, most: int) -> str:
    """The text, or its first `most` characters (at least 1) with an ellipsis as the last of them."""
    return text if len(text) <= most else text[: most - 1] + "…"
