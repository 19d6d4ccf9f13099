"""Reads `rules/ranges/<cc>-<slug>.toml`: ranges of one class in one country, valid for one span of days.

Decides what a range file may say and that no range is as wide as a country. Which number lies where, `core/ranges.py`
does.
"""

import re
from dataclasses import dataclass
from datetime import date

from blocker.core.provenance import Sure
from blocker.core.ranges import Range, RangeClass
from blocker.rulefiles.common import (
    Books,
    Contents,
    Example,
    Header,
    RuleFile,
    read_country,
    read_header,
    require_named_after_country,
)
from blocker.tomlfile import Document, Table

_PREFIX = re.compile(r"\+[1-9][0-9]{0,14}")
_SHORT = re.compile(r"[0-9]{2,6}\*?")


class _Frame:
    """What all ranges of a file share."""

    def __init__(self, file: RuleFile, root: Table, header: Header) -> None:
        self.file = file
        self.country = header.country
        self.sure = header.sure
        self.range_class = root.word("class", RangeClass, RangeClass.PREMIUM, required=True)
        self.citation = root.text("legal", required=True)
        self.title = root.text("title", required=True)
        self.valid_from = root.day("valid_from") or date.min
        self.valid_to = root.day("valid_to") or date.max
        self.calling_code = require_named_after_country(file, root, header.country)
        if self.valid_to < self.valid_from:
            root.fault("valid_to comes before valid_from", "exchange them", key="valid_to")


def read(file: RuleFile, document: Document) -> Contents:
    """One range file. Faults are noted in the document; what is returned is only of use if there are none."""
    root = document.root
    header = read_header(file, document)
    frame = _Frame(file, root, header)
    tables = root.tables("ranges")
    if not tables:
        root.fault("there is no [[ranges]]", "add one with prefixes, numbers or short codes")
    ranges = [item for table in tables for item in _ranges(table, frame)]
    examples = tuple(item for table in root.tables("example") for item in _examples(table, frame))
    if not examples:
        root.fault("there is no [[example]]", "add numbers that lie inside and outside the ranges")
    return Contents(header, ranges=tuple(ranges), examples=examples)


def _ranges(table: Table, frame: _Frame) -> list[Range]:
    note = table.text("note")
    sure = table.word("sure", Sure, frame.sure)
    prefixes, numbers, short = table.texts("prefixes"), table.texts("numbers"), table.texts("short")
    if not (prefixes or numbers or short):
        table.fault("names no number", "add prefixes, numbers or short")
    if short and frame.range_class is not RangeClass.PROTECTED:
        table.fault(f"short codes mean nothing to the class {frame.range_class}", "remove them", key="short")

    def made(prefix: str, key: str, index: int, *, whole: bool, is_short: bool = False) -> Range:
        return Range(
            range_class=frame.range_class,
            prefix=prefix,
            region=frame.country,
            citation=frame.citation,
            where=f"{frame.file.label}:{table.line(key, index)}",
            sure=sure,
            note=note or frame.title,
            valid_from=frame.valid_from,
            valid_to=frame.valid_to,
            whole=whole,
            short=is_short,
        )

    found = []
    for key, texts in (("prefixes", prefixes), ("numbers", numbers)):
        for index, text in enumerate(texts):
            if _is_in_country(table, key, index, text, frame):
                found.append(made(text, key, index, whole=key == "numbers"))
    for index, text in enumerate(short):
        if not _SHORT.fullmatch(text):
            table.fault(
                f"“{text}” is no short code", "write two to six digits, and * for “and more”", key="short", item=index
            )
            continue
        digits, whole = text.rstrip("*"), not text.endswith("*")
        found.append(made(digits, "short", index, whole=whole, is_short=True))
        # Some trunks put the country code before whatever they get.
        found.append(made(frame.calling_code + digits, "short", index, whole=whole))
    return found


def _is_in_country(table: Table, key: str, index: int, text: str, frame: _Frame) -> bool:
    code = frame.calling_code
    if not _PREFIX.fullmatch(text):
        table.fault(f"“{text}” isn't in E.164 form", f"write {code or '+'} and digits only", key=key, item=index)
    elif code and code.startswith(text):
        table.fault(f"{text} catches all of {frame.country}", "give more digits", key=key, item=index)
    elif code and not text.startswith(code):
        table.fault(f"{text} isn't in {frame.country}, whose numbers begin with {code}", "", key=key, item=index)
    else:
        return True
    return False


@dataclass(frozen=True, slots=True)
class _Case:
    """One number of an [[example]]."""

    frame: _Frame
    number: str
    on: date
    country: str
    inside: bool

    def differs(self, books: Books) -> str:
        hits = list(books.ranges.match(self.number, self.on))
        if self.frame.range_class is RangeClass.PROTECTED:
            protecting = books.ranges.is_protected(self.number, self.country, self.on)
            hits = [protecting] if protecting else []
        here = f"{self.frame.file.label}:"
        found = any(hit.range_class is self.frame.range_class and hit.where.startswith(here) for hit in hits)
        if found is self.inside:
            return ""
        return f"{self.number} is {'in' if found else 'not in'} these ranges on {self.on} in {self.country}"


def _examples(table: Table, frame: _Frame) -> list[Example]:
    """Numbers inside and outside the ranges of this file on a day."""
    on = table.day("on", required=True) or date.min
    country = read_country(table, "country", frame.country)
    examples = []
    for key in ("inside", "outside"):
        for index, number in enumerate(table.texts(key)):
            case = _Case(frame, number, on, country, inside=key == "inside")
            examples.append(Example(frame.file.path, table.line(key, index), case.differs))
    if not examples:
        table.fault("names no number", "add inside or outside with a list of numbers")
    return examples
