"""Letters: what must be known before there is one, what it says in which language, and what it never says."""

import dataclasses
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from fakes.entries import screened

from blocker.core.company import Company
from blocker.core.company_calls import CompanyCall
from blocker.core.household_facts import How
from blocker.core.household_file import Holder, HouseholdFile, Objection, Request
from blocker.core.letter import Identity, Kind, Letter, Listed, Regime
from blocker.core.observed import seen_call
from blocker.core.statement import Said, said_in
from blocker.errors import UsageError
from blocker.filing.drafting import Known, Wish, draft, identity
from blocker.holidays_of import calendar_over
from blocker.language import Language, Words
from blocker.pages.letter_page import letter_page
from blocker.renderers.text import render_text
from blocker.rulebook import load_rules, shipped_rules

RULES = load_rules(shipped_rules())
TODAY = date(2026, 11, 22)
CALLED = datetime(2026, 11, 17, 8, 12, 33, tzinfo=UTC)
ANNA = Holder("landline", "Anna Peeters", "+3225551234", n=1)
HOSTILE = "Acme <b>& Co</b> #[x] \u202eevil\u202c =1+1 😀 \x1b[31m"


def known(*holders: Holder, country: str = "BE", **more: object) -> Known:
    file = dataclasses.replace(HouseholdFile(holders=holders or (ANNA,)), **more)  # type: ignore[arg-type]
    return Known(file, {"landline": "+3225551234"}, RULES.laws, calendar_over, country, TODAY)


def company(slug: str = "proximus") -> Company:
    found = RULES.companies.by_slug(slug)
    assert found is not None
    return found


def letter(kind: Kind, country: str = "BE", calls: Sequence[CompanyCall] = (), **wish: object) -> Letter:
    sent = date(2026, 9, 1)
    of = {"objections": (Objection("proximus", sent, how="e-mail", n=2),)} if kind is Kind.FOLLOW_UP else {}
    if country != "US" and of:
        of["requests"] = (Request("proximus", sent, "access", "e-mail", n=3),)  # type: ignore[assignment]
    return draft(Wish(kind, **wish), company(), calls, known(country=country, **of))  # type: ignore[arg-type]


def a_call(said: str, mark: str = "marketing", call: str = "a81f0e6c97d24b35") -> CompanyCall:
    seen = seen_call(1, screened(CALLED, call), None)._replace(line="landline")
    words = said_in(2, Said(mark=mark, said_company=said).entry(CALLED, call, "Anna"))
    return CompanyCall(seen, words, CALLED.astimezone(ZoneInfo("Europe/Brussels")), "BE", answered=True)


def listed(presented: str = "", line: str = "+3225551234") -> Listed:
    return Listed(datetime(2026, 10, 25, 2, 30, 5, tzinfo=ZoneInfo("Europe/Amsterdam"), fold=1), line, presented)


ALL = [
    *((kind, country) for kind in (Kind.OBJECTION, Kind.ACCESS, Kind.BOTH, Kind.FOLLOW_UP) for country in ("BE", "GB")),
    (Kind.OBJECTION, "US"),
    (Kind.FOLLOW_UP, "US"),
    (Kind.IDENTITY, "NL"),
    (Kind.IDENTITY, "DE"),
]


def made(kind: Kind, country: str) -> Letter:
    if kind is Kind.IDENTITY:
        wish = Wish(kind, to=("KPN", "Rotterdam"))
        return identity(wish, "KPN", None, [listed()], known(country=country))
    return letter(kind, country, [a_call("Belgacom")], list_calls=True)


@pytest.mark.parametrize(("kind", "country"), ALL)
@pytest.mark.parametrize("language", [Language.NL, Language.FR, Language.DE])
def test_every_letter_is_in_its_readers_language(kind: Kind, country: str, language: Language) -> None:
    """No sentence of the English letter is left over in any other, and no blank is left unfilled."""
    value = made(kind, country)
    english = render_text(letter_page(value, Words(Language.EN))).splitlines()
    page = letter_page(value, Words(language))
    other = render_text(page).splitlines()
    names = {*value.address, *value.to, value.company, value.holder, ""}

    assert set(english) & set(other) - names == set()
    assert len(english) == len(other)
    assert not re.search(r"[{}]", "\n".join(other))
    assert (page.language, page.letter) == (str(language), True)


@pytest.mark.parametrize(("kind", "country"), ALL)
def test_a_german_letter_goes_on_in_small_letters(kind: Kind, country: str) -> None:
    """Its salutation ends in a comma, after which the sentence goes on."""
    text = render_text(letter_page(made(kind, country), Words(Language.DE)))
    assert text.split("Sehr geehrte Damen und Herren,\n\n")[1][0].islower()


def test_an_objection_says_what_it_needs() -> None:
    """It names the lines and the law, the European and the national; what callers said stays what they said."""
    value = letter(Kind.BOTH, calls=[a_call("Belgacom"), a_call("Proximus", call="b" * 16)])
    text = render_text(letter_page(value, Words(Language.EN)))

    for words in ("+3225551234", "article 21(2)", "WER/CDE VI.110 § 2", "(article 15(1)(g))", "within one month"):
        assert words in text
    assert "the callers say that they call for Proximus nv van publiek recht" in text
    assert "Names that they also gave: Belgacom." in text
    assert "called me for" not in text
    assert value.calls == ()  # only where the household wants them
    assert value.by is How.POST


def test_a_letter_cites_the_law_of_its_country_and_no_other() -> None:
    """The UK GDPR without the later judgments of a court that isn't its own; in the US no GDPR at all."""
    texts = {
        country: render_text(letter_page(letter(Kind.OBJECTION, country), Words(Language.EN)))
        for country in ("GB", "US")
    }
    assert "UK GDPR, article 21(2)" in texts["GB"]
    assert "Court of Justice" not in texts["GB"]
    assert "47 CFR 64.1200(d)(1)" in texts["US"]
    assert "GDPR" not in texts["US"]
    assert letter(Kind.OBJECTION, "US").law[0].check


@pytest.mark.parametrize(("seen_by", "time"), [("", "09:12:33"), ("hand", "09:12 "), ("fritzbox-call-list", "09:12 ")])
def test_a_time_is_as_exact_as_it_is_known(seen_by: str, time: str) -> None:
    """What somebody remembers, or a device noted to the minute, has no seconds in a letter."""
    call = a_call("Belgacom")
    call = call._replace(seen=call.seen._replace(seen_by=seen_by))
    text = render_text(letter_page(letter(Kind.OBJECTION, calls=[call], list_calls=True), Words(Language.EN)))
    assert time in text
    assert ("09:12:33" in text) is (seen_by == "")


def test_calls_are_named_where_the_household_wants_it() -> None:
    """Those marked as wanted aren't; times are local with their offset."""
    value = letter(Kind.OBJECTION, calls=[a_call("x"), a_call("x", mark="wanted", call="b" * 16)], list_calls=True)
    text = render_text(letter_page(value, Words(Language.EN)))

    assert len(value.calls) == 1
    assert re.search(r"- 17 Nov 2026 09:12:33 \(\+01:00\); \+3225551234; ", text)


@pytest.mark.parametrize(
    ("wish", "context", "why"),
    [
        ({}, known(Holder("mobile", "Anna", "", n=1)), "the number of the line mobile isn't known"),
        ({}, known(ANNA, Holder("mobile", "Bert", "+32475551234", n=2)), "each writes for itself"),
        ({"lines": ("attic",)}, known(), "there is no line “attic”"),
        ({"by": How.PHONE}, known(), "can't be reached by phone"),
        ({}, known(country="JP"), "blocker household object"),
        (
            {},
            known(Holder("landline", "Anna", until=date(2020, 1, 1), n=1)),
            "blocker household line landline --holder",
        ),
    ],
)
def test_what_is_missing_is_said(wish: dict[str, object], context: Known, why: str) -> None:
    """No holder, several, no number, no such line or way or law: no letter, and the remedy."""
    with pytest.raises(UsageError, match=re.escape(why)):
        draft(Wish(Kind.OBJECTION, **wish), company(), [], context)  # type: ignore[arg-type]


def test_a_company_without_an_address_needs_one() -> None:
    """The message says how to give one, and with it the letter is made; an e-mail address goes by e-mail."""
    bare = dataclasses.replace(company(), post=None, data_protection=None)
    with pytest.raises(UsageError, match=r"no address of Proximus is known.*--to"):
        draft(Wish(Kind.ACCESS), bare, [], known())
    for to, by in ((("Street 1", "1000 Town"), How.POST), (("privacy@example.org",), How.E_MAIL)):
        value = draft(Wish(Kind.ACCESS, to=to), bare, [], known())
        assert (value.to, value.by) == (to, by)


def test_a_reminder_waits_for_its_time() -> None:
    """Before the month is over there is none, nor where nothing was sent, nor after an answer; it says when."""
    sent = Objection("proximus", date(2026, 11, 1), how="post", n=2)
    answered = dataclasses.replace(sent, answered=date(2026, 11, 5))
    for items, why in (((sent,), "remind it from 2026-12-09 on; a week"), ((answered,), "answered"), ((), "no letter")):
        with pytest.raises(UsageError, match=why):
            draft(Wish(Kind.FOLLOW_UP), company(), [], known(objections=items))
    earlier = letter(Kind.FOLLOW_UP).earlier
    assert earlier is not None
    assert (str(earlier.due), earlier.objects, earlier.asks_access) == ("2026-10-01", True, True)


def test_who_called_without_a_number_is_asked_where_a_law_says_so() -> None:
    """Exact times in the twice-told hour; never of a call with a number, somebody else's line, or elsewhere."""
    wish = Wish(Kind.IDENTITY, to=("KPN", "Rotterdam"))
    value = identity(wish, "KPN", None, [listed()], known(country="NL"))
    text = render_text(letter_page(value, Words(Language.NL)))

    assert value.identity is Identity.NL
    assert "02:30:05 (+01:00)" in text
    assert "artikel 11.11" in text
    assert "tot op de seconde" in text
    remembered = dataclasses.replace(value, calls=(dataclasses.replace(listed(), exact=False), listed()))
    text = render_text(letter_page(remembered, Words(Language.NL)))
    assert "tot op de seconde" not in text
    assert "2026 02:30 (+01:00)" in text  # no seconds that nobody knows
    for calls, country, why in (
        ([listed("+31201234567")], "NL", "presented a number"),
        ([listed(line="+32475551234")], "NL", "each holder writes for itself"),
        ([listed()], "BE", "Ombudsman"),
        ([listed()], "FR", "no law of FR"),
    ):
        with pytest.raises(UsageError, match=why):
            identity(wish, "KPN", None, calls, known(country=country))


def test_the_us_knows_no_access() -> None:
    """Where no law gives a right to the source of data, no letter pretends so."""
    with pytest.raises(UsageError, match="no law of the US"):
        letter(Kind.BOTH, "US")


def test_a_hostile_name_stays_a_name() -> None:
    """Markup, formulas and controls in what a caller said come out as plain characters on one line."""
    value = letter(Kind.OBJECTION, calls=[a_call(HOSTILE)])
    (line,) = [line for line in render_text(letter_page(value, Words(Language.EN))).splitlines() if "Acme" in line]

    assert "<b>& Co</b> #[x]" in line
    assert not {"\x1b", "\u202e"} & set(line)


def test_the_law_of_a_region() -> None:
    """Members of the EEA and France overseas go by the GDPR; elsewhere only what is known."""
    assert [made(Kind.OBJECTION, country).regime for country in ("BE", "GB", "US")] == list(Regime)
    assert letter(Kind.OBJECTION, "RE").regime is Regime.GDPR
