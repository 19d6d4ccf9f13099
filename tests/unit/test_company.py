"""Promises of the company book: a name means the company it meant on that day and in that country."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.company import Company, CompanyBook, Ending, KnownNumber, Name, NameKind, Purpose, Role
from blocker.core.company_name import fits, fold
from blocker.core.provenance import Sure

TODAY = date(2026, 11, 17)
BE, NL = frozenset({"BE"}), frozenset({"NL"})


def made(slug: str, *names: Name, **more: object) -> Company:
    """A company with what tests don't look at filled in."""
    facts: dict[str, object] = {
        "slug": slug,
        "name": slug.title(),
        "role": Role.PRINCIPAL,
        "country": "BE",
        "sector": "telecom",
        "names": names or (Name(slug.title(), NameKind.TRADE, BE),),
        "checked": TODAY,
        "sure": Sure.VERIFIED,
        "where": f"rules/companies/{slug}.toml",
    }
    return Company(**(facts | more))  # type: ignore[arg-type]


def name(text: str, since: str = "", until: str = "", countries: frozenset[str] = BE) -> Name:
    """A name with the span it was used in."""
    first = date.fromisoformat(since) if since else date.min
    last = date.fromisoformat(until) if until else date.max
    return Name(text, NameKind.FORMER if until else NameKind.TRADE, countries, first, last)


def known(prefix: str, *, whole: bool = True) -> KnownNumber:
    """A number that a company publishes."""
    return KnownNumber(prefix, whole, Purpose.SERVICE, "its site", "rules/companies/x.toml:9")


BOOK = CompanyBook(
    [
        made("citrus", name("Citrus", "2016-05-09"), name("Mobilis", until="2016-05-08")),
        made("ground", name("Ground", "2002-01-01"), name("Citrus", "1998-01-01", "2002-12-31")),
        made("wattage", name("Wattage"), name("Kernel", until="2021-05-31")),
        made("kernel", name("Kernel", countries=NL), country="NL"),
        made("wee", ending=Ending("merged-into", date(2025, 10, 1), "press", into="citrus")),
    ]
)

RESOLVED = {
    "a name in use": ("Citrus", TODAY, "BE", ["citrus"]),
    "the same name before, of another company": ("Citrus", date(2000, 6, 1), "BE", ["ground"]),
    "in between it may be either": ("Citrus", date(2010, 1, 1), "BE", ["citrus", "ground"]),
    "a former name still said": ("Mobilis", TODAY, "BE", ["citrus"]),
    "a former name then": ("Mobilis", date(2010, 1, 1), "BE", ["citrus"]),
    "the first day": ("Citrus", date(2016, 5, 9), "BE", ["citrus"]),
    "taken over here": ("Kernel", TODAY, "BE", ["wattage"]),
    "not taken over there": ("Kernel", TODAY, "NL", ["kernel"]),
    "anywhere, in use goes first": ("Kernel", TODAY, "", ["kernel"]),
    "unknown here though known elsewhere": ("Wattage", TODAY, "NL", []),
    "merged by then": ("Wee", date(2025, 10, 1), "BE", ["citrus"]),
    "not merged yet": ("Wee", date(2025, 9, 30), "BE", ["wee"]),
    "a slug where it is no name": ("wattage", TODAY, "NL", ["wattage"]),
    "nobody": ("Nobody", TODAY, "BE", []),
    "nothing": ("", TODAY, "BE", []),
}


@pytest.mark.parametrize(("said", "on", "country", "slugs"), RESOLVED.values(), ids=RESOLVED)
def test_a_said_name_means_what_it_meant_on_that_day(said: str, on: date, country: str, slugs: list[str]) -> None:
    """One company is an answer; several are left for a person to choose from."""
    assert [candidate.company.slug for candidate in BOOK.resolve(said, on, country)] == slugs


def test_a_former_name_says_that_it_is_one() -> None:
    """A candidate tells whether the name was in use on that day."""
    (now,) = BOOK.resolve("Mobilis", TODAY, "BE")
    (then,) = BOOK.resolve("Mobilis", date(2010, 1, 1), "BE")
    assert (now.in_use, then.in_use) == (False, True)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Telenet", "TELENET B.V."),
        ("Proximus nv/sa", "proximus"),
        ("Électrabel", "electrabel"),
        ("T-Mobile", "T Mobile"),
        ("OCTA+", "Octa +"),
        ("DIGI Communications Belgium NV", "digi communications belgium"),
        ("N.V. Eneco", "Eneco"),
        ("’s Graven", "'s graven"),
    ],
)
def test_spelling_and_legal_form_dont_matter(one: str, other: str) -> None:
    """What people say and what letters say are the same name."""
    assert fold(one) == fold(other) != ""


def test_a_name_that_is_a_legal_form_stays_a_name() -> None:
    """Nothing is folded away to nothing."""
    assert fold("S.A.") == "sa"


def test_names_that_differ_stay_apart() -> None:
    """Folding doesn't make two companies one."""
    assert len({fold(text) for text in ("Ben", "BASE", "Bolt", "Bolt Energie", "Eneco", "Engie")}) == 6


@pytest.mark.parametrize(("typed", "meant"), [("Citrsu", "Citrus"), ("Watage", "Wattage"), ("kernell", "Kernel")])
def test_typing_errors_get_a_suggestion(typed: str, meant: str) -> None:
    """Somebody who mistypes a name is shown the one that is meant."""
    assert BOOK.resolve(typed, TODAY, "BE") == []
    assert BOOK.suggest(typed)[0] == meant


def test_nothing_near_gives_no_suggestion() -> None:
    """A name like no other is left alone."""
    assert BOOK.suggest("Zzyzx Road") == []


def test_numbers_belong_to_whom_publishes_them() -> None:
    """A whole number matches itself only, a prefix what begins with it, and the longest wins."""
    book = CompanyBook(
        [
            made("a", numbers=(known("+3225551234"),)),
            made("b", numbers=(known("+32255", whole=False),)),
        ]
    )
    owners = {
        number: found[0].slug
        for number in ("+3225551234", "+32255512345", "+3225551235")
        if (found := book.by_number(number))
    }
    assert owners == {"+3225551234": "a", "+32255512345": "b", "+3225551235": "b"}
    assert book.by_number("+3225") is None


def test_take_overs_are_followed_to_the_end() -> None:
    """A company that was bought by one that was bought is today's company; a circle ends too."""
    book = CompanyBook(
        [
            made("a", ending=Ending("merged-into", date(2001, 1, 1), "s", into="b")),
            made("b", ending=Ending("merged-into", date(2002, 1, 1), "s", into="c")),
            made("c", ending=Ending("ceased", date(2003, 1, 1), "s")),
            made("x", ending=Ending("merged-into", date(2001, 1, 1), "s", into="y")),
            made("y", ending=Ending("merged-into", date(2001, 1, 1), "s", into="x")),
        ]
    )
    found = {
        day.year: company.slug
        for day in (date(2000, 1, 1), date(2001, 6, 1), TODAY)
        if (company := book.successor("a", day))
    }
    assert found == {2000: "a", 2001: "b", 2026: "c"}
    assert book.successor("x", TODAY)
    assert book.successor("nobody", TODAY) is None


FITTING = [
    ("ACME", "acme", True),
    ("ACME SALES", "ACME", False),
    ("ACME SALES", "ACME*", True),
    ("THE ACME", "*acme", True),
    ("acme", "a*c*e", True),
    ("ace", "a*c*ce", False),
    ("aa", "aa*a", False),
    ("", "*", True),
]


@pytest.mark.parametrize(("shown", "pattern", "fitting"), FITTING)
def test_a_star_stands_for_anything(shown: str, pattern: str, fitting: bool) -> None:  # noqa: FBT001
    """A caller name fits a pattern from its first letter to its last, whatever the case."""
    assert fits(shown, pattern) is fitting
    assert bool(CompanyBook([made("a", caller_names=(pattern,))]).by_caller_name(shown)) is fitting


def test_no_pattern_blows_up() -> None:
    """The pattern on which a regular expression would never end comes to an answer."""
    assert not fits("a" * 10_000, "a*" * 200 + "b")


@given(st.text(), st.text(), st.dates())
def test_no_text_raises(said: str, country: str, on: date) -> None:
    """Whatever somebody types, asking gives an answer."""
    BOOK.resolve(said, on, country)
    BOOK.suggest(said)
    BOOK.by_number(said)
    BOOK.by_caller_name(said)
