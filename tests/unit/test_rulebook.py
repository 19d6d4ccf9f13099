"""Promises of the rule book: the household's files go first, the same files have one hash, nothing is half loaded."""

from datetime import date
from pathlib import Path

import pytest
from fakes.rule_folder import COMPANY, RANGES, changed, write
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.company import Purpose, Role
from blocker.core.provenance import Quality, Sure
from blocker.core.ranges import RangeClass
from blocker.errors import RulesError
from blocker.rulebook import RuleBook, load_rules, shipped_rules
from blocker.rulefiles.packed import pack, unpacked

FILES = {"companies/acme.toml": COMPANY, "ranges/be-sales.toml": RANGES}
TODAY = date(2026, 11, 17)


def test_a_company_file_becomes_a_company(tmp_path: Path) -> None:
    """Everything that a company file says is in the value that comes out, with the file and line of its number."""
    book = load_rules(write(tmp_path, FILES))
    company = book.companies.by_slug("acme")
    assert company
    assert (company.name, company.role, company.country, company.sector) == ("Acme", Role.PRINCIPAL, "BE", "telecom")
    assert (company.checked, company.sure) == (date(2026, 11, 22), Sure.VERIFIED)
    assert company.identity
    assert company.identity.value == "0202.239.951"
    assert company.post
    assert company.post.lines == ("Acme nv", "1000 Brussel")
    assert company.data_protection
    assert company.data_protection.email == "privacy@acme.example"
    former = company.names[1]
    assert (former.since, former.until, former.when) == (date(2001, 2, 1), date(2014, 12, 31), "2001-02 to 2014")
    assert [event.text for event in company.events] == ["Acme is renamed."]
    assert company.sources[0].quality is Quality.PRIMARY
    found = book.companies.by_number("+3225551234")
    assert found
    assert (found[1].purpose, found[1].source) == (Purpose.SERVICE, "acme.example")
    line = COMPANY.split("\n").index("[[numbers]]") + 1
    assert found[1].where == f"rules/companies/acme.toml:{line}"


def test_a_range_file_becomes_ranges(tmp_path: Path) -> None:
    """A prefix comes out with its class, law, days, and the very line it stands on."""
    book = load_rules(write(tmp_path, FILES))
    (hit,) = book.ranges.match("+3291", TODAY)
    assert (hit.range_class, hit.prefix, hit.citation) == (RangeClass.CANVASSING, "+3291", "Some law")
    assert (hit.valid_from, hit.valid_to, hit.note) == (date(2023, 1, 1), date.max, "Sales numbers")
    assert hit.where == f"rules/ranges/be-sales.toml:{RANGES.split(chr(10)).index('[[ranges]]') + 2}"


def test_short_codes_are_known_with_the_country_code_too(tmp_path: Path) -> None:
    """Some trunks put the country code before whatever they get, an emergency code included."""
    text = changed(
        RANGES,
        ("canvassing", "protected"),
        ('prefixes = ["+3290", "+3291"]', 'short = ["112", "14*"]\nnumbers = ["+3270245245"]'),
        (
            '"+3290012345"',
            '"112", "+32112", "14020", "+3214020", "+3270245245"]\noutside = ["1120", "+321122", "+32702452450"',
        ),
    )
    book = load_rules(write(tmp_path, {"ranges/be-sales.toml": text}))
    assert book.failed_examples() == []


def test_a_households_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    """What the household writes goes before what came with the program, and records tell the two apart."""
    shipped = write(tmp_path / "shipped", FILES)
    household = write(
        tmp_path / "own",
        {
            "companies/acme.toml": changed(COMPANY, ('"Acme"', '"Acme Ours"')),
            "companies/other.toml": changed(COMPANY, ('"acme"', '"other"'), ("+3225551234", "+3225551235")),
        },
    )
    book = load_rules(shipped, household)
    assert {company.name for company in book.companies} == {"Acme Ours", "Acme"}
    assert book.files == (
        "household/companies/acme.toml",
        "household/companies/other.toml",
        "rules/ranges/be-sales.toml",
    )
    found = book.companies.by_number("+3225551235")
    assert found
    assert found[1].where.startswith("household/companies/other.toml:")


def test_a_household_without_rules_of_its_own_is_fine(tmp_path: Path) -> None:
    """The folder needn't exist, and may hold what no program reads."""
    shipped = write(tmp_path / "shipped", FILES)
    plain = load_rules(shipped)
    assert load_rules(shipped, tmp_path / "nothing").sha256 == plain.sha256
    own = write(tmp_path / "own", {"companies/notes.txt": "x", "companies/.acme.toml": "editor", "README.md": "x"})
    assert load_rules(shipped, own).sha256 == plain.sha256


def test_the_hash_tells_rule_sets_apart(tmp_path: Path) -> None:
    """The same files have the same hash wherever they lie; one byte or another name gives another."""
    first = load_rules(write(tmp_path / "a", FILES)).sha256
    assert load_rules(write(tmp_path / "b", FILES)).sha256 == first
    assert load_rules(write(tmp_path / "c", FILES | {"companies/acme.toml": COMPANY + "\n"})).sha256 != first
    own = write(tmp_path / "d", {"companies/acme.toml": COMPANY})
    assert load_rules(tmp_path / "a", own).sha256 != first


def test_an_example_that_doesnt_hold_is_told(tmp_path: Path) -> None:
    """The program loads all the same: examples are for whoever mends rules, with file and line."""
    files = {
        "companies/acme.toml": changed(COMPANY, ('said = "ancient acme"', 'said = "acmee"'))
        + '[[example]]\nnumber = "+3225551234"\npurpose = "marketing"\n',
        "ranges/be-sales.toml": RANGES + 'outside = ["+3291123456"]\n',
    }
    failed = [str(fault) for fault in load_rules(write(tmp_path, files)).failed_examples()]
    assert [message.split(": ", 1)[1].split(" (", 1)[0] for message in failed] == [
        "“acmee” on 2010-01-01 in BE is nothing, not acme",
        "+3225551234 is service of acme, not marketing of acme",
        "+3291123456 is in these ranges on 2026-11-17 in BE",
    ]


def test_faults_of_all_files_come_out_together(tmp_path: Path) -> None:
    """One look at the error is enough to mend everything, in the household's files by their real place."""
    shipped = write(tmp_path / "shipped", FILES)
    own = write(
        tmp_path / "own",
        {
            "companies/acme.toml": changed(COMPANY, ('sector = "telecom"', "sector = 5"), ("quality", "qality")),
            "companies/broken.toml": "slug = broken",
            "ranges/be-other.toml": changed(RANGES, ("be-sales", "be-other"), ("+3290", "32 90")),
        },
    )
    with pytest.raises(RulesError) as caught:
        load_rules(shipped, own)
    places = [(fault.file.removeprefix(f"{own}/"), fault.line) for fault in caught.value.faults]
    assert ("companies/acme.toml", 5) in places
    assert ("companies/broken.toml", 1) in places
    assert ("ranges/be-other.toml", 12) in places
    assert len([place for place in places if place[0] == "companies/broken.toml"]) == 1


def test_a_folder_that_cant_be_read_is_a_fault(tmp_path: Path) -> None:
    """Rules that were meant to be in force and can't be read are no reason to go on without them."""
    shipped = write(tmp_path / "shipped", FILES)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RulesError, match="nothing reads a rule file here"):
        load_rules(shipped, tmp_path / "file")
    (shipped / "companies" / "folder.toml").mkdir()
    with pytest.raises(RulesError, match="can't be read: Is a directory"):
        load_rules(shipped)


def test_a_program_without_its_rules_says_so(tmp_path: Path) -> None:
    """An installation that lost its rules doesn't go on as if there were none."""
    with pytest.raises(RulesError, match="no rule files are here"):
        load_rules(tmp_path / "nothing")


@given(st.sampled_from(["companies/acme.toml", "ranges/be-sales.toml"]), st.data())
def test_any_damage_to_a_file_is_survived(
    tmp_path_factory: pytest.TempPathFactory, name: str, data: st.DataObject
) -> None:
    """A file with anything cut out and anything put in gives a rule book or faults, never another exception."""
    text = FILES[name]
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    put = data.draw(
        st.sampled_from(["", "5", '""', "[]", "{}", "[[x]]\n", "= 2026-01-01\n", '"a' + "\\u0000" + '"', "true", "'"])
    )
    folder = tmp_path_factory.mktemp("rules")
    write(folder, FILES | {name: text[:start] + put + text[end:]})
    try:
        book = load_rules(folder)
    except RulesError:
        return
    book.failed_examples()


def _said(book: RuleBook) -> tuple[object, ...]:
    """All that a rule book holds but the examples."""
    kinds = list(book.companies), list(book.ranges), list(book.laws), dict(book.laws.registers)
    return *kinds, book.sha256, book.files, book.headers, book.regulators, book.sources


def test_rules_packed_are_the_rules_read(tmp_path: Path) -> None:
    """What a wheel carries of the shipped rules is what anybody reads in the files, to the last line number."""
    (tmp_path / "packed").write_bytes(pack(shipped_rules()))
    known = unpacked(tmp_path / "packed")
    read = load_rules(shipped_rules())
    assert len(known) == len(read.files)
    assert _said(load_rules(shipped_rules(), packed=known)) == _said(read)


def test_a_file_changed_since_it_was_packed_is_read(tmp_path: Path) -> None:
    """Whoever changes a shipped file has the change, and is told of its faults; so is who replaces it by an own one."""
    shipped = write(tmp_path / "rules", FILES)
    (tmp_path / "packed").write_bytes(pack(shipped))
    known = unpacked(tmp_path / "packed")
    own = write(tmp_path / "own", {"companies/acme.toml": changed(COMPANY, ('name = "Acme"', 'name = "Acme Two"'))})
    assert load_rules(shipped, own, known).companies.by_slug("acme") != load_rules(shipped).companies.by_slug("acme")
    (shipped / "companies" / "acme.toml").write_text(changed(COMPANY, ('sector = "telecom"', "")))
    with pytest.raises(RulesError, match=r"acme\.toml: sector is missing"):
        load_rules(shipped, packed=known)


@pytest.mark.parametrize("raw", [b"", b"no pickle", b"\x80\x05c__main__\nNoSuchThing\n."])
def test_without_a_pack_the_files_are_read(tmp_path: Path, raw: bytes) -> None:
    """A source tree has none, and one of another version is as good as none."""
    (tmp_path / "packed").write_bytes(raw)
    assert unpacked(tmp_path / "packed") == unpacked(tmp_path / "nothing") == {}


def test_rules_with_faults_cant_be_packed(tmp_path: Path) -> None:
    """No wheel is built of rules that nobody could load."""
    with pytest.raises(RulesError, match="sector is missing"):
        pack(write(tmp_path, FILES | {"companies/acme.toml": changed(COMPANY, ('sector = "telecom"', ""))}))
