"""Says on which line of a TOML text each table, key and list item stands, which `tomllib` doesn't.

Only for text that `tomllib` has accepted: it finds its way through comments, the four kinds of strings, inline tables,
dotted keys and arrays of tables, and checks nothing again. Reads no values; `tomlfile.py` does.

Source: TOML v1.0.0, toml.io.
"""

import re
import tomllib
from bisect import bisect_right

Path = tuple[str | int, ...]
"""Keys and list indexes from the root: `numbers = [{ e164 = "…" }]` has `("numbers", 0, "e164")`."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_PLAIN_PAIR = re.compile(r'([A-Za-z0-9_-]+) = (?:"[^"\\\n]*"|[A-Za-z0-9+.:-]+)\n')
"""A whole line such as most are, taken in one go: start-up reads every rule file."""
_KEY = re.compile(r"""[ \t]*([A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')[ \t]*(\.?)""")
_STRING = re.compile(
    r"""
      \"{3} (?: \\. | [^\\] )*? \"{3,5}   # the content of a multi-line string may end in one or two quotes
    | '{3} .*? '{3,5}
    | " (?: \\. | [^"\\\n] )* "
    | ' [^'\n]* '
    """,
    re.DOTALL | re.VERBOSE,
)
_BARE = re.compile(r"[^,\[\]{}#\r\n]+")
"""A number, a truth value or a date: none of them holds a delimiter."""


def line_numbers(text: str) -> dict[Path, int]:
    """The 1-based line of everything in `text`; a table opened several times has the line where it is first named.

    Args:
        text: what `tomllib.loads` accepted.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks the text once. `at` is where it stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.found: dict[Path, int] = {}
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._sizes: dict[Path, int] = {}
        """How many tables each array of tables has so far."""

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip_blank() < len(self.text):
            if plain := _PLAIN_PAIR.match(self.text, self.at):
                self._note((*table, plain[1]), self.at, len(table))
                self.at = plain.end()
            elif self.text.startswith("[[", self.at):
                table = self._header(2, array=True)
            elif self.text[self.at] == "[":
                table = self._header(1, array=False)
            else:
                self._pair(table)
        return self.found

    def _skip_blank(self) -> int:
        self.at = self._end_of(_BLANK)
        return self.at

    def _end_of(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        return match.end() if match else self.at + 1

    def _note(self, path: Path, at: int, noted: int = 0) -> None:
        """Give a path its line, and so those on the way to it that have none; the first `noted` steps have theirs."""
        line = bisect_right(self._breaks, at) + 1
        for length in range(noted + 1, len(path) + 1):
            self.found.setdefault(path[:length], line)

    def _keys(self) -> list[str]:
        keys = []
        while match := _KEY.match(self.text, self.at):
            self.at = match.end()
            keys.append(_unquoted(match[1]))
            if not match[2]:
                break
        return keys

    def _header(self, brackets: int, *, array: bool) -> Path:
        """`[a.b]` or `[[a.b]]`; a key on the way that names an array of tables means its last table."""
        start = self.at
        self.at += brackets
        keys = self._keys()
        self.at = self.text.index("]", self.at) + brackets
        path: Path = ()
        for position, key in enumerate(keys):
            path += (key,)
            if array and position == len(keys) - 1:
                self._sizes[path] = self._sizes.get(path, 0) + 1
            if path in self._sizes:
                path += (self._sizes[path] - 1,)
        self._note(path, start)
        return path

    def _pair(self, table: Path) -> None:
        start = self.at
        path = table + tuple(self._keys())
        self._note(path, start, len(table))
        self.at = self.text.index("=", self.at) + 1
        self._value(path)

    def _value(self, path: Path) -> None:
        self._skip_blank()
        match self.text[self.at]:
            case "[":
                self._list(path)
            case "{":
                self._inline_table(path)
            case '"' | "'":
                self.at = self._end_of(_STRING)
            case _:
                self.at = self._end_of(_BARE)

    def _list(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self.text[self._skip_blank()] != "]":
            self._note((*path, index), self.at, len(path))
            self._value((*path, index))
            index += 1
            if self.text[self._skip_blank()] == ",":
                self.at += 1
        self.at += 1

    def _inline_table(self, path: Path) -> None:
        self.at += 1
        while self.text[self._skip_blank()] != "}":
            self._pair(path)
            if self.text[self._skip_blank()] == ",":
                self.at += 1
        self.at += 1


def _unquoted(key: str) -> str:
    if key[0] not in "\"'":
        return key
    (plain,) = tomllib.loads(f"{key} = 0")
    return plain
