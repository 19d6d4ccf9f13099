"""Companies that are one by now: what was taken over stands with the one that it has gone into.

Decides which slugs are looked for together. When a company was taken over, and by whom, is in its rule file.
"""

from collections.abc import Iterable
from datetime import date

from blocker.core.company import CompanyBook


def heir(book: CompanyBook, slug: str, on: date) -> str:
    """The slug that a company has gone into by a day, or its own."""
    found = book.successor(slug, on)
    return found.slug if found else slug


def one_by_now(book: CompanyBook, slugs: Iterable[str], on: date) -> frozenset[str]:
    """These companies, and all that are one with them on a day."""
    meant = frozenset(slugs)
    heirs = {heir(book, slug, on) for slug in meant}
    return meant | {company.slug for company in book if heir(book, company.slug, on) in heirs}
