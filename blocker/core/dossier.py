"""What the rules know about a company, drawn together for a person who wants to write to it.

Plain values, each fact with its source and how sure that is. Decides what has to be checked before somebody relies on
it. Says nothing about what a company did: that is in the household's own records only (`companies.py`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from blocker.core.company import Company, CompanyBook, Name
from blocker.core.provenance import Quality, Source, Sure


def dossier(company: Company, book: CompanyBook, today: date) -> dict[str, Any]:
    """All of it, as JSON values.

    Args:
        company: the company.
        book: where the companies named in it are looked up.
        today: the day at the household.
    """
    identity, ending = company.identity, company.ending
    group = book.by_slug(company.group)
    return {
        "slug": company.slug,
        "name": company.name,
        "role": str(company.role),
        "sector": company.sector,
        "country": company.country,
        "legal_name": company.legal_name,
        "register": (
            {"scheme": identity.scheme, "number": identity.value} | _source(company, identity.source)
            if identity
            else None
        ),
        "group": {"slug": group.slug, "name": group.name} if group else None,
        "ended": (
            {"how": ending.how, "on": str(ending.on), "into": ending.into, "note": ending.note}
            | _source(company, ending.source)
            if ending
            else None
        ),
        "names": [_name(name) for name in company.names],
        "addresses": list(_addresses(company)),
        "numbers": [
            {
                "number": known.prefix if known.whole else f"{known.prefix}*",
                "purpose": str(known.purpose),
                "note": known.note,
                "where": known.where,
            }
            | _source(company, known.source)
            for known in company.numbers
        ],
        "caller_names": list(company.caller_names),
        "history": [{"on": event.on, "text": event.text} | _source(company, event.source) for event in company.events],
        "false_positives": list(company.false_positives),
        "check_first": list(_check_first(company, book, today)),
        "sure": str(company.sure),
        "checked": str(company.checked),
        "where": company.where,
    }


def _name(name: Name) -> dict[str, Any]:
    return {
        "name": name.name,
        "kind": str(name.kind),
        "when": name.when,
        "countries": sorted(name.countries),
        "sure": str(name.sure),
    }


def _addresses(company: Company) -> Iterator[dict[str, Any]]:
    """Where an objection may be sent: letters first, then what the company names for data protection."""
    if post := company.post:
        yield {"by": "post", "lines": list(post.lines), "note": post.note} | _source(company, post.source)
    if data := company.data_protection:
        ways = (
            ("e-mail", [data.email] if data.email else []),
            ("web", [data.form] if data.form else []),
            ("post, data protection", list(data.post)),
        )
        for by, lines in ways:
            if lines:
                yield {"by": by, "lines": lines, "note": data.note} | _source(company, data.source)


def _source(company: Company, named: str) -> dict[str, Any]:
    """A source as a fact names it, which is by its label, or for numbers by its title."""
    for source in company.sources:
        if named in {source.label, source.title}:
            return {
                "source": _described(source),
                "quality": str(source.quality),
                "title": source.title,
                "titles": dict(source.titles),
                "seen": str(source.seen),
            }
    return {"source": named, "quality": "", "title": named, "titles": {}, "seen": ""}


def _described(source: Source) -> str:
    of = "" if source.dated.startswith("undated") else "dated "
    dated = f", {of}{source.dated}" if source.dated else ""
    return f"{source.title}{dated}, read {source.seen}" + (f", {source.url}" if source.url else "")


def _check_first(company: Company, book: CompanyBook, today: date) -> Iterator[str]:
    """What to look up before a letter goes out on the strength of this."""
    if ending := company.ending:
        heir = book.by_slug(ending.into)
        yield f"it ended on {ending.on}" + (f"; write to {heir.name} ({heir.slug})" if heir else "")
    if company.sure is not Sure.VERIFIED:
        yield f"the facts are {company.sure}"
    if company.review and company.review <= today:
        yield f"the facts were to be looked at again by {company.review}"
    if not any(_addresses(company)):
        yield "no address is known to which an objection could be sent"
    for what, source in _sources(company):
        if source["quality"] != Quality.PRIMARY:
            yield f"{what} is from a {source['quality']} source"
    for name in company.names:
        if name.sure is not Sure.VERIFIED and name.sure is not company.sure:
            yield f"the name {name.name} is {name.sure}"


def _sources(company: Company) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each fact that a letter may rest on, in words, with its source."""
    for address in _addresses(company):
        yield f"the address for {address['by']}", address
    for known in company.numbers:
        yield known.prefix, _source(company, known.source)
    if company.identity:
        yield "the register number", _source(company, company.identity.source)
