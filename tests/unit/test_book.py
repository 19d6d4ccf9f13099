"""The book: what the community lists say about a number, and files that were harmed."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from fakes.books import FETCHED, add, made, plain
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.community import Hit, Rated
from blocker.core.listing import Target
from blocker.errors import SourceError
from blocker.store.book import Book
from blocker.store.book_file import BookFile, Provenance


def names(folder: Path) -> list[str]:
    """What lies in a folder."""
    return sorted(path.name for path in folder.iterdir())


def holds(file: BookFile, number: int) -> bool:
    """Whether a file lists a number."""
    return file.about(str(number)) is not None


def whats(book: Book, *numbers: str) -> list[str]:
    """What of a book speaks about numbers."""
    return [hit.rated.target.text for number in numbers for hit in book.lookup(number)]


async def test_a_hit_says_what_matched_and_where_it_stands(tmp_path: Path) -> None:
    """A number listed by itself is found before a prefix, with its source, its date and its licence."""
    book = Book(tmp_path / "book")
    await add(book, plain([3225551234], ["322555", "3225559"]))
    hit = Hit("club", Rated(Target("+3225551234")), FETCHED.date(), "CC0")
    assert book.lookup("+3225551234") == (hit,)
    assert whats(book, "+3225551235", "+3225559000") == ["+322555*", "+3225559*"]
    assert book.lookup("+3226661234") == ()
    await book.close()


@pytest.mark.parametrize("count", [0, 1, 2, 511, 512, 513, 1023, 1024, 1025, 5000])
def test_every_number_of_a_file_is_found_and_no_other(tmp_path: Path, count: int) -> None:
    """Look-ups at the edges of pages find what is there, and nothing between."""
    numbers = [32_000_000_000 + 2 * n for n in range(count)]
    file = BookFile(made(tmp_path / "a.book", plain(reversed(numbers))))
    file.verify()
    assert len(file) == count
    assert all(holds(file, number) for number in numbers)
    assert not any(holds(file, number + 1) for number in [*numbers, 32_000_000_000 - 2, 0, 10**15])
    file.close()


@settings(max_examples=30)
@given(
    st.sets(st.integers(10**6, 10**6 + 3000), max_size=1500),
    st.sets(st.from_regex(r"\A1[0-9]{2,5}\Z"), max_size=5),
    st.lists(st.integers(10**6 - 5, 10**6 + 3005), max_size=50),
)
def test_a_file_answers_as_python_s_set_does(
    tmp_path_factory: pytest.TempPathFactory, numbers: set[int], prefixes: set[str], asked: list[int]
) -> None:
    """A mapped file and a set of the same numbers and prefixes say the same about any number."""
    file = BookFile(made(tmp_path_factory.mktemp("book") / "a.book", plain([*numbers, *numbers], prefixes)))
    for number in asked:
        digits = str(number)
        fitting = [prefix for prefix in prefixes if digits.startswith(prefix)]
        expected = digits if number in numbers else max(fitting, key=len, default="")
        found = file.about(digits)
        assert (found.target.number if found else "+") == f"+{expected}"
    assert len(file) == len(numbers) + len(prefixes)
    file.close()


@given(st.text(max_size=30) | st.from_regex(r"\A\+?[0-9²٣]{0,30}\Z"))
def test_no_text_makes_a_look_up_raise(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Whatever is asked, the answer is a hit or none: nothing may raise while a call waits."""
    book = Book(tmp_path_factory.mktemp("book"))
    asyncio.run(add(book, plain([3225551234], ["3225"])))
    assert not book.lookup(text) or text.startswith("+3225")
    asyncio.run(book.close())
    assert not book.lookup("+3225551234")


async def test_an_absent_book_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first sync there is nothing to be said about anybody, and that is no fault."""
    book = Book(tmp_path / "absent")
    assert not book.lookup("+3225551234")
    assert book.faults == ()
    assert not (tmp_path / "absent").exists()


async def test_sources_live_side_by_side(tmp_path: Path) -> None:
    """Each source has its own file, and one of them can be brought up to date without the others."""
    book = Book(tmp_path)
    await add(book, plain([3225551234]), source="b-list")
    await add(book, plain([3225551235], ["322555"]), source="a-list")
    await add(book, plain([3225551236]), source="b-list")
    asked = ["+3225551234", "+3225551235", "+3225551236"]
    found = [(hit.source, hit.rated.target.text) for number in asked for hit in book.lookup(number)]
    everybody = ("a-list", "+322555*")
    assert found == [everybody, ("a-list", "+3225551235"), everybody, ("b-list", "+3225551236")]
    await book.close()
    again = Book(tmp_path)
    assert [len(again.source(slug) or "") for slug in ("a-list", "b-list", "c-list")] == [2, 1, 0]
    await again.close()


async def test_a_new_generation_is_there_after_a_restart_and_old_ones_go(tmp_path: Path) -> None:
    """The newest file speaks; one predecessor is kept for a bad day, no more."""
    book = Book(tmp_path)
    for tail in range(4):
        await add(book, plain([3225551230 + tail]))
    assert names(tmp_path) == ["club.00000003.book", "club.00000004.book"]
    await book.close()
    again = Book(tmp_path)
    assert [bool(again.lookup(f"+322555123{tail}")) for tail in range(4)] == [False, False, False, True]
    await again.close()


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda _: b"",
    "cut short": lambda data: data[:-1],
    "cut in the head": lambda data: data[:50],
    "grown": lambda data: data + b"\0",
    "no book": lambda data: b"x" * len(data),
    "newer": lambda data: data[:8] + b"\x03" + data[9:],
    "older": lambda data: data[:8] + b"\x01" + data[9:],
    "other byte order": lambda data: data[:8] + data[11:7:-1] + data[12:],
    "count changed": lambda data: data[:16] + b"\xff" + data[17:],
    "prefix changed": lambda data: data.replace(b"322555\n", b"322556\n"),
    "provenance changed": lambda data: data.replace(b"example.org", b"example.com"),
    "index changed": lambda data: data.replace((3225551234).to_bytes(8, "little"), bytes(8)),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_a_damaged_file_is_named_and_its_predecessor_speaks(tmp_path: Path, harm: str) -> None:
    """One bad file never keeps the service from starting: the last good one stands in, and the fault is told."""
    book = Book(tmp_path)
    await add(book, plain([3225551233]))
    await add(book, plain([3225551234], ["322555"]))
    await book.close()
    newest = tmp_path / "club.00000002.book"
    newest.write_bytes(HARMS[harm](newest.read_bytes()))
    again = Book(tmp_path)
    assert again.lookup("+3225551233")
    assert not again.lookup("+3225551234")
    (fault,) = again.faults
    assert str(newest) in str(fault)
    assert "run the sync again" in str(fault)
    await add(again, plain([3225551235]))
    assert again.lookup("+3225551235")
    await again.close()


async def test_a_harmed_key_is_found_by_reading_all(tmp_path: Path) -> None:
    """What the quick check at the start can't see, the full one does."""
    path = made(tmp_path / "a.book", plain(range(3225550000, 3225550600)))
    whole = path.read_bytes()
    path.write_bytes(whole.replace((3225550001).to_bytes(8, "little"), (3225550002).to_bytes(8, "little")))
    file = BookFile(path)
    with pytest.raises(SourceError, match="don't match"):
        file.verify()
    file.close()


async def test_what_is_no_book_is_not_adopted(tmp_path: Path) -> None:
    """A bad new file changes nothing, neither in memory nor on the disk."""
    book = Book(tmp_path)
    await add(book, plain([3225551234]))
    async with book.workshop() as folder:
        (folder / "new").write_bytes(b"half a bo")
        with pytest.raises(SourceError, match="damaged"):
            await book.adopt(folder / "new")
    assert book.lookup("+3225551234")
    assert names(tmp_path) == ["club.00000001.book"]
    await book.close()


async def test_leftovers_of_a_crash_go_and_strangers_stay(tmp_path: Path) -> None:
    """A workshop that a killed process left is cleared by the next sync; other files are none of our business."""
    (tmp_path / "incoming-dead").mkdir()
    (tmp_path / "incoming-dead" / "download").write_bytes(b"half")
    (tmp_path / "notes.txt").write_text("mine")
    book = Book(tmp_path)
    await add(book, plain([3225551234]))
    assert names(tmp_path) == ["club.00000001.book", "notes.txt"]
    await book.close()


async def test_a_folder_that_can_t_be_used_is_a_fault(tmp_path: Path) -> None:
    """A file where the folder should be: the book is empty, says why, and a sync gets a clear error."""
    (tmp_path / "book").write_text("in the way")
    book = Book(tmp_path / "book")
    assert not book.lookup("+3225551234")
    assert "can't be read" in str(book.faults[0])
    with pytest.raises(SourceError, match="can't be kept"):
        await add(book, plain([3225551234]))


def test_a_file_says_where_it_comes_from(tmp_path: Path) -> None:
    """Source, origin, time and licence travel in the file, so that one rename replaces numbers and provenance alike."""
    path = made(tmp_path / "a.book", plain([3225551234]))
    file = BookFile(path)
    assert file.provenance == Provenance("club", "https://example.org/list", FETCHED, "CC0")
    file.close()
