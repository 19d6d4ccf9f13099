"""Promises of the TOML reader: whatever is wrong with a file is said in one go, with its line and how to mend it."""

import tomllib
from datetime import date
from enum import StrEnum

import pytest
from hypothesis import example, given, reject
from hypothesis import strategies as st

from blocker.errors import Fault
from blocker.tomlfile import MAX_CHARACTERS, Document, parse, parse_bytes
from blocker.tomllines import Path, line_numbers


class Colour(StrEnum):
    """A closed set of words."""

    RED = "red"
    GREEN = "green"


def told(document: Document) -> list[str]:
    """The faults of a document, as the household reads them."""
    return [str(fault) for fault in document.finish()]


def read_everything(document: Document) -> None:
    """Ask for a key of every kind."""
    root = document.root
    root.text("text")
    root.flag("flag", default=False)
    root.whole("whole", 3, low=1, high=9)
    root.number("number", 1.5, low=0.5, high=2)
    root.texts("texts")
    root.day("day")
    root.word("colour", Colour, Colour.RED)
    for table in [root.section("table"), *root.tables("tables"), *root.named("named").values()]:
        table.text("name")


FAULTS = {
    "text of another kind": ("text = 5", "f:1: text is a whole number, not a text (put it in quotes)"),
    "truth value in quotes": (
        'flag = "true"',
        "f:1: flag is a text, not true or false (write true or false, without quotes)",
    ),
    "whole number in quotes": ('whole = "3"', "f:1: whole is a text, not a whole number (write a whole number without"),
    "true isn't the number one": ("whole = true", "f:1: whole is true or false, not a whole number"),
    "whole number too large": ("\nwhole = 10", "f:2: whole is 10, outside 1 to 9 (the default is 3)"),
    "number that isn't one": ("number = nan", "f:1: number is nan, outside 0.5 to 2"),
    "infinite number": ("number = inf", "f:1: number is inf, outside 0.5 to 2"),
    "huge whole number": (f"number = {10**400}", "f:1: number is a whole number, not a number"),
    "word that isn't known": ('colour = "grene"', "f:1: colour can't be “grene” (did you mean “green”?)"),
    "word far from all": ('colour = "blue"', "f:1: colour can't be “blue” (known here: green, red)"),
    "date in quotes": ('day = "2026-01-01"', "f:1: day is a text, not a date (write the date as 2026-11-22, without"),
    "date with a time": ("day = 2026-01-01T00:00:00", "f:1: day is a date with a time, not a date"),
    "time": ("day = 10:00:00", "f:1: day is a time, not a date"),
    "list item of another kind": ('texts = [\n  "a",\n  7,\n]', "f:3: item 2 of texts is a whole number (put it in"),
    "table that is none": ('table = "x"', "f:1: table is a text, not a table"),
    "tables that are one": ("[tables]", "f:1: tables is a table (write each of them as a table under [[tables]])"),
    "tables of another kind": (
        "tables = [1]",
        "f:1: tables is a list (write each of them as a table under [[tables]])",
    ),
    "named table that is none": ("[named]\nx = 1", "f:2: named.x is a whole number (write it as a table [named.NAME])"),
    "unknown key": ("\n\ntxet = 1", "f:3: unknown key “txet” (did you mean “text”?)"),
    "unknown key in a table": ("[table]\nnane = 1", "f:2: unknown key “nane” in [table] (did you mean “name”?)"),
    "unknown key in a second table": (
        '[[tables]]\nname = "a"\n[[tables]]\nnmae = "b"',
        "f:4: unknown key “nmae” in [tables] (did you mean “name”?)",
    ),
    "unknown key like none": (
        "zzz = 1",
        "f:1: unknown key “zzz” (known here: colour, day, flag, named, number, table, ta",
    ),
    "wrong capitals": ("Text = 1", "f:1: unknown key “Text” (did you mean “text”?)"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_field_is_named_with_its_line_and_mend(text: str, message: str) -> None:
    """Each way of filling in a key wrongly has a message that says what, where and how to mend it."""
    document = parse(text, "f")
    read_everything(document)
    (fault,) = told(document)
    assert fault.startswith(message)


SYNTAX = {
    "text without quotes": ("region = BE", "f:1: this value isn't TOML (a text needs quotes"),
    "key twice": ("a = 1\n\na = 2\n", "f:3: this key is written a second time (remove one"),
    "table twice": ("[a]\n[a]\n", "f:2: this table is opened a second time"),
    "no value": ("a = 1\nb\n", "f:2: a key without its value"),
    "open list": ("a = [1, 2\nb = 3\n", "f:2: a list isn't closed"),
    "open text": ('a = "x\n', "f:1: not TOML: Illegal character"),
    "open long text": ('a = """x\n', "f:2: a text isn't closed"),
    "no such day": ("a = 2026-02-31", "f:1: there is no such date"),
    "Windows path": (
        r'a = "C:\data"',
        "f:1: a backslash in a text in double quotes (write the text in 'single quotes')",
    ),
    "a mile of digits": ("a = " + "9" * 5000, "f: a number of absurd length"),
    "nested without end": ("a = " + "[" * 100_000, "f: lists or tables nested too deep"),
    "a novel": ("#" * (MAX_CHARACTERS + 1), f"f: longer than {MAX_CHARACTERS:,} characters"),
}


@pytest.mark.parametrize(("text", "message"), SYNTAX.values(), ids=SYNTAX)
def test_what_isnt_toml_is_said_plainly(text: str, message: str) -> None:
    """A file that isn't TOML gives one fault in words that don't need to know TOML, and no other."""
    (fault,) = told(parse(text, "f"))
    assert fault.startswith(message)


def test_bytes_that_arent_utf8_are_a_fault_with_a_line() -> None:
    """A file saved in another encoding is refused with the line of its first odd byte."""
    (fault,) = parse_bytes('a = 1\nb = "é"'.encode("latin-1"), "f").faults
    assert fault == Fault("f", 2, "not UTF-8 text", "save the file as UTF-8 in your editor")


def test_a_byte_order_mark_and_windows_line_ends_are_fine() -> None:
    """Files from Windows editors are read, and keep their line numbers."""
    document = parse_bytes('\ufeffregion = "BE"\r\nport = "1"\r\n'.encode(), "f")
    assert document.root.text("region") == "BE"
    assert document.root.whole("port", 2, low=0, high=9) == 2
    assert [fault.line for fault in document.finish()] == [2]


def test_all_faults_come_out_together_in_order_of_lines() -> None:
    """Nobody has to mend a file one fault a time."""
    document = parse('zzz = 1\nwhole = "x"\ntexts = [1]\n[table]\nname = 3', "f")
    read_everything(document)
    assert [fault.line for fault in document.finish()] == [1, 2, 3, 5]


def test_missing_and_empty_required_keys_are_faults_and_defaults_hold_elsewhere() -> None:
    """A required key must be there and say something; any other key has its default."""
    document = parse('empty = " "', "f")
    root = document.root
    assert (root.text("missing", required=True), root.text("empty", required=True)) == ("", " ")
    assert root.text("optional", "default") == "default"
    assert root.whole("port", 7, low=0, high=9) == 7
    assert root.number("seconds", 1.2, low=0, high=2) == 1.2
    assert root.day("day") is None
    assert root.table("table") is None
    assert told(document) == [
        "f: missing is missing (add a line missing = …)",
        "f:1: empty is empty (write something between the quotes)",
    ]


def test_values_are_read_as_what_they_are() -> None:
    """Right values come through unchanged; a whole number will do for a number."""
    document = parse('a = "x"\nb = true\nc = 4\nd = 1\ne = ["p", "q"]\nf = 2026-11-22\ng = "green"', "f")
    root = document.root
    assert root.text("a") == "x"
    assert root.flag("b", default=False) is True
    assert root.whole("c", 0, low=0, high=9) == 4
    assert root.number("d", 0, low=0, high=9) == 1.0
    assert root.texts("e") == ("p", "q")
    assert root.day("f") == date(2026, 11, 22)
    assert root.word("g", Colour, Colour.RED) is Colour.GREEN
    assert told(document) == []


@given(st.text(st.sampled_from("ab.=[]{}\"'#\\,\n\r \t0159-:_é\ufeff\0")) | st.text())
@example('a = """\\\n"""""\nb=1')
def test_any_text_gives_values_or_faults(text: str) -> None:
    """Nothing that a file may hold raises, and every fault has a line that the file has."""
    document = parse(text, "f")
    read_everything(document)
    lines = text.count("\n") + 1
    assert all(0 <= fault.line <= lines for fault in document.finish())


@given(st.binary())
def test_any_bytes_give_values_or_faults(raw: bytes) -> None:
    """Nor does anything that isn't even text."""
    document = parse_bytes(raw, "f")
    read_everything(document)
    document.finish()


VALUES = st.sampled_from(
    [
        "1",
        "-1.5e3",
        "true",
        "inf",
        "2026-11-22",
        "1979-05-27 07:32:00Z",
        '"a # no comment ] } = \\" "',
        "'single \\ # ]'",
        '"""\nmany\n  [lines]\n"quoted" \\" """""',
        "'''raw\n= '' '''",
        '""""""',
        "[]",
        '[ "a", # comment ]\n  "b",\n]',
        '[[1, 2], ["]"],\n [\n3]]',
        "{}",
        '{ x = 1, "y.z" = [1, { q.r = "}" }] }',
        "[ { a = 1 }, { a = 2 } ]",
    ]
)
KEYS = st.sampled_from(["k{}", '"k {}"', "'k.{}'", "d.k{}", ' d . "k{}" ', "k-{}"])


@st.composite
def toml_texts(draw: st.DrawFn) -> str:
    """TOML of every shape: no key is used twice, so that every text is valid."""
    lines = []
    for number in range(draw(st.integers(0, 8))):
        lines.append(draw(st.sampled_from(["", "# a = 1", "\t", f"[t{number}]", f"[a.t{number}]", "[[a]]", "[[a.b]]"])))
        lines += [draw(KEYS).format(f"{number}x{i}") + " = " + draw(VALUES) for i in range(draw(st.integers(0, 2)))]
    return "\n".join(lines)


def paths_in(value: object, path: Path = ()) -> set[Path]:
    """Every path in a parsed value."""
    below: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return {(*path, step) for step, _ in below}.union(*(paths_in(item, (*path, step)) for step, item in below))


@given(toml_texts())
def test_every_key_table_and_list_item_has_its_line(text: str) -> None:
    """The lines found are those of exactly the things that tomllib finds, and the key stands on its line."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:  # [[a]] after [a.t1] and the like
        reject()
    found = line_numbers(text)
    assert found.keys() == paths_in(values)
    lines = text.split("\n")
    for path, line in found.items():
        name = path[-1] if isinstance(path[-1], str) else path[0]
        if len([step for step in path if isinstance(step, int)]) == 0:
            assert str(name) in lines[line - 1]


def test_lines_of_nested_things_are_exact() -> None:
    """A list item, an inline key and a table in an array each have their own line."""
    text = 'a = [\n  "x",\n  # "no"\n  "y",\n]\n[[t]]\nk = 1\n[t.u]\nv = { w = 1 }\n[[t]]\nk = 2\n'
    found = line_numbers(text)
    assert found["a", 1] == 4
    assert found["t", 0, "k"] == 7
    assert found["t", 0, "u", "v", "w"] == 9
    assert found["t", 1] == 10
    assert found["t", 1, "k"] == 11
