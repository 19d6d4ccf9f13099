"""Corrections name earlier entries of persons, and nothing else."""

from datetime import UTC, datetime
from typing import Any

import pytest

from blocker.core.corrected import CORRECTABLE, correction, is_of_a_person, withdrawn_of
from blocker.core.entry import EntryKind
from blocker.errors import LedgerCorruptError, LedgerFormatError

AT = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)


def test_what_was_corrected_is_told_by_its_number() -> None:
    """Every correction counts, in whatever order they are read; other entries withdraw nothing."""
    entries = [
        (9, correction(AT, 4, why="the wrong call", by="Anna")),
        (7, correction(AT, 2, why="a slip", by="Anna")),
        (8, {"v": 1, "kind": "statement", "entry": 3}),
    ]
    assert withdrawn_of(entries) == {2, 4}
    assert withdrawn_of([]) == frozenset()


@pytest.mark.parametrize("entry", [9, 10, 0, -1, "4", None, 4.0])
def test_a_correction_that_names_no_earlier_entry_is_a_damaged_one(entry: Any) -> None:
    """Nothing is guessed about an entry that no program of ours writes."""
    with pytest.raises(LedgerCorruptError, match="entry 9"):
        withdrawn_of([(9, {"v": 1, "kind": "correction", "entry": entry, "why": "", "by": ""})])


def test_a_correction_of_a_newer_program_stops_the_reading() -> None:
    """What it takes back isn't known, and so neither what counts."""
    with pytest.raises(LedgerFormatError, match="newer"):
        withdrawn_of([(9, {"v": 2, "kind": "correction", "entry": 4})])


@pytest.mark.parametrize("kind", list(EntryKind))
def test_only_what_a_person_said_can_be_taken_back(kind: EntryKind) -> None:
    """A machine's facts, seals and corrections themselves stand; of imported calls only those entered by hand."""
    said = kind in CORRECTABLE
    assert is_of_a_person({"kind": str(kind), "seen_by": "asterisk-cdr"}) is said
    assert is_of_a_person({"kind": str(kind), "seen_by": "hand"}) is (said or kind is EntryKind.CALL_IMPORTED)
