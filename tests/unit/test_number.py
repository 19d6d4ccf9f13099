"""Numbers: whatever a trunk sends becomes the right one of four values."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.core import number
from blocker.core.number import E164, NumberFormat, NumberPlan, Unavailable, Unusable, Withheld, normalise

BE = NumberPlan("BE")


@pytest.mark.parametrize(
    "written",
    [
        "0032 2 202 41 11",
        "02/202.41.11",
        "+3222024111",
        "tel:+32-2-202-41-11",
        "+32 (0)2 202 41 11",
        "+32022024111",  # a doubled trunk zero
        "003222024111",
        "3222024111",
        "22024111",  # a trunk that drops the zero
        "sip:+3222024111@provider.example;user=phone",
        '"Somebody" <sip:003222024111@198.51.100.7>',
        "sip:%2B3222024111@provider.example",
        "tel:02-202-41-11;phone-context=+32",
        "\u200e+32\u00a02 202 41 11",  # marks and blanks that phones paste along
        "＋３２２２０２４１１１",
    ],
)
def test_one_number_however_it_is_written(written: str) -> None:
    """Every way of writing a number gives the same E.164 number."""
    assert normalise(written, None, BE) == E164("+3222024111", "BE")


@pytest.mark.parametrize(
    ("plan", "written", "expected"),
    [
        (NumberPlan("DE", NumberFormat.E164_WITHOUT_PLUS), "4915112345678", "+4915112345678"),
        (NumberPlan("DE", NumberFormat.E164_WITHOUT_PLUS), "3225551234", "+3225551234"),
        (NumberPlan("IT", NumberFormat.E164_WITHOUT_PLUS), "390612345678", "+390612345678"),
        (NumberPlan("IT"), "06 1234 5678", "+390612345678"),
        (NumberPlan("US"), "0113225551234", "+3225551234"),
        (NumberPlan("US"), "003225551234", "+3225551234"),
        (NumberPlan("BE", NumberFormat.INTERNATIONAL_00), "003225551234", "+3225551234"),
        (NumberPlan("US", NumberFormat.INTERNATIONAL_00), "003225551234", "+3225551234"),
        (NumberPlan("BE", NumberFormat.NATIONAL), "025551234", "+3225551234"),
        (NumberPlan("BE", NumberFormat.NATIONAL_WITHOUT_TRUNK_PREFIX), "25551234", "+3225551234"),
        (NumberPlan("BE", NumberFormat.NATIONAL_WITHOUT_TRUNK_PREFIX), "0033199001234", "+33199001234"),
        (NumberPlan("BE", NumberFormat.LOCAL, "2"), "5551234", "+3225551234"),
        (NumberPlan("BE", NumberFormat.LOCAL, "2"), "0475551234", "+32475551234"),
        (NumberPlan("BE"), "33199001234", "+33199001234"),  # auto: no such Belgian number, so it may lack its plus
    ],
)
def test_a_trunk_says_how_it_writes_numbers(plan: NumberPlan, written: str, expected: str) -> None:
    """The trunk's number format decides what a text means."""
    caller = normalise(written, None, plan)

    assert isinstance(caller, E164)
    assert caller.number == expected


@pytest.mark.parametrize("word", ["anonymous", "Anonymous", "PRIVATE", "anoniem", "Masqué", "restricted", "withheld"])
def test_words_for_withheld(word: str) -> None:
    """The words that trunks send for a withheld number mean withheld."""
    assert isinstance(normalise(word, 0, BE), Withheld)


@pytest.mark.parametrize("word", ["", "  ", "unknown", "Unavailable", "onbekend", "inconnu", "s", "asterisk"])
def test_words_for_unavailable(word: str) -> None:
    """The words that trunks send where there is no number mean unavailable."""
    assert isinstance(normalise(word, 0, BE), Unavailable)


@pytest.mark.parametrize(
    ("presentation", "kind"),
    [(0, E164), (3, E164), (32, Withheld), (35, Withheld), (64, Unavailable), (67, Unavailable), (None, E164)],
)
def test_presentation_beats_the_number(presentation: int | None, kind: type) -> None:
    """A number that arrives beside a restricted presentation isn't looked at."""
    assert isinstance(normalise("+33199001234", presentation, BE), kind)


@pytest.mark.parametrize(
    "raw",
    ["201", "112", "1207", "*30", "**11", "0", "00", "000", "+", "1-800-FLOWERS", "Some Name", "+999123456", "\x0012",
     "+3222\r\n024111", "+352" + "1" * 17, "0" * 200, "+32" + "2" * 300, "x", "#31#025551234"],
)  # fmt: skip
def test_what_is_no_number_is_unusable(raw: str) -> None:
    """Extensions, service codes, names and noise never become a number that a list could hold."""
    assert isinstance(normalise(raw, None, BE), Unusable)


@pytest.mark.parametrize("raw", ["070 123456", "077 12 34 56", "+390844123456", "+34905123456"])
def test_numbers_the_library_misses_are_numbers(raw: str) -> None:
    """A number that the library's plan doesn't have is still a number, marked as not valid."""
    caller = normalise(raw, None, BE)

    assert isinstance(caller, E164)
    assert not caller.valid


def test_an_extension_is_kept_beside_the_number() -> None:
    """An extension is no part of the number and isn't lost."""
    assert normalise("+3225551234;ext=12", None, BE) == E164("+3225551234", "BE", extension="12")


EXAMPLES = {
    (region, example)
    for region in number.supported_regions()
    for mobile in (False, True)
    if (example := number.example_number(region, mobile=mobile))
}


@pytest.mark.parametrize(("region", "e164"), sorted(EXAMPLES))
def test_every_region_in_every_form(region: str, e164: str) -> None:
    """Each region's example number comes out right in each form, through a trunk set to that form."""
    parsed = phonenumbers.parse(e164)
    national = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
    digits = e164[1:]
    forms = {
        (NumberFormat.AUTO, e164),
        (NumberFormat.E164, e164),
        (NumberFormat.E164, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)),
        (NumberFormat.E164_WITHOUT_PLUS, digits),
        (NumberFormat.INTERNATIONAL_00, "00" + digits),
        (NumberFormat.NATIONAL, national),
        (NumberFormat.NATIONAL_WITHOUT_TRUNK_PREFIX, phonenumbers.national_significant_number(parsed)),
    }

    got = {form: normalise(text, None, NumberPlan(region, form)) for form, text in forms}

    assert {form: getattr(caller, "number", caller) for form, caller in got.items()} == dict.fromkeys(got, e164)


@given(st.text(max_size=300), st.none() | st.integers(-300, 300), st.sampled_from(["BE", "US", "IT", "XX"]),
       st.sampled_from(NumberFormat))  # fmt: skip
def test_any_text_gives_a_value(text: str, presentation: int | None, region: str, form: NumberFormat) -> None:
    """No text makes it raise, and what it calls a number is one: a plus and 7 to 15 digits."""
    caller = normalise(text, presentation, NumberPlan(region, form, "2"))

    if isinstance(caller, E164):
        assert caller.number[0] == "+"
        assert caller.number[1:].isascii()
        assert caller.number[1:].isdigit()
        assert len(caller.number) <= 16


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_the_normal_form_is_stable(text: str) -> None:
    """A number in normal form stays as it is, so that it can be stored once and compared as text."""
    once = normalise(text, None, BE)

    if isinstance(once, E164):
        assert normalise(once.number, None, BE) == once
