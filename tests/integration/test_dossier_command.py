"""Promises about `blocker dossier`: everything about one company, in files that are all there or not at all."""

import csv
import json
import re
from pathlib import Path

import pytest
from fakes.packs import TOP, lay_out, verified
from fakes.running import Program

SPEC = Path(__file__).parents[2] / "docs" / "spec" / "dossier.md"
FILES = {"calls.csv", "dossier.html", "dossier.json", "dossier.pdf"}


def page(program: Program, *words: str, company: str = "proximus") -> tuple[Path, str]:
    """Make one; the folder, and the page without its markup."""
    out = program.folder / f"dossier-{len(list(program.folder.glob('dossier-*')))}"
    program.run("dossier", company, "--out", str(out), *words)
    html = (out / "dossier.html").read_text()
    return out, re.sub(r"<[^>]+>", " ", html.partition("</head>")[2])


async def test_all_files_say_the_same(tmp_path: Path) -> None:
    """HTML, PDF, JSON and CSV are there, with the same calls; the same records give the same bytes."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    out, text = page(program)
    assert {path.name for path in out.iterdir()} == FILES
    known = json.loads((out / "dossier.json").read_text())
    rows = list(csv.DictReader((out / "calls.csv").read_text().splitlines()))
    assert len(rows) == len(known["calls"]) == known["named_in"]["calls"] > 0
    assert all(call["call"][:8] in text for call in known["calls"])
    assert known["ledger"]["sha256"] in text
    assert (out / "dossier.pdf").read_bytes().startswith(b"%PDF-")
    again, _ = page(program)
    assert all((out / name).read_bytes() == (again / name).read_bytes() for name in FILES)


async def test_the_specification_describes_every_key(tmp_path: Path) -> None:
    """Who reads `dossier.json` with a program finds each key of the whole, of its counts and of a call explained."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    out, _ = page(program)
    known = json.loads((out / "dossier.json").read_text())
    described = set(re.findall(r"`(\w+)`", SPEC.read_text("utf-8")))
    assert set(known) - described == set()
    assert set(known["named_in"]) - described == set()
    assert set(known["calls"][0]) - described == set()
    assert {key for one in known["law"] for key in one} - described == set()


@pytest.mark.parametrize(
    ("language", "heading", "source"),
    [
        ("nl", "Wat nog ontbreekt", "Privacyverklaring op proximus.be"),
        ("fr", "Ce qui manque", "Avis de confidentialité sur proximus.be"),
        ("de", "Was noch fehlt", "Datenschutzhinweis auf proximus.be"),
        ("en", "What is missing", "Privacy notice on proximus.be"),
    ],
)
async def test_languages(tmp_path: Path, language: str, heading: str, source: str) -> None:
    """It speaks the language that is asked for, of its sources too, and says what is missing with what adds it."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    _, text = page(program, "--lang", language)
    assert heading in text
    assert source in text
    assert ("Privacy notice" in text) is (language == "en")
    missing = text.partition(heading)[2]
    assert re.search(r"blocker statement [0-9a-f]{8}\b", missing)
    assert "{" not in text


async def test_of_a_company_that_no_call_names(tmp_path: Path) -> None:
    """What the rules know of it is there, each address with what it is for; a pack of no calls isn't proposed."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    _, text = page(program, "--lang", "en", company="postnl")
    assert "No call on record names it." in text
    assert "Address for data protection" in text
    assert "blocker verify" in text
    assert "blocker pack" not in text


async def test_with_the_evidence_beside_it(tmp_path: Path) -> None:
    """With --pack the evidence lies beside the page, and verifies without this program."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    out, _ = page(program, "--pack")
    assert {path.name for path in out.iterdir()} == FILES | {"pack"}
    assert verified(out / "pack")[0] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("proximus", "--out", "taken"), "is there already"),
        (("nobody knows them", "--out", "new"), "nobody knows them"),
        (("proximus", "--out", "no/such/folder"), "isn't a folder"),
    ],
)
async def test_refused(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    """A place that is taken, a name that nobody knows: a sentence, and nothing is left behind."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    (tmp_path / "taken").write_text("mine")
    before = sorted(path.name for path in tmp_path.iterdir())
    placed = [str(tmp_path / word) if place == 2 else word for place, word in enumerate(words)]
    done = program.run("dossier", *placed, check=False)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before
