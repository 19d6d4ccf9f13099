"""Reads a table into a dataclass whose fields say what may stand in it.

For predicates' parameters and exemptions, whose forms are defined beside the functions that use them (`blocker/core`).
Decides how the kinds of fields are written in TOML; what they mean, those functions do.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from enum import StrEnum
from typing import Any, TypeVar, get_args

from blocker.core.law_time import Window, parse_window
from blocker.rulefiles.common import SLUG
from blocker.tomlfile import Table, one_of

MOST = 10_000
"""No count of calls, days or months in any law is larger."""

T = TypeVar("T")


def read_into(table: Table, form: type[T]) -> T | None:
    """A table as a value of `form`; None, and faults in the document, where it can't be one.

    Args:
        table: the table; whatever `form` has no field for is an unknown key.
        form: a dataclass with fields of the kinds int, bool, str (a slug), StrEnum, and tuples of str, StrEnum, Window.
    """
    values: dict[str, Any] = {}
    complete = True
    for field in fields(form):  # type: ignore[arg-type]  # what every caller passes is a dataclass
        table.raw(field.name)  # it may stand here
        if field.name in table:
            values[field.name] = _value(table, field)
        elif field.default is MISSING:
            table.fault(f"{field.name} is missing", f"add {field.name} = …")
            complete = False
    return form(**values) if complete else None


def _value(table: Table, field: Field[Any]) -> object:
    kind: Any = field.type
    if kind is bool:
        return table.flag(field.name, default=False)
    if kind is int:
        low = 1 if field.default is MISSING else 0
        return table.whole(field.name, low, low=low, high=MOST)
    if kind is str:
        return _read_item(table, field.name, None, table.text(field.name, required=True), _slug)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return table.word(field.name, kind, next(iter(kind)))
    item = get_args(kind)[0]
    texts = table.texts(field.name)
    if not texts and field.name in table and table.raw(field.name) == []:
        table.fault(f"{field.name} is empty", "name one, or remove the line", key=field.name)
    read: Callable[[str], tuple[object, str]] = {str: _slug, Window: _window}.get(item, lambda text: _word(item, text))
    found = (_read_item(table, field.name, index, text, read) for index, text in enumerate(texts))
    return tuple(value for value in found if value is not None)


def _read_item(
    table: Table, key: str, index: int | None, text: str, read: Callable[[str], tuple[object, str]]
) -> object:
    value, mend = read(text)
    if value is None and text:
        table.fault(f"{key} can't be “{text}”", mend, key=key, item=index)
    return value


def _slug(text: str) -> tuple[object, str]:
    return (text if SLUG.fullmatch(text) else None), "write small letters, digits and single hyphens"


def _window(text: str) -> tuple[object, str]:
    return parse_window(text), "write it as Mo-Fr 10:00-13:00, Sa 10:00-19:00, or 08:00-21:00 for every day"


def _word(words: type[StrEnum], text: str) -> tuple[object, str]:
    return (words(text) if text in list(words) else None), one_of(text, words)
