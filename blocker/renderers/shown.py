"""A stranger's characters made fit for paper and screen, none of them lost.

Decides which characters are shown as they are, and that the others are shown by their number, such as `⟨U+6F22⟩`:
those that can't be seen, among them the switches of the writing direction with which a name could reorder what stands
around it, and on paper those that none of the fonts there has.
"""

import functools
import re
import unicodedata
from collections.abc import Callable
from importlib import resources

LINK = re.compile(r"https://[!#-&(-;=?-~]+|mailto:[!#-&(-;=?-~]+|#[A-Za-z0-9_.-]+")
"""Where a page may lead to."""

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
"""Unicode's directions of characters that are written from the right."""

_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
"""Persian, Indic scripts and emoji need them."""
_SOME = re.compile(r"[^\n\x20-\x7e]")


def has_right_to_left(text: str) -> bool:
    """Whether some of it is written from the right, so that it has to be kept apart from what stands around it."""
    return any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in text)


def on_screen(text: str) -> str:
    """A text for a machine with fonts of its own; a line end stays one."""
    return _SOME.sub(lambda found: _if(_visible, found[0]), text)


def on_paper(text: str) -> str:
    """A text for the fonts that typst brings along; a line end stays one."""
    return _SOME.sub(lambda found: _if(_printable, found[0]), text)


def plainly(text: str) -> str:
    """A text in letters of Europe's west and middle alone, which every font has, for when `on_paper` wasn't enough."""
    return _SOME.sub(lambda found: _if(_plain, found[0]), text)


def _if(fits: Callable[[str], bool], character: str) -> str:
    return character if fits(character) else f"⟨U+{ord(character):04X}⟩"


@functools.lru_cache(maxsize=4096)
def _visible(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _INVISIBLE


def _plain(character: str) -> bool:
    return "\xa1" <= character <= "\u017e" and character != "\N{SOFT HYPHEN}"


def _printable(character: str) -> bool:
    return ord(character) in glyphs()


@functools.cache
def glyphs() -> frozenset[int]:
    """The characters that typst's own fonts have, upright and bold."""
    found: set[int] = set()
    for line in resources.files("blocker.renderers").joinpath("glyphs.txt").read_text("ascii").split("\n"):
        if line and not line.startswith("#"):
            first, _, last = line.partition("-")
            found.update(range(int(first, 16), int(last or first, 16) + 1))
    return frozenset(found)
