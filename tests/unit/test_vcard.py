"""Address books: every number of every card that can be read, and a word about each that can't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.errors import SourceError
from blocker.sources.vcard import read

FIRST, SECOND = "+3225551234", "+32475551234"


def card(*lines: str, version: str = "3.0", end: str = "\r\n") -> bytes:
    return end.join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode("latin-1")


@pytest.mark.parametrize(
    ("raw", "people"),
    [
        (card("FN:Zoe", "TEL:02 555 12 34", "TEL;TYPE=CELL:+32475551234"), ((FIRST, "Zoe"), (SECOND, "Zoe"))),
        (card("N:Peeters;Zoe;;;", "TEL;HOME;VOICE:02 555 12 34", version="2.1"), ((FIRST, "Zoe Peeters"),)),
        (
            card("FN:Zoe", 'TEL;VALUE=uri;TYPE="voice,home":tel:+32-2-555-12-34;ext=5', version="4.0"),
            ((FIRST, "Zoe"),),
        ),
        (card("FN:Zoe\r\n  Peet\r\n ers", "TEL:+32 2 55\r\n 5 12 34"), ((FIRST, "Zoe Peeters"),)),
        (card("FN:Zo\xc3\xab", "TEL:+3225551234"), ((FIRST, "Zoë"),)),
        (card("FN:Zo\xeb", "TEL:+3225551234"), ((FIRST, "Zoë"),)),
        (
            card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:Zo=C3=AB=\r\n Peeters", "TEL:02 555 12 34", version="2.1"),
            ((FIRST, "Zoë Peeters"),),
        ),
        (
            card("FN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Zo=EB", "TEL:02 555 12 34", version="2.1"),
            ((FIRST, "Zoë"),),
        ),
        (card("FN:Zoe", "TEL:02 555 12 34", end="\n"), ((FIRST, "Zoe"),)),
        (b"\xef\xbb\xbf" + card("FN:Zoe", "TEL:02 555 12 34"), ((FIRST, "Zoe"),)),
        (card("FN:Zoe", "TEL:02 555 12 34").decode().encode("utf-16"), ((FIRST, "Zoe"),)),
        (card("ORG:Dentist;Reception", "item1.TEL:02 555 12 34"), ((FIRST, "Dentist Reception"),)),
        (card("TEL:02 555 12 34"), ((FIRST, "(no name)"),)),
        (card("FN:Zoe", "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ\r\n SkZJRg==", "TEL:02 555 12 34"), ((FIRST, "Zoe"),)),
        (card("FN:Zoe", "TEL:02 555 12 34") * 2, ((FIRST, "Zoe"),)),
        (card("FN:Zoe"), ()),
    ],
)
def test_what_a_card_says(raw: bytes, people: tuple[tuple[str, str], ...]) -> None:
    """All three versions, folded lines, encodings, national numbers, several numbers, and cards without a name."""
    book = read(raw, "BE")

    assert book.people == people
    assert book.faults == ()


def test_a_national_number_is_that_of_the_households_country() -> None:
    """The same digits are another number in another country."""
    assert read(card("FN:Zoe", "TEL:020 7946 0123"), "GB").people == (("+442079460123", "Zoe"),)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (card("FN:Bad", "no colon at all"), "line 5, Bad"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Cut off\r\nTEL:02 555 99 99\r\n", "line 5, Cut off"),
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:=FF", "TEL:1", version="2.1"), "line 5"),
        (card("FN;ENCODING=QUOTED-PRINTABLE;CHARSET=klingon:x", "TEL:1", version="2.1"), "line 5"),
        (card("FN:Short", "TEL:1955"), "line 5, Short: “1955” is no telephone number"),
    ],
)
def test_a_bad_card_is_told_and_the_others_are_read(bad: bytes, said: str) -> None:
    """With the line on which it begins and the name it has; the cards before and after it count."""
    before, after = card("FN:Zoe", "TEL:02 555 12 34", end="\n"), card("FN:Ann", "TEL:+32475551234")
    book = read(before.replace(b"VERSION:3.0\n", b"") + bad + after, "BE")

    assert book.people == ((FIRST, "Zoe"), (SECOND, "Ann"))
    assert len(book.faults) == 1
    assert book.faults[0].startswith(said)


def test_what_is_no_address_book() -> None:
    """A file of another kind is refused with how to get the right one."""
    with pytest.raises(SourceError, match="export it as vCard"):
        read(b"name,number\nZoe,02 555 12 34\n", "BE")


@given(
    st.lists(
        st.sampled_from(
            [b"BEGIN:VCARD", b"END:VCARD", b"FN:x", b"TEL:02 555 12 34", b"N;QUOTED-PRINTABLE:=", b" ", b""]
        )
        | st.binary(max_size=40)
    ).map(b"\n".join)
)
def test_any_bytes_give_people_or_our_error(raw: bytes) -> None:
    """Nothing that a file can hold raises anything else."""
    try:
        book = read(raw, "BE")
    except SourceError:
        return
    assert all(number.startswith("+") and "\n" not in name for number, name in book.people)
