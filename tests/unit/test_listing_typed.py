"""Numbers and prefixes as people type them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from blocker.core.listing import national_digits, parse_target
from blocker.core.number import country_code, national_prefix, supported_regions
from blocker.errors import UsageError


@pytest.mark.parametrize(
    ("text", "region", "meant"),
    [
        ("02 555 12 34", "BE", "+3225551234"),
        ("+32 2 555 12 34", "NL", "+3225551234"),
        ("+32 2 555*", "BE", "+322555*"),
        ("+32 2 555 *", "BE", "+322555*"),
        ("02/555.12*", "BE", "+32255512*"),
        ("02 555*", "BE", "+322555*"),
        ("(02) 555*", "BE", "+322555*"),
        ("0032 2 555*", "BE", "+322555*"),
        ("+32 (0)2 555*", "BE", "+322555*"),
        ("0032(0)2555*", "FR", "+322555*"),
        ("+3202555*", "BE", "+322555*"),
        ("0900*", "BE", "+32900*"),
        ("01 62*", "FR", "+33162*"),
        ("1 202 555 01*", "US", "+120255501*"),
        ("+1 202*", "BE", "+1202*"),
        ("06 39 98*", "IT", "+39063998*"),
        ("+39 06 39*", "BE", "+390639*"),
        ("91 12*", "ES", "+349112*"),
        ("8 495*", "RU", "+7495*"),
        ("+7 812*", "RU", "+7812*"),
        ("\uff0b32\uff12555*", "BE", "+322555*"),  # full-width, as a phone keyboard in Asia gives them
        ("+32\u00a02\u00a0555*", "BE", "+322555*"),  # non-breaking spaces, as copied from a web page
        ("+3225551234**", "BE", "+3225551234*"),
    ],
)
def test_what_a_person_types_is_understood(text: str, region: str, meant: str) -> None:
    """National and international ways of writing, with separators, come out as one form."""
    assert parse_target(text, region).text == meant


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("*", "no prefix"),
        ("", "no telephone number"),
        ("hello", "no telephone number"),
        ("112", "no telephone number"),
        ("*30", "no telephone number"),
        ("abc*", "no prefix"),
        ("+32 *2*", "no prefix"),
        ("++322*", "no prefix"),
        ("32+2555*", "no prefix"),
        ("+32*", "whole country"),
        ("+32 2*", "whole country"),
        ("02*", "whole country"),
        ("+1 2*", "whole country"),
        ("+352 6*", "whole country"),
        ("+*", "no prefix"),
        ("00*", "whole country"),
        ("2 555*", "could begin anywhere"),
        ("112*", "could begin anywhere"),
        ("+02 555*", "no country code"),
        ("000 555*", "no country code"),
        ("+32 2 555 12 34 567 890*", "longer than any number"),
        ("+32\u0662\u0665\u0665\u0665*", "no prefix"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(text: str, says: str) -> None:
    """A prefix that would catch a country, or anything that is no number, is refused in words a person can act on."""
    with pytest.raises(UsageError, match=says):
        parse_target(text, "BE")


@given(
    st.text(max_size=50) | st.from_regex(r"\A[+0-9 ()./*-]{0,24}\Z"), st.sampled_from(["BE", "IT", "US", "RU", "ES"])
)
def test_any_text_is_a_target_or_a_usage_error(text: str, region: str) -> None:
    """Whatever is typed gives a number in E.164 form, a prefix that names more than a country, or a `UsageError`."""
    try:
        target = parse_target(text, region)
    except UsageError:
        return
    assert target.number.startswith("+")
    assert target.number[1:].isascii()
    assert target.number[1:].isdecimal()
    assert len(target.number) <= 16
    assert len(national_digits(target.number)) >= 2


@given(st.sampled_from(sorted(supported_regions())), st.from_regex(r"\A[1-9][0-9]{3,6}\Z"))
def test_national_and_international_prefixes_meet(region: str, national: str) -> None:
    """In every region a prefix written with its trunk prefix is the one written with its country code."""
    trunk = national_prefix(region)
    assume(not trunk or not national.startswith(trunk))
    assert parse_target(f"{trunk}{national}*", region) == parse_target(f"+{country_code(region)}{national}*", region)


@pytest.mark.parametrize("region", sorted(supported_regions()))
def test_country_codes_are_recognised_by_their_length(region: str) -> None:
    """Where a country code ends is known for every region, so that no prefix can be a whole country."""
    code = str(country_code(region))
    assert national_digits(f"+{code}2555") == "2555"
