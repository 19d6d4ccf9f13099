"""Promises of the rule files that come with the program: they load, their examples hold, and they accuse nobody."""

from datetime import date

import pytest

from blocker.core.company import Purpose, Role
from blocker.core.number import E164, NumberPlan, normalise, supported_regions
from blocker.core.provenance import Quality, Sure
from blocker.core.ranges import RangeClass
from blocker.rulebook import RuleBook, load_rules, shipped_rules

TODAY = date(2026, 11, 22)
COUNTRIES = {"BE", "NL", "DE", "FR", "GB", "ES", "IT", "US"}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    """The rules as shipped."""
    return load_rules(shipped_rules())


def test_every_example_in_every_file_holds(book: RuleBook) -> None:
    """What a file says must hold does hold, once all files are loaded."""
    assert len(book.examples) > len(book.files)
    assert [str(fault) for fault in book.failed_examples()] == []


def test_every_file_has_an_example(book: RuleBook) -> None:
    """A file whose facts nobody tries out isn't shipped; what forms ask, `test_regulators.py` holds against a table.

    What a community list holds is tried each time it is had.
    """
    tried = {file for file in book.files if not file.startswith(("rules/regulators/", "rules/sources/"))}
    assert {example.path for example in book.examples} == tried


def test_no_company_is_said_to_sell_from_a_number(book: RuleBook) -> None:
    """No seller publishes the numbers it calls from, so no file can have read one."""
    marketing = [
        number for company in book.companies for number in company.numbers if number.purpose is Purpose.MARKETING
    ]
    assert marketing == []


def test_numbers_are_what_a_trunk_would_bring(book: RuleBook) -> None:
    """A number in a file is written as the number of a caller comes out, so that the two can meet."""
    for company in book.companies:
        for number in company.numbers:
            caller = normalise(number.prefix, None, NumberPlan(company.country))
            assert isinstance(caller, E164)
            assert (caller.number, caller.valid) == (number.prefix, True)


def test_every_address_stands_on_a_good_source_or_says_so(book: RuleBook) -> None:
    """An address that only a weak source gives isn't in a file that claims to be verified."""
    for company in book.companies:
        quality = {source.label: source.quality for source in company.sources}
        for address in (company.post, company.data_protection):
            if address and quality[address.source] is Quality.WEAK:
                assert company.sure != "verified", company.slug


def test_what_is_called_verified_was_read_at_its_origin(book: RuleBook) -> None:
    """A company file doesn't claim to be verified when all it rests on is somebody else's account."""
    for company in book.companies:
        origin = any(source.quality is Quality.PRIMARY for source in company.sources)
        assert origin or company.sure is not Sure.VERIFIED, company.slug


def test_countries_are_countries(book: RuleBook) -> None:
    """A company's country, and those of its names, have a numbering plan."""
    countries = {
        name_country for company in book.companies for name in company.names for name_country in name.countries
    }
    assert countries | {company.country for company in book.companies} <= supported_regions()


def test_there_are_companies_of_each_role(book: RuleBook) -> None:
    """Sellers of telecom and energy, call centres, and organisations whose calls a household may be waiting for."""
    roles = [company.role for company in book.companies]
    assert len(roles) >= 35
    assert {role: roles.count(role) >= 5 for role in Role} == dict.fromkeys(Role, True)


def test_every_country_has_its_protected_numbers(book: RuleBook) -> None:
    """In each of the eight countries the emergency number can't be blocked, in any form."""
    for country in COUNTRIES:
        emergency = "911" if country == "US" else "112"
        assert book.ranges.is_protected(emergency, country, TODAY), country
    assert {item.region for item in book.ranges if item.range_class is RangeClass.PROTECTED} == COUNTRIES


SAID = [
    ("Belgacom", date(2011, 5, 1), "BE", "proximus"),
    ("Skynet", TODAY, "BE", "proximus"),
    ("Scarlet", TODAY, "BE", "scarlet"),
    ("Mobistar", date(2012, 1, 1), "BE", "orange-be"),
    ("Orange", TODAY, "BE", "orange-be"),
    ("Orange", date(2000, 1, 1), "BE", "telenet"),
    ("BASE", TODAY, "BE", "telenet"),
    ("Essent", TODAY, "BE", "luminus"),
    ("Essent", TODAY, "NL", "essent"),
    ("VOO", date(2024, 1, 1), "BE", "voo"),
    ("VOO", TODAY, "BE", "orange-be"),
    ("Tele2", TODAY, "NL", "odido"),
    ("T-Mobile", date(2020, 1, 1), "NL", "odido"),
    ("Orange", date(2006, 1, 1), "NL", "odido"),
    ("Dutchtone", date(2001, 1, 1), "NL", "odido"),
    ("Ben", TODAY, "NL", "odido"),
    ("Simpel", TODAY, "NL", "odido"),
    ("Deutsche Bank", TODAY, "BE", "deutsche-bank-be"),
    ("Amazon", TODAY, "BE", "amazon"),
    ("TNT", TODAY, "BE", "fedex-tnt"),
    ("Asus", TODAY, "BE", "asus"),
    ("HP", TODAY, "NL", "hp"),
    ("Dell", TODAY, "BE", "dell"),
    ("Belastingdienst", TODAY, "NL", "belastingdienst"),
]


@pytest.mark.parametrize(("said", "on", "country", "slug"), SAID)
def test_companies_are_known_by_the_names_people_say(
    book: RuleBook, said: str, on: date, country: str, slug: str
) -> None:
    """Old names, brands and take-overs lead to the one to whom a letter would go."""
    assert [candidate.company.slug for candidate in book.companies.resolve(said, on, country)] == [slug]


RANGES = [
    ("+33162000000", date(2022, 12, 31), set()),
    ("+33162000000", date(2023, 1, 1), {RangeClass.CANVASSING}),
    ("+33199001234", TODAY, set()),
    ("+3290012345", TODAY, {RangeClass.PREMIUM}),
    ("+3270245245", TODAY, {RangeClass.PROTECTED, RangeClass.PREMIUM}),
    ("+319001234567", TODAY, {RangeClass.PREMIUM}),
    ("+34400123456", date(2026, 4, 16), set()),
    ("+34400123456", date(2026, 4, 17), {RangeClass.CANVASSING}),
    ("+390844123456", TODAY, {RangeClass.CANVASSING}),
    ("+32475551234", TODAY, {RangeClass.MOBILE}),
    ("+33639981234", TODAY, {RangeClass.MOBILE, RangeClass.NO_CANVASSING}),
    ("+34612345678", date(2025, 6, 6), {RangeClass.MOBILE}),
    ("+34612345678", date(2025, 6, 7), {RangeClass.MOBILE, RangeClass.NO_CANVASSING}),
    ("+3225551234", TODAY, set()),
    ("+12025550142", TODAY, set()),
]


@pytest.mark.parametrize(("number", "on", "classes"), RANGES)
def test_numbers_lie_in_the_ranges_of_their_day(
    book: RuleBook, number: str, on: date, classes: set[RangeClass]
) -> None:
    """The ranges that decide something are there, from the day on which their law began."""
    assert {item.range_class for item in book.ranges.match(number, on)} == classes
