"""Promises of the documents about rule files: their example works, and they name every key there is."""

import re
import textwrap
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from fakes.law_folder import LAW
from fakes.rule_folder import COMPANY, RANGES, write

from blocker import rulebook
from blocker.core.company import NameKind, Purpose, Role
from blocker.core.exemptions import Exemptions
from blocker.core.law import Binding, Finding
from blocker.core.law_case import Presented
from blocker.core.law_time import Holidays
from blocker.core.predicates import PREDICATES
from blocker.core.provenance import Quality, Sure
from blocker.core.ranges import RangeClass
from blocker.rulebook import load_rules
from blocker.tomlfile import Document, parse_bytes


def test_the_company_in_the_readme_can_be_copied(repository: Path, tmp_path: Path) -> None:
    """Somebody who copies the example has a file that loads and whose examples hold."""
    (block,) = re.findall(
        r"^   ```toml\n(.*?)^   ```$", (repository / "rules/README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    book = load_rules(write(tmp_path, {"companies/voltje.toml": textwrap.dedent(block)}))
    assert book.failed_examples() == []


def test_the_specification_names_every_key_and_word(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No key or word can be added without being written down."""
    documents: list[Document] = []

    def watched(raw: bytes, file: str) -> Document:
        documents.append(parse_bytes(raw, file))
        return documents[-1]

    monkeypatch.setattr(rulebook, "parse_bytes", watched)
    ended = '[ended]\nhow = "ceased"\non = 2020-01-01\nsource = "site"\n'
    load_rules(write(tmp_path, {"companies/acme.toml": COMPANY + ended, "ranges/be-sales.toml": RANGES}))
    keys = {key for document in documents for table in document._tables for key in table._asked}
    assert {"slug", "e164", "inside", "into"} <= keys
    words = {word.value for kind in (NameKind, Purpose, Role, Quality, Sure, RangeClass) for word in kind}
    text = (repository / "docs/spec/rule-files.md").read_text("utf-8")
    written = set(re.findall(r"[a-z0-9_-]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert keys | words <= written


def test_the_specification_names_everything_a_law_may_say(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys, predicates with their parameters, excuses and words of law files are written down."""
    documents: list[Document] = []

    def watched(raw: bytes, file: str) -> Document:
        documents.append(parse_bytes(raw, file))
        return documents[-1]

    monkeypatch.setattr(rulebook, "parse_bytes", watched)
    load_rules(write(tmp_path, {"law/be-some-law.toml": LAW}))
    keys = {key for document in documents for table in document._tables for key in table._asked}
    forms: list[type[Any]] = [Exemptions, *(predicate.parameters for predicate in PREDICATES.values())]
    keys |= {field.name for form in forms for field in fields(form)} | PREDICATES.keys()
    words = {word.value for kind in (Binding, Finding, Presented, Holidays) for word in kind}
    assert {"attempt_counts", "never_consented", "ends_consents"} <= keys
    text = (repository / "docs/spec/rule-files.md").read_text("utf-8")
    written = set(re.findall(r"[a-z0-9_-]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert (keys | words) - written == set()
