"""What all rule files have in common: a slug, sources, the day they were checked, and examples that must hold.

Decides how spans of time and sources may be written. What a file is about, the modules beside this one know.
"""

import calendar
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from blocker.core.company import Company, CompanyBook
from blocker.core.form_words import LANGUAGES
from blocker.core.languages import ENGLISH, Texts
from blocker.core.law import LawBook, Provision
from blocker.core.list_source import ListSource
from blocker.core.number import country_code
from blocker.core.provenance import Quality, Source, Sure
from blocker.core.ranges import Range, RangeBook
from blocker.core.regulator import Regulator
from blocker.tomlfile import Document, Table, one_of

SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
COUNTRY = re.compile(r"[A-Z]{2}")
SUBDIVISION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_PARTIAL_DATE = re.compile(r"([12]\d{3})(?:-(0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class RuleFile:
    """Which file is read."""

    slug: str
    """Its name without `.toml`."""
    path: str
    """How a fault names it: the way to the file."""
    label: str
    """How a record names it: the same on every machine."""


class Books(NamedTuple):
    """What examples are tried on."""

    companies: CompanyBook
    ranges: RangeBook
    laws: LawBook


@dataclass(frozen=True, slots=True)
class Example:
    """Something that a file says must hold once all rules are loaded."""

    path: str
    line: int
    differs: Callable[[Books], str]
    """What came out instead; empty where the example holds."""


@dataclass(frozen=True, slots=True)
class Header:
    """The part that every rule file has."""

    country: str
    checked: date
    sure: Sure
    review: date | None
    sources: tuple[Source, ...]
    false_positives: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    header: Header
    companies: tuple[Company, ...] = ()
    ranges: tuple[Range, ...] = ()
    laws: tuple[Provision, ...] = ()
    regulators: tuple[Regulator, ...] = ()
    examples: tuple[Example, ...] = ()
    lists: tuple[ListSource, ...] = ()
    registers: Mapping[str, Texts] = field(default_factory=dict)
    """The names of do-not-call registers, by their keys."""


def read_texts(table: Table, key: str, languages: Iterable[str], *, required: bool = False) -> Texts:
    """A table of one text in several languages, of which some must be there."""
    if key not in table and not required:
        table.raw(key)
        return {}
    inner = table.table(key)
    if inner is None:
        if key not in table:
            table.fault(f"{key} is missing", f'add {key} = {{ {next(iter(languages), ENGLISH)} = "…" }}')
        return {}
    for language in languages:
        inner.text(language, required=True)
    return {language: text for language in LANGUAGES if (text := inner.text(language))}


def read_text(table: Table, key: str) -> tuple[str, Texts]:
    """A text that must be there, in English, and by language where it is written so; else it is the same in each."""
    if not isinstance(table.raw(key), dict):
        return table.text(key, required=True), {}
    texts = read_texts(table, key, (ENGLISH,), required=True)
    return texts.get(ENGLISH, ""), texts


def read_header(file: RuleFile, document: Document) -> Header:
    """Read what every rule file has, and check its slug against its name."""
    root = document.root
    slug = root.text("slug", required=True)
    if slug and slug != file.slug:
        root.fault(f"slug is “{slug}”, yet the file is {file.slug}.toml", "make them the same", key="slug")
    elif slug and not SLUG.fullmatch(slug):
        root.fault(f"slug “{slug}” isn't small letters, digits and single hyphens", "rename file and slug", key="slug")
    checked = root.day("checked", required=True)
    review = root.day("review")
    if checked and review and review <= checked:
        root.fault("review isn't after checked", "give the day when the facts are to be looked at again", key="review")
    sources = _sources(root)
    if not sources:
        root.fault("there is no [[source]]", "say where the facts were read; without a source nothing is shipped")
    return Header(
        country=read_country(root, "country", required=True),
        checked=checked or date.min,
        sure=root.word("sure", Sure, Sure.UNVERIFIED, required=True),
        review=review,
        sources=sources,
        false_positives=root.texts("false_positives", required=True),
    )


def _sources(root: Table) -> tuple[Source, ...]:
    sources: dict[str, Source] = {}
    for table in root.tables("source"):
        label = table.text("label", required=True)
        url = table.text("url")
        if url and not url.startswith(("https://", "http://")):
            table.fault(f"url “{url}” isn't a web address", "write it with https://, or only a title", key="url")
        if label in sources:
            table.fault(f"a second source with the label “{label}”", "give it a label of its own", key="label")
        title, titles = read_text(table, "title")
        sources[label] = Source(
            label=label,
            title=title,
            url=url,
            seen=table.day("seen", required=True) or date.min,
            quality=table.word("quality", Quality, Quality.WEAK, required=True),
            dated=table.text("dated"),
            titles=titles,
        )
    return tuple(sources.values())


def read_source(table: Table, sources: tuple[Source, ...]) -> Source | None:
    """The source that a fact names by its label; facts without one are refused."""
    label = table.text("source", required=True)
    by_label = {source.label: source for source in sources}
    if label and label not in by_label:
        table.fault(f"no [[source]] has the label “{label}”", one_of(label, by_label), key="source")
    return by_label.get(label)


def read_country(table: Table, key: str, default: str = "", *, required: bool = False) -> str:
    """An ISO 3166-1 alpha-2 code."""
    code = table.text(key, default, required=required)
    if code and not COUNTRY.fullmatch(code):
        table.fault(f"{key} “{code}” isn't two capital letters", "use the ISO 3166 code, such as BE", key=key)
        return default
    return code


def require_named_after_country(file: RuleFile, root: Table, country: str) -> str:
    """See that a file about numbers or law is named after a country with telephone numbers; gives their `+` code."""
    code = country_code(country) if country else 0
    if country and not code:
        root.fault(f"no numbering plan is known for {country}", "use an ISO 3166 code", key="country")
    if country and not file.slug.startswith(country.lower() + "-"):
        mend = f"call it {country.lower()}-….toml"
        root.fault(f"the file's name doesn't begin with {country.lower()}-", mend, key="country")
    return f"+{code}" if code else ""


def read_span(table: Table) -> tuple[date, date, str]:
    """`from` and `to`: first day, last day, and both as written. Each may be a day, `"2014-09"`, or a year."""
    first, first_text = _partial_date(table, "from", last=False)
    last, last_text = _partial_date(table, "to", last=True)
    if first and last and last < first:
        table.fault("to comes before from", "exchange them", key="to")
        return date.min, date.max, ""
    when = f"{first_text} to {last_text}" if first_text and last_text else ""
    when = when or (f"since {first_text}" if first_text else f"until {last_text}" if last_text else "")
    return first or date.min, last or date.max, when


def read_moment(table: Table, key: str) -> str:
    """A date as exact as it is known, as text: `2016-05-09`, `2014-09` or `1992`."""
    _, text = _partial_date(table, key, last=False)
    if not text and key not in table:
        table.fault(f"{key} is missing", f'add {key} = 2026-11-22, or "2026-11", or 2026')
    return text


def _partial_date(table: Table, key: str, *, last: bool) -> tuple[date | None, str]:
    """A day, the first or last day of a month or year, and how it was written."""
    value = table.raw(key)
    if value is None:
        return None, ""
    if type(value) is date:
        return value, value.isoformat()
    written = _PARTIAL_DATE.fullmatch(str(value)) if type(value) in {int, str} else None
    if written is None:
        table.fault(f"{key} is no date", f'write {key} = 2026-11-22, or "2026-11", or 2026', key=key)
        return None, ""
    year, month = int(written[1]), int(written[2] or (12 if last else 1))
    day = calendar.monthrange(year, month)[1] if last else 1
    return date(year, month, day), written[0]
