"""Books with ratings and votes, and the books that they become with changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from fakes.books import FETCHED, add, gathered, made, plain
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.core.community import FIRST_DAY, MAX_VOTES, Rated, Rating, combined
from blocker.core.listing import Target
from blocker.store import book_items, book_writer
from blocker.store.book import Book
from blocker.store.book_file import BookFile, Provenance
from blocker.store.book_records import pack, unpack
from blocker.store.book_writer import write_changed

days = st.none() | st.dates(FIRST_DAY, date(2089, 1, 1))
targets = st.one_of(
    st.builds(lambda n: Target(f"+{n}"), st.integers(3_225_550_000, 3_225_553_000)),
    st.builds(lambda digits: Target(f"+322555{digits}", is_prefix=True), st.from_regex(r"\A[0-9]{1,2}\Z")),
)
items = st.builds(Rated, targets, st.sampled_from(Rating), st.integers(1, MAX_VOTES), days, days)
plain_items = st.builds(Rated, targets)
changes = items | st.builds(Rated, targets, votes=st.just(0))


def everything(file: BookFile) -> dict[Target, Rated]:
    """What a file says, by target."""
    numbers = file.between(0, 1 << 63, 0)
    prefixes = [unpack(record, Target(f"+{digits}", is_prefix=True)) for digits, record in file.prefixes.items()]
    return {rated.target: rated for rated in (*numbers, *prefixes)}


def changed(path: Path, old: BookFile, items: Iterable[Rated]) -> BookFile:
    """The file that another becomes with changes."""
    held = gathered(items, changes=True)
    write_changed(path, old, held.numbers(), held.prefixes, Provenance("club", "a test", FETCHED))
    file = BookFile(path)
    file.verify()
    return file


@given(items)
def test_a_record_holds_all_that_an_item_says(item: Rated) -> None:
    """Packed and unpacked, nothing is lost."""
    assert unpack(pack(item), item.target) == item
    assert pack(item) < 1 << 63


def test_a_day_that_does_not_fit_is_the_last_that_does() -> None:
    """A book is no reason to fail in 2100."""
    far = Rated(Target("+3225551234"), last_activity=date(2100, 1, 1))
    assert unpack(pack(far), far.target).last_activity == date(2000, 1, 1) - timedelta(days=1) + timedelta(32767)


@pytest.mark.parametrize(
    ("one", "other", "rating", "votes"),
    [
        (("E_ADVERTISING", 2), ("E_ADVERTISING", 3), "E_ADVERTISING", 5),
        (("C_PING", 2), ("G_FRAUD", 3), "G_FRAUD", 5),
        (("A_LEGITIMATE", 90), ("G_FRAUD", 3), "G_FRAUD", 3),
        (("B_MISSED", 90), ("D_POLL", 1), "D_POLL", 1),
        (("A_LEGITIMATE", 2), ("B_MISSED", 3), "B_MISSED", 5),
        (("G_FRAUD", MAX_VOTES), ("G_FRAUD", 1), "G_FRAUD", MAX_VOTES),
    ],
)
def test_what_a_list_says_twice(one: tuple[str, int], other: tuple[str, int], rating: str, votes: int) -> None:
    """Votes against a number add up under the most severe rating; votes for it never become votes against it."""
    target = Target("+3225551234")
    first, second = (Rated(target, Rating(name), count) for name, count in (one, other))
    for both in (combined(first, second), combined(second, first)):
        assert (both.rating, both.votes) == (rating, votes)


def test_the_latest_activity_and_the_earliest_listing_hold() -> None:
    """Of days that a list gives twice; one that it gives once holds as it is."""
    target, early, late = Target("+3225551234"), date(2026, 1, 1), date(2026, 11, 1)
    both = combined(Rated(target, last_activity=early, listed_since=late), Rated(target, last_activity=late))
    assert (both.last_activity, both.listed_since) == (late, late)


@settings(max_examples=25, deadline=None)
@given(st.lists(items, max_size=60) | st.lists(plain_items, max_size=60), st.integers(1, 20))
def test_a_file_says_what_the_list_said(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Rated], run: int
) -> None:
    """Each target once, with all that the list said of it, however the sorting is cut into runs."""
    expected: dict[Target, Rated] = {}
    for item in listed:
        expected[item.target] = combined(expected[item.target], item) if item.target in expected else item
    if all(item.votes <= 1 for item in listed):  # it knows of no votes: twice is no second one
        expected = {target: replace(rated, votes=1) for target, rated in expected.items()}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(book_items, "_RUN", run)
        file = BookFile(made(tmp_path_factory.mktemp("book") / "a.book", listed))
    file.verify()
    assert everything(file) == expected
    assert all(file.about(target.number[1:]) == rated for target, rated in expected.items() if not target.is_prefix)
    file.close()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(items, max_size=60) | st.lists(plain_items, max_size=60),
    st.lists(changes, max_size=30),
    st.sampled_from([1, 2, 7, 1 << 16]),
)
def test_changes_make_the_same_file_as_a_list_that_has_them(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Rated], news: list[Rated], batch: int
) -> None:
    """What a delta makes of a book is what a whole list would have made: the last word about each target holds.

    And that wherever batches begin and end.
    """
    folder = tmp_path_factory.mktemp("book")
    old = BookFile(made(folder / "old", listed))
    expected = everything(old)
    for item in news:
        expected.pop(item.target, None)
        if item.votes:
            expected[item.target] = item
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(book_writer, "_BATCH", batch)
        new = changed(folder / "new", old, news)
    assert everything(new) == expected
    whole = BookFile(made(folder / "whole", expected.values()))
    assert new.numbers_sha256 == whole.numbers_sha256
    for file in (old, new, whole):
        file.close()


def test_changes_far_apart_leave_the_rest_alone(tmp_path: Path) -> None:
    """A few changes to a long list, over many pages and batches: nothing between them moves."""
    numbers = range(3_220_000_000, 3_220_280_000, 2)
    old = BookFile(made(tmp_path / "old", plain(numbers)))
    gone, come = set(numbers[::50_000]), {3_219_999_999, 3_220_100_001, 3_220_280_001}
    news = [Rated(Target(f"+{number}"), votes=0) for number in gone] + plain(come)
    new = changed(tmp_path / "new", old, news)
    assert new.keys.tolist() == sorted(set(numbers) - gone | come)
    assert not new.records
    rated = changed(tmp_path / "rated", new, [Rated(Target("+3220100001"), Rating.G_FRAUD, 7)])
    assert (len(rated.records), len(rated)) == (len(new), len(new))
    assert [item.votes for item in rated.between(3_220_099_998, 3_220_100_004, 0)] == [1, 7, 1]
    for file in (old, new, rated):
        file.close()


def test_a_list_that_says_no_more_than_numbers_has_no_records(tmp_path: Path) -> None:
    """Nor has one that says the same of each; the sum of the first is the one of its numbers."""
    numbers = range(3_225_550_000, 3_225_560_000)
    alike = [Rated(Target(f"+{number}"), Rating.C_PING, 10) for number in numbers]
    simple, same = BookFile(made(tmp_path / "a", plain(numbers))), BookFile(made(tmp_path / "b", alike))
    assert (tmp_path / "a").stat().st_size == (tmp_path / "b").stat().st_size
    assert simple.sha256 == simple.numbers_sha256 == same.numbers_sha256 != same.sha256
    assert same.about("3225550007") == alike[7]
    for file in (simple, same):
        file.close()


def test_a_rating_that_changed_changes_the_sum(tmp_path: Path) -> None:
    """The ledger can tell two books apart that list the same numbers."""
    numbers = [Target(f"+322555000{n}") for n in range(3)]
    one = BookFile(made(tmp_path / "a", [Rated(number, votes=n + 1) for n, number in enumerate(numbers)]))
    other = BookFile(made(tmp_path / "b", [Rated(number, votes=n + 2) for n, number in enumerate(numbers)]))
    assert one.numbers_sha256 == other.numbers_sha256
    assert one.sha256 != other.sha256
    for file in (one, other):
        file.close()


async def test_neighbours_are_the_rest_of_the_hundred(tmp_path: Path) -> None:
    """Listed numbers that differ in the last two digits, of each list, never the number itself or one of the next.

    Those that too few people named to matter are left out.
    """
    book = Book(tmp_path)
    around = [3225551199, 3225551200, 3225551234, 3225551299, 3225551300, 32255512, 322555123456]
    await add(book, [*(replace(item, votes=2) for item in plain(around)), *plain([3225551277])])
    await add(book, [*(replace(item, votes=9) for item in plain([3225551235], ["32255512"]))], source="a-list")
    found = [(hit.source, hit.rated.target.number[-2:]) for hit in book.neighbours("+3225551234")]
    assert found == [("a-list", "35"), ("club", "00"), ("club", "99")]
    assert book.neighbours("anonymous") == ()
    await book.close()


async def test_a_source_can_be_removed(tmp_path: Path) -> None:
    """Its files go and it says nothing more, after a restart neither; the others stay."""
    book = Book(tmp_path)
    for source in ("club", "club", "other"):
        await add(book, plain([3225551234]), source=source)
    assert await book.remove("club")
    assert not await book.remove("club")
    assert [path.name for path in tmp_path.iterdir()] == ["other.00000001.book"]
    for each in (book, Book(tmp_path)):
        assert [hit.source for hit in each.lookup("+3225551234")] == ["other"]
        await each.close()


async def test_the_list_of_before_can_speak_again(tmp_path: Path) -> None:
    """Going back takes the newest file away, so that it stays so after a restart; further back there is nothing."""
    book = Book(tmp_path)
    await add(book, plain([3225551233]))
    await add(book, plain([3225551234]))
    before = await book.back("club")
    assert before.about("3225551233")
    for each in (book, Book(tmp_path)):
        assert [bool(each.lookup(f"+322555123{tail}")) for tail in (3, 4)] == [True, False]
    with pytest.raises(Exception, match="no list of before"):
        await book.back("club")
    assert book.lookup("+3225551233")
    await book.close()


async def test_the_file_that_spoke_is_the_one_that_is_kept(tmp_path: Path) -> None:
    """A damaged file isn't what one could go back to: the good one before it stays until there are two good ones."""
    book = Book(tmp_path)
    await add(book, plain([3225551233]))
    await add(book, plain([3225551234]))
    await book.close()
    (tmp_path / "club.00000002.book").write_bytes(b"harmed")
    again = Book(tmp_path)
    await add(again, plain([3225551235]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["club.00000001.book", "club.00000003.book"]
    assert (await again.back("club")).about("3225551233")
    await again.close()


async def test_a_list_found_unchanged_is_as_of_then(tmp_path: Path) -> None:
    """What it says is no older than when its publisher last said that nothing is new; a new file says its own day."""
    book, on = Book(tmp_path), FETCHED.date() + timedelta(days=9)
    await add(book, plain([3225551234]))
    book.confirm("nobody", on)
    book.confirm("club", on)
    assert [hit.had_on for hit in book.lookup("+3225551234")] == [on]
    book.confirm("club", datetime(2020, 1, 1, tzinfo=UTC).date())
    assert [hit.had_on for hit in book.lookup("+3225551234")] == [on]
    await add(book, plain([3225551234]))
    assert [hit.had_on for hit in book.lookup("+3225551234")] == [FETCHED.date()]
    await book.close()
