"""Reads a TOML file that a person wrote, and says everything that is wrong with it, where, and how to put it right.

    document = parse(text, "blocker.toml")
    port = document.root.whole("port", 4573, low=1, high=65535)
    faults = document.finish()          # unknown keys are found here: whatever nobody asked for

A field that is missing or wrong is noted as a fault and read as its default, so that reading goes on and all faults
come out together. Nothing here raises for anything that a file may hold. It decides nothing about what the keys mean;
`config.py` and `rulefiles/` do.
"""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

from blocker.errors import Fault
from blocker.tomllines import Path, line_numbers

MAX_CHARACTERS = 1_000_000
"""No file written by hand is longer; the largest shipped one has a hundredth of it."""

_KINDS: tuple[tuple[type, str, str], ...] = (
    # bool before int and datetime before date, since each is also the other
    (bool, "true or false", "write true or false, without quotes"),
    (int, "a whole number", "write a whole number without quotes"),
    (float, "a number", "write a number without quotes"),
    (str, "a text", "put it in quotes"),
    (datetime, "a date with a time", "write a date with a time"),
    (date, "a date", "write the date as 2026-11-22, without quotes"),
    (list, "a list", "write a list in square brackets"),
    (dict, "a table", "write it as a table"),
)
_NAMES = {kind: name for kind, name, _ in _KINDS}
_MENDS = {kind: mend for kind, _, mend in _KINDS}

_FLOAT_LIMIT = 2**53

_Word = TypeVar("_Word", bound=StrEnum)
_Value = TypeVar("_Value")


class Document:
    """One parsed file: its root table, and the faults found so far."""

    def __init__(self, file: str, text: str, values: dict[str, Any]) -> None:
        self.file = file
        self.faults: list[Fault] = []
        self._text = text
        self._tables: list[Table] = []
        self.root = Table(self, (), values)

    @cached_property
    def _lines(self) -> dict[Path, int]:
        return line_numbers(self._text)

    def line(self, path: Path) -> int:
        """The 1-based line of a key or table, or of what holds it where it isn't there itself; 0 for the whole file."""
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 0)

    def enlist(self, table: "Table") -> None:
        """Have a table's unknown keys looked for at the end."""
        self._tables.append(table)

    def finish(self) -> list[Fault]:
        """All faults in order of their lines, keys that nobody asked for included. Call once, after reading."""
        for table in self._tables:
            table.refuse_unknown()
        self.faults.sort(key=lambda fault: fault.line)
        return self.faults


class Table:
    """One table of a document, read key by key. Which keys it may have is what it has been asked for."""

    def __init__(self, document: Document, path: Path, values: Mapping[str, Any]) -> None:
        self.path = path
        self._document = document
        self._values = values
        self._asked: dict[str, None] = {}
        document.enlist(self)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    @property
    def file(self) -> str:
        return self._document.file

    def line(self, key: str | None = None, item: int | str | None = None) -> int:
        """The line of this table, of one of its keys, or of an item of a list or table in it."""
        steps = (key, item)
        return self._document.line(self.path + tuple(step for step in steps if step is not None))

    def fault(self, what: str, mend: str = "", *, key: str | None = None, item: int | str | None = None) -> None:
        """Note that something is wrong here."""
        self._document.faults.append(Fault(self.file, self.line(key, item), what, mend))

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        value = self._get(key, str, required=required)
        if value is None:
            return default
        if required and not value.strip():
            self.fault(f"{key} is empty", "write something between the quotes", key=key)
        return value

    def word(self, key: str, words: type[_Word], default: _Word, *, required: bool = False) -> _Word:
        """One of a closed set of words."""
        return words(self.choice(key, words, default, required=required))

    def choice(self, key: str, words: Iterable[str], default: str, *, required: bool = False) -> str:
        """One of some words."""
        value = self._get(key, str, required=required)
        if value is None:
            return default
        if value in (known := list(words)):
            return value
        self.fault(f"{key} can't be “{value}”", one_of(value, known), key=key)
        return default

    def flag(self, key: str, default: bool) -> bool:  # noqa: FBT001 - the default of a truth value is one
        value = self._get(key, bool)
        return default if value is None else value

    def whole(self, key: str, default: int, *, low: int, high: int) -> int:
        value = self._get(key, int)
        return default if value is None else int(self._bounded(key, value, default, low, high))

    def number(self, key: str, default: float, *, low: float, high: float) -> float:
        value = self._get(key, float)
        return default if value is None else self._bounded(key, value, default, low, high)

    def _bounded(self, key: str, value: float, default: float, low: float, high: float) -> float:
        if low <= value <= high:  # never so for nan
            return value
        self.fault(f"{key} is {value}, outside {low} to {high}", f"the default is {default}", key=key)
        return default

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; items of another kind are faults and left out."""
        texts = []
        items: list[object] = self._get(key, list, required=required) or []
        for index, item in enumerate(items):
            if isinstance(item, str):
                texts.append(item)
            else:
                self.fault(f"item {index + 1} of {key} is {kind_of(item)}", _MENDS[str], key=key, item=index)
        return tuple(texts)

    def day(self, key: str, *, required: bool = False) -> date | None:
        return self._get(key, date, required=required)

    def raw(self, key: str) -> object:
        """The value as it stands, for keys that allow several kinds; None where it is missing."""
        self._asked[key] = None
        return self._values.get(key)

    def table(self, key: str) -> "Table | None":
        value = self._get(key, dict)
        return None if value is None else Table(self._document, (*self.path, key), value)

    def section(self, key: str) -> "Table":
        """The table of that name, which may be left out: then one without any key."""
        return self.table(key) or Table(self._document, (*self.path, key), {})

    def tables(self, key: str) -> "list[Table]":
        """An array of tables, written as `[[key]]`; empty where it is missing."""
        value = self.raw(key)
        if value is not None and not (isinstance(value, list) and all(isinstance(item, dict) for item in value)):
            self.fault(f"{key} is {kind_of(value)}", f"write each of them as a table under [[{key}]]", key=key)
            return []
        return [Table(self._document, (*self.path, key, index), item) for index, item in enumerate(value or ())]

    def named(self, key: str) -> "dict[str, Table]":
        """Tables under names of the writer's choice: `[key.NAME]`."""
        tables: dict[str, Table] = {}
        for name, item in (self._get(key, dict) or {}).items():
            if isinstance(item, dict):
                tables[name] = Table(self._document, (*self.path, key, name), item)
            else:
                mend = f"write it as a table [{key}.NAME]"
                self.fault(f"{key}.{name} is {kind_of(item)}", mend, key=key, item=name)
        return tables

    def refuse_unknown(self) -> None:
        """Note each key that was never asked for. Part of `Document.finish`."""
        for key in self._values:
            if key not in self._asked:
                place = ".".join(step for step in self.path if isinstance(step, str))
                where = f" in [{place}]" if place else ""
                self.fault(f"unknown key “{key}”{where}", one_of(key, self._asked), key=key)

    def _get(self, key: str, kind: type[_Value], *, required: bool = False) -> _Value | None:
        value = self.raw(key)
        if value is None:
            if required:
                self.fault(f"{key} is missing", f"add a line {key} = …")
            return None
        if kind is float and type(value) is int and abs(value) < _FLOAT_LIMIT:
            value = float(value)
        if type(value) is kind:  # not isinstance: true would pass for a whole number, a date with a time for a date
            return value
        self.fault(f"{key} is {kind_of(value)}, not {_NAMES[kind]}", _MENDS[kind], key=key)
        return None


def parse(text: str, file: str) -> Document:
    """Read a TOML text. One that isn't TOML gives a document that is empty but for its fault.

    Args:
        text: the file's content; a byte order mark and Windows line ends are fine.
        file: how faults are to name it.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text) > MAX_CHARACTERS:
        return _unreadable(file, Fault(file, 0, f"longer than {MAX_CHARACTERS:,} characters", "split it up"))
    try:
        return Document(file, text, tomllib.loads(text))
    except RecursionError:
        return _unreadable(file, Fault(file, 0, "lists or tables nested too deep", "remove some of the brackets"))
    except ValueError as error:  # also a number of more digits than Python converts
        return _unreadable(file, _syntax_fault(file, text, str(error)))


def parse_bytes(raw: bytes, file: str) -> Document:
    """As `parse`, for the bytes of a file, which TOML wants in UTF-8."""
    try:
        return parse(raw.decode(), file)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return _unreadable(file, Fault(file, line, "not UTF-8 text", "save the file as UTF-8 in your editor"))


def kind_of(value: object) -> str:
    """What a value is, in the words of a fault."""
    return _NAMES.get(type(value), "a time")


def one_of(wrong: str, known: Iterable[str]) -> str:
    """A mend that names the nearest known word, or all of them where none is near."""
    words = [str(word) for word in known]
    if near := nearest(wrong, words):
        return f"did you mean “{near}”?"
    return "known here: " + ", ".join(sorted(words)) if words else "nothing can stand here"


def nearest(wrong: str, known: Collection[str]) -> str:
    """The known word most like a wrong one, however it is capitalised; empty where none is near."""
    plain = {word.casefold().replace("-", "_"): word for word in known}
    found = difflib.get_close_matches(wrong[:80].casefold().replace("-", "_"), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else ""


def _unreadable(file: str, fault: Fault) -> Document:
    document = Document(file, "", {})
    document.faults.append(fault)
    return document


_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_SYNTAX = (
    ("Cannot overwrite", "this key is written a second time", "remove one of the two"),
    ("Cannot declare", "this table is opened a second time", "put its keys under the first one, or write [[…]]"),
    ("Invalid value", "this value isn't TOML", 'a text needs quotes: key = "text"'),
    ("Expected '='", "a key without its value", "write key = value; a text needs quotes"),
    ("Unclosed array", "a list isn't closed", "add the missing ]"),
    ("Unterminated string", "a text isn't closed", "add the missing quote"),
    ("Invalid date", "there is no such date", "write it as 2026-11-22"),
    ("Unescaped '\\'", "a backslash in a text in double quotes", "write the text in 'single quotes'"),
    ("Exceeds the limit", "a number of absurd length", "write it as a text, in quotes"),
)


def _syntax_fault(file: str, text: str, message: str) -> Fault:
    """`tomllib`'s complaint in words for somebody who has never heard of TOML."""
    place = _PLACE.search(message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1 if place else 0
    what = _PLACE.sub("", message)
    for start, plainly, mend in _SYNTAX:
        if what.startswith(start):
            return Fault(file, line, plainly, mend)
    return Fault(file, line, f"not TOML: {what}", "compare with the example files")
