"""`tools/verify-ledger.sh`, the verifier that shares no code with ours, finds what ours finds."""

import json
import re
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fakes.ledgers import SALT, Row, chained, content, expected, lay_out_vector, tamper, vector_names
from fakes.needs import needs_command

from blocker.core.entry import Head, canonical, link_line, sha256_hex
from blocker.evidence.chain import Chain, FaultKind
from blocker.evidence.verify import verify

pytestmark = needs_command("sqlite3")
NAMES = set(map(str, FaultKind))


class Said(NamedTuple):
    faults: list[tuple[int, str]]
    entries: int
    erased: int
    head: tuple[int, str]
    status: int


def second_opinion(repository: Path, directory: Path, shell: str = "sh") -> Said:
    """What the script says of a ledger."""
    script = repository / "tools" / "verify-ledger.sh"
    run = subprocess.run([*shell.split(), str(script), str(directory)], capture_output=True, text=True, check=False)
    seen = re.search(r"^(\d+) entries, (\d+) of them erased; head (-?\d+) ([0-9a-f]{64})$", run.stdout, re.MULTILINE)
    assert seen, run.stdout + run.stderr
    faults = re.findall(r"^(-?\d+) ([a-z]+(?:-[a-z]+)+)$", run.stdout, re.MULTILINE)
    assert ("The ledger verifies." in run.stdout) == (not faults) == (run.returncode == 0), run.stdout + run.stderr
    head = int(seen[3]), seen[4]
    return Said(sorted((int(n), name) for n, name in faults), int(seen[1]), int(seen[2]), head, run.returncode)


async def both_agree(repository: Path, directory: Path) -> Said:
    """Ask both; what they say is the same."""
    ours, theirs = await verify(directory), second_opinion(repository, directory)
    found = sorted((fault.n, str(fault.kind)) for fault in ours.faults if fault.kind in NAMES)
    assert theirs[:4] == (found, ours.entries, ours.erased, (ours.head.n, ours.head.sha256))
    return theirs


@pytest.mark.parametrize("name", vector_names())
async def test_both_find_the_faults_of_the_frozen_ledgers(tmp_path: Path, repository: Path, name: str) -> None:
    """The same faults with the same names at the same entries, the same count, the same head."""
    await lay_out_vector(tmp_path, name)
    known = expected(name)
    said = second_opinion(repository, tmp_path)
    chain = [(n, fault) for n, fault in map(tuple, known["faults"]) if fault in NAMES]
    assert said[:4] == (sorted(chain), known["entries"], known["erased"], (known["head"]["n"], known["head"]["sha256"]))


TAMPERED = {
    "nothing": [],
    "a content of two lines": ["UPDATE contents SET content = replace(content, ',', ',' || char(10)) WHERE n = 6"],
    "a content with a NUL": ["UPDATE contents SET content = content || char(0) WHERE n = 6"],
    "a link of two lines": ["UPDATE links SET line = line || char(10) WHERE n = 6"],
    "a link with a NUL": ["UPDATE links SET line = line || char(0) || 'x' WHERE n = 6"],
    "a link with a tab": ["UPDATE links SET line = replace(line, ' ', char(9)) WHERE n = 6"],
    "an empty link": ["UPDATE links SET line = '' WHERE n = 6"],
    "a link as long as a book": ["UPDATE links SET line = hex(zeroblob(100000)) WHERE n = 6"],
    "a number with a leading zero": ["UPDATE links SET line = '0' || line WHERE n = 6"],
    "a number beyond all": ["UPDATE links SET line = '9007199254740992' || substr(line, 2) WHERE n = 6"],
    "numbers far apart": ["UPDATE links SET n = 9007199254740000 WHERE n = 12"],
    "a negative number": ["UPDATE links SET n = -3 WHERE n = 1"],
    "an early start": ["DELETE FROM links WHERE n < 4", "DELETE FROM contents WHERE n < 4"],
    "several missing": ["DELETE FROM links WHERE n IN (3, 4, 8)"],
    "all links": ["DELETE FROM links"],
    "all contents": ["DELETE FROM contents"],
    "a content beyond the end": ["INSERT INTO contents (n, content) VALUES (99, '{}')"],
}


@pytest.mark.parametrize("case", TAMPERED)
async def test_both_agree_on_what_was_tampered_with(tmp_path: Path, repository: Path, case: str) -> None:
    """Whatever bytes stand in links and contents, in whatever place, both see the same in them."""
    await lay_out_vector(tmp_path, "holds")
    tamper(tmp_path, *TAMPERED[case])
    said = await both_agree(repository, tmp_path)
    assert bool(said.faults) == bool(TAMPERED[case])


def erasing(**changed: Any) -> dict[str, Any]:
    """A content of the kind that erases."""
    return {**content("a", kind="erasure"), "why": "", "by": "", "entries": [1], **changed}


ERASURES: dict[str, bytes] = {
    name: canonical({"salt": SALT, **one}) if isinstance(one, dict) else one
    for name, one in {
        "right": erasing(),
        "several": erasing(entries=[1, 2]),
        "twice": erasing(entries=[1, 1]),
        "none": erasing(entries=[]),
        "itself": erasing(entries=[7]),
        "later": erasing(entries=[1, 999]),
        "zero": erasing(entries=[0]),
        "negative": erasing(entries=[-1]),
        "true": erasing(entries=[True]),
        "text": erasing(entries=["1"]),
        "within": erasing(entries=[[1]]),
        "no array": erasing(entries=1),
        "absent": content("a", kind="erasure"),
        "of another kind": {**erasing(), "kind": "erased"},
        "another kind within": {**content("a"), "erased": {"kind": "erasure"}},
        "odd text": erasing(why='é\x00\x1f\x7f"\\/\b\f\n\r\t\u2028\U0001f4de'),
        "deep": erasing(why=json.loads("[" * 15 + "]" * 15)),
        "another's version": {**erasing(), "v": 2},
        "not its salt": {**erasing(), "salt": "x" * 32},
        "no time": {**erasing(), "at": "2026-02-30T00:00:00.000Z"},
    }.items()
} | {
    f"{name}, spelt otherwise": canonical({"salt": SALT, **erasing(why="é\n\x01", more=12)}).replace(old, new)
    for name, old, new in (
        ("a space", b":12", b": 12"),
        ("an escaped letter", "é".encode(), b"\\u00e9"),
        ("a long escape", b"\\n", b"\\u000a"),
        ("capitals", b"\\u0001", b"\\U0001"),
        ("a raw control character", b"\\u0001", b"\x01"),
        ("a fraction", b":12", b":12.0"),
        ("an exponent", b":12", b":1e1"),
        ("a leading zero", b":12", b":012"),
        ("minus nothing", b":12", b":-0"),
        ("too large", b":12", b":9007199254740992"),
        ("as large as may be", b":12", b":9007199254740991"),
        ("as small as may be", b":12", b":-9007199254740991"),
        ("a key twice", b'"more"', b'"kind"'),
        ("keys not in order", b'"more"', b'"zore"'),
        ("a foreign key", b'"more"', '"moré"'.encode()),
        ("cut off", b"}", b""),
        ("more behind", b"}", b"}}"),
        ("a comma too many", b"}", b",}"),
        ("half of a letter", "é".encode(), b"\xc3"),
        ("half of a pair", "é".encode(), b"\xed\xa0\x80"),
    )
}  # fmt: skip


def lay_out_plainly(directory: Path, rows: list[Row]) -> None:
    """A ledger's file without the computed columns, which SQLite can't compute of what isn't JSON."""
    with closing(sqlite3.connect(directory / "ledger.sqlite3")) as database, database:
        database.execute("PRAGMA application_id = 0x626C6B4C")
        database.execute("CREATE TABLE links (n INTEGER PRIMARY KEY, line TEXT NOT NULL)")
        database.execute("CREATE TABLE contents (n INTEGER PRIMARY KEY, content TEXT NOT NULL)")
        for n, link, body in rows:
            database.execute("INSERT INTO links VALUES (?, CAST(? AS TEXT))", (n, (link or b"\n")[:-1]))
            if body is not None:
                database.execute("INSERT INTO contents VALUES (?, CAST(? AS TEXT))", (n, body[:-1]))


def test_both_read_an_erasure_alike(tmp_path: Path, repository: Path) -> None:
    """What is an erasure, what it lists, and what is malformed: the same for a parser in awk as for ours."""
    (_, first, _), second = chained([content("0"), content("1")])
    head, rows = Head(2, sha256_hex(second[1] or b"")), [(1, first, None), second]
    for line in ERASURES.values():
        link = link_line(head.n + 1, head.sha256, sha256_hex(line))
        head = Head(head.n + 1, sha256_hex(link))
        rows.append((head.n, link, line))
    chain = Chain()
    for n, text, body in rows:
        chain.add(n, text or b"", body)
    chain.end()
    lay_out_plainly(tmp_path, rows)
    said = second_opinion(repository, tmp_path)
    names = dict(enumerate(ERASURES, 3))
    ours = {(names.get(fault.n, ""), fault.n, str(fault.kind)) for fault in chain.faults}
    assert {(names.get(n, ""), n, name) for n, name in said.faults} == ours
    assert len(ours) > len(ERASURES) / 2
    assert chain.erased == 1
