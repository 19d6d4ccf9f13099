"""Reads `rules/law/<cc>-<slug>.toml`: the provisions of one law of one country, in their versions over time.

Decides what a law file may say. What follows from a provision for a call, `core/law.py` does.
"""

from datetime import date
from typing import Any

from blocker.core.exemptions import Exemptions
from blocker.core.languages import ENGLISH, Texts
from blocker.core.law import Binding, Provision
from blocker.core.predicates import PREDICATES
from blocker.core.provenance import Sure
from blocker.rulefiles.common import (
    SLUG,
    SUBDIVISION,
    Contents,
    Header,
    RuleFile,
    read_header,
    read_source,
    read_text,
    require_named_after_country,
)
from blocker.rulefiles.law_examples import read_examples
from blocker.rulefiles.parameters import read_into
from blocker.tomlfile import Document, Table, one_of


def read(file: RuleFile, document: Document) -> Contents:
    """One law file. Faults are noted in the document; what is returned is only of use if there are none."""
    root = document.root
    header = read_header(file, document)
    require_named_after_country(file, root, header.country)
    root.text("law", required=True)
    tables = root.tables("provision")
    if not tables:
        root.fault("there is no [[provision]]", "add one for each thing that the law says about calls")
    registers = _registers(root)
    found = [_provision(table, file, header) for table in tables]
    provisions = tuple(item for item in found if item is not None)
    ids = {table.text("id") for table in tables}
    examples, tried = read_examples(root, file, header.country, ids)
    for table in tables:
        if (name := table.text("id")) and name not in tried:
            table.fault(f"no [[example]] tries {name}", "add a call that it is about, and one that it isn't", key="id")
    return Contents(header, laws=provisions, examples=examples, registers=registers)


def _registers(root: Table) -> dict[str, Texts]:
    """What people call the do-not-call registers that the provisions ask about."""
    names: dict[str, Texts] = {}
    for table in root.tables("register"):
        key, (name, texts) = table.text("id", required=True), read_text(table, "name")
        if key in names:
            table.fault(f"a second [[register]] with the id “{key}”", "remove one of them", key="id")
        names[key] = texts or {ENGLISH: name}
    return names


def _provision(table: Table, file: RuleFile, header: Header) -> Provision | None:
    name = table.text("id", required=True)
    if name and not (SLUG.fullmatch(name) and name.startswith(header.country.lower() + "-")):
        mend = f"write small letters, digits and hyphens, beginning with {header.country.lower()}-"
        table.fault(f"id can't be “{name}”", mend, key="id")
    predicate, parameters = _asked(table)
    sure, check = table.word("sure", Sure, header.sure), table.flag("check", default=False)
    if sure is Sure.UNVERIFIED and not check:
        table.fault("unverified, yet without check = true", "add check = true: every report then says so", key="sure")
    valid_from, valid_to = _days(table)
    unless = read_into(table.section("unless"), Exemptions)
    summary = table.text("summary", required=True)
    title, titles = read_text(table, "title")
    citation, citations = read_text(table, "citation")
    binding = table.word("binding", Binding, Binding.LAW, required=True)
    counts = table.flag("attempt_counts", default=False) if "attempt_counts" in table else table.raw("attempt_counts")
    source = read_source(table, header.sources)
    subdivision = _subdivision(table, header.country)
    if source is None or parameters is None or unless is None:
        return None
    return Provision(
        id=name,
        country=header.country,
        title=title,
        summary=summary,
        citation=citation,
        predicate=predicate,
        parameters=parameters,
        unless=unless,
        binding=binding,
        attempt_counts=counts if isinstance(counts, bool) else None,
        valid_from=valid_from,
        valid_to=valid_to,
        sure=sure,
        check=check,
        source=source,
        checked=header.checked,
        review=header.review,
        where=f"{file.label}:{table.line()}",
        subdivision=subdivision,
        false_positives=header.false_positives,
        titles=titles,
        citations=citations,
    )


def _asked(table: Table) -> tuple[str, Any]:
    """The predicate's name and its parameters; None for those where either is wrong."""
    name = table.text("predicate", required=True)
    if name not in PREDICATES:
        table.raw("parameters")
        if name:
            table.fault(f"predicate can't be “{name}”", one_of(name, PREDICATES), key="predicate")
        return name, None
    return name, read_into(table.section("parameters"), PREDICATES[name].parameters)


def _days(table: Table) -> tuple[date, date]:
    first, last = table.day("valid_from") or date.min, table.day("valid_to") or date.max
    if last < first:
        table.fault("valid_to comes before valid_from", "exchange them", key="valid_to")
    return first, last


def _subdivision(table: Table, country: str) -> str:
    code = table.text("subdivision")
    if code and not (SUBDIVISION.fullmatch(code) and code.startswith(country + "-")):
        table.fault(f"subdivision “{code}” isn't one of {country}", f"use ISO 3166-2, {country}-…", key="subdivision")
    return code
