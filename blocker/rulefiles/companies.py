"""Reads `rules/companies/<slug>.toml`. Decides what a company file may say; which company a call is about it doesn't.

An address, a number or an event without a source is refused: letters go out on the strength of these files.
"""

import re
from datetime import date
from enum import StrEnum

from blocker.core.company import (
    Address,
    Company,
    DataProtection,
    Ending,
    Event,
    Identity,
    KnownNumber,
    Name,
    NameKind,
    Purpose,
    Role,
)
from blocker.core.number import parse_typed
from blocker.core.provenance import Source, Sure
from blocker.rulefiles.common import (
    COUNTRY,
    SLUG,
    Books,
    Contents,
    Example,
    Header,
    RuleFile,
    read_country,
    read_header,
    read_moment,
    read_source,
    read_span,
)
from blocker.tomlfile import Document, Table

_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}")
_PREFIX = re.compile(r"\+[1-9][0-9]{3,13}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_REGEX_SIGNS = re.compile(r"\.\*|[\\^$|\[\]{}?]|\(\?")
_MIN_PATTERN_LETTERS = 3


class _Scheme(StrEnum):
    KBO = "kbo"
    KVK = "kvk"


class _How(StrEnum):
    MERGED_INTO = "merged-into"
    CEASED = "ceased"


def read(file: RuleFile, document: Document) -> Contents:
    """One company file. Faults are noted in the document; what is returned is only of use if there are none."""
    root = document.root
    header = read_header(file, document)
    active_in = frozenset(_countries(root)) or frozenset({header.country})
    name = root.text("name", required=True)
    legal_name = root.text("legal_name")
    company = Company(
        slug=file.slug,
        name=name,
        role=root.word("role", Role, Role.PRINCIPAL, required=True),
        country=header.country,
        sector=_slug(root, "sector", required=True),
        names=_names(root, name, legal_name, active_in, header.sure),
        checked=header.checked,
        sure=header.sure,
        where=file.label,
        legal_name=legal_name,
        identity=_identity(root, header),
        group=_slug(root, "group"),
        ending=_ending(root, header),
        post=_post(root, header),
        data_protection=_data_protection(root, header),
        numbers=tuple(_number(table, file, header) for table in root.tables("numbers")),
        caller_names=_caller_names(root),
        events=tuple(_event(table, header) for table in root.tables("record")),
        sources=header.sources,
        false_positives=header.false_positives,
        review=header.review,
    )
    examples = tuple(_example(table, file, header.country) for table in root.tables("example"))
    return Contents(header, companies=(company,), examples=examples)


def _countries(root: Table) -> list[str]:
    codes = root.texts("active_in")
    for index, code in enumerate(codes):
        if not COUNTRY.fullmatch(code):
            root.fault(
                f"“{code}” isn't two capital letters", "use ISO 3166 codes, such as BE", key="active_in", item=index
            )
    return [code for code in codes if COUNTRY.fullmatch(code)]


def _slug(table: Table, key: str, *, required: bool = False) -> str:
    text = table.text(key, required=required)
    if text and not SLUG.fullmatch(text):
        table.fault(f"{key} “{text}” isn't small letters, digits and single hyphens", "write it like-this", key=key)
    return text


def _names(root: Table, name: str, legal_name: str, active_in: frozenset[str], sure: Sure) -> tuple[Name, ...]:
    """The dated names; `name` and `legal_name` hold at any time unless they are among them."""
    dated = [_name(table, active_in, sure) for table in root.tables("names")]
    written = {item.name for item in dated}
    plain = {name: NameKind.TRADE, legal_name: NameKind.LEGAL}
    undated = [Name(text, kind, active_in, sure=sure) for text, kind in plain.items() if text and text not in written]
    return (*undated, *dated)


def _name(table: Table, active_in: frozenset[str], sure: Sure) -> Name:
    country = read_country(table, "country")
    since, until, when = read_span(table)
    return Name(
        name=table.text("name", required=True),
        kind=table.word("kind", NameKind, NameKind.TRADE, required=True),
        countries=frozenset({country}) if country else active_in,
        since=since,
        until=until,
        when=when,
        sure=table.word("sure", Sure, sure),
    )


def _identity(root: Table, header: Header) -> Identity | None:
    table = root.table("id")
    if table is None:
        return None
    scheme = table.word("scheme", _Scheme, _Scheme.KBO, required=True)
    value = table.text("value", required=True)
    digits = re.sub(r"[ .]", "", value)
    if scheme is _Scheme.KBO and value and not _is_kbo(digits):
        table.fault(f"“{value}” is no Belgian enterprise number", "look it up in KBO Public Search", key="value")
    if scheme is _Scheme.KVK and value and not re.fullmatch(r"[0-9]{8}", digits):
        table.fault(f"“{value}” isn't the eight digits of a Dutch KvK number", "look it up at kvk.nl", key="value")
    return Identity(scheme, value, _label(read_source(table, header.sources)))


def _is_kbo(digits: str) -> bool:
    """Ten digits of which the last two are 97 less the remainder of the first eight by 97."""
    return bool(re.fullmatch(r"[01][0-9]{9}", digits)) and 97 - int(digits[:8]) % 97 == int(digits[8:])


def _ending(root: Table, header: Header) -> Ending | None:
    table = root.table("ended")
    if table is None:
        return None
    how = table.word("how", _How, _How.CEASED, required=True)
    into = _slug(table, "into", required=how is _How.MERGED_INTO)
    if into and how is _How.CEASED:
        table.fault("a company that ceased went into none", 'write how = "merged-into", or remove into', key="into")
    on = table.day("on", required=True) or date.min
    return Ending(how, on, _label(read_source(table, header.sources)), into, table.text("note"))


def _post(root: Table, header: Header) -> Address | None:
    table = root.table("post")
    if table is None:
        return None
    lines = table.texts("lines", required=True)
    return Address(lines, _label(read_source(table, header.sources)), table.text("note"))


def _data_protection(root: Table, header: Header) -> DataProtection | None:
    table = root.table("gdpr")
    if table is None:
        return None
    email, form = table.text("email"), table.text("form")
    if email and not _EMAIL.fullmatch(email):
        table.fault(f"“{email}” is no e-mail address", "write it as name@company.example", key="email")
    if form and not form.startswith("https://"):
        table.fault(f"form “{form}” isn't a web address", "write it with https://", key="form")
    post = table.texts("post")
    if not (email or form or post):
        table.fault("[gdpr] gives no way to write", "add email, form or post, or remove the table")
    return DataProtection(_label(read_source(table, header.sources)), email, form, post, table.text("note"))


def _number(table: Table, file: RuleFile, header: Header) -> KnownNumber:
    number, prefix = table.text("e164"), table.text("prefix")
    if bool(number) == bool(prefix):
        table.fault("give either e164 or prefix", "e164 for one number, prefix for all that begin with it")
    if number and not _NUMBER.fullmatch(number):
        typed = parse_typed(number, header.country)
        mend = f'write e164 = "{typed.number}"' if typed else "write + and the country code, then digits only"
        table.fault(f"“{number}” isn't in E.164 form", mend, key="e164")
    if prefix and not _PREFIX.fullmatch(prefix):
        table.fault(f"“{prefix}” is no prefix of at least four digits", "write + and digits only", key="prefix")
    source = read_source(table, header.sources)
    return KnownNumber(
        prefix=number or prefix,
        whole=bool(number),
        purpose=table.word("purpose", Purpose, Purpose.SERVICE, required=True),
        source=source.title if source else "",
        where=f"{file.label}:{table.line()}",
        note=table.text("note"),
    )


def _caller_names(root: Table) -> tuple[str, ...]:
    patterns = root.texts("caller_names")
    for index, pattern in enumerate(patterns):
        if _REGEX_SIGNS.search(pattern):
            mend = "regular expressions aren't read here; * alone stands for anything"
            root.fault(f"pattern “{pattern}” looks like a regular expression", mend, key="caller_names", item=index)
        elif sum(c.isalnum() for c in pattern) < _MIN_PATTERN_LETTERS:
            mend = f"give at least {_MIN_PATTERN_LETTERS} letters"
            root.fault(f"pattern “{pattern}” fits nearly any name", mend, key="caller_names", item=index)
    return patterns


def _event(table: Table, header: Header) -> Event:
    return Event(
        read_moment(table, "date"), table.text("text", required=True), _label(read_source(table, header.sources))
    )


def _label(source: Source | None) -> str:
    return source.label if source else ""


def _example(table: Table, file: RuleFile, country: str) -> Example:
    """Either a name said on a day, or a number."""
    if "number" in table:
        return _number_example(table, file)
    said = table.text("said", required=True)
    on = table.day("on", required=True) or date.min
    where = read_country(table, "country", country)
    expected = _slug(table, "resolves_to") or file.slug

    def differs(books: Books) -> str:
        found = [candidate.company.slug for candidate in books.companies.resolve(said, on, where)]
        got = " or ".join(found) or "nothing"
        return "" if found == [expected] else f"“{said}” on {on} in {where} is {got}, not {expected}"

    return Example(file.path, table.line(), differs)


def _number_example(table: Table, file: RuleFile) -> Example:
    number = table.text("number", required=True)
    purpose = table.word("purpose", Purpose, Purpose.SERVICE, required=True)

    def differs(books: Books) -> str:
        found = books.companies.by_number(number)
        got = f"{found[1].purpose} of {found[0].slug}" if found else "nobody's"
        expected = f"{purpose} of {file.slug}"
        return "" if got == expected else f"{number} is {got}, not {expected}"

    return Example(file.path, table.line(), differs)
