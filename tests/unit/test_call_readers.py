"""Readers of other devices' calls: what each makes of real rows, odd ones, and any bytes at all."""

import io
import tracemalloc
from typing import Any

import pytest
from fakes.imports import ANDROID, BRUSSELS, FREEPBX, FRITZBOX, HERE, android, items, master
from hypothesis import given
from hypothesis import strategies as st

from blocker.core.call_row import BadRow, CallRow, Circumstances, PassedOver
from blocker.errors import SourceError
from blocker.sources import android_calls, asterisk_cdr, fritzbox_calls

READERS: tuple[Any, ...] = (asterisk_cdr, android_calls, fritzbox_calls)


def call(reader: Any, raw: bytes | str, here: Circumstances = HERE) -> CallRow:
    """The one call in a file."""
    (found,) = items(reader, raw, here)
    assert isinstance(found, CallRow), found
    return found


def bad(reader: Any, raw: bytes | str) -> str:
    """Why the one row of a file is bad."""
    (found,) = items(reader, raw)
    assert isinstance(found, BadRow), found
    return found.why


def test_a_record_of_asterisk() -> None:
    """Time, number, name, duration and references of a call through a trunk."""
    found = call(asterisk_cdr, master())
    assert found.began.isoformat() == "2026-11-17T09:12:33+01:00"
    assert (found.number, found.name, found.called) == ("025550345", "Anna", "025550100")
    assert (found.disposition, found.seconds_talked, found.seconds_in_all) == ("ANSWERED", 60, 67)
    assert (found.identity, found.trunk) == (("1795162353.1",), "trunk")
    assert found.references == (("uniqueid", "1795162353.1"),)


@pytest.mark.parametrize(
    ("more", "identity"),
    [
        (',"a note"', "1795162353.1"),
        (',"a note","","1795162353.0",7', "1795162353.0"),
        (',"","1795162353.0",7', "1795162353.0"),
    ],
)
def test_columns_that_asterisk_may_add(more: str, identity: str) -> None:
    """A userfield, and the columns of newer versions, whose linkedid is then what identifies the call."""
    assert call(asterisk_cdr, master(more=more)).identity == (identity,)


def test_a_record_without_any_id() -> None:
    """What a record says identifies it; the same twice is two calls, the same file again the same two."""
    line = master().replace(',"1795162353.1"', "")
    once = [item.identity for item in items(asterisk_cdr, line * 2) if isinstance(item, CallRow)]
    assert len(set(once)) == 2
    assert once == [item.identity for item in items(asterisk_cdr, line * 2) if isinstance(item, CallRow)]


def test_the_other_master_csv() -> None:
    """The sample of `cdr_custom.conf` has other columns under the same file name."""
    line = (
        '"""Anna"" <025550345>","025550345","025550100","from-trunk","PJSIP/trunk-1","","Dial","x",'
        '"2026-11-17 09:12:33","","2026-11-17 09:13:00",27,0,"NO ANSWER","DOCUMENTATION","","1795162353.1","",3\n'
    )
    found = call(asterisk_cdr, line)
    assert (found.name, found.number, found.disposition, found.identity) == (
        "Anna", "025550345", "NO ANSWER", ("1795162353.1",),
    )  # fmt: skip


def test_an_export_of_freepbx() -> None:
    """Told by its heading; a DID says that the call came in, and what was called."""
    row = (
        '2026-11-17 09:12:33,"""Anna"" <025550345>",025550345,600,ext-group,PJSIP/101-1,,Dial,x,67,60,ANSWERED,3,,'
        "1795162353.1,,025550100,,025550345,Anna,,,,1795162353.1\n"
    )
    found = call(asterisk_cdr, FREEPBX + row)
    assert (found.called, found.name, found.row) == ("025550100", "Anna", 2)
    assert "columns" in bad(asterisk_cdr, FREEPBX + row.replace("025550100,,", ""))


@pytest.mark.parametrize(
    ("about", "trunks", "comes_in"),
    [
        ({}, (), True),
        ({"src": "anonymous"}, (), True),
        ({"src": ""}, (), True),
        ({"src": "101", "channel": "PJSIP/101-00000003", "context": "from-internal"}, (), False),
        ({"channel": "PJSIP/101-00000003"}, (), False),
        ({"channel": "Local/101@from-internal-0001;2"}, (), False),
        ({"context": "from-internal-xfer"}, (), False),
        ({"context": "from-internal"}, ("trunk",), True),
        ({"channel": "PJSIP/other-00000003"}, ("trunk",), False),
    ],
)
def test_which_records_came_in(about: dict[str, Any], trunks: tuple[str, ...], comes_in: bool) -> None:  # noqa: FBT001
    """By the trunks of the configuration; without, all but what an internal telephone began."""
    here = Circumstances(BRUSSELS, HERE.now, frozenset(trunks))
    (found,) = items(asterisk_cdr, master(**about), here)
    assert isinstance(found, CallRow if comes_in else PassedOver)


def test_legs_are_one_call() -> None:
    """The first leg's time and number; answered, if one of them was."""
    legs = [
        master(disposition="NO ANSWER", talked=0),
        master("2026-11-17 09:12:35", src="025550999", talked=41),
        master("2026-11-17 09:12:36", disposition="BUSY", talked=0),
    ]
    passed, again, found = items(asterisk_cdr, "".join(legs))
    assert [passed, again] == [PassedOver(2, "further leg of a call"), PassedOver(3, "further leg of a call")]
    assert isinstance(found, CallRow)
    assert (found.row, found.number, found.disposition, found.seconds_talked) == (1, "025550345", "ANSWERED", 41)
    assert f"{found.began:%S}" == "33"


def test_what_a_telephone_recorded() -> None:
    """Each type of call, and what stands where there is no number; names of contacts are nowhere."""
    texts = [android(1), android(2, kind="3"), android(3, kind="2"), android(4, kind="4"), android(5, kind="5")]
    texts += [android(6, number="-2"), android(7, number="").replace('presentation="1"', 'presentation="3"')]
    found = items(android_calls, ANDROID + "".join(texts).replace("(Unknown)", "Anna &#55357;&#56832;") + "</calls>")
    assert [type(item) for item in found] == [CallRow, CallRow, PassedOver, PassedOver, CallRow, CallRow, CallRow]
    calls = [item for item in found if isinstance(item, CallRow)]
    assert [item.disposition for item in calls] == ["ANSWERED", "NO ANSWER", None, "ANSWERED", "ANSWERED"]
    assert [item.presentation for item in calls] == [None, None, None, 32, 64]
    assert calls[0].began.isoformat() == "2022-01-03T09:10:00+01:00"
    assert "Anna" not in repr(found)


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"<smses count='1'><sms/></smses>", "messages and no call log"),
        (b"<html><body>", "no call log"),
        (b"no XML at all", "line 1"),
        (b"<!DOCTYPE c [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><calls><call number='&b;'/></calls>", "entities"),
        (b"<?xml version='1.0' encoding='windows-31'?><calls/>", "line 1"),
        (b"<calls>" + b" " * 10 + b"<call number='" + b"1" * 3_000_000, "too long"),
    ],
)
def test_what_is_no_call_log(raw: bytes, why: str) -> None:
    """Each is refused with what is wrong, however long or malicious."""
    with pytest.raises(SourceError, match=why):
        items(android_calls, raw)


def test_a_call_log_that_breaks_off() -> None:
    """The calls before the break hold, and the line is named."""
    found = items(android_calls, ANDROID + android(1) + android(2)[:40])
    assert isinstance(found[0], CallRow)
    assert isinstance(found[1], BadRow)
    assert "line 4" in found[1].why
    wrong = items(android_calls, (ANDROID + android(1)).encode() + b'<call number="\xe9" />')
    assert isinstance(wrong[1], BadRow)
    assert "line 4" in wrong[1].why


@pytest.mark.parametrize(
    "heading", [FRITZBOX, FRITZBOX.removeprefix("sep=;\n"), "Type;Date;Nom;Num;Area;Tel;Own;Dur\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_list_of_a_fritzbox(heading: str, encoding: str) -> None:
    """In any language and encoding; the household's own names for numbers aren't taken over."""
    rows = "1;17.11.26 09:12;Müller;025550346;Brüssel;DECT;Internet: 025550100;0:03\n"
    rows += "2;17.11.2026 09:10;;;;;025550100;0:00\n4;17.11.26 08:10;;025550999;;DECT;025550100;0:02\n"
    first, missed, outgoing = items(fritzbox_calls, (heading + rows).encode(encoding))
    assert isinstance(first, CallRow)
    assert isinstance(missed, CallRow)
    assert (first.began.isoformat(), first.number) == ("2026-11-17T09:12:00+01:00", "025550346")
    assert (first.called, first.disposition, first.seconds_talked) == ("025550100", "ANSWERED", None)
    assert (first.duration_there, missed.duration_there) == ("0:03", "0:00")
    assert (missed.disposition, missed.number, outgoing) == ("NO ANSWER", "", PassedOver(outgoing.row, "outgoing"))
    assert "ller" not in repr((first, missed, outgoing))


@pytest.mark.parametrize(
    ("row", "passed"),
    [
        ("3;17.11.26 09:12;;025550346;;;025550100;0:00", False),
        ("3;17.11.26 09:12;;025550346;;DECT 1;025550100;0:00", True),
        ("3;17.11.26 09:12;;025550346;;;025550100;0:07", True),
    ],
)
def test_type_3_of_a_fritzbox(row: str, passed: bool) -> None:  # noqa: FBT001  (a row of the table)
    """Refused on newer boxes; on older ones it went out, which a telephone or a duration shows."""
    (found,) = items(fritzbox_calls, FRITZBOX + row)
    assert isinstance(found, PassedOver if passed else CallRow)


def test_missed_calls_of_one_minute_are_told_apart() -> None:
    """Two rows of the same words are two calls; a later export gives them the same identities."""
    row = "2;17.11.26 09:10;;;;;025550100;0:00\n"
    two = [item.identity for item in items(fritzbox_calls, FRITZBOX + row * 2) if isinstance(item, CallRow)]
    later = [item.identity for item in items(fritzbox_calls, FRITZBOX + row * 3) if isinstance(item, CallRow)]
    assert len(set(two)) == 2
    assert later[:2] == two


@pytest.mark.parametrize(
    ("date", "why"),
    [
        ("29.03.26 02:30", "never came"),
        ("31.02.26 02:30", "no date"),
        ("17.11.89 02:30", "still to come"),
        ("17.11.1989 02:30", "too long ago"),
        ("23.11.26 02:30", "still to come"),
        ("17/11/26 02:30", "no date"),
    ],
)
def test_times_that_cannot_be(date: str, why: str) -> None:
    """They make a row bad, and say why."""
    assert why in bad(fritzbox_calls, FRITZBOX + f"2;{date};;025550346;;;025550100;0:00")


def test_an_hour_that_came_twice() -> None:
    """The earlier one is taken, and the row says that it isn't clear."""
    found = call(fritzbox_calls, FRITZBOX + "2;25.10.26 02:30;;025550346;;;025550100;0:00")
    assert (found.began.isoformat(), found.ambiguous) == ("2026-10-25T02:30:00+02:00", True)
    assert not call(fritzbox_calls, FRITZBOX + "2;25.10.26 03:30;;025550346;;;025550100;0:00").ambiguous


@pytest.mark.parametrize(
    ("reader", "raw", "why"),
    [
        (fritzbox_calls, FRITZBOX.encode() + b"2;17.11.26 09:10;M\x81ller;02;;;02;0:00", "neither UTF-8 nor"),
        (fritzbox_calls, FRITZBOX.encode() + b"2;" + b"x" * 20_000, "too long"),
        (asterisk_cdr, master().encode() + b"x" * 20_000 + b"\n", "too long"),
        (fritzbox_calls, FRITZBOX.encode() + b'2;"17.11.26', "no row of a table"),
        (fritzbox_calls, FRITZBOX.encode() + b"9;17.11.26 09:10;;02;;;02;0:00", "no type of call"),
        (asterisk_cdr, master().replace(",60,", ",sixty,").encode(), "no number of seconds"),
        (android_calls, (ANDROID + android(1, kind="77") + "</calls>").encode(), "no type of call"),
    ],
)
def test_bad_rows(reader: Any, raw: bytes, why: str) -> None:
    """Each says what is wrong with it."""
    assert any(isinstance(item, BadRow) and why in item.why for item in items(reader, raw))


@pytest.mark.parametrize("reader", [asterisk_cdr, fritzbox_calls])
@pytest.mark.parametrize("raw", [FRITZBOX.encode("utf-16-le"), b"PK\x03\x04\x00\x00"])
def test_files_that_are_no_text(reader: Any, raw: bytes) -> None:
    """UTF-16 without its mark, or something else altogether, is refused as a whole."""
    with pytest.raises(SourceError, match="no text"):
        items(reader, raw)


def test_utf_16_that_breaks_off() -> None:
    """What isn't UTF-16 after all spoils its own row and no other."""
    row = "2;17.11.26 09:10;;;;;025550100;0:00\n"
    raw = (FRITZBOX + row).encode("utf-16") + b"\x00\xd8\n\x00" + row.encode("utf-16-le")
    assert [type(item) for item in items(fritzbox_calls, raw)] == [CallRow, BadRow, CallRow]


PIECES = st.sampled_from(
    [b'"', b";", b",", b"\n", b"\r\n", b"2", b"<call", b"<calls>", b" type='1' ", b"date='1'", b"/>", b"&#55357;",
     b"\xff\xfe", b"\xef\xbb\xbf", b"\x00", b"17.11.26 09:12", b"2026-11-17 09:12:33", FREEPBX.encode(),
     FRITZBOX.encode(), master().encode(), ANDROID.encode(), android(1).encode()]
)  # fmt: skip


@pytest.mark.parametrize("reader", READERS)
@given(raw=st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=12).map(b"".join)))
def test_any_bytes_give_rows_or_our_error(reader: Any, raw: bytes) -> None:
    """Whatever is in a file: calls, rows passed over, bad rows, or an error with a reason; nothing else."""
    assert reader.recognises(raw) in {True, False}
    try:
        found = items(reader, raw)
    except SourceError as error:
        assert str(error)
        return
    for item in found:
        assert item.row >= 1
        assert isinstance(item, CallRow) or item.why


@pytest.mark.parametrize(
    ("raw", "reader"),
    [(master(), asterisk_cdr), (FREEPBX, asterisk_cdr), (FRITZBOX, fritzbox_calls), (ANDROID, android_calls)],
)
def test_a_file_is_recognised_by_its_beginning(raw: str, reader: Any) -> None:
    """By its own reader and by no other, with the marks of encodings too."""
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        assert [one for one in READERS if one.recognises(raw.encode(encoding)[:4096])] == [reader], encoding


class Endless(io.RawIOBase):
    """A file of so many rows, made as it is read."""

    def __init__(self, head: bytes, row: bytes, rows: int) -> None:
        self._head, self._row, self._rows = head, row, rows
        self._left, self._buffer = rows, head

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, _: int = 0, /) -> int:
        self._left, self._buffer = self._rows, self._head[offset:]
        return offset

    def readinto(self, into: Any, /) -> int:
        while len(self._buffer) < len(into) and self._left:
            self._buffer += self._row * min(100, self._left)
            self._left -= min(100, self._left)
        chunk, self._buffer = self._buffer[: len(into)], self._buffer[len(into) :]
        into[: len(chunk)] = chunk
        return len(chunk)


@pytest.mark.parametrize(
    ("reader", "head", "row"),
    [
        (asterisk_cdr, master(), master()),
        (fritzbox_calls, FRITZBOX, "2;17.11.26 09:10;;;;;025550100;0:00\n"),
        (android_calls, ANDROID, android(1)),
    ],
)
def test_memory_stays_flat(reader: Any, head: str, row: str) -> None:
    """A long file is read as it comes: 8,000 rows, which would take several megabytes, fit into one."""
    stream = io.BufferedReader(Endless(head.encode(), row.encode(), 8_000))
    tracemalloc.start()
    try:
        assert sum(1 for _ in reader.read(stream, HERE)) >= 8_000
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
