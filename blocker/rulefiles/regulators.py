"""Reads `rules/regulators/<cc>-<slug>.toml`: one form of one authority.

Decides what such a file may say, and that the template of a free text asks for nothing that doesn't exist. Which calls
a complaint is about and what is written into it, `core/complaint.py` decides.
"""

from collections.abc import Iterable
from string import Formatter

from blocker.core.complaint_account import BLANKS
from blocker.core.form_words import LANGUAGES
from blocker.core.languages import ENGLISH
from blocker.core.provenance import Source, Sure
from blocker.core.regulator import (
    About,
    Caution,
    Channel,
    ChannelKind,
    Field,
    Fill,
    Kind,
    Numbers,
    Regulator,
    Takes,
    Weight,
)
from blocker.rulefiles.common import (
    SLUG,
    Contents,
    Header,
    RuleFile,
    read_header,
    read_source,
    read_texts,
    require_named_after_country,
)
from blocker.tomlfile import Document, Table, one_of

_MOST = 1_000


def read(file: RuleFile, document: Document) -> Contents:
    """One regulator file. Faults are noted in the document; what is returned is only of use if there are none."""
    root = document.root
    header = read_header(file, document)
    require_named_after_country(file, root, header.country)
    languages = _languages(root)
    kinds = tuple(_kind(table, languages, header) for table in root.tables("kind"))
    fields = tuple(_field(table, languages, header, kinds) for table in root.tables("field"))
    _refuse_doubles(root, "kind", [kind.id for kind in kinds])
    _refuse_doubles(root, "field", [field.id for field in fields])
    if not fields:
        root.fault("there is no [[field]]", "add one for each question of the form")
    channels = [_channel(table, languages, header) for table in root.tables("channel")]
    if not channels:
        root.fault("there is no [[channel]]", "say where a complaint is handed in")
    warnings = [_warning(table, header) for table in root.tables("warning")]
    takes = _takes(root.section("takes"))
    about = root.word("about", About, About.COMPANY, required=True)
    if about is About.CALLER:
        _refuse_rules_about_companies(root, takes, kinds)
    register = root.text("register")
    if takes.after_register and not register:
        root.fault("after_register, but no register is named", 'add register = "…"', key="takes", item="after_register")
    regulator = Regulator(
        slug=file.slug,
        country=header.country,
        name=read_texts(root, "name", (ENGLISH,), required=True),
        languages=languages or (ENGLISH,),
        about=about,
        signed=root.flag("signed", default=False),
        register=register,
        takes=takes,
        channels=tuple(item for item in channels if item is not None),
        kinds=kinds,
        fields=fields,
        warnings=tuple(item for item in warnings if item is not None),
        account=_account(root, languages, fields),
        checked=header.checked,
        sure=header.sure,
        review=header.review,
        sources=header.sources,
        where=file.label,
    )
    return Contents(header, regulators=(regulator,))


def _languages(root: Table) -> tuple[str, ...]:
    found = root.texts("languages", required=True)
    for index, language in enumerate(found):
        if language not in LANGUAGES:
            root.fault(f"no words are known for “{language}”", one_of(language, LANGUAGES), key="languages", item=index)
    if "languages" in root and not found:
        root.fault("languages is empty", 'name those of the form, such as ["nl", "fr"]', key="languages")
    return found


def _takes(table: Table) -> Takes:
    return Takes(
        points_to=frozenset(table.texts("points_to")),
        numbers=table.word("numbers", Numbers, Numbers.ANY),
        answered=table.flag("answered", default=False),
        after_register=table.flag("after_register", default=False),
        one_number=table.flag("one_number", default=False),
        each_number=table.flag("each_number", default=False),
        most_calls=table.whole("most_calls", 0, low=1, high=_MOST),
        first_write_months=table.whole("first_write_months", 0, low=1, high=_MOST),
    )


def _channel(table: Table, languages: Iterable[str], header: Header) -> Channel | None:
    kind = table.word("kind", ChannelKind, ChannelKind.WEB, required=True)
    where = table.texts("where", required=kind is not ChannelKind.PROVIDER)
    sure = table.word("sure", Sure, header.sure)
    if kind is ChannelKind.WEB and not all(line.startswith("https://") for line in where):
        table.fault("a web channel needs addresses that begin with https://", "write them so", key="where")
    if kind is ChannelKind.E_MAIL and not all("@" in line for line in where):
        table.fault("an e-mail channel needs e-mail addresses", "write them as name@authority.example", key="where")
    source = read_source(table, header.sources)
    inner = table.section("letter")
    letter = {language: lines for language in languages if (lines := inner.texts(language))}
    return Channel(kind, where, source, sure, letter) if source else None


def _kind(table: Table, languages: Iterable[str], header: Header) -> Kind:
    kind = Kind(
        id=_id(table),
        label=read_texts(table, "label", languages, required=True),
        points_to=frozenset(table.texts("points_to")),
        least_calls=table.whole("least_calls", 0, low=1, high=_MOST),
        within_days=table.whole("within_days", 0, low=1, high=_MOST),
        source=_label_source(table, header),
    )
    if bool(kind.least_calls) is not bool(kind.within_days):
        table.fault("least_calls and within_days go together", "give both, or neither")
    if not (kind.points_to or kind.least_calls):
        table.fault("nothing says which calls support this", "add points_to, or least_calls and within_days")
    return kind


def _field(table: Table, languages: tuple[str, ...], header: Header, kinds: tuple[Kind, ...]) -> Field:
    fill = table.word("fill", Fill, Fill.YOURSELF, required=True)
    known = {kind.id for kind in kinds}
    asked = table.texts("kinds")
    for index, kind in enumerate(asked):
        if kind not in known:
            table.fault(f"no [[kind]] has the id “{kind}”", one_of(kind, known), key="kinds", item=index)
    return Field(
        id=_id(table),
        label=read_texts(table, "label", languages, required=True),
        fill=fill,
        weight=table.word("weight", Weight, Weight.ASKED, required=True),
        source=_label_source(table, header),
        answer=read_texts(table, "answer", languages[:1], required=fill is Fill.FIXED),
        note=read_texts(table, "note", (ENGLISH,)),
        kinds=frozenset(asked),
    )


def _label_source(table: Table, header: Header) -> Source | None:
    """Where a label was read; a label without a source is this program's own."""
    table.raw("source")
    return read_source(table, header.sources) if "source" in table else None


def _id(table: Table) -> str:
    name = table.text("id", required=True)
    if name and not SLUG.fullmatch(name):
        table.fault(f"id can't be “{name}”", "write small letters, digits and single hyphens", key="id")
    return name


def _refuse_rules_about_companies(root: Table, takes: Takes, kinds: Iterable[Kind]) -> None:
    """No call is judged by law where it isn't known for whom it was: nothing would ever be drafted."""
    mend = 'leave points_to out, or write about = "company"'
    if takes.points_to:
        root.fault("a form about who called can't ask what a call points to", mend, key="takes", item="points_to")
    for index, kind in enumerate(kinds):
        if kind.points_to:
            root.fault("a form about who called can't ask what a call points to", mend, key="kind", item=index)


def _refuse_doubles(root: Table, what: str, ids: list[str]) -> None:
    for index, name in enumerate(ids):
        if name in ids[:index]:
            root.fault(f"a second [[{what}]] with the id “{name}”", "give it an id of its own", key=what, item=index)


def _warning(table: Table, header: Header) -> Caution | None:
    text = read_texts(table, "text", (ENGLISH,), required=True)
    source = read_source(table, header.sources)
    return Caution(text, source) if source else None


def _account(root: Table, languages: Iterable[str], fields: tuple[Field, ...]) -> dict[str, tuple[str, ...]]:
    """The template, in each of the form's languages; a blank that nothing fills is a fault."""
    if "account" not in root and all(field.fill is not Fill.ACCOUNT for field in fields):
        root.raw("account")
        return {}
    table = root.table("account")
    if table is None:
        if "account" not in root:
            root.fault("there is no [account]", "add the free text that a field asks for, in each language")
        return {}
    account = {}
    for language in languages:
        account[language] = lines = table.texts(language, required=True)
        for index, line in enumerate(lines):
            for blank in _blanks(table, language, index, line):
                if blank not in BLANKS:
                    what = f"nothing fills {{{blank}}}"
                    table.fault(what, one_of(blank, BLANKS), key=language, item=index)
    return account


def _blanks(table: Table, language: str, index: int, line: str) -> list[str]:
    try:
        parts = list(Formatter().parse(line))
    except ValueError:
        table.fault("a { or } without its other half", "write {{ for a brace of the text", key=language, item=index)
        return []
    if any(spec or conversion for _, _, spec, conversion in parts):
        table.fault("a blank has more than a name", "write only {name}", key=language, item=index)
    return [name for _, name, _, _ in parts if name is not None]
