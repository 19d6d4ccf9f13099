"""Promises of the rule files' reader: each way of getting a rule file wrong has its line and its mend."""

from pathlib import Path

import pytest
from fakes.rule_folder import COMPANY, RANGES, changed, write

from blocker.errors import RulesError
from blocker.rulebook import load_rules

Changes = tuple[tuple[str, str], ...]

COMPANY_FAULTS: dict[str, tuple[Changes, str]] = {
    "slug that isn't the file's name": ((('"acme"', '"acmee"'),), ":1: slug is “acmee”, yet the file is acme.toml"),
    "no slug": ((('slug = "acme"\n', ""),), ": slug is missing"),
    "no name": ((('name = "Acme"\n', ""),), ": name is missing"),
    "role": ((('"principal"', '"pricipal"'),), ":3: role can't be “pricipal” (did you mean “principal”?)"),
    "country": ((('country = "BE"', 'country = "Belgium"'),), ":4: country “Belgium” isn't two capital letters"),
    "country in active_in": (
        (('country = "BE"', 'country = "BE"\nactive_in = ["BE", "nl"]'),),
        ":5: “nl” isn't two capital letters",
    ),
    "sector": ((('"telecom"', '"Tele com"'),), ":5: sector “Tele com” isn't small letters, digits and single hyphens"),
    "checked in quotes": ((("checked = 2026-11-22", 'checked = "2026-11-22"'),), ":6: checked is a text, not a date"),
    "review before checked": ((("sure =", "review = 2020-01-01\nsure ="),), ":7: review isn't after checked"),
    "sure": ((('"verified"', '"quite"'),), ":7: sure can't be “quite” (known here: secondary, unverified, verified)"),
    "no false positives": ((("false_positives = []\n", ""),), ": false_positives is missing"),
    "unknown key": ((("[post]", "[pots]"),), ":15: unknown key “pots” (did you mean “post”?)"),
    "unknown key in a table": ((("lines =", "line ="),), ":16: unknown key “line” in [post] (did you mean “lines”?)"),
    "enterprise number": ((("0202.239.951", "0202.239.952"),), ":12: “0202.239.952” is no Belgian enterprise number"),
    "Dutch number": ((('"kbo"', '"kvk"'),), ":12: “0202.239.951” isn't the eight digits of a Dutch KvK number"),
    "scheme": ((('"kbo"', '"vat"'),), ":11: scheme can't be “vat” (known here: kbo, kvk)"),
    "address without source": ((('1000 Brussel"]\nsource = "site"', '1000 Brussel"]'),), ":15: source is missing"),
    "source that isn't there": (
        (('1000 Brussel"]\nsource = "site"', '1000 Brussel"]\nsource = "stie"'),),
        ":17: no [[source]] has the label “stie” (did you mean “site”?)",
    ),
    "e-mail": ((("privacy@acme.example", "privacy at acme"),), ":20: “privacy at acme” is no e-mail address"),
    "form": (
        (('email = "privacy@acme.example"', 'form = "acme.example"'),),
        ":20: form “acme.example” isn't a web addr",
    ),
    "no way to write": ((('email = "privacy@acme.example"\n', ""),), ":19: [gdpr] gives no way to write"),
    "kind of name": ((('"former"', '"old"'),), ":25: kind can't be “old”"),
    "span the wrong way round": ((("to = 2014", "to = 2000"),), ":27: to comes before from (exchange them)"),
    "month that isn't one": ((('"2001-02"', '"2001-13"'),), ":26: from is no date (write from = 2026-11-22, or"),
    "year that isn't one": ((("to = 2014", "to = 14"),), ":27: to is no date"),
    "number in national form": (
        (('"+3225551234"', '"02 555 12 34"'),),
        ':30: “02 555 12 34” isn\'t in E.164 form (write e164 = "+3225551234")',
    ),
    "number that is none": (
        (('"+3225551234"', '"HELLO"'),),
        ":30: “HELLO” isn't in E.164 form (write + and the country",
    ),
    "number and prefix": ((('"+3225551234"', '"+3225551234"\nprefix = "+3225"'),), ":29: give either e164 or prefix"),
    "no number": ((('e164 = "+3225551234"\n', ""),), ":29: give either e164 or prefix"),
    "prefix of three digits": (
        (('e164 = "+3225551234"', 'prefix = "+322"'),),
        ":30: “+322” is no prefix of at least four",
    ),
    "purpose": ((('"service"', '"sales"'),), ":31: purpose can't be “sales” (known here: marketing, service)"),
    "event without text": ((('text = "Acme is renamed."\n', ""),), ":34: text is missing"),
    "event without date": ((("date = 2014\n", ""),), ":34: date is missing (add date = 2026-11-22"),
    "no source at all": (
        ((COMPANY[COMPANY.index("[[source]]") : COMPANY.index("[[example]]")], ""),),
        ": there is no [[sou",
    ),
    "source without title": ((('title = "acme.example"\n', ""),), ":39: title is missing"),
    "source's address": (
        (('title = "acme.example"', 'title = "x"\nurl = "acme.example"'),),
        ":42: url “acme.example” isn't",
    ),
    "two sources of one name": (
        (("[[example]]", '[[source]]\nlabel = "site"\ntitle = "x"\nseen = 2026-11-22\nquality = "weak"\n[[example]]'),),
        ":46: a second source with the label “site”",
    ),
    "quality": ((('"primary"', '"prime"'),), ":43: quality can't be “prime” (did you mean “primary”?)"),
    "regular expression": (
        (("checked", 'caller_names = ["ok*", "(a+)+$"]\nchecked'),),
        ":6: pattern “(a+)+$” looks like a regular expression (regular expressions aren't read here",
    ),
    "pattern that fits all": (
        (("checked", 'caller_names = ["a*"]\nchecked'),),
        ":6: pattern “a*” fits nearly any name",
    ),
    "ending": (
        (("[post]", '[ended]\nhow = "gone"\non = 2020-01-01\nsource = "site"\n[post]'),),
        ":16: how can't be “gone”",
    ),
    "merged into none": (
        (("[post]", '[ended]\nhow = "merged-into"\non = 2020-01-01\nsource = "site"\n[post]'),),
        ":15: into is missing",
    ),
    "merged into nobody": (
        (("[post]", '[ended]\nhow = "merged-into"\ninto = "acne"\non = 2020-01-01\nsource = "site"\n[post]'),),
        "acme.toml: into names “acne”, which has no file (did you mean “acme”?)",
    ),
    "merged into itself": (
        (("[post]", '[ended]\nhow = "merged-into"\ninto = "acme"\non = 2020-01-01\nsource = "site"\n[post]'),),
        "acme.toml: the take-overs lead back to this company",
    ),
    "ceased into another": (
        (("[post]", '[ended]\nhow = "ceased"\ninto = "x"\non = 2020-01-01\nsource = "site"\n[post]'),),
        ":17: a company that ceased went into none",
    ),
    "group of nobody": (
        (("sector", 'group = "nobody"\nsector'),),
        "acme.toml: group names “nobody”, which has no file",
    ),
    "number twice": (
        (("[[record]]", '[[numbers]]\ne164 = "+3225551234"\npurpose = "service"\nsource = "site"\n[[record]]'),),
        ":34: +3225551234 is also in rules/companies/acme.toml:29",
    ),
    "example without a day": ((("on = 2010-01-01\n", ""),), ":45: on is missing"),
    "not TOML": ((('"acme"', "acme"),), ":1: this value isn't TOML (a text needs quotes"),
}

RANGE_FAULTS: dict[str, tuple[Changes, str]] = {
    "class": ((('"canvassing"', '"canvasing"'),), ":4: class can't be “canvasing” (did you mean “canvassing”?)"),
    "no law": ((('legal = "Some law"\n', ""),), ": legal is missing"),
    "country that isn't one": ((('"BE"', '"XX"'),), ":3: no numbering plan is known for XX"),
    "country that isn't the file's": ((('"BE"', '"NL"'),), ":3: the file's name doesn't begin with nl-"),
    "days the wrong way round": (
        (("valid_from = 2023-01-01", "valid_from = 2023-01-01\nvalid_to = 2022-01-01"),),
        ":7: valid_to comes before valid_from",
    ),
    "no ranges": ((('[[ranges]]\nprefixes = ["+3290", "+3291"]\n', ""),), ": there is no [[ranges]]"),
    "ranges of nothing": ((('prefixes = ["+3290", "+3291"]\n', ""),), ":11: names no number"),
    "whole country": ((('"+3290"', '"+32"'),), ":12: +32 catches all of BE (give more digits)"),
    "more than a country": ((('"+3290"', '"+3"'),), ":12: +3 catches all of BE"),
    "another country": ((('"+3290"', '"+31900"'),), ":12: +31900 isn't in BE, whose numbers begin with +32"),
    "national form": ((('"+3290"', '"090"'),), ":12: “090” isn't in E.164 form (write +32 and digits only)"),
    "second line of a list": ((('"+3290", "+3291"', '"+3290",\n  "x"'),), ":13: “x” isn't in E.164 form"),
    "short code": (
        (('"canvassing"', '"protected"'), ('prefixes = ["+3290", "+3291"]', 'short = ["112a"]')),
        ":12: “112a” is no short code",
    ),
    "short code to block": (
        (("prefixes =", 'short = ["112"]\nprefixes ='),),
        ":12: short codes mean nothing to the class",
    ),
    "the same prefix twice": ((('"+3291"', '"+3290"'),), ":12: +3290 is already canvassing on some of these days"),
    "no example": ((('[[example]]\non = 2026-11-17\ninside = ["+3290012345"]\n', ""),), ": there is no [[example]]"),
    "empty example": ((('inside = ["+3290012345"]\n', ""),), ":20: names no number"),
}


def faults(folder: Path) -> list[str]:
    """All faults of the rules in a folder."""
    with pytest.raises(RulesError) as caught:
        load_rules(folder)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("changes", "message"), COMPANY_FAULTS.values(), ids=COMPANY_FAULTS)
def test_a_wrong_company_file_is_refused_with_its_line(tmp_path: Path, changes: Changes, message: str) -> None:
    """A company file that could mislead somebody isn't loaded, and its author is told how to mend it."""
    write(tmp_path, {"companies/acme.toml": changed(COMPANY, *changes)})
    found = faults(tmp_path)
    assert any(message in fault for fault in found), found


@pytest.mark.parametrize(("changes", "message"), RANGE_FAULTS.values(), ids=RANGE_FAULTS)
def test_a_wrong_range_file_is_refused_with_its_line(tmp_path: Path, changes: Changes, message: str) -> None:
    """A range file that could block the wrong calls isn't loaded, and its author is told how to mend it."""
    write(tmp_path, {"ranges/be-sales.toml": changed(RANGES, *changes)})
    found = faults(tmp_path)
    assert any(message in fault for fault in found), found


def test_the_files_that_are_changed_are_good(tmp_path: Path) -> None:
    """Without a change, nothing is wrong: so each fault above comes from its change."""
    book = load_rules(write(tmp_path, {"companies/acme.toml": COMPANY, "ranges/be-sales.toml": RANGES}))
    assert book.failed_examples() == []


@pytest.mark.parametrize(
    ("first", "second", "fault"),
    [
        ('e164 = "+3225551234"', 'e164 = "+3225551234"', True),
        ('prefix = "+3225551"', 'e164 = "+3225551234"', True),
        ('e164 = "+3225551"', 'e164 = "+3225551234"', False),
        ('e164 = "+3225551234"', 'e164 = "+3225551235"', False),
    ],
)
def test_two_companies_cant_have_the_same_number(tmp_path: Path, first: str, second: str, fault: bool) -> None:  # noqa: FBT001
    """A number, or a prefix around it, in two files is refused where it stands, with the other place."""
    number = 'e164 = "+3225551234"'
    files = {
        "companies/acme.toml": changed(COMPANY, (number, first)),
        "companies/other.toml": changed(COMPANY, ('"acme"', '"other"'), (number, second)),
    }
    write(tmp_path, files)
    if not fault:
        assert load_rules(tmp_path).companies
        return
    (found,) = faults(tmp_path)
    assert found.startswith("rules/companies/other.toml:29: +3225551234 is also in rules/companies/acme.toml:29")


def test_take_overs_in_a_circle_are_refused(tmp_path: Path) -> None:
    """A letter would never find its addressee."""
    ended = '[ended]\nhow = "merged-into"\ninto = "{}"\non = 2020-01-01\nsource = "site"\n[post]'
    files = {
        "companies/acme.toml": changed(COMPANY, ("[post]", ended.format("other"))),
        "companies/other.toml": changed(
            COMPANY, ('"acme"', '"other"'), ("+3225551234", "+3225551235"), ("[post]", ended.format("acme"))
        ),
    }
    assert [fault.split(" (")[0] for fault in faults(write(tmp_path, files))] == [
        "rules/companies/acme.toml: the take-overs lead back to this company",
        "rules/companies/other.toml: the take-overs lead back to this company",
    ]


PROTECTED = changed(
    RANGES,
    ("be-sales", "be-help"),
    ("canvassing", "protected"),
    ('prefixes = ["+3290", "+3291"]', 'numbers = ["+3290245245"]'),
    ("+3290012345", "+3290245245"),
)


def test_a_range_that_blocks_cant_catch_a_protected_number(tmp_path: Path) -> None:
    """Protection would win, but a file that needs it to is wrong."""
    (found,) = faults(write(tmp_path, {"ranges/be-sales.toml": RANGES, "ranges/be-help.toml": PROTECTED}))
    assert found.startswith(
        "rules/ranges/be-sales.toml:12: +3290 catches +3290245245, which rules/ranges/be-help.toml:12"
    )


def test_a_marketing_number_cant_catch_a_protected_number(tmp_path: Path) -> None:
    """Nor can a company's prefix; a range that only flags may."""
    marketing = changed(COMPANY, ('e164 = "+3225551234"', 'prefix = "+329024"'), ('"service"', '"marketing"'))
    files = {"companies/acme.toml": marketing, "ranges/be-help.toml": PROTECTED}
    (found,) = faults(write(tmp_path / "a", files))
    assert found.startswith("rules/companies/acme.toml:29: +329024 catches +3290245245")
    premium = changed(RANGES, ("canvassing", "premium"))
    assert load_rules(write(tmp_path / "b", {"ranges/be-sales.toml": premium, "ranges/be-help.toml": PROTECTED})).ranges


@pytest.mark.parametrize(
    ("second_from", "second_to", "fault"),
    [
        ("2024-01-01", "", False),
        ("2023-06-30", "", True),
        ("2023-07-01", "", False),
        ("2020-01-01", "2022-12-31", False),
        ("2020-01-01", "2023-01-01", True),
    ],
)
def test_validity_cant_overlap(tmp_path: Path, second_from: str, second_to: str, fault: bool) -> None:  # noqa: FBT001
    """The same prefix may change its law from one day to the next, but not have two on one day."""
    first = changed(RANGES, ("2023-01-01", "2023-01-01\nvalid_to = 2023-06-30"))
    until = f"\nvalid_to = {second_to}" if second_to else ""
    second = changed(RANGES, ("be-sales", "be-zsales"), ("2023-01-01", second_from + until))
    write(tmp_path, {"ranges/be-sales.toml": first, "ranges/be-zsales.toml": second})
    if fault:
        assert any("+3290 is already canvassing" in message for message in faults(tmp_path))
    else:
        assert load_rules(tmp_path).ranges


@pytest.mark.parametrize(
    ("name", "mend"),
    [
        ("companys/acme.toml", "did you mean companies/?"),
        ("acme.toml", "put it into one of the folders companies, ranges"),
        ("companies/be/acme.toml", "did you mean companies/?"),
    ],
)
def test_a_file_that_nobody_would_read_is_a_fault(tmp_path: Path, name: str, mend: str) -> None:
    """A rule file in the wrong place isn't silently without effect."""
    write(tmp_path, {"ranges/be-sales.toml": RANGES, name: COMPANY})
    (found,) = faults(tmp_path)
    assert "nothing reads a rule file here" in found
    assert mend in found
