"""The frozen files of docs/spec/snapshot.md are read as they were, and checked as strangers would check them."""

import hashlib
import json
from pathlib import Path

import pytest

from blocker.core import member_report
from blocker.core.member_report import reporter_line
from blocker.core.signed_text import split
from blocker.core.snapshot import decode
from blocker.core.snapshot_manifest import NAMESPACE, Manifest, identity, name_in, parse
from blocker.evidence.signing import verify

VECTORS = Path(__file__).parents[1] / "vectors" / "snapshot"


async def manifest(name: str) -> Manifest:
    text, signature = split((VECTORS / name).read_bytes(), name)
    signers = (VECTORS / "allowed_signers").read_text()
    assert not await verify(signature, text.encode(), signers, identity(name_in(text)), NAMESPACE)
    return parse(text)


async def test_a_list_and_its_changes() -> None:
    """From version 1 the changes lead to version 2, whose numbers come to the sum that was signed."""
    first, second = await manifest("manifest-of-version-1.txt"), await manifest("manifest.txt")
    for piece in (second.whole, *second.deltas):
        raw = (VECTORS / piece.path).read_bytes()
        assert (hashlib.sha256(raw).hexdigest(), len(raw)) == piece
    whole, _ = decode((VECTORS / second.whole.path).read_bytes())
    assert (whole.sha256, len(whole.numbers), whole.base) == (second.sha256, second.numbers, 0)
    before, _ = decode((VECTORS / first.whole.path).read_bytes())
    listed = {item.target: item for item in before.items()}
    (piece,) = second.path_from(first.known)
    changes, _ = decode((VECTORS / piece.path).read_bytes())
    listed |= {item.target: item for item in changes.items()}
    assert {item.target: item for item in whole.items()} == {key: item for key, item in listed.items() if item.votes}


def test_every_section() -> None:
    """A file with every section holds what is written beside it."""
    file, rest = decode((VECTORS / "every-section.list").read_bytes())
    found = [
        [item.target.text, str(item.rating), item.votes, str(item.last_activity), str(item.listed_since)]
        for item in file.items()
    ]
    assert found == json.loads((VECTORS / "every-section.json").read_text())
    assert (file.list, file.version, file.base, rest) == ("every-section", 7, 6, b"")


async def test_a_report() -> None:
    """A member's report is by one of those who may report, and prints back to itself."""
    lines = (VECTORS / "reporters").read_text().splitlines()
    reporters = dict(reporter_line(line) for line in lines if not line.startswith("#"))
    text, signature = split((VECTORS / "a.report").read_bytes(), "a.report")
    report = member_report.parse(text)
    line = reporters[report.reporter]
    assert not await verify(signature, text.encode(), line, report.reporter, member_report.NAMESPACE)
    assert report.text() == text
    assert len(report.numbers) == 60


@pytest.mark.parametrize("name", ["manifest.txt", "a.report"])
def test_what_is_signed_is_plain(name: str) -> None:
    """What a person is asked to look at before it goes out is lines of words."""
    text, _ = split((VECTORS / name).read_bytes(), name)
    assert text.isascii()
    assert all(line == " ".join(line.split()) for line in text.splitlines())
