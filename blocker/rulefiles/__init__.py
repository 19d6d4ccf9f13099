"""Reads rule files: one module per folder of `rules/`, each turning one TOML file into core values.

A new kind of rule file is one module here and one line in `READERS`. `rulebook.py` reads folders and checks files
against each other; nothing here knows of any file but its own. The formats are written down in
`docs/spec/rule-files.md`.
"""

from collections.abc import Callable, Mapping

from blocker.rulefiles import companies, law, ranges, regulators, sources
from blocker.rulefiles.common import Contents, RuleFile
from blocker.tomlfile import Document

READERS: Mapping[str, Callable[[RuleFile, Document], Contents]] = {
    "companies": companies.read,
    "ranges": ranges.read,
    "law": law.read,
    "regulators": regulators.read,
    "sources": sources.read,
}
"""Folder name to reader."""
